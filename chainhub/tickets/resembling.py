"""Tickets like a matter: likely the same one, filed before; or solved ones from which to learn. Only ever hints.

Candidates are bounded: what the enterprise filed itself, and the newest that share a phrase by the search index.
All of it is under the one condition `queries.visible`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Row, select

from chainhub.core.actor import Role
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.directory.models import Enterprise
from chainhub.finding import likeness
from chainhub.finding import service as finding
from chainhub.finding.likeness import Features
from chainhub.tickets import queries, rules
from chainhub.tickets.models import Ticket, TicketEvent
from chainhub.tickets.terms import Satisfaction
from chainhub.tickets.workflow import Action, Party, State

WITHIN = timedelta(days=365)  # older ones are another matter
OWN_MOST = 60  # of the same enterprise, the newest
OTHERS_MOST = 200  # of others that share a phrase, the newest
SOLVED_MOST = 200  # solved ones of the category, the newest
SHOWN = 3
TEXT_MOST = 160  # characters of a result that are shown
_NOT_SHOWN = (State.WITHDRAWN, State.MERGED)
_HAPPY = (Satisfaction.SATISFIED, Satisfaction.MOSTLY)
_TELLS_RESULT = (Action.RESOLVE, Action.ANSWER, Action.BACKFILL)
_WORKS_ON = frozenset({Role.COMMITTEE, Role.TASK_FORCE, Role.DEPARTMENT, Party.CO_UNIT})
_LEARNS_IN = frozenset(
    {State.SUBMITTED, State.ACCEPTED, State.DISPATCHED, State.HANDLING, State.CONSULTING, State.CARRIED_OVER}
)


@dataclass(frozen=True, slots=True)
class Text:
    """A matter as it is compared: who says it, in which words."""

    enterprise: str
    title: str
    content: str
    besides: int = 0  # the ticket itself, once it is one


@dataclass(frozen=True, slots=True)
class Alike:
    """A ticket that is likely about the same matter."""

    id: int
    number: str
    title: str
    state: State
    is_open: bool
    confidential: bool
    enterprise: str  # its short name
    is_own: bool  # of the same enterprise
    created_at: datetime
    score: float  # 0 to 1


def alike(work: Work, said: Text, *, limit: int = SHOWN) -> list[Alike]:
    """Return what was filed before and is likely the same, of the same enterprise first. Three queries at most."""
    own = likeness.features(said.title, said.content)
    if len(own.whole) < likeness.LEAST:
        return []
    since = work.now - WITHIN
    found: dict[int, Row[*tuple[object, ...]]] = {}
    if said.enterprise:
        mine = Ticket.enterprise_code == said.enterprise
        found |= {row.id: row for row in _rows(work, since, mine, OWN_MOST)}
    if work.actor.roles - {Role.ENTERPRISE}:  # an enterprise sees none but its own
        phrases = likeness.phrases(said.title, said.content)
        ids = finding.newest_holding(work.session, queries.OWNER, phrases, OTHERS_MOST)
        if ids:
            found |= {row.id: row for row in _rows(work, since, Ticket.id.in_(ids), OTHERS_MOST)}
    found.pop(said.besides, None)
    best = likeness.ranked(own, _compared(found.values()))
    views = [_alike(found[id_], score, said.enterprise) for id_, score in best]
    return sorted(views, key=lambda one: not one.is_own)[:limit]  # stable: the likest first among each


def _rows(
    work: Work, since: datetime, narrow: ColumnElement[bool], most: int
) -> Sequence[Row[*tuple[object, ...]]]:
    query = (
        select(
            Ticket.id,
            Ticket.number,
            Ticket.title,
            Ticket.content,
            Ticket.state,
            Ticket.is_open,
            Ticket.confidential,
            Ticket.enterprise_code,
            Enterprise.short,
            Ticket.created_at,
        )
        .join(Enterprise, Enterprise.code == Ticket.enterprise_code)
        .where(
            narrow, queries.visible(work.actor), Ticket.created_at >= since, Ticket.state.not_in(_NOT_SHOWN)
        )
        .order_by(Ticket.id.desc())
        .limit(most)
    )
    return work.session.execute(query).all()


def _compared(rows: Iterable[Row[*tuple[object, ...]]]) -> Iterable[tuple[int, Features]]:
    return ((row.id, likeness.features(row.title, row.content)) for row in rows)


def _alike(row: Row[*tuple[object, ...]], score: float, enterprise: str) -> Alike:
    return Alike(
        row.id,
        row.number,
        row.title,
        row.state,
        row.is_open,
        row.confidential,
        row.short,
        row.enterprise_code == enterprise,
        row.created_at,
        score,
    )


def of_ticket(work: Work, ticket: Ticket, *, limit: int = SHOWN) -> list[Alike]:
    """Return what is likely the same as a ticket that was filed."""
    return alike(work, Text(ticket.enterprise_code, ticket.title, ticket.content, ticket.id), limit=limit)


@dataclass(frozen=True, slots=True)
class Solved:
    """A matter of the same sort that was solved to the enterprise's satisfaction, and how. Names no enterprise."""

    number: str
    title: str
    unit: str
    closed_at: datetime | None
    result: str


