"""Which tickets call for a 督办 by the county's rules (domain, section 3). Reads only; each rule drafts once a round.

A rule begins at what has happened (a clock that ran out, an answer, a ruling) and comes to the ticket from there: what
the look costs follows what is amiss in the county and not what is open.
"""

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, text

from chainhub.core.rungs import Rung
from chainhub.core.work import Work
from chainhub.reminders.models import Clock, Said
from chainhub.tickets import queries
from chainhub.tickets.clockwork import UNIT_CLOCKS
from chainhub.tickets.models import Instruction, Supervision, Ticket, TicketEvent
from chainhub.tickets.terms import DissatisfiedReason, Satisfaction, SupervisionReason
from chainhub.tickets.workflow import Action, State

MENDABLE = (
    DissatisfiedReason.NOT_CONTACTED,
    DissatisfiedReason.PERFUNCTORY,
    DissatisfiedReason.BROKEN_PROMISE,
)
"""Reasons of a dissatisfaction that call for a 督办: 未联系, 敷衍, 未兑现."""
RETURNS = 2  # upheld in one round: sent to the wrong unit twice
_UPHELD = text(
    "ticket_event.action = 'uphold_return' AND ticket_event.source = 'disputed' AND ticket_event.target = 'accepted'"
)
"""A return of the ticket, not of a co-unit's part, that was upheld: the words of the index, which a bound value hides."""


def calling(work: Work, limit: int) -> Sequence[int]:
    """Return open tickets that call for a draft, and any whose instruction was not answered in time."""
    found: dict[int, None] = {}
    for rule in _RULES.values():
        found |= dict.fromkeys(work.session.scalars(rule(work).limit(limit)))
    late = _late(work).order_by(Instruction.due_at).limit(limit)
    found |= dict.fromkeys(one.ticket_id for one in work.session.scalars(late))
    return list(found)[:limit]


def reasons(work: Work, ticket: Ticket) -> list[SupervisionReason]:
    """Return the rules that call for a draft about this ticket and have none yet."""
    return [
        reason
        for reason, rule in _RULES.items()
        if work.session.scalar(rule(work).where(Ticket.id == ticket.id)) is not None
    ]


def late_instructions(work: Work, ticket: Ticket) -> Sequence[Instruction]:
    """Return instructions about this ticket that were not answered in time and are not supervised yet."""
    return work.session.scalars(_late(work).where(Instruction.ticket_id == ticket.id)).all()


def _late(work: Work) -> Select[Instruction]:
    drafted = select(Supervision.id).where(Supervision.instruction_id == Instruction.id)
    return select(Instruction).where(
        Instruction.answered_at.is_(None), Instruction.due_at <= work.now, ~drafted.exists()
    )


def _open(reason: SupervisionReason) -> Select[int]:
    drafted = select(Supervision.id).where(
        Supervision.ticket_id == Ticket.id,
        Supervision.round == Ticket.round,
        Supervision.reason == reason,
    )
    # In other words than those of the indexes of open tickets, so that the database begins where the rule begins.
    return select(Ticket.id).where(Ticket.is_open.is_not(False), ~drafted.exists())


def _overdue(work: Work) -> Select[int]:
    """Tickets whose unit is past its limit by the rung. It begins at the clocks that have run out, not at the tickets."""
    said = select(Said.id).where(
        Said.clock_id == Clock.id, Said.due_at == Clock.due_at, Said.rung == Rung.PLUS_2.value
    )
    late = select(Clock.owner_id).where(
        Clock.owner_kind + ""
        == queries.OWNER,  # not by the index of owners: nearly every clock is a ticket's
        Clock.stopped_at.is_(None),
        Clock.kind.in_([kind.value for kind in sorted(UNIT_CLOCKS)]),
        Clock.due_at <= work.now,
        said.exists(),
    )
    return _open(SupervisionReason.OVERDUE).where(Ticket.id.in_(late))


def _happened(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return that something of this sort happened in the ticket's present round."""
    return (
        select(TicketEvent.id)
        .where(TicketEvent.ticket_id == Ticket.id, TicketEvent.round == Ticket.round, *conditions)
        .exists()
    )


def _mendable(work: Work) -> Select[int]:
    said = TicketEvent.data["reason_code"].as_string().in_([one.value for one in MENDABLE])
    return _open(SupervisionReason.DISSATISFIED).where(
        text("dissatisfied > 0"), _happened(TicketEvent.action == Action.REOPEN, said)
    )


def _twice(work: Work) -> Select[int]:
    unhappy = TicketEvent.data["satisfaction"].as_string() == Satisfaction.DISSATISFIED.value
    again = or_(
        TicketEvent.action.in_((Action.REOPEN, Action.ESCALATE)),
        and_(TicketEvent.action == Action.CONFIRM, unhappy),
    )
    return _open(SupervisionReason.DISSATISFIED_TWICE).where(
        text("dissatisfied > 0"), Ticket.dissatisfied > 1, _happened(again)
    )


def _returned(work: Work) -> Select[int]:
    """Tickets that were sent to the wrong unit twice. It begins at the returns that were upheld, not at the tickets."""
    twice = (
        select(TicketEvent.ticket_id, TicketEvent.round)
        .where(_UPHELD)
        .group_by(TicketEvent.ticket_id, TicketEvent.round)
        .having(func.count() >= RETURNS)
        .subquery()
    )
    before_done = (State.ACCEPTED, State.DISPATCHED, State.DISPUTED, State.HANDLING)
    return (
        _open(SupervisionReason.RETURNED_TWICE)
        .join(twice, and_(twice.c.ticket_id == Ticket.id, twice.c.round == Ticket.round))
        .where(Ticket.state.in_(before_done))
    )


_RULES: Mapping[SupervisionReason, Callable[[Work], Select[int]]] = {
    SupervisionReason.OVERDUE: _overdue,
    SupervisionReason.DISSATISFIED: _mendable,
    SupervisionReason.DISSATISFIED_TWICE: _twice,
    SupervisionReason.RETURNED_TWICE: _returned,
}
