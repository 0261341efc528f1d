"""The script of a whole county from a seed: who reports what, who is away, what goes wrong. Pure but for what it is given."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from chainhub.core.actor import Post, Role, ScopeKind
from chainhub.core.worktime import SHANGHAI
from chainhub.county.people.rules import Holders
from chainhub.operations.simulating import habits, stories
from chainhub.operations.simulating.county import County
from chainhub.operations.simulating.habits import Firm, Report, chance_of
from chainhub.operations.simulating.playing import Script
from chainhub.operations.simulating.stories import Story

PACE = 1.5  # matters that an enterprise reports in a month, on the average
DEATHS = 0.01


def script(
    county: County,
    seed: int,
    begin: datetime,
    end: datetime,
    *,
    told: tuple[Story, ...] = (),
    enterprises: int = 0,
    pace: float = PACE,
    grid: timedelta | None = timedelta(minutes=10),
) -> Script:
    """Return what a county plays between two moments. `enterprises`: only so many speak up, of all chains alike; 0: all."""
    span = (begin.astimezone(SHANGHAI).date(), end.astimezone(SHANGHAI).date())
    material = (*told, *invented(seed, 300))
    reports = [
        one for one in _reports(county, seed, span, enterprises, pace, material) if begin < one.at < end
    ]
    return Script(
        seed,
        begin,
        end,
        sorted(reports, key=lambda one: (one.at, one.firm, one.story.title)),
        habits.absences(seed, pairs(county), span, county.calendar),
        [one for one in habits.troubles(seed, span, county.calendar) if one.at < end],
        grid,
        DEATHS,
    )


def invented(seed: int, count: int) -> tuple[Story, ...]:
    """Return so many matters made of the patterns."""
    chance = chance_of(seed, "stories")
    return tuple(stories.invent(chance) for _ in range(count))


def _reports(
    county: County, seed: int, span: tuple[date, date], most: int, pace: float, material: tuple[Story, ...]
) -> Iterator[Report]:
    for firm in _speaking(county, most):
        chance = chance_of(seed, "reported", firm.code)
        for at, story in habits.due_reports(seed, firm, span, pace, material):
            yield habits.reported(chance, at, firm, story)


def _speaking(county: County, most: int) -> list[Firm]:
    """Return the enterprises that speak up: the first of each chain in turn, as many as are wanted."""
    chains: dict[str, list[Firm]] = {}
    for house in county.houses.values():
        guided = bool(county.holding(Role.GUIDE, ScopeKind.ENTERPRISE, house.code))
        chains.setdefault(house.chain, []).append(Firm(house.code, house.chain, guided))
    longest = max(map(len, chains.values()), default=0)
    found = [
        firms[place] for place in range(longest) for _, firms in sorted(chains.items()) if place < len(firms)
    ]
    return found[: most or len(found)]


def pairs(county: County) -> tuple[tuple[str, str], ...]:
    """Return who stands in for whom: in each body that has both, a contact and a deputy."""
    return tuple(_pairs(county.holders, county.names))


def _pairs(holders: Holders, names: dict[int, str]) -> Iterator[tuple[str, str]]:
    taken: set[str] = set()
    bodies = sorted(
        {(one.role, one.scope, one.ref) for one in holders.all() if one.role in _STAND_IN}, key=str
    )
    for body in bodies:
        contacts = sorted(names[one] for one in holders.ids(*body, Post.CONTACT))
        deputies = sorted(names[one] for one in holders.ids(*body, Post.DEPUTY))
        if contacts and deputies and not {contacts[0], deputies[0]} & taken:
            taken |= {contacts[0], deputies[0]}
            yield contacts[0], deputies[0]


_STAND_IN = frozenset({Role.COMMITTEE, Role.TASK_FORCE, Role.DEPARTMENT, Role.CALLER})
