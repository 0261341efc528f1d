"""Own lists: what waits for my decision, what is followed for long, 批示 and 督办. Reads only; keyset pages.

Each list shows what its reader may see anyway (`queries.visible`) and, of that, what concerns them.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Label,
    RowMapping,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.orm import InstrumentedAttribute

from chainhub.core.actor import Actor, Post, Role, ScopeKind
from chainhub.core.db import read_rows, spelled_out
from chainhub.core.errors import Invalid
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.directory.models import Enterprise
from chainhub.tickets import queries
from chainhub.tickets.models import Instruction, Request, Supervision, Ticket
from chainhub.tickets.service import addressing
from chainhub.tickets.terms import RequestKind, RequestState, SupervisionState, Urgency
from chainhub.tickets.workflow import State

PAGE = 50
PAGE_MOST = 200
COUNT_MOST = 100  # of a link on a home page: it says 99+
STAFF = (Role.COMMITTEE, Role.TASK_FORCE, Role.DEPARTMENT, Role.LEADER, Role.LIAISON)
DECIDERS = (Role.COMMITTEE, Role.TASK_FORCE, Role.LEADER)
_OF_CHAINS = (Role.COMMITTEE, Role.TASK_FORCE, Role.LEADER, Role.LIAISON)


class Which(StrEnum):
    """Which half of a list: what waits, what is answered, and drafts that nobody has signed."""

    OPEN = "open"
    ANSWERED = "answered"
    DRAFT = "draft"


class Flag(StrEnum):
    """Marks by which the list of tickets is narrowed; they are no states."""

    URGENT = "urgent"
    INSTRUCTED = "instructed"
    SUPERVISED = "supervised"
    CARRIED_OVER = "carried_over"
    MERGED = "merged"
    EXTENSION_PENDING = "extension_pending"
    EXCLUDED = "excluded"


FLAG_WORDS = {
    Flag.URGENT: "紧急",
    Flag.INSTRUCTED: "有批示",
    Flag.SUPERVISED: "有督办",
    Flag.CARRIED_OVER: "长期跟踪",
    Flag.MERGED: "合并办理",
    Flag.EXTENSION_PENDING: "延期待批",
    Flag.EXCLUDED: "不计入考核",
}
STAFF_FLAGS = frozenset({Flag.INSTRUCTED, Flag.SUPERVISED, Flag.EXTENSION_PENDING, Flag.EXCLUDED})
"""What the enterprise's side reads nothing of, not even that it is there."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing of a list, with its ticket; `about` is None where the ticket itself is the thing."""

    ticket: Ticket
    enterprise: str
    about: Request | Instruction | Supervision | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines, and the place after them (empty: there are no more)."""

    items: Sequence[Line]
    next_cursor: str


def may_read(actor: Actor, flag: Flag) -> bool:
    """Say whether a flag is anything to this actor at all."""
    return flag not in STAFF_FLAGS or bool(actor.roles & set(STAFF))


@lru_cache(maxsize=512)
def flagged(actor: Actor, flag: Flag) -> ColumnElement[bool]:
    """Return the condition of a flag, as far as this actor may know of it."""
    if flag is Flag.URGENT:
        return Ticket.urgency == Urgency.URGENT
    if flag is Flag.CARRIED_OVER:
        return Ticket.state == State.CARRIED_OVER
    if flag is Flag.MERGED:
        return Ticket.state == State.MERGED
    if flag in _MARKED:
        return and_(_MARKED[flag].is_(True), _concerns(actor, Ticket.lead_unit_code))
    found: type[Instruction | Supervision] = Instruction if flag is Flag.INSTRUCTED else Supervision
    conditions = [found.ticket_id == Ticket.id, _concerns(actor, found.unit_code)]
    if found is Supervision:
        conditions.append(Supervision.state.in_((SupervisionState.SIGNED, SupervisionState.ANSWERED)))
    return exists().where(*conditions)


_MARKED = {Flag.EXTENSION_PENDING: Ticket.extension_pending, Flag.EXCLUDED: Ticket.excluded}


def _concerns(actor: Actor, unit: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """Return whether this actor reads it as one of the staff: of the chain, of the lead, or addressed."""
    found: list[ColumnElement[bool]] = [_within(actor, role) for role in _OF_CHAINS]
    if units := sorted(actor.refs(Role.DEPARTMENT, ScopeKind.UNIT)):
        found.extend((unit.in_(units), Ticket.lead_unit_code.in_(units)))
    return or_(*found)


def _within(actor: Actor, role: Role) -> ColumnElement[bool]:
    if actor.refs(role, ScopeKind.COUNTY):
        return true()
    chains = sorted(actor.refs(role, ScopeKind.CHAIN))
    return Ticket.chain_code.in_(chains) if chains else false()


Place = Callable[[Line], tuple[Any, ...]]


def reads_drafts(actor: Actor) -> bool:
    """Say whether a 督办 that is not signed is anything to this actor: who asks for one, and who signs."""
    return bool(actor.roles & set(_OF_CHAINS))


def answers(work: Work, ticket: Ticket, unit: str) -> bool:
    """Say whether this actor answers for the unit that something about a ticket was addressed to."""
    return addressing.capacity(work, ticket, unit) is not None


# What waits for my decision


def requests(work: Work, *, cursor: str = "", limit: int = PAGE) -> Page:
    """Return the requests that wait for this actor's decision: 延期 first, then what must be decided soonest."""
    rank = case((Request.kind == RequestKind.EXTENSION, 0), else_=1)
    query = _joined(Request).where(_mine_to_decide(work.actor)).order_by(rank, Request.due_at, Request.id)
    if cursor:
        first, due_at, id_ = place_of(cursor, int, _moment, int)
        later = or_(Request.due_at > due_at, and_(Request.due_at == due_at, Request.id > id_))
        query = query.where(or_(rank > first, and_(rank == first, later)))
    return _page(work, query, limit, _ranked)


