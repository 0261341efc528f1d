"""Reading what statistics know of tickets: their history, the limits that were measured, and what runs late just now."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from chainhub.core.db import read_rows, spelled_out
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.directory.rules import Directory
from chainhub.reminders import service as reminders
from chainhub.reminders.models import Clock
from chainhub.statistics.appeals.models import Appeal
from chainhub.statistics.appeals.terms import Verdict
from chainhub.statistics.models import StatState
from chainhub.statistics.rules import MEASURED, OF_UNITS, Deed, Mark, Story, Watch
from chainhub.statistics.terms import Cut, month_of
from chainhub.tickets import queries as tickets
from chainhub.tickets.clockwork import ClockKind
from chainhub.tickets.models import Ticket, TicketEvent
from chainhub.tickets.service.importing import UNDONE
from chainhub.tickets.workflow import BESIDE, Action, State

SOME = 500  # tickets that are read at once
_UNTOLD = sorted(
    BESIDE - {Action.GRANT, Action.ASSESS_UPHOLD} | {Action.ASSIGN, Action.CONTACT, Action.RECLASSIFY}
)
"""Lines that no figure asks about; none of them moves a ticket."""
_KINDS = sorted(MEASURED)
_REASONS = sorted(frozenset[str]().union(*(reasons for _, reasons in MEASURED.values())))
NO_CATEGORY = ""
# The statements of every page of figures are built once: to build one costs more than to run it.
_FOLDED_TO = select(StatState.folded_to).where(StatState.id == 1)
_BEYOND = select(TicketEvent.ticket_id).where(TicketEvent.id > bindparam("after"))
BEYOND_MOST = 1000  # lines that `beyond` names


class Case(NamedTuple):
    """Along what a ticket is counted."""

    ticket: int
    chain: str
    enterprise: str
    category: str
    kind: str
    channel: str

    def key(self, cut: Cut, mark: Mark) -> str | None:
        """Return under which key a mark of this ticket stands along a cut; None where it does not."""
        if cut is Cut.UNIT:
            return mark.unit or None
        if cut is Cut.ALL:
            return ""
        return str(getattr(self, cut.value))


def folded_to(session: Session) -> int:
    """Return up to which line of history marks and cells hold."""
    return session.scalar(_FOLDED_TO) or 0


def tail_of(session: Session, after: int) -> list[int]:
    """Return the tickets that have lines beyond one, in the order of their ids.

    Neither distinct nor in order for the database: for either it would walk the whole index by tickets.
    """
    return sorted(set(session.scalars(_BEYOND, {"after": after})))


def beyond() -> Select[int]:
    """Return a statement for the tickets of the first lines beyond the watermark, up to `BEYOND_MOST`.

    In order and bounded, for the database: of a border that it cannot know it would expect a third of all lines.
    """
    folded = func.coalesce(_FOLDED_TO.scalar_subquery(), 0)
    return (
        select(TicketEvent.ticket_id)
        .where(TicketEvent.id > folded)
        .order_by(TicketEvent.id)
        .limit(literal_column(str(BEYOND_MOST)))
    )


@dataclass(frozen=True, slots=True)
class Until:
    """The history as it was: up to a line, at a moment.

    A limit that stopped never changes, unless its ticket is sent back to the unit. So those that could still change at
    that moment are given as they were then, by ticket; `clocks` are the rows that they stand for.
    """

    line: int
    at: datetime
    clocks: frozenset[int] = frozenset()
    watches: Mapping[int, Sequence[Watch]] = field(default_factory=dict)


def stories(work: Work, ids: Sequence[int], until: Until | None = None) -> list[Story]:
    """Return what statistics know of some tickets, now or as it was. Three queries for each `SOME` of them."""
    found: list[Story] = []
    for place in range(0, len(ids), SOME):
        found.extend(_some(work, ids[place : place + SOME], until))
    return found


def _some(work: Work, ids: Sequence[int], until: Until | None) -> Iterable[Story]:
    session, directory = work.session, known.of(work.session).directory
    deeds: dict[int, list[Deed]] = {}
    lines = (
        select(*_DEED)
        .where(TicketEvent.ticket_id.in_(ids), TicketEvent.action.not_in(_UNTOLD))
        .order_by(TicketEvent.ticket_id, TicketEvent.seq)
    )
    limits = (
        select(Clock)
        .where(
            Clock.owner_kind == tickets.OWNER,
            Clock.owner_id.in_(ids),
            Clock.kind.in_(_KINDS),
            Clock.stop_reason.in_(_REASONS),
            Clock.stopped_at.is_not(None),
        )
        .order_by(Clock.id)
    )
    watches: dict[int, list[Watch]] = {}
    if until is not None:
        lines = lines.where(TicketEvent.id <= until.line)
        limits = limits.where(Clock.stopped_at <= until.at, Clock.id.not_in(sorted(until.clocks)))
        watches = {one: list(until.watches[one]) for one in ids if one in until.watches}
    for row in session.execute(lines):
        deeds.setdefault(row[0], []).append(Deed(*row[1:]))
    for clock in session.scalars(limits):
        watches.setdefault(clock.owner_id, []).append(watch_of(work, clock))
    rows = session.execute(select(*_TICKET).where(Ticket.id.in_(ids)).order_by(Ticket.id))
    return [_story(row, directory, deeds[row.id], watches.get(row.id, ())) for row in rows if row.id in deeds]


_DEED = (
    TicketEvent.ticket_id,
    TicketEvent.seq,
    TicketEvent.action,
    TicketEvent.source,
    TicketEvent.target,
    TicketEvent.data,
    TicketEvent.at,
)
_TICKET = (
    Ticket.id,
    Ticket.chain_code,
    Ticket.enterprise_code,
    Ticket.category_code,
    Ticket.kind,
    Ticket.channel,
    Ticket.confidential,
    Ticket.origin_kind,
    Ticket.import_id,
    Ticket.lead_unit_code,
    Ticket.first_closed_at,
)


def watch_of(work: Work, clock: Clock) -> Watch:
    """Return a clock as statistics measure it: with the due date that it would have had without an extension."""
    plain = clock.due_at
    if clock.extension:
        read = reminders.reading(clock)
        plain = work.calendar.due(read.started_at, read.limit, read.pauses, floor=read.floor).at
    kind = ClockKind(clock.kind)
    unit = clock.holder_ref if kind in OF_UNITS else ""
    return Watch(kind, unit, clock.started_at, clock.due_at, plain, clock.stopped_at, clock.stop_reason)


def _story(
    row: Row[*tuple[Any, ...]], directory: Directory, deeds: Sequence[Deed], watches: Sequence[Watch]
) -> Story:
    unit, closed_at = _of_ledger(row, deeds)
    return Story(
        row.id,
        row.chain_code,
        row.enterprise_code,
        top_of(directory, row.category_code),
        row.kind.value if row.kind else "",
        row.channel.value,
        row.confidential or (row.origin_kind == UNDONE and deeds[-1].target is State.WITHDRAWN),
        unit,
        closed_at,
        deeds,
        watches,
    )


def _of_ledger(row: Row[*tuple[Any, ...]], deeds: Sequence[Deed]) -> tuple[str, datetime | None]:
    """Return who handled what a ledger brought in as finished, and when it was closed: what the history says of it.

    The ticket forgets it where the import is taken back, and has another unit where it is done again. Histories that were
    written before this stood in them know no better than the ticket.
    """
    if row.import_id is None:
        return "", None
    told = deeds[0].data.get("finished")
    if told is None:
        return row.lead_unit_code or "", row.first_closed_at
    return told["lead_unit"] or "", datetime.fromisoformat(told["closed_at"])


def top_of(directory: Directory, code: str | None) -> str:
    """Return the first-level category of a code; an empty string for none."""
    return (directory.above(code) or [NO_CATEGORY])[-1]


def case_of(story: Story) -> Case:
    """Return along what a ticket is counted."""
    return Case(story.ticket, story.chain, story.enterprise, story.category, story.kind, story.channel)


class Late(NamedTuple):
    """A limit that runs and is broken already: it counts as broken from its due date on."""

    clock: int
    case: Case
    mark: Mark


RUNNING: tuple[ColumnElement[Any] | InstrumentedAttribute[Any], ...] = (
    Clock.id,
    Clock.kind,
    Clock.holder_ref,
    Clock.due_at,
    Ticket.id,
    Ticket.chain_code,
    Ticket.enterprise_code,
    Ticket.category_code,
    Ticket.kind,
    Ticket.channel,
    exists().where(Appeal.ticket_id == Ticket.id, Appeal.standing == Verdict.UPHELD),
)
"""What is read of a limit that runs, for `told_late`."""
_NOW: BindParameter[datetime] = bindparam("now", type_=Clock.due_at.type)


def running(*before: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    """Return a statement for some columns and then `RUNNING`, of every measured limit past its due date at the moment `now`."""
    return (
        select(*before, *RUNNING)
        .join_from(Clock, Ticket, and_(Clock.owner_kind == tickets.OWNER, Ticket.id == Clock.owner_id))
        .where(
            Clock.stopped_at.is_(None),
            Clock.kind.in_(_KINDS),
            Clock.due_at <= _NOW,
            Ticket.confidential.is_(False),
            Ticket.excluded.is_(False),
        )
    )


_RUNNING = spelled_out(running().order_by(Clock.id.desc()))


def late(work: Work) -> list[Late]:
    """Return every measured limit that runs and is past its due date, of what stands in the figures."""
    return told_late(work, read_rows(work.session, _RUNNING, {"now": work.now}).all())


def told_late(work: Work, rows: Sequence[Sequence[Any]]) -> list[Late]:
    """Return the same from the columns `RUNNING` that were read with something else."""
    directory = known.of(work.session).directory
    struck = _struck(work, [row[4] for row in rows if row[-1]])
    found = []
    for clock, kind, holder, due_at, *dims, _ in rows:
        ticket, chain, enterprise, category, sort, channel = dims
        case = Case(
            ticket, chain, enterprise, top_of(directory, category), sort.value if sort else "", channel.value
        )
        unit = holder if ClockKind(kind) in OF_UNITS else ""
        mark = Mark(MEASURED[ClockKind(kind)][0], month_of(due_at).code, unit, 0)
        if (ticket, mark.measure.value, mark.unit, mark.month) not in struck:
            found.append(Late(clock, case, mark))
    return found


def _struck(work: Work, ids: Sequence[int]) -> frozenset[tuple[int, str, str, int]]:
    """Return what appeals took out of the figures of some tickets; nothing is asked where there is none."""
    if not ids:
        return frozenset()
    rows = work.session.execute(
        select(Appeal.ticket_id, Appeal.measure, Appeal.unit_code, Appeal.month).where(
            Appeal.ticket_id.in_(ids), Appeal.standing == Verdict.UPHELD
        )
    )
    return frozenset((ticket, measure, unit, month) for ticket, measure, unit, month in rows)


NEWEST = select(func.coalesce(func.max(TicketEvent.id), 0)).scalar_subquery()
"""The newest line of history, for who asks it along with something else."""


def last_line(session: Session) -> int:
    """Return the newest line of history."""
    return session.scalar(select(func.max(TicketEvent.id))) or 0


def reached(session: Session) -> tuple[int, int]:
    """Return up to which line the cells hold, and the newest line of history: of one moment."""
    mark = select(StatState.folded_to).where(StatState.id == 1).scalar_subquery()
    found = session.execute(select(func.coalesce(mark, 0), NEWEST)).one()
    return int(found[0]), int(found[1])
