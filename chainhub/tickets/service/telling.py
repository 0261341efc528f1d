"""Who is told of a move, and in which words. Reminders of deadlines are another room's."""

from collections.abc import Mapping
from typing import Any

from chainhub.core.actor import Post, Role, ScopeKind
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.people.rules import Holders
from chainhub.notices import service as notices
from chainhub.notices.rules import NoticeKind
from chainhub.tickets.models import Ticket
from chainhub.tickets.rules import moment_text
from chainhub.tickets.workflow import Action, State

_FIRM_HEARS: Mapping[Action, str] = {
    Action.ACCEPT: "已接单，正在安排由哪个单位来办。",
    Action.DECLINE: "没有受理，依据和该找谁写在里面，请看一下。",
    Action.REQUEST_INFO: "需要您补充：{note}",
    Action.ASK_INFO: "办理单位请您补充：{note}",
    Action.PROGRESS: "有新进展：{note}",
    Action.CLOSE: "已销号。",
}


def tell(work: Work, ticket: Ticket, action: Action, source: State | None, given: Mapping[str, Any]) -> None:
    """Tell those who must act next, and the enterprise what it should know; never the one who acted."""
    holders = known.of(work.session).holders
    key = f"ticket:{ticket.id}:{ticket.version}"
    task = _task(work, ticket, action, source)
    if task is not None:
        who, words = task
        _say(work, who, NoticeKind.TASK, f"{ticket.about}：{words}", f"{key}:task", ticket)
    firm = holders.ids(Role.ENTERPRISE, ScopeKind.ENTERPRISE, ticket.enterprise_code)
    if action in _FIRM_HEARS:
        asks = action in {Action.REQUEST_INFO, Action.ASK_INFO}
        words = _FIRM_HEARS[action].format(note=given.get("note", ""))
        kind = NoticeKind.TASK if asks else NoticeKind.NEWS
        _say(work, firm, kind, f"{ticket.about}{words}", f"{key}:firm", ticket)
    elif action is Action.SUBMIT and work.actor.enterprise_code != ticket.enterprise_code:
        _say(
            work,
            firm,
            NoticeKind.NEWS,
            f"{work.actor.name}替您报送了{ticket.about}，请看一下。",
            f"{key}:firm",
            ticket,
        )


def _say(work: Work, who: frozenset[int], kind: NoticeKind, words: str, key: str, ticket: Ticket) -> None:
    others = who - {work.actor.id} if work.actor.id is not None else who
    notices.enqueue(work, others, kind, words, key=key, link=ticket.link)


def _task(
    work: Work, ticket: Ticket, action: Action, source: State | None
) -> tuple[frozenset[int], str] | None:
    """Return who must act now that the ticket stands where it stands, and what is asked of them."""
    holders = known.of(work.session).holders
    due = f"，{moment_text(ticket.due_at, weekday=True)}前" if ticket.due_at else ""
    if ticket.state is source and action is not Action.RECLASSIFY:
        return None
    if ticket.state is State.SUBMITTED:
        verb = "已补充，请接单" if source is State.INFO_REQUESTED else "新报送，请先打电话再接单"
        return _contacts(holders, Role.COMMITTEE, ScopeKind.CHAIN, ticket.chain_code), f"{verb}{due}。"
    if ticket.state is State.ACCEPTED:
        return _contacts(holders, Role.TASK_FORCE, ScopeKind.CHAIN, ticket.chain_code), f"请派单{due}。"
    if ticket.state in {State.DISPATCHED, State.HANDLING} and source is not State.DISPATCHED:
        words = _UNIT_HEARS.get(action)
        if words is None:
            return None
        unit = ticket.lead_unit_code or ""
        return _contacts(holders, Role.DEPARTMENT, ScopeKind.UNIT, unit), f"{words}{due}办结。"
    if ticket.state is State.DISPUTED:
        everyone = holders.ids(Role.TASK_FORCE, ScopeKind.CHAIN, ticket.chain_code)
        return everyone, f"单位退单，请裁定{due}。"
    if ticket.state is State.RESOLVED:
        return holders.ids(Role.TASK_FORCE, ScopeKind.CHAIN, ticket.chain_code), "单位已办结，请审核。"
    if ticket.state is State.REVIEWED:
        firm = holders.ids(Role.ENTERPRISE, ScopeKind.ENTERPRISE, ticket.enterprise_code)
        return firm, "有答复了，请您说一声办得怎么样。"
    if ticket.state is State.CONFIRMED:
        return holders.ids(
            Role.COMMITTEE, ScopeKind.CHAIN, ticket.chain_code
        ), "企业一直没有评价，按“未评价”销号。" if action is Action.LAPSE else "企业已评价，请销号。"
    return None


_UNIT_HEARS: Mapping[Action, str] = {
    Action.DISPATCH: "派给您单位主办，请签收",
    Action.REJECT_RETURN: "退单不成立，请您单位签收",
    Action.SUPPLY_INFO: "企业已补充，请接着办",
    Action.EXPIRE_INFO: "企业逾期没有补充，请接着办",
    Action.SEND_BACK: "审核退回，请看退回原因",
    Action.REOPEN: "企业不满意，请重办",
}


def _contacts(holders: Holders, role: Role, scope: ScopeKind, ref: str) -> frozenset[int]:
    contacts = holders.ids(role, scope, ref, Post.CONTACT)
    return contacts or holders.ids(role, scope, ref)


def tell_callers(work: Work, ticket: Ticket, words: str) -> None:
    """Tell the callers that a call is due."""
    callers = known.of(work.session).holders.ids(Role.CALLER, ScopeKind.COUNTY)
    key = f"ticket:{ticket.id}:{ticket.version}:call"
    _say(work, callers, NoticeKind.TASK, f"{ticket.about}：{words}", key, ticket)
