"""Who is told of a move, and in which words. Reminders of deadlines are another room's."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from chainhub.core.actor import Post, Role, ScopeKind
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI
from chainhub.county import known
from chainhub.county.people.rules import Holders
from chainhub.notices import outbox
from chainhub.notices import service as notices
from chainhub.notices.rules import NoticeKind
from chainhub.reminders.models import Clock
from chainhub.tickets import queries
from chainhub.tickets.clockwork import ClockKind
from chainhub.tickets.models import Part, Ticket
from chainhub.tickets.rules import Duty, day_text, moment_text
from chainhub.tickets.terms import Route, Urgency
from chainhub.tickets.workflow import Action, Party, State, Who

_FIRM_HEARS: Mapping[Action, str] = {
    Action.ACCEPT: "已接单，正在安排由哪个单位来办。",
    Action.DECLINE: "没有受理，依据和该找谁写在里面，请看一下。",
    Action.REQUEST_INFO: "需要您补充：{note}",
    Action.ASK_INFO: "办理单位请您补充：{note}",
    Action.PROGRESS: "有新进展：{note}",
    Action.CLOSE: "已销号。",
    Action.CLOSE_INCOMPLETE: "材料一直没有补齐，先了结了。6 个月内补齐了，可以接着办。",
    Action.CONVENE: "正在组织有关单位一起会商。",
    Action.CONCLUDE: "会商有了结论，接着办。",
    Action.DETERMINE: "作了终结认定：{reasons}",
    Action.CARRY_OVER: "转为长期跟踪，{review_on} 前再定：{note}",
    Action.RESUME: "恢复办理。",
    Action.MERGE: "和另一件同样的事合并办理，办理结果一样会告诉您。",
    Action.UNMERGE: "不再合并，单独接着办。",
}
_ANSWERED: Mapping[Action, str] = {
    Action.ANSWER: "有答复了",
    Action.PASS_REVIEW: "有答复了",
    Action.DETERMINE: "作了终结认定",
    Action.CLOSE: "已销号",
}
"""What those whose matter was merged into this one are told, too."""


def tell(
    work: Work,
    ticket: Ticket,
    action: Action,
    source: State | None,
    given: Mapping[str, Any],
    was_due: datetime | None = None,
) -> bool:
    """Tell those who must act next, and the enterprise what it should know; never the one who acted.

    Says whether it told of a due date that moved: `was_due` is the one before, if the ticket's moved.
    """
    holders = known.of(work.session).holders
    key = f"ticket:{ticket.id}:{ticket.version}"
    task = _task(work, ticket, action, source, was_due)
    if task is not None:
        who, words = task
        _say(work, who, NoticeKind.TASK, f"{ticket.about}：{words}", f"{key}:task", ticket)
    firm = holders.ids(Role.ENTERPRISE, ScopeKind.ENTERPRISE, ticket.enterprise_code)
    if action in _FIRM_HEARS:
        asks = action in {Action.REQUEST_INFO, Action.ASK_INFO}
        words = _FIRM_HEARS[action].format_map({"note": "", **_in_words(work, given)})
        if action is Action.ACCEPT and ticket.route is Route.DAILY:
            words = "已接单，指导员会联系您，直接答复。"
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

    if action is Action.ACCEPT and ticket.route is Route.KEY:
        chiefs = holders.ids(Role.LEADER, ScopeKind.CHAIN, ticket.chain_code)
        words = f"{ticket.about}：重点诉求，请您过问。专班正在派单，有话可以批示。"
        _say(work, chiefs, NoticeKind.TASK, words, f"{key}:chief", ticket)
    if action is Action.CONVENE:
        _invite(work, ticket, given, key)
    if action is Action.ASSIGN and ticket.assigned_to_id is not None:
        who = frozenset({ticket.assigned_to_id})
        _say(work, who, NoticeKind.TASK, f"{ticket.about}：分给您办。", f"{key}:assigned", ticket)
    if action in _ANSWERED:
        _tell_merged(work, ticket, _ANSWERED[action], key)
    return task is not None and was_due is not None and _moved_from(was_due) in task[1]


def _in_words(work: Work, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was given, days as people read them."""
    year = work.now.astimezone(SHANGHAI).year
    return {
        name: day_text(value, year=year) if type(value) is date else value for name, value in given.items()
    }


_QUESTION_MOST = 200  # characters in an invitation: time and place come after it


