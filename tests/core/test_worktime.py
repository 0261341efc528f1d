"""The law of time by its examples: every date here can be checked against the 2026 notice by hand."""

import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta

import pytest

from chainhub.core import worktime
from chainhub.core.worktime import (
    SHANGHAI,
    Calendar,
    Left,
    Limit,
    Pause,
    Rung,
    Segment,
    Timetable,
    WallMinutes,
    Workdays,
    WorkMinutes,
    left_label,
    limit_code,
    limit_label,
    parse_limit,
)
from tests.beside import beside

# The notice of 2025-11-04 for 2026.
HOLIDAYS_2026 = {
    "元旦": ((1, 1), (1, 3)),
    "春节": ((2, 15), (2, 23)),
    "清明节": ((4, 4), (4, 6)),
    "劳动节": ((5, 1), (5, 5)),
    "端午节": ((6, 19), (6, 21)),
    "中秋节": ((9, 25), (9, 27)),
    "国庆节": ((10, 1), (10, 7)),
}
MAKEUP_2026 = {
    (1, 4): "元旦",
    (2, 14): "春节",
    (2, 28): "春节",
    (5, 9): "劳动节",
    (9, 20): "国庆节",
    (10, 10): "国庆节",
}


def days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=ahead) for ahead in range((last - first).days + 1))


def notice_2026() -> tuple[dict[date, bool], dict[date, str]]:
    worked, names = {}, {}
    for name, (first, last) in HOLIDAYS_2026.items():
        for day in days(date(2026, *first), date(2026, *last)):
            worked[day], names[day] = False, name
    for makeup, name in MAKEUP_2026.items():
        worked[date(2026, *makeup)], names[date(2026, *makeup)] = True, name
    return worked, names


WORKED, NAMES = notice_2026()
FREE_AFTERNOON = {date(2026, 12, 31): (Segment(time(8, 30), time(12)),)}


def county(**changes: object) -> Calendar:
    told: dict[str, object] = {"worked": WORKED, "names": NAMES, "known_years": {2026}, **changes}
    return Calendar(**told)  # type: ignore[arg-type]  # the tests vary one argument at a time


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return county(half_days=FREE_AFTERNOON)