def _ranked(one: Line) -> tuple[Any, ...]:
    about: Any = one.about
    return (int(about.kind is not RequestKind.EXTENSION), about.due_at, about.id)


def _either(actor: Actor) -> set[int]:
    """Return the actor and whom they stand in for: what one of them asked, the other does not decide."""
    return {actor.id or 0} | {one.lent_by_id for one in actor.grants if one.lent_by_id is not None}


@lru_cache(maxsize=512)
def _mine_to_decide(actor: Actor) -> ColumnElement[bool]:
    """Return the rule of `requests.may_decide` as a condition, so that a list needs no query a row."""
    again = and_(Request.kind == RequestKind.CARRY_OVER, Ticket.waits > 0)
    first = and_(Request.kind == RequestKind.CARRY_OVER, Ticket.waits == 0)
    committee = or_(first, Request.kind.in_((RequestKind.CONSULTATION, RequestKind.EXPEDITE)))
    chiefs = sorted(
        one.ref
        for one in actor.grants
        if one.role is Role.LEADER and one.scope is ScopeKind.CHAIN and one.post in {Post.HEAD, None}
    )
    chief = Ticket.chain_code.in_(chiefs) if chiefs else false()
    return and_(
        Request.state == RequestState.PENDING,
        func.coalesce(Request.asked_by_id, 0).not_in(sorted(_either(actor))),
        or_(
            and_(_within(actor, Role.TASK_FORCE), Request.kind == RequestKind.EXTENSION),
            and_(_within(actor, Role.COMMITTEE), committee),
            and_(chief, or_(again, Request.kind == RequestKind.EXCLUSION)),
        ),
    )


# What is followed for long


def waits(work: Work, *, cursor: str = "", limit: int = PAGE) -> Page:
    """Return the tickets that are carried over (长期跟踪), what is to be reviewed first on top."""
    query = (
        select(Ticket, Enterprise.short)
        .join(Enterprise, Enterprise.code == Ticket.enterprise_code)
        .where(queries.visible(work.actor), Ticket.state == State.CARRIED_OVER, Ticket.review_on.is_not(None))
        .order_by(Ticket.review_on, Ticket.id)
    )
    if cursor:
        day, id_ = place_of(cursor, date.fromisoformat, int)
        query = query.where(or_(Ticket.review_on > day, and_(Ticket.review_on == day, Ticket.id > id_)))
    return _page(work, query, limit, lambda one: (one.ticket.review_on, one.ticket.id))


