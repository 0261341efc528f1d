"""Why a limit runs out when it does: told day by day for a page's calendar, and in one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from chainhub.core.limits import (
    HourLimit,
    Limit,
    Pause,
    WallMinutes,
    Workdays,
    WorkMinutes,
    closing_day,
    limit_label,
    local,
)

if TYPE_CHECKING:
    from chainhub.core.worktime import Calendar

_WEEKDAYS = "一二三四五六日"
_PROVISIONAL = "（暂定，待放假通知核定）"
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Step:
    """One day from the start to the due day.

    `number` counts the workdays of a day limit; `mark` is the word for the day's cell in a calendar
    (派单, 1, 班 3, 休, 停, 到期).
    """

    date: date
    counted: bool
    why: str
    number: int | None
    mark: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """A due moment with its reasons."""

    due: datetime
    provisional: bool
    steps: tuple[Step, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Case:
    """What is to be explained; `start` is in Shanghai's time, `pause_words` has a word for each pause."""

    calendar: Calendar
    start: datetime
    limit: Limit
    pauses: tuple[Pause, ...]
    extension: Workdays
    floor: datetime | None
    start_verb: str
    pause_words: tuple[str, ...]

    def due_after(self, pauses: int) -> datetime:
        """Return when the limit would run out with only the first pauses, not extended."""
        return self.calendar.due(self.start, self.limit, self.pauses[:pauses]).at

    @property
    def extended_due(self) -> datetime:
        return self.calendar.due(self.start, self.limit, self.pauses, extension=self.extension).at


def explain(case: Case) -> Explanation:
    """Explain one limit."""
    due = case.calendar.due(case.start, case.limit, case.pauses, extension=case.extension, floor=case.floor)
    last = closing_day(due.at)
    if isinstance(case.limit, Workdays):
        steps = tuple(_day_steps(case, case.limit.count + case.extension.count, last))
    else:
        steps = tuple(_hour_steps(case, case.limit, last))
    return Explanation(due.at, due.provisional, steps, _text(case, provisional=due.provisional))


# Day by day


def _day_steps(case: Case, limit: int, last: date) -> Iterator[Step]:
    start_on, number = case.start.date(), 0
    yield Step(start_on, False, "起算日不计", None, case.start_verb)
    for day in _days(start_on, last):
        pause_word = _pause_over(case, day)
        if not case.calendar.is_workday(day):
            step = _day_off(case, day)
        elif pause_word:
            step = Step(day, False, f"{pause_word}暂停", None, "停")
        elif number == limit:
            step = Step(day, False, "顺延", None, "")
        else:
            number += 1
            step = _counted_day(case, day, number)
        yield _marked_due(step) if day == last else step


def _counted_day(case: Case, day: date, number: int) -> Step:
    makeup = case.calendar.is_makeup(day)
    notes = [note for note, so in (("补班", makeup), ("延期", number > case.limit.count)) if so]
    why = f"第 {number} 个工作日" + (f"（{'，'.join(notes)}）" if notes else "")
    return Step(day, True, why, number, f"班 {number}" if makeup else str(number))


def _day_off(case: Case, day: date) -> Step:
    if case.calendar.is_holiday(day):
        return Step(day, False, f"{case.calendar.day_name(day) or ''}放假", None, "休")
    return Step(day, False, "周末", None, "休")


def _pause_over(case: Case, day: date) -> str | None:
    for pause, word in zip(case.pauses, case.pause_words, strict=True):
        if local(pause.start).date() < day <= case.calendar.pause_end_on(pause):
            return word
    return None


def _marked_due(step: Step) -> Step:
    return Step(step.date, step.counted, step.why, step.number, "到期")


def _days(after: date, last: date) -> Iterator[date]:
    for ahead in range(1, (last - after).days + 1):
        yield after + timedelta(days=ahead)


# Hour by hour


def _hour_steps(case: Case, limit: HourLimit, last: date) -> Iterator[Step]:
    start_on, ran_out = case.start.date(), case.due_after(len(case.pauses))
    for day in _days(start_on - _DAY, last):
        step = _hours_of(case, limit, day, ran_out)
        if day == start_on:
            step = Step(day, step.counted, step.why, None, case.start_verb)
        yield _marked_due(step) if day == last else step


def _hours_of(case: Case, limit: HourLimit, day: date, ran_out: datetime) -> Step:
    """Tell how much of a day counted; midnight to midnight, between the start and the moment it ran out."""
    calendar = case.calendar
    midnight = datetime(day.year, day.month, day.day, tzinfo=case.start.tzinfo)
    begin, end = max(midnight, case.start), min(midnight + _DAY, ran_out)
    if end <= begin and day > closing_day(ran_out):
        return Step(day, False, "顺延", None, "") if calendar.is_workday(day) else _day_off(case, day)

    paused = timedelta(0)
    for pause in case.pauses:
        stop, resume = max(local(pause.start), begin), min(calendar.pause_end_at(pause), end)
        paused += max(calendar.time_between(stop, resume, limit), timedelta(0))
    counted = calendar.time_between(begin, end, limit) - paused
    if counted > timedelta(0):
        return Step(day, True, f"计 {limit_label(WallMinutes(counted // _MINUTE))}", None, "")
    if isinstance(limit, WorkMinutes) and not calendar.is_workday(day):
        return _day_off(case, day)
    return Step(day, False, "暂停", None, "停") if paused else Step(day, False, "非计时时段", None, "")


# In one sentence


