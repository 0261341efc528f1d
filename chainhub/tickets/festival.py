"""节前清零: ten workdays before 春节, what is still open, 账款拖欠 first, and what each is waiting for. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from sqlalchemy import case, func, or_, select

from chainhub.core.errors import Invalid
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI, Calendar
from chainhub.county import known
from chainhub.county.directory.models import Enterprise
from chainhub.tickets import presenting, queries
from chainhub.tickets.mine import Line, place_of, written
from chainhub.tickets.models import Ticket

FESTIVAL = "春节"
WORKDAYS = 10  # before it (domain, section 3)
ARREARS = "arrears"
PAGE = 50
PAGE_MOST = 200
_LOOK = 400  # days ahead: the next festival is never farther


@dataclass(frozen=True, slots=True)
class Standing:
    """When the festival is, as far as the calendar knows, and how many workdays are left before it."""

    on: date | None
    left: int | None

    @property
    def in_time(self) -> bool:
        """Whether the list is to be looked at now."""
        return self.left is not None and self.left <= WORKDAYS


@dataclass(frozen=True, slots=True)
class Page:
    """Some open tickets with what each is waiting for, and the place after them."""

    items: Sequence[tuple[Line, str]]
    next_cursor: str


@lru_cache(maxsize=16)  # it looks through a year of days
def standing(calendar: Calendar, today: date) -> Standing:
    """Return the next 春节 that the imported notices name, and the workdays from today until it, today not counted."""
    if _is_festive(calendar, today):
        return Standing(None, None)
    days = (today + timedelta(days=ahead) for ahead in range(1, _LOOK))
    first = next((day for day in days if _is_festive(calendar, day)), None)
    if first is None:
        return Standing(None, None)
    return Standing(first, calendar.workdays_between(today, first - timedelta(days=1)))


def _is_festive(calendar: Calendar, day: date) -> bool:
    return FESTIVAL in (calendar.day_name(day) or "") and not calendar.is_workday(day)


def now(work: Work) -> Standing:
    """Return where the county stands before the festival at this moment."""
    return standing(work.calendar, work.now.astimezone(SHANGHAI).date())


def per_unit(work: Work) -> list[tuple[str, int]]:
    """Return how many visible tickets are open at each unit, most first; those that no unit has are 未派单."""
    directory = known.of(work.session).directory
    rows = work.session.execute(
        select(Ticket.lead_unit_code, func.count())
        .where(queries.visible(work.actor), Ticket.is_open)
        .group_by(Ticket.lead_unit_code)
    )
    found = [(directory.unit_name(code) or "未派单", number) for code, number in rows]
    return sorted(found, key=lambda one: -one[1])


def page(work: Work, *, cursor: str = "", limit: int = PAGE) -> Page:
    """Return a page of what is open: 账款拖欠 first, then the oldest. Raises Invalid for a wrong cursor."""
    limit = max(1, min(limit, PAGE_MOST))
    directory = known.of(work.session).directory
    owed = sorted(directory.within(ARREARS)) if ARREARS in directory.categories else []
    rank = case((Ticket.category_code.in_(owed), 0), else_=1)
    query = (
        select(Ticket, Enterprise.short, rank)
        .join(Enterprise, Enterprise.code == Ticket.enterprise_code)
        .where(queries.visible(work.actor), Ticket.is_open)
        .order_by(rank, Ticket.id)
        .limit(limit + 1)
    )
    if cursor:
        first, id_ = place_of(cursor, int, int)
        if first not in {0, 1}:
            raise Invalid(errors={"cursor": ["翻页的位置不对，请从第一页重新开始。"]})
        query = query.where(or_(rank > first, (rank == first) & (Ticket.id > id_)))
    found = work.session.execute(query).all()
    items = [
        (Line(ticket, short), f"{presenting.current_line(ticket, directory)}")
        for ticket, short, _ in found[:limit]
    ]
    last = found[limit - 1] if len(found) > limit else None
    return Page(items, written(last[2], last[0].id) if last is not None else "")
