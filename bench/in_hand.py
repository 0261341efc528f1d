"""Tickets in hand that a client can report on, resolve and send back, over and over: nothing else has to be done first."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from chainhub.core import clock
from chainhub.core.actor import Post, Role, ScopeKind
from chainhub.county import known
from chainhub.tickets.models import Part, Ticket
from chainhub.tickets.terms import OPEN_PARTS
from chainhub.tickets.workflow import State

_KEEP_OUT = ("review", "evaluate", "close")  # duties of which the unit's hand did none
_KEEP_OUT_OF_REVIEW = ("resolve", "evaluate", "close")


@dataclass(frozen=True, slots=True)
class Movable:
    """A ticket, who of its unit reports on it, and who of the task force sends it back."""

    number: str
    version: int
    unit_id: int
    reviewer_id: int


def movable(session: Session, most: int) -> Sequence[Movable]:
    """Return so many of the newest, at most."""
    facts = known.of(session)
    tickets = session.execute(
        select(Ticket.number, Ticket.version, Ticket.lead_unit_code, Ticket.chain_code, Ticket.hands)
        .where(
            Ticket.state == State.HANDLING,
            Ticket.lead_unit_code.is_not(None),
            Ticket.category_code.in_(plain(session)) | Ticket.category_code.is_(None),
            ~exists().where(Part.ticket_id == Ticket.id, Part.state.in_(sorted(OPEN_PARTS))),
        )
        .order_by(Ticket.id.desc())
        .limit(most)
    ).all()
    found = []
    for one in tickets:
        units = facts.holders.ids(Role.DEPARTMENT, ScopeKind.UNIT, one.lead_unit_code, Post.CONTACT)
        reviewers = facts.holders.ids(Role.TASK_FORCE, ScopeKind.CHAIN, one.chain_code, Post.DEPUTY)
        units -= {id_ for duty in _KEEP_OUT for id_ in one.hands.get(duty, ())}
        reviewers -= {id_ for duty in _KEEP_OUT_OF_REVIEW for id_ in one.hands.get(duty, ())}
        if units and reviewers:
            found.append(Movable(one.number, one.version, min(units), min(reviewers)))
    return found


def plain(session: Session) -> list[str]:
    """Return the categories whose matters can be resolved without ticking or attaching anything first."""
    facts = known.of(session)
    evidence = facts.book.text("evidence", clock.now())
    above = {code: facts.directory.above(code) for code in sorted(facts.directory.categories)}
    return [
        code
        for code, codes in above.items()
        if not facts.book.checklist(codes) and not evidence.keys() & set(codes)
    ]