def may_learn(work: Work, ticket: Ticket) -> bool:
    """Say whether this actor works on a ticket that is still to be solved."""
    standing = rules.parties(work.actor, queries.facts(work.session, ticket))
    return ticket.state in _LEARNS_IN and bool(standing & _WORKS_ON)


def solved(work: Work, ticket: Ticket, *, limit: int = SHOWN) -> list[Solved]:
    """Return how matters like a ticket were solved: closed, satisfied, not confidential, visible. Two queries."""
    directory = known.of(work.session).directory
    category = directory.categories.get(ticket.category_code or "")
    if category is None:
        return []
    family = directory.within(category.parent or category.code)
    rows = work.session.execute(
        select(
            Ticket.id, Ticket.number, Ticket.title, Ticket.content, Ticket.lead_unit_code, Ticket.closed_at
        )
        .where(
            queries.visible(work.actor),
            Ticket.category_code.in_(sorted(family)),
            Ticket.state == State.CLOSED,
            Ticket.satisfaction.in_(_HAPPY),
            Ticket.confidential.is_(False),
            Ticket.id != ticket.id,
        )
        .order_by(Ticket.id.desc())
        .limit(SOLVED_MOST)
    ).all()
    own = likeness.features(ticket.title, ticket.content)
    best = [id_ for id_, _ in likeness.ranked(own, _compared(rows), likeness.NEAR)[:limit]]
    return _told(work, {row.id: row for row in rows}, best)


def closed_alike(work: Work, said: Text, *, limit: int = SHOWN) -> list[Solved]:
    """Return how the likest closed matters were dealt with, whatever their category: visible, not confidential. Three queries."""
    phrases = likeness.phrases(said.title, said.content)
    ids = finding.newest_holding(work.session, queries.OWNER, phrases, OTHERS_MOST)
    if not ids:
        return []
    rows = work.session.execute(
        select(
            Ticket.id, Ticket.number, Ticket.title, Ticket.content, Ticket.lead_unit_code, Ticket.closed_at
        ).where(
            Ticket.id.in_(ids),
            queries.visible(work.actor),
            Ticket.state == State.CLOSED,
            Ticket.confidential.is_(False),
            Ticket.id != said.besides,
        )
    ).all()
    own = likeness.features(said.title, said.content)
    best = [id_ for id_, _ in likeness.ranked(own, _compared(rows), likeness.NEAR)[:limit]]
    return _told(work, {row.id: row for row in rows}, best)


def _told(work: Work, rows: Mapping[int, Row[*tuple[object, ...]]], ids: Sequence[int]) -> list[Solved]:
    """Return what was answered in some tickets, those of which nothing was said left out."""
    directory, results = known.of(work.session).directory, _results(work, ids)
    return [
        Solved(
            rows[id_].number,
            rows[id_].title,
            directory.unit_name(rows[id_].lead_unit_code),
            rows[id_].closed_at,
            results[id_],
        )
        for id_ in ids
        if id_ in results
    ]


def _results(work: Work, ids: Sequence[int]) -> dict[int, str]:
    """Return what was answered last in each of some tickets."""
    if not ids:
        return {}
    said = work.session.execute(
        select(TicketEvent.ticket_id, TicketEvent.data)
        .where(TicketEvent.ticket_id.in_(ids), TicketEvent.action.in_(_TELLS_RESULT))
        .order_by(TicketEvent.ticket_id, TicketEvent.seq)
    )
    found = {ticket: str(data.get("reply") or "") for ticket, data in said}
    return {
        ticket: reply if len(reply) <= TEXT_MOST else f"{reply[: TEXT_MOST - 1]}…"
        for ticket, reply in found.items()
        if reply
    }
