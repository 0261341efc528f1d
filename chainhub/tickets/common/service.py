"""Opening a common issue, putting tickets to it, telling how it goes, concluding it.

Tickets are closed one by one by their own loop. What is concluded here is written to the history of each.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from chainhub.core.actor import Actor, Post, Role, ScopeKind
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI
from chainhub.county import known
from chainhub.notices import service as notices
from chainhub.notices.rules import NoticeKind
from chainhub.tickets import queries as tickets_
from chainhub.tickets.common import queries
from chainhub.tickets.common.models import CommonEcho, CommonIssue, CommonTicket
from chainhub.tickets.models import Ticket, TicketEvent
from chainhub.tickets.rules import day_text
from chainhub.tickets.service import history
from chainhub.tickets.workflow import Action

TICKETS_MOST = 200  # of one issue
DAYS_MOST = 366  # until it is due
_OPENS = (Role.TASK_FORCE, Role.COMMITTEE)


@dataclass(frozen=True, slots=True)
class NewIssue:
    """A common issue as somebody opens it, with the numbers of its first tickets."""

    title: str
    category: str
    due_on: date
    tickets: tuple[str, ...]
    post: Post = Post.DEPUTY
    progress: str = ""


def may_open(actor: Actor, chain: str | None = None) -> bool:
    """Say whether somebody opens common issues and puts tickets to them: task force and committee, of a chain if one is named."""
    if chain is None:
        return bool(actor.roles & set(_OPENS))
    return any(actor.holds(role, chain=chain) for role in _OPENS)


def may_lead(actor: Actor, chain: str) -> bool:
    """Say whether somebody reports on one and concludes it: the chain's task force."""
    return actor.holds(Role.TASK_FORCE, chain=chain)


def _as(work: Work, chain: str) -> Role:
    role = next((role for role in _OPENS if work.actor.holds(role, chain=chain)), None)
    if role is None:
        raise NotAllowed("共性问题由本产业链的专班和产业链党委来列。")
    return role


def demand_opener(work: Work) -> None:
    """Refuse whoever opens no common issues: NotAllowed."""
    if not may_open(work.actor):
        raise NotAllowed("共性问题由专班和产业链党委来列。")


def demand_change(work: Work, issue: CommonIssue) -> Role:
    """Return as what this actor changes which tickets belong to an issue, or refuse: NotAllowed, Conflict."""
    role = _as(work, issue.chain_code)
    _demand_open(issue)
    return role


def _who(work: Work) -> str:
    return f"{work.actor.unit_name} {work.actor.name}".strip()


def open_issue(work: Work, new: NewIssue) -> CommonIssue:
    """Open a common issue over some tickets. Raises NotAllowed, NotFound, Conflict, Invalid."""
    demand_opener(work)
    picked = _tickets(work, new.tickets)
    role = _as(work, picked[0].chain_code)
    errors = _errors(work, new)
    if errors:
        raise Invalid(errors=errors)
    issue = CommonIssue(
        title=new.title,
        category_code=new.category,
        chain_code=picked[0].chain_code,
        post=new.post,
        due_on=new.due_on,
        progress=new.progress,
        progress_at=work.now if new.progress else None,
        opened_by_id=work.actor.id,
        opened_by=_who(work),
        opened_at=work.now,
    )
    work.session.add(issue)
    work.session.flush()
    _join(work, issue, picked, role)
    words = f"共性问题《{issue.title}》请专班牵头，{day_text(issue.due_on, year=work.now.year)} 前办完，列入 {len(picked)} 件诉求。"
    _tell(work, _leads(work, issue), NoticeKind.TASK, words, f"common:{issue.id}:open", issue)
    return issue


def _errors(work: Work, new: NewIssue) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    today = work.now.astimezone(SHANGHAI).date()
    if new.category not in known.of(work.session).directory.categories:
        errors["category"] = ["没有这个类别，请从名单里选一个。"]
    if not today < new.due_on <= today + timedelta(days=DAYS_MOST):
        errors["due_on"] = ["办完的日子要在明天以后、一年以内。"]
    return errors


