"""Reading tickets. `visible` is the one condition under which anybody sees one: list, detail, count, search, API."""

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    bindparam,
    false,
    func,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session, undefer

from chainhub.core.actor import Actor, Role, ScopeKind
from chainhub.core.db import among
from chainhub.core.errors import NotFound
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.directory.models import Enterprise
from chainhub.reminders.models import Clock
from chainhub.tickets.beside_models import Invited, ReportIn
from chainhub.tickets.copies.models import TicketCopy
from chainhub.tickets.inspections.models import InspectedTicket
from chainhub.tickets.models import Instruction, Part, Request, Supervision, Ticket, TicketEvent
from chainhub.tickets.rules import Facts
from chainhub.tickets.terms import Route, SupervisionState
from chainhub.tickets.workflow import State

_NUMBER = re.compile(r"[A-Z]{2,4}-\d{4}-\d{5,9}")
OWNER = "ticket"  # owner_kind of a ticket's clocks
REQUEST_OWNER = "request"  # of the clock of a request; its id is the request's
REPORT_OWNER = "report"  # of the clock by which a unit reports; its id is the ticket's as well

Moment = datetime | BindParameter[datetime]
"""A moment of a statement: given, or coming with each execution of one that is kept."""

# The statements of every page are built once: to build one costs more than to run it.
_CLOCKS = select(Clock).where(Clock.owner_kind == OWNER).order_by(Clock.id)
_ALL_CLOCKS = _CLOCKS.where(Clock.owner_id == bindparam("ticket_id"))
_CLOCKS_TO_MOVE = (
    select(Clock)
    .where(Clock.owner_kind.in_((OWNER, REPORT_OWNER)), Clock.owner_id == bindparam("ticket_id"))
    .order_by(Clock.id)
)
_RUNNING_CLOCKS = _CLOCKS.where(
    Clock.owner_id.in_(bindparam("ticket_ids", expanding=True)), Clock.stopped_at.is_(None)
)
_EVENTS = (
    select(TicketEvent)
    .where(TicketEvent.ticket_id == bindparam("ticket_id"))
    .order_by(TicketEvent.seq.desc())
    .limit(bindparam("most"))
)
_LAST_HASH = (
    select(TicketEvent.hash)
    .where(TicketEvent.ticket_id == bindparam("ticket_id"))
    .order_by(TicketEvent.seq.desc())
    .limit(1)
)
_EVENTS_BEFORE = _EVENTS.where(TicketEvent.seq < bindparam("before"))
_REQUESTS = select(Request).where(Request.ticket_id == bindparam("ticket_id")).order_by(Request.id)
_INSTRUCTIONS = (
    select(Instruction).where(Instruction.ticket_id == bindparam("ticket_id")).order_by(Instruction.id)
)
_SUPERVISIONS = (
    select(Supervision).where(Supervision.ticket_id == bindparam("ticket_id")).order_by(Supervision.id)
)
_MERGED = select(Ticket).where(Ticket.merged_into_id == bindparam("ticket_id")).order_by(Ticket.id)
_PARTS = select(Part).where(Part.ticket_id == bindparam("ticket_id")).order_by(Part.id)
_ENTERPRISE_NAME = select(Enterprise.short).where(Enterprise.code == bindparam("code"))


@lru_cache(maxsize=512)
def visible(actor: Actor) -> ColumnElement[bool]:
    """Return the condition under which this actor sees a ticket.

    The enterprise sees its own; whoever filed one sees it; committee and task force see their chain, a unit
    what was sent to it or is addressed to it (批示, a signed 督办). Guide, leader, liaison and
    caller see what is not confidential in their scope, the caller only once it was resolved or answered. A confidential
    ticket on which the chain's leader was asked to decide is addressed to that leader. Administrators see none.
    An inspector sees what was chosen for the inspection, if it is not confidential.
    A leader, or somebody of a unit, to whom it was copied reads it until that is withdrawn (抄送), if it is not
    confidential; a unit that is invited to a 会商 reads it while that runs. Nobody of a unit sees a complaint about it, in whatever role.
    """
    return _visible(actor, Ticket.filed_by_id == actor.id, Ticket.id.in_(_copies(actor)))


@lru_cache(maxsize=512)
def visible_in_order(actor: Actor) -> ColumnElement[bool]:
    """Return the same condition for a list that stops after a page.

    Offered an index for each half of “my chain, or filed by me”, SQLite would read the whole chain and sort it;
    a committee, and a chain's leader, see so much that walking the newest is the shorter way.
    """
    if not actor.roles & {Role.COMMITTEE, Role.LEADER}:
        return visible(actor)
    copied = _copies(actor).where(TicketCopy.ticket_id == Ticket.id).correlate(Ticket).exists()
    return _visible(actor, func.coalesce(Ticket.filed_by_id, 0) == actor.id, copied)


def _copies(actor: Actor) -> Select[int]:
    return select(TicketCopy.ticket_id).where(
        TicketCopy.person_id == actor.id, TicketCopy.withdrawn_at.is_(None)
    )