def at(text: str, year: int = 2026) -> datetime:
    """Read `9-30 20:00` as a moment of 2026 in Shanghai."""
    return datetime.strptime(f"{year}-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)


def on(text: str, year: int = 2026) -> date:
    return datetime.strptime(f"{year}-{text}", "%Y-%m-%d").date()


def pause(start: str, end: str | None, cap: int | None = None) -> Pause:
    return Pause(at(start), at(end) if end else None, Workdays(cap) if cap is not None else None)


# Days


@pytest.mark.parametrize(
    ("month", "count"), list(enumerate([21, 16, 22, 21, 19, 21, 23, 21, 22, 18, 21, 23], start=1))
)
def test_each_month_of_2026_has_its_workdays(calendar: Calendar, month: int, count: int) -> None:
    first = date(2026, month, 1)
    last = date(2027, 1, 1) if month == 12 else date(2026, month + 1, 1)

    assert calendar.workdays_between(first - timedelta(days=1), last - timedelta(days=1)) == count


def test_2026_has_248_workdays(calendar: Calendar) -> None:
    assert calendar.workdays_between(on("12-31", 2025), on("12-31")) == 248


@pytest.mark.parametrize(
    ("start", "n", "day"),
    [
        pytest.param("2-13", 1, "2-14", id="2026-02-13 +1 = 02-14 (Sat)"),
        pytest.param("2-13", 3, "2-25", id="2026-02-13 +3 = 02-25"),
        pytest.param("2-13", 15, "3-12", id="2026-02-13 +15 = 03-12"),
        pytest.param("9-18", 1, "9-20", id="2026-09-18 +1 = 09-20 (Sun)"),
        pytest.param("9-18", 5, "9-24", id="2026-09-18 +5 = 09-24"),
        pytest.param("9-30", 2, "10-9", id="2026-09-30 +2 = 10-09"),
        pytest.param("5-7", 2, "5-9", id="2026-05-07 +2 = 05-09 (Sat)"),
        pytest.param("11-20", 15, "12-11", id="2026-11-20 +15 = 12-11"),
        pytest.param("10-8", -1, "9-30", id="the workday before 10-08 is 09-30"),
        pytest.param("10-12", -3, "10-8", id="a make-up day counts backwards too"),
        pytest.param("10-4", 0, "10-4", id="no workdays on leave the day, worked or not"),
    ],
)
def test_workdays_are_added_by_the_notice(calendar: Calendar, start: str, n: int, day: str) -> None:
    assert calendar.add_workdays(on(start), n) == on(day)
    assert calendar.due(at(f"{start} 23:59"), Workdays(n)).at.date() == on(day) if n > 0 else True


def test_workdays_are_counted_back_over_the_new_year(calendar: Calendar) -> None:
    assert calendar.add_workdays(on("1-4"), -1) == on("12-31", 2025)
    assert calendar.add_workdays(on("1-5"), -2) == on("12-31", 2025)
    assert calendar.add_workdays(on("12-31", 2025), 1) == on("1-4")


def test_workdays_between_is_negative_backwards(calendar: Calendar) -> None:
    assert calendar.workdays_between(on("9-30"), on("10-12")) == 4
    assert calendar.workdays_between(on("10-12"), on("9-30")) == -4
    assert calendar.workdays_between(on("10-12"), on("10-12")) == 0


def test_a_makeup_day_is_not_a_holiday_though_it_bears_its_name(calendar: Calendar) -> None:
    makeup = on("10-10")

    assert calendar.is_workday(makeup)
    assert calendar.is_makeup(makeup)
    assert not calendar.is_holiday(makeup)
    assert calendar.day_name(makeup) == "国庆节"


def test_a_holiday_a_weekend_and_a_workday_are_told_apart(calendar: Calendar) -> None:
    holiday, weekend, workday = on("10-1"), on("10-17"), on("10-19")

    assert [calendar.is_workday(day) for day in (holiday, weekend, workday)] == [False, False, True]
    assert [calendar.is_holiday(day) for day in (holiday, weekend, workday)] == [True, False, False]
    assert [calendar.is_makeup(day) for day in (holiday, weekend, workday)] == [False, False, False]
    assert [calendar.day_name(day) for day in (holiday, weekend, workday)] == ["国庆节", None, None]


def test_a_weekday_said_to_be_worked_is_no_makeup_day() -> None:
    recalled = county(worked={on("10-8"): True})

    assert recalled.is_workday(on("10-8"))
    assert not recalled.is_makeup(on("10-8"))


def test_the_calendar_reaches_from_2004_to_2100(calendar: Calendar) -> None:
    count = calendar.workdays_between(date(2004, 1, 1), date(2100, 12, 31))

    assert calendar.add_workdays(date(2004, 1, 1), count) == date(2100, 12, 31)
    assert calendar.due(datetime(2100, 12, 1, 9, tzinfo=SHANGHAI), Workdays(15)).provisional


# Limits in days


@pytest.mark.parametrize(
    ("start", "n", "due"),
    [
        pytest.param("9-30 20:00", 1, "10-8 17:30", id="9-30 20:00 +1 = 10-08 17:30"),
        pytest.param("9-30 00:00", 1, "10-8 17:30", id="the event day counts at no hour"),
        pytest.param("10-10 09:00", 1, "10-12 17:30", id="10-10 (补班) +1 = 10-12"),
        pytest.param("12-30 09:00", 1, "12-31 12:00", id="a workday with a free afternoon = 12:00"),
        pytest.param("10-3 09:00", 1, "10-8 17:30", id="begun in a holiday"),
        pytest.param("9-30 16:20", 15, "10-27 17:30", id="9-30 +15 = 10-27"),
        pytest.param("3-2 09:00", 5, "3-9 17:30", id="3-02 +5 = 3-09 unpaused"),
    ],
)
def test_a_day_limit_ends_with_the_last_segment(calendar: Calendar, start: str, n: int, due: str) -> None:
    assert calendar.due(at(start), Workdays(n)).at == at(due)


def test_the_event_day_is_the_date_in_shanghai(calendar: Calendar) -> None:
    late_in_the_evening_in_utc = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)  # 3 March 01:00 in Shanghai

    due = calendar.due(late_in_the_evening_in_utc, Workdays(1))

    assert due.at == at("3-4 17:30")
    assert due.at.tzinfo is SHANGHAI


@pytest.mark.parametrize(
    ("start", "pauses", "due"),
    [
        pytest.param(
            "3-2 09:00", [pause("3-4 10:00", "3-6 17:00")], "3-11 17:30", id="3-02 +5, 3-04–06 = 3-11"
        ),
        pytest.param(
            "9-21 09:00", [pause("9-22 10:00", "10-9 17:00")], "10-14 17:30", id="9-21 +5, 9-22–10-09 = 10-14"
        ),
        pytest.param(
            "3-2 09:00", [pause("3-4 10:00", "3-4 17:00")], "3-9 17:30", id="within a day adds none"
        ),
        pytest.param("3-2 09:00", [pause("3-6 18:00", "3-8 10:00")], "3-9 17:30", id="a weekend adds none"),
        pytest.param(
            "3-2 09:00",
            [pause("3-3 10:00", "3-4 09:00"), pause("3-4 15:00", "3-5 09:00")],
            "3-11 17:30",
            id="two pauses that touch one day",
        ),
        pytest.param("3-2 09:00", [pause("3-4 10:00", None, 5)], "3-16 17:30", id="still open, to its cap"),
        pytest.param("3-2 09:00", [pause("3-4 10:00", None)], "3-9 17:30", id="still open without a cap"),
        pytest.param(
            "3-2 09:00", [pause("3-4 10:00", "3-31 10:00", 5)], "3-16 17:30", id="ended past its cap"
        ),
        pytest.param(
            "3-2 09:00", [pause("3-4 10:00", "3-6 17:00", 5)], "3-11 17:30", id="ended before its cap"
        ),
        pytest.param(
            "3-2 09:00", [pause("2-26 10:00", "3-3 17:00")], "3-10 17:30", id="begun before the start"
        ),
    ],
)
def test_a_pause_adds_the_workdays_it_covers(
    calendar: Calendar, start: str, pauses: list[Pause], due: str
) -> None:
    assert calendar.due(at(start), Workdays(5), pauses).at == at(due)


