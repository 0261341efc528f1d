"""What was answered in each round, and the calls that reached nobody: read from the history, where all of it stands."""

from collections.abc import Sequence

from sqlalchemy import select

from chainhub.core.work import Work
from chainhub.tickets import queries, rules
from chainhub.tickets.models import Ticket, TicketEvent
from chainhub.tickets.workflow import Action

_ACTIONS = (
    Action.CONFIRM,
    Action.REOPEN,
    Action.ESCALATE,
    Action.LAPSE,
    Action.DETERMINE,
    Action.CALL_FAILED,
    Action.RECHECK,
    Action.RECHECK_FINE,
)
MOST = 100  # a ticket has one answer a round and two calls; nobody has seen twenty


def of(work: Work, ticket: Ticket) -> Sequence[TicketEvent]:
    """Return the lines about answers and calls that this actor may read, the oldest first.

    A ticket that was never answered costs no query.
    """
    if ticket.answered_at is None:
        return ()
    standing = rules.parties(work.actor, queries.facts(work.session, ticket))
    found = work.session.scalars(
        select(TicketEvent)
        .where(TicketEvent.ticket_id == ticket.id, TicketEvent.action.in_(_ACTIONS))
        .order_by(TicketEvent.seq)
        .limit(MOST)
    ).all()
    calls = not rules.from_outside(standing)
    return [one for one in found if calls or one.action is not Action.CALL_FAILED]
