"""Reading and writing .xlsx tables. Knows no feature: cells come in, cells go out, refusals are in words."""

import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zlib import error as zlib_error

import xlsxwriter  # type: ignore[import-untyped]  # ships no types
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

from chainhub.core import unpacking
from chainhub.core.errors import Invalid
from chainhub.documents.sheet_rows import Cell as Cell
from chainhub.documents.sheet_rows import Rows

UNZIPPED_MOST = 200 * 1024 * 1024  # bytes
CELLS_MOST = 4_000_000  # the block from the first to the last filled cell, which is held in memory whole
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_WORKBOOK = "xl/workbook.xml"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet as rows of cells; `first` is the number that the first of them has on the screen."""

    name: str
    first: int
    rows: Sequence[Sequence[Cell]]

    def numbered(self) -> Iterator[tuple[int, Sequence[Cell]]]:
        """Yield every row that is not empty, with its number on the screen."""
        for number, row in enumerate(self.rows, start=self.first):
            if any(cell != "" for cell in row):
                yield number, row


def read(content: bytes) -> list[Sheet]:
    """Return the visible sheets of an .xlsx that hold anything. Raises Invalid for whatever is not one."""
    _demand_xlsx(content)
    try:
        with CalamineWorkbook.from_filelike(BytesIO(content)) as book:
            found = list(_sheets(book))
    except CalamineError as error:
        raise Invalid(_BROKEN) from error
    if not found:
        raise Invalid("这个表格是空的，没有可以读的内容。")
    return found


def _sheets(book: CalamineWorkbook) -> Iterator[Sheet]:
    for about in book.sheets_metadata:
        if about.typ is not SheetTypeEnum.WorkSheet or str(about.visible) != "SheetVisibleEnum.Visible":
            continue
        sheet = book.get_sheet_by_name(about.name)
        if sheet.start is not None:
            yield Sheet(about.name, sheet.start[0] + 1, sheet.to_python())


# What is looked at before the file is opened as a table

_BROKEN = "这个 .xlsx 文件坏了，打不开。请在 Excel 或 WPS 里打开，另存一份再试。"
_NOT_XLSX = "这不是 .xlsx 文件。请在 Excel 或 WPS 里另存为“Excel 工作簿（.xlsx）”再试。"


def _demand_xlsx(content: bytes) -> None:
    """Refuse, before anything is unpacked into memory, what is no sound .xlsx of a bearable size."""
    if not content:
        raise Invalid("这个文件是空的（0 字节），请重新选一个。")
    if content.startswith(_OLE):
        raise Invalid(_ole_words(content))
    if not content.startswith(b"PK"):
        raise Invalid(_NOT_XLSX)
    try:
        parts = unpacking.demand_bearable(content, unzipped=UNZIPPED_MOST, cells=CELLS_MOST)
    except (zipfile.BadZipFile, zlib_error, NotImplementedError, EOFError, RuntimeError) as error:
        raise Invalid(_BROKEN) from error
    if _WORKBOOK not in parts:
        raise Invalid(_NOT_XLSX)


def _ole_words(content: bytes) -> str:
    """Return what is so with a file of the older container: a password on it, or an .xls."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        return "这个表格加了密码，读不了。请去掉密码另存一份再试。"
    return "这是旧版 .xls 文件。请在 Excel 或 WPS 里另存为“Excel 工作簿（.xlsx）”再试。"


# Writing

_DANGEROUS = frozenset("=+-@\t\r＝＋－＠")  # as the first character
_WIDTH = 14  # characters, where nothing is said


def neutral(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula, not even after it was saved as .csv and opened again."""
    return f"'{text}" if text[:1] in _DANGEROUS else text


def plain(text: str) -> str:
    """Return a text as it was before `neutral`."""
    return text[1:] if text.startswith("'") and text[1:2] in _DANGEROUS else text


def write(
    target: Path | BytesIO,
    name: str,
    headers: Sequence[str],
    rows: Iterable[Sequence[Cell | None]] = (),
    *,
    widths: Sequence[int] = (),
) -> int:
    """Write one sheet with a bold, frozen row of headers; return how many rows it has.

    Texts are texts: what looks like a formula is neutralised, what looks like a link stays a text. Moments are
    written in the zone they carry, and lose it: the caller hands them in as people should read them. Each row is
    let go of once it is written, so memory does not grow with their number.
    """
    return write_several(target, [Table(name, headers, rows, widths)])[0]


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet to write: its name, its headers, its rows; widths in characters."""

    name: str
    headers: Sequence[str]
    rows: Iterable[Sequence[Cell | None]]
    widths: Sequence[int] = ()


def write_several(
    target: Path | BytesIO, tables: Sequence[Table], *, created: datetime | None = None
) -> list[int]:
    """Write several sheets into one file, each as `write` does; return how many rows each has.

    `created` is when the file says that it was made, where the same facts are to give the same bytes.
    """
    where = str(target) if isinstance(target, Path) else target
    with xlsxwriter.Workbook(where, {"remove_timezone": True, "constant_memory": True}) as book:
        if created is not None:
            book.set_properties({"created": created.replace(tzinfo=None)})
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "border": 1})
        shapes: dict[type, Any] = {
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm", "valign": "top"}),
            date: book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"}),
        }
        return [_write_table(book, one, head, shapes) for one in tables]


def _write_table(book: Any, table: Table, head: Any, shapes: Mapping[type, Any]) -> int:
    sheet = book.add_worksheet(table.name, Rows)
    sheet.freeze_panes(1, 0)
    for place, header in enumerate(table.headers):
        sheet.set_column(place, place, table.widths[place] if place < len(table.widths) else _WIDTH)
        sheet.write_string(0, place, neutral(header), head)
    number = 0
    for number, row in enumerate(table.rows, start=1):  # the last number is the count
        sheet.add_cells(number, [neutral(cell) if isinstance(cell, str) else cell for cell in row], shapes)
    sheet.autofilter(0, 0, number, max(len(table.headers) - 1, 0))
    return number
