"""Rows of an .xlsx written whole. A sheet of XlsxWriter's own, for tables of a hundred thousand rows.

XlsxWriter asks fifteen calls for a cell; here a row is one text. What comes out is, byte for byte, what its own
`write_string`, `write_number`, `write_boolean` and `write_datetime` make of the same cells, and a test says so. One thing
is different: a text that begins with `<r>` and ends with `</r>` is a text. XlsxWriter takes such a one for rich text that is
ready made, and one ticket with these characters would leave a file that nothing opens (decision 0030).
"""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

from xlsxwriter.format import Format  # type: ignore[import-untyped]  # ships no types
from xlsxwriter.utility import xl_col_to_name  # type: ignore[import-untyped]  # ships no types
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]  # ships no types

Moment = date | datetime | time | timedelta
Cell = str | int | float | bool | Moment
"""What a cell may hold; an empty one is an empty string."""

TEXT_MOST = 32_767  # UTF-16 units of a cell, a bound of the format
_SPECIAL = re.compile("[\\x00-\\x08\\x0b-\\x1f\\ufffe\\uffff&<>]|_x[0-9a-fA-F]{4}_")
_ESCAPED = re.compile("_x[0-9a-fA-F]{4}_")
_CONTROL = re.compile("[\\x00-\\x08\\x0b-\\x1f\\ufffe\\uffff]")
_DAY_ZERO = date(1899, 12, 30).toordinal()
_TRUSTED = date(1900, 3, 1).toordinal()  # before it the format counts a 29 February that there never was
_DAY = 24 * 60 * 60  # seconds


class Rows(Worksheet):  # type: ignore[misc]  # ships no types
    """A sheet to which rows are added from the top, each as one text. Of a workbook with `constant_memory`."""

    def add_cells(
        self, number: int, cells: Sequence[Cell | None], shapes: Mapping[type, Format | None]
    ) -> None:
        """Write a row, counted from 0, below all that were written. Empty cells are left out; a shape is by type."""
        self._write_single_row(
            number
        )  # what stands above and was written in XlsxWriter's own way: the headers
        parts, places, at = [], [], str(number + 1)
        for place, cell in enumerate(cells):
            if isinstance(cell, str):
                if not cell:
                    continue
                said = _escaped(cell)
                kept = ' xml:space="preserve"' if said != said.strip() else ""
                parts.append(f'<c r="{_name(place)}{at}" t="inlineStr"><is><t{kept}>{said}</t></is></c>')
            elif cell is not None:
                parts.append(self._counted(_name(place) + at, cell, shapes))
            else:
                continue
            places.append(place)
        if places:
            self._check_dimensions(number, places[0])
            self._check_dimensions(number, places[-1])
            self.fh.write(f'<row r="{at}">{"".join(parts)}</row>')

    def _counted(self, where: str, cell: float | bool | Moment, shapes: Mapping[type, Format | None]) -> str:
        if isinstance(cell, bool):
            return f'<c r="{where}" t="b"><v>{cell:d}</v></c>'
        if isinstance(cell, (int, float)):
            if not math.isfinite(cell):
                raise ValueError(f"{where}: a cell has no place for {cell}")
            return f'<c r="{where}"><v>{cell:.16G}</v></c>'
        shape = shapes.get(type(cell))
        styled = f' s="{shape._get_xf_index()}"' if shape else ""
        return f'<c r="{where}"{styled}><v>{self._serial(cell):.16G}</v></c>'

    def _serial(self, cell: Moment) -> float:
        """Return a moment as the format counts it: days, the time of day a part of one. A zone is left out."""
        if isinstance(cell, date) and (day := cell.toordinal()) >= _TRUSTED:
            if not isinstance(cell, datetime):
                return day - _DAY_ZERO
            seconds = cell.hour * 3600 + cell.minute * 60 + cell.second + cell.microsecond / 1e6
            return day - _DAY_ZERO + seconds / _DAY
        return float(self._convert_date_time(cell))


_NAMES = tuple(xl_col_to_name(one) for one in range(64))


def _name(place: int) -> str:
    return _NAMES[place] if place < len(_NAMES) else str(xl_col_to_name(place))


def _escaped(text: str) -> str:
    """Return a text, shortened to what a cell holds, as it stands in XML and as the format writes what XML cannot."""
    if len(text) > TEXT_MOST // 2:
        text = _shortened(text)
    if not _SPECIAL.search(text):
        return text
    text = _ESCAPED.sub(lambda found: f"_x005F{found[0]}", text)
    text = _CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _shortened(text: str) -> str:
    """Return as many characters of a text as a cell holds; one above U+FFFF counts twice."""
    return text.encode("utf-16-le", "surrogatepass")[: 2 * TEXT_MOST].decode("utf-16-le", "ignore")
