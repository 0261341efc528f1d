"""When a limit runs out by the county's calendar. Pure; `county.workdays` keeps the notices."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from chainhub.core import explaining, rungs
from chainhub.core.almanac import USUAL_DAY, USUAL_TIMETABLE, USUAL_WINDOW, Almanac
from chainhub.core.explaining import Explanation, Step
from chainhub.core.limits import (
    SHANGHAI,
    Due,
    HourLimit,
    Left,
    Limit,
    Pause,
    Segment,
    Timetable,
    WallMinutes,
    Workdays,
    WorkMinutes,
    closing_day,
    left_label,
    limit_code,
    limit_label,
    local,
    parse_limit,
)
from chainhub.core.rungs import Rung, RungAt

__all__ = [
    "SHANGHAI",
    "USUAL_DAY",
    "USUAL_TIMETABLE",
    "USUAL_WINDOW",
    "Calendar",
    "Due",
    "Explanation",
    "HourLimit",
    "Left",
    "Limit",
    "Pause",
    "Rung",
    "RungAt",
    "Segment",
    "Step",
    "Timetable",
    "WallMinutes",
    "WorkMinutes",
    "Workdays",
    "left_label",
    "limit_code",
    "limit_label",
    "parse_limit",
]

_NO_EXTENSION = Workdays(0)
_NOTHING = timedelta(0)


class Calendar(Almanac):
    """The calendar of one county: its workdays and hours, and what limits and pauses come to by them."""

    # Pauses

    def pause_end_on(self, pause: Pause) -> date:
        """Return the last day that a pause covers: its end or its cap, whichever comes first."""
        start_on = local(pause.start).date()
        ends = [self.add_workdays(start_on, pause.cap.count)] if pause.cap else []
        if pause.end is not None:
            ends.append(local(pause.end).date())
        return min(ends, default=start_on)

    def pause_end_at(self, pause: Pause) -> datetime:
        """Return when a pause ceases to count: at its end, or with the last working hour of its cap."""
        ends = [local(pause.end)] if pause.end is not None else []
        if pause.cap:
            ends.append(self.end_of_day(self.add_workdays(local(pause.start).date(), pause.cap.count)))
        return min(ends, default=local(pause.start))

    def paused_days(self, pause: Pause, start_on: date) -> int:
        """Count the workdays that a pause adds to a day limit: those after its first day, to its last."""
        first = max(local(pause.start).date(), start_on)
        return max(self.workdays_between(first, self.pause_end_on(pause)), 0)

    def paused_time(self, pause: Pause, start: datetime, limit: HourLimit) -> timedelta:
        """Measure what a pause adds to a limit in minutes: what it overlaps."""
        return max(self.time_between(max(pause.start, start), self.pause_end_at(pause), limit), _NOTHING)

    # Limits

    def due(
        self,
        start: datetime,
        limit: Limit,
        pauses: Sequence[Pause] = (),
        *,
        extension: Workdays = _NO_EXTENSION,
        floor: datetime | None = None,
    ) -> Due:
        """Return when a limit runs out that began at `start`, in Shanghai's time.

        The pauses are in order and disjoint; each adds what it covers, also if it began when the clock had
        run out. The result is never before `floor`. Raises ValueError if the limit is nothing or an instant
        bears no time zone.
        """
        due_on, due_at = self._expiry(start, limit, pauses, extension, floor)
        return Due(due_at, self._is_guessed(start, limit, pauses, extension, due_on))

    def rungs(
        self,
        start: datetime,
        limit: Limit,
        pauses: Sequence[Pause] = (),
        *,
        extension: Workdays = _NO_EXTENSION,
        floor: datetime | None = None,
    ) -> tuple[RungAt, ...]:
        """Return the moments at which a clock speaks up, in order; of two at once the higher comes last."""
        due_on, due_at = self._expiry(start, limit, pauses, extension, floor)
        if isinstance(limit, Workdays):
            return rungs.day_ladder(self, start, limit.count, pauses, due_on)
        return rungs.hour_ladder(self, start, limit, pauses, due_at)

    def explain(
        self,
        start: datetime,
        limit: Limit,
        pauses: Sequence[Pause] = (),
        *,
        extension: Workdays = _NO_EXTENSION,
        floor: datetime | None = None,
        start_verb: str = "派单",
        pause_word: str | tuple[str, ...] = "暂停",
    ) -> Explanation:
        """Tell day by day, and in one sentence, why a limit runs out when it does.

        `pause_word` names the pauses (会商, 等企业补充): one word for all, or one for each.
        """
        words = (pause_word,) * len(pauses) if isinstance(pause_word, str) else pause_word
        case = explaining.Case(self, local(start), limit, tuple(pauses), extension, floor, start_verb, words)
        return explaining.explain(case)

    def left(self, now: datetime, due: datetime) -> Left:
        """Measure how far it is to a due moment. At that very moment the time is over (half-open)."""
        today, due_on = local(now).date(), closing_day(due)
        if now >= due:
            late = self.workdays_between(due_on, today)
            return Left(late, (today - due_on).days, (now - due) // timedelta(minutes=1), overdue=True)
        minutes = -((now - due) // timedelta(minutes=1))
        return Left(self.workdays_between(today, due_on), (due_on - today).days, minutes, overdue=False)

    def _expiry(
        self,
        start: datetime,
        limit: Limit,
        pauses: Sequence[Pause],
        extension: Workdays,
        floor: datetime | None,
    ) -> tuple[date, datetime]:
        """Return the due day and the due moment; they differ in date if the working day ends at midnight."""
        if limit.count < 1:
            raise ValueError("a limit is at least one")

        if isinstance(limit, Workdays):
            start_on = local(start).date()
            paused = sum(self.paused_days(pause, start_on) for pause in pauses)
            due_on = self.add_workdays(start_on, limit.count + paused + extension.count)
            due_at = self.end_of_day(due_on)
        else:
            standing = sum((self.paused_time(pause, start, limit) for pause in pauses), _NOTHING)
            due_at = self.moment_after(start, limit.span + standing, limit)
            due_on = self.add_workdays(closing_day(due_at), extension.count)
            due_at = self.end_of_day(due_on) if extension.count else due_at
        if floor is not None and floor > due_at:
            return closing_day(floor), local(floor)
        return due_on, due_at

    def _is_guessed(
        self, start: datetime, limit: Limit, pauses: Sequence[Pause], extension: Workdays, due_on: date
    ) -> bool:
        """Tell whether a day was counted in a year whose notice is not known."""
        # Urgent minutes run on all days alike; there only an extension or a cap asks what is a workday.
        by_the_wall = isinstance(limit, WallMinutes) and not extension.count
        asked = [pause for pause in pauses if pause.cap or not by_the_wall]
        spans = [(local(pause.start).date() + timedelta(days=1), self.pause_end_on(pause)) for pause in asked]
        if not by_the_wall:
            first = local(start).date() + timedelta(days=isinstance(limit, Workdays))
            spans.append((first, due_on))
        years = {year for first, last in spans for year in range(first.year, last.year + 1)}
        return not years <= self._known_years
