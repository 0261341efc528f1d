"""What is open, counted once for a leader's page: by state and light, and what is late by for how long.

The conditions are those of the list, so that every number opens exactly what it counts. The cost follows what is open.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Label, Row, Select, bindparam, func, select

from chainhub.core.actor import Actor
from chainhub.core.db import read_rows, spelled_out
from chainhub.core.work import Work
from chainhub.tickets import ageing, listing, mine
from chainhub.tickets.ageing import Age
from chainhub.tickets.listing import Colour, Filter, light_is
from chainhub.tickets.models import Ticket
from chainhub.tickets.workflow import State

_LIGHTS = (Colour.RED, Colour.GREY, Colour.YELLOW)


@dataclass(frozen=True, slots=True)
class Standing:
    """How many open tickets an actor sees: in each state, under each of three lights, late for how long."""

    states: Mapping[State, int]
    late_in: Mapping[State, int]
    still_in: Mapping[State, int]
    lights: Mapping[Colour, int]
    ages: Mapping[Age, int]


EVERYTHING = Filter()


def of(work: Work, wanted: Filter = EVERYTHING) -> Standing:
    """Count what is open and seen by this actor, all of it or what a filter finds, in one statement."""
    asked_again = not listing.is_of_the_moment(wanted)
    query = _counting(work.actor, wanted) if asked_again else _made(listing.conditions(work, wanted))
    return _standing(read_rows(work.session, query, ageing.borders(work.calendar, work.now)).all())


def with_lists(work: Work) -> tuple[Standing, mine.Counts]:
    """Count the same, and what waits in this actor's own lists: in one statement, unless nothing is open."""
    query = _counting(work.actor, EVERYTHING, mine.units(work))
    rows = read_rows(work.session, query, ageing.borders(work.calendar, work.now)).all()
    return _standing(rows), mine.read(rows[0]._mapping) if rows else mine.counts(work)


def _standing(rows: Sequence[Row[*tuple[Any, ...]]]) -> Standing:
    named = ("state", "all", *_LIGHTS, *Age)
    found = [dict(zip(named, row[: len(named)], strict=True)) for row in rows]
    return Standing(
        {one["state"]: one["all"] for one in found},
        {one["state"]: one[Colour.RED] for one in found},
        {one["state"]: one[Colour.GREY] for one in found},
        {light: sum(one[light] for one in found) for light in _LIGHTS},
        {age: sum(one[age] for one in found) for age in Age},
    )


@lru_cache(maxsize=512)
def _counting(actor: Actor, wanted: Filter, units: tuple[str, ...] | None = None) -> Select[*tuple[Any, ...]]:
    return _made(listing.lasting(actor, wanted), [] if units is None else mine.counting(actor, units))


def _made(found: Sequence[ColumnElement[bool]], lists: Sequence[Label[int]] = ()) -> Select[*tuple[Any, ...]]:
    given = {name: bindparam(name, type_=Ticket.due_at.type) for name in ageing.BORDERS}
    conditions = [light_is(light, given["now"]) for light in _LIGHTS]
    conditions += [ageing.condition(age, **given) for age in Age]
    counts = [func.count().filter(one).label(f"n{place}") for place, one in enumerate(conditions)]
    return spelled_out(
        select(Ticket.state, func.count(), *counts, *lists)
        .where(*found, Ticket.is_open)
        .group_by(Ticket.state)
    )