@pytest.mark.parametrize(
    ("start", "n", "extension", "due"),
    [
        pytest.param("9-30 16:20", 15, 8, "11-6 17:30", id="10-27 + 8 = 11-06"),
        pytest.param("9-17 09:00", 5, 3, "9-29 17:30", id="9-23 + 3 = 9-29"),
        pytest.param("9-18 09:00", 5, 3, "9-30 17:30", id="9-24 + 3 = 9-30"),
    ],
)
def test_an_extension_adds_workdays_after_due(
    calendar: Calendar, start: str, n: int, extension: int, due: str
) -> None:
    assert calendar.due(at(start), Workdays(n), extension=Workdays(extension)).at == at(due)


def test_due_is_never_before_the_floor(calendar: Calendar) -> None:
    one_workday_left = at("3-10 17:30")

    assert calendar.due(at("3-2 09:00"), Workdays(5), floor=one_workday_left).at == one_workday_left
    assert calendar.due(at("3-2 09:00"), Workdays(5), floor=at("3-6 17:30")).at == at("3-9 17:30")


# Limits in hours


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        pytest.param("9-18 16:00", 240, "9-20 11:00", id="9-18 16:00 +4 h = Sun 9-20 11:00"),
        pytest.param("10-12 08:30", 210, "10-12 12:00", id="10-12 08:30 +3.5 h = 12:00"),
        pytest.param("10-22 10:12", 120, "10-22 13:42", id="10:12 +2 h = 13:42"),
        pytest.param("10-22 12:10", 30, "10-22 14:00", id="begun at lunch"),
        pytest.param("10-22 17:30", 60, "10-23 09:30", id="begun as work ends"),
        pytest.param("10-22 06:00", 60, "10-22 09:30", id="begun before work"),
        pytest.param("9-30 16:30", 60, "9-30 17:30", id="an end on the day's end stays there"),
        pytest.param("9-30 17:00", 60, "10-8 09:00", id="over the holiday"),
        pytest.param("12-31 11:00", 60, "12-31 12:00", id="to the free afternoon"),
    ],
)
def test_working_hours_run_in_the_segments(calendar: Calendar, start: str, minutes: int, due: str) -> None:
    assert calendar.due(at(start), WorkMinutes(minutes)).at == at(due)


def test_seconds_are_kept(calendar: Calendar) -> None:
    start = at("10-22 11:59") + timedelta(seconds=30, microseconds=7)

    assert calendar.due(start, WorkMinutes(1)).at == at("10-22 13:30") + timedelta(seconds=30, microseconds=7)
    assert calendar.working_minutes(start - timedelta(microseconds=7), at("10-22 14:00")) == 30.5
    assert calendar.working_minutes(at("10-22 14:00"), at("10-22 11:30")) == -60


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        pytest.param("10-17 21:40", 60, "10-18 07:40", id="Sat 21:40 +1 h = Sun 07:40"),
        pytest.param("10-17 21:00", 60, "10-17 22:00", id="an end on the window's end stays there"),
        pytest.param("10-17 22:00", 60, "10-18 08:00", id="begun as the window closes"),
        pytest.param("10-17 05:00", 30, "10-17 07:30", id="begun before the window"),
        pytest.param("10-17 12:00", 60, "10-17 13:00", id="lunch and weekends count"),
        pytest.param("10-17 21:40", 920, "10-18 22:00", id="a whole window and more"),
    ],
)
def test_urgent_minutes_are_wall_clock_in_the_window(
    calendar: Calendar, start: str, minutes: int, due: str
) -> None:
    assert calendar.due(at(start), WallMinutes(minutes)).at == at(due)


def test_with_a_duty_roster_urgent_minutes_run_round_the_clock() -> None:
    manned = county(wall_window=None)

    assert manned.due(at("10-17 21:40"), WallMinutes(60)).at == at("10-17 22:40")
    assert manned.due(at("10-17 23:40"), WallMinutes(60)).at == at("10-18 00:40")
    assert manned.due(at("10-17 23:00"), WallMinutes(60)).at == at("10-18 00:00")


def test_an_urgent_workday_is_a_workday(calendar: Calendar) -> None:
    assert calendar.due(at("10-17 21:40"), Workdays(1)).at == at("10-19 17:30")


