"""周报: what happened in a week, and how it stands. Living, not frozen: it tells, it rates nobody, and nobody signs it."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import BytesIO

from sqlalchemy import ColumnElement, case, func, select

from chainhub.core.errors import Invalid, NotFound
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI
from chainhub.county import known
from chainhub.documents import sheet_writing
from chainhub.documents.papers import making
from chainhub.documents.papers.charts import Chart
from chainhub.documents.papers.making import CAPTION, HEAD, SMALL, TITLE, Grid, Para, Row
from chainhub.documents.papers.rules import plain
from chainhub.documents.sheet_writing import Table
from chainhub.statistics.reports import reading
from chainhub.statistics.reports.papers import UNNAMED
from chainhub.statistics.reports.tables import Bars
from chainhub.tickets import queries as tickets
from chainhub.tickets.models import Ticket, TicketEvent
from chainhub.tickets.rules import day_text, moment_text
from chainhub.tickets.workflow import Action

_WRITTEN = re.compile(r"(20\d\d)-W(0[1-9]|[1-4]\d|5[0-3])", re.ASCII)
_OPENS = time(8, 30)
_LISTED = 20  # overdue ones that are named
_DAYS = "一二三四五六日"
FLOW = (
    ("提出", frozenset({Action.SUBMIT, Action.BACKFILL})),
    ("派单", frozenset({Action.DISPATCH})),
    ("办结", frozenset({Action.RESOLVE})),
    ("销号", frozenset({Action.CLOSE})),
    ("重办、提级", frozenset({Action.REOPEN, Action.ESCALATE})),
    ("挂账", frozenset({Action.CARRY_OVER})),
)
"""What is counted of a week: lines of history, each once."""
_MEANING = "周报是工作动态，数的是办理历史里的每一步，保密的不在内；不计率，不排名，也不用签发。"
_TOLD = frozenset[Action]().union(*(some for _, some in FLOW))


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """A week, Monday to Sunday, in Shanghai."""

    monday: date

    @property
    def written(self) -> str:
        """As an address writes it: 2026-W47 (ISO 8601)."""
        year, week, _ = self.monday.isocalendar()
        return f"{year}-W{week:02d}"

    @property
    def text(self) -> str:
        """As people read it."""
        last = self.monday + timedelta(days=6)
        return f"{day_text(self.monday, year=0)}至{day_text(last, year=self.monday.year)}"

    @property
    def begin(self) -> datetime:
        """Its first moment."""
        return datetime.combine(self.monday, time(), SHANGHAI)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return self.begin + timedelta(days=7)

    def plus(self, weeks: int) -> "Week":
        """Return the week so many later, or earlier."""
        return Week(self.monday + timedelta(weeks=weeks))


def week_of(day: date) -> Week:
    """Return the week in which a day lies."""
    return Week(day - timedelta(days=day.weekday()))


def last_week(today: date) -> Week:
    """Return the newest week that is over."""
    return week_of(today).plus(-1)


def read(said: str, today: date) -> Week:
    """Return the week that an address names; the newest that is over where it names none. Raises Invalid."""
    if not said:
        return last_week(today)
    found = _WRITTEN.fullmatch(said)
    try:
        week = Week(date.fromisocalendar(int(found[1]), int(found[2]), 1)) if found else None
    except ValueError:
        week = None
    if week is None:
        raise Invalid(errors={"week": ["周要写成 2026-W47 这样。"]})
    return week


def is_time(work: Work) -> bool:
    """Say whether the week that has passed is told of now: from 08:30 of the first workday of this one."""
    now = local(work.now)
    monday = week_of(now.date()).monday
    days = (monday + timedelta(days=place) for place in range(7))
    first = next((one for one in days if work.calendar.is_workday(one)), None)
    return first is not None and now >= datetime.combine(first, _OPENS, SHANGHAI)


@dataclass(frozen=True, slots=True)
class LateLine:
    """An overdue ticket that the reader sees."""

    number: str
    title: str
    unit: str
    due: str


@dataclass(frozen=True, slots=True)
class Brief:
    """What a week's brief says."""

    week: Week
    chains: Sequence[str]  # of which it tells, by code
    scope: str
    until: str
    rows: Sequence[
        tuple[str, Sequence[int]]
    ]  # a chain, and how many of each of `FLOW`; the last is all of them
    days: Sequence[tuple[str, int, int]]  # a day, raised, closed
    standing: str  # how it stands just now; empty for a week that is long over
    late: Sequence[tuple[str, int]]  # units with overdue ones, the most first
    listed: Sequence[LateLine]

    @property
    def columns(self) -> list[str]:
        """The names of what is counted."""
        return [label for label, _ in FLOW]

    @property
    def bars(self) -> Bars:
        """What came and went on each day."""
        series = (("提出", [one[1] for one in self.days]), ("销号", [one[2] for one in self.days]))
        return Bars("本周每天提出与销号（件）", [one[0] for one in self.days], series)

    @property
    def words(self) -> str:
        """It in one sentence."""
        total = self.rows[-1][1] if self.rows else [0] * len(FLOW)
        return "，".join(f"{label} {n} 件次" for (label, _), n in zip(FLOW, total, strict=True)) + "。"


