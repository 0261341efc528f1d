"""The 台账: its columns; and how the columns of any table are found in a file by their headers. Pure.

Rows are read in `ledger_rows`.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from chainhub.documents.sheet_rows import Cell
from chainhub.documents.sheets import Sheet

COLUMNS: tuple[str, ...] = (
    "序号",
    "诉求编号",
    "产业链",
    "企业",
    "联系人",
    "电话(脱敏)",
    "渠道",
    "原编号",
    "提出日期",
    "类别",
    "性质",
    "紧急程度",
    "内容",
    "接单人/时间",
    "派单人/时间",
    "主办",
    "协办",
    "签收时间",
    "办理时限",
    "延期至",
    "进展",
    "结果",
    "办结时间",
    "会商",
    "督办次数",
    "评价(响应/解决/满意)",
    "回访人/时间",
    "销号时间/审批人",
    "灯",
    "备注",
)
"""The columns of the ledger, in the order in which people know them (domain, section 4)."""

TITLE = "标题"  # not of the ledger; taken where a file has it
MUST_HAVE = ("企业", "内容")
KEPT = (
    "渠道",
    "类别",
    "性质",
    "紧急程度",
    "主办",
    "协办",
    "进展",
    "结果",
    "办结时间",
    "评价(响应/解决/满意)",
)
"""What the history keeps word for word, and what the enterprise may read of it."""
LEFT_OUT = (
    "接单人/时间",
    "派单人/时间",
    "签收时间",
    "办理时限",
    "延期至",
    "会商",
    "督办次数",
    "回访人/时间",
    "备注",
)
"""What is not imported, and said so: words of the staff to each other, and times nobody here has kept."""
HEAD_WITHIN = 20  # rows; above the headers a ledger has its title and its date


def squeeze(text: str) -> str:
    """Return a name as names are compared: one width, one case, no blanks."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _spellings(column: str) -> tuple[str, ...]:
    """Return how a column may be headed: as it stands, or without what follows in brackets or behind a slash."""
    return squeeze(column), squeeze(re.split(r"[(/]", column)[0])


@dataclass(frozen=True, slots=True)
class Form:
    """What a table may hold: its name, its columns by every spelling of their headers, those it must have."""

    name: str
    by_header: Mapping[str, str]
    must_have: tuple[str, ...]

    @classmethod
    def of(cls, name: str, columns: Iterable[str], must_have: tuple[str, ...]) -> "Form":
        """Return a form with these columns."""
        spelled = {one: column for column in columns for one in reversed(_spellings(column))}
        return cls(name, spelled, must_have)


LEDGER = Form.of("台账", (*COLUMNS, TITLE), MUST_HAVE)


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet in which the headers were found: where each column stands, and the rows beneath."""

    form: Form
    sheet: str
    places: Mapping[str, int]
    unknown: tuple[str, ...]
    twice: tuple[str, ...]
    rows: Sequence[tuple[int, Sequence[Cell]]]

    @property
    def missing(self) -> tuple[str, ...]:
        """The must-have columns that are not there."""
        return tuple(column for column in self.form.must_have if column not in self.places)

    def cells(self, row: Sequence[Cell]) -> dict[str, Cell]:
        """Return what a row has in the columns that are known and filled."""
        found = {column: row[place] for column, place in self.places.items() if place < len(row)}
        return {column: cell for column, cell in found.items() if cell != ""}


def table(sheets: Iterable[Sheet], form: Form = LEDGER) -> Table:
    """Return the best table of a file: the row with the most known headers is the row of headers."""
    found = (_table(sheet, form) for sheet in sheets)
    return max(found, key=lambda one: (not one.missing, len(one.places)))


def _table(sheet: Sheet, form: Form) -> Table:
    rows = list(sheet.numbered())
    if not rows:
        return Table(form, sheet.name, {}, (), (), ())
    heads = [_head(cells, form) for _, cells in rows[:HEAD_WITHIN]]
    at = max(range(len(heads)), key=lambda place: len(heads[place][0]))
    places, unknown, twice = heads[at]
    return Table(form, sheet.name, places, unknown, twice, rows[at + 1 :])


def _head(cells: Sequence[Cell], form: Form) -> tuple[dict[str, int], tuple[str, ...], tuple[str, ...]]:
    places: dict[str, int] = {}
    unknown, twice = [], []
    for place, cell in enumerate(cells):
        column = form.by_header.get(squeeze(str(cell)))
        if column is None:
            unknown.append(str(cell).strip())
        elif column in places:
            twice.append(column)
        else:
            places[column] = place
    return places, tuple(one for one in unknown if one), tuple(twice)
