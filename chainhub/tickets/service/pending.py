"""Which requests wait for a decision, and what becomes of them when the ticket moves on."""

from collections.abc import Mapping

from sqlalchemy import select

from chainhub.core.actor import THE_CLOCK
from chainhub.core.work import Work
from chainhub.reminders import service as reminders
from chainhub.reminders.models import Clock
from chainhub.tickets import queries
from chainhub.tickets.beside_models import Whistle
from chainhub.tickets.models import Request, Ticket
from chainhub.tickets.terms import (
    RequestKind,
    RequestState,
    SupervisionReason,
    SupervisionState,
    WhistleState,
)
from chainhub.tickets.workflow import BEFORE_RESOLVED, ENDS, State

OWNER = queries.REQUEST_OWNER  # owner_kind of a request's clock
_AT_WORK = frozenset({State.HANDLING})
ASKED_IN: Mapping[RequestKind, frozenset[State]] = {
    RequestKind.EXTENSION: _AT_WORK,
    RequestKind.CARRY_OVER: _AT_WORK,
    RequestKind.CONSULTATION: _AT_WORK,
    RequestKind.EXPEDITE: frozenset({State.SUBMITTED, State.ACCEPTED, State.HANDLING}),
    RequestKind.EXCLUSION: frozenset(
        {State.HANDLING, State.RESOLVED, State.REVIEWED, State.CONFIRMED, State.CLOSED}
    ),
}
"""Where a request makes sense; elsewhere one that was not decided is void."""


def void(work: Work, ticket: Ticket) -> None:
    """Void what was asked and makes no sense any more where the ticket stands now."""
    if not ticket.pending:
        return
    for request in queries.requests(work.session, ticket.id):
        if request.state is RequestState.PENDING and ticket.state not in ASKED_IN[request.kind]:
            request.decided_at = work.now
            settle(work, ticket, request, RequestState.VOID)


def drop_drafts(work: Work, ticket: Ticket) -> None:
    """Drop what was drafted to supervise a ticket that has ended; what was signed is answered all the same."""
    if not ticket.supervised or ticket.state not in ENDS:
        return
    for found in queries.supervisions(work.session, ticket.id):
        of_a_word = found.reason is SupervisionReason.INSTRUCTION_OVERDUE  # an end does not end that
        if found.state is SupervisionState.DRAFT and not of_a_word:
            found.state = SupervisionState.DROPPED
            found.decided_at = work.now


def settle_whistles(work: Work, ticket: Ticket) -> None:
    """End what was blown about a ticket that has ended; what the firm only asked for is void once there is an answer.

    What was merged may come back, and with it who was called.
    """
    if not ticket.whistled or ticket.state in BEFORE_RESOLVED:
        return
    ended = ticket.state in ENDS - {State.MERGED}
    for found in work.session.scalars(select(Whistle).where(Whistle.ticket_id == ticket.id)):
        if found.state is WhistleState.ASKED:
            found.state, found.decided_at = WhistleState.REFUSED, work.now
            found.decided_by, found.decision = THE_CLOCK.name, f"诉求已是“{ticket.state.label}”，不用再吹哨。"
        elif found.state is WhistleState.BLOWN and ended:
            found.state, found.ended_at = WhistleState.ENDED, work.now
            found.ended_by, found.ended_note = THE_CLOCK.name, f"诉求已是“{ticket.state.label}”，不用再报到。"


def settle(work: Work, ticket: Ticket, request: Request, state: RequestState) -> None:
    """Let a request wait no longer: its state, its clock, what the ticket knows of it."""
    request.state = state
    ticket.pending -= 1
    if request.kind is RequestKind.EXTENSION:
        ticket.extension_pending = False
    running = work.session.scalars(
        select(Clock).where(
            Clock.owner_kind == OWNER, Clock.owner_id == request.id, Clock.stopped_at.is_(None)
        )
    )
    for clock in running:
        reminders.stop(work, clock, state.value)


def due_again(work: Work, clock: Clock) -> None:
    """Compute anew until when a request is to be decided."""
    reminders.recompute(work, clock)
    work.session.get_one(Request, clock.owner_id).due_at = clock.due_at