@pytest.mark.parametrize(
    ("limit", "stopped", "due"),
    [
        pytest.param(WorkMinutes(120), pause("10-22 09:30", "10-22 10:30"), "10-22 12:00", id="an hour"),
        pytest.param(WorkMinutes(120), pause("10-22 10:00", "10-22 14:00"), "10-22 15:00", id="over lunch"),
        pytest.param(WorkMinutes(120), pause("10-22 10:00", None, 1), "10-26 09:30", id="open, to its cap"),
        pytest.param(WallMinutes(60), pause("10-22 09:30", "10-22 12:30"), "10-22 13:00", id="by the wall"),
        pytest.param(
            WallMinutes(60), pause("10-22 09:30", "10-23 06:00"), "10-23 07:30", id="over the night"
        ),
    ],
)
def test_a_pause_adds_its_overlap_to_an_hour_limit(
    calendar: Calendar, limit: Limit, stopped: Pause, due: str
) -> None:
    assert calendar.due(at("10-22 09:00"), limit, [stopped]).at == at(due)


def test_an_extension_of_an_hour_limit_ends_with_the_workday(calendar: Calendar) -> None:
    assert calendar.due(at("9-30 09:00"), WorkMinutes(60), extension=Workdays(1)).at == at("10-8 17:30")


# Timetables


def test_a_dated_timetable_holds_from_its_day() -> None:
    summer = (Segment(time(8), time(12)), Segment(time(14, 30), time(18)))
    changing = county(timetables=[Timetable(date.min, worktime.USUAL_DAY), Timetable(on("6-1"), summer)])

    assert changing.due(at("5-28 09:00"), Workdays(1)).at == at("5-29 17:30")
    assert changing.due(at("5-28 09:00"), Workdays(2)).at == at("6-1 18:00")
    assert changing.due(at("5-29 16:30"), WorkMinutes(120)).at == at("6-1 09:00")
    assert changing.rungs(at("5-28 09:00"), Workdays(2))[-1].at == at("6-8 08:00")


def test_before_its_first_timetable_a_calendar_uses_that_one() -> None:
    morning = Timetable(on("6-1"), (Segment(time(9), time(12)),))

    assert county(timetables=[morning]).end_of_day(on("3-2")) == at("3-2 12:00")


def test_a_working_day_may_end_at_midnight() -> None:
    night = county(timetables=[Timetable(date.min, (Segment(time(16), time(0)),))])

    due = night.due(at("10-19 20:00"), Workdays(1)).at

    assert due == at("10-21 00:00")  # the midnight that closes the 20th
    assert night.rungs(at("10-19 20:00"), Workdays(1))[0].at == at("10-20 16:00")
    assert night.left(at("10-20 15:00"), due) == Left(workdays=0, days=0, minutes=540, overdue=False)


def test_segments_are_none_on_a_day_off(calendar: Calendar) -> None:
    assert calendar.segments(on("10-1")) == ()
    assert calendar.segments(on("10-8")) == worktime.USUAL_DAY
    assert calendar.segments(on("12-31")) == FREE_AFTERNOON[on("12-31")]


@pytest.mark.parametrize(
    ("moment", "working", "following"),
    [
        ("10-22 08:29", False, "10-22 08:30"),
        ("10-22 08:30", True, "10-22 08:30"),
        ("10-22 11:59", True, "10-22 11:59"),
        ("10-22 12:00", False, "10-22 13:30"),
        ("10-22 17:30", False, "10-23 08:30"),
        ("10-17 10:00", False, "10-19 08:30"),
        ("10-10 10:00", True, "10-10 10:00"),
        ("10-1 10:00", False, "10-8 08:30"),
        ("12-31 12:00", False, "1-1 08:30"),
    ],
)
def test_the_next_working_moment(calendar: Calendar, moment: str, working: bool, following: str) -> None:
    expected = at(following, 2027 if following.startswith("1-") else 2026)

    assert calendar.is_working_moment(at(moment)) is working
    assert calendar.next_working_moment(at(moment)) == expected


# Rungs


def said(
    calendar: Calendar, start: str, limit: Limit, *pauses: Pause, **more: object
) -> dict[Rung, datetime]:
    return {step.rung: step.at for step in calendar.rungs(at(start), limit, pauses, **more)}  # type: ignore[arg-type]


def test_the_ladder_of_fifteen_workdays(calendar: Calendar) -> None:
    ladder = calendar.rungs(at("9-30 16:20"), Workdays(15))

    assert [(step.rung, step.at) for step in ladder] == [
        (Rung.HALFWAY, at("10-16 08:30")),
        (Rung.YELLOW, at("10-26 08:30")),
        (Rung.DUE, at("10-27 08:30")),
        (Rung.PLUS_1, at("10-28 08:30")),
        (Rung.PLUS_2, at("10-29 08:30")),
        (Rung.PLUS_5, at("11-3 08:30")),
    ]


def test_due_after_the_holiday_is_yellow_before_it(calendar: Calendar) -> None:
    ladder = said(calendar, "9-29 16:20", Workdays(2))

    assert ladder[Rung.DUE] == at("10-8 08:30")
    assert ladder[Rung.YELLOW] == at("9-30 08:30")


