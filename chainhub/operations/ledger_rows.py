"""How one row of a 台账 is read as a draft of a ticket, and what its words mean in this county. Pure."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from chainhub.core.worktime import SHANGHAI
from chainhub.county.directory.rules import Directory
from chainhub.documents.sheet_rows import Cell
from chainhub.documents.sheet_writing import plain
from chainhub.operations.ledger import KEPT, LEFT_OUT, TITLE, squeeze
from chainhub.tickets import fields, rules
from chainhub.tickets.service.importing import Draft
from chainhub.tickets.terms import Kind, Outcome, Urgency
from chainhub.tickets.workflow import Action

ORIGINAL_MOST = 60  # characters, as the column
CONTACT_MOST = 20
_EARLIEST = 1990
_DIGITS_KEPT = 10**15  # from here on a spreadsheet has rounded a number

# What the words of a ledger mean in this county


@dataclass(frozen=True, slots=True)
class Firm:
    """An enterprise, as far as an import needs it."""

    code: str
    name: str
    short: str
    chain: str
    contact: str
    phone: str


@dataclass(frozen=True, slots=True)
class Names:
    """Everything that a ledger may name. None stands for a name that several have."""

    firms: Mapping[str, Firm | None]
    chains: Mapping[str, str]
    units: Mapping[str, str]
    categories: Mapping[str, str]
    chain_words: Mapping[str, str]

    @classmethod
    def of(cls, directory: Directory, firms: Sequence[Firm]) -> "Names":
        """Gather the names of a county."""
        chains = directory.chains.values()
        units = [one for one in directory.units.values() if one.handles]
        return cls(
            firms=_firms(firms),
            chains=_named(
                (f"{name}{end}", one.code)
                for one in chains
                for name in (one.code, one.short)
                for end in _CHAIN
            ),
            units=_named((name, one.code) for one in units for name in (one.code, one.name, one.short)),
            categories=_categories(directory),
            chain_words={one.code: one.name for one in chains},
        )


_CHAIN = ("", "链", "产业链")


def _named(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {squeeze(name): code for name, code in pairs}


def _firms(firms: Sequence[Firm]) -> dict[str, Firm | None]:
    """Index enterprises by code and full name, which are theirs alone, and by short name where only one has it."""
    found: dict[str, Firm | None] = {}
    for firm in firms:
        short = squeeze(firm.short)
        found[short] = None if short in found else firm
    for firm in firms:
        found[squeeze(firm.name)] = found[squeeze(firm.code)] = firm
    return found


def _categories(directory: Directory) -> dict[str, str]:
    pairs = []
    for one in sorted(
        directory.categories.values(), key=lambda one: one.parent is None
    ):  # tops win over their parts
        above = directory.category_label(one.parent)
        pairs += [(one.code, one.code), (one.label, one.code), (f"{above}/{one.label}", one.code)]
    return _named(pairs)


_URGENCIES: Mapping[str, Urgency] = {
    **{squeeze(one.label): one for one in Urgency},
    "一般": Urgency.NORMAL,
    "正常": Urgency.NORMAL,
    "加急": Urgency.URGENT,
    "特急": Urgency.URGENT,
}


_KINDS: Mapping[str, Kind] = {squeeze(one.label): one for one in Kind}
_OUTCOMES: Mapping[str, Outcome] = {squeeze(one.label): one for one in Outcome}


# One row

Word = TypeVar("Word")


class BadRow(Exception):
    """A row that cannot be a ticket; says everything that is wrong with it."""


class Row:
    """The cells of one row by column; what is wrong with them gathers in `wrong`, one saying a column."""

    def __init__(self, cells: Mapping[str, Cell]) -> None:
        self.cells = cells
        self.wrong: dict[str, str] = {}

    def say(self, column: str, words: str) -> None:
        """Note what is wrong with a column; the first saying stands."""
        self.wrong.setdefault(column, words)

    def text(self, column: str, most: int = 0) -> str:
        """Return a cell as text; more than `most` characters are wrong."""
        cell = self.cells.get(column, "")
        if isinstance(cell, (int, float)) and abs(cell) >= _DIGITS_KEPT:
            self.say(column, "被表格改成了数字，后几位已经丢了；请把这一列设成文本，重新填一遍")
        said = _text(cell)
        if most and len(said) > most:
            self.say(column, f"超过 {most} 个字（现在 {len(said)} 个），请缩短")
        return said

    def moment(self, column: str, now: datetime) -> datetime | None:
        """Return when a cell says that something was; None where it says nothing. Not later than now."""
        cell = self.cells.get(column, "")
        if cell == "":
            return None
        at = _moment(cell)
        if at is None:
            self.say(column, f"写的是“{_text(cell)[:20]}”，看不懂；请写成 2026-03-02 或 2026-03-02 09:30")
        elif at > now:
            self.say(column, f"是将来的日子（{at:%Y-%m-%d}）")
        return at


@dataclass(slots=True)
class Reader:
    """Reads rows, and remembers which words it did not know and which columns it left out."""

    names: Names
    now: datetime
    unknown: Counter[tuple[str, str]] = field(default_factory=Counter)
    left_out: set[str] = field(default_factory=set)

    def draft(self, number: int, cells: Mapping[str, Cell]) -> Draft:
        """Return the draft that a row makes. Raises BadRow."""
        row = Row(cells)
        firm = self._firm(row)
        content = _content(row)
        raised, resolved, closed = _times(row, self.now)
        ended = closed or resolved
        original, own = row.text("原编号", ORIGINAL_MOST), row.text("诉求编号", ORIGINAL_MOST)
        person = row.text("联系人", CONTACT_MOST)
        if row.wrong or firm is None:
            raise BadRow("；".join(f"“{column}”{words}" for column, words in row.wrong.items()) + "。")
        self.left_out.update(column for column in LEFT_OUT if column in cells)
        return Draft(
            row=number,
            enterprise=firm.code,
            enterprise_name=firm.name,
            chain=firm.chain,
            title=_title(row.text(TITLE), content),
            content=content,
            category=self._known(row, "类别", self.names.categories),
            kind=self._known(row, "性质", _KINDS),
            urgency=self._known(row, "紧急程度", _URGENCIES) or Urgency.NORMAL,
            contact_person=_name(person) or firm.contact[:CONTACT_MOST],
            contact_phone=_phone(row.text("电话(脱敏)")) or firm.phone,
            number=own,
            original_number=original,
            raised_at=raised,
            lead_unit=self._known(row, "主办", self.names.units) if ended else None,
            outcome=_OUTCOMES.get(squeeze(row.text("结果"))) if ended else None,
            resolved_at=resolved,
            closed_at=ended,
            kept={column: text for column in KEPT if (text := row.text(column))},
        )

    def _firm(self, row: Row) -> Firm | None:
        said = row.text("企业")
        if not said:
            row.say("企业", "没有写（合并的单元格请先拆开）")
            return None
        firm = self.names.firms.get(squeeze(said))
        if firm is None:
            several = squeeze(said) in self.names.firms
            why = "有好几家都叫，请写全称" if several else "不在企业名单里，请核对名称"
            row.say("企业", f"写的“{said[:40]}”{why}")
            return None
        chain = self._known(row, "产业链", self.names.chains)
        if chain is not None and chain != firm.chain:
            row.say("产业链", f"与企业对不上：{firm.short}在{self.names.chain_words[firm.chain]}")
        return firm

    def _known(self, row: Row, column: str, words: Mapping[str, Word]) -> Word | None:
        """Return what a word means here. One that is not known is counted, and nothing is guessed."""
        said = row.text(column)
        found = words.get(squeeze(said)) if said else None
        if said and found is None:
            self.unknown[column, said[:40]] += 1
        return found


def _content(row: Row) -> str:
    content = row.text("内容", fields.CONTENT_MOST)
    if len(content) < fields.field(Action.SUBMIT, "content").least:
        row.say("内容", "太短，看不出是什么事" if content else "没有写")
    return content


def _times(row: Row, now: datetime) -> tuple[datetime | None, datetime | None, datetime | None]:
    """Return when it was raised, resolved and struck off. A result without a time says neither open nor finished."""
    raised = row.moment("提出日期", now)
    resolved = _not_before(row, "办结时间", row.moment("办结时间", now), "提出日期", raised)
    closed = _not_before(row, "销号时间/审批人", row.moment("销号时间/审批人", now), "提出日期", raised)
    closed = _not_before(row, "销号时间/审批人", closed, "办结时间", resolved)
    if "结果" in row.cells and "办结时间" not in row.cells and "销号时间/审批人" not in row.cells:
        row.say("结果", "写了，却没有办结时间和销号时间：办完的请补上时间，没办完的请写到“进展”里")
    return raised, resolved, closed


def _not_before(
    row: Row, column: str, at: datetime | None, other: str, before: datetime | None
) -> datetime | None:
    """Say so where something ended before it began. On the same day a date alone counts as not before."""
    if at is None or before is None or at >= before:
        return at
    if at.date() == before.date():
        return before
    row.say(column, f"（{at:%Y-%m-%d}）早于“{other}”（{before:%Y-%m-%d}）")
    return at


def _title(title: str, content: str) -> str:
    most = fields.TITLE_MOST
    made = " ".join(title.split()) or rules.title_from(content)
    return made if len(made) <= most else f"{made[: most - 1]}…"


def _name(said: str) -> str:
    """Return a person's name, or nothing where it is masked: 陶** is nobody's."""
    return "" if said.endswith("*") else said


def _phone(said: str) -> str:
    """Return the first number of a cell, or nothing where it is masked: a masked one cannot be called."""
    first = re.split(r"[、,，;；/\s]+", said.strip())[0]
    return "" if "*" in first or len(first) > CONTACT_MOST else first


def _text(cell: Cell) -> str:
    """Return a cell as people read it, without what a spreadsheet or a guard has added."""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "minutes")
    said = plain(str(cell)).replace("\r\n", "\n").replace("\r", "\n")
    return _NOT_KEPT.sub("", said).strip()


_NOT_KEPT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")  # what no database keeps as text
_DATE = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)\s*日?"
    r"(?:[\sT]*(\d{1,2})\s*[::时]\s*(\d{1,2})?\s*(?:[::分]\s*(\d{1,2})?)?)?"
)


def _moment(cell: Cell) -> datetime | None:
    """Return the moment that a cell begins with, in the county's time; a day alone is its first moment.

    What follows is left alone: behind the time of 销号 stands who approved it.
    """
    try:
        if isinstance(cell, date):
            parts = [cell.year, cell.month, cell.day]
            if isinstance(cell, datetime):
                parts += [cell.hour, cell.minute, cell.second]
        else:
            found = _DATE.match(unicodedata.normalize("NFKC", _text(cell))) if isinstance(cell, str) else None
            parts = [int(part) for part in found.groups(default="0")] if found else []
        at = datetime(*parts, tzinfo=SHANGHAI) if parts else None  # type: ignore[misc, arg-type]  # three to six numbers
    except ValueError:
        return None
    return at if at is not None and at.year >= _EARLIEST else None
