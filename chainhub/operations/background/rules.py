"""When a job is to run, which runs were missed, who counts as alive. Pure; instants are aware, spans in seconds."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from chainhub.core.words import Labelled
from chainhub.core.worktime import SHANGHAI

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Days are named, never numbered: crontab begins the week on Sunday, APScheduler on Monday, and 1-5 means two things."""
_DAY_WORDS = "一二三四五六日"
LATE = 45  # seconds without a sign of life after which a process counts as gone
SLACK = 60  # seconds that a run may begin late before anything counts as missed: jobs wait for one another
KEPT_DAYS = 30
KEPT_RUNS = 500  # of each job
_WEEK = 7


class Standing(Labelled):
    """What a process of the scheduler does just now."""

    LEADING = "leading", "在跑"
    STANDING_BY = "standing_by", "待命"


@dataclass(frozen=True, slots=True)
class Every:
    """Again and again, so many seconds apart."""

    seconds: int

    def __post_init__(self) -> None:
        if self.seconds < 1:
            raise ValueError("a job rests a second at least")


@dataclass(frozen=True, slots=True)
class At:
    """At one time of Shanghai on named days: `At("mon-fri", "08:30")`, `At("mon,thu", "09:00")`.

    Raises ValueError for a day that is a number or no day, and for what is no time.
    """

    days: str
    time: str

    def __post_init__(self) -> None:
        if not self.weekdays or not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", self.time):
            raise ValueError(f"not a time on named days: {self.days!r} {self.time!r}")

    @property
    def weekdays(self) -> frozenset[int]:
        """The days as Python counts them, Monday being 0."""
        found: set[int] = set()
        for part in self.days.split(","):
            first, dash, last = part.partition("-")
            names = (first, last if dash else first)
            if not set(names) <= set(DAYS):
                raise ValueError(f"days of the week are named, mon to sun: {self.days!r}")
            begin, end = map(DAYS.index, names)
            if end < begin:
                raise ValueError(f"days stand in their order: {self.days!r}")
            found.update(range(begin, end + 1))
        return frozenset(found)

    @property
    def hour(self) -> int:
        """The hour in Shanghai."""
        return int(self.time[:2])

    @property
    def minute(self) -> int:
        """The minute."""
        return int(self.time[3:])


When = Every | At


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the timetable as people read it."""

    name: str
    label: str
    when: When


def how_often(when: When) -> str:
    """Return in words when a job runs."""
    if isinstance(when, At):
        if len(when.weekdays) == _WEEK:
            return f"每天 {when.time}"
        return f"每周{'、'.join(_DAY_WORDS[day] for day in sorted(when.weekdays))} {when.time}"
    if when.seconds % 3600 == 0:
        hours = when.seconds // 3600
        return f"每 {hours} 小时" if hours > 1 else "每小时"
    return f"每 {when.seconds // 60} 分钟" if when.seconds % 60 == 0 else f"每 {when.seconds} 秒"


def came_due(at: At, after: datetime, until: datetime) -> Iterator[datetime]:
    """Yield the moments t of an `At` with after < t <= until, oldest first."""
    day, last = after.astimezone(SHANGHAI).date(), until.astimezone(SHANGHAI).date()
    weekdays, moment = at.weekdays, time(at.hour, at.minute)
    while day <= last:
        found = datetime.combine(day, moment, SHANGHAI)
        if day.weekday() in weekdays and after < found <= until:
            yield found
        day += timedelta(days=1)


def next_run(when: When, last: datetime | None, now: datetime) -> datetime:
    """Return when a job is to run next that ran at `last`; now, where it never ran or a moment went by."""
    if last is None:
        return now
    if isinstance(when, Every):
        return last + timedelta(seconds=when.seconds)
    missed = next(came_due(when, last, now), None)
    return missed or next(came_due(when, max(last, now), max(last, now) + timedelta(days=_WEEK + 1)))


def missed(when: When, last: datetime | None, now: datetime) -> int:
    """Count the runs that should have begun between the last one and the one that begins now, or ought to."""
    if last is None or now <= last:
        return 0
    if isinstance(when, Every):
        gap = (now - last).total_seconds()
        return 0 if gap <= when.seconds + SLACK else math.floor(gap / when.seconds) - 1
    due = list(came_due(when, last, now))
    on_time = bool(due) and (now - due[-1]).total_seconds() <= SLACK
    return len(due) - on_time


def is_alive(seen_at: datetime, now: datetime) -> bool:
    """Say whether a sign of life is fresh. One from the future is none: the machine's clock was set back since."""
    return abs((now - seen_at).total_seconds()) < LATE


def lasting(seconds: float) -> str:
    """Return a span in words, as coarse as somebody wants to know it."""
    if seconds < 1:
        return "不到 1 秒"
    if seconds < 120:
        return f"{seconds:.0f} 秒"
    if seconds < 2 * 3600:
        return f"{seconds / 60:.0f} 分钟"
    return f"{seconds / 3600:.0f} 小时" if seconds < 48 * 3600 else f"{seconds / 86400:.0f} 天"
