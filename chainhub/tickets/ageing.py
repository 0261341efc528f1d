"""How long what is overdue has been so, in workdays from its due day: three ages, each a filter of the list."""

from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_

from chainhub.core.words import Labelled
from chainhub.core.worktime import SHANGHAI, Calendar
from chainhub.tickets import queries
from chainhub.tickets.models import Ticket

_FIRST, _SECOND = 5, 10  # workdays


class Age(Labelled):
    """For how many workdays something has been overdue; on its due day, once its hour has passed, for none yet."""

    SHORT = "5", "5 个工作日以内"
    LONG = "10", "6—10 个工作日"
    LONGER = "more", "10 个工作日以上"


def since(calendar: Calendar, today: date, days: int) -> date:
    """Return the earliest due day from which no more than so many workdays have passed until today."""
    found = calendar.add_workdays(today, -days)
    while calendar.workdays_between(found - timedelta(days=1), today) <= days:
        found -= timedelta(days=1)  # the days off before it
    return found


def _from(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


BORDERS = ("now", "short", "long")


def is_of(calendar: Calendar, now: datetime, age: Age) -> ColumnElement[bool]:
    """Return the condition that a ticket is open and has been overdue for so long."""
    return condition(age, **borders(calendar, now))


def borders(calendar: Calendar, now: datetime) -> dict[str, datetime]:
    """Return the moments that `condition` takes, by their names (`BORDERS`)."""
    today = now.astimezone(SHANGHAI).date()
    short, long = (_from(since(calendar, today, days)) for days in (_FIRST, _SECOND))
    return dict(zip(BORDERS, (now, short, long), strict=True))


def condition(
    age: Age, now: queries.Moment, short: queries.Moment, long: queries.Moment
) -> ColumnElement[bool]:
    """Return the same for moments that come with each execution of a statement that is kept."""
    late = and_(Ticket.is_open, Ticket.due_at <= now)
    if age is Age.SHORT:
        return and_(late, Ticket.due_at >= short)
    if age is Age.LONG:
        return and_(late, Ticket.due_at >= long, Ticket.due_at < short)
    return and_(late, Ticket.due_at < long)
