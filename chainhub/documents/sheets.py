"""Reading .xlsx tables. Knows no feature: cells come out, refusals are in words. Written in `sheet_writing`."""

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from zlib import error as zlib_error

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

from chainhub.core import unpacking
from chainhub.core.errors import Invalid
from chainhub.documents.sheet_rows import Cell

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
