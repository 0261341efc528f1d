"""Reading tickets. `visible` is the one condition under which anybody sees one: list, detail, count, search, API."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from chainhub.core.actor import Actor, Role, ScopeKind
from chainhub.core.errors import NotFound
from chainhub.core.work import Work
from chainhub.county.directory.models import Enterprise
from chainhub.reminders.models import Clock
from chainhub.tickets.models import Ticket, TicketEvent
from chainhub.tickets.rules import Facts

OWNER = "ticket"  # owner_kind of a ticket's clocks


def visible(actor: Actor) -> ColumnElement[bool]:
    """Return the condition under which this actor sees a ticket.

    The enterprise sees its own; whoever filed one sees it; committee and task force see their chain, a unit
    what was sent to it. Guide, leader, liaison and caller see what is not confidential in their scope, the
    caller only once it was resolved or answered. Administrators see none.
    """
    handles: list[ColumnElement[bool]] = []
    reads: list[ColumnElement[bool]] = []
    if own := actor.refs(Role.ENTERPRISE, ScopeKind.ENTERPRISE):
        handles.append(Ticket.enterprise_code.in_(sorted(own)))
    for role in (Role.COMMITTEE, Role.TASK_FORCE):
        handles.extend(_scoped(actor, role))
    if units := sorted(actor.refs(Role.DEPARTMENT, ScopeKind.UNIT)):
        handles.append(Ticket.lead_unit_code.in_(units))
        handles.append(Ticket.responsible_unit_code.in_(units))
    if actor.roles & {Role.GUIDE, Role.COMMITTEE}:
        handles.append(Ticket.filed_by_id == actor.id)
    if cared := actor.refs(Role.GUIDE, ScopeKind.ENTERPRISE):
        reads.append(Ticket.enterprise_code.in_(sorted(cared)))
    for role in (Role.LEADER, Role.LIAISON):
        reads.extend(_scoped(actor, role))
    reads.extend(and_(scope, Ticket.answered_at.is_not(None)) for scope in _scoped(actor, Role.CALLER))
    if reads:
        handles.append(and_(Ticket.confidential.is_(False), or_(*reads)))
    return or_(*handles) if handles else false()


def _scoped(actor: Actor, role: Role) -> list[ColumnElement[bool]]:
    if actor.refs(role, ScopeKind.COUNTY):
        return [Ticket.id.is_not(None)]
    chains = sorted(actor.refs(role, ScopeKind.CHAIN))
    return [Ticket.chain_code.in_(chains)] if chains else []


def own(work: Work, number: str) -> Ticket:
    """Return the ticket with this number. Raises NotFound if it is not there or not this actor's to see."""
    ticket = work.session.scalar(select(Ticket).where(Ticket.number == number, visible(work.actor)))
    if ticket is None:
        raise NotFound("没有这件诉求，或者您看不到它。请核对编号。")
    return ticket


def facts(ticket: Ticket) -> Facts:
    """Return what the rules need to know of a ticket."""
    return Facts(
        ticket.state,
        ticket.chain_code,
        ticket.enterprise_code,
        ticket.lead_unit_code,
        ticket.responsible_unit_code,
        ticket.filed_by_id,
        ticket.confidential,
        ticket.hands,
        ticket.dissatisfied,
    )


def running_clocks(session: Session, ticket_ids: Sequence[int]) -> Sequence[Clock]:
    """Return the running clocks of some tickets, in the order they were started."""
    return session.scalars(
        select(Clock)
        .where(Clock.owner_kind == OWNER, Clock.owner_id.in_(ticket_ids), Clock.stopped_at.is_(None))
        .order_by(Clock.id)
    ).all()


def clocks(session: Session, ticket_id: int) -> Sequence[Clock]:
    """Return every clock of a ticket, running or stopped, in the order they were started."""
    return session.scalars(
        select(Clock).where(Clock.owner_kind == OWNER, Clock.owner_id == ticket_id).order_by(Clock.id)
    ).all()


def events(
    session: Session, ticket_id: int, *, before: int | None = None, limit: int = 500
) -> Sequence[TicketEvent]:
    """Return a ticket's history, newest first; with `before`, the lines older than that number."""
    query = select(TicketEvent).where(TicketEvent.ticket_id == ticket_id)
    if before is not None:
        query = query.where(TicketEvent.seq < before)
    return session.scalars(query.order_by(TicketEvent.seq.desc()).limit(limit)).all()


def last_event(session: Session, ticket_id: int) -> TicketEvent | None:
    """Return the newest line of a ticket's history."""
    return next(iter(events(session, ticket_id, limit=1)), None)


def enterprise_name(session: Session, code: str) -> str:
    """Return the short name of an enterprise."""
    return session.scalar(select(Enterprise.short).where(Enterprise.code == code)) or ""