def brief(work: Work, week: Week, chain: str = "") -> Brief:
    """Return the brief of a week, of what this actor reads, or of one chain. Raises NotAllowed, NotFound."""
    chains = [one for one in reading.scopes(work) if one]
    if chain and chain not in chains:
        raise NotFound("没有这条产业链的周报，或者您看不到它。")
    chains = [chain] if chain else chains
    directory = known.of(work.session).directory
    by_chain, days = _flow(work, week, chains)
    rows = [
        (directory.chains[one].short, [sum(by_chain[one, each] for each in some) for _, some in FLOW])
        for one in chains
    ]
    if len(rows) > 1:
        rows.append(("合计", [sum(column) for column in zip(*(row[1] for row in rows), strict=True)]))
    fresh = week >= last_week(local(work.now).date())
    standing, late, listed = _standing(work, chains) if fresh else ("", (), ())
    whole = reading.scopes(work)[0] == "" and not chain
    scope = known.of(work.session).name if whole else "、".join(directory.chains[one].name for one in chains)
    return Brief(week, chains, scope, moment_text(work.now, year=0), rows, days, standing, late, listed)


def _flow(
    work: Work, week: Week, chains: Sequence[str]
) -> tuple[Counter[tuple[str, Action]], list[tuple[str, int, int]]]:
    """Return how often each thing was done in each chain, and what came and went on each day."""
    rows = work.session.execute(
        select(Ticket.chain_code, TicketEvent.action, TicketEvent.at)
        .join(Ticket, Ticket.id == TicketEvent.ticket_id)
        .where(*_within(week, chains))
    )
    found: Counter[tuple[str, Action]] = Counter()
    raised, closed = Counter[int](), Counter[int]()
    for chain, action, at in rows:
        found[chain, Action(action)] += 1
        day = local(at).weekday()
        raised[day] += action in FLOW[0][1]
        closed[day] += action is Action.CLOSE
    return found, [(f"周{_DAYS[day]}", raised[day], closed[day]) for day in range(7)]


def _within(week: Week, chains: Sequence[str]) -> tuple[ColumnElement[bool], ...]:
    return (
        TicketEvent.recorded_at >= week.begin,
        TicketEvent.at >= week.begin,  # what a ledger brought in happened before
        TicketEvent.at < week.end,
        TicketEvent.action.in_(sorted(_TOLD)),
        Ticket.confidential.is_(False),
        Ticket.chain_code.in_(chains),
    )


def _standing(work: Work, chains: Sequence[str]) -> tuple[str, Sequence[tuple[str, int]], Sequence[LateLine]]:
    """Say how it stands just now: open, overdue by unit, due within the coming seven days."""
    within: list[ColumnElement[bool]] = [
        Ticket.is_open.is_(True),
        Ticket.confidential.is_(False),
        Ticket.chain_code.in_(chains),
    ]
    late, soon = Ticket.due_at <= work.now, Ticket.due_at <= work.now + timedelta(days=7)
    counted = work.session.execute(
        select(Ticket.lead_unit_code, late, soon, func.count())
        .where(*within)
        .group_by(Ticket.lead_unit_code, late, soon)
    ).all()
    directory = known.of(work.session).directory
    by_unit: Counter[str] = Counter()
    for unit, is_late, _, n in counted:
        if is_late:
            by_unit[directory.unit_name(unit or "") or "还没有派到单位"] += n
    open_, overdue = sum(row[3] for row in counted), by_unit.total()
    ahead = sum(row[3] for row in counted if row[2] and not row[1])
    rows = work.session.execute(
        select(Ticket.number, Ticket.title, Ticket.lead_unit_code, Ticket.due_at)
        .where(*within, late, tickets.visible(work.actor))
        .order_by(Ticket.due_at, Ticket.id)
        .limit(_LISTED)
    )
    listed = [
        LateLine(number, title, directory.unit_name(unit or ""), moment_text(due, year=0))
        for number, title, unit, due in rows
        if due is not None
    ]
    said = f"在办 {open_} 件，逾期 {overdue} 件，7 天内到期 {ahead} 件。"
    return said, by_unit.most_common(), listed