def test_overdue_rungs_count_from_the_due_day(calendar: Calendar) -> None:
    ladder = said(calendar, "9-29 16:20", Workdays(1))

    assert ladder[Rung.DUE] == at("9-30 08:30")
    assert [ladder[rung] for rung in (Rung.PLUS_1, Rung.PLUS_2, Rung.PLUS_5)] == [
        at("10-8 08:30"),
        at("10-9 08:30"),
        at("10-13 08:30"),
    ]


def test_one_workday_has_no_halfway(calendar: Calendar) -> None:
    assert Rung.HALFWAY not in said(calendar, "10-19 06:00", Workdays(1))


@pytest.mark.parametrize(
    ("start", "kept"), [("10-19 06:00", True), ("10-19 08:30", False), ("10-19 16:00", False)]
)
def test_a_rung_not_after_the_start_is_skipped(calendar: Calendar, start: str, kept: bool) -> None:
    assert (Rung.YELLOW in said(calendar, start, Workdays(1))) is kept


def test_of_two_rungs_at_once_the_higher_comes_last(calendar: Calendar) -> None:
    first, second, *_ = calendar.rungs(at("10-19 09:00"), Workdays(2))

    assert (first.rung, second.rung) == (Rung.HALFWAY, Rung.YELLOW)
    assert first.at == second.at == at("10-20 08:30")


def test_halfway_moves_with_a_pause_before_it(calendar: Calendar) -> None:
    ladder = said(calendar, "9-30 16:20", Workdays(15), pause("10-14 10:00", "10-16 17:00"))

    assert ladder[Rung.HALFWAY] == at("10-20 08:30")
    assert ladder[Rung.DUE] == at("10-29 08:30")


def test_halfway_stays_with_a_pause_after_it(calendar: Calendar) -> None:
    ladder = said(calendar, "9-30 16:20", Workdays(15), pause("10-19 10:00", "10-21 17:00"))

    assert ladder[Rung.HALFWAY] == at("10-16 08:30")
    assert ladder[Rung.DUE] == at("10-29 08:30")


def test_halfway_does_not_move_with_an_extension(calendar: Calendar) -> None:
    ladder = said(calendar, "9-30 16:20", Workdays(15), extension=Workdays(8))

    assert ladder[Rung.HALFWAY] == at("10-16 08:30")
    assert ladder[Rung.YELLOW] == at("11-5 08:30")
    assert ladder[Rung.DUE] == at("11-6 08:30")


def test_the_ladder_follows_the_floor(calendar: Calendar) -> None:
    ladder = said(calendar, "3-2 09:00", Workdays(5), floor=at("3-12 17:30"))

    assert ladder[Rung.YELLOW] == at("3-11 08:30")
    assert ladder[Rung.DUE] == at("3-12 08:30")


def test_the_ladder_of_an_hour(calendar: Calendar) -> None:
    ladder = calendar.rungs(at("10-22 09:00"), WallMinutes(60))

    assert [(step.rung, step.at) for step in ladder] == [
        (Rung.THREE_QUARTERS, at("10-22 09:45")),
        (Rung.DUE, at("10-22 10:00")),
        (Rung.NEXT_DAY, at("10-23 08:30")),
    ]


def test_the_ladder_of_working_hours_over_a_weekend(calendar: Calendar) -> None:
    ladder = said(calendar, "9-18 16:00", WorkMinutes(240))

    assert ladder[Rung.THREE_QUARTERS] == at("9-20 10:00")
    assert ladder[Rung.DUE] == at("9-20 11:00")
    assert ladder[Rung.NEXT_DAY] == at("9-21 08:30")


def test_three_quarters_move_with_a_pause_before_them(calendar: Calendar) -> None:
    before = said(calendar, "10-22 09:00", WallMinutes(60), pause("10-22 09:10", "10-22 09:30"))
    after = said(calendar, "10-22 09:00", WallMinutes(60), pause("10-22 09:50", "10-22 10:10"))

    assert before[Rung.THREE_QUARTERS] == at("10-22 10:05")
    assert after[Rung.THREE_QUARTERS] == at("10-22 09:45")
    assert before[Rung.DUE] == after[Rung.DUE] == at("10-22 10:20")


# What is left


@pytest.mark.parametrize(
    ("now", "due", "label"),
    [
        ("10-22 16:52", "10-22 17:30", "还有 38 分钟"),
        ("10-22 17:29", "10-22 17:30", "还有 1 分钟"),
        ("10-22 09:00", "10-22 17:30", "今天到期"),
        ("10-21 09:00", "10-22 17:30", "明天到期"),
        ("10-9 09:00", "10-10 17:30", "明天到期"),
        ("10-23 09:00", "10-26 17:30", "还有 1 个工作日"),
        ("10-22 09:00", "10-29 17:30", "还有 5 个工作日"),
        ("10-17 09:00", "10-18 07:40", "明天到期"),
        ("10-16 09:00", "10-18 07:40", "还有 2 天"),
        ("10-22 17:30", "10-22 17:30", "刚刚逾期"),
        ("10-22 17:40", "10-22 17:30", "逾期 10 分钟"),
        ("10-22 20:40", "10-22 17:30", "逾期 3 小时"),
        ("10-23 08:00", "10-22 17:30", "逾期 1 天"),
        ("10-24 08:00", "10-23 17:30", "刚逾期"),
        ("10-9 08:00", "9-30 17:30", "逾期 2 天"),
    ],
)
def test_what_is_left_is_said_in_one_measure(calendar: Calendar, now: str, due: str, label: str) -> None:
    assert left_label(calendar.left(at(now), at(due))) == label


