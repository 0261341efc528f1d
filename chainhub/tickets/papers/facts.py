"""What each paper says, made from the ticket and its history. What the enterprise may not know stands in none of
the papers that it may have; telephone numbers are masked in all of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from chainhub.core.worktime import SHANGHAI
from chainhub.county.directory.rules import Directory
from chainhub.documents.papers.rules import Line, Values
from chainhub.reminders.models import Clock
from chainhub.tickets import rules, terms
from chainhub.tickets.clockwork import UNIT_CLOCKS, ClockKind
from chainhub.tickets.models import Request, Supervision, Ticket, TicketEvent
from chainhub.tickets.showing import HolderView, InstructionView, StoryLine
from chainhub.tickets.workflow import Action

_LEVELS = "一二三"
_WORK = frozenset(kind.value for kind in UNIT_CLOCKS)


_IN_FULL = "见诉求内容。"  # the matter in the enterprise's own words stands above


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the facts of a paper come from: the ticket, its enterprise's full name, its history newest first."""

    ticket: Ticket
    firm: str
    events: Sequence[TicketEvent]
    clocks: Sequence[Clock]
    directory: Directory
    issuer: str  # the body in whose name it is issued
    now: datetime


def common(given: Sources) -> dict[str, str]:
    """Return what every paper may say."""
    ticket, directory = given.ticket, given.directory
    co_units = dict.fromkeys(unit(directory, code) for code in ticket.co_units)
    return {
        "签发单位": given.issuer,
        "签发日期": day(given.now),
        "诉求编号": ticket.number,
        "诉求标题": ticket.title,
        "诉求内容": ticket.content,
        "企业": given.firm,
        "产业链": directory.chains[ticket.chain_code].name,
        "联系人": f"{ticket.contact_person} {rules.mask_phone(ticket.contact_phone)}".strip(),
        "类别": directory.category_label(ticket.category_code) or "待定",
        "性质": ticket.kind.label if ticket.kind else "待定",
        "紧急程度": ticket.urgency.label,
        "渠道": ticket.channel.label,
        "提出时间": moment(ticket.created_at),
        "主办单位": unit(directory, ticket.lead_unit_code),
        "协办单位": "、".join(co_units),
    }


def assignment(given: Sources, event: TicketEvent) -> Values:
    """Return what a 交办单 says of one dispatch."""
    data, directory = event.data, given.directory
    lead = data.get("lead_unit")
    due = _due(given.clocks, _WORK, event.at)
    promise = _due(given.clocks, frozenset({ClockKind.PROMISE.value}), None)
    return {
        **common(given),
        "主送": unit(directory, lead),
        "主办单位": unit(directory, lead),
        "交办意见": str(data.get("note") or ""),
        "派单时间": moment(event.at),
        "办理时限": moment(due),
        "承诺时限": moment(promise),
        "协办": _tasks(data.get("co_units") or (), directory),
    }


def reminder(given: Sources, clock: Clock, words: str) -> Values:
    """Return what a 催办单 says; `words` is the light's: 明天到期, 逾期 2 天."""
    return {
        **common(given),
        "主送": unit(given.directory, given.ticket.lead_unit_code),
        "派单时间": moment(given.ticket.dispatched_at),
        "办理时限": moment(clock.due_at),
        "催办缘由": words,
    }


def supervision(given: Sources, found: Supervision) -> Values:
    """Return what a 督办单 says, or as a 提醒函 the same under milder words."""
    words = ("提醒缘由", "提醒说明") if found.letter else ("督办缘由", "督办说明")
    return {
        **common(given),
        "主送": unit(given.directory, found.unit_code),
        "签发日期": day(found.decided_at or given.now),
        words[0]: _why(found.reason),
        words[1]: found.note,
        "反馈时限": moment(found.due_at),
        "签发人": found.decided_by,
        "签发意见": found.decision,
        **({} if found.letter else {"级别": f"{_LEVELS[found.level - 1]}级"}),
    }


def extension(given: Sources, found: Request) -> Values:
    """Return what a 延期审批单 says of a request that was decided."""
    until = found.given.get("until")
    before = found.before_at or _due(given.clocks, _WORK, None)
    return {
        **common(given),
        "申请人": found.asked_by,
        "申请时间": moment(found.asked_at),
        "申请理由": found.reason,
        "申请延至": day(date.fromisoformat(until)) if until else "",
        "审批结果": found.state.label,
        "审批人": found.decided_by,
        "审批时间": moment(found.decided_at),
        "审批意见": found.note,
        "原时限": moment(before),
        "延期后时限": moment(found.after_at) or "不延期",
    }


def minutes(given: Sources, event: TicketEvent) -> Values:
    """Return what the 会商纪要 of one concluded consultation say."""
    called = next((one for one in given.events if one.action is Action.CONVENE and one.seq < event.seq), None)
    asked: Mapping[str, Any] = called.data if called is not None else {}
    at = datetime.fromisoformat(asked["at"]) if asked.get("at") else None
    body = called.body if called is not None else event.body
    return {
        **common(given),
        "会商时间": moment(at) or day(event.at),
        "会商地点": str(asked.get("place") or ""),
        "召集单位": body,
        "参加单位": "、".join(unit(given.directory, code) for code in asked.get("units") or ()),
        "会商事项": str(asked.get("question") or "如何解决。"),
        "会商内容": str(event.data.get("minutes") or ""),
        "议定": _tasks(event.data.get("decisions") or (), given.directory),
    }


