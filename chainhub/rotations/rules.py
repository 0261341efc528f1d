"""Whose turn it is to host. Pure: the turn advances on sessions held, never on the calendar (domain, section 5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a chain's rotation, in the order of joining."""

    code: str
    name: str
    held: int = 0  # sessions hosted
    last_held_on: date | None = None


def in_turn(members: Sequence[Member]) -> tuple[Member, ...]:
    """Return the members in the order in which they will host: who has hosted least, then who joined first.

    A newcomer has hosted as often as the round has gone: it is counted in with the round's number, so that it
    joins at the end and moves nobody's turn.
    """
    places = {member.code: place for place, member in enumerate(members)}
    return tuple(sorted(members, key=lambda member: (member.held, places[member.code])))


def forecast(place: int, from_on: date, months: int) -> date:
    """Return the month in which the member at a place (from 1) is expected to host: one session every `months`."""
    ahead = from_on.month - 1 + (place - 1) * months
    return date(from_on.year + ahead // 12, ahead % 12 + 1, 1)


PERIOD_MONTHS = 2
"""Every two months (rule, seed 002)."""
