"""Small files of every kind, made here, so that no test carries a binary."""

import zipfile
from io import BytesIO

import xlsxwriter
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from chainhub.documents.attachments.service import Upload

PLACE = "116.4979E"  # what a phone writes into a photo
_ORIENTATION, _MAKE, _DESCRIPTION = 0x0112, 0x010F, 0x010E


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), mode: str = "RGB", **options) -> bytes:
    """A picture, red on its left half, blue on its right."""
    made = Image.new(mode, size)
    if mode in {"RGB", "RGBA"}:
        tail = (255,) * (len(mode) - 3)
        made.paste((200, 20, 20, *tail), (0, 0, size[0] // 2, size[1]))
        made.paste((20, 20, 200, *tail), (size[0] // 2, 0, *size))
    into = BytesIO()
    made.save(into, kind, **options)
    return into.getvalue()


def from_a_phone(turned: int = 6) -> bytes:
    """A photo lying on its side, with the place in its EXIF, and a comment."""
    exif = Image.Exif()
    exif[_ORIENTATION] = turned
    exif[_MAKE] = "Phone"
    exif[_DESCRIPTION] = PLACE
    return picture(exif=exif, comment=f"comment {PLACE}".encode())


PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n0\n%%EOF\n"
_OFFICE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def docx(*, types: str = _OFFICE, **parts: str) -> bytes:
    """What makes a zip a Word document, and further parts."""
    into = BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        if types:
            declared = f'<Types><Override PartName="/word/document.xml" ContentType="{types}"/></Types>'
            archive.writestr("[Content_Types].xml", declared)
        archive.writestr("word/document.xml", "<w:document/>")
        for name, text in parts.items():
            archive.writestr(name, text)
    return into.getvalue()


def xlsx() -> bytes:
    """A table as Excel has it."""
    into = BytesIO()
    with xlsxwriter.Workbook(into) as book:
        book.add_worksheet("台账").write(0, 0, "企业")
    return into.getvalue()


def zipped(**parts: str) -> bytes:
    """A zip that is no document."""
    into = BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return into.getvalue()


def form(**fields: str | tuple[bytes, str]) -> dict[str, object]:
    """A form with files as a program sends it, held in memory: (content, name) is a file."""
    values = {
        name: FileStorage(BytesIO(one[0]), one[1]) if isinstance(one, tuple) else one
        for name, one in fields.items()
    }
    boundary, body = encode_multipart(values)
    return {"data": body, "content_type": f"multipart/form-data; boundary={boundary}"}


def upload(content: bytes, name: str = "文件.bin") -> Upload:
    """A file as somebody sends it."""
    return Upload(name, BytesIO(content))
