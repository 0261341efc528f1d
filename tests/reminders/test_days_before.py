"""What is said before a day that was set: 15, 7 and 1 workdays ahead, by the county's calendar."""

from datetime import date, datetime

from chainhub.core.rungs import Rung
from chainhub.core.worktime import SHANGHAI, Calendar, Workdays
from chainhub.reminders import rules
from chainhub.reminders.rules import Ladder, Reading

OFF = {date(2026, 10, day): False for day in range(1, 8)} | {date(2026, 10, 10): True}
CALENDAR = Calendar(worked=OFF, known_years={2026})


def _moments(started: datetime, due_on: date) -> list[tuple[Rung, date]]:
    days = CALENDAR.workdays_between(started.date(), due_on)
    due = CALENDAR.end_of_day(due_on)
    found = rules.rungs(CALENDAR, Reading(started, Workdays(days)), Ladder.HOSTING, due)
    assert all((one.at.hour, one.at.minute) == (8, 30) for one in found)
    return [(one.rung, one.at.date()) for one in found]


def test_the_days_are_workdays_and_make_up_days_count():
    started = datetime(2026, 8, 3, 9, tzinfo=SHANGHAI)

    assert _moments(started, date(2026, 10, 16)) == [
        (Rung.HALFWAY, date(2026, 9, 21)),
        (Rung.THREE_QUARTERS, date(2026, 10, 8)),
        (Rung.YELLOW, date(2026, 10, 15)),
    ]


def test_what_lies_before_the_start_is_not_said():
    started = datetime(2026, 10, 12, 9, tzinfo=SHANGHAI)

    assert [rung for rung, _ in _moments(started, date(2026, 10, 16))] == [Rung.YELLOW]


def test_the_words_say_how_many_workdays_are_left():
    due = CALENDAR.end_of_day(date(2026, 10, 16))

    said = rules.words(Rung.THREE_QUARTERS, "承办", "10月16日装备制造链红色沙龙", due, Ladder.HOSTING)

    assert said == "10月16日装备制造链红色沙龙还有 7 个工作日，请看看还差什么没备好。"
