"""What is let go of when a ticket ends: word of it that has not left the house yet (domain, section 3).

In the transaction of the end and before the news of it is written. What stands beside a ticket and outlives it keeps its
voice: a leader's word, a signed 督办, a superior's limit and a request that still waits are answered all the same.
"""

from collections.abc import Sequence

from sqlalchemy import and_, or_, select

from chainhub.core.work import Work
from chainhub.notices import outbox
from chainhub.reminders.models import Clock
from chainhub.tickets import queries
from chainhub.tickets.beside_models import Referral
from chainhub.tickets.models import Ticket
from chainhub.tickets.service import instructions, pending, referrals, supervisions
from chainhub.tickets.terms import RequestState, SupervisionState


def silence(work: Work, ticket: Ticket) -> None:
    """Let go of what still waits to be said about a ticket that has ended; the inbox keeps it."""
    outlive = _outliving(work, ticket)
    keep = [f"{kind}:{id_}:" for kind, id_ in outlive]
    keep += [f"clock:{one.id}:" for one in _clocks(work, outlive)]
    why = f"诉求{ticket.state.label}，不用再说了"  # without its number: administrators read it
    outbox.silence(work.session, ticket.link, why, keep)


def _outliving(work: Work, ticket: Ticket) -> list[tuple[str, int]]:
    """Return what stands beside a ticket and does not end with it, as a clock names its owner."""
    session, found = work.session, list[tuple[str, int]]()
    if ticket.instructed:
        found += [(instructions.OWNER, one.id) for one in queries.instructions(session, ticket.id)]
    if ticket.supervised:
        signed = queries.supervisions(session, ticket.id)
        found += [(supervisions.OWNER, one.id) for one in signed if one.state is not SupervisionState.DROPPED]
    if ticket.pending:
        asked = queries.requests(session, ticket.id)
        found += [(pending.OWNER, one.id) for one in asked if one.state is RequestState.PENDING]
    if ticket.superior_due_at is not None:
        from_above = session.scalars(select(Referral.id).where(Referral.ticket_id == ticket.id))
        found += [(referrals.OWNER, id_) for id_ in from_above]
    return found


def _clocks(work: Work, owners: Sequence[tuple[str, int]]) -> Sequence[Clock]:
    if not owners:
        return ()
    theirs = or_(*(and_(Clock.owner_kind == kind, Clock.owner_id == id_) for kind, id_ in owners))
    return work.session.scalars(select(Clock).where(Clock.stopped_at.is_(None), theirs)).all()
