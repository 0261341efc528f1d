"""From the bytes of a file to a notice: JSON, CSV or xlsx."""

import csv
import io
import zipfile
from zlib import error as zlib_error

from python_calamine import CalamineError, CalamineWorkbook

from chainhub.core import unpacking
from chainhub.core.errors import Invalid
from chainhub.county.workdays.rules import BadNotice, Notice, parse_json, parse_table

_ENCODINGS = ("utf-8-sig", "gb18030")  # the second is what Chinese office programs write
BYTES_MOST = 1024 * 1024
_UNZIPPED_MOST = 20 * 1024 * 1024  # bytes
_CELLS_MOST = 100_000  # a notice has some dozens of rows


def read(content: bytes, this_year: int) -> Notice:
    """Return the notice that a file holds; what it is, its first characters say. Raises BadNotice."""
    if not content.strip():
        raise BadNotice(["文件是空的。"])
    if len(content) > BYTES_MOST:
        raise BadNotice(["文件超过 1 MB，不像是放假通知，请核对。"])
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return parse_table(_sheet(content), this_year)

    text = _decoded(content)
    if not text.strip():
        raise BadNotice(["文件是空的。"])
    if text.lstrip().startswith(("{", "[")):
        return parse_json(text, this_year)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)))
    except csv.Error as error:
        raise BadNotice(["表格看不懂，请在 Excel 或 WPS 里另存为 UTF-8 的 CSV 再试。"]) from error
    return parse_table(rows, this_year)


def _sheet(content: bytes) -> list[list[object]]:
    try:
        if content.startswith(b"PK"):  # before it is unpacked into memory
            unpacking.demand_bearable(content, unzipped=_UNZIPPED_MOST, cells=_CELLS_MOST)
    except Invalid as error:
        raise BadNotice([error.title]) from error
    except (zipfile.BadZipFile, zlib_error, NotImplementedError, EOFError, RuntimeError) as error:
        raise BadNotice(["表格打不开，请另存为 .xlsx 再试。"]) from error
    try:
        rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    except CalamineError as error:
        raise BadNotice(["表格打不开，请另存为 .xlsx 再试。"]) from error
    return [list(row) for row in rows]


def _decoded(content: bytes) -> str:
    for encoding in _ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadNotice(["文件的编码看不懂，请另存为 UTF-8 的 CSV 或 JSON。"])


def _delimiter(text: str) -> str:
    header = text.lstrip().splitlines()[0]
    return "\t" if "\t" in header else ","