def _visible(actor: Actor, filed: ColumnElement[bool], copied: ColumnElement[bool]) -> ColumnElement[bool]:
    handles: list[ColumnElement[bool]] = []
    reads: list[ColumnElement[bool]] = []
    if own := actor.refs(Role.ENTERPRISE, ScopeKind.ENTERPRISE):
        handles.append(among(Ticket.enterprise_code, sorted(own)))
    for role in (Role.COMMITTEE, Role.TASK_FORCE):
        handles.extend(_scoped(actor, role))
    if units := sorted(actor.refs(Role.DEPARTMENT, ScopeKind.UNIT)):
        handles.append(among(Ticket.lead_unit_code, units))
        handles.append(among(Ticket.responsible_unit_code, units))
        handles.append(Ticket.id.in_(_addressed_to(units)))
        invited = select(Invited.ticket_id).where(among(Invited.unit_code, units))
        in_session = and_(Ticket.state == State.CONSULTING, Ticket.confidential.is_(False))
        handles.append(and_(Ticket.id.in_(invited), in_session))
    if actor.roles & {Role.GUIDE, Role.COMMITTEE}:
        handles.append(filed)
    if cared := actor.refs(Role.GUIDE, ScopeKind.ENTERPRISE):
        reads.append(among(Ticket.enterprise_code, sorted(cared)))
    reads.extend(_shown_to(actor))
    for role in (Role.LEADER, Role.LIAISON):
        reads.extend(_scoped(actor, role))
    reads.extend(and_(scope, Ticket.answered_at.is_not(None)) for scope in _scoped(actor, Role.CALLER))
    open_ = Ticket.confidential.is_(False)
    if actor.refs(Role.DEPARTMENT, ScopeKind.UNIT) | actor.refs(Role.LEADER, ScopeKind.CHAIN):
        handles.append(and_(Ticket.annexed > 0, copied, open_))
    if reads:
        led = sorted(actor.refs(Role.LEADER, ScopeKind.CHAIN))
        handles.append(and_(or_(open_, _asked_of(led)) if led else open_, or_(*reads)))
    seen = or_(*handles) if handles else false()
    own_units = actor.refs(Role.DEPARTMENT, ScopeKind.UNIT) | (
        {actor.unit_code} if actor.unit_code else set()
    )
    if not own_units:
        return seen
    about = Ticket.complained_unit_code
    return and_(seen, or_(about.is_(None), ~among(about, sorted(own_units))))


def _shown_to(actor: Actor) -> list[ColumnElement[bool]]:
    """Return the condition that a ticket was chosen for an inspection at which this actor looks."""
    refs = sorted(int(one) for one in actor.refs(Role.INSPECTOR, ScopeKind.INSPECTION))
    chosen = select(InspectedTicket.ticket_id).where(among(InspectedTicket.inspection_id, refs))
    return [Ticket.id.in_(chosen)] if refs else []


