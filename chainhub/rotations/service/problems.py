"""What was raised at a session: tickets, linked both ways, and what became of those of the session before."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from chainhub.core.errors import Conflict
from chainhub.core.work import Work
from chainhub.rotations import queries, rules
from chainhub.rotations.models import Rotation, Salon, SalonTicket
from chainhub.rotations.service import laying
from chainhub.rotations.workflow import State as Stage
from chainhub.tickets import queries as tickets
from chainhub.tickets.models import Ticket
from chainhub.tickets.service import submitting
from chainhub.tickets.terms import FROM_SALON, Channel
from chainhub.tickets.workflow import State


def raise_one(work: Work, id_: int, asked: dict[str, Any]) -> Ticket:
    """Make a ticket of a problem that was raised at a session. Raises NotFound, NotAllowed, Conflict, Invalid."""
    salon = queries.own_salon(work, id_)
    laying.demand_keeper(work, work.session.get_one(Rotation, salon.rotation_id))
    if not may_raise(salon):
        raise Conflict("这一期还没有办，问题请从“诉求”一页报。", code="wrong_state")
    ticket = submitting.submit(work, {**asked, "channel": Channel.SALON}).ticket
    ticket.origin_kind, ticket.origin_ref = FROM_SALON, str(salon.id)
    work.session.add(SalonTicket(ticket_id=ticket.id, salon_id=salon.id))
    work.session.flush()
    return ticket


def may_raise(salon: Salon) -> bool:
    """Say whether problems are taken down at a session now: once it is announced, until it is closed."""
    return salon.stage in {Stage.ANNOUNCED, Stage.HELD, Stage.WRITTEN_UP}


def raised(work: Work, salon: Salon) -> Sequence[Ticket]:
    """Return the tickets of a session that this actor may see, in their order."""
    return work.session.scalars(
        select(Ticket)
        .join(SalonTicket, SalonTicket.ticket_id == Ticket.id)
        .where(SalonTicket.salon_id == salon.id, tickets.visible(work.actor))
        .order_by(Ticket.id)
        .limit(queries.PAGE_MOST)
    ).all()


def still_open(work: Work, salon: Salon) -> int:
    """Count the tickets of a session that are neither at an end nor 挂账."""
    return (
        work.session.scalar(
            select(func.count())
            .select_from(Ticket)
            .join(SalonTicket, SalonTicket.ticket_id == Ticket.id)
            .where(
                SalonTicket.salon_id == salon.id,
                Ticket.is_open.is_(True),
                Ticket.state != State.CARRIED_OVER,
            )
        )
        or 0
    )


def last_held(work: Work, salon: Salon) -> Salon | None:
    """Return the session that was held before this one: its problems are told first (上期问题办理情况)."""
    if salon.on is None:
        return None
    return work.session.scalars(
        select(Salon)
        .where(
            Salon.rotation_id == salon.rotation_id, Salon.on < salon.on, Salon.stage.in_(sorted(rules.HELD))
        )
        .order_by(Salon.on.desc())
        .limit(1)
    ).one_or_none()