def _text(case: Case, *, provisional: bool) -> str:
    """Tell the plain limit first, then each thing that moved it, every time with the due moment it led to."""
    year, base = case.start.year, case.due_after(0)
    head = [f"{_moment(case.start, year)} {case.start_verb}", limit_label(case.limit)]
    sentences = ["；".join([*head, *_reasons(case, case.start, base), f"→ {_moment(base, year)}"])]
    for cause, before, after in _changes(case, base):
        sentences.append("；".join([cause, *_skips(case, before, after), f"→ {_moment(after, year)}"]))

    text = "。".join(sentences) + (_PROVISIONAL if provisional else "")
    return f"{text}。" if len(sentences) > 1 else text


def _changes(case: Case, due: datetime) -> Iterator[tuple[str, datetime, datetime]]:
    for position, pause in enumerate(case.pauses):
        before, due = due, case.due_after(position + 1)
        yield _pause_clause(case, pause, case.pause_words[position]), before, due
    if case.extension.count:
        before, due = due, case.extended_due
        yield f"延期 {limit_label(case.extension)}", before, due
    if case.floor is not None and case.floor > due:
        yield "剩余时间不足，顺延", due, local(case.floor)


def _pause_clause(case: Case, pause: Pause, word: str) -> str:
    when = _pause_span(case, pause)
    if pause.end is None and pause.cap is None:
        return f"{when}{word}，尚未结束"
    if isinstance(case.limit, Workdays):
        stopped = Workdays(case.calendar.paused_days(pause, case.start.date()))
        return f"{when}{word}，{_at_most(case, pause)}停 {limit_label(stopped)}"

    minutes = case.calendar.paused_time(pause, case.start, case.limit) // _MINUTE
    return f"{when}{word}，{_at_most(case, pause)}停 {limit_label(type(case.limit)(minutes))}"


def _pause_span(case: Case, pause: Pause) -> str:
    start, year = local(pause.start), case.start.year
    if isinstance(case.limit, Workdays):
        return _span(start.date(), local(pause.end).date(), year) if pause.end else f"{_day(start, year)}起"
    if pause.end is None:
        return f"{_moment(start, year)} 起"

    end = local(pause.end)
    until = f"{end:%H:%M}" if end.date() == start.date() else _moment(end, start.year)
    return f"{_moment(start, year)}—{until} "


def _at_most(case: Case, pause: Pause) -> str:
    if pause.end is None:
        return "至多"
    return "至多" if case.calendar.pause_end_on(pause) < local(pause.end).date() else ""


def _reasons(case: Case, start: datetime, due: datetime) -> Iterator[str]:
    if isinstance(case.limit, WallMinutes):
        yield from _window_reasons(case, start, due)
    elif isinstance(case.limit, WorkMinutes):
        yield from _hour_reasons(case, start, due)
    else:
        yield from _skips(case, start, due)


def _hour_reasons(case: Case, start: datetime, due: datetime) -> Iterator[str]:
    calendar = case.calendar
    begin = calendar.next_working_moment(start)
    if begin > start:
        yield f"{_moment(begin, start.year)} 起算"
    yield from _skips(case, start, due)
    breaks = dict.fromkeys(_breaks(case, begin, due))
    if breaks:
        yield f"午休 {'、'.join(breaks)} 不计"
    if closing_day(due) > begin.date():
        yield "下班时间不计"


def _breaks(case: Case, begin: datetime, due: datetime) -> Iterator[str]:
    for day in _days(begin.date() - _DAY, closing_day(due)):
        midnight = datetime(day.year, day.month, day.day, tzinfo=begin.tzinfo)
        for earlier, later in pairwise(case.calendar.segments(day)):
            if begin < midnight + later.opens < due and earlier.closes < later.opens:
                yield f"{earlier.end:%H:%M}—{later.start:%H:%M}"


def _window_reasons(case: Case, start: datetime, due: datetime) -> Iterator[str]:
    window = case.calendar.wall_window
    if start - start.replace(hour=0, minute=0, second=0, microsecond=0) < window.opens:
        yield f"{window.start:%H:%M} 起算"
    if window.closes - window.opens < _DAY and closing_day(due) > start.date():
        yield f"{window.end:%H:%M}—次日 {window.start:%H:%M} 不计"


def _skips(case: Case, after: datetime, until: datetime) -> Iterator[str]:
    """Name the holidays and the make-up days between two moments; plain weekends explain themselves."""
    if isinstance(case.limit, WallMinutes) and not case.extension.count:
        return
    year = case.start.year
    first = after.date() if after == case.start else closing_day(after)
    days = list(_days(first, closing_day(until)))
    blocks = [_span(first, last, year) for first, last in _holidays(case.calendar, days)]
    if blocks:
        yield f"跳过{'、'.join(blocks)}"
    makeup = [
        f"{_day(day, year)}（{_WEEKDAYS[day.weekday()]}）" for day in days if case.calendar.is_makeup(day)
    ]
    if makeup:
        yield f"{'、'.join(makeup)}补班计入"


def _holidays(calendar: Calendar, days: list[date]) -> Iterator[tuple[date, date]]:
    """Yield first and last day of each run of holidays that takes a weekday away."""
    run: list[date] = []
    for day in [*days, date.max]:
        if run and (day - run[-1] > _DAY or not calendar.is_holiday(day)):
            if any(held.weekday() < 5 for held in run):
                yield run[0], run[-1]
            run = []
        if calendar.is_holiday(day):
            run.append(day)


def _day(day: date, year: int) -> str:
    """Say a date, with its year only where it is not the one the reader is in."""
    return f"{day.month}月{day.day}日" if day.year == year else f"{day.year}年{day.month}月{day.day}日"


def _span(first: date, last: date, year: int) -> str:
    if first == last:
        return _day(first, year)
    if (first.year, first.month) == (last.year, last.month):
        return f"{_day(first, year)}—{last.day}日"
    return f"{_day(first, year)}—{_day(last, first.year)}"


def _moment(at: datetime, year: int) -> str:
    return f"{_day(at.date(), year)} {at:%H:%M}"
