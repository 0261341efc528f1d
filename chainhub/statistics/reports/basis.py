"""What a month's figures are made of: as the history is now, by cells and tail; or as it was, by the history alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select

from chainhub.core.errors import Conflict
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI
from chainhub.county import known
from chainhub.reminders.models import Clock
from chainhub.statistics import queries, rules, stories
from chainhub.statistics.models import StatCase, StatMark
from chainhub.statistics.presenting import ALL_MEASURES
from chainhub.statistics.queries import Counts, Question
from chainhub.statistics.reports.terms import Period
from chainhub.statistics.rules import MEASURED, OF_UNITS, Mark, Story, Watch
from chainhub.statistics.stories import Case, Until
from chainhub.statistics.terms import Cut, Measure, Month, Span, month_of
from chainhub.tickets import queries as tickets
from chainhub.tickets.clockwork import UNIT_CLOCKS, ClockKind
from chainhub.tickets.models import Ticket, TicketEvent
from chainhub.tickets.workflow import ENDS, Action, State

_M = Measure
_TRIES = 5
_WITH_UNIT = frozenset(
    {
        State.DISPATCHED,
        State.DISPUTED,
        State.HANDLING,
        State.AWAITING_INFO,
        State.CONSULTING,
        State.CARRIED_OVER,
        State.ENDORSING,
    }
)
"""Where a unit still has it: 未办结."""
Marked = tuple[Case, Mark]


class Stood(NamedTuple):
    """A ticket that was open when the month ended."""

    ticket: int
    unit: str  # that had it still; empty: none
    carried: bool


@dataclass(frozen=True, slots=True)
class Basis:
    """Everything that a month's figures are computed from."""

    months: Counts
    units: Counts
    chains: Counts
    categories: Counts
    kinds: Counts
    channels: Counts
    marks: Sequence[Marked]  # of the month
    stood: Sequence[Stood]


def questions(period: Period) -> tuple[Question, ...]:
    """Return what is asked, in the order of `Basis`."""
    chains = frozenset({period.chain}) if period.chain else None
    recent = Span(period.before.first, period.month)
    of_units = frozenset({_M.DISPATCHED, _M.HANDLING, _M.SATISFIED})
    return (
        Question(period.whole, ALL_MEASURES, Cut.ALL, chains),
        Question(period.rolling, of_units, Cut.UNIT, chains),
        Question(
            period.rolling, frozenset({_M.RAISED, _M.CLOSED, _M.HANDLING, _M.SATISFIED}), Cut.CHAIN, chains
        ),
        Question(recent, frozenset({_M.RAISED, _M.CLOSED}), Cut.CATEGORY, chains),
        Question(recent, frozenset({_M.RAISED}), Cut.KIND, chains),
        Question(recent, frozenset({_M.RAISED}), Cut.CHANNEL, chains),
    )


def begin_of(month: Month) -> datetime:
    """Return the first moment of a month in Shanghai."""
    return datetime.combine(datetime(month.year, month.month, 1, tzinfo=SHANGHAI).date(), time(), SHANGHAI)


def end_of(month: Month) -> datetime:
    """Return the first moment after a month."""
    return begin_of(month.plus(1))


# As it is now


def now(work: Work, period: Period) -> Basis:
    """Return what the figures are made of at this moment. Raises Conflict where the fold runs too often."""
    found = queries.several(work, questions(period))
    stood = standing(stories.stories(work, _left(work, period)), period)
    return _of_counts(found, marks(work, period), stood)


def _of_counts(found: Sequence[Counts], marked: Sequence[Marked], stood: Sequence[Stood]) -> Basis:
    months, units, chains, categories, kinds, channels = found  # in the order of `questions`
    return Basis(months, units, chains, categories, kinds, channels, marked, stood)


def marks(work: Work, period: Period) -> list[Marked]:
    """Return every mark of the month, kept, beyond the watermark or of a limit that is broken and runs."""
    asked = _all(period)
    for _ in range(_TRIES):
        folded = stories.folded_to(work.session)
        tail = stories.tail_of(work.session, folded)
        found = list(_kept(work, asked, folded))
        for story in stories.stories(work, tail):
            found.extend((stories.case_of(story), mark) for mark in rules.judge(story, work.calendar))
        if stories.folded_to(work.session) == folded:
            found.extend((one.case, one.mark) for one in stories.late(work))
            return [(case, mark) for case, mark in found if asked.place(case, mark) is not None]
    raise Conflict("统计正在汇总，请过一会儿刷新。", code="busy")