def _invite(work: Work, ticket: Ticket, given: Mapping[str, Any], key: str) -> None:
    """Invite units to a 会商: to what question, when, where. Who does not see the ticket is led to no page of it."""
    holders = known.of(work.session).holders
    at, place = given.get("at"), given.get("place")
    when = moment_text(at, weekday=True) if at else "时间另行通知"
    question = str(given["question"])[:_QUESTION_MOST]
    words = f"{ticket.number}：请参加会商：{question}（{'，'.join(filter(None, (when, place)))}）"
    at_work = {ticket.lead_unit_code, ticket.responsible_unit_code, *ticket.co_units}
    for link, units in (
        (ticket.link, at_work.intersection(given["units"])),
        ("", set(given["units"]) - at_work),
    ):
        who = (_contacts(holders, Role.DEPARTMENT, ScopeKind.UNIT, unit) for unit in units)
        notices.enqueue(
            work,
            frozenset().union(*who) - {work.actor.id},
            NoticeKind.TASK,
            words,
            key=f"{key}:invited",
            link=link,
            kept_from=ticket.complained_unit_code,
            urgent=ticket.urgency is Urgency.URGENT,
        )


def _tell_merged(work: Work, ticket: Ticket, words: str, key: str) -> None:
    holders = known.of(work.session).holders
    for merged in queries.merged_into(work.session, ticket.id):
        firm = holders.ids(Role.ENTERPRISE, ScopeKind.ENTERPRISE, merged.enterprise_code)
        text = f"{merged.about}合并办理的那一件{words}。"
        _say(work, firm, NoticeKind.NEWS, text, f"{key}:merged:{merged.id}", merged)


def receipt(work: Work, ticket: Ticket, clocks: Sequence[Clock]) -> None:
    """Send whoever filed the receipt, by the ways they have chosen and at any hour: the number, and until when a call comes."""
    call = next((one for one in clocks if one.kind == ClockKind.FIRST_CALL.value), None)
    until = f"，{moment_text(call.due_at, weekday=True)}前有人打电话找您" if call else ""
    words = f"已收到，编号 {ticket.number}{until}。"
    outbox.receipt(work, work.actor.id, words, key=f"ticket:{ticket.id}:receipt", link=ticket.link)


def tell_part(work: Work, ticket: Ticket, part: Part, action: Action, given: Mapping[str, Any]) -> None:
    """Tell whoever waits for a co-unit's part: the lead of a hand-in, the task force of a return, the unit of a ruling."""
    facts = known.of(work.session)
    unit = facts.directory.unit_name(part.unit_code)
    key = f"ticket:{ticket.id}:{ticket.version}:part"
    if action is Action.RETURN:
        who = facts.holders.ids(Role.TASK_FORCE, ScopeKind.CHAIN, ticket.chain_code)
        words = f"{unit}退回协办，请裁定。"
    elif action in {Action.UPHOLD_RETURN, Action.REJECT_RETURN}:
        who = _contacts(facts.holders, Role.DEPARTMENT, ScopeKind.UNIT, part.unit_code)
        words = "协办退单成立，不用办了。" if action is Action.UPHOLD_RETURN else "协办退单不成立，请接着办。"
    elif action in {Action.HAND_IN, Action.PROGRESS}:
        lead = ticket.lead_unit_code or ""
        who = _contacts(facts.holders, Role.DEPARTMENT, ScopeKind.UNIT, lead)
        words = f"{unit}{'交了协办' if action is Action.HAND_IN else '报了协办进展'}：{given.get('note', '')}"
    else:
        return
    _say(work, who, NoticeKind.TASK, f"{ticket.about}：{words}", key, ticket)


_OF_THE_FIRM: frozenset[Who] = frozenset({Role.ENTERPRISE, Role.GUIDE, Party.FILER})


def tell_attached(work: Work, ticket: Ticket, capacity: Who, names: Sequence[str], *, internal: bool) -> None:
    """Tell whoever handles a ticket of the firm's new files, and the firm of those that are not for the staff alone.

    What comes with the filing itself is told with it.
    """
    if internal or not names or ticket.created_at == work.now:
        return
    holders = known.of(work.session).holders
    if capacity in _OF_THE_FIRM:
        who = _unit(holders, ticket) if ticket.lead_unit_code else _committee(holders, ticket)
        who |= frozenset({ticket.assigned_to_id} if ticket.assigned_to_id is not None else ())
        words = "企业新传了附件"
    else:
        who = holders.ids(Role.ENTERPRISE, ScopeKind.ENTERPRISE, ticket.enterprise_code)
        words = "经办的单位新传了附件"
    key = f"ticket:{ticket.id}:{ticket.version}:file"
    _say(work, who, NoticeKind.NEWS, f"{ticket.about}：{words}：{'、'.join(names)}。", key, ticket)


