"""Which days and hours a county works, and the arithmetic on them. Limits and pauses are in `worktime`."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from types import MappingProxyType
from typing import NamedTuple

from chainhub.core.limits import (
    SHANGHAI,
    HourLimit,
    Segment,
    Timetable,
    WallMinutes,
    demand_order,
    local,
)

USUAL_DAY = (Segment(time(8, 30), time(12)), Segment(time(13, 30), time(17, 30)))
USUAL_TIMETABLE = Timetable(date.min, USUAL_DAY)
USUAL_WINDOW = (time(7), time(22))

_ROUND_THE_CLOCK = Segment(time(0), time(0))
_NOTHING = timedelta(0)
_NO_NAMES: Mapping[date, str] = MappingProxyType({})
_NO_HALF_DAYS: Mapping[date, tuple[Segment, ...]] = MappingProxyType({})


class _Year(NamedTuple):
    """The workdays of one year, as ordinals, and the working time up to the end of each."""

    days: tuple[int, ...]
    worked: tuple[timedelta, ...]  # one longer than days: it begins with nothing


class Almanac:
    """The workdays and working hours of one county. Immutable; an import makes a new one, with a new version.

    `worked` holds what the notices say: True for a day worked (on a weekend: 补班), False for a day off.
    Other days go by the weekday. What is computed from a year outside `known_years` is provisional.
    `wall_window` None means that the county keeps a duty roster (值班表): urgent minutes run round the clock.
    """

    def __init__(
        self,
        *,
        worked: Mapping[date, bool],
        names: Mapping[date, str] = _NO_NAMES,
        known_years: Collection[int],
        timetables: Sequence[Timetable] = (USUAL_TIMETABLE,),
        half_days: Mapping[date, tuple[Segment, ...]] = _NO_HALF_DAYS,
        wall_window: tuple[time, time] | None = USUAL_WINDOW,
        version: int = 0,
    ) -> None:
        if not timetables:
            raise ValueError("a calendar needs a timetable")
        for segments in half_days.values():
            demand_order(segments)

        self._worked = dict(worked)
        self._names = dict(names)
        self._known_years = frozenset(known_years)
        self._timetables = tuple(sorted(timetables, key=lambda timetable: timetable.from_on))
        self._timetable_starts = [timetable.from_on for timetable in self._timetables]
        self._half_days = dict(half_days)
        self._window = Segment(*wall_window) if wall_window else _ROUND_THE_CLOCK
        self._version = version
        # Years are indexed when first asked for. Two threads may do so at once; both get the same.
        self._years: dict[int, _Year] = {}

    @property
    def version(self) -> int:
        return self._version

    @property
    def wall_window(self) -> Segment:
        """The stretch of every day in which urgent minutes run."""
        return self._window

    def __hash__(self) -> int:
        return hash(self._version)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Almanac) and self._content == other._content

    @property
    def _content(self) -> tuple[object, ...]:
        return (
            self._version,
            self._worked,
            self._names,
            self._known_years,
            self._timetables,
            self._half_days,
            self._window,
        )

    # Days

    def is_workday(self, day: date) -> bool:
        # Weekends may be working days (调休), so the notice is asked before the weekday.
        return self._worked.get(day, day.weekday() < 5)

    def is_makeup(self, day: date) -> bool:
        """Tell whether a weekend day is worked in exchange (补班). Its name says nothing about it."""
        return self._worked.get(day, False) and day.weekday() >= 5

    def is_holiday(self, day: date) -> bool:
        """Tell whether a notice gives this day off; a plain weekend is none."""
        return not self._worked.get(day, True)

    def is_known(self, day: date) -> bool:
        """Tell whether the notice for this day's year has been imported."""
        return day.year in self._known_years

    def day_name(self, day: date) -> str | None:
        """Return what a notice calls this day (国庆节); a make-up day bears the name of its holiday too."""
        return self._names.get(day)

    def add_workdays(self, day: date, n: int) -> date:
        """Return the n-th workday after a day, or before it if n is negative; the day itself if n is 0."""
        if n == 0:
            return day

        year, ordinal = day.year, day.toordinal()
        days = self._year(year).days
        position = bisect_right(days, ordinal) + n - 1 if n > 0 else bisect_left(days, ordinal) + n
        while position >= len(days):
            position -= len(days)
            year += 1
            days = self._year(year).days
        while position < 0:
            year -= 1
            days = self._year(year).days
            position += len(days)
        return date.fromordinal(days[position])

    def workdays_between(self, start: date, end: date) -> int:
        """Count the workdays d with start < d <= end; negative if end lies before start."""
        if end < start:
            return -self.workdays_between(end, start)

        whole_years = sum(len(self._year(year).days) for year in range(start.year, end.year))
        before = bisect_right(self._year(start.year).days, start.toordinal())
        return whole_years + bisect_right(self._year(end.year).days, end.toordinal()) - before

    def _year(self, year: int) -> _Year:
        indexed = self._years.get(year)
        if indexed is None:
            indexed = self._years[year] = self._index(year)
        return indexed

    def _index(self, year: int) -> _Year:
        span = range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1)
        days = tuple(ordinal for ordinal in span if self.is_workday(date.fromordinal(ordinal)))
        hours = (_length(self._plan(date.fromordinal(ordinal))) for ordinal in days)
        return _Year(days, tuple(accumulate(hours, initial=_NOTHING)))

    # Hours

    def segments(self, day: date) -> tuple[Segment, ...]:
        """Return the working time of a day; nothing on a day off."""
        return self._plan(day) if self.is_workday(day) else ()

    def start_of_day(self, day: date) -> datetime:
        """Return when work begins by the timetable of that day (08:30), be it worked or not."""
        return _midnight(day) + self._plan(day)[0].opens

    def end_of_day(self, day: date) -> datetime:
        """Return when the last segment of that day ends: 17:30, or 12:00 before a free afternoon."""
        return _midnight(day) + self._plan(day)[-1].closes

    def is_working_moment(self, at: datetime) -> bool:
        here = local(at)
        since = here - _midnight(here.date())
        return any(segment.opens <= since < segment.closes for segment in self.segments(here.date()))

    def next_working_moment(self, at: datetime) -> datetime:
        """Return this moment if it is worked, else the start of the next segment."""
        here = local(at)
        midnight = _midnight(here.date())
        for segment in self.segments(here.date()):
            if here < midnight + segment.closes:
                return max(here, midnight + segment.opens)
        return self.start_of_day(self.add_workdays(here.date(), 1))

    def working_minutes(self, start: datetime, end: datetime) -> float:
        """Measure the working time between two instants in minutes; negative if end lies before start."""
        return self._working_time(start, end) / timedelta(minutes=1)

    def time_between(self, start: datetime, end: datetime, limit: HourLimit) -> timedelta:
        """Measure between two instants what counts for a limit: working time, or wall clock in the window."""
        return (
            self._wall_time(start, end) if isinstance(limit, WallMinutes) else self._working_time(start, end)
        )

    def moment_after(self, start: datetime, span: timedelta, limit: HourLimit) -> datetime:
        """Return when so much of what counts for a limit is over. An end on a segment's end stays there."""
        if span <= _NOTHING:
            return local(start)
        return (
            self._wall_after(start, span) if isinstance(limit, WallMinutes) else self._work_after(start, span)
        )

    def _plan(self, day: date) -> tuple[Segment, ...]:
        half = self._half_days.get(day)
        if half is not None:
            return half
        position = bisect_right(self._timetable_starts, day) - 1
        return self._timetables[max(position, 0)].segments

    def _working_time(self, start: datetime, end: datetime) -> timedelta:
        if end < start:
            return -self._working_time(end, start)

        first, last = local(start), local(end)
        whole_years = (self._year(year).worked[-1] for year in range(first.year, last.year))
        return sum(whole_years, _NOTHING) + self._worked_this_year(last) - self._worked_this_year(first)

    def _worked_this_year(self, here: datetime) -> timedelta:
        days, worked = self._year(here.year)
        day = here.date()
        since = here - _midnight(day)
        today = (min(since, part.closes) - part.opens for part in self.segments(day) if since > part.opens)
        return sum(today, worked[bisect_left(days, day.toordinal())])

    def _work_after(self, start: datetime, span: timedelta) -> datetime:
        here = local(start)
        target = self._worked_this_year(here) + span
        year = here.year
        while target > self._year(year).worked[-1]:
            target -= self._year(year).worked[-1]
            year += 1
        days, worked = self._year(year)
        position = bisect_left(worked, target) - 1
        return self._moment_in(date.fromordinal(days[position]), target - worked[position])

    def _moment_in(self, day: date, span: timedelta) -> datetime:
        for segment in self._plan(day):
            length = segment.closes - segment.opens
            if span <= length:
                return _midnight(day) + segment.opens + span
            span -= length
        raise AssertionError("the index of the year disagrees with its days")

    def _wall_time(self, start: datetime, end: datetime) -> timedelta:
        if end < start:
            return -self._wall_time(end, start)

        first, last = local(start), local(end)
        days = last.toordinal() - first.toordinal()
        return days * _length((self._window,)) + self._wall_today(last) - self._wall_today(first)

    def _wall_today(self, here: datetime) -> timedelta:
        since = here - _midnight(here.date())
        return max(min(since, self._window.closes) - self._window.opens, _NOTHING)

    def _wall_after(self, start: datetime, span: timedelta) -> datetime:
        here = local(start)
        length = _length((self._window,))
        # One step less, so that an end on the window's end stays there and does not move to the next morning.
        days, rest = divmod(self._wall_today(here) + span - timedelta.resolution, length)
        day = here.date() + timedelta(days=days)
        return _midnight(day) + self._window.opens + rest + timedelta.resolution


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def _length(segments: Sequence[Segment]) -> timedelta:
    return sum((segment.closes - segment.opens for segment in segments), _NOTHING)
