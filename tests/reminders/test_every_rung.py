"""Every rung of every ladder, across nights, lunch, weekends, holidays, 调休 and a calendar that changes.

The table is made from the rulebook: each limit that it names, from starts at every hour that is different, on days
around every sort of day. Beside the arithmetic stands a reference that walks: a day at a time, half a minute at a time.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import product

import pytest
from sqlalchemy import select

import config
from chainhub.core.worktime import (
    SHANGHAI,
    Calendar,
    HourLimit,
    Limit,
    Pause,
    WallMinutes,
    Workdays,
    WorkMinutes,
    parse_limit,
)
from chainhub.county import known
from chainhub.county.workdays import service as workdays
from chainhub.notices.models import Notice
from chainhub.reminders import rules, service
from chainhub.reminders.models import Clock, Said
from chainhub.reminders.rules import Ladder, Reading
from chainhub.tickets.terms import Kind, Urgency
from chainhub.tickets.workflow import Action
from tests import people
from tests.builders import move, submitted
from tests.people import china, work_of
from tests.reminders.passing import in_hand, run_timetable

pytestmark = pytest.mark.slow

DAY, STEP = timedelta(days=1), timedelta(seconds=30)
OFF = {
    "new year": ((1, 1), (1, 3)),
    "spring festival": ((2, 15), (2, 23)),
    "qingming": ((4, 4), (4, 6)),
    "labour day": ((5, 1), (5, 5)),
    "dragon boat": ((6, 19), (6, 21)),
    "mid-autumn": ((9, 25), (9, 27)),
    "national day": ((10, 1), (10, 7)),
}
FIRST, LAST = china(2026, 2, 1), china(2027, 6, 1)  # what the reference may walk through
MADE_UP = ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10))
SEGMENTS = ((time(8, 30), time(12)), (time(13, 30), time(17, 30)))
WINDOW = (time(7), time(22))

LIMITS = sorted(
    {line["limit"] for line in config.county("rulebook")["limits"] if "limit" in line} | {"2d", "3d", "8d"}
)
"""Every limit of the rulebook, and what its formulas come to."""
HOURS = ("00:05", "06:40", "08:30", "09:17", "11:59", "12:40", "13:30", "16:20", "17:30", "21:40", "23:50")
"""Night, before opening, at opening, morning, before lunch, lunch, after it, afternoon, closing, evening, late."""
DAYS = (
    date(2026, 2, 13),  # Friday; Saturday 14 is worked, then nine days off
    date(2026, 2, 20),  # inside a festival
    date(2026, 2, 28),  # a Saturday that is worked
    date(2026, 5, 8),  # Friday before a worked Saturday
    date(2026, 9, 18),  # Friday before a worked Sunday
    date(2026, 9, 19),  # a plain Saturday before it
    date(2026, 9, 30),  # Wednesday before a week off
    date(2026, 10, 9),  # Friday before a worked Saturday, after a week off
    date(2026, 10, 10),  # that Saturday
    date(2026, 11, 16),  # a plain Monday
    date(2026, 12, 30),  # over the end of the notice: provisional
)


# The reference


class Walker:
    """A county's time by walking: obviously right, and slow."""

    def __init__(self, worked: dict[date, bool]) -> None:
        self.worked = worked
        self._counted: dict[type, bytearray] = {}

    def is_workday(self, day: date) -> bool:
        return self.worked.get(day, day.weekday() < 5)

    def after(self, day: date, count: int) -> date:
        """The count-th workday after a day, or before it."""
        step = DAY if count > 0 else -DAY
        while count:
            day += step
            count -= self.is_workday(day) * (1 if step is DAY else -1)
        return day

    def opening(self, day: date) -> datetime:
        return datetime.combine(day, SEGMENTS[0][0], SHANGHAI)

    def counts(self, moment: datetime, limit: HourLimit) -> bool:
        """Whether the half minute from this moment on counts."""
        here = moment.time()
        if isinstance(limit, WallMinutes):
            return WINDOW[0] <= here < WINDOW[1]
        return self.is_workday(moment.date()) and any(start <= here < end for start, end in SEGMENTS)

    def counted(self, limit: HourLimit) -> bytearray:
        """Every half minute of the time that is walked through: whether it counts. Asked once each."""
        if type(limit) not in self._counted:
            steps = (LAST - FIRST) // STEP
            self._counted[type(limit)] = bytearray(self.counts(FIRST + n * STEP, limit) for n in range(steps))
        return self._counted[type(limit)]

    def moment(self, start: datetime, span: timedelta, limit: HourLimit, pauses=()) -> datetime:
        """When so much of what counts has passed, what lies in a pause not counting."""
        counted, here, left = self.counted(limit), (start - FIRST) // STEP, span // STEP
        assert (start - FIRST) % STEP == span % STEP == timedelta(0)
        breaks = [((one.start - FIRST) // STEP, (one.end - FIRST) // STEP) for one in pauses]
        while left > 0:
            paused = breaks and any(begin <= here < end for begin, end in breaks)
            left -= counted[here] and not paused
            here += 1
        return FIRST + here * STEP

    def day(self, start: date, count: int, pauses=()) -> date:
        """The day that is counted as the count-th, workdays in a pause not counting."""
        day = start
        while count:
            day += DAY
            paused = any(one.start.date() < day <= one.end.date() for one in pauses)
            count -= self.is_workday(day) and not paused
        return day

    def covered(self, pause: Pause, start: date) -> int:
        """How many workdays a pause covers: those after its first day, to its last."""
        day, count = max(pause.start.date(), start), 0
        while day < pause.end.date():
            day += DAY
            count += self.is_workday(day)
        return count

    def ladder(
        self, start: datetime, limit: Limit, pauses=(), extension: int = 0
    ) -> list[tuple[str, datetime]]:
        """What is said when, by the words of the domain, section 3."""
        found = (
            self._days(start, limit.count, pauses, extension)
            if isinstance(limit, Workdays)
            else self._hours(start, limit, pauses)
        )
        return sorted(((rung, at) for rung, at in found if at > start), key=lambda one: one[1])

    def _days(self, start, count, pauses, extension) -> Iterator[tuple[str, datetime]]:
        # What a pause covers is added whole, also where it begins on the very day that was the last.
        due = self.day(start.date(), count + sum(self.covered(one, start.date()) for one in pauses))
        due = self.after(due, extension) if extension else due
        if count > 1:
            yield "halfway", self.opening(self.day(start.date(), (count + 1) // 2, pauses))
        yield "yellow", self.opening(self.after(due, -1))
        yield "due", self.opening(due)
        for late in (1, 2, 5):
            yield f"plus_{late}", self.opening(self.after(due, late))

    def _hours(self, start, limit, pauses) -> Iterator[tuple[str, datetime]]:
        yield "three_quarters", self.moment(start, limit.span * 3 / 4, limit, pauses)
        due = self.moment(start, limit.span, limit, pauses)
        yield "due", due
        yield "next_day", self.opening(self.after(due.date(), 1))


def _notice() -> dict[date, bool]:
    worked = {}
    for (month, day), (month_, last) in OFF.values():
        at = date(2026, month, day)
        while at <= date(2026, month_, last):
            worked[at] = False
            at += DAY
    return worked | {date(2026, month, day): True for month, day in MADE_UP}


NOTICE = _notice()
CHANGED = NOTICE | {
    date(2026, 2, 24): False,  # the festival is lengthened while it runs, as in 2020
    date(2026, 10, 8): False,
    date(2026, 10, 17): True,
    date(2026, 11, 18): False,
}


def _calendar(worked: dict[date, bool]) -> Calendar:
    return Calendar(worked=worked, known_years={2026})


@cache
def _walker(*, changed: bool = False) -> Walker:
    return Walker(CHANGED if changed else NOTICE)


def _said(calendar: Calendar, reading: Reading) -> list[tuple[str, datetime]]:
    due = calendar.due(reading.started_at, reading.limit, reading.pauses, extension=reading.extension).at
    return [(one.rung.value, one.at) for one in rules.rungs(calendar, reading, Ladder.POSTS, due)]


def _in_order(found: list[tuple[str, datetime]]) -> list[tuple[str, datetime]]:
    return sorted(found, key=lambda one: (one[1], one[0]))


STARTS = [datetime.combine(day, time.fromisoformat(hour), SHANGHAI) for day, hour in product(DAYS, HOURS)]


@pytest.mark.parametrize("code", LIMITS)
@pytest.mark.parametrize("worked", [NOTICE, CHANGED], ids=["as-noticed", "changed"])
def test_every_rung_from_every_start_comes_when_walking_says(code, worked):
    calendar, walker, limit = _calendar(worked), _walker(changed=worked is CHANGED), parse_limit(code)

    for start in STARTS:
        assert _in_order(_said(calendar, Reading(start, limit))) == _in_order(walker.ladder(start, limit)), (
            start
        )


@pytest.mark.parametrize("code", [one for one in LIMITS if one.endswith("d")])
@pytest.mark.parametrize("extension", [1, 5, 10])
def test_an_extension_moves_all_but_halfway(code, extension):
    calendar, walker, limit = _calendar(NOTICE), _walker(), parse_limit(code)

    for day in DAYS:
        start = datetime.combine(day, time(16, 20), SHANGHAI)
        reading = Reading(start, limit, extension=Workdays(extension))
        assert _in_order(_said(calendar, reading)) == _in_order(
            walker.ladder(start, limit, extension=extension)
        )


PAUSES = (  # after the start: when it begins, how long it lasts
    (timedelta(minutes=20), timedelta(minutes=35)),
    (timedelta(hours=3), timedelta(hours=30)),
    (timedelta(hours=26), timedelta(days=4, hours=2)),
)


@pytest.mark.parametrize("code", LIMITS)
@pytest.mark.parametrize(("later", "lasting"), PAUSES)
def test_a_pause_moves_every_rung_that_has_not_come(code, later, lasting):
    calendar, walker, limit = _calendar(NOTICE), _walker(), parse_limit(code)

    for day, hour in product(DAYS, ("08:40", "11:30", "16:20")):
        start = datetime.combine(day, time.fromisoformat(hour), SHANGHAI)
        pause = Pause(start + later, start + later + lasting)
        due = calendar.due(start, limit).at
        if pause.start >= due:
            continue  # it had run out
        ours = dict(_said(calendar, Reading(start, limit, (pause,))))
        for rung, at in walker.ladder(start, limit, (pause,)):
            if at > pause.start:
                assert ours[rung] == at, (start, rung)


def test_the_table_is_made_of_every_limit_of_the_rulebook():
    assert len(LIMITS) >= 10
    assert {type(parse_limit(code)) for code in LIMITS} == {Workdays, WorkMinutes, WallMinutes}


# Through the sweep


STEPS = ("00:30", "06:59", *(f"{hour:02}:31" for hour in range(7, 23)))
"""Every hour but at night: none comes later than what is put off until somebody works again."""


def _open_lives(session) -> None:
    """Tickets that stand in many states, begun around the week off in October."""
    for at in (china(2026, 9, 30, 16, 20), china(2026, 10, 9, 11, 50), china(2026, 10, 10, 17, 20)):
        submitted(session, at)
        submitted(session, at, urgency=Urgency.URGENT)
        for kind in (Kind.INQUIRY, Kind.HELP, Kind.PROBLEM):
            in_hand(session, at, kind)
        asked = submitted(session, at)
        move(session, asked, people.CLERK, Action.REQUEST_INFO, at + timedelta(minutes=9), note="缺型号")


def _walk(session, first: datetime, last: datetime) -> None:
    day = first.replace(hour=0, minute=0)
    while day <= last:
        for step in STEPS:
            at = datetime.combine(day.date(), time.fromisoformat(step), SHANGHAI)
            waits = select(Clock.id).where(Clock.stopped_at.is_(None), Clock.look_again_at <= at).limit(1)
            if first < at <= last and session.scalar(waits) is not None:
                run_timetable(session, at, "reminders")
        day += DAY


@pytest.mark.parametrize("changes", [False, True], ids=["as-noticed", "changed"])
def test_the_sweep_says_every_rung_of_every_clock_at_the_first_look_after_its_moment_once(session, changes):
    first, last = china(2026, 9, 30, 16, 30), china(2026, 11, 20, 22)
    _open_lives(session)
    changed_at = china(2026, 10, 10, 18)
    if changes:
        _walk(session, first, changed_at)
        content = '{"year": 2026, "days": [{"date": "2026-11-18", "name": "调整", "isOffDay": true}]}'
        workdays.import_notice(work_of(session, "xitong", changed_at), "2026.json", content.encode())
        known.forget(session)
        run_timetable(session, changed_at + timedelta(minutes=5), "recompute")
        _walk(session, changed_at, last)
    else:
        _walk(session, first, last)

    calendar = known.of(session).calendar
    steps = [
        at
        for ahead in range(80)
        for step in STEPS
        if first < (at := datetime.combine(first.date() + ahead * DAY, time.fromisoformat(step), SHANGHAI))
    ]
    said = {(row.clock_id, row.rung): row for row in session.scalars(select(Said).where(~Said.silent))}
    looked = 0
    for one in session.scalars(select(Clock).where(Clock.stopped_at.is_(None))):
        for rung in rules.rungs(calendar, service.reading(one), Ladder(one.ladder), one.due_at):
            if not first < rung.at <= last or (changes and rung.at <= changed_at):
                continue
            row = said[one.id, rung.rung.value]
            assert row.at == next(at for at in steps if at >= rung.at), (one.kind, rung)
            looked += 1
    assert looked > 60  # those of the first ten days fell before the change
    keys = session.execute(select(Notice.user_id, Notice.key).where(Notice.key.startswith("clock:"))).all()
    assert len(keys) == len(set(keys)) > 100