def _tickets(work: Work, numbers: Iterable[str]) -> list[Ticket]:
    """Return tickets by their numbers, all of one chain, in one query. Raises Invalid, NotFound."""
    wanted = list(dict.fromkeys(number.strip().upper() for number in numbers if number.strip()))
    if not wanted:
        raise Invalid(errors={"tickets": ["请至少选一件诉求。"]})
    if len(wanted) > TICKETS_MOST:
        raise Invalid(errors={"tickets": [f"一次最多 {TICKETS_MOST} 件。"]})
    shaped = [
        one for one in wanted if re.fullmatch(r"[A-Z0-9-]{1,20}", one)
    ]  # the rest no database is asked for
    query = select(Ticket).where(Ticket.number.in_(shaped), tickets_.visible(work.actor)).order_by(Ticket.id)
    found = work.session.scalars(query).all()
    missing = set(wanted) - {one.number for one in found}
    if missing:
        raise Invalid(
            errors={"tickets": [f"没有 {'、'.join(sorted(missing)[:5])}，或者您看不到。请核对编号。"]}
        )
    if len({one.chain_code for one in found}) > 1:
        raise Invalid(errors={"tickets": ["一个共性问题里的诉求要是同一条产业链的，请分开列。"]})
    return list(found)


def _join(work: Work, issue: CommonIssue, picked: Sequence[Ticket], role: Role) -> None:
    hidden = [one.number for one in picked if one.confidential]
    if hidden:
        raise Invalid(errors={"tickets": [f"{'、'.join(hidden[:5])} 是保密的，不能列进来。请去掉。"]})
    complaints = [one.number for one in picked if one.complained_unit_code is not None]
    if complaints:  # the unit complained of may read the issue, and how many tickets it has
        raise Invalid(
            errors={
                "tickets": [f"{'、'.join(complaints[:5])} 投诉了某个单位，不能列进来，请单独办。请去掉。"]
            }
        )
    ids = [one.id for one in picked]
    taken = set(work.session.scalars(select(CommonTicket.ticket_id).where(CommonTicket.ticket_id.in_(ids))))
    if taken:
        names = "、".join(one.number for one in picked if one.id in taken)
        raise Invalid(errors={"tickets": [f"{names} 已经列进共性问题了，一件只列一个。请去掉。"]})
    if issue.chain_code != picked[0].chain_code:
        raise Invalid(errors={"tickets": ["这几件和这个共性问题不是同一条产业链的。"]})
    count = select(func.count()).where(CommonTicket.issue_id == issue.id)
    if (work.session.scalar(count) or 0) + len(picked) > TICKETS_MOST:
        raise Invalid(errors={"tickets": [f"一个共性问题最多 {TICKETS_MOST} 件，请另列一个。"]})
    work.session.add_all(
        CommonTicket(ticket_id=one, issue_id=issue.id, linked_by_id=work.actor.id, linked_at=work.now)
        for one in ids
    )
    _note(work, picked, Action.COMMON_JOIN, {"issue": issue.id, "title": issue.title}, role)


def _note(work: Work, picked: Sequence[Ticket], action: Action, said: Mapping[str, Any], role: Role) -> None:
    """Write a line to the history of each ticket; what stood last in each is read at once."""
    query = (
        select(TicketEvent.ticket_id, TicketEvent.hash)
        .join(Ticket, Ticket.id == TicketEvent.ticket_id)
        .where(Ticket.id.in_([one.id for one in picked]), TicketEvent.seq == Ticket.version)
    )
    before = dict(work.session.execute(query).all())
    for ticket in picked:
        ticket.version += 1
        ticket.updated_at = work.now
    work.session.flush()  # of two who were as fast, that is where the slower one stops
    for ticket in picked:
        history.append(
            work,
            ticket,
            action,
            ticket.state,
            said,
            role=role,
            body=work.actor.unit_name or role.label,
            before=before.get(ticket.id),
        )


def add_tickets(work: Work, id_: int, numbers: Iterable[str]) -> CommonIssue:
    """Put more tickets to an open issue. Raises NotFound, NotAllowed, Conflict, Invalid."""
    issue = queries.own(work, id_)
    role = demand_change(work, issue)
    _join(work, issue, _tickets(work, numbers), role)
    return issue


def remove_ticket(work: Work, id_: int, number: str) -> CommonIssue:
    """Take a ticket out that does not belong. Raises NotFound, NotAllowed, Conflict."""
    issue = queries.own(work, id_)
    role = demand_change(work, issue)
    ticket = tickets_.own(work, number)
    row = work.session.get(CommonTicket, ticket.id)
    if row is None or row.issue_id != issue.id:
        raise NotFound("这件诉求不在这个共性问题里。")
    work.session.delete(row)
    _note(work, [ticket], Action.COMMON_LEAVE, {"issue": issue.id, "title": issue.title}, role)
    return issue