def document(found: Brief) -> bytes:
    """Return a brief as .docx."""
    layout: list[Para | Grid | Chart] = [
        Para(f"{found.scope}诉求办理周报", TITLE),
        Para(f"（{found.week.text}）", SMALL),
        Para("一、本周办理", HEAD),
        Para(found.words),
        _grid(("产业链", *found.columns), [(label, *map(str, row)) for label, row in found.rows]),
        Chart(found.bars.title, found.bars.labels, found.bars.series),
    ]
    if found.standing:
        layout += [Para("二、现在停在哪里", HEAD), Para(f"截至{found.until}，{found.standing}")]
        if found.late:
            layout.append(_grid(("单位", "逾期件数"), [(unit, str(n)) for unit, n in found.late]))
        if found.listed:
            rows = [(one.number, one.title, one.unit, one.due) for one in found.listed]
            layout += [
                Para("逾期的，最早到期的在前", CAPTION),
                _grid(("编号", "事项", "主办单位", "到期"), rows),
            ]
    layout.append(
        Para(
            f"说明：{_MEANING}",
            SMALL,
        )
    )
    return making.make(layout)


def annex(work: Work, found: Brief) -> bytes:
    """Return the .xlsx beside a brief: its tables, and every step that it counts by the number of its ticket.

    What the reader may not see counts without its number.
    """
    made = BytesIO()
    shown = [
        Table("本周办理", ("产业链", *found.columns), [(label, *row) for label, row in found.rows], _WIDTHS),
        Table("每天", ("哪天", "提出", "销号"), found.days, (10, 10, 10)),
    ]
    if found.standing:
        shown.append(Table("逾期", ("单位", "逾期件数"), found.late, (28, 10)))
    shown.append(
        Table(
            "数到的每一步",
            ("数的是什么", "诉求编号", "产业链", "哪天"),
            _steps(work, found),
            (16, 20, 16, 22),
        )
    )
    about = (
        ("名称", f"{found.scope}诉求办理周报"),
        ("哪一周", found.week.text),
        ("截至", found.until),
        ("现在", found.standing or "这一周过去很久了，不说现在停在哪里"),
        ("说明", _MEANING),
    )
    shown.append(Table("说明", ("", "内容"), about, (14, 80)))
    sheet_writing.write_several(made, shown, created=work.now)
    return made.getvalue()


_WIDTHS = (16, *(12 for _ in FLOW))


def _steps(work: Work, found: Brief) -> Iterator[Sequence[str]]:
    """Yield each step that is counted: which, of which ticket, in which chain, when."""
    names = known.of(work.session).directory.chains
    labels = {action: label for label, some in FLOW for action in some}
    seen = case((tickets.visible(work.actor), Ticket.number), else_=UNNAMED)
    rows = work.session.execute(
        select(TicketEvent.action, seen, Ticket.chain_code, TicketEvent.at)
        .join(Ticket, Ticket.id == TicketEvent.ticket_id)
        .where(*_within(found.week, found.chains))
        .order_by(TicketEvent.at, TicketEvent.id)
    )
    for action, number, code, at in rows:
        yield labels[Action(action)], number, names[code].short, moment_text(at, year=0)


def _grid(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Grid:
    texts = len(head) if head[0] == "编号" else 1
    first = Row(list(head), head=True, figures=texts)
    others = (Row([plain(one) for one in row], labels=False, figures=texts) for row in rows)
    return Grid((22, 38, 20, 26) if texts > 1 else [2] + [1] * (len(head) - 1), [first, *others])


def file_name(found: Brief, ending: str) -> str:
    """Return the name of a file of a brief."""
    return f"{found.scope}{found.week.text}诉求办理周报{'附表' if ending == 'xlsx' else ''}.{ending}"
