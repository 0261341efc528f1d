"""What a zip of a table would be unpacked, looked at before anything of it is: a small file may be a huge one."""

import re
import zipfile
from io import BytesIO
from typing import IO

from chainhub.core.errors import Invalid

PARTS_MOST = 5000  # files inside the .xlsx
_PIECE = 1024 * 1024
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_FILLED = re.compile(rb'<c\b[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*?(?<!/)>')
_LONGEST_TAG = 200  # bytes of one piece that are read again with the next, so that no tag is cut in two


def demand_bearable(content: bytes, *, unzipped: int, cells: int) -> list[str]:
    """Return the names of the parts of an .xlsx that unpacks to no more bytes and reaches over no more cells than these.

    Every part is read through its checksum. Raises Invalid, and what the zip library raises for a broken one.
    """
    with zipfile.ZipFile(BytesIO(content)) as archive:
        _demand_size(archive, unzipped)
        for part in archive.infolist():
            with archive.open(part) as stream:
                if _SHEET.fullmatch(part.filename):
                    _demand_extent(stream, cells)
                while stream.read(_PIECE):
                    pass
        return archive.namelist()


def _demand_size(archive: zipfile.ZipFile, most: int) -> None:
    parts = archive.infolist()
    unzipped = sum(part.file_size for part in parts)
    if unzipped > most or len(parts) > PARTS_MOST:
        size, allowed = unzipped // 1024 // 1024, most // 1024 // 1024
        raise Invalid(f"这个表格解压后有 {size} MB，超过 {allowed} MB。请删掉图片，或者分成几份再试。")


def _demand_extent(stream: IO[bytes], cells: int) -> None:
    """Refuse a sheet whose filled cells lie so far apart that the block between them would not fit in memory."""
    rows, columns, tail = 0, 0, b""
    while piece := stream.read(_PIECE):
        for letters, number in _FILLED.findall(tail + piece):
            rows = max(rows, int(number))
            columns = max(columns, _column(letters))
        tail = piece[-_LONGEST_TAG:]
    if rows * columns > cells:
        raise Invalid(
            f"这个表格太大（到第 {rows} 行、第 {columns} 列）。请删掉表格外面的内容，或者分成几份再试。"
        )


def _column(letters: bytes) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + letter - 64
    return place
