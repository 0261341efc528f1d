"""Reading the returns of a period: three queries, however many there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Row, func, select

from chainhub.core.errors import Invalid
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI
from chainhub.county import known
from chainhub.county.directory.rules import Directory
from chainhub.tickets import queries
from chainhub.tickets.models import Ticket, TicketEvent
from chainhub.tickets.returns import rules
from chainhub.tickets.returns.rules import Deed, Return
from chainhub.tickets.workflow import Action

MOST = 2000  # returns of a period that are added up, the newest
USUAL_DAYS = 365  # a rolling year, where nobody says otherwise
PAGE = 50
_TELLING = (Action.DISPATCH, Action.UPHOLD_RETURN, Action.REJECT_RETURN)


@dataclass(frozen=True, slots=True)
class Period:
    """Days in Shanghai, the last one counted."""

    first: date
    last: date

    @property
    def since(self) -> datetime:
        """The first moment."""
        return datetime.combine(self.first, time(), SHANGHAI)

    @property
    def until(self) -> datetime:
        """The moment after the last."""
        return datetime.combine(self.last + timedelta(days=1), time(), SHANGHAI)


def period(work: Work, first: date | None, last: date | None) -> Period:
    """Return the period that was asked for, by default the rolling year. Raises Invalid where it ends before it begins."""
    last = last or work.now.astimezone(SHANGHAI).date()
    first = first or last - timedelta(days=USUAL_DAYS)
    if not (first.year >= 2000 and last.year <= 2100 and first <= last):
        raise Invalid(errors={"from": ["起的日子要在止的日子以前，请改一改。"]})
    return Period(first, last)


@dataclass(frozen=True, slots=True)
class Found:
    """The returns of a period that the actor may see, the newest first; were there more than are added up?"""

    returns: Sequence[Return]
    titles: dict[int, tuple[str, str]]  # by ticket: number and title
    cut: bool


def returns(work: Work, within: Period) -> Found:
    """Return the returns of a period, of tickets that the actor may see. Two queries."""
    rows = work.session.execute(
        select(*_DEED, Ticket.number, Ticket.title, Ticket.category_code)
        .join(Ticket, Ticket.id == TicketEvent.ticket_id)
        .where(
            TicketEvent.action == Action.RETURN,
            TicketEvent.at >= within.since,
            TicketEvent.at < within.until,
            queries.visible(work.actor),
        )
        .order_by(TicketEvent.at.desc(), TicketEvent.id.desc())
        .limit(MOST + 1)
    ).all()
    kept = rows[:MOST]
    others = work.session.execute(
        select(*_DEED).where(
            TicketEvent.ticket_id.in_({row.ticket_id for row in kept}), TicketEvent.action.in_(_TELLING)
        )
    ).all()
    directory = known.of(work.session).directory
    categories = {row.ticket_id: top_of(directory, row.category_code) for row in kept}
    found = rules.told(map(_deed, kept), map(_deed, others), categories.__getitem__)
    return Found(found, {row.ticket_id: (row.number, row.title) for row in kept}, len(rows) > MOST)


_DEED = (
    TicketEvent.id,
    TicketEvent.ticket_id,
    TicketEvent.seq,
    TicketEvent.action,
    TicketEvent.source,
    TicketEvent.target,
    TicketEvent.data,
    TicketEvent.at,
)


def _deed(row: Row[*tuple[object, ...]]) -> Deed:
    return Deed(*row[: len(_DEED)])  # type: ignore[arg-type]  # the columns of `_DEED`, in its order


def top_of(directory: Directory, code: str | None) -> str:
    """Return the first-level category of a code; an empty string for none."""
    found = directory.categories.get(code or "")
    return (found.parent or found.code) if found else ""


def leads(work: Work, within: Period) -> dict[str, dict[str, int]]:
    """Return by first-level category how many tickets filed in a period each unit led. One query."""
    rows = work.session.execute(
        select(Ticket.category_code, Ticket.lead_unit_code, func.count())
        .where(
            queries.visible(work.actor),
            Ticket.created_at >= within.since,
            Ticket.created_at < within.until,
            Ticket.lead_unit_code.is_not(None),
            Ticket.category_code.is_not(None),
        )
        .group_by(Ticket.category_code, Ticket.lead_unit_code)
    )
    directory = known.of(work.session).directory
    found: dict[str, dict[str, int]] = {}
    for category, unit, n in rows:
        by_unit = found.setdefault(top_of(directory, category), {})
        code = str(unit)
        by_unit[code] = by_unit.get(code, 0) + n
    return found
