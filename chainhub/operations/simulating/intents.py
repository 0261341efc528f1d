"""What a plan is made of: what is known of a matter, and what somebody means to do after a while. Pure."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from chainhub.core.actor import Post, Role
from chainhub.operations.simulating.habits import Temper
from chainhub.operations.simulating.stories import Story
from chainhub.tickets.terms import Kind, Route, Urgency
from chainhub.tickets.workflow import Action, State

DAY = 450  # working minutes of a usual day
Chance = random.Random


class Beside(StrEnum):
    """Deeds that are no rows of the table: they have a service of their own."""

    ASK = "ask"
    WHISTLE = "whistle"
    INSTRUCT = "instruct"
    TRANSCRIBE = "transcribe"  # 代录
    PROPOSE = "propose"  # a 督办 by hand
    REFER = "refer"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Matter:
    """What is known of a ticket when a plan is made."""

    state: State
    story: Story
    temper: Temper  # of the unit that handles it
    judges: Temper  # of the enterprise
    kind: Kind | None
    urgency: Urgency
    lead: str | None = None
    units: tuple[str, ...] = ()  # other units that could be sent it, not the one it complains of
    right: bool = True  # is it with the unit whose matter it is?
    final: bool = False  # was a return of this unit rejected?
    reopened: int = 0
    twice: bool = False  # dissatisfied twice
    waits: int = 0
    asked: int = 0  # times this unit asked the enterprise
    lapsed: bool = False  # and it did not answer
    has_guide: bool = True
    confidential: bool = False
    route: Route | None = None  # whose first step is still to be made
    unclassified: bool = False
    no_category: bool = False
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Intent:
    """Somebody means to do something after a while."""

    after: float  # minutes
    who: Role
    does: Action | Beside
    given: Mapping[str, Any] = field(default_factory=dict)
    post: Post | None = None  # who of that role comes first to it
    at_any_hour: bool = False  # minutes of the wall, not of working time
    unit: str = ""  # of a co-unit's deed


Plan = Iterator[Intent]


def by(chance: Chance, share: float) -> bool:
    """Say whether something happens that happens so often: 0 to 1."""
    return chance.random() < share


def soon(chance: Chance) -> float:
    """Return working minutes until a desk turns to it: mostly within its limit, one in fourteen far beyond."""
    return chance.uniform(300, 800) if by(chance, 0.07) else chance.uniform(12, 170)
