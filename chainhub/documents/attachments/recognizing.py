"""What a file is, by its content: never by its name, never by what the sender says."""

import zipfile
from io import BytesIO
from zlib import error as zlib_error

import filetype

from chainhub.core.errors import Invalid
from chainhub.documents.attachments.rules import KINDS, OF_MIME, TAKEN, FileKind

_HEAD = 8192  # bytes that tell the kind
_TYPES = "[Content_Types].xml"
_TYPES_MOST = 1024 * 1024  # bytes
_UNZIPPED_MOST = 200 * 1024 * 1024  # bytes
_PARTS_MOST = 5000
_ZIP = b"PK\x03\x04"
_MACROS = "vbaproject.bin"
_OFFICE = {  # the part that makes it one, and how that part is declared
    "docx": ("word/document.xml", b"wordprocessingml.document.main+xml"),
    "xlsx": ("xl/workbook.xml", b"spreadsheetml.sheet.main+xml"),
}
_BY_LABEL = {one.label: one for one in KINDS}
_HEIC = frozenset({"image/heic", "image/heif", "image/avif"})
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_NOT_TAKEN = f"不是能收的文件。能收的是{TAKEN}，请换一个。"


def recognize(content: bytes) -> FileKind:
    """Return what kind of file this is. Raises Invalid, in words that follow its name, for any that is not taken."""
    if content.startswith(_OLE):
        raise Invalid("是旧版的 Word 或 Excel 文件，或者加了密码。请另存为没有密码的 docx 或 xlsx 再传。")
    if content.startswith(b"PK"):
        return _office(content)
    mime = filetype.guess_mime(content[:_HEAD])
    if mime in _HEIC:
        raise Invalid("是 HEIC 格式的照片，别的机器打不开。请转成 jpg 再传。")
    kind = OF_MIME.get(mime or "")
    if kind is None or not (kind.is_image or kind.label == "pdf"):
        raise Invalid(_NOT_TAKEN)
    if kind.label == "pdf" and not (content.startswith(b"%PDF-") and b"%%EOF" in content):
        raise Invalid("不完整，打不开。请重新导出 pdf 再传。")
    return kind


def _office(content: bytes) -> FileKind:
    if not content.startswith(_ZIP):
        raise Invalid(_NOT_TAKEN)
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return _declared(archive)
    except (
        zipfile.BadZipFile,
        zlib_error,
        NotImplementedError,
        EOFError,
        RuntimeError,
        OSError,
        ValueError,
    ) as error:
        raise Invalid("坏了，打不开。请在 Word、Excel 或 WPS 里打开，另存一份再传。") from error


def _declared(archive: zipfile.ZipFile) -> FileKind:
    parts = {one.filename: one for one in archive.infolist()}
    if len(parts) > _PARTS_MOST or sum(one.file_size for one in parts.values()) > _UNZIPPED_MOST:
        raise Invalid("解压后太大。请删掉里面的图片，或者分成几份再传。")
    if _TYPES not in parts:
        raise Invalid(_NOT_TAKEN)
    with archive.open(_TYPES) as stream:
        types = stream.read(_TYPES_MOST)
    if any(name.lower().endswith(_MACROS) for name in parts) or b"macroEnabled" in types:
        raise Invalid("里面有宏，不能收。请另存为不带宏的 docx 或 xlsx 再传。")
    for label, (part, declared) in _OFFICE.items():
        if part in parts and declared in types:
            return _BY_LABEL[label]
    raise Invalid(_NOT_TAKEN)