def _demand_open(issue: CommonIssue) -> None:
    if not issue.is_open:
        raise Conflict("这个共性问题已经有了结论，不能再改。还有同样的事，请另列一个。", code="wrong_state")


def demand_lead(work: Work, issue: CommonIssue) -> None:
    """Refuse whoever does not lead an issue that is open: NotAllowed, Conflict."""
    if not may_lead(work.actor, issue.chain_code):
        raise NotAllowed("共性问题的进展和结论由本产业链的专班来写。")
    _demand_open(issue)


def report(work: Work, id_: int, text: str) -> CommonIssue:
    """Say how an issue goes. Raises NotFound, NotAllowed, Conflict."""
    issue = queries.own(work, id_)
    demand_lead(work, issue)
    issue.progress, issue.progress_at = text, work.now
    work.session.flush()
    words = f"共性问题《{issue.title}》有了进展：{text}"
    key = f"common:{issue.id}:progress:{issue.version}"
    _tell(work, _concerned(work, issue), NoticeKind.NEWS, words, key, issue)
    return issue


def conclude(work: Work, id_: int, conclusion: str) -> CommonIssue:
    """Conclude an issue: every ticket of it reads so in its history and goes on by itself. Raises as `report`."""
    issue = queries.own(work, id_)
    demand_lead(work, issue)
    issue.conclusion, issue.closed_at, issue.closed_by = conclusion, work.now, _who(work)
    work.session.flush()
    linked = work.session.scalars(select(Ticket).where(queries.belonging(issue)).order_by(Ticket.id)).all()
    if linked:
        said = {"issue": issue.id, "title": issue.title, "note": conclusion}
        _note(work, linked, Action.COMMON_CLOSE, said, Role.TASK_FORCE)
    words = f"共性问题《{issue.title}》有了结论：{conclusion}"
    _tell(work, _concerned(work, issue), NoticeKind.NEWS, words, f"common:{issue.id}:close", issue)
    return issue


def may_echo(work: Work, issue: CommonIssue) -> bool:
    """Say whether this actor's enterprise may still say 同感."""
    return issue.is_open and Role.ENTERPRISE in work.actor.roles and not queries.echoed(work, issue)


def echo(work: Work, id_: int) -> CommonIssue:
    """Say: the same with us. Raises NotFound, NotAllowed, Conflict where it was said before or is concluded."""
    issue = queries.own(work, id_)
    firm = next(iter(sorted(work.actor.refs(Role.ENTERPRISE, ScopeKind.ENTERPRISE))), None)
    if firm is None:
        raise NotAllowed("“我也遇到”由企业自己来点。")
    _demand_open(issue)
    if queries.echoed(work, issue):
        raise Conflict("已经记着您家了，不用再点。", code="forbidden_now")
    work.session.add(CommonEcho(issue_id=issue.id, enterprise_code=firm, at=work.now))
    work.session.flush()
    return issue


def _leads(work: Work, issue: CommonIssue) -> frozenset[int]:
    holders = known.of(work.session).holders
    found = holders.ids(Role.TASK_FORCE, ScopeKind.CHAIN, issue.chain_code, issue.post)
    return found or holders.ids(Role.TASK_FORCE, ScopeKind.CHAIN, issue.chain_code)


def _concerned(work: Work, issue: CommonIssue) -> frozenset[int]:
    """Return the enterprises that have it, and the units that lead its open tickets."""
    holders = known.of(work.session).holders
    rows = work.session.execute(
        select(Ticket.enterprise_code, Ticket.lead_unit_code, Ticket.is_open).where(queries.belonging(issue))
    ).all()
    echoes = work.session.scalars(
        select(CommonEcho.enterprise_code).where(CommonEcho.issue_id == issue.id).limit(2000)
    )
    found: set[int] = set()
    for firm in {*(row.enterprise_code for row in rows), *echoes}:
        found |= holders.ids(Role.ENTERPRISE, ScopeKind.ENTERPRISE, firm)
    for unit in {row.lead_unit_code for row in rows if row.is_open and row.lead_unit_code}:
        found |= holders.ids(Role.DEPARTMENT, ScopeKind.UNIT, unit, Post.CONTACT)
    return frozenset(found)


def _tell(
    work: Work, who: frozenset[int], kind: NoticeKind, words: str, key: str, issue: CommonIssue
) -> None:
    others = who - {work.actor.id} if work.actor.id is not None else who
    notices.enqueue(work, others, kind, words, key=key, link=issue.link)