def closure(given: Sources, event: TicketEvent) -> Values:
    """Return what a 销号单 says of one closing: what the enterprise knows too, and nothing else."""
    earlier = [one for one in given.events if one.seq < event.seq]
    done = _last(earlier, Action.RESOLVE, Action.ANSWER, Action.BACKFILL, Action.DETERMINE)
    said = _last(earlier, Action.CONFIRM, Action.LAPSE, Action.DETERMINE)
    reviewed = _last(earlier, Action.PASS_REVIEW)
    data: Mapping[str, Any] = done.data if done is not None else {}
    outcome = data.get("outcome")
    return {
        **common(given),
        "办理结果": terms.Outcome(outcome).label if outcome else done.action.label if done else "",
        "办理答复": str(data.get("reply") or data.get("reasons") or ""),
        "办结时间": moment(done.at if done is not None else None),
        "审核时间": moment(reviewed.at if reviewed is not None else None),
        "企业评价": _evaluation(said),
        "评价时间": moment(said.at if said is not None else None),
        "销号人": f"{event.body} {event.actor_name}".strip(),
        "销号时间": moment(event.at),
        "销号意见": str(event.data.get("note") or "同意销号。"),
    }


def case_sheet(
    given: Sources,
    story: Sequence[StoryLine],
    holders: Sequence[HolderView],
    instructions: Sequence[InstructionView],
) -> Values:
    """Return what a 办理单 says now: of the story, the units and 批示 what its reader is shown on the page."""
    ticket = given.ticket
    due = _due(given.clocks, _WORK, None, running=True)
    promise = _due(given.clocks, frozenset({ClockKind.PROMISE.value}), None)
    return {
        **common(given),
        "状态": ticket.state.label,
        "办理时限": moment(due),
        "承诺时限": moment(promise),
        "打印时间": moment(given.now),
        "批示": [{"原话": one.text, "情况": f"{one.line}\n{one.answer}"} for one in instructions],
        "单位": [{"分工": one.part, "名称": one.unit, "情况": one.line} for one in holders],
        "经过": [
            {
                "时间": one.when,
                "环节": one.label,
                "经办": one.who,
                "内容": _IN_FULL if one.quoted else one.text,
            }
            for one in reversed(story)
        ],
    }


def _why(reason: terms.SupervisionReason) -> str:
    return "办理需要督促" if reason is terms.SupervisionReason.BY_HAND else reason.label


def _tasks(items: Sequence[Mapping[str, Any]], directory: Directory) -> list[Line]:
    return [
        {
            "单位": unit(directory, one.get("unit")),
            "事项": str(one.get("text") or "配合办理。"),
            "期限": f"{day(date.fromisoformat(one['due_on']))}前" if one.get("due_on") else "按规定时限",
        }
        for one in items
    ]


def _last(events: Sequence[TicketEvent], *actions: Action) -> TicketEvent | None:
    return next((one for one in events if one.action in actions), None)


def _evaluation(said: TicketEvent | None) -> str:
    if said is None or said.action is Action.LAPSE:
        return "未评价"
    if said.action is Action.DETERMINE:
        return "不满意，终结认定"
    words = [
        (yes if said.data[name] else no)
        for name, yes, no in (
            ("contacted", "联系了", "没联系"),
            ("solved", "解决了", "没解决"),
            ("clear", "答复清楚", "没说清楚"),
        )
        if said.data.get(name) is not None
    ]
    satisfaction = said.data.get("satisfaction")
    if satisfaction:
        words.append(terms.Satisfaction(satisfaction).label)
    return "，".join(words)


def _due(
    clocks: Sequence[Clock], kinds: frozenset[str], since: datetime | None, *, running: bool = False
) -> datetime | None:
    """Return when the newest of these clocks is due, of those that started at a moment if one is given."""
    found = [
        one
        for one in clocks
        if one.kind in kinds
        and (since is None or one.started_at == since)
        and not (running and one.stopped_at is not None)
    ]
    return found[-1].due_at if found else None


def unit(directory: Directory, code: str | None) -> str:
    """Return a unit's full name, as papers are addressed."""
    return directory.units[code].name if code and code in directory.units else ""


def day(at: datetime | date) -> str:
    """Return a day as papers write it: 2026年3月2日."""
    on = at.astimezone(SHANGHAI) if isinstance(at, datetime) else at
    return f"{on.year}年{on.month}月{on.day}日"


def moment(at: datetime | None) -> str:
    """Return a moment as papers write it: 2026年3月2日 09:20; of none, nothing."""
    return f"{day(at)} {at.astimezone(SHANGHAI):%H:%M}" if at is not None else ""
