"""What may be attached, how large, under which name. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import quote

from chainhub.core.typed import clean

SIZE_MOST = 20 * 1024 * 1024  # bytes of one file
STEP_MOST = 10  # files at once
OWNER_MOST = 100  # files of one owner
BODY_MOST = STEP_MOST * SIZE_MOST + 1024 * 1024  # bytes of a request that brings them
EDGE_MOST = 2400  # pixels of the longest edge that is kept
PIXELS_MOST = 64_000_000  # what is unpacked into memory at most
NAME_MOST = 80  # characters before the ending


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file: how it is called, its endings (the first is the usual one), its content type."""

    label: str
    endings: tuple[str, ...]
    mime: str
    is_image: bool = False


_OFFICE = "application/vnd.openxmlformats-officedocument"
KINDS: tuple[FileKind, ...] = (
    FileKind("jpg", (".jpg", ".jpeg"), "image/jpeg", is_image=True),
    FileKind("png", (".png",), "image/png", is_image=True),
    FileKind("webp", (".webp",), "image/webp", is_image=True),
    FileKind("pdf", (".pdf",), "application/pdf"),
    FileKind("docx", (".docx",), f"{_OFFICE}.wordprocessingml.document"),
    FileKind("xlsx", (".xlsx",), f"{_OFFICE}.spreadsheetml.sheet"),
)
OF_MIME = {one.mime: one for one in KINDS}
TAKEN = "照片（jpg、png、webp）、pdf、docx、xlsx"
"""What is taken, in words."""

_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"|?*\ud800-\udfff]')
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}$")


def clean_name(given: str, kind: FileKind) -> str:
    """Return a name without path, without what no file system takes, with the ending of what it is."""
    last = re.split(r"[/\\]", given)[-1]
    name = _FORBIDDEN.sub("", clean(unicodedata.normalize("NFC", last))).strip().rstrip(" .")
    stem = name
    if not stem.lower().endswith(kind.endings):
        stem = _ENDING.sub("", stem).rstrip(" .")
    ending = next((one for one in kind.endings if stem.lower().endswith(one)), "")
    stem = stem[: len(stem) - len(ending)].strip(" .")[:NAME_MOST].rstrip(" .")
    return f"{stem or '附件'}{ending or kind.endings[0]}"


def shown_name(given: str) -> str:
    """Return what somebody called a file, short enough to say it in a sentence."""
    last = _FORBIDDEN.sub("", clean(re.split(r"[/\\]", given)[-1]))
    return last if len(last) <= 40 else f"{last[:30]}…{last[-8:]}"


def size_text(size: int) -> str:
    """Return a size as people read it: 230 KB, 1.4 MB."""
    return f"{size / 1024 / 1024:.1f} MB" if size >= 1024 * 1024 else f"{max(1, round(size / 1024))} KB"


def disposition(name: str, *, inline: bool) -> str:
    """Return the header that names a download: plain ASCII for the old, the true name by RFC 5987."""
    ending = PurePosixPath(name).suffix
    word = "inline" if inline else "attachment"
    return f"{word}; filename=\"attachment{ending}\"; filename*=UTF-8''{quote(name, safe='')}"