# 批示


def instructions(work: Work, which: Which, *, cursor: str = "", limit: int = PAGE) -> Page:
    """Return the instructions I gave or my unit was given: those to be answered by their day, or the answered."""
    open_ = which is Which.OPEN
    query = _joined(Instruction).where(
        _my_instructions(work.actor, units(work)),
        Instruction.answered_at.is_(None) if open_ else _ANSWERED_INSTRUCTION,
    )
    if open_:
        query = _by_due(query, Instruction.due_at, Instruction.id, cursor)
        return _page(work, query, limit, _due_and_id)
    return _page(work, _newest(query, Instruction.id, cursor), limit, _id)


_ANSWERED_INSTRUCTION = Instruction.answered_at.is_not(None)


def _my_instructions(actor: Actor, units: Sequence[str]) -> ColumnElement[bool]:
    if not actor.roles & set(STAFF):
        return false()
    mine: list[ColumnElement[bool]] = [Instruction.given_by_id == actor.id]
    if units:
        mine.append(Instruction.unit_code.in_(units))
    return or_(*mine)


def units(work: Work) -> tuple[str, ...]:
    """Return the units for which this actor answers: own units, and the body of a chain as a unit."""
    actor = work.actor
    found = set(actor.refs(Role.DEPARTMENT, ScopeKind.UNIT))
    for role, kind in ((Role.COMMITTEE, "chain_committee"), (Role.TASK_FORCE, "task_force")):
        chains = actor.refs(role, ScopeKind.CHAIN)
        listed = known.of(work.session).directory.units.values()
        found.update(one.code for one in listed if one.kind == kind and one.chain in chains)
    return tuple(sorted(found))


# 督办


_STATES = {
    Which.DRAFT: SupervisionState.DRAFT,
    Which.OPEN: SupervisionState.SIGNED,
    Which.ANSWERED: SupervisionState.ANSWERED,
}


def supervisions(work: Work, which: Which, *, cursor: str = "", limit: int = PAGE) -> Page:
    """Return supervisions: drafts to be signed, those that wait for an answer by their date, or the answered."""
    actor = work.actor
    concerned = _concerns(actor, Supervision.unit_code)
    if which is Which.DRAFT:  # for who asks for one and who signs
        concerned = or_(*(_within(actor, role) for role in _OF_CHAINS))
    query = _joined(Supervision).where(Supervision.state == _STATES[which], concerned)
    if which is Which.OPEN:
        query = _by_due(
            query.where(Supervision.due_at.is_not(None)), Supervision.due_at, Supervision.id, cursor
        )
        return _page(work, query, limit, _due_and_id)
    return _page(work, _newest(query, Supervision.id, cursor), limit, _id)


# Links on a home page


@dataclass(frozen=True, slots=True)
class Counts:
    """How much stands in each of somebody's lists, counted up to `COUNT_MOST`; None: the list is not for them."""

    requests: int | None
    waits: int | None
    instructions: int | None
    supervisions: int | None
    instructions_late: int | None = (
        None  # of a leader's own, and of who writes them down: past the day of the answer
    )


def counts(work: Work) -> Counts:
    """Count what waits in the lists of this actor, all in one query."""
    if not work.actor.roles & set(STAFF):
        return Counts(None, None, None, None)
    found = read_rows(work.session, _counting(work.actor, units(work)), {"now": work.now}).one()
    return read(found._mapping)


def read(row: RowMapping) -> Counts:
    """Return the counts of a row that has the columns of `counting`."""
    return Counts(
        row.get("requests"),
        row["waits"],
        row["instructions"],
        row["supervisions"],
        row.get("instructions_late"),
    )


@lru_cache(maxsize=512)
def _counting(actor: Actor, units: tuple[str, ...]) -> Select[*tuple[int, ...]]:
    """Make the statement of `counts`: to build it costs more than to run it."""
    return spelled_out(select(*counting(actor, units)))


