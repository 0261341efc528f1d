"""Reading the calendar: what a library knows of past years, imported notices on top, dated office hours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import lru_cache

import chinese_calendar
from sqlalchemy import select
from sqlalchemy.orm import Session

from chainhub.core.worktime import Calendar, Segment, Timetable
from chainhub.county.rulebook.models import OfficeHours, RuleText
from chainhub.county.workdays.models import WorkdayException, WorkdayNotice
from chainhub.county.workdays.rules import FIRST_YEAR, Source


@dataclass(frozen=True, slots=True)
class YearFacts:
    """What one year is made of."""

    year: int
    source: Source
    off: Sequence[date]
    makeup: Sequence[date]
    workdays: int


@lru_cache(maxsize=1)
def of_library() -> tuple[dict[date, bool], dict[date, str], frozenset[int]]:
    """Return the library's exceptions (worked or not), their names, and the years it knows."""
    worked: dict[date, bool] = {}
    names: dict[date, str] = {}
    for day, name in chinese_calendar.holidays.items():
        worked[day] = False
        names[day] = chinese_calendar.Holiday(name).chinese
    for day, name in chinese_calendar.workdays.items():
        worked[day] = True
        names[day] = chinese_calendar.Holiday(name).chinese
    known = {day.year for day in worked}
    worked = {day: is_worked for day, is_worked in worked.items() if day.year >= FIRST_YEAR}
    return worked, names, frozenset(year for year in known if year >= FIRST_YEAR)


def calendar(session: Session, version: int) -> Calendar:
    """Return the county's calendar; of two notices that speak of one day the later imported wins."""
    of_years, of_days, known_years = of_library()
    worked, names = dict(of_years), dict(of_days)
    years = set(known_years)
    for year in session.scalars(select(WorkdayNotice.year)):
        years.add(year)
    for row in session.scalars(select(WorkdayException).order_by(WorkdayException.notice_id)):
        worked[row.on] = not row.is_off
        names[row.on] = row.name
    timetables, half_days = _hours(session)
    return Calendar(
        worked=worked,
        names=names,
        known_years=years,
        timetables=timetables,
        half_days=half_days,
        wall_window=_window(session),
        version=version,
    )


def years(session: Session, calendar: Calendar, last: int) -> Sequence[YearFacts]:
    """Return every year up to `last` by the calendar in force."""
    imported = frozenset(session.scalars(select(WorkdayNotice.year)))
    return [_year(year, calendar, imported) for year in range(FIRST_YEAR, last + 1)]


def _year(year: int, calendar: Calendar, imported: frozenset[int]) -> YearFacts:
    first, after = date(year, 1, 1), date(year + 1, 1, 1)
    days = [first + timedelta(days=n) for n in range((after - first).days)]
    guessed = Source.LIBRARY if calendar.is_known(first) else Source.GUESS
    return YearFacts(
        year,
        Source.NOTICE if year in imported else guessed,
        off=[day for day in days if calendar.is_holiday(day)],
        makeup=[day for day in days if calendar.is_makeup(day)],
        workdays=sum(calendar.is_workday(day) for day in days),
    )


def _hours(session: Session) -> tuple[list[Timetable], dict[date, tuple[Segment, ...]]]:
    timetables, half_days = [], {}
    for row in session.scalars(select(OfficeHours).order_by(OfficeHours.from_on)):
        segments = tuple(Segment(time.fromisoformat(a), time.fromisoformat(b)) for a, b in row.segments)
        if row.only_on is None:
            timetables.append(Timetable(row.from_on, segments))
        else:
            half_days[row.only_on] = segments
    return timetables, half_days


def _window(session: Session) -> tuple[time, time] | None:
    row = session.scalars(
        select(RuleText).where(RuleText.name == "wall_window").order_by(RuleText.from_at.desc()).limit(1)
    ).first()
    if row is None or not row.value.get("from"):
        return None
    return time.fromisoformat(row.value["from"]), time.fromisoformat(row.value["to"])
