"""Worktime against a slow reference that cannot be wrong: it walks day by day and minute by minute."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chainhub.core.worktime import (
    SHANGHAI,
    Calendar,
    HourLimit,
    Limit,
    Pause,
    Rung,
    Segment,
    Timetable,
    WallMinutes,
    Workdays,
    WorkMinutes,
    limit_code,
    parse_limit,
)

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite


often = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)

FIRST, LAST = date(2026, 11, 20), date(2027, 2, 10)  # the random days lie around a new year
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


# Random counties


@dataclass(frozen=True)
class County:
    """The tables a calendar is made from, kept for the reference."""

    worked: dict[date, bool]
    timetables: tuple[Timetable, ...]
    half_days: dict[date, tuple[Segment, ...]]
    window: tuple[time, time] | None

    def calendar(self) -> Calendar:
        return Calendar(
            worked=self.worked,
            known_years={2026},
            timetables=self.timetables,
            half_days=self.half_days,
            wall_window=self.window,
        )


def clock_time(half_hours: int) -> time:
    return time(half_hours // 2 % 24, half_hours % 2 * 30)


@st.composite
def working_days(draw: st.DrawFn, parts: int = 3) -> tuple[Segment, ...]:
    """One to three segments on the half hour, some without a break between, some to midnight."""
    count = draw(st.integers(1, parts))
    opening = draw(st.integers(0, 20))
    lengths = draw(st.lists(st.integers(2, 8), min_size=count, max_size=count))
    breaks = draw(st.lists(st.integers(0, 4), min_size=count, max_size=count))
    segments = []
    for length, rest in zip(lengths, breaks, strict=True):
        if opening + length <= 48:
            segments.append(Segment(clock_time(opening), clock_time(opening + length)))
        opening += length + rest
    return tuple(segments)


@st.composite
def counties(draw: st.DrawFn) -> County:
    some_day = st.integers(0, (LAST - FIRST).days).map(lambda ahead: FIRST + timedelta(days=ahead))
    timetables = [Timetable(date.min, draw(working_days()))]
    timetables += [
        Timetable(from_on, draw(working_days())) for from_on in draw(st.sets(some_day, max_size=2))
    ]
    return County(
        worked=draw(st.dictionaries(some_day, st.booleans(), max_size=25)),
        timetables=tuple(timetables),
        half_days=draw(st.dictionaries(some_day, working_days(parts=1), max_size=3)),
        window=draw(st.sampled_from([(time(7), time(22)), None, (time(8, 30), time(0)), (time(0), time(6))])),
    )


some_minute = st.one_of(  # whole half hours often, so that ends meet the ends of segments
    st.integers(0, 40 * 24 * 60), st.integers(0, 40 * 48).map(lambda half_hours: half_hours * 30)
)
some_moment = some_minute.map(lambda minutes: midnight(FIRST) + minutes * MINUTE)
some_length = st.one_of(st.integers(1, 150).map(lambda n: n * 4), st.integers(1, 10).map(lambda n: n * 60))
day_limits = st.integers(1, 15).map(Workdays)
hour_limits = st.one_of(some_length.map(WorkMinutes), some_length.map(lambda n: WallMinutes(n * 2)))
any_limit: st.SearchStrategy[Limit] = st.one_of(day_limits, hour_limits)


@st.composite
def pauses_after(draw: st.DrawFn, start: datetime) -> list[Pause]:
    """Up to three disjoint pauses, the first perhaps from before the start, the last perhaps open."""
    pauses, at = [], start + draw(st.integers(-2 * 24 * 60, 4 * 24 * 60)) * MINUTE
    for _ in range(draw(st.integers(0, 3))):
        end = at + draw(st.integers(0, 4 * 24 * 60)) * MINUTE
        pauses.append(Pause(at, end, draw(st.sampled_from([None, Workdays(1), Workdays(5)]))))
        at = end + draw(st.integers(0, 3 * 24 * 60)) * MINUTE
    goes_on = draw(st.booleans())
    if pauses and goes_on:
        pauses[-1] = Pause(pauses[-1].start, None, draw(st.sampled_from([None, Workdays(2)])))
    return pauses


# The slow reference


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def is_workday(county: County, day: date) -> bool:
    return county.worked[day] if day in county.worked else day.weekday() < 5


def plan(county: County, day: date) -> tuple[Segment, ...]:
    if day in county.half_days:
        return county.half_days[day]
    holding = [timetable for timetable in county.timetables if timetable.from_on <= day]
    return max(holding, key=lambda timetable: timetable.from_on).segments


def last_end(county: County, day: date) -> datetime:
    """The end of the last segment, a midnight being the one after."""
    end = plan(county, day)[-1].end
    return midnight(day + DAY) if end == time(0) else datetime.combine(day, end, SHANGHAI)


def first_start(county: County, day: date) -> datetime:
    return datetime.combine(day, plan(county, day)[0].start, SHANGHAI)


def covers(start: time, end: time, moment: time) -> bool:
    return start <= moment and (moment < end or end == time(0))


def minute_counts(county: County, limit: HourLimit) -> Callable[[datetime], bool]:
    """Whether the minute that begins at a moment counts for a limit."""

    @cache
    def segments(day: date) -> list[tuple[time, time]]:
        if isinstance(limit, WallMinutes):
            return [county.window or (time(0), time(0))]
        return [(part.start, part.end) for part in plan(county, day)] if is_workday(county, day) else []

    return lambda at: any(covers(start, end, at.time()) for start, end in segments(at.date()))


def minutes_from(start: datetime, end: datetime) -> Iterator[datetime]:
    while start < end:
        yield start
        start += MINUTE


def walk(start: datetime, minutes: int, counts: Callable[[datetime], bool]) -> datetime:
    """Walk until so many minutes have counted; the end is the end of the last one."""
    while minutes:
        minutes -= counts(start)
        start += MINUTE
    return start


def walk_days(start: date, number: int, counts: Callable[[date], bool]) -> date:
    while number:
        start += DAY
        number -= counts(start)
    return start


def cap_day(county: County, pause: Pause) -> date | None:
    start = pause.start.date()
    return walk_days(start, pause.cap.count, lambda day: is_workday(county, day)) if pause.cap else None


def last_paused_day(county: County, pause: Pause) -> date:
    ends = [day for day in (cap_day(county, pause), pause.end and pause.end.date()) if day]
    return min(ends) if ends else pause.start.date()


def paused_until(county: County, pause: Pause) -> datetime:
    capped = cap_day(county, pause)
    ends = [end for end in (last_end(county, capped) if capped else None, pause.end) if end]
    return min(ends) if ends else pause.start


def in_a_pause(county: County, pauses: list[Pause], day: date) -> bool:
    return any(pause.start.date() < day <= last_paused_day(county, pause) for pause in pauses)


def slow_due_day(county: County, start: date, number: int, pauses: list[Pause]) -> date:
    days = [start + ahead * DAY for ahead in range(1, 150)]
    paused = sum(is_workday(county, day) and in_a_pause(county, pauses, day) for day in days)
    return walk_days(start, number + paused, lambda day: is_workday(county, day))


def slow_due(county: County, start: datetime, limit: HourLimit, pauses: list[Pause]) -> datetime:
    counts = minute_counts(county, limit)
    standing = 0
    for pause in pauses:
        standing += sum(map(counts, minutes_from(max(pause.start, start), paused_until(county, pause))))
    return walk(start, limit.count + standing, counts)


# Against the reference


@often
@given(counties(), some_moment, day_limits, st.integers(0, 5), st.data())
def test_a_day_limit_agrees_with_walking(
    county: County, start: datetime, limit: Workdays, extension: int, data: st.DataObject
) -> None:
    pauses = data.draw(pauses_after(start))

    due = county.calendar().due(start, limit, pauses, extension=Workdays(extension))

    day = slow_due_day(county, start.date(), limit.count + extension, pauses)
    assert due.at == last_end(county, day)


@often
@given(counties(), some_moment, day_limits, st.data())
def test_a_clock_that_skips_paused_days_ends_on_the_same_day(
    county: County, start: datetime, limit: Workdays, data: st.DataObject
) -> None:
    pauses = data.draw(pauses_after(start))
    day = walk_days(
        start.date(), limit.count, lambda day: is_workday(county, day) and not in_a_pause(county, pauses, day)
    )
    in_time = [pause for pause in pauses if pause.start.date() < day]

    assert county.calendar().due(start, limit, in_time).at == last_end(county, day)


@often
@given(counties(), some_moment, hour_limits, st.data())
def test_an_hour_limit_agrees_with_walking(
    county: County, start: datetime, limit: HourLimit, data: st.DataObject
) -> None:
    pauses = data.draw(pauses_after(start))

    assert county.calendar().due(start, limit, pauses).at == slow_due(county, start, limit, pauses)


@often
@given(counties(), some_moment, hour_limits, st.data())
def test_a_clock_that_skips_paused_minutes_ends_at_the_same_moment(
    county: County, start: datetime, limit: HourLimit, data: st.DataObject
) -> None:
    pauses, counts = data.draw(pauses_after(start)), minute_counts(county, limit)
    spans = [(pause.start, paused_until(county, pause)) for pause in pauses]

    def runs(at: datetime) -> bool:
        return counts(at) and not any(begin <= at < end for begin, end in spans)

    due = walk(start, limit.count, runs)
    in_time = [pause for pause in pauses if pause.start < due]

    assert county.calendar().due(start, limit, in_time).at == due


@often
@given(counties(), some_moment, st.integers(0, 8 * 24 * 60))
def test_working_minutes_are_the_minutes_that_count(county: County, start: datetime, ahead: int) -> None:
    calendar, end = county.calendar(), start + ahead * MINUTE

    counted = sum(map(minute_counts(county, WorkMinutes(1)), minutes_from(start, end)))

    assert calendar.working_minutes(start, end) == counted
    assert calendar.working_minutes(end, start) == -counted


@often
@given(counties(), some_moment)
def test_the_next_working_moment_is_the_first_minute_that_counts(county: County, at: datetime) -> None:
    calendar, counts = county.calendar(), minute_counts(county, WorkMinutes(1))

    assert calendar.is_working_moment(at) == counts(at)
    assert calendar.next_working_moment(at) == walk(at, 1, counts) - MINUTE


@often
@given(counties(), some_moment, day_limits, st.integers(0, 5), st.data())
def test_the_day_ladder_agrees_with_walking(
    county: County, start: datetime, limit: Workdays, extension: int, data: st.DataObject
) -> None:
    pauses = data.draw(pauses_after(start))
    half = walk_days(
        start.date(),
        -(-limit.count // 2),
        lambda day: is_workday(county, day) and not in_a_pause(county, pauses, day),
    )
    due_on = slow_due_day(county, start.date(), limit.count + extension, pauses)
    yellow = max(day for day in (due_on - ahead * DAY for ahead in range(1, 90)) if is_workday(county, day))
    expected = {Rung.HALFWAY: half} if limit.count > 1 else {}
    expected |= {Rung.YELLOW: yellow, Rung.DUE: due_on}
    for rung, late in ((Rung.PLUS_1, 1), (Rung.PLUS_2, 2), (Rung.PLUS_5, 5)):
        expected[rung] = walk_days(due_on, late, lambda day: is_workday(county, day))

    ladder = county.calendar().rungs(start, limit, pauses, extension=Workdays(extension))

    opening = {rung: first_start(county, day) for rung, day in expected.items()}
    assert {step.rung: step.at for step in ladder} == {rung: at for rung, at in opening.items() if at > start}
    assert [step.at for step in ladder] == sorted(step.at for step in ladder)


@often
@given(counties(), some_moment, hour_limits, st.data())
def test_the_hour_ladder_agrees_with_walking(
    county: County, start: datetime, limit: HourLimit, data: st.DataObject
) -> None:
    pauses, counts = data.draw(pauses_after(start)), minute_counts(county, limit)
    spans = [(pause.start, paused_until(county, pause)) for pause in pauses]
    three_quarters = walk(
        start,
        limit.count * 3 // 4,
        lambda at: counts(at) and not any(begin <= at < end for begin, end in spans),
    )
    due = slow_due(county, start, limit, pauses)
    next_day = walk_days((due - MINUTE).date(), 1, lambda day: is_workday(county, day))

    ladder = county.calendar().rungs(start, limit, pauses)

    expected = {
        Rung.THREE_QUARTERS: three_quarters,
        Rung.DUE: due,
        Rung.NEXT_DAY: first_start(county, next_day),
    }
    assert {step.rung: step.at for step in ladder} == expected


# What must hold whatever the tables say


@often
@given(counties(), some_moment, st.integers(0, 10 * 24 * 60), any_limit)
def test_a_later_start_is_never_due_earlier(
    county: County, start: datetime, ahead: int, limit: Limit
) -> None:
    calendar = county.calendar()

    assert calendar.due(start, limit).at <= calendar.due(start + ahead * MINUTE, limit).at


@often
@given(counties(), some_moment, any_limit, st.integers(0, 5), st.data())
def test_a_pause_an_extension_and_a_floor_never_shorten(
    county: County, start: datetime, limit: Limit, days: int, data: st.DataObject
) -> None:
    calendar, pauses, floor = county.calendar(), data.draw(pauses_after(start)), data.draw(some_moment)

    plain = calendar.due(start, limit).at
    paused = calendar.due(start, limit, pauses).at
    extended = calendar.due(start, limit, pauses, extension=Workdays(days)).at
    floored = calendar.due(start, limit, pauses, extension=Workdays(days), floor=floor).at

    assert start < plain <= paused <= extended <= floored
    assert floored == max(extended, floor)


@often
@given(counties(), some_moment.map(datetime.date), st.integers(0, 400))
def test_adding_workdays_and_counting_them_are_inverse(county: County, day: date, n: int) -> None:
    calendar = county.calendar()

    there = calendar.add_workdays(day, n)

    assert calendar.workdays_between(day, there) == n
    assert calendar.workdays_between(there, day) == -n
    if n:
        assert calendar.is_workday(there)
        assert calendar.add_workdays(there, -n) <= day
        assert calendar.add_workdays(calendar.add_workdays(there, -n), n) == there


@often
@given(counties(), some_moment, day_limits)
def test_a_day_limit_ends_on_a_segment_end(county: County, start: datetime, limit: Workdays) -> None:
    calendar = county.calendar()

    due = calendar.due(start, limit).at

    last_minute = due - MINUTE
    assert calendar.is_working_moment(last_minute)
    assert due == calendar.end_of_day(last_minute.date())


@often
@given(counties(), some_moment, any_limit, st.integers(0, 3), st.data())
def test_an_explanation_tells_each_day_and_counts_as_due_does(
    county: County, start: datetime, limit: Limit, days: int, data: st.DataObject
) -> None:
    calendar, pauses = county.calendar(), data.draw(pauses_after(start))

    told = calendar.explain(start, limit, pauses, extension=Workdays(days))

    due = calendar.due(start, limit, pauses, extension=Workdays(days))
    assert (told.due, told.provisional) == (due.at, due.provisional)
    dates = [step.date for step in told.steps]
    assert dates == [start.date() + ahead * DAY for ahead in range(len(dates))]
    assert dates[-1] == (due.at - MINUTE).date()
    assert (
        f"→ {due.at.month}月{due.at.day}日" in told.text or f"年{due.at.month}月{due.at.day}日" in told.text
    )
    assert ("暂定" in told.text) is due.provisional


@often
@given(counties(), some_moment, day_limits, st.integers(0, 3), st.data())
def test_an_explained_day_limit_numbers_its_workdays(
    county: County, start: datetime, limit: Workdays, days: int, data: st.DataObject
) -> None:
    calendar = county.calendar()
    extended = limit.count + days
    ran_out = slow_due_day(county, start.date(), extended, [])
    pauses = [pause for pause in data.draw(pauses_after(start)) if pause.start.date() < ran_out]

    told = calendar.explain(start, limit, pauses, extension=Workdays(days))

    numbers = [step.number for step in told.steps if step.counted]
    assert numbers == list(range(1, extended + 1))
    assert all(step.number is None for step in told.steps if not step.counted)


@often
@given(any_limit)
def test_a_limit_survives_storage(limit: Limit) -> None:
    assert parse_limit(limit_code(limit)) == limit
