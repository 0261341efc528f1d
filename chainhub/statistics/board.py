"""大屏: what hangs in the hall. It names no enterprise, no title and no person, and nothing of what is confidential."""

from collections import Counter
from datetime import date

from sqlalchemy import ColumnElement, func, select

from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI
from chainhub.county import known
from chainhub.rotations.models import Rotation, Salon
from chainhub.rotations.workflow import State as SalonState
from chainhub.statistics import queries, reach, stories
from chainhub.statistics.figures import number_text, ranked
from chainhub.statistics.queries import Counts
from chainhub.statistics.reach import Narrow
from chainhub.statistics.showing import Board, BoardFigure, BoardRow, UnitBar
from chainhub.statistics.terms import Cut, Measure, Span, month_of, rolling
from chainhub.tickets.desk.leaders import STAGES
from chainhub.tickets.models import Ticket, TicketEvent
from chainhub.tickets.rules import day_text
from chainhub.tickets.workflow import BESIDE, Action

_MOVES, _LOOKED_AT = 4, 60  # lines that are shown, and the newest among which they are found
_UNITS, _SALONS = 6, 2
_QUIET = BESIDE | {Action.ASSIGN, Action.RECLASSIFY, Action.CALL_FAILED, Action.MERGE, Action.UNMERGE}
"""Lines that a hall need not read."""


def board(work: Work, *, visit: bool) -> Board:
    """Return the board. For visitors (参观模式) without the overdue figure and without units that are late just now."""
    this = month_of(work.now)
    flow = frozenset({Measure.CLOSED, Measure.SATISFIED})
    year = rolling(this)
    found, units = queries.several(
        work,
        (
            reach.question(work, year, flow, Narrow()),
            reach.question(work, year, frozenset({Measure.HANDLING}), Narrow(Cut.UNIT)),
        ),
    )
    local = work.now.astimezone(SHANGHAI)
    rows, open_, soon, overdue = _standing(work)
    return Board(
        f"{local:%H:%M}",
        f"{day_text(local.date())} 周{'一二三四五六日'[local.weekday()]}",
        (
            BoardFigure("在办", "", str(open_), "件", "此刻没到终点的"),
            BoardFigure("1 个工作日内到期", "yellow", str(soon), "件", "今天和下一个工作日"),
            _closed(found, Span(this, this), Span(this.plus(-1), this.plus(-1))),
            _satisfied(found),
            *(() if visit else (BoardFigure("逾期", "red", str(overdue), "件", "还没办完、过了时限的"),)),
        ),
        tuple(label for label, _ in STAGES),
        rows,
        _moves(work),
        _units(work, units, visit=visit),
        _salons(work, local.date()),
        visit,
    )


def _within(work: Work) -> list[ColumnElement[bool]]:
    chains = reach.of(work).chains
    found: list[ColumnElement[bool]] = [Ticket.confidential.is_(False)]
    return found if chains is None else [*found, Ticket.chain_code.in_(sorted(chains))]


def _standing(work: Work) -> tuple[tuple[BoardRow, ...], int, int, int]:
    """Return by chain how many stand at each step; in all how many are open, due soon, and overdue."""
    late, soon = Ticket.due_at <= work.now, Ticket.yellow_at <= work.now
    counted = work.session.execute(
        select(Ticket.chain_code, Ticket.state, late, soon, func.count())
        .where(Ticket.is_open, *_within(work))
        .group_by(Ticket.chain_code, Ticket.state, late, soon)
    )
    by_spot: Counter[tuple[str, str]] = Counter()
    open_ = due = overdue = 0
    for chain, state, is_late, is_soon, n in counted:
        by_spot[chain, state.value] += n
        open_ += n
        overdue += n if is_late else 0
        due += n if is_soon and not is_late else 0
    chains = reach.of(work).chains
    rows = []
    for code, one in known.of(work.session).directory.chains.items():
        if chains is None or code in chains:
            steps = [sum(by_spot[code, state.value] for state in states) for _, states in STAGES]
            rows.append(BoardRow(one.short, (*steps, sum(steps))))
    return tuple(rows), open_, due, overdue


def _closed(found: Counts, now: Span, before: Span) -> BoardFigure:
    shut, earlier = found.number(Measure.CLOSED, now), found.number(Measure.CLOSED, before)
    return BoardFigure("本月销号", "blue", str(shut), "件", f"{before.first.month}月 {earlier} 件")


def _satisfied(found: Counts) -> BoardFigure:
    result = found.result("satisfied")
    said = f"{number_text(result.top)} ÷ {result.n}，基本满意按 0.9 算" if result.n else "还没有评价"
    number = result.text.removesuffix("%")
    return BoardFigure("近 12 个月满意率", "", number, f"%，n = {result.n}" if result.n else "", said)


def _moves(work: Work) -> tuple[tuple[str, str, str], ...]:
    """Return the last moves by number and unit: whose hand it was stands nowhere."""
    newest = (
        select(TicketEvent.ticket_id, TicketEvent.action, TicketEvent.body, TicketEvent.at)
        .order_by(TicketEvent.id.desc())
        .limit(_LOOKED_AT)
        .subquery()
    )
    rows = work.session.execute(
        select(newest.c.at, Ticket.number, newest.c.body, newest.c.action)
        .join(Ticket, Ticket.id == newest.c.ticket_id)
        .where(
            *_within(work), newest.c.body != "", newest.c.action.not_in(sorted(one.value for one in _QUIET))
        )
        .order_by(newest.c.at.desc())
        .limit(_MOVES)
    )
    today = work.now.astimezone(SHANGHAI).date()
    found = []
    for at, number, body, action in rows:
        local = at.astimezone(SHANGHAI)
        when = f"{local:%H:%M}" if local.date() == today else day_text(local.date())
        found.append((when, number, f"{body}{Action(action).label}"))
    return tuple(found)


def _units(work: Work, found: Counts, *, visit: bool) -> tuple[UnitBar, ...]:
    directory = known.of(work.session).directory
    hidden = {one.mark.unit for one in stories.late(work)} if visit else set()
    best = ranked((key, found.result("handling_on_time", key)) for key in found.keys)
    return tuple(
        UnitBar(directory.unit_name(key), int((one.value or 0) * 100), one.text, one.share, "")
        for key, one in best
        if key not in hidden
    )[:_UNITS]


def _salons(work: Work, today: date) -> tuple[tuple[str, str], ...]:
    chains = reach.of(work).chains
    directory = known.of(work.session).directory
    asked = (
        select(Salon.on, Rotation.chain_code, Rotation.name)
        .join(Rotation, Rotation.id == Salon.rotation_id)
        .where(Salon.on >= today, Salon.stage.in_((SalonState.PLANNED, SalonState.ANNOUNCED)))
        .order_by(Salon.on, Salon.id)
        .limit(_SALONS)
    )
    if chains is not None:
        asked = asked.where(Rotation.chain_code.in_(sorted(chains)))
    return tuple(
        (day_text(on, year=today.year), f"{directory.chains[chain].short}{name}")
        for on, chain, name in work.session.execute(asked)
        if on is not None
    )
