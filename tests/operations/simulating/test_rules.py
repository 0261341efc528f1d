"""How people of a simulated county are and what they mean to do: from the seed alone, and within what the table knows."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest

from chainhub.core.actor import Role
from chainhub.core.worktime import Calendar, Workdays
from chainhub.operations.simulating import habits, rules, scripts, slowly, stories
from chainhub.operations.simulating.habits import Firm, chance_of
from chainhub.operations.simulating.intents import Intent, Matter
from chainhub.reminders.rules import Reading
from chainhub.tickets.terms import Kind
from chainhub.tickets.workflow import OPEN, TABLE, Action, State
from tests.core import test_worktime
from tests.people import china

TODAY = date(2026, 3, 2)
SPAN = (date(2026, 3, 2), date(2026, 6, 2))


def matter(state: State = State.HANDLING, **given) -> Matter:
    story = stories.invent(chance_of(1, "story"))
    temper = habits.temper_of(1, "power_supply")
    found = Matter(state, story, temper, temper, story.kind, story.urgency, lead=story.unit, contact="陶见禾")
    return replace(found, units=("transport", "public_security"), **given)


def plans(state: State, count: int = 400) -> list[list[Intent]]:
    kinds = (*Kind, None)
    return [
        rules.plan(matter(state, kind=kinds[place % len(kinds)]), chance_of(place, "plan"), TODAY)
        for place in range(count)
    ]


@pytest.mark.parametrize(
    "state", [*sorted(OPEN), State.DECLINED, State.CLOSED, State.INCOMPLETE, State.MERGED]
)
def test_every_intention_is_one_that_the_table_gives_to_that_party_from_there(state):
    parties = {(row.action, str(who.value)) for row in TABLE if row.source is state for who in row.who}
    parties |= {(action, "enterprise") for action, who in parties if who == "requester"}

    meant = {
        (one.does, one.who.value) for plan in plans(state) for one in plan if isinstance(one.does, Action)
    }

    assert meant <= parties


def test_what_people_mean_to_do_gives_what_the_table_demands():
    needs = {(row.action, row.source): set(row.needs) for row in TABLE if not row.part}

    for state in OPEN:
        for one in (intent for plan in plans(state, 60) for intent in plan):
            if one.does is Action.MERGE:  # into what is found when it comes to it
                continue
            if isinstance(one.does, Action):
                assert needs[one.does, state] <= {name for name, value in one.given.items() if value}, one


@pytest.mark.parametrize("state", sorted(OPEN))
def test_no_open_state_is_left_to_itself(state):
    """The clock acknowledges, and ends the wait for an enterprise; everywhere else somebody means to go on."""
    by_the_clock = {State.DISPATCHED, State.AWAITING_INFO}

    assert all(plans(state)) or state in by_the_clock


def test_whoever_is_silent_is_called():
    """A leader would read 逾期 93 天 of a call that nobody ever meant to make."""
    silent = [plan for plan in plans(State.REVIEWED) if all(one.who is not Role.ENTERPRISE for one in plan)]

    assert len(silent) > 40
    assert all(one.who is Role.CALLER for plan in silent for one in plan)
    assert all(len(plan) >= 2 for plan in silent), "one call in vain ends nothing"


def test_the_same_chance_means_the_same():
    assert plans(State.HANDLING, 20) == plans(State.HANDLING, 20)


def test_a_firm_speaks_up_as_often_as_its_pace_says(calendar_of_2026):
    firm = Firm("e_one", "equipment", has_guide=True)
    material = scripts.invented(1, 40)

    many = sum(len(habits.due_reports(seed, firm, SPAN, 2.0, material)) for seed in range(200))

    assert 200 * 2 * 3 * 0.8 < many < 200 * 2 * 3 * 1.4


def test_two_who_stand_in_for_each_other_are_never_away_at_once(calendar_of_2026):
    found = habits.absences(3, (("one", "other"),), SPAN, calendar_of_2026)

    days = Counter(
        one.from_on + timedelta(days=ahead)
        for one in found
        for ahead in range((one.until_on - one.from_on).days + 1)
    )
    assert found
    assert max(days.values()) == 1


def test_a_notice_that_comes_in_the_middle_frees_a_workday_and_takes_a_day_off(calendar_of_2026):
    moved = [one for one in habits.troubles(5, SPAN, calendar_of_2026) if one.off_on is not None]

    assert moved
    assert all(calendar_of_2026.is_workday(one.off_on) for one in moved)
    assert not any(calendar_of_2026.is_workday(one.worked_on) for one in moved)


def test_a_limit_counted_on_the_fingers_is_the_domain_s_example(calendar_of_2026):
    """Domain, section 3: 3-02 +5 → 3-09; 9-30 +1 → 10-08."""
    assert slowly.due_at(calendar_of_2026, Reading(china(2026, 3, 2, 9), Workdays(5))) == china(
        2026, 3, 9, 17, 30
    )
    assert slowly.due_at(calendar_of_2026, Reading(china(2026, 9, 30, 20), Workdays(1))) == china(
        2026, 10, 8, 17, 30
    )


@pytest.fixture(scope="module")
def calendar_of_2026() -> Calendar:
    return Calendar(worked=test_worktime.WORKED, names=test_worktime.NAMES, known_years={2026})
