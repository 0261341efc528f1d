"""Personal data as everybody may read it: telephone and identity numbers in any text, and a person's name. Pure.

Source: domain, section 7 (138****1234; in full only with a reason, and logged). A number is masked however its groups
are parted; what is longer than a number of that sort is none.
"""

import re
from collections.abc import Iterable

_D = "[0-9\uff10-\uff19]"  # full width digits too: a telephone writes them
_GAP = "[ \u3000-]?"
# Behind its first digit each asks that no digit stands before it: an engine finds a first digit faster than a lookbehind.
_IDENTITY = re.compile(
    f"({_D}(?<!{_D}{_D}){_D}{{5}}){_D}{{8}}({_D}{{3}}[0-9\uff10-\uff19Xx])(?![0-9A-Za-z\uff10-\uff19])"
)
_MOBILE = re.compile(f"([1\uff11](?<!{_D}[1\uff11]){_D}{{2}}){_GAP}{_D}{{4}}{_GAP}({_D}{{4}})(?!{_D})")
_LANDLINE = re.compile(f"[0\uff10](?<!{_D}[0\uff10]){_D}{{2,3}}{_GAP}{_D}{{3,4}}({_D}{{4}})(?!{_D})")
_ANY = re.compile(f"{_D}{{4}}(?:{_D}{{3}}|[ \u3000-])")
"""A text without it has no number of any of these sorts, however it is parted; most texts are done with here."""
_NAME_SHOWN = 1  # characters of a name
REASONS = ("联系企业", "核实情况", "回访")
"""Why somebody may need whole numbers; the log keeps which."""


def name(full: str) -> str:
    """Return a person's name as everybody may read it: 陶**."""
    said = full.strip()
    return said[:_NAME_SHOWN] + "*" * min(2, len(said) - _NAME_SHOWN) if said else ""


def text(said: str, names: Iterable[str] = ()) -> str:
    """Return a text in which no number of a person can be read, nor any of these names."""
    masked = said
    if _ANY.search(said):
        masked = _IDENTITY.sub(r"\1********\2", masked)
        masked = _MOBILE.sub(r"\1****\2", masked)
        masked = _LANDLINE.sub(r"****\1", masked)
    for one in names:
        if len(one) > _NAME_SHOWN:
            masked = masked.replace(one, name(one))
    return masked
