"""Who stands in for whom on a day (AB角). Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from chainhub.core.actor import Actor, Grant, Role
from chainhub.county.people.rules import Holders

LENT = frozenset({Role.COMMITTEE, Role.TASK_FORCE, Role.DEPARTMENT, Role.CALLER, Role.GUIDE, Role.LIAISON})
"""Roles whose tasks a substitute does. A leader's word, an enterprise's and an administrator's hands are not lent."""
DAYS_MOST = 366


@dataclass(frozen=True, slots=True)
class Absence:
    """One leave: the person, the substitute, the first and the last day."""

    person_id: int
    name: str
    substitute_id: int
    from_on: date
    until_on: date

    def covers(self, day: date) -> bool:
        """Say whether the person is away on a day."""
        return self.from_on <= day <= self.until_on

    def overlaps(self, from_on: date, until_on: date) -> bool:
        """Say whether it shares a day with a span, both ends included."""
        return self.from_on <= until_on and from_on <= self.until_on


@dataclass(frozen=True, slots=True)
class Absences:
    """The leaves that were not cancelled."""

    rows: tuple[Absence, ...] = ()

    @classmethod
    def of(cls, rows: Iterable[Absence]) -> "Absences":
        """Keep some leaves."""
        return cls(tuple(rows))

    def substitutes(self, day: date) -> dict[int, tuple[int, str]]:
        """Return by who is away on a day: who stands in, and the name of whom they stand in for."""
        return {one.person_id: (one.substitute_id, one.name) for one in self.rows if one.covers(day)}

    def stood_in_for(self, person_id: int, day: date) -> list[Absence]:
        """Return the leaves in which somebody stands in on a day."""
        return [one for one in self.rows if one.substitute_id == person_id and one.covers(day)]


def standing_in(actor: Actor, absences: Absences, holders: Holders, day: date) -> Actor:
    """Return an actor with what is lent to them on a day, each grant marked with whose it is."""
    away = {one.person_id: one.name for one in absences.stood_in_for(actor.id or 0, day)}
    if not away:
        return actor
    own = {(one.role, one.scope, one.ref) for one in actor.grants}
    lent = [
        Grant(one.role, one.scope, one.ref, one.post, lent_by=away[one.user_id], lent_by_id=one.user_id)
        for one in holders.all()
        if one.user_id in away and one.role in LENT and (one.role, one.scope, one.ref) not in own
    ]
    return replace(actor, grants=(*actor.grants, *lent))
