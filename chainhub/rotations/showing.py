"""What the pages of rotations say, as plain values."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SessionView:
    """One session in a year, as a card and as a line of the list."""

    url: str
    period: str
    day: str
    weekday: str
    hosts: str
    state: str
    colour: str
    note: str
    is_next: bool


@dataclass(frozen=True, slots=True)
class AgendaView:
    """One part of a session: when, by whom, what; each empty while it is not settled."""

    label: str
    at: str
    by: str
    what: str


@dataclass(frozen=True, slots=True)
class SeatView:
    """One member: its place, what it has had, and when it is expected."""

    number: int
    name: str
    times: str
    last: str
    waited: str
    when: str
    mark: str  # held, next, wait, away, swap: the shape of its seat
    note: str


@dataclass(frozen=True, slots=True)
class SwapView:
    """A swap that waits for an answer, with what this person may do about it."""

    id: int
    line: str
    why: str
    asked: str
    may_answer: bool
    may_withdraw: bool


@dataclass(frozen=True, slots=True)
class EventView:
    """One change: what, why, before and after, who and when."""

    what: str
    why: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    who: str


@dataclass(frozen=True, slots=True)
class MovedView:
    """An enterprise whose turn a change moves."""

    name: str
    before: str
    after: str
