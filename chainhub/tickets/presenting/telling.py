"""The story of a ticket, newest first, in the words each reader may know."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from chainhub.core.words import Labelled
from chainhub.county.directory.rules import Directory
from chainhub.tickets import rules, terms
from chainhub.tickets.models import TicketEvent
from chainhub.tickets.showing import (
    StoryLine,
)
from chainhub.tickets.workflow import ASSESSED, COPIED, LED, OUTSIDE, UPWARD, Action, Who

IMPORTED = "台账导入"  # the body of what came in by a ledger
FIRM_WAITS = "长期跟踪"  # what 挂账 is called to the enterprise (domain 2)

_FOLDED = frozenset(
    {Action.ACKNOWLEDGE, Action.EXPIRE_INFO, Action.RECLASSIFY, Action.PASS_REVIEW, Action.LAPSE}
)
_NOT_FOR_FIRM = frozenset(
    {
        Action.RETURN,
        Action.UPHOLD_RETURN,
        Action.REJECT_RETURN,
        Action.SEND_BACK,
        Action.CALL_FAILED,
        Action.ASSIGN,
        Action.HAND_IN,
        Action.REFUSE_ENDORSE,
        Action.NOTE,
        *LED,
        *UPWARD,
        *OUTSIDE,
        *COPIED,
        *ASSESSED,
        Action.CASE_DECIDE,
    }
)


def story(
    events: Sequence[TicketEvent], standing: frozenset[Who], directory: Directory, *, firm: str
) -> tuple[StoryLine, ...]:
    """Return what happened, newest first, as this reader may know it."""
    for_firm = rules.from_outside(standing)
    found = []
    unendorsed = rules.unendorsed(events) if for_firm else frozenset()
    for event in events:
        staff = for_firm and (_is_internal(event) or _of_the_staff(event) or event.seq in unendorsed)
        if staff or rules.hidden(event.action, standing):
            continue
        data = rules.redacted(event.action, event.data, standing)
        found.append(
            StoryLine(
                label=_titled(event, for_firm=for_firm),
                when=rules.moment_text(event.at),
                who=_who(event, firm),
                text=_told(event.action, data, directory),
                quoted=event.action is Action.SUBMIT,
                folded=event.action in _FOLDED,
                internal=_is_internal(event),
            )
        )
    return tuple(found)


def _is_internal(event: TicketEvent) -> bool:
    return event.action in _NOT_FOR_FIRM or rules.is_internal_attachment(event.action, event.data)


def _titled(event: TicketEvent, *, for_firm: bool) -> str:
    if for_firm and event.action is Action.CARRY_OVER:
        return FIRM_WAITS
    if event.body == IMPORTED:
        return f"{event.action.label}（{IMPORTED}）"
    by_itself = event.actor_id is None and event.action is not Action.OUTSIDE_ANSWER
    return f"{event.action.label}（系统自动）" if by_itself else event.action.label


_ASKING = frozenset({Action.ASK, Action.GRANT, Action.REFUSE})


def _of_the_staff(event: TicketEvent) -> bool:
    """Say whether a line is about a request that is not the enterprise's own."""
    return event.action in _ASKING and event.data.get("kind") != terms.RequestKind.EXPEDITE.value


def _who(event: TicketEvent, firm: str) -> str:
    if event.actor_id is None and event.action is not Action.OUTSIDE_ANSWER:
        return ""
    body = firm if event.body == "企业" else event.body
    return f"{body} {event.actor_name}".strip()


def _told(action: Action, data: Mapping[str, Any], directory: Directory) -> str:
    teller = _TELLERS.get(action)
    if teller is not None:
        return teller(data, directory)
    return str(data.get("note") or "")


def _label(kind: type[Labelled], value: Any) -> str:
    return kind(value).label if value else ""


def _tell_submit(data: Mapping[str, Any], _: Directory) -> str:
    ledger = data.get("ledger") or {}
    kept = "；".join(f"{name}：{ledger[name]}" for name in ("主办", "结果", "办结时间") if ledger.get(name))
    content = str(data.get("content", ""))
    return f"{content}（台账记着{kept}）" if kept else content


def _tell_accept(data: Mapping[str, Any], _: Directory) -> str:
    called = f"已打电话给{data['contacted_person']}。" if data.get("contacted_person") else ""
    route = f"{_label(terms.Route, data['route'])}。" if data.get("route") else ""
    return f"{called}{route}{data.get('note', '')}"


def _tell_dispatch(data: Mapping[str, Any], directory: Directory) -> str:
    note = f" {data['note']}" if data.get("note") else ""
    co = _units(data.get("co_units"), directory)
    return f"派给{directory.unit_name(data.get('lead_unit'))}主办{'，' + co + '协办' if co else ''}。{note}".strip()


def _units(items: Any, directory: Directory) -> str:
    return "、".join(directory.unit_name(one.get("unit")) for one in items or ())


