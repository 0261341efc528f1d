"""Reading common issues. `visible` is the one condition under which anybody sees one."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, func, or_, select, union
from sqlalchemy.orm import Session

from chainhub.core.actor import Actor, Role, ScopeKind
from chainhub.core.errors import NotFound
from chainhub.core.work import Work
from chainhub.county.directory.models import Enterprise
from chainhub.tickets import queries
from chainhub.tickets.common.models import CommonEcho, CommonIssue, CommonTicket
from chainhub.tickets.models import Ticket

PAGE, PAGE_MOST = 30, 200
_OF_THE_CHAIN = (Role.COMMITTEE, Role.TASK_FORCE, Role.LEADER, Role.LIAISON, Role.CALLER)


def visible(actor: Actor) -> ColumnElement[bool]:
    """Return the condition under which this actor sees a common issue.

    The staff of a chain see their chain's, an enterprise and its guide those of the enterprise's chain, a unit those
    with a ticket that it sees. Which tickets belong to it is another question: each is under the tickets' condition.
    """
    found: list[ColumnElement[bool]] = []
    for role in _OF_THE_CHAIN:
        if actor.refs(role, ScopeKind.COUNTY):
            return CommonIssue.id.is_not(None)
        if chains := actor.refs(role, ScopeKind.CHAIN):
            found.append(CommonIssue.chain_code.in_(sorted(chains)))
    firms = actor.refs(Role.ENTERPRISE, ScopeKind.ENTERPRISE) | actor.refs(Role.GUIDE, ScopeKind.ENTERPRISE)
    if firms:
        chain = select(Enterprise.chain_code).where(Enterprise.code.in_(sorted(firms)))
        found.append(CommonIssue.chain_code.in_(chain))
    if Role.DEPARTMENT in actor.roles:
        mine = select(CommonTicket.issue_id).join(Ticket, Ticket.id == CommonTicket.ticket_id)
        found.append(CommonIssue.id.in_(mine.where(queries.visible(actor))))
    return or_(*found) if found else false()


@dataclass(frozen=True, slots=True)
class Counted:
    """A common issue with how many tickets belong to it and how many enterprises have it."""

    issue: CommonIssue
    tickets: int
    firms: int


def page(
    work: Work, *, is_open: bool | None = None, before: int | None = None, limit: int = PAGE
) -> tuple[list[Counted], int | None]:
    """Return the newest issues and the id below which the next ones stand (None: there are none). Three queries."""
    query = select(CommonIssue).where(visible(work.actor)).order_by(CommonIssue.id.desc()).limit(limit + 1)
    if is_open is not None:
        closed = CommonIssue.closed_at
        query = query.where(closed.is_(None) if is_open else closed.is_not(None))
    if before is not None:
        query = query.where(CommonIssue.id < before)
    found = work.session.scalars(query).all()
    more = len(found) > limit
    shown = counted(work.session, found[:limit])
    return shown, shown[-1].issue.id if more else None


def counted(session: Session, issues: Sequence[CommonIssue]) -> list[Counted]:
    """Return issues with their counts, in two queries."""
    ids = [one.id for one in issues]
    if not ids:
        return []
    tickets = dict(
        session.execute(
            select(CommonTicket.issue_id, func.count())
            .where(CommonTicket.issue_id.in_(ids))
            .group_by(CommonTicket.issue_id)
        ).all()
    )
    having = union(
        select(CommonTicket.issue_id, Ticket.enterprise_code)
        .join(Ticket, Ticket.id == CommonTicket.ticket_id)
        .where(CommonTicket.issue_id.in_(ids)),
        select(CommonEcho.issue_id, CommonEcho.enterprise_code).where(CommonEcho.issue_id.in_(ids)),
    ).subquery()
    firms: dict[int, int] = dict(
        session.execute(select(having.c.issue_id, func.count()).group_by(having.c.issue_id)).all()
    )
    return [Counted(one, tickets.get(one.id, 0), firms.get(one.id, 0)) for one in issues]


def own(work: Work, id_: int) -> CommonIssue:
    """Return an issue. Raises NotFound where it is not there or not this actor's to see."""
    query = select(CommonIssue).where(CommonIssue.id == id_, visible(work.actor))
    found = work.session.scalar(query) if 0 < id_ < 2**31 else None
    if found is None:
        raise NotFound("没有这个共性问题，或者您看不到它。")
    return found


def of_ticket(work: Work, ticket: Ticket) -> CommonIssue | None:
    """Return the issue that a ticket belongs to, if it does and this actor may see it."""
    query = (
        select(CommonIssue)
        .join(CommonTicket, CommonTicket.issue_id == CommonIssue.id)
        .where(CommonTicket.ticket_id == ticket.id, visible(work.actor))
    )
    return work.session.scalar(query)


def open_of_chain(work: Work, chain: str) -> Sequence[CommonIssue]:
    """Return the newest open issues of a chain, to choose from."""
    query = select(CommonIssue).where(
        visible(work.actor), CommonIssue.chain_code == chain, CommonIssue.closed_at.is_(None)
    )
    return work.session.scalars(query.order_by(CommonIssue.id.desc()).limit(PAGE)).all()


def belonging(issue: CommonIssue) -> ColumnElement[bool]:
    """Return the condition that a ticket belongs to an issue: one more filter for a list of tickets."""
    return Ticket.id.in_(select(CommonTicket.ticket_id).where(CommonTicket.issue_id == issue.id))


def echoed(work: Work, issue: CommonIssue) -> bool:
    """Say whether this actor's enterprise has said 同感, or has a ticket that belongs to it."""
    firms = sorted(work.actor.refs(Role.ENTERPRISE, ScopeKind.ENTERPRISE))
    said = select(CommonEcho.issue_id).where(
        CommonEcho.issue_id == issue.id, CommonEcho.enterprise_code.in_(firms)
    )
    filed = select(Ticket.id).where(belonging(issue), Ticket.enterprise_code.in_(firms))
    return any(work.session.scalar(query.limit(1)) is not None for query in (said, filed))