def test_a_begun_minute_counts_while_there_is_time(calendar: Calendar) -> None:
    left = calendar.left(at("10-22 17:29") + timedelta(seconds=59), at("10-22 17:30"))

    assert left == Left(workdays=0, days=0, minutes=1, overdue=False)


# Provisional


@pytest.mark.parametrize(
    ("start", "limit", "provisional"),
    [
        pytest.param("12-10 09:00", Workdays(15), False, id="all in the known year"),
        pytest.param("12-20 09:00", Workdays(15), True, id="into the unknown year"),
        pytest.param("12-31 09:00", WorkMinutes(240), True, id="hours into the unknown year"),
        pytest.param("12-31 23:00", WallMinutes(240), False, id="the wall clock asks no notice"),
    ],
)
def test_due_is_provisional_where_a_notice_is_missing(
    calendar: Calendar, start: str, limit: Limit, provisional: bool
) -> None:
    assert calendar.due(at(start), limit).provisional is provisional


def test_only_the_days_counted_make_a_due_provisional() -> None:
    begun_unknown = county(known_years={2027})

    assert not begun_unknown.due(at("12-31 09:00"), Workdays(3)).provisional
    assert begun_unknown.due(at("12-30 09:00"), Workdays(3)).provisional


def test_a_notice_may_carry_a_day_of_the_neighbouring_year() -> None:
    notice = county(worked={**WORKED, on("1-1", 2027): False}, known_years={2026})

    due = notice.due(at("12-31 09:00"), Workdays(1))

    assert due.at == at("1-4 17:30", 2027)
    assert due.provisional


# Explanations


def test_a_day_limit_is_explained_in_one_sentence(calendar: Calendar) -> None:
    told = calendar.explain(at("9-30 16:20"), Workdays(15))

    assert told.text == (
        "9月30日 16:20 派单；15 个工作日；跳过10月1日—7日；10月10日（六）补班计入；→ 10月27日 17:30"
    )
    assert told.due == at("10-27 17:30")
    assert not told.provisional


def test_a_pause_is_explained_after_the_plain_limit(calendar: Calendar) -> None:
    stopped = pause("10-14 10:00", "10-16 17:00")

    told = calendar.explain(at("9-30 16:20"), Workdays(15), [stopped], pause_word="会商")

    assert told.text == (
        "9月30日 16:20 派单；15 个工作日；跳过10月1日—7日；10月10日（六）补班计入；→ 10月27日 17:30。"
        "10月14日—16日会商，停 2 个工作日；→ 10月29日 17:30。"
    )
    assert told.due == at("10-29 17:30")


def test_each_day_is_explained(calendar: Calendar) -> None:
    stopped = pause("10-14 10:00", "10-16 17:00")

    told = calendar.explain(at("9-30 16:20"), Workdays(15), [stopped], pause_word="会商")

    steps = {step.date: (step.counted, step.why, step.number, step.mark) for step in told.steps}
    assert list(steps) == list(days(on("9-30"), on("10-29")))
    assert steps[on("9-30")] == (False, "起算日不计", None, "派单")
    assert steps[on("10-1")] == (False, "国庆节放假", None, "休")
    assert steps[on("10-8")] == (True, "第 1 个工作日", 1, "1")
    assert steps[on("10-10")] == (True, "第 3 个工作日（补班）", 3, "班 3")
    assert steps[on("10-11")] == (False, "周末", None, "休")
    assert steps[on("10-14")] == (True, "第 6 个工作日", 6, "6")
    assert steps[on("10-15")] == steps[on("10-16")] == (False, "会商暂停", None, "停")
    assert steps[on("10-29")] == (True, "第 15 个工作日", 15, "到期")


@pytest.mark.parametrize(
    ("stopped", "clause"),
    [
        pytest.param(
            pause("10-14 10:00", None, 5), "10月14日起会商，至多停 5 个工作日；→ 11月3日 17:30。", id="open"
        ),
        pytest.param(
            pause("10-14 10:00", "10-30 10:00", 5),
            "10月14日—30日会商，至多停 5 个工作日；→ 11月3日 17:30。",
            id="past its cap",
        ),
        pytest.param(pause("10-14 10:00", None), "10月14日起会商，尚未结束；→ 10月27日 17:30。", id="no cap"),
        pytest.param(
            pause("9-30 17:00", "10-8 10:00"),
            "9月30日—10月8日会商，停 1 个工作日；→ 10月28日 17:30。",
            id="two months",
        ),
    ],
)
def test_pauses_of_all_kinds_are_told(calendar: Calendar, stopped: Pause, clause: str) -> None:
    told = calendar.explain(at("9-30 16:20"), Workdays(15), [stopped], pause_word="会商")

    assert told.text.split("。", 1)[1] == clause