def _tell_convene(data: Mapping[str, Any], directory: Directory) -> str:
    units = "、".join(directory.unit_name(code) for code in data.get("units") or ())
    at = f"，{rules.moment_text(datetime.fromisoformat(data['at']))}" if data.get("at") else ""
    place = f"，在{data['place']}" if data.get("place") else ""
    return f"{data.get('question', '')}（{units}{at}{place}）"


def _day(written: object, year: int | None = None) -> str:
    """Return a day of the history as people read it; with a year that it is not, the year stands before it."""
    return rules.day_text(str(written), year=year) if written else ""


def _tell_conclude(data: Mapping[str, Any], directory: Directory) -> str:
    decided = [
        f"{directory.unit_name(one.get('unit'))}：{one.get('text', '')}"
        + (f"（{_day(one['due_on'])} 前）" if one.get("due_on") else "")
        for one in data.get("decisions") or ()
    ]
    return "；".join((str(data.get("minutes", "")), *decided))


def _tell_determine(data: Mapping[str, Any], _: Directory) -> str:
    return str(data.get("reasons", ""))


def _tell_carry_over(data: Mapping[str, Any], _: Directory) -> str:
    why = _label(terms.CarryOverReason, data.get("reason_code"))
    return f"{why}。{data.get('note', '')}（{_day(data.get('review_on'))} 前再定）"


def _tell_assign(data: Mapping[str, Any], _: Directory) -> str:
    person = data.get("name") or data.get("person")  # what is older holds the account name alone
    to_whom = "、".join(str(one) for one in (data.get("office"), person) if one)
    return f"{f'交{to_whom}办。' if to_whom else ''}{data.get('note', '')}"


def _tell_merge(data: Mapping[str, Any], _: Directory) -> str:
    return f"并入 {data.get('into', '')}。{data.get('note', '')}"


def _tell_backfill(data: Mapping[str, Any], _: Directory) -> str:
    days = f"{_day(data.get('raised_on'), 0)} 提出，{_day(data.get('solved_on'), 0)} 解决"
    return f"{data.get('content', '')}（{days}）{data.get('reply', '')}"


def _tell_instruct(data: Mapping[str, Any], directory: Directory) -> str:
    whose = f"{data['on_behalf_of']}：" if data.get("on_behalf_of") else ""
    unit = directory.unit_name(data.get("unit"))
    return f"{whose}{data.get('note', '')}（请{unit}在 {_day(data.get('due_on'))} 前回复）"


def _tell_supervision(data: Mapping[str, Any], directory: Directory) -> str:
    paper = "提醒函" if data.get("letter") else "督办单"
    why = _label(terms.SupervisionReason, data.get("reason"))
    unit = directory.unit_name(data.get("unit"))
    return f"{paper}，给{unit}：{why}。{data.get('note') or ''}"


def _tell_refer(data: Mapping[str, Any], _: Directory) -> str:
    return f"{data.get('source', '')} {data.get('number', '')}，{_day(data.get('due_on'))} 前回复上级。"


def _tell_reply_up(data: Mapping[str, Any], _: Directory) -> str:
    return f"{_day(data.get('replied_on'))} 回复：{data.get('note', '')}"


def _tell_whistle(data: Mapping[str, Any], directory: Directory) -> str:
    units = "、".join(directory.unit_name(code) for code in data.get("units") or ())
    return f"{data.get('note') or ''}{f'（叫{units}）' if units else ''}"


def _tell_report(data: Mapping[str, Any], _: Directory) -> str:
    at = data.get("at")
    when = f"，{rules.moment_text(datetime.fromisoformat(at))} 到" if at else ""
    return f"{data.get('person', '')}{when}。{data.get('note') or ''}"


def _tell_contact(data: Mapping[str, Any], _: Directory) -> str:
    at = data.get("at")
    when = rules.moment_text(datetime.fromisoformat(at)) if at else ""
    return f"{when}联系到{data.get('person', '')}。{data.get('note', '')}"


def _tell_resolve(data: Mapping[str, Any], _: Directory) -> str:
    word = f"（{data['word_by']}认可）" if data.get("word_by") else ""
    why = f"（没等协办、没做完清单就办结：{data['override_reason']}）" if data.get("override_reason") else ""
    return f"{_label(terms.Outcome, data.get('outcome'))}。{data.get('reply', '')}{word}{why}"


def _tell_answer(data: Mapping[str, Any], _: Directory) -> str:
    return str(data.get("reply", ""))


def _tell_decline(data: Mapping[str, Any], _: Directory) -> str:
    return f"{_label(terms.DeclineReason, data.get('reason_code'))}。{data.get('note', '')}"


def _tell_return(data: Mapping[str, Any], _: Directory) -> str:
    return f"{_label(terms.ReturnReason, data.get('reason_code'))}。{data.get('note', '')}"


def _tell_reclassify(data: Mapping[str, Any], directory: Directory) -> str:
    parts = [
        directory.category_label(data.get("category")),
        _label(terms.Kind, data.get("kind")),
        _label(terms.Urgency, data.get("urgency")),
    ]
    about = directory.unit_name(data.get("complained_unit"))
    parts.append(f"投诉的是{about}" if about else "")
    return f"改为{'、'.join(part for part in parts if part)}。{data.get('note', '')}"


