"""Reading appeals: the open list, those of some tickets, and what was taken out of the figures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from chainhub.core.work import Work
from chainhub.county.directory.models import Enterprise
from chainhub.statistics.appeals.models import Appeal
from chainhub.statistics.appeals.terms import Verdict
from chainhub.statistics.reports.models import StatReport
from chainhub.tickets import queries as tickets
from chainhub.tickets.models import Ticket

PAGE = 50
PAGE_MOST = 200


@dataclass(frozen=True, slots=True)
class Line:
    """An appeal of the list; number, title and enterprise are empty where the reader may not see the ticket."""

    appeal: Appeal
    number: str = ""
    title: str = ""
    enterprise: str = ""

    @property
    def is_seen(self) -> bool:
        """Whether the reader sees the ticket, and with it the words on both sides."""
        return bool(self.number)


def page(
    work: Work, standing: Verdict | None, *, before: int | None = None, limit: int = PAGE
) -> tuple[list[Line], int | None]:
    """Return appeals of the whole county, the newest first, and the id below which the next ones are found.

    Everybody who reads figures reads that there is one, of which unit, and what became of it; of which ticket and why
    reads whoever sees the ticket. What is confidential counts nowhere, and nothing of it is here.
    """
    asked = (
        select(Appeal)
        .join(Ticket, Ticket.id == Appeal.ticket_id)
        .where(Ticket.confidential.is_(False))
        .order_by(Appeal.id.desc())
        .limit(limit + 1)
    )
    if standing is not None:
        asked = asked.where(Appeal.standing == standing)
    if before is not None:
        asked = asked.where(Appeal.id < before)
    found = work.session.scalars(asked).all()
    shown = found[:limit]
    seen = {
        row.id: row
        for row in work.session.execute(
            select(Ticket.id, Ticket.number, Ticket.title, Enterprise.short)
            .join(Enterprise, Enterprise.code == Ticket.enterprise_code)
            .where(Ticket.id.in_([one.ticket_id for one in shown]), tickets.visible(work.actor))
        )
    }
    lines = [
        Line(one, row.number, row.title, row.short) if (row := seen.get(one.ticket_id)) else Line(one)
        for one in shown
    ]
    return lines, shown[-1].id if len(found) > limit else None


def of_tickets(work: Work, ids: Sequence[int]) -> dict[tuple[int, str, str, int], Appeal]:
    """Return the appeals about some tickets by ticket, measure, unit and month."""
    found = work.session.scalars(select(Appeal).where(Appeal.ticket_id.in_(ids))) if ids else ()
    return {(one.ticket_id, one.measure, one.unit_code, one.month): one for one in found}


def published(work: Work, months: Iterable[int]) -> dict[int, datetime]:
    """Return when months (202611) were first published for the whole county; those that were."""
    rows = work.session.execute(
        select(StatReport.month, func.min(StatReport.published_at))
        .where(
            StatReport.month.in_(sorted(set(months))),
            StatReport.chain == "",
            StatReport.published_at.is_not(None),
        )
        .group_by(StatReport.month)
    )
    return {month: at for month, at in rows if at is not None}


def waiting(work: Work, chains: Sequence[str]) -> int:
    """Count the appeals of some chains on which nobody has decided, up to a hundred."""
    some = select(Appeal.id).where(Appeal.standing == Verdict.ASKED, Appeal.chain_code.in_(chains)).limit(100)
    return len(work.session.scalars(some).all())