def test_two_pauses_an_extension_and_the_floor_are_told_in_turn(calendar: Calendar) -> None:
    told = calendar.explain(
        at("3-2 09:00"),
        Workdays(5),
        [pause("3-3 10:00", "3-4 10:00"), pause("3-5 10:00", "3-6 10:00")],
        extension=Workdays(1),
        floor=at("3-16 17:30"),
        pause_word=("等企业补充", "会商"),
    )

    assert told.text == (
        "3月2日 09:00 派单；5 个工作日；→ 3月9日 17:30。"
        "3月3日—4日等企业补充，停 1 个工作日；→ 3月10日 17:30。"
        "3月5日—6日会商，停 1 个工作日；→ 3月11日 17:30。"
        "延期 1 个工作日；→ 3月12日 17:30。"
        "剩余时间不足，顺延；→ 3月16日 17:30。"
    )
    whys = [step.why for step in told.steps]
    assert whys[2] == "等企业补充暂停"
    assert whys[4] == "会商暂停"
    assert whys[-5:] == ["第 6 个工作日（延期）", "顺延", "周末", "周末", "顺延"]


def test_a_provisional_due_says_so(calendar: Calendar) -> None:
    told = calendar.explain(at("12-20 16:20"), Workdays(15))

    assert told.provisional
    assert told.text == "12月20日 16:20 派单；15 个工作日；→ 2027年1月8日 17:30（暂定，待放假通知核定）"


def test_two_makeup_days_are_told_together(calendar: Calendar) -> None:
    told = calendar.explain(at("2-13 09:00"), Workdays(15))

    assert "；跳过2月15日—23日；2月14日（六）、2月28日（六）补班计入；→ 3月12日" in told.text


@pytest.mark.parametrize(
    ("start", "limit", "text"),
    [
        pytest.param(
            "10-22 11:20",
            WorkMinutes(120),
            "10月22日 11:20 报送；2 个工作小时；午休 12:00—13:30 不计；→ 10月22日 14:50",
            id="over lunch",
        ),
        pytest.param(
            "10-22 09:20",
            WorkMinutes(120),
            "10月22日 09:20 报送；2 个工作小时；→ 10月22日 11:20",
            id="in the morning",
        ),
        pytest.param(
            "9-18 16:00",
            WorkMinutes(240),
            "9月18日 16:00 报送；4 个工作小时；9月20日（日）补班计入；下班时间不计；→ 9月20日 11:00",
            id="over a weekend to a make-up day",
        ),
        pytest.param(
            "9-30 20:00",
            WorkMinutes(120),
            "9月30日 20:00 报送；2 个工作小时；10月8日 08:30 起算；跳过10月1日—7日；→ 10月8日 10:30",
            id="in the evening before the holiday",
        ),
        pytest.param(
            "10-22 09:00", WallMinutes(30), "10月22日 09:00 报送；30 分钟；→ 10月22日 09:30", id="urgent"
        ),
        pytest.param(
            "10-17 21:40",
            WallMinutes(60),
            "10月17日 21:40 报送；1 小时；22:00—次日 07:00 不计；→ 10月18日 07:40",
            id="urgent over the night",
        ),
        pytest.param(
            "10-17 05:40",
            WallMinutes(60),
            "10月17日 05:40 报送；1 小时；07:00 起算；→ 10月17日 08:00",
            id="at dawn",
        ),
    ],
)
def test_an_hour_limit_is_explained(calendar: Calendar, start: str, limit: Limit, text: str) -> None:
    assert calendar.explain(at(start), limit, start_verb="报送").text == text


def test_an_hour_limit_is_explained_day_by_day(calendar: Calendar) -> None:
    told = calendar.explain(at("9-18 16:00"), WorkMinutes(240), start_verb="报送")

    assert [(step.counted, step.why, step.mark) for step in told.steps] == [
        (True, "计 1.5 小时", "报送"),
        (False, "周末", "休"),
        (True, "计 2.5 小时", "到期"),
    ]


def test_the_pause_of_an_hour_limit_is_told_by_the_clock(calendar: Calendar) -> None:
    told = calendar.explain(at("10-22 09:00"), WorkMinutes(60), [pause("10-22 09:30", "10-23 09:30")])

    assert told.text.endswith("10月22日 09:30—10月23日 09:30 暂停，停 7.5 个工作小时；→ 10月23日 10:00。")
    assert [step.why for step in told.steps] == ["计 30 分钟", "计 30 分钟"]


# Values


@pytest.mark.parametrize(
    ("limit", "code", "label"),
    [
        (Workdays(15), "15d", "15 个工作日"),
        (WorkMinutes(240), "240m", "4 个工作小时"),
        (WorkMinutes(210), "210m", "3.5 个工作小时"),
        (WorkMinutes(45), "45m", "45 个工作分钟"),
        (WallMinutes(30), "30w", "30 分钟"),
        (WallMinutes(60), "60w", "1 小时"),
        (WallMinutes(240), "240w", "4 小时"),
    ],
)
def test_a_limit_is_stored_and_said(limit: Limit, code: str, label: str) -> None:
    assert limit_code(limit) == code
    assert parse_limit(code) == limit
    assert limit_label(limit) == label