def tell_sent(work: Work, ticket: Ticket, sent: Sequence[Clock]) -> None:
    """Tell each co-unit what it was sent, and by when."""
    holders = known.of(work.session).holders
    for clock in sent:
        if clock.kind == ClockKind.PART.value:
            who = _contacts(holders, Role.DEPARTMENT, ScopeKind.UNIT, clock.holder_ref)
            words = f"{ticket.about}：请您单位协办，{moment_text(clock.due_at, weekday=True)}前反馈。"
            key = f"ticket:{ticket.id}:{ticket.version}:part:{clock.holder_ref}"
            _say(work, who, NoticeKind.TASK, words, key, ticket)


def _say(work: Work, who: frozenset[int], kind: NoticeKind, words: str, key: str, ticket: Ticket) -> None:
    notices.enqueue(
        work,
        who - {work.actor.id},
        kind,
        words,
        key=key,
        link=ticket.link,
        kept_from=ticket.complained_unit_code,
        urgent=ticket.urgency is Urgency.URGENT,
    )


def _task(
    work: Work, ticket: Ticket, action: Action, source: State | None, was_due: datetime | None = None
) -> tuple[frozenset[int], str] | None:
    """Return who must act now that the ticket stands where it stands, and what is asked of them."""
    if ticket.state is source and action is not Action.RECLASSIFY:
        return None
    who, words = _WHO_ACTS.get(ticket.state), _words(ticket.state, action, source)
    if ticket.state is State.ACCEPTED and ticket.next_on_route in _ON_ROUTE:
        who, words = _ON_ROUTE[ticket.next_on_route]
    if action is Action.APPEAL:
        who = _other_clerks
    if who is None or words is None:
        return None
    due = f"，{moment_text(ticket.due_at, weekday=True)}前" if ticket.due_at and "{due}" in words else ""
    if due and was_due is not None:
        due += _moved_from(was_due)
    return who(known.of(work.session).holders, ticket), words.replace("{due}", due)


def _moved_from(before: datetime) -> str:
    """Return how the date before is named beside one that moved."""
    return f"（原{moment_text(before)}）"


def _words(state: State, action: Action, source: State | None) -> str | None:
    if state is State.SUBMITTED:
        return f"{_INTAKE_HEARS.get(action, '新报送，请先打电话再接单')}{{due}}。"
    if state in {State.DISPATCHED, State.HANDLING}:
        asked = _UNIT_HEARS.get(action) if source is not State.DISPATCHED else None
        return f"{asked}{{due}}办结。" if asked else None
    if state is State.CONSULTING and action is Action.ESCALATE:
        return "企业两次不满意，提级协调，请组织会商{due}。"
    if state is State.CONFIRMED and action is Action.LAPSE:
        return "企业一直没有评价，按“未评价”销号。"
    return _STATE_ASKS.get(state)


_STATE_ASKS: Mapping[State, str] = {
    State.ACCEPTED: "请派单{due}。",
    State.DISPUTED: "单位退单，请裁定{due}。",
    State.CONSULTING: "会商已启动，请按时作出结论{due}。",
    State.ENDORSING: "请审签{due}。",
    State.RESOLVED: "单位已办结，请审核。",
    State.REVIEWED: "有答复了，请您说一声办得怎么样。",
    State.CONFIRMED: "企业已评价，请销号。",
}


def _committee(holders: Holders, ticket: Ticket) -> frozenset[int]:
    return _contacts(holders, Role.COMMITTEE, ScopeKind.CHAIN, ticket.chain_code)


def _other_clerks(holders: Holders, ticket: Ticket) -> frozenset[int]:
    """Return who may decide on an appeal: everybody of the committee but who declined it, whatever their post."""
    declined = frozenset(ticket.hands.get(Duty.DECLINE, ()))
    return holders.ids(Role.COMMITTEE, ScopeKind.CHAIN, ticket.chain_code) - declined


def _task_force(holders: Holders, ticket: Ticket) -> frozenset[int]:
    return holders.ids(Role.TASK_FORCE, ScopeKind.CHAIN, ticket.chain_code)


def _unit(holders: Holders, ticket: Ticket) -> frozenset[int]:
    return _contacts(holders, Role.DEPARTMENT, ScopeKind.UNIT, ticket.lead_unit_code or "")