def _all(period: Period) -> Question:
    return Question(period.alone, ALL_MEASURES, Cut.ALL, frozenset({period.chain}) if period.chain else None)


def _kept(work: Work, asked: Question, folded: int) -> list[Marked]:
    beyond = select(TicketEvent.ticket_id).where(TicketEvent.id > folded)
    rows = (
        select(*queries.CASE, *queries.MARK)
        .join(StatCase, StatCase.ticket_id == StatMark.ticket_id)
        .where(
            StatMark.measure.in_(sorted(one.value for one in asked.measures)),
            StatMark.month == asked.span.first.code,
            StatMark.ticket_id.not_in(beyond),
        )
    )
    if asked.chains is not None:
        rows = rows.where(StatCase.chain.in_(sorted(asked.chains)))
    return [queries.read(tuple(row)) for row in work.session.execute(rows)]


def _left(work: Work, period: Period) -> list[int]:
    """Return the tickets that may have been open when the month ended: open still, or something happened since."""
    since = select(TicketEvent.ticket_id).where(TicketEvent.recorded_at >= end_of(period.month))
    found = select(Ticket.id).where(or_(Ticket.is_open, Ticket.id.in_(since)), *_of(period))
    return list(work.session.scalars(found.order_by(Ticket.id)))


def _of(period: Period) -> list[ColumnElement[bool]]:
    return [Ticket.chain_code == period.chain] if period.chain else []


def standing(found: Sequence[Story], period: Period) -> list[Stood]:
    """Return which tickets were open when the month ended, and with which unit, by their history alone."""
    end, stood = end_of(period.month), []
    for story in found:
        steps = [one for one in rules.led(story) if one.deed.at < end]
        if story.hidden or not steps or steps[-1].deed.target in ENDS:
            continue
        state = steps[-1].deed.target
        unit = steps[-1].unit if state in _WITH_UNIT else ""
        stood.append(Stood(story.ticket, unit, state is State.CARRIED_OVER))
    return sorted(stood)


# What may still change


def limits(work: Work, period: Period) -> list[dict[str, Any]]:
    """Return the limits that count, or might, and may still change: broken ones that run, and those under review.

    The due date of a limit that runs is moved by pauses, extensions and corrections later; a resolution that is sent
    back lets its limit run on. So what they were is a part of what is signed.
    """
    running = [one.clock for one in stories.late(work) if _counts(period, one.case, one.mark)]
    review = (
        select(Clock, Ticket.id)
        .join(Ticket, and_(Clock.owner_kind == tickets.OWNER, Ticket.id == Clock.owner_id))
        .where(
            Ticket.state == State.RESOLVED,
            Clock.kind.in_(sorted(one.value for one in UNIT_CLOCKS)),
            Clock.stopped_at == Ticket.resolved_at,
            Ticket.confidential.is_(False),
            *_of(period),
        )
    )
    rows = [(clock, ticket) for clock, ticket in work.session.execute(review)]
    for place in range(0, len(running), stories.SOME):
        some = select(Clock, Clock.owner_id).where(Clock.id.in_(running[place : place + stories.SOME]))
        rows.extend((clock, ticket) for clock, ticket in work.session.execute(some))
    return [_limit(work, clock, ticket) for clock, ticket in sorted(rows, key=lambda one: one[0].id)]


def _counts(period: Period, case: Case, mark: Mark) -> bool:
    return period.whole.holds(mark.month) and period.chain in {"", case.chain}


def _limit(work: Work, clock: Clock, ticket: int) -> dict[str, Any]:
    found = stories.watch_of(work, clock)
    return {
        "clock": clock.id,
        "ticket": ticket,
        "kind": found.kind.value,
        "unit": found.unit,
        "started_at": found.started_at.astimezone(SHANGHAI).isoformat(),
        "due_at": found.due_at.astimezone(SHANGHAI).isoformat(),
        "plain_due_at": found.plain_due_at.astimezone(SHANGHAI).isoformat(),
        "stopped_at": found.stopped_at.astimezone(SHANGHAI).isoformat() if found.stopped_at else None,
        "reason": found.reason,
    }