@pytest.mark.parametrize("code", ["", "15", "d", "0d", "-1d", "15x", "15 d", "1.5d", "15d\n", "１５d"])
def test_a_strange_limit_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="not a limit"):
        parse_limit(code)


def test_nonsense_is_refused(calendar: Calendar) -> None:
    with pytest.raises(ValueError, match="time zone"):
        calendar.due(datetime(2026, 10, 22, 9), Workdays(1))  # noqa: DTZ001
    with pytest.raises(ValueError, match="at least one"):
        calendar.due(at("10-22 09:00"), Workdays(0))
    with pytest.raises(ValueError, match="negative"):
        Workdays(-1)
    with pytest.raises(ValueError, match="end after it starts"):
        Segment(time(12), time(8))
    with pytest.raises(ValueError, match="overlapping"):
        Timetable(date.min, (Segment(time(8), time(12)), Segment(time(11), time(17))))
    with pytest.raises(ValueError, match="at least one segment"):
        county(half_days={on("12-31"): ()})
    with pytest.raises(ValueError, match="timetable"):
        county(timetables=[])


def test_calendars_are_told_apart_by_version_and_content() -> None:
    assert county(version=3) == county(version=3)
    assert hash(county(version=3)) == hash(county(version=3, known_years=()))
    assert county(version=3) != county(version=4)
    assert county(version=3) != county(version=3, known_years=())


def test_a_calendar_does_not_follow_the_tables_it_was_made_from() -> None:
    worked = dict(WORKED)
    made = county(worked=worked)

    worked[on("10-22")] = False

    assert made.is_workday(on("10-22"))


def test_threads_may_ask_a_new_calendar_at_once() -> None:
    fresh, asked = county(), [date(year, 6, 1) for year in range(2004, 2100)] * 4

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda day: fresh.add_workdays(day, 40), asked))

    assert answers == [county().add_workdays(day, 40) for day in asked[:96]] * 4


def test_the_module_is_pure() -> None:
    parts = [
        vars(sys.modules[f"chainhub.core.{name}"]) for name in ("worktime", "almanac", "limits", "rungs")
    ]
    origins = {getattr(value, "__module__", "") or "" for part in parts for value in part.values()}

    assert not {origin.split(".")[0] for origin in origins} & {"flask", "sqlalchemy", "chinese_calendar"}


# The published notices


def test_the_calendar_agrees_with_the_published_notices(calendar: Calendar) -> None:
    files = sorted(beside("data/holidays").glob("20??.json"))
    told = [day for file in files for day in json.loads(file.read_text("utf-8"))["days"]]
    worked = {date.fromisoformat(day["date"]): day["isOffDay"] is False for day in told}
    names = {date.fromisoformat(day["date"]): day["name"] for day in told}
    published = county(worked=worked, names=names, known_years={int(file.stem) for file in files})

    assert {day: is_on for day, is_on in worked.items() if day.year == 2026} == WORKED
    assert {day: name for day, name in names.items() if day.year == 2026} == NAMES
    for day in days(on("1-1"), on("12-31")):
        assert published.is_workday(day) == calendar.is_workday(day)
    for file in files:
        year = int(file.stem)
        all_days = list(days(date(year, 1, 1), date(year, 12, 31)))
        by_hand = [day for day in all_days if worked.get(day, day.weekday() < 5)]
        assert published.workdays_between(date(year - 1, 12, 31), date(year, 12, 31)) == len(by_hand)
        makeup = [day for day in all_days if worked.get(day) and day.weekday() >= 5]
        assert [day for day in all_days if published.is_makeup(day)] == makeup
    # Monday 3 February 2020 is named in a notice as worked again: that makes it no make-up day.
    assert worked[date(2020, 2, 3)]
    assert not published.is_makeup(date(2020, 2, 3))
    # The notice for 2019 gave away the last day of 2018.
    assert not published.is_workday(date(2018, 12, 31))


def test_a_holiday_changed_while_it_ran_counts_by_the_later_notice() -> None:
    # On 2020-01-27 the Spring Festival was extended to 2 February; 1 February had been a make-up day.
    before = dict.fromkeys(days(date(2020, 1, 24), date(2020, 1, 30)), False) | {
        date(2020, 1, 19): True,
        date(2020, 2, 1): True,
    }
    after = before | dict.fromkeys(days(date(2020, 1, 31), date(2020, 2, 2)), False)
    asked = datetime(2020, 1, 23, 10, tzinfo=SHANGHAI)

    first = county(worked=before, known_years={2020}).due(asked, Workdays(2)).at
    second = county(worked=after, known_years={2020}).due(asked, Workdays(2)).at

    assert first == datetime(2020, 2, 1, 17, 30, tzinfo=SHANGHAI)
    assert second == datetime(2020, 2, 4, 17, 30, tzinfo=SHANGHAI)