def _tell_assessed(data: Mapping[str, Any], _: Directory) -> str:
    return f"{data.get('about', '')}：{data.get('note', '')}"


def _tell_attach(data: Mapping[str, Any], _: Directory) -> str:
    return "、".join(str(one.get("name", "")) for one in data.get("files") or ())


def tell_answers(data: Mapping[str, Any]) -> str:
    """Return what somebody answered, in the words of the questions."""
    said = []
    for name, yes, no in (
        ("contacted", "联系了", "没联系"),
        ("solved", "解决了", "没解决"),
        ("clear", "答复清楚", "没说清楚"),
    ):
        if data.get(name) is not None:
            said.append(yes if data[name] else no)
    if data.get("satisfaction"):
        said.append(_label(terms.Satisfaction, data["satisfaction"]))
    if data.get("reason_code"):
        said.append(_label(terms.DissatisfiedReason, data["reason_code"]))
    if data.get("via") == "link":
        said.append(f"点链接评的{_shown(data)}")
    note = f"。{data['note']}" if data.get("note") else "。"
    return "，".join(said) + note if said else str(data.get("note", ""))


def _tell_answers(data: Mapping[str, Any], _: Directory) -> str:
    return tell_answers(data)


def _shown(data: Mapping[str, Any]) -> str:
    return f"（{data['shown_by']}出示）" if data.get("shown_by") else ""


def _tell_request(data: Mapping[str, Any], _: Directory) -> str:
    what = _label(terms.RequestKind, data.get("kind"))
    day = data.get("until") or data.get("review_on")
    return f"{what}{f'，到 {_day(day)}' if day else ''}。{data.get('note') or ''}"


def _tell_visit(data: Mapping[str, Any], _: Directory) -> str:
    when = rules.moment_text(datetime.fromisoformat(str(data["at"])))
    met = f"，见到{data['met']}" if data.get("met") else ""
    files = "、".join(str(one.get("name", "")) for one in data.get("files") or ())
    return (
        f"{when} {data.get('people', '')}去的{met}。{data.get('note', '')}{f'（{files}）' if files else ''}"
    )


def _tell_copy(data: Mapping[str, Any], _: Directory) -> str:
    note = f"：{data['note']}" if data.get("note") else "。"
    return f"{data.get('person', '')}{note}"


def _tell_outside(data: Mapping[str, Any], _: Directory) -> str:
    due = (
        f"（{rules.moment_text(datetime.fromisoformat(str(data['due_at'])))} 前答）"
        if data.get("due_at")
        else ""
    )
    return f"{data.get('party', '')}：{data.get('note') or ''}{due}"


def _tell_common(data: Mapping[str, Any], _: Directory) -> str:
    said = f"：{data['note']}" if data.get("note") else ""
    return f"《{data.get('title', '')}》{said}"


_TELLERS: Mapping[Action, Callable[[Mapping[str, Any], Directory], str]] = {
    Action.SUBMIT: _tell_submit,
    Action.ACCEPT: _tell_accept,
    Action.DISPATCH: _tell_dispatch,
    Action.CONTACT: _tell_contact,
    Action.RESOLVE: _tell_resolve,
    Action.ANSWER: _tell_answer,
    Action.DECLINE: _tell_decline,
    Action.RETURN: _tell_return,
    Action.RECLASSIFY: _tell_reclassify,
    Action.CONFIRM: _tell_answers,
    Action.REOPEN: _tell_answers,
    Action.ESCALATE: _tell_answers,
    Action.CONVENE: _tell_convene,
    Action.CONCLUDE: _tell_conclude,
    Action.DETERMINE: _tell_determine,
    Action.CARRY_OVER: _tell_carry_over,
    Action.ASSIGN: _tell_assign,
    Action.MERGE: _tell_merge,
    Action.BACKFILL: _tell_backfill,
    Action.ASK: _tell_request,
    Action.GRANT: _tell_request,
    Action.REFUSE: _tell_request,
    Action.ATTACH: _tell_attach,
    Action.INSTRUCT: _tell_instruct,
    Action.SUPERVISE_DRAFT: _tell_supervision,
    Action.SUPERVISE_SIGN: _tell_supervision,
    Action.COMMON_JOIN: _tell_common,
    Action.COMMON_LEAVE: _tell_common,
    Action.COMMON_CLOSE: _tell_common,
    Action.WHISTLE: _tell_whistle,
    Action.REFER: _tell_refer,
    Action.REPLY_UP: _tell_reply_up,
    Action.WHISTLE_CONFIRM: _tell_whistle,
    Action.REPORT_IN: _tell_report,
    Action.SITE_VISIT: _tell_visit,
    Action.COPY: _tell_copy,
    Action.COPY_WITHDRAW: _tell_copy,
    **dict.fromkeys(ASSESSED, _tell_assessed),
    Action.OUTSIDE_ASK: _tell_outside,
    Action.OUTSIDE_REVOKE: _tell_outside,
}
