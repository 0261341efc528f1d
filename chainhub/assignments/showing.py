"""What the pages of guides show, as plain values. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FigureView:
    """One figure that is a door: the number, what it is of, the words under it."""

    number: int
    words: str
    url: str = ""
    of: int | None = None


@dataclass(frozen=True, slots=True)
class LineView:
    """One enterprise and its guide."""

    firm: str
    url: str
    chain: str
    town: str
    guide: str
    guide_url: str
    unit: str
    phone: str  # masked for whoever has no business to call
    until: str
    ends: str
    warn: str  # 还没有指导员，选派期满了


@dataclass(frozen=True, slots=True)
class CaredView:
    """An enterprise as its guide sees it: whom to call, where it is."""

    firm: str
    contact: str
    phone: str
    town: str
    address: str
    until: str
    warn: str


@dataclass(frozen=True, slots=True)
class PairView:
    """One pair of a proposal with its reasons."""

    code: str
    firm: str
    before: str
    after: str
    tags: Sequence[str]
    sentence: str
    parts: str
    other: str
    locked: bool
    done: bool


@dataclass(frozen=True, slots=True)
class LoadView:
    """How many enterprises somebody has, before and after: one box each, by what becomes of it."""

    name: str
    before: int
    after: int
    boxes: Sequence[str]  # kept, added, removed
    warn: bool


@dataclass(frozen=True, slots=True)
class ScenarioView:
    """One of the two scenarios in figures."""

    label: str
    url: str
    current: bool
    changed: int
    over: int
    unmet: int


@dataclass(frozen=True, slots=True)
class PlanView:
    """A proposal as its page shows it."""

    id: int
    version: int
    title: str
    line: str
    figures: Sequence[FigureView]
    scenarios: Sequence[ScenarioView]
    changed: Sequence[PairView]
    same: int
    loads: Sequence[LoadView]
    still: str
    unmet: Sequence[tuple[str, str]]
    locked: int
    told: str
    open: bool
    state: str
    next_url: str
    first_url: str
