"""On which day a period's session is held, and why. Pure: the county's calendar is handed in."""

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from chainhub.core.almanac import Almanac

_DAY = timedelta(days=1)
_WEEKDAYS = "一二三四五六日"
LAST_WEEK = 5
"""Of a month's weeks the last one, be it the fourth or the fifth."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When sessions are held: one in every `months` months, counted from the month of `anchor_on`.

    Wanted is the `week`-th `weekday` (1 to 5, where 5 is the last; 0 is Monday) of the `month`-th month of a period.
    """

    anchor_on: date
    months: int = 2
    month: int = 2
    week: int = 3
    weekday: int = 4


@dataclass(frozen=True, slots=True)
class Bar:
    """A span in which nothing is held: of one enterprise (leave, stoppage), or with no code of the whole county."""

    from_on: date
    until_on: date  # the last day of it
    why: str
    code: str = ""

    def covers(self, day: date) -> bool:
        return self.from_on <= day <= self.until_on


@dataclass(frozen=True, slots=True)
class Choice:
    """A day with its reasons, in the order in which they applied; no day where a period has none that is free."""

    on: date | None
    why: tuple[str, ...]
    provisional: bool = False  # the notice of its year is not known yet


def period_of(rhythm: Rhythm, day: date) -> int:
    """Return the number of the period in which a day lies; the one of the anchor is 0, those before are negative."""
    months = (day.year - rhythm.anchor_on.year) * 12 + day.month - rhythm.anchor_on.month
    return months // rhythm.months


def begins_on(rhythm: Rhythm, period: int) -> date:
    """Return the first day of a period."""
    return _month(rhythm.anchor_on, period * rhythm.months)


def ends_on(rhythm: Rhythm, period: int) -> date:
    """Return the last day of a period."""
    return begins_on(rhythm, period + 1) - _DAY


def label(rhythm: Rhythm, period: int) -> str:
    """Return a period in words: 9—10月, or 9月 where it is one month."""
    first, last = begins_on(rhythm, period), ends_on(rhythm, period)
    return f"{first.month}月" if rhythm.months == 1 else f"{first.month}—{last.month}月"


def wanted(rhythm: Rhythm, period: int) -> date:
    """Return the day that the rhythm asks for, be it worked or not."""
    first = _month(begins_on(rhythm, period), min(rhythm.month, rhythm.months) - 1)
    length = monthrange(first.year, first.month)[1]
    day = first + timedelta(days=(rhythm.weekday - first.weekday()) % 7 + 7 * (rhythm.week - 1))
    over = (day - first).days - (length - 1)
    return day - timedelta(days=7 * -(-over // 7)) if over > 0 else day


def choose(
    rhythm: Rhythm,
    period: int,
    almanac: Almanac,
    closed: Sequence[Bar] = (),
    taken: Mapping[date, str] | None = None,
    not_before: date = date.min,
) -> Choice:
    """Return the day of a period's session: the wanted one, or the next free workday in the period, else the last before.

    `closed` are the county's own spans, `taken` are days that a leader must be elsewhere, with where.
    """
    asked = wanted(rhythm, period)
    first_why = f"{asked.month}月{_nth(rhythm)}是{text(asked)}"
    hindrance = _hindrance(asked, almanac, closed, taken or {}, not_before)
    if not hindrance:
        return Choice(asked, (first_why,), not almanac.is_known(asked))
    reasons = {hindrance: None}  # in their order, each once; days off between explain themselves
    for day in _around(rhythm, period, asked):
        also = _hindrance(day, almanac, closed, taken or {}, not_before)
        if not also:
            word = "顺延到" if day > asked else "提前到"
            why = f"{'；'.join(list(reasons)[:_REASONS_MOST])}，{word}{text(day)}"
            return Choice(day, (first_why, why), not almanac.is_known(day))
        if almanac.is_workday(day):
            reasons.setdefault(_dated(day, also))
    return Choice(None, (first_why, f"{hindrance}，这一期里再没有能办的日子，这一期不办"))


def why_none(
    rhythm: Rhythm,
    period: int,
    almanac: Almanac,
    closed: Sequence[Bar],
    taken: Mapping[date, str],
    since: date,
) -> tuple[str, ...]:
    """Return what takes every workday of a period from a day on, each once and in the order of days.

    Nothing where a day is free, or where no workday is left that something could take.
    """
    reasons: dict[str, None] = {}
    first, last = max(begins_on(rhythm, period), since), ends_on(rhythm, period)
    for ahead in range((last - first).days + 1):
        day = first + timedelta(days=ahead)
        if almanac.is_workday(day):
            hindrance = _hindrance(day, almanac, closed, taken, date.min)
            if not hindrance:
                return ()
            reasons.setdefault(_dated(day, hindrance))
    return tuple(reasons)


_REASONS_MOST = 4
"""Hindrances that are named of a day; more of them nobody reads."""


def is_free(day: date, almanac: Almanac, closed: Sequence[Bar], taken: Mapping[date, str]) -> bool:
    """Say whether a session may be held on a day: worked, not closed, and no leader must be elsewhere."""
    return not _hindrance(day, almanac, closed, taken, date.min)


def _hindrance(
    day: date, almanac: Almanac, closed: Sequence[Bar], taken: Mapping[date, str], not_before: date
) -> str:
    if not almanac.is_workday(day):
        name = almanac.day_name(day) if almanac.is_holiday(day) else ""
        return f"那天{name}放假" if almanac.is_holiday(day) else "那天是周末"
    for bar in closed:
        if bar.covers(day):
            return f"{text(bar.from_on)}至{text(bar.until_on)}全县不办（{bar.why}）"
    if day in taken:
        return f"那天{taken[day]}，领导两边都要到"
    return "离得太近，来不及通知" if day < not_before else ""


def _dated(day: date, hindrance: str) -> str:
    return f"{text(day)}{hindrance.removeprefix('那天')}" if hindrance.startswith("那天") else hindrance


def _around(rhythm: Rhythm, period: int, asked: date) -> Iterator[date]:
    """Return the other days of a period, those after the wanted one first."""
    first, last = begins_on(rhythm, period), ends_on(rhythm, period)
    for ahead in range(1, (last - asked).days + 1):
        yield asked + timedelta(days=ahead)
    for back in range(1, (asked - first).days + 1):
        yield asked - timedelta(days=back)


def _month(day: date, ahead: int) -> date:
    months = day.year * 12 + day.month - 1 + ahead
    return date(months // 12, months % 12 + 1, 1)


def _nth(rhythm: Rhythm) -> str:
    name = f"周{_WEEKDAYS[rhythm.weekday]}"
    return f"最后一个{name}" if rhythm.week == LAST_WEEK else f"第{rhythm.week}个{name}"


def text(day: date) -> str:
    """Return a day as reasons name it: 2026年10月30日（周五）."""
    return f"{day.year}年{day.month}月{day.day}日（周{_WEEKDAYS[day.weekday()]}）"