def _heads(holders: Holders, ticket: Ticket) -> frozenset[int]:
    unit = ticket.lead_unit_code or ""
    deputies = holders.ids(Role.DEPARTMENT, ScopeKind.UNIT, unit, Post.DEPUTY)
    return deputies | holders.ids(Role.DEPARTMENT, ScopeKind.UNIT, unit, Post.HEAD)


_WHO_ACTS: Mapping[State, Callable[[Holders, Ticket], frozenset[int]]] = {
    State.SUBMITTED: _committee,
    State.ACCEPTED: lambda holders, ticket: _contacts(
        holders, Role.TASK_FORCE, ScopeKind.CHAIN, ticket.chain_code
    ),
    State.DISPATCHED: _unit,
    State.HANDLING: _unit,
    State.DISPUTED: _task_force,
    State.CONSULTING: _committee,
    State.ENDORSING: _heads,
    State.RESOLVED: _task_force,
    State.REVIEWED: lambda holders, ticket: holders.ids(
        Role.ENTERPRISE, ScopeKind.ENTERPRISE, ticket.enterprise_code
    ),
    State.CONFIRMED: lambda holders, ticket: holders.ids(Role.COMMITTEE, ScopeKind.CHAIN, ticket.chain_code),
}
_ON_ROUTE: Mapping[Route | None, tuple[Callable[[Holders, Ticket], frozenset[int]], str]] = {
    Route.DAILY: (
        lambda holders, ticket: holders.ids(Role.GUIDE, ScopeKind.ENTERPRISE, ticket.enterprise_code),
        "日常诉求，请您联系企业，直接答复{due}。",
    ),
    Route.HARD: (_committee, "疑难诉求，请组织联席会议{due}。"),
}
"""Who makes the first step of a route that does not begin with a dispatch."""
_UNIT_HEARS: Mapping[Action, str] = {
    Action.DISPATCH: "派给您单位主办，请签收",
    Action.REJECT_RETURN: "退单不成立，请您单位签收",
    Action.SUPPLY_INFO: "企业已补充，请接着办",
    Action.EXPIRE_INFO: "企业逾期没有补充，请接着办",
    Action.SEND_BACK: "审核退回，请看退回原因",
    Action.REOPEN: "企业不满意，请重办",
    Action.CONCLUDE: "会商有了结论，请接着办",
    Action.RESUME: "恢复办理，请接着办",
    Action.REFUSE_ENDORSE: "审签没有通过，请改好再办结",
}
_INTAKE_HEARS: Mapping[Action, str] = {
    Action.SUPPLY_INFO: "已补充，请接单",
    Action.APPEAL: "企业申请复核，请另一位同志看",
    Action.RESTART: "材料补齐了，请接着办",
    Action.UNMERGE: "不再合并，请接着办",
}


def _contacts(holders: Holders, role: Role, scope: ScopeKind, ref: str) -> frozenset[int]:
    contacts = holders.ids(role, scope, ref, Post.CONTACT)
    return contacts or holders.ids(role, scope, ref)


def tell_review(work: Work, ticket: Ticket) -> None:
    """Tell the committee that a carried-over ticket is to be decided anew."""
    holders = known.of(work.session).holders
    who = _contacts(holders, Role.COMMITTEE, ScopeKind.CHAIN, ticket.chain_code)
    key = f"ticket:{ticket.id}:{ticket.version}:review"
    words = f"{ticket.about}：挂账到了复查日，请在 3 个工作日内定：恢复办理，还是报链长同意再等。"
    _say(work, who, NoticeKind.TASK, words, key, ticket)


def ask_again(work: Work, ticket: Ticket) -> None:
    """Ask the enterprise whether a closed matter came back."""
    firm = known.of(work.session).holders.ids(Role.ENTERPRISE, ScopeKind.ENTERPRISE, ticket.enterprise_code)
    key = f"ticket:{ticket.id}:{ticket.version}:recheck"
    words = f"{ticket.about}：销号四周了，问题有没有反复？又出现了就点“又出现了”，接着给您办。"
    _say(work, firm, NoticeKind.TASK, words, key, ticket)


def tell_callers(work: Work, ticket: Ticket, words: str) -> None:
    """Tell the callers that a call is due."""
    callers = known.of(work.session).holders.ids(Role.CALLER, ScopeKind.COUNTY)
    key = f"ticket:{ticket.id}:{ticket.version}:call"
    _say(work, callers, NoticeKind.TASK, f"{ticket.about}：{words}", key, ticket)
