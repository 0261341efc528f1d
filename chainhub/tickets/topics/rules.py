"""Which tickets are looked at together, when anew, and which group keeps its number. Pure."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from chainhub.core.worktime import SHANGHAI

WINDOW = timedelta(days=30)
LOOKED_AT_MOST = 20_000  # tickets of the window, the newest: what one run costs has a bound
REST = timedelta(minutes=10)  # between two runs at least
REST_TIMES = 200  # and so many times as long as the last run took: half a percent of the scheduler's time
SHOWN_LEAST = 2  # tickets of a group that a reader must see to be told of it


def window(now: datetime) -> datetime:
    """Return since when tickets are recent."""
    return now - WINDOW


def month(now: datetime) -> datetime:
    """Return when the month began, in Shanghai; never before the window."""
    local = now.astimezone(SHANGHAI)
    return max(local.replace(day=1, hour=0, minute=0, second=0, microsecond=0), window(now))


def is_due(now: datetime, made_at: datetime, took_ms: int, *, changed: bool) -> bool:
    """Say whether groups are made anew: something has changed, or a day has gone by; and the last run is long enough ago."""
    rested = now - made_at >= max(REST, REST_TIMES * timedelta(milliseconds=took_ms))
    aged = made_at.astimezone(SHANGHAI).date() < now.astimezone(SHANGHAI).date()
    return rested and (changed or aged)


def numbered(groups: Sequence[Collection[int]], before: Mapping[int, int]) -> list[int | None]:
    """Return for each group of ticket ids the number that it keeps, or None for a new one.

    `before` has the number of each ticket's group until now. Who shares most with a group keeps its number.
    """
    shared = [
        (times, place, number)
        for place, group in enumerate(groups)
        for number, times in Counter(before[one] for one in group if one in before).items()
    ]
    kept: list[int | None] = [None] * len(groups)
    taken: set[int] = set()
    for _times, place, number in sorted(shared, key=lambda one: (-one[0], one[1], one[2])):
        if kept[place] is None and number not in taken:
            kept[place] = number
            taken.add(number)
    return kept
