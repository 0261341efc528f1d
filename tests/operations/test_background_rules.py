"""When a job is to run and what counts as missed, checked by hand: 2026-10-05 is a Monday."""

from datetime import datetime, timedelta

import pytest
from apscheduler.triggers.cron import CronTrigger

from chainhub import scheduler
from chainhub.core.worktime import SHANGHAI
from chainhub.operations.background import rules
from chainhub.operations.background.rules import At, Every
from tests.people import china

MONDAY = china(2026, 10, 5)
SECONDS = timedelta(seconds=1)


@pytest.mark.parametrize(
    "days", ["1", "1-5", "0", "mon-5", "7", "", "monday", "Mon", "fri-mon", "mon,,tue", "*", "mon-"]
)
def test_days_that_are_numbers_or_no_days_are_refused(days):
    with pytest.raises(ValueError, match="days"):
        At(days, "08:30")


@pytest.mark.parametrize("time", ["8:30", "24:00", "08:60", "0830", "", "08:30:00"])
def test_what_is_no_time_is_refused(time):
    with pytest.raises(ValueError, match="time"):
        At("mon-fri", time)


@pytest.mark.parametrize(
    ("days", "weekdays"),
    [
        ("mon-fri", {0, 1, 2, 3, 4}),
        ("mon", {0}),
        ("sun", {6}),
        ("mon,thu", {0, 3}),
        ("mon-wed,sat", {0, 1, 2, 5}),
    ],
)
def test_named_days_are_those_days(days, weekdays):
    assert At(days, "08:30").weekdays == weekdays


def test_a_job_that_never_rests_is_refused():
    with pytest.raises(ValueError, match="a second at least"):
        Every(0)


# The traps of crontab: deps, "Scheduler"


def test_a_crontab_of_monday_would_ring_on_tuesday_and_a_name_does_not():
    by_number = CronTrigger.from_crontab("0 9 * * 1", timezone=SHANGHAI)
    ours = scheduler.trigger(At("mon", "09:00"))

    assert by_number.get_next_fire_time(None, MONDAY).weekday() == 1  # why numbers are refused
    assert ours.get_next_fire_time(None, MONDAY) == china(2026, 10, 5, 9)


@pytest.mark.parametrize("days", ["mon-fri", "mon", "sat,sun", "mon-sun", "tue,thu"])
def test_apscheduler_rings_when_our_rule_says(days):
    at = At(days, "08:30")
    ours = list(rules.came_due(at, MONDAY, MONDAY + timedelta(days=30)))
    trigger, found, now = scheduler.trigger(at), [], MONDAY
    while (fire := trigger.get_next_fire_time(None, now)) <= MONDAY + timedelta(days=30):
        found.append(fire)
        now = fire + SECONDS

    assert [one.astimezone(SHANGHAI) for one in found] == ours
    assert {one.weekday() for one in ours} == at.weekdays


def test_a_time_of_day_is_shanghais_also_on_a_machine_that_counts_otherwise():
    fire = scheduler.trigger(At("mon-sun", "03:20")).get_next_fire_time(None, MONDAY)

    assert (fire, fire.utcoffset()) == (china(2026, 10, 5, 3, 20), timedelta(hours=8))


# What comes next, and what was missed


@pytest.mark.parametrize(
    ("when", "last", "now", "next_at", "missed"),
    [
        (Every(15), None, MONDAY, MONDAY, 0),
        (Every(15), MONDAY, MONDAY + 10 * SECONDS, MONDAY + 15 * SECONDS, 0),
        (Every(15), MONDAY, MONDAY + 75 * SECONDS, MONDAY + 15 * SECONDS, 0),  # jobs wait for one another
        (Every(15), MONDAY, MONDAY + 90 * SECONDS, MONDAY + 15 * SECONDS, 5),
        (Every(15), MONDAY, MONDAY + timedelta(days=1), MONDAY + 15 * SECONDS, 5759),
        (Every(3600), MONDAY, MONDAY + timedelta(minutes=61), MONDAY + timedelta(hours=1), 0),
        (Every(3600), MONDAY, MONDAY + timedelta(hours=2), MONDAY + timedelta(hours=1), 1),
        (Every(3600), MONDAY, MONDAY - timedelta(hours=1), MONDAY + timedelta(hours=1), 0),  # set back
    ],
)
def test_jobs_that_run_again_and_again(when, last, now, next_at, missed):
    assert (rules.next_run(when, last, now), rules.missed(when, last, now)) == (next_at, missed)


AT = At("mon-fri", "08:30")
FRIDAY = china(2026, 10, 9, 8, 30)


@pytest.mark.parametrize(
    ("last", "now", "next_at", "missed"),
    [
        (None, MONDAY, MONDAY, 0),
        (FRIDAY, china(2026, 10, 9, 12), china(2026, 10, 12, 8, 30), 0),  # over the weekend
        (FRIDAY, china(2026, 10, 12, 8, 30), china(2026, 10, 12, 8, 30), 0),  # it begins just now
        (FRIDAY, china(2026, 10, 12, 9), china(2026, 10, 12, 8, 30), 1),  # nobody led at 08:30: at once
        (FRIDAY, china(2026, 10, 14, 8, 30), china(2026, 10, 12, 8, 30), 2),
        (china(2026, 10, 12, 9), china(2026, 10, 12, 10), china(2026, 10, 13, 8, 30), 0),  # made up for
        (
            china(2026, 10, 12, 8),
            china(2026, 10, 12, 8, 10),
            china(2026, 10, 12, 8, 30),
            0,
        ),  # asked for before
        (china(2026, 10, 13, 9), china(2026, 10, 12, 10), china(2026, 10, 14, 8, 30), 0),  # set back a day
    ],
)
def test_jobs_of_a_time_of_day(last, now, next_at, missed):
    assert (rules.next_run(AT, last, now), rules.missed(AT, last, now)) == (next_at, missed)


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (Every(15), "每 15 秒"),
        (Every(600), "每 10 分钟"),
        (Every(3600), "每小时"),
        (Every(7200), "每 2 小时"),
        (At("mon-sun", "03:20"), "每天 03:20"),
        (At("mon-fri", "08:30"), "每周一、二、三、四、五 08:30"),
    ],
)
def test_how_often_is_said_in_words(when, words):
    assert rules.how_often(when) == words


@pytest.mark.parametrize(
    ("late", "alive"), [(0, True), (44, True), (45, False), (3600, False), (-44, True), (-3600, False)]
)
def test_a_sign_of_life_from_long_ago_or_from_the_future_is_none(late, alive):
    now: datetime = MONDAY

    assert rules.is_alive(now - late * SECONDS, now) is alive
