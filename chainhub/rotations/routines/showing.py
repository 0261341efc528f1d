"""What the pages of recurring work say, as plain values."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OccasionView:
    """One occasion in a year, as a line of its month and of the list."""

    url: str
    title: str
    day: str
    in_month: str  # 13日
    full: str  # with its year
    weekday: str
    month: int  # 0 where it has no day
    state: str
    colour: str
    who: str
    note: str
    whose: str  # its chain, or the county
    is_chains: bool


@dataclass(frozen=True, slots=True)
class RoutineView:
    """One piece of recurring work in the list of all."""

    url: str
    title: str
    whose: str
    every: str
    who: str