def _asked_of(chains: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that a chain's leader is, or was, to decide on a request here (不计入考核, a second 挂账)."""
    asked = (
        select(Request.id)
        .join(Clock, and_(Clock.owner_kind == REQUEST_OWNER, Clock.owner_id == Request.id))
        .where(Request.ticket_id == Ticket.id, Clock.holder_role == Role.LEADER.value)
        .correlate(Ticket)
    )
    return and_(Ticket.asked > 0, among(Ticket.chain_code, chains), asked.exists())


def _addressed_to(units: Sequence[str]) -> CompoundSelect[int]:
    """Return the tickets of which a unit was sent a part, an instruction or a signed supervision, or to which it was called."""
    signed = Supervision.state.in_((SupervisionState.SIGNED, SupervisionState.ANSWERED))
    return union_all(
        select(Part.ticket_id).where(among(Part.unit_code, units)),
        select(Instruction.ticket_id).where(among(Instruction.unit_code, units)),
        select(Supervision.ticket_id).where(among(Supervision.unit_code, units), signed),
        select(ReportIn.ticket_id).where(among(ReportIn.unit_code, units)),
    )


def _scoped(actor: Actor, role: Role) -> list[ColumnElement[bool]]:
    if actor.refs(role, ScopeKind.COUNTY):
        return [Ticket.id.is_not(None)]
    chains = sorted(actor.refs(role, ScopeKind.CHAIN))
    return [among(Ticket.chain_code, chains)] if chains else []


def own(work: Work, number: str) -> Ticket:
    """Return the ticket with this number. Raises NotFound if it is not there or not this actor's to see."""
    return own_to_move(work, number)[0]


def own_several(work: Work, numbers: Sequence[str]) -> Sequence[Ticket]:
    """Return those of some tickets that this actor sees, by their numbers, with their contents."""
    shaped = [one for one in numbers if _NUMBER.fullmatch(one)]
    return work.session.scalars(
        select(Ticket)
        .where(Ticket.number.in_(shaped), visible(work.actor))
        .options(undefer(Ticket.content))
        .order_by(Ticket.number)
    ).all()


def own_under(work: Work, ticket_id: int | None, otherwise: str) -> Ticket:
    """Return the ticket that something stands beside. Raises NotFound in the words of what stands there.

    The words are the same where it is somebody else's and where nothing is: ids are counted up, and would be counted.
    """
    seen = select(Ticket.number).where(Ticket.id == ticket_id, visible(work.actor))
    number = work.session.scalar(seen) if ticket_id is not None else None
    if number is None:
        raise NotFound(otherwise)
    return own(work, number)


def own_to_move(work: Work, number: str) -> tuple[Ticket, str]:
    """Return the ticket with this number and the hash of its last line. Raises NotFound as `own` does."""
    shaped = _NUMBER.fullmatch(number)  # PostgreSQL refuses some characters that an address may hold
    found = work.session.execute(_own(work.actor), {"number": number}).first() if shaped else None
    if found is None:
        raise NotFound("没有这件诉求，或者您看不到它。请核对编号。")
    return found[0], found[1]


@lru_cache(maxsize=512)
def _own(actor: Actor) -> Select[Ticket, str]:
    # With its content and its last hash, which whoever moves it would fetch by two more queries.
    last = (
        select(TicketEvent.hash)
        .where(TicketEvent.ticket_id == Ticket.id)
        .order_by(TicketEvent.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(Ticket, last)
        .where(Ticket.number == bindparam("number"), visible(actor))
        .options(undefer(Ticket.content))
    )


def last_hash(session: Session, ticket_id: int) -> str | None:
    """Return the hash of a ticket's last line."""
    return session.scalar(_LAST_HASH, {"ticket_id": ticket_id})


def facts(session: Session, ticket: Ticket) -> Facts:
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
        ticket.reopened,
        ticket.dissatisfied,
        ticket.info_lapsed,
        ticket.waits,
        known.of(session).directory.does_endorse(ticket.lead_unit_code),
        ticket.co_units,
        ticket.next_on_route is Route.HARD,
    )


def running_clocks(session: Session, ticket_ids: Sequence[int]) -> Sequence[Clock]:
    """Return the running clocks of some tickets, in the order they were started."""
    return session.scalars(_RUNNING_CLOCKS, {"ticket_ids": list(ticket_ids)}).all()


def clocks(session: Session, ticket_id: int) -> Sequence[Clock]:
    """Return every clock of a ticket, running or stopped, in the order they were started."""
    return session.scalars(_ALL_CLOCKS, {"ticket_id": ticket_id}).all()


def clocks_to_move(session: Session, ticket_id: int) -> tuple[Sequence[Clock], Clock | None]:
    """Return every clock of a ticket as `clocks` does, and the running one of its next report (报进展), in one query."""
    found = session.scalars(_CLOCKS_TO_MOVE, {"ticket_id": ticket_id}).all()
    running = (one for one in found if one.owner_kind == REPORT_OWNER and one.stopped_at is None)
    return [one for one in found if one.owner_kind == OWNER], next(running, None)


def events(
    session: Session, ticket_id: int, *, before: int | None = None, limit: int = 500
) -> Sequence[TicketEvent]:
    """Return a ticket's history, newest first; with `before`, the lines older than that number."""
    given = {"ticket_id": ticket_id, "most": limit}
    if before is None:
        return session.scalars(_EVENTS, given).all()
    return session.scalars(_EVENTS_BEFORE, {**given, "before": before}).all()


def parts(session: Session, ticket_id: int) -> Sequence[Part]:
    """Return what co-units were sent of a ticket, the oldest first."""
    return session.scalars(_PARTS, {"ticket_id": ticket_id}).all()


def requests(session: Session, ticket_id: int) -> Sequence[Request]:
    """Return what was asked for about a ticket, the oldest first."""
    return session.scalars(_REQUESTS, {"ticket_id": ticket_id}).all()


def instructions(session: Session, ticket_id: int) -> Sequence[Instruction]:
    """Return what leaders said about a ticket, the oldest first."""
    return session.scalars(_INSTRUCTIONS, {"ticket_id": ticket_id}).all()


def supervisions(session: Session, ticket_id: int) -> Sequence[Supervision]:
    """Return what was drafted to supervise a ticket, signed or not, the oldest first."""
    return session.scalars(_SUPERVISIONS, {"ticket_id": ticket_id}).all()


def merged_into(session: Session, ticket_id: int) -> Sequence[Ticket]:
    """Return the tickets that are handled together with this one (合并办理)."""
    return session.scalars(_MERGED, {"ticket_id": ticket_id}).all()


def last_event(session: Session, ticket_id: int) -> TicketEvent | None:
    """Return the newest line of a ticket's history."""
    return next(iter(events(session, ticket_id, limit=1)), None)


def enterprise_name(session: Session, code: str) -> str:
    """Return the short name of an enterprise."""
    return session.scalar(_ENTERPRISE_NAME, {"code": code}) or ""
