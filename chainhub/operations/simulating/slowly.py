"""When a limit runs out and what is said of it, counted day by day on the fingers: beside the arithmetic, not by it.

Source: domain, section 3. Limits in days alone: the event day is not counted, a pause adds the workdays after its
first day up to its last, an extension adds workdays after the due day, and the result is never before the floor.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from chainhub.core.worktime import SHANGHAI, Calendar, Pause, Workdays
from chainhub.reminders.rules import Reading

_ONE = timedelta(days=1)


def due_at(calendar: Calendar, read: Reading) -> datetime | None:
    """Return when a limit in workdays runs out; None for limits in hours."""
    if not isinstance(read.limit, Workdays):
        return None
    start_on = _day(read.started_at)
    needed = read.limit.count + sum(_paused(calendar, one, start_on) for one in read.pauses)
    day = _step(calendar, start_on, needed)
    day = _step(calendar, day, read.extension.count)
    due = _closes(calendar, day)
    return max(due, read.floor.astimezone(SHANGHAI)) if read.floor is not None else due


def rungs(calendar: Calendar, read: Reading, due: datetime) -> Iterator[tuple[str, datetime]]:
    """Yield the rungs of a day ladder from the yellow one on, at the opening of their days, those after the start."""
    due_on = _day(due)
    days = {
        "yellow": _back(calendar, due_on),
        "due": due_on,
        "plus_1": _step(calendar, due_on, 1),
        "plus_2": _step(calendar, due_on, 2),
        "plus_5": _step(calendar, due_on, 5),
    }
    for rung, day in days.items():
        at = datetime.combine(day, calendar.segments(day)[0].start, SHANGHAI)
        if at > read.started_at:
            yield rung, at


def _day(at: datetime) -> date:
    return at.astimezone(SHANGHAI).date()


def _step(calendar: Calendar, day: date, count: int) -> date:
    while count:
        day += _ONE
        count -= calendar.is_workday(day)
    return day


def _back(calendar: Calendar, day: date) -> date:
    day -= _ONE
    while not calendar.is_workday(day):
        day -= _ONE
    return day


def _closes(calendar: Calendar, day: date) -> datetime:
    return datetime.combine(day, calendar.segments(day)[-1].end, SHANGHAI)


def _paused(calendar: Calendar, pause: Pause, start_on: date) -> int:
    """Count the workdays d with start < d ≤ end; a pause that runs counts to its cap."""
    begun = _day(pause.start)
    last = _step(calendar, begun, pause.cap.count) if pause.cap else None
    if pause.end is not None:
        last = min(last or _day(pause.end), _day(pause.end))
    day, count = max(begun, start_on), 0
    while last is not None and day < last:
        day += _ONE
        count += calendar.is_workday(day)
    return count
