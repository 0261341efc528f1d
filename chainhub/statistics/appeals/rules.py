"""Which cases may be appealed against, and until when. Pure."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from chainhub.core.limits import closing_day
from chainhub.core.worktime import Calendar, Limit
from chainhub.statistics.figures import FIGURES, Better, Figure
from chainhub.statistics.rules import Mark
from chainhub.statistics.terms import EXEMPTIBLE, Month

_LAST, _PLAIN = "last_", "handling_on_time_plain"  # what stands beside and decides nothing

APPEALABLE = tuple(
    figure.code
    for figure in FIGURES.values()
    if figure.better is not Better.NEITHER
    and figure.measure in EXEMPTIBLE
    and not figure.code.startswith(_LAST)
    and figure.code != _PLAIN
)
"""The figures of a unit that compare it with others, by code."""


def counted(marks: Iterable[Mark], figure: Figure, unit: str, month: int) -> list[Mark]:
    """Return the marks of a ticket that weigh a figure of a unit down in a month."""
    return [
        one
        for one in marks
        if (one.measure, one.unit, one.month) == (figure.measure, unit, month)
        and figure.weighs_down(one.value)
    ]


def open_until(
    month: Month, limit: Limit, calendar: Calendar, published_at: datetime | None = None
) -> datetime:
    """Return until when a case may be appealed against: a limit from the end of the month in which it counted.

    Where the month was published later than it ended, from its publication.
    """
    after = month.plus(1)
    ended = calendar.start_of_day(date(after.year, after.month, 1)) - timedelta(days=1)
    begun = max(ended, published_at) if published_at else ended
    return calendar.due(begun, limit).at


def speaks_next(due_at: datetime, now: datetime, calendar: Calendar) -> datetime | None:
    """Return when an undecided appeal is spoken of next: in the morning of its last day, then when that has passed."""
    morning = calendar.start_of_day(closing_day(due_at))
    return next((at for at in (morning, due_at) if at > now), None)
