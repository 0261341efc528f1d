"""Writing .xlsx tables. Knows no feature: cells go in, and nothing that is written can act as a formula."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import xlsxwriter  # type: ignore[import-untyped]  # ships no types
from xlsxwriter import workbook

from chainhub.documents.sheet_rows import Cell, Rows

Given = Cell | Callable[[], Cell] | None
"""What stands for a cell in a row: the cell, or a call that makes it. The call is made by the process that writes."""

# A ledger of a hundred thousand rows is 250 MB of text: packed in a third of the time, an eighth larger (decision 0030).
workbook.ZipFile = partial(ZipFile, compresslevel=1)

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
    rows: Iterable[Sequence[Given]] = (),
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
    rows: Iterable[Sequence[Given]]
    widths: Sequence[int] = ()


def write_several(
    target: Path | BytesIO, tables: Iterable[Table], *, created: datetime | None = None
) -> list[int]:
    """Write several sheets into one file, each as `write` does; return how many rows each has.

    The rows of one table are all taken before the next is asked for.
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
        cells = [one() if callable(one) else one for one in row]
        sheet.add_cells(number, [neutral(cell) if isinstance(cell, str) else cell for cell in cells], shapes)
    sheet.autofilter(0, 0, number, max(len(table.headers) - 1, 0))
    return number
