"""How everybody of a simulated county is: who speaks up, who dawdles, who is away when. Pure, from the seed alone."""

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from chainhub.core.worktime import SHANGHAI, Calendar
from chainhub.operations.simulating.stories import Story
from chainhub.tickets.terms import Channel, Kind


def chance_of(seed: int, *names: object) -> random.Random:
    """Return the chance of one thing: its own, so that nothing else that happens changes it."""
    return random.Random("/".join(map(str, (seed, *names))))


@dataclass(frozen=True, slots=True)
class Temper:
    """How a unit works or an enterprise judges."""

    pace: float  # how much of a limit is used up; above 1 it runs out
    diligence: float  # 0 to 1: how likely the tedious part is done


_QUICK, _STEADY, _DAWDLER = Temper(0.45, 0.98), Temper(0.75, 0.9), Temper(1.15, 0.6)


def temper_of(seed: int, code: str) -> Temper:
    """Return how a unit or an enterprise is, the same all the time: a quarter quick, one in six a dawdler."""
    return chance_of(seed, "temper", code).choices((_QUICK, _STEADY, _DAWDLER), (25, 58, 17))[0]


@dataclass(frozen=True, slots=True)
class Firm:
    """What a report needs of an enterprise."""

    code: str
    chain: str
    has_guide: bool


@dataclass(frozen=True, slots=True)
class Report:
    """Somebody says something: when, for which firm, by which way."""

    at: datetime
    firm: str
    story: Story
    by_guide: bool
    channel: Channel
    confidential: bool
    left_open: bool  # the category is left to the staff
    about: str | None = None  # of a complaint: the unit that it names


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody is away, both days included."""

    person: str  # account name
    substitute: str
    from_on: date
    until_on: date


@dataclass(frozen=True, slots=True)
class Trouble:
    """What befalls the machinery: the scheduler stands still, or a calendar is imported in the middle."""

    at: datetime
    until: datetime | None = None  # of a scheduler that is off; None: a notice comes
    off_on: date | None = None  # of a notice: the workday that becomes free
    worked_on: date | None = None  # and the day off that is worked instead


def due_reports(
    seed: int, firm: Firm, span: tuple[date, date], pace: float, stories: tuple[Story, ...]
) -> list[tuple[datetime, Story]]:
    """Return when a firm speaks up from one day to another, `pace` times a month on the average, and of what."""
    chance = chance_of(seed, "reports", firm.code)
    often = pace * chance.choice((0.4, 0.7, 1.0, 1.3, 2.0))
    days = (span[1] - span[0]).days
    found = []
    for _ in range(round(often * days / 30 + chance.random() - 0.5)):
        day = span[0] + timedelta(days=chance.randrange(max(days, 1)))
        minute = round(min(max(chance.gauss(11.5 * 60, 190), 5 * 60), 23 * 60))  # some write in the evening
        at = datetime.combine(day, time(minute // 60, minute % 60), SHANGHAI)
        found.append((at, story_for(chance, firm, stories)))
    return found


def story_for(chance: random.Random, firm: Firm, stories: tuple[Story, ...]) -> Story:
    """Return one of the given matters that fits a firm."""
    return chance.choice([one for one in stories if one.chain in (None, firm.chain)])


def reported(chance: random.Random, at: datetime, firm: Firm, story: Story) -> Report:
    """Return how a matter is put before the county: by whom, which way, what of it is said."""
    by_guide = firm.has_guide and chance.random() < 0.12
    complaint = story.kind is Kind.COMPLAINT and chance.random() < 0.3
    return Report(
        at,
        firm.code,
        story,
        by_guide,
        chance.choice((Channel.VISIT, Channel.PHONE)) if by_guide else Channel.WEB,
        confidential=not by_guide and chance.random() < 0.05,
        left_open=chance.random() < 0.2,
        about=story.unit if complaint else None,
    )


def absences(
    seed: int, pairs: tuple[tuple[str, str], ...], span: tuple[date, date], calendar: Calendar
) -> list[Absence]:
    """Return who is away when: now and then one of two who stand in for each other, some days, never both at once."""
    found = []
    for person, substitute in pairs:
        chance = chance_of(seed, "leave", person, substitute)
        day = span[0] + timedelta(days=chance.randrange(3, 45))
        while day < span[1]:
            away, stays = (person, substitute) if chance.random() < 0.7 else (substitute, person)
            until = calendar.add_workdays(day, chance.choice((1, 2, 4, 5, 9)))
            found.append(Absence(away, stays, day, until))
            day = until + timedelta(days=chance.randrange(25, 90))
    return sorted(found, key=lambda one: (one.from_on, one.person))


def troubles(seed: int, span: tuple[date, date], calendar: Calendar) -> list[Trouble]:
    """Return what goes wrong with the machinery: about once a month a scheduler is off for some hours to a day and a
    half, and about every second month a notice moves a day off while deadlines run.
    """
    chance = chance_of(seed, "trouble")
    found = []
    day = span[0] + timedelta(days=chance.randrange(2, 20))
    while day < span[1]:
        at = datetime.combine(day, time(chance.randrange(24), 10), SHANGHAI)
        found.append(Trouble(at, at + timedelta(hours=chance.choice((2, 9, 24, 36)))))
        day += timedelta(days=chance.randrange(18, 45))
    day = span[0] + timedelta(days=chance.randrange(4, 30))
    while day < span[1]:
        free = calendar.add_workdays(day, chance.randrange(2, 7))
        weekend = free + timedelta(days=1)
        while calendar.is_workday(weekend):
            weekend += timedelta(days=1)
        at = datetime.combine(day, time(chance.choice((9, 12, 19)), 5), SHANGHAI)
        found.append(Trouble(at, off_on=free, worked_on=weekend))
        day += timedelta(days=chance.randrange(40, 80))
    return sorted(found, key=lambda one: one.at)
