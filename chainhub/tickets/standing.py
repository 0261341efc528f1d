"""What is open, counted once for a leader's page: by state and light, and what is late by for how long.

The conditions are those of the list, so that every number opens exactly what it counts. The cost follows what is open.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select

from chainhub.core.actor import Actor
from chainhub.core.work import Work
from chainhub.tickets import ageing, queries
from chainhub.tickets.ageing import Age
from chainhub.tickets.listing import Colour, light_is
from chainhub.tickets.models import Ticket
from chainhub.tickets.workflow import State

_LIGHTS = (Colour.RED, Colour.GREY, Colour.YELLOW)


@dataclass(frozen=True, slots=True)
class Standing:
    """How many open tickets an actor sees: in each state, under each of three lights, late for how long."""

    states: Mapping[State, int]
    late_in: Mapping[State, int]
    lights: Mapping[Colour, int]
    ages: Mapping[Age, int]


def of(work: Work) -> Standing:
    """Count what is open and seen by this actor, in one statement."""
    rows = work.session.execute(_counting(work.actor), ageing.borders(work.calendar, work.now)).all()
    found = [dict(zip(("state", "all", *_LIGHTS, *Age), row, strict=True)) for row in rows]
    return Standing(
        {one["state"]: one["all"] for one in found},
        {one["state"]: one[Colour.RED] for one in found},
        {light: sum(one[light] for one in found) for light in _LIGHTS},
        {age: sum(one[age] for one in found) for age in Age},
    )


@lru_cache(maxsize=512)
def _counting(actor: Actor) -> Select[*tuple[Any, ...]]:
    given = {name: bindparam(name, type_=Ticket.due_at.type) for name in ageing.BORDERS}
    conditions = [light_is(light, given["now"]) for light in _LIGHTS]
    conditions += [ageing.condition(age, **given) for age in Age]
    counts = [func.count().filter(one).label(f"n{place}") for place, one in enumerate(conditions)]
    return (
        select(Ticket.state, func.count(), *counts)
        .where(queries.visible(actor), Ticket.is_open)
        .group_by(Ticket.state)
    )