def watch_from(said: Mapping[str, Any]) -> Watch:
    """Read what `limits` wrote."""
    return Watch(
        ClockKind(said["kind"]),
        said["unit"],
        datetime.fromisoformat(said["started_at"]),
        datetime.fromisoformat(said["due_at"]),
        datetime.fromisoformat(said["plain_due_at"]),
        datetime.fromisoformat(said["stopped_at"]) if said["stopped_at"] else None,
        said["reason"],
    )


# As it was


def then(work: Work, period: Period, line: int, at: datetime, signed: Sequence[Mapping[str, Any]]) -> Basis:
    """Return what the figures were made of at a line of history: from the history, and the limits that were signed."""
    ended: dict[int, list[Watch]] = {}
    for one in signed:
        if one["stopped_at"]:
            ended.setdefault(one["ticket"], []).append(watch_from(one))
    until = Until(line, at, frozenset(one["clock"] for one in signed), ended)
    found = stories.stories(work, _touched(work, period, line), until)
    cases = _cases(work, found, line)
    judged = [(cases[story.ticket], mark) for story in found for mark in rules.judge(story, work.calendar)]
    judged.extend(_broken(signed, cases))
    asked = _all(period)
    inside = [(case, mark) for case, mark in judged if asked.place(case, mark) is not None]
    counts = [queries.counted(one, judged) for one in questions(period)]
    return _of_counts(counts, inside, standing(found, period))


def _touched(work: Work, period: Period, line: int) -> list[int]:
    """Return the tickets that can count: of whom something was written down since the first month, and open ones.

    Whatever counts in a month was written down in it or later; a limit that ran out may have been left alone since,
    and then its ticket is open.
    """
    lines = select(TicketEvent.ticket_id).where(
        TicketEvent.recorded_at >= begin_of(period.whole.first), TicketEvent.id <= line
    )
    found = select(Ticket.id).where(or_(Ticket.is_open, Ticket.id.in_(lines)), *_of(period))
    beyond = select(TicketEvent.ticket_id).where(TicketEvent.id > line)
    more = select(Ticket.id).where(Ticket.id.in_(beyond), *_of(period))
    return sorted({*work.session.scalars(found), *work.session.scalars(more)})


def _broken(signed: Sequence[Mapping[str, Any]], cases: Mapping[int, Case]) -> list[Marked]:
    found = []
    for one in signed:
        if one["stopped_at"] is None and one["ticket"] in cases:
            kind, due = ClockKind(one["kind"]), datetime.fromisoformat(one["due_at"])
            unit = one["unit"] if kind in OF_UNITS else ""
            found.append(
                (cases[one["ticket"]], Mark(MEASURED[kind][0], month_of(due).code, unit, rules.LATE))
            )
    return found


def _cases(work: Work, found: Sequence[Story], line: int) -> dict[int, Case]:
    """Return along what tickets were counted: of those that were reclassified since, as they were before."""
    cases = {one.ticket: stories.case_of(one) for one in found}
    changed = set(
        work.session.scalars(
            select(TicketEvent.ticket_id).where(
                TicketEvent.id > line, TicketEvent.action == Action.RECLASSIFY
            )
        )
    )
    for ticket, (category, kind) in _classified(work, sorted(changed & cases.keys()), line).items():
        cases[ticket] = cases[ticket]._replace(category=category, kind=kind)
    return cases


_CLASSIFYING = (Action.SUBMIT, Action.BACKFILL, Action.RECLASSIFY)


def _classified(work: Work, ids: Sequence[int], line: int) -> dict[int, tuple[str, str]]:
    """Return category (of the first level) and kind of some tickets as their lines up to one have them."""
    directory = known.of(work.session).directory
    found: dict[int, tuple[str, str]] = {}
    for place in range(0, len(ids), stories.SOME):
        rows = work.session.execute(
            select(TicketEvent.ticket_id, TicketEvent.data)
            .where(
                TicketEvent.ticket_id.in_(ids[place : place + stories.SOME]),
                TicketEvent.id <= line,
                TicketEvent.action.in_(_CLASSIFYING),
            )
            .order_by(TicketEvent.ticket_id, TicketEvent.seq)
        )
        for ticket, data in rows:
            category, kind = found.get(ticket, ("", ""))
            said = data.get("kind") or ("complaint" if data.get("complained_unit") else "")
            top = stories.top_of(directory, data.get("category"))
            found[ticket] = (top or category, said or kind)
    return found
