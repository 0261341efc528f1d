"""How long what is overdue has been so, in workdays from its due day: three ages, each a filter of the list."""

from datetime import date, datetime, timedelta
from functools import lru_cache

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, select

from chainhub.core.actor import Actor
from chainhub.core.words import Labelled
from chainhub.core.work import Work
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


def is_of(calendar: Calendar, now: datetime, age: Age) -> ColumnElement[bool]:
    """Return the condition that a ticket is open and has been overdue for so long."""
    return _is_of(age, now, *_borders(calendar, now))


def _borders(calendar: Calendar, now: datetime) -> tuple[datetime, datetime]:
    today = now.astimezone(SHANGHAI).date()
    short, long = (_from(since(calendar, today, days)) for days in (_FIRST, _SECOND))
    return short, long


def _is_of(age: Age, now: queries.Moment, short: queries.Moment, long: queries.Moment) -> ColumnElement[bool]:
    late = and_(Ticket.is_open, Ticket.due_at <= now)
    if age is Age.SHORT:
        return and_(late, Ticket.due_at >= short)
    if age is Age.LONG:
        return and_(late, Ticket.due_at >= long, Ticket.due_at < short)
    return and_(late, Ticket.due_at < long)


def counts(work: Work) -> dict[Age, int]:
    """Count what this actor sees that is overdue, by age, in one query."""
    short, long = _borders(work.calendar, work.now)
    given = {"now": work.now, "short": short, "long": long}
    return dict(zip(Age, work.session.execute(_counted(work.actor), given).one(), strict=True))


@lru_cache(maxsize=512)
def _counted(actor: Actor) -> Select[*tuple[int, ...]]:
    now, short, long = (bindparam(name, type_=Ticket.due_at.type) for name in ("now", "short", "long"))
    columns = [func.count().filter(_is_of(age, now, short, long)).label(age.name.lower()) for age in Age]
    return select(*columns).where(queries.visible(actor), Ticket.is_open, Ticket.due_at <= now)
