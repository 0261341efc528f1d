"""Lists of tickets: one filter for page, API and desk; keyset pages; counts that stop counting."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeVarTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Select,
    SQLColumnExpression,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.orm import load_only

from chainhub.core.actor import Actor
from chainhub.core.errors import Invalid
from chainhub.core.words import Labelled
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.directory.models import Enterprise
from chainhub.finding import service as finding
from chainhub.tickets import queries
from chainhub.tickets.models import Part, Ticket
from chainhub.tickets.terms import Channel, Kind, Route, Urgency
from chainhub.tickets.workflow import PAUSED, State

PAGE = 50
PAGE_MOST = 200
_LONG_AGO = datetime(1990, 1, 1, tzinfo=UTC)
COUNT_MOST = 500  # counting stops here; the page says 500+
SEARCH_COUNT_MOST = 100  # of what a word finds: each text that is counted is looked into
_SHOWN = load_only(
    Ticket.id,
    Ticket.number,
    Ticket.title,
    Ticket.chain_code,
    Ticket.enterprise_code,
    Ticket.category_code,
    Ticket.kind,
    Ticket.urgency,
    Ticket.channel,
    Ticket.confidential,
    Ticket.state,
    Ticket.version,
    Ticket.lead_unit_code,
    Ticket.co_units,
    Ticket.extension_pending,
    Ticket.review_on,
    Ticket.due_at,
    Ticket.yellow_at,
    Ticket.due_provisional,
    Ticket.promise_due_at,
    Ticket.superior_due_at,
    Ticket.route,
    Ticket.route_taken,
    Ticket.created_at,
    Ticket.updated_at,
    Ticket.dispatched_at,
    Ticket.resolved_at,
    Ticket.closed_at,
    raiseload=True,
)
"""What lists show. Reading anything else of a listed ticket is an error, not a hidden query."""
_Columns = TypeVarTuple("_Columns")
_JOINED = (
    select(Ticket, Enterprise.short)
    .join(Enterprise, Enterprise.code == Ticket.enterprise_code)
    .options(_SHOWN)
)
_LISTED = _JOINED.limit(bindparam("most"))


class Colour(StrEnum):
    """The colours of the lights, as filters."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    GREY = "grey"
    BLUE = "blue"


class Order(StrEnum):
    """Newest first, or what bites first."""

    NEWEST = "newest"
    DUE = "due"


_NOW: BindParameter[datetime] = bindparam("now", type_=Ticket.due_at.type)
"""The moment of a statement that is kept: it comes with each execution."""


class Undecided(Labelled):
    """What nobody has said of a ticket yet."""

    CATEGORY = "category", "类别"
    KIND = "kind", "性质"