def counting(actor: Actor, units: tuple[str, ...]) -> list[Label[int]]:
    """Return the columns that count what waits in the lists of an actor who answers for these units; they need `now`."""
    roles = actor.roles
    drafts = roles & {Role.COMMITTEE, Role.LEADER, Role.LIAISON}
    state = Supervision.state == (SupervisionState.DRAFT if drafts else SupervisionState.SIGNED)
    concerned = _concerns(actor, Supervision.unit_code)
    waiting = _joined(Instruction).where(_my_instructions(actor, units), Instruction.answered_at.is_(None))
    wanted = {
        "waits": select(Ticket.id).where(Ticket.state == State.CARRIED_OVER),
        "instructions": waiting,
        "supervisions": _joined(Supervision).where(state, concerned),
    }
    if roles & set(DECIDERS):
        wanted["requests"] = _joined(Request).where(_mine_to_decide(actor))
    if roles & {Role.LEADER, Role.LIAISON}:
        now = bindparam("now", type_=Instruction.due_at.type)
        wanted["instructions_late"] = waiting.where(Instruction.due_at <= now)
    seen = queries.visible(actor)
    return [_counted(query, seen).label(name) for name, query in wanted.items()]


def _counted(query: Select[*tuple[Any, ...]], seen: ColumnElement[bool]) -> ScalarSelect[int]:
    some = query.with_only_columns(Ticket.id).where(seen).limit(literal_column(str(COUNT_MOST)))
    return select(func.count()).select_from(some.subquery()).scalar_subquery()


# Pages


def _joined(kind: type[Request | Instruction | Supervision]) -> Select[*tuple[Any, ...]]:
    return (
        select(Ticket, Enterprise.short, kind)
        .select_from(kind)
        .join(Ticket, Ticket.id == kind.ticket_id)
        .join(Enterprise, Enterprise.code == Ticket.enterprise_code)
    )


def _page(work: Work, query: Select[*tuple[Any, ...]], limit: int, place: Place) -> Page:
    limit = max(1, min(limit, PAGE_MOST))
    found = work.session.execute(query.where(queries.visible(work.actor)).limit(limit + 1)).all()
    items = [Line(*row) for row in found[:limit]]
    return Page(items, written(*place(items[-1])) if len(found) > limit else "")


def _due_and_id(one: Line) -> tuple[Any, ...]:
    about: Any = one.about
    return (about.due_at, about.id)


def _id(one: Line) -> tuple[Any, ...]:
    about: Any = one.about
    return (about.id,)


def _by_due(query: Select[*tuple[Any, ...]], due: Any, id_: Any, cursor: str) -> Select[*tuple[Any, ...]]:
    query = query.order_by(due, id_)
    if not cursor:
        return query
    at, last = place_of(cursor, _moment, int)
    return query.where(or_(due > at, and_(due == at, id_ > last)))


def _newest(query: Select[*tuple[Any, ...]], id_: Any, cursor: str) -> Select[*tuple[Any, ...]]:
    query = query.order_by(id_.desc())
    return query.where(id_ < place_of(cursor, int)[0]) if cursor else query


def written(*place: Any) -> str:
    """Return a place in a list as its readers hand it back."""
    words = "~".join(one.isoformat() if isinstance(one, date) else str(one) for one in place)
    return base64.urlsafe_b64encode(words.encode()).decode().rstrip("=")


def place_of(cursor: str, *readers: Callable[[str], Any]) -> tuple[Any, ...]:
    """Return the place that a cursor names. Raises Invalid for one that this list never gave out."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        words = base64.b64decode(padded, altchars=b"-_", validate=True).decode().split("~")
        place = tuple(read(word) for read, word in zip(readers, words, strict=True))
    except (ValueError, binascii.Error) as error:
        raise _bad_cursor() from error
    if any(type(one) is int and not 0 <= one < 2**31 for one in place):
        raise _bad_cursor()
    return place


def _moment(word: str) -> datetime:
    at = datetime.fromisoformat(word)
    if at.tzinfo is None or not 1990 <= at.year <= 2200:
        raise ValueError(word)
    return at.astimezone(UTC)


def _bad_cursor() -> Invalid:
    return Invalid(errors={"cursor": ["翻页的位置不对，请从第一页重新开始。"]})
