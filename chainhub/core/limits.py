"""How long a thing may take, when a day is worked, what makes a clock stand still. Values only."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

_CODE = re.compile(r"([1-9][0-9]{0,5})([dmw])")


@dataclass(frozen=True, slots=True)
class Workdays:
    """A limit in workdays of the county's calendar."""

    count: int

    def __post_init__(self) -> None:
        _demand_natural(self.count)


@dataclass(frozen=True, slots=True)
class WorkMinutes:
    """A limit in minutes of working time: 4 working hours are `WorkMinutes(240)`."""

    count: int

    def __post_init__(self) -> None:
        _demand_natural(self.count)

    @property
    def span(self) -> timedelta:
        return timedelta(minutes=self.count)


@dataclass(frozen=True, slots=True)
class WallMinutes:
    """An urgent limit: minutes of the wall clock inside the county's window, on every day of the week."""

    count: int

    def __post_init__(self) -> None:
        _demand_natural(self.count)

    @property
    def span(self) -> timedelta:
        return timedelta(minutes=self.count)


HourLimit = WorkMinutes | WallMinutes
Limit = Workdays | WorkMinutes | WallMinutes


def _demand_natural(count: int) -> None:
    if count < 0:
        raise ValueError(f"a length of time cannot be negative: {count}")


def limit_code(limit: Limit) -> str:
    """Write a limit the way it is stored: `15d`, `240m` (working minutes), `30w` (wall clock)."""
    match limit:
        case Workdays():
            return f"{limit.count}d"
        case WorkMinutes():
            return f"{limit.count}m"
        case WallMinutes():
            return f"{limit.count}w"


def parse_limit(code: str) -> Limit:
    """Read what `limit_code` wrote. Raises ValueError on anything else; a limit of nothing is no limit."""
    found = _CODE.fullmatch(code)
    if found is None:
        raise ValueError(f"not a limit: {code!r}")

    count = int(found[1])
    match found[2]:
        case "d":
            return Workdays(count)
        case "m":
            return WorkMinutes(count)
        case _:
            return WallMinutes(count)


def limit_label(limit: Limit) -> str:
    """Say a limit in Chinese: 15 个工作日, 4 个工作小时, 30 分钟, 1 小时."""
    match limit:
        case Workdays():
            return f"{limit.count} 个工作日"
        case WorkMinutes():
            return _hours(limit.count, "个工作小时", "个工作分钟")
        case WallMinutes():
            return _hours(limit.count, "小时", "分钟")


def _hours(minutes: int, hour_word: str, minute_word: str) -> str:
    if minutes >= 60 and minutes % 30 == 0:
        return f"{minutes / 60:g} {hour_word}"
    return f"{minutes} {minute_word}"


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of one day, half-open. An end of 00:00 is the midnight that closes the day."""

    start: time
    end: time
    opens: timedelta = field(init=False, repr=False, compare=False)  # both counted from the day's midnight
    closes: timedelta = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        opens, closes = _since_midnight(self.start), _since_midnight(self.end) or timedelta(days=1)
        if opens >= closes:
            raise ValueError(f"a segment must end after it starts: {self.start}-{self.end}")
        object.__setattr__(self, "opens", opens)  # the one way to fill in a frozen dataclass
        object.__setattr__(self, "closes", closes)


def _since_midnight(moment: time) -> timedelta:
    return timedelta(
        hours=moment.hour, minutes=moment.minute, seconds=moment.second, microseconds=moment.microsecond
    )


@dataclass(frozen=True, slots=True)
class Timetable:
    """The county's working day from a date on, until a later timetable begins."""

    from_on: date
    segments: tuple[Segment, ...]

    def __post_init__(self) -> None:
        demand_order(self.segments)


def demand_order(segments: tuple[Segment, ...]) -> None:
    """Refuse (ValueError) a working day without working time, and segments that overlap."""
    if not segments:
        raise ValueError("a working day needs at least one segment; a day off is said in the calendar")
    for earlier, later in pairwise(segments):
        if earlier.closes > later.opens:
            raise ValueError("segments must follow each other without overlapping")


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch in which a clock stands still, at most for `cap`.

    `end` None: still going on, so it is counted to its cap; without a cap nothing is counted yet.
    """

    start: datetime
    end: datetime | None
    cap: Workdays | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """When a clock runs out; provisional (暂定) if a year without an imported notice had to be guessed."""

    at: datetime
    provisional: bool


@dataclass(frozen=True, slots=True)
class Left:
    """How far it is to a due moment, or how long since. Say one of the measures, never several."""

    workdays: int
    days: int  # of the calendar
    minutes: int  # of the wall clock; begun ones count while there is time left
    overdue: bool


def left_label(left: Left) -> str:
    """Say what is left: 还有 38 分钟, 今天到期, 明天到期, 还有 5 个工作日; or 逾期 2 天 (workdays)."""
    return _overdue_label(left) if left.overdue else _remaining_label(left)


def _remaining_label(left: Left) -> str:
    if left.minutes < 60:
        return f"还有 {left.minutes} 分钟"
    if left.days == 0:
        return "今天到期"
    if left.days == 1:
        return "明天到期"
    return f"还有 {left.workdays} 个工作日" if left.workdays else f"还有 {left.days} 天"


def _overdue_label(left: Left) -> str:
    if left.workdays:
        return f"逾期 {left.workdays} 天"
    if left.minutes < 1:
        return "刚刚逾期"
    if left.minutes < 60:
        return f"逾期 {left.minutes} 分钟"
    if left.days == 0:
        return f"逾期 {left.minutes // 60} 小时"
    return "刚逾期"  # overdue over a weekend or a holiday


def local(at: datetime) -> datetime:
    """Show an instant in Shanghai. Raises ValueError on a naive datetime: its zone would be a guess."""
    if at.tzinfo is None:
        raise ValueError(f"an instant needs a time zone: {at}")
    return at.astimezone(SHANGHAI)


def closing_day(at: datetime) -> date:
    """Return the day that an end at this instant belongs to: the midnight after Monday is Monday's."""
    return (local(at) - timedelta.resolution).date()
