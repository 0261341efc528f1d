"""What people type, without what nobody sees. Pure."""

import re

_UNSEEN = re.compile(r"[\u0001-\u0008\u000b-\u001f\u007f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def clean(text: str) -> str:
    """Return a text without control and direction characters and without space around it.

    NUL stays, for the doors to refuse: it is never typed by accident.
    """
    return _UNSEEN.sub("", text.replace("\r\n", "\n")).strip()