@dataclass(frozen=True, slots=True)
class Filter:
    """What somebody looks for. Every field narrows; None or empty does not."""

    states: tuple[State, ...] = ()
    chain: str = ""
    unit: str = ""  # 主办
    co_unit: str = ""  # 协办: it was sent a part
    enterprise: str = ""
    category: str = ""
    kind: Kind | None = None
    undecided: Undecided | None = None
    channel: Channel | None = None
    urgency: Urgency | None = None
    light: Colour | None = None
    q: str = ""
    due_before: datetime | None = None
    open_only: bool = False
    route: Route | None = None
    referred: bool = False  # by a superior (上级转办)
    extra: tuple[ColumnElement[bool], ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Item:
    """One ticket of a list, with the short name of its enterprise."""

    ticket: Ticket
    enterprise: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some tickets, and the cursor under which the next ones are found (empty: there are none)."""

    items: Sequence[Item]
    next_cursor: str
    is_first: bool


def page(
    work: Work, wanted: Filter, *, order: Order = Order.NEWEST, cursor: str = "", limit: int = PAGE
) -> Page:
    """Return a page of what this actor may see. Raises Invalid for a cursor that this list never gave out."""
    limit = max(1, min(limit, PAGE_MOST))
    if cursor or is_of_the_moment(wanted):
        newest = finding.newest(work.session, queries.OWNER, wanted.q, Ticket.id) if wanted.q else Ticket.id
        seen = queries.visible_in_order(work.actor)
        query = _ordered(_LISTED.where(seen, *matching(work, wanted)), order, cursor, newest)
    else:
        query = _first_page(work.actor, wanted, order)
    found = work.session.execute(query, {"most": limit + 1, **_moment(work, wanted)}).all()
    items = [Item(ticket, short) for ticket, short in found[:limit]]
    more = len(found) > limit
    return Page(items, _cursor(order, items[-1].ticket) if more else "", is_first=not cursor)


def conditions(work: Work, wanted: Filter) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of a whole list, of what this actor may see: for who reads all of it, not a page."""
    return (queries.visible(work.actor), *matching(work, wanted))


# To build a list's statement costs as much as to run it, so those that are asked again and again are kept.


@lru_cache(maxsize=512)
def _first_page(actor: Actor, wanted: Filter, order: Order) -> Select[Ticket, str]:
    seen = queries.visible_in_order(actor)
    return _ordered(_LISTED.where(seen, *_lasting(wanted), *_lit(wanted, _NOW)), order, "", Ticket.id)


def first(actor: Actor, wanted: Filter, order: Order, most: int) -> Select[Ticket, str]:
    """Return a statement for the first tickets of a list, to which a home page joins what it tells of them.

    They are found first and joined then, and their number stands in the text, so that a server knows how few they are.
    Raises ValueError for a filter that means something else at another moment or in another directory.
    """
    if wanted.light is not None or is_of_the_moment(wanted):
        raise ValueError(f"the statement of {wanted} cannot be kept")
    found = select(Ticket.id).where(queries.visible_in_order(actor), *_lasting(wanted))
    few = _ordered(found, order, "", Ticket.id).limit(literal_column(str(most), Integer))
    return _ordered(_JOINED.where(Ticket.id.in_(few)), order, "", Ticket.id)


@lru_cache(maxsize=512)
def _counted(actor: Actor, wanted: Filter) -> Select[int]:
    return _count_of(lasting(actor, wanted))


def lasting(actor: Actor, wanted: Filter) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of a whole list for a statement that is kept; where a light is wanted, it needs the moment `now`."""
    return (queries.visible(actor), *_lasting(wanted), *_lit(wanted, _NOW))


def is_of_the_moment(wanted: Filter) -> bool:
    """Say whether a filter means something else for another directory or database, or names a moment of its own."""
    return bool(wanted.category or wanted.q or wanted.due_before or wanted.extra)


def _moment(work: Work, wanted: Filter) -> dict[str, datetime]:
    return {"now": work.now} if wanted.light is not None else {}


def _lit(wanted: Filter, now: queries.Moment) -> list[ColumnElement[bool]]:
    return [] if wanted.light is None else [light_is(wanted.light, now)]


def matching(work: Work, wanted: Filter) -> list[ColumnElement[bool]]:
    """Return the conditions of a filter alone, whoever may see what it finds: for lists, and for the console."""
    found = [*_lasting(wanted), *wanted.extra]
    if wanted.category:
        codes = known.of(work.session).directory.within(wanted.category)
        found.append(Ticket.category_code.in_(sorted(codes)))
    if wanted.due_before is not None:
        found.append(and_(Ticket.is_open, Ticket.due_at < wanted.due_before))
    found += _lit(wanted, work.now)
    if wanted.q:
        found.append(finding.matches(work.session, queries.OWNER, wanted.q, Ticket.id))
    return found


def _lasting(wanted: Filter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.states:
        found.append(Ticket.state.in_(wanted.states))
    if wanted.open_only:
        found.append(and_(Ticket.is_open))  # written as the partial indexes have it
    if wanted.co_unit:
        found.append(Ticket.id.in_(select(Part.ticket_id).where(Part.unit_code == wanted.co_unit)))
    if wanted.undecided:
        found.append(_UNDECIDED[wanted.undecided].is_(None))
    if wanted.referred:
        found.append(Ticket.superior_due_at.is_not(None))
    for column, value in (
        (Ticket.chain_code, wanted.chain),
        (Ticket.lead_unit_code, wanted.unit),
        (Ticket.enterprise_code, wanted.enterprise),
        (Ticket.kind, wanted.kind),
        (Ticket.channel, wanted.channel),
        (Ticket.urgency, wanted.urgency),
        (Ticket.route, wanted.route),
    ):
        if value:
            found.append(column == value)
    return found


_UNDECIDED: Mapping[Undecided, SQLColumnExpression[Any]] = {
    Undecided.CATEGORY: Ticket.category_code,
    Undecided.KIND: Ticket.kind,
}


def light_is(colour: Colour, now: queries.Moment) -> ColumnElement[bool]:
    """Return the condition under which a ticket's light has a colour; red outranks grey."""
    late = Ticket.due_at <= now
    waits = or_(Ticket.state.in_(sorted(PAUSED)), Ticket.extension_pending.is_(True))
    if colour is Colour.BLUE:
        return Ticket.is_open.is_(False)
    if colour is Colour.RED:
        return and_(Ticket.is_open, late)
    if colour is Colour.GREY:
        return and_(Ticket.is_open, waits, Ticket.due_at > now)
    soon = Ticket.yellow_at <= now
    calm = soon if colour is Colour.YELLOW else or_(Ticket.due_at.is_(None), Ticket.yellow_at > now)
    not_late = (
        Ticket.due_at > now if colour is Colour.YELLOW else or_(Ticket.due_at.is_(None), Ticket.due_at > now)
    )
    return and_(Ticket.is_open, ~waits, not_late, calm)


def count(work: Work, wanted: Filter, most: int = COUNT_MOST) -> int:
    """Count what a filter finds, up to `most`: a count must not cost more than a page."""
    if is_of_the_moment(wanted):
        query = _count_of((queries.visible(work.actor), *matching(work, wanted)))
        return work.session.scalar(query, {"most": most}) or 0
    return work.session.scalar(_counted(work.actor, wanted), {"most": most, **_moment(work, wanted)}) or 0


def total(work: Work, wanted: Filter, shown: Page) -> str:
    """Write how many a filter finds, given one of its pages: what a first page shows whole needs no count."""
    if shown.is_first and not shown.next_cursor:
        return str(len(shown.items))
    most = SEARCH_COUNT_MOST if wanted.q else COUNT_MOST
    return count_text(count(work, wanted, most), most)


def _count_of(found: Sequence[ColumnElement[bool]]) -> Select[int]:
    some = select(Ticket.id).where(*found).limit(bindparam("most"))
    return select(func.count()).select_from(some.subquery())


def count_text(number: int, most: int = COUNT_MOST) -> str:
    """Write a count that may have stopped."""
    return f"{most}+" if number >= most else str(number)


def _ordered(
    query: Select[*_Columns], order: Order, cursor: str, newest: SQLColumnExpression[int]
) -> Select[*_Columns]:
    after = _read(order, cursor) if cursor else None
    if order is Order.NEWEST:
        query = query.order_by(newest.desc())
        return query if after is None else query.where(newest < after[1])
    query = query.where(Ticket.due_at.is_not(None)).order_by(Ticket.due_at, Ticket.id)
    if after is None:
        return query
    due_at, id_ = after
    return query.where(or_(Ticket.due_at > due_at, and_(Ticket.due_at == due_at, Ticket.id > id_)))


def _cursor(order: Order, ticket: Ticket) -> str:
    due = ticket.due_at.isoformat() if order is Order.DUE and ticket.due_at else ""
    return base64.urlsafe_b64encode(json.dumps([order.value, due, ticket.id]).encode()).decode().rstrip("=")


def _read(order: Order, cursor: str) -> tuple[datetime, int]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        name, due, id_ = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if name != order.value or type(id_) is not int or not 0 <= id_ < 2**31:
            raise ValueError(name)
        at = datetime.fromisoformat(due) if order is Order.DUE else _LONG_AGO
        if order is Order.DUE and (at.tzinfo is None or not 1990 <= at.year <= 2200):
            raise ValueError(due)
        return at, id_
    except (ValueError, TypeError, RecursionError, binascii.Error) as error:
        raise Invalid(errors={"cursor": ["翻页的位置不对，请从第一页重新开始。"]}) from error
