"""Random counties played for twenty years: who is there for a whole round hosts once in it, whatever else happens."""

import time
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chainhub.core.worktime import Calendar
from chainhub.rotations import days, rules
from chainhub.rotations.days import Bar, Rhythm
from chainhub.rotations.rules import HELD, Member, Rota, Session, Turn
from chainhub.rotations.workflow import State

pytestmark = pytest.mark.slow  # thorough rather than quick

often = settings(
    max_examples=5, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
START = date(2026, 1, 1)
MONTHS = 240  # twenty years
DAY = timedelta(days=1)


@dataclass
class County:
    """A county that is played: its rotation, and what happened so far."""

    rota: Rota
    calendar: Calendar
    random: Random
    today: date = START
    bound: int = 0  # how often the order was overruled by hand
    told: list[Counter] = field(default_factory=list)


def random_county(seed: int) -> County:
    random = Random(seed)
    worked = {
        START + timedelta(days=random.randrange(20 * 365)): random.random() < 0.3
        for _ in range(random.randrange(400))
    }
    months = random.choice([1, 2, 2, 2, 3])
    rhythm = Rhythm(START, months, random.randint(1, months), random.randint(1, 5), random.randrange(7))
    members = tuple(Member(f"e{n}", f"企业{n}", n, joined_on=START) for n in range(random.randint(1, 9)))
    rota = Rota(rhythm, members, at_once=random.choice([1, 1, 2, 3]))
    return County(rota, Calendar(worked=worked, known_years=range(2026, 2047)), random)


def changed(county: County, **given) -> None:
    """Change the rotation as a service does: what is planned is laid down anew, and who is moved is told once."""
    today, almanac = county.today, county.calendar
    before = county.rota.sessions
    rota = replace(county.rota, **given)
    planned = rules.plan(rota, today, almanac)
    periods = {one.period for one in planned}
    kept = tuple(one for one in rota.sessions if one.period not in periods and rules.is_fixed(one, today))
    county.rota = replace(rota, sessions=(*kept, *planned))
    moved = rules.moved(before, county.rota.sessions, today)
    county.told.append(Counter(one.code for one in moved))

    was = {one.period: one for one in before if one.state in HELD}
    now = {one.period: one for one in county.rota.sessions if one.state in HELD}
    assert was.items() <= now.items(), "the past changed"
    for code in {*rules.turns(before, today), *rules.turns(county.rota.sessions, today)}:
        same = rules.turns(before, today).get(code) == rules.turns(county.rota.sessions, today).get(code)
        assert county.told[-1][code] == (0 if same else 1), "each moved turn gives exactly one message"


def happen(county: County, *, leaves: bool = True, swaps: bool = True) -> None:
    """Let one thing happen that happens in a county."""
    rota, random, today = county.rota, county.random, county.today
    coming = [one for one in rota.sessions if not rules.is_fixed(one, today)]
    what = random.choice(["join", "leave", "away", "closed", "swap", "pin", "day", "none", "none"])
    if what == "join" and len(rota.members) < 14:
        before = rules.plan(rota, today, county.calendar)
        newcomer = rules.joining(rota, f"e{len(rota.members)}", "新", today)
        changed(county, members=(*rota.members, newcomer))
        past = (
            [one for one in rota.sessions if one.period < before[0].period and rules.counts(one)]
            if before
            else []
        )
        past.sort(key=lambda one: one.period)
        # Who would have to host twice running gives way to a newcomer, and only then is a turn of this round moved.
        walked = [*past[-1:], *(one for one in before if rules.counts(one) and one.hosts)]
        twice = any(set(one.codes) & set(then.codes) for one, then in pairwise(walked))
        still = {(one.period, one.on): one.codes for one in county.rota.sessions}
        for one in before:
            if rules.is_fixed(one, today):
                assert still[one.period, one.on] == one.codes, "a newcomer moved an agreed date"
            for turn in one.hosts:
                agreed = turn.bound or (turn.round <= newcomer.credit + 1 and not twice)
                assert not agreed or turn.code in still[one.period, one.on], (
                    "a newcomer moved a turn of this round"
                )
    elif what == "leave" and leaves and len(rota.members) > 2:
        gone = random.choice(rota.members)
        changed(
            county,
            members=tuple(
                replace(one, left_on=one.left_on or today) if one is gone else one for one in rota.members
            ),
        )
    elif what == "away" and leaves:
        begin = today + timedelta(days=random.randrange(300))
        who = random.choice(rota.members).code
        bar = Bar(begin, begin + timedelta(days=random.randrange(400)), "停产", who)
        changed(county, bars=(*rota.bars, bar))
    elif what == "closed":
        begin = today + timedelta(days=random.randrange(300))
        changed(county, bars=(*rota.bars, Bar(begin, begin + timedelta(days=random.randrange(50)), "防汛")))
    elif what == "swap" and len(coming) > 1 and swaps:
        swap(county, *random.sample(coming, 2))
    elif what == "pin" and coming:
        one = random.choice(coming)
        first, last = days.begins_on(rota.rhythm, one.period), days.ends_on(rota.rhythm, one.period)
        day = max(today, first) + timedelta(days=random.randrange((last - max(today, first)).days + 1))
        changed(
            county, sessions=tuple(replace(s, on=day, pinned=True) if s is one else s for s in rota.sessions)
        )
    elif what == "day" and coming:
        one = coming[0]
        changed(
            county,
            sessions=tuple(
                replace(s, state=State.ANNOUNCED) if s is one and s.hosts else s for s in rota.sessions
            ),
        )


def swap(county: County, one: Session, other: Session) -> None:
    """Exchange the first hosts of two sessions, as the service does."""
    if not one.hosts or not other.hosts or set(one.codes) & set(other.codes):
        return
    exchanged = rules.swapped(
        county.rota.sessions, (one.period, one.codes[0]), (other.period, other.codes[0])
    )
    before = Counter(code for s in county.rota.sessions if rules.counts(s) for code in s.codes)
    assert before == Counter(code for s in exchanged if rules.counts(s) for code in s.codes), (
        "a swap eats no turn"
    )
    county.bound += 1
    changed(county, sessions=exchanged)


def play(county: County, *, leaves: bool = True, swaps: bool = True) -> None:
    """Play twenty years, session by session."""
    changed(county)
    for period in range(MONTHS // county.rota.rhythm.months):
        begins = days.begins_on(county.rota.rhythm, period)
        county.today = max(county.today, begins)
        changed(county)
        happen(county, leaves=leaves, swaps=swaps)
        found = next((one for one in county.rota.sessions if one.period == period), None)
        if found is None or found.on is None or not rules.counts(found):
            continue
        assert found.pinned or county.calendar.is_workday(found.on), (
            "a session on a day off that nobody pinned"
        )
        county.today = max(county.today, found.on)
        if found.hosts:
            ends = State.CANCELLED if county.random.random() < 0.1 else State.HELD
            rows = tuple(replace(s, state=ends) if s.period == period else s for s in county.rota.sessions)
            changed(county, sessions=rows)


@often
@given(st.integers(0, 10**9))
def test_twenty_years_with_everything_that_happens(seed):
    play(random_county(seed))


@often
@given(st.integers(0, 10**9))
def test_who_is_there_for_a_whole_round_hosts_once_in_it(seed):
    county = random_county(seed)
    play(county, leaves=False)
    served: Counter = Counter({one.code: one.credit for one in county.rota.members})
    present = {one.code: one.joined_on for one in county.rota.members}
    slack = 1 + county.bound  # what was overruled by hand may run ahead
    for one in sorted((s for s in county.rota.sessions if s.state in HELD), key=lambda s: s.on):
        served.update(one.codes)
        here = [served[code] for code, since in present.items() if since <= one.on]
        assert max(here) - min(here) <= slack
        if not county.bound:
            assert all(turn.round == served[turn.code] for turn in one.hosts)


@often
@given(st.integers(0, 10**9))
def test_whoever_was_never_away_hosts_exactly_once_in_each_round_that_is_over(seed):
    county = random_county(seed)
    play(county, swaps=False)
    rota = county.rota
    away = {bar.code for bar in rota.bars}
    served = Counter(
        (turn.code, turn.round) for one in rota.sessions if one.state in HELD for turn in one.hosts
    )
    assert set(served.values()) <= {1}, "twice in one round"
    over = rules.running_round(replace(rota, sessions=_held(rota)), county.today)
    for one in rota.members:
        if one.left_on is None and one.code not in away:
            assert all(served[one.code, number] == 1 for number in range(one.credit + 1, over)), one.code


def _held(rota: Rota) -> tuple[Session, ...]:
    return tuple(one for one in rota.sessions if one.state in HELD)


def slowly(rota: Rota, count: int) -> list[str]:
    """The obvious rotation of one host without leaves: rounds written out one after another."""
    order = [one.code for one in sorted(rota.members, key=lambda one: one.seat)]
    return [order[n % len(order)] for n in range(count)]


@often
@given(st.integers(1, 30), st.sampled_from([1, 2, 3]))
def test_without_troubles_the_rounds_follow_one_another(firms, months):
    rota = Rota(Rhythm(START, months, 1, 2, 2), tuple(Member(f"e{n}", "", n) for n in range(firms)))
    calendar = Calendar(worked={}, known_years={2026})

    found = [one.codes[0] for one in rules.plan(rota, START, calendar, 40) if one.hosts]

    assert found == slowly(rota, len(found))


@often
@given(st.integers(0, 10**9))
def test_the_day_is_the_nearest_that_a_slow_search_finds(seed):
    county = random_county(seed)
    rhythm, calendar = county.rota.rhythm, county.calendar
    for period in range(0, 60, 7):
        asked = days.wanted(rhythm, period)
        all_days = [
            days.begins_on(rhythm, period) + n * DAY
            for n in range((days.ends_on(rhythm, period) - days.begins_on(rhythm, period)).days + 1)
        ]
        free = [day for day in all_days if calendar.is_workday(day)]
        later, sooner = [d for d in free if d >= asked], [d for d in free if d < asked]
        assert days.choose(rhythm, period, calendar).on == (later[0] if later else sooner[-1])


def test_two_hundred_enterprises_are_planned_for_fifty_years_in_a_second():
    rota = Rota(Rhythm(START), tuple(Member(f"e{n}", "", n) for n in range(200)))
    calendar = Calendar(worked={}, known_years={2026})

    began = time.perf_counter()
    found = rules.plan(rota, START, calendar, 300)

    assert time.perf_counter() - began < 1
    assert len(found) >= 299


def test_the_same_input_gives_the_same_plan():
    first, second = random_county(7), random_county(7)
    play(first)
    play(second)

    assert first.rota == second.rota


def test_a_swap_of_one_that_does_not_host_there_is_refused():
    sessions = (Session(0, START, hosts=(Turn("a", 1),)), Session(1, START, hosts=(Turn("b", 1),)))

    with pytest.raises(ValueError, match="does not host"):
        rules.swapped(sessions, (0, "b"), (1, "a"))
