"""What a changed line of the responsibility list would have done: asked of tickets that were really dispatched."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import undefer

from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI
from chainhub.county import known
from chainhub.county.responsibilities import queries as listed
from chainhub.county.responsibilities import rules, service
from chainhub.county.responsibilities.service import Line
from chainhub.tickets import queries
from chainhub.tickets.models import Ticket
from chainhub.tickets.responsible.suggesting import matter_of

LOOKED_AT = 200  # dispatched tickets of the category, the newest
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Rerouted:
    """A ticket that would go to another unit than it did."""

    number: str
    title: str
    went_to: str
    would_go: str
    is_new: bool  # by the list as it is, it would go where it went


@dataclass(frozen=True, slots=True)
class Preview:
    """Of how many dispatched tickets that the actor may see, how many would go elsewhere; the newest of them."""

    category: str
    looked_at: int
    elsewhere: int
    elsewhere_now: int  # by the list as it is
    shown: Sequence[Rerouted]


def preview(work: Work, line: Line, id_: int | None) -> Preview:
    """Return what a line would change, in place of the line `id_` or beside all. Raises NotAllowed, NotFound, Invalid."""
    service.demand_trial(work)
    if id_ is not None:
        service.find(work, id_)
    service.check(work, line, id_)
    directory = known.of(work.session).directory
    top = directory.categories[line.category].parent or line.category
    family = directory.within(top)
    tickets = _dispatched(work, family if line.category == top else frozenset({top, line.category}))
    now = listed.entries(work.session, family, work.now.astimezone(SHANGHAI).date())
    then = [one for one in now if one.id != id_] + [line.entry(id_ or 0)]
    found, before = [], 0
    for ticket in tickets:
        matter, below = matter_of(directory, ticket, work)
        is_now, would = rules.lead(now, below, matter), rules.lead(then, below, matter)
        before += is_now not in {None, ticket.lead_unit_code}
        if would not in {None, ticket.lead_unit_code}:
            found.append(
                Rerouted(
                    ticket.number,
                    ticket.title,
                    directory.unit_name(ticket.lead_unit_code),
                    directory.unit_name(would),
                    is_now == ticket.lead_unit_code,
                )
            )
    found.sort(key=lambda one: not one.is_new)  # stable: the newest first among each
    return Preview(directory.category_label(line.category), len(tickets), len(found), before, found[:SHOWN])


def _dispatched(work: Work, categories: frozenset[str]) -> Sequence[Ticket]:
    query = (
        select(Ticket)
        .where(
            queries.visible(work.actor),
            Ticket.category_code.in_(sorted(categories)),
            Ticket.dispatched_at.is_not(None),
            Ticket.lead_unit_code.is_not(None),
        )
        .options(undefer(Ticket.content))
        .order_by(Ticket.id.desc())
        .limit(LOOKED_AT)
    )
    return work.session.scalars(query).all()
