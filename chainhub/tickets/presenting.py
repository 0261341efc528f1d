"""From facts to what a page shows: lights, steps, story, deadlines, actions. Pure but for the values it is given."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from chainhub.core.actor import Role
from chainhub.core.words import Labelled
from chainhub.core.worktime import SHANGHAI, Calendar, Explanation, left_label
from chainhub.county.directory.rules import Directory
from chainhub.reminders.models import Clock
from chainhub.tickets import rules, terms
from chainhub.tickets.clockwork import STATE_CLOCK, UNIT_CLOCKS, ClockKind
from chainhub.tickets.models import Ticket, TicketEvent
from chainhub.tickets.showing import (
    ActionView,
    DayCell,
    DeadlineView,
    HolderView,
    LightView,
    RowView,
    StepView,
    StoryLine,
    TimeView,
    WhyView,
)
from chainhub.tickets.workflow import ENDS, PAUSED, Action, Move, State, Who

IMPORTED = "台账导入"  # the body of what came in by a ledger
GREY_WORDS: Mapping[State, str] = {
    State.AWAITING_INFO: "待企业补充",
    State.CONSULTING: "会商中",
    State.CARRIED_OVER: "长期跟踪",
}


def colour(state: State, due_at: datetime | None, yellow_at: datetime | None, now: datetime) -> str:
    """Return the colour of a light: blue done, red late (outranks grey), grey waiting in the open, yellow soon."""
    if state in ENDS:
        return "blue"
    if due_at is not None and now >= due_at:
        return "red"
    if state in PAUSED:
        return "grey"
    return "yellow" if yellow_at is not None and now >= yellow_at else "green"


def light(ticket: Ticket, now: datetime, calendar: Calendar) -> LightView:
    """Return a ticket's light with its words."""
    shown = colour(ticket.state, ticket.due_at, ticket.yellow_at, now)
    return LightView(shown, _light_words(shown, ticket.state, ticket.due_at, now, calendar))


def clock_light(clock: Clock, now: datetime, calendar: Calendar) -> LightView:
    """Return the light of one running clock."""
    if clock.pauses and clock.pauses[-1][1] is None:
        return LightView("grey", "停着")
    shown = colour(State.HANDLING, clock.due_at, clock.yellow_at, now)
    return LightView(shown, _light_words(shown, State.HANDLING, clock.due_at, now, calendar))


def _light_words(shown: str, state: State, due_at: datetime | None, now: datetime, calendar: Calendar) -> str:
    if shown == "blue":
        return state.label
    if shown == "grey":
        return GREY_WORDS[state]
    if shown == "green" or due_at is None:
        return "正常"
    return left_label(calendar.left(now, due_at))


def near(at: datetime, now: datetime) -> str:
    """Return a moment as a list says it: 今天 17:30, 昨天 17:30, 10月26日; the year where it is another."""
    day, today = at.astimezone(SHANGHAI), now.astimezone(SHANGHAI)
    words = {-1: "昨天", 0: "今天", 1: "明天"}.get((day.date() - today.date()).days)
    if words:
        return f"{words} {day:%H:%M}"
    return rules.local_date_text(at, year=today.year)


def row(
    ticket: Ticket,
    enterprise: str,
    now: datetime,
    calendar: Calendar,
    directory: Directory,
    *,
    action: Action | None = None,
    selectable: bool = False,
    clock: Clock | None = None,
) -> RowView:
    """Return one line of a list; on a desk with the verb that is this person's, and the clock that bites."""
    due_at = clock.due_at if clock else ticket.due_at
    shown = clock_light(clock, now, calendar) if clock else light(ticket, now, calendar)
    return RowView(
        number=ticket.number,
        title=ticket.title,
        enterprise=enterprise,
        url=ticket.link,
        light=shown,
        unit=directory.unit_name(ticket.lead_unit_code) or "未派单",
        due=near(due_at, now) if due_at else "",
        state=ticket.state.label,
        verb=action.label if action else "",
        verb_url=f"{ticket.link}/act/{action.value}" if action else "",
        selectable=selectable,
        version=ticket.version,
        category=directory.category_label(ticket.category_code) or "待定",
        created=near(ticket.created_at, now),
    )


# The step bar: 报送 → 接单 → 派单 → 签收 → 办理 → 审核 → 评价 → 销号

_STEPS: tuple[tuple[str, frozenset[State], frozenset[Action]], ...] = (
    ("报送", frozenset({State.INFO_REQUESTED}), frozenset({Action.SUBMIT, Action.SUPPLY_INFO})),
    ("接单", frozenset({State.SUBMITTED}), frozenset({Action.ACCEPT})),
    ("派单", frozenset({State.ACCEPTED}), frozenset({Action.DISPATCH})),
    ("签收", frozenset({State.DISPATCHED, State.DISPUTED}), frozenset({Action.ACKNOWLEDGE})),
    (
        "办理",
        frozenset(
            {State.HANDLING, State.AWAITING_INFO, State.CONSULTING, State.CARRIED_OVER, State.ENDORSING}
        ),
        frozenset({Action.RESOLVE, Action.ANSWER}),
    ),
    ("审核", frozenset({State.RESOLVED}), frozenset({Action.PASS_REVIEW})),
    ("评价", frozenset({State.REVIEWED}), frozenset({Action.CONFIRM, Action.LAPSE, Action.DETERMINE})),
    ("销号", frozenset({State.CONFIRMED}), frozenset({Action.CLOSE})),
)


def step_number(state: State) -> int:
    """Return at which of the eight steps a state stands, from 1; an end that is no closure stands at none."""
    for place, (_, states, _) in enumerate(_STEPS, start=1):
        if state in states:
            return place
    return len(_STEPS) + 1 if state is State.CLOSED else 0


def steps(
    ticket: Ticket, events: Sequence[TicketEvent], now: datetime, waiting: Mapping[str, str]
) -> tuple[StepView, ...]:
    """Return the eight steps with who and when; `waiting` names who stands at a step that is to come."""
    here = step_number(ticket.state)
    last = {label: _done_by(events, actions) for label, _, actions in _STEPS}
    reached = max((place for place, (label, _, _) in enumerate(_STEPS, 1) if last[label]), default=0)
    found = []
    for place, (label, _, _) in enumerate(_STEPS, start=1):
        if place == here:
            found.append(StepView(label, "current", waiting.get(label, ""), ""))
            continue
        event = last[label]
        done = place < here or (here == 0 and place <= reached)
        if done and event is not None:
            who = (
                f"{event.body} {event.actor_name}".strip()
                if event.body != event.actor_name
                else event.actor_name
            )
            found.append(StepView(label, "done", who, rules.moment_text(event.at)))
        elif done:
            found.append(StepView(label, "done", "", ""))
        else:
            found.append(StepView(label, "todo", waiting.get(label, ""), ""))
    return tuple(found)


def dots(state: State) -> tuple[StepView, ...]:
    """Return the eight steps as dots alone, for a card."""
    here = step_number(state)
    return tuple(
        StepView(label, "current" if place == here else "done" if place < here else "todo")
        for place, (label, _, _) in enumerate(_STEPS, start=1)
    )


def _done_by(events: Sequence[TicketEvent], actions: frozenset[Action]) -> TicketEvent | None:
    return next((event for event in events if event.action in actions), None)  # newest first


def waiting_for(ticket: Ticket, directory: Directory) -> dict[str, str]:
    """Return who stands at each step."""
    unit = directory.unit_name(ticket.lead_unit_code)
    return {
        "接单": "链党委",
        "派单": "专班",
        "签收": unit,
        "办理": unit,
        "审核": "专班",
        "评价": "企业",
        "销号": "链党委",
    }


def current_line(ticket: Ticket, directory: Directory) -> str:
    """Return one line for the step that is now: who has it."""
    who = {
        State.SUBMITTED: "链党委会先打电话，再接单",
        State.INFO_REQUESTED: "等企业补充材料",
        State.ACCEPTED: "专班正在派单",
        State.DISPATCHED: f"{directory.unit_name(ticket.lead_unit_code)}还没签收",
        State.DISPUTED: "专班裁定退单",
        State.HANDLING: f"{directory.unit_name(ticket.lead_unit_code)}在办",
        State.AWAITING_INFO: "等企业补充",
        State.RESOLVED: "专班审核办理结果",
        State.REVIEWED: "等企业评价",
        State.CONFIRMED: "链党委销号",
    }
    return who.get(ticket.state, ticket.state.label)


# The story

_FOLDED = frozenset(
    {Action.ACKNOWLEDGE, Action.EXPIRE_INFO, Action.RECLASSIFY, Action.PASS_REVIEW, Action.LAPSE}
)
_NOT_FOR_FIRM = frozenset(
    {Action.RETURN, Action.UPHOLD_RETURN, Action.REJECT_RETURN, Action.SEND_BACK, Action.CALL_FAILED}
)


def story(
    events: Sequence[TicketEvent], standing: frozenset[Who], directory: Directory, *, firm: str
) -> tuple[StoryLine, ...]:
    """Return what happened, newest first, as this reader may know it."""
    for_firm = rules.from_outside(standing)
    found = []
    for event in events:
        if for_firm and event.action in _NOT_FOR_FIRM:
            continue
        data = rules.redacted(event.action, event.data, standing)
        found.append(
            StoryLine(
                label=event.action.label
                if event.actor_id is not None
                else f"{event.action.label}（系统自动）",
                when=rules.moment_text(event.at),
                who=_who(event, firm),
                text=_told(event.action, data, directory),
                quoted=event.action is Action.SUBMIT,
                folded=event.action in _FOLDED,
                internal=event.action in _NOT_FOR_FIRM,
            )
        )
    return tuple(found)


def _titled(event: TicketEvent) -> str:
    if event.body == IMPORTED:
        return f"{event.action.label}（{IMPORTED}）"
    return event.action.label if event.actor_id is not None else f"{event.action.label}（系统自动）"


_FIRM_SIDE = frozenset({Role.ENTERPRISE, Role.GUIDE})


def _who(event: TicketEvent, firm: str) -> str:
    if event.actor_id is None:
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
    return f"{called}{data.get('note', '')}"


def _tell_dispatch(data: Mapping[str, Any], directory: Directory) -> str:
    note = f" {data['note']}" if data.get("note") else ""
    return f"派给{directory.unit_name(data.get('lead_unit'))}主办。{note}".strip()


def _tell_contact(data: Mapping[str, Any], _: Directory) -> str:
    at = data.get("at")
    when = rules.moment_text(datetime.fromisoformat(at)) if at else ""
    return f"{when}联系到{data.get('person', '')}。{data.get('note', '')}"


def _tell_resolve(data: Mapping[str, Any], _: Directory) -> str:
    return f"{_label(terms.Outcome, data.get('outcome'))}。{data.get('reply', '')}"


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
    return f"改为{'、'.join(part for part in parts if part)}。{data.get('note', '')}"


def _tell_answers(data: Mapping[str, Any], _: Directory) -> str:
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
    note = f"。{data['note']}" if data.get("note") else "。"
    return "，".join(said) + note if said else str(data.get("note", ""))


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
}


# Deadlines


def time_view(
    ticket: Ticket,
    clocks: Sequence[Clock],
    now: datetime,
    calendar: Calendar,
    explained: Explanation | None,
    *,
    for_firm: bool,
) -> TimeView | None:
    """Return the card 时限: to the enterprise the promise alone, to the staff the clock that counts and the promise."""
    running = {ClockKind(clock.kind): clock for clock in clocks if clock.stopped_at is None}
    promise = running.get(ClockKind.PROMISE)
    counts = next((clock for kind, clock in running.items() if kind in UNIT_CLOCKS), None)
    state_kind = STATE_CLOCK.get(ticket.state)
    by_state = running.get(state_kind) if state_kind else None
    shown: list[tuple[str, Clock, str]] = []
    if for_firm:
        asked = running.get(ClockKind.SUPPLY) or running.get(ClockKind.SUPPLY_HANDLING)
        firsts = (asked, promise) if asked else (promise or running.get(ClockKind.FIRST_CALL) or by_state,)
        shown.extend(
            (_FIRM_LABEL.get(ClockKind(one.kind), one.label), one, "") for one in firsts if one is not None
        )
    else:
        calls = (running.get(ClockKind.FIRST_CALL), running.get(ClockKind.UNIT_CONTACT))
        shown.extend((clock.label, clock, "") for clock in calls if clock is not None)
        if by_state is not None and by_state is not counts:
            shown.append((f"{by_state.label}时限", by_state, ""))
        if counts is not None:
            shown.append((counts.label, counts, ""))
        if promise is not None:
            shown.append((promise.label, promise, _why_differ(counts, promise)))
    if not shown:
        return None
    deadlines = tuple(_deadline(label, clock, note, now, calendar) for label, clock, note in shown)
    head = clock_light(shown[0][1], now, calendar) if for_firm else light(ticket, now, calendar)
    if for_firm and ticket.state in PAUSED:
        head = light(ticket, now, calendar)
    return TimeView(head, deadlines, why(explained, promise, now) if explained else None)


_FIRM_LABEL = {
    ClockKind.PROMISE: "承诺办好的时间",
    ClockKind.FIRST_CALL: "有人打电话给您",
    ClockKind.EVALUATION: "请您评价",
    ClockKind.SUPPLY: "请您补充",
    ClockKind.SUPPLY_HANDLING: "请您补充",
}


def _why_differ(counts: Clock | None, promise: Clock) -> str:
    if counts is None or counts.due_at == promise.due_at:
        return ""
    if counts.due_at > promise.due_at:
        return "退单、审核等只停本单位的钟，不停对企业的承诺。"
    return "重办的单位时限更短，对企业的承诺照旧。"


def _deadline(label: str, clock: Clock, note: str, now: datetime, calendar: Calendar) -> DeadlineView:
    paused = bool(clock.pauses and clock.pauses[-1][1] is None)
    left = "暂停" if paused else left_label(calendar.left(now, clock.due_at))
    year = now.astimezone(SHANGHAI).year
    when = rules.moment_text(clock.due_at, weekday=True, year=year)
    return DeadlineView(label, when, left, clock.provisional, note)


def why(explained: Explanation, promise: Clock | None, now: datetime) -> WhyView:
    """Return 为什么是…: the sentence, and the weeks from the first day to the due day."""
    due = explained.due.astimezone(SHANGHAI)
    title = f"为什么是 {rules.local_date_text(due)}"
    known = {step.date: step for step in explained.steps}
    if not known or len(known) > 120 or len(known) < 3:
        return WhyView(title, explained.text, ())
    first, last = min(known), max(known)
    day = first - timedelta(days=first.weekday())
    end = last + timedelta(days=6 - last.weekday())
    promised = promise.due_at.astimezone(SHANGHAI).date() if promise else None
    today = now.astimezone(SHANGHAI).date()
    cells = []
    while day <= end:
        cells.append(_cell(day, known.get(day), first, last, promised, today))
        day += timedelta(days=1)
    weeks = tuple(tuple(cells[place : place + 7]) for place in range(0, len(cells), 7))
    return WhyView(title, explained.text, weeks)


def _cell(day: date, step: Any, first: date, last: date, promised: date | None, today: date) -> DayCell:
    if step is None:
        return DayCell(day.day, "", ("out",))
    word = str(step.mark)
    marks = ["counted" if step.counted else "off" if word == "休" else "paused" if word == "停" else "out"]
    if word.startswith("班"):
        marks.append("makeup")
    if day == first:
        marks = ["start"]
    if day == last:
        marks, word = ["due"], "到期"
    elif day == promised:
        marks, word = [*marks, "promise"], "承诺"
    if day == today:
        marks.append("today")
        word = word if day == last else "今天"
    return DayCell(day.day, word, tuple(marks))


def holders(
    ticket: Ticket,
    clocks: Sequence[Clock],
    now: datetime,
    calendar: Calendar,
    directory: Directory,
    *,
    for_firm: bool,
) -> tuple[HolderView, ...]:
    """Return who is at it: the lead unit with its own light. The enterprise is not shown the unit's clock."""
    if not ticket.lead_unit_code:
        return ()
    name = directory.unit_name(ticket.lead_unit_code)
    counts = next((c for c in clocks if c.stopped_at is None and ClockKind(c.kind) in UNIT_CLOCKS), None)
    if counts is None or for_firm:
        line = current_line(ticket, directory)
        return (HolderView("主办", name, None, line),)
    when = rules.moment_text(counts.due_at)
    return (HolderView("主办", name, clock_light(counts, now, calendar), f"{when} 前办结"),)


# Actions

_LIKELY: tuple[Action, ...] = (
    Action.ACCEPT,
    Action.DISPATCH,
    Action.ACKNOWLEDGE,
    Action.SUPPLY_INFO,
    Action.CONFIRM,
    Action.PASS_REVIEW,
    Action.CLOSE,
    Action.UPHOLD_RETURN,
    Action.REJECT_RETURN,
    Action.RESOLVE,
    Action.PROGRESS,
    Action.CONTACT,
    Action.ANSWER,
    Action.SEND_BACK,
    Action.ASK_INFO,
    Action.REQUEST_INFO,
    Action.RECLASSIFY,
    Action.RETURN,
    Action.DECLINE,
    Action.REOPEN,
    Action.CALL_FAILED,
    Action.WITHDRAW,
)
_FIRM_VERBS = {
    Action.CONFIRM: "说说办得怎么样",
    Action.REOPEN: "不满意，请重办",
    Action.SUPPLY_INFO: "补充材料",
}


def actions(
    ticket: Ticket, moves: Sequence[Move], *, for_firm: bool, contact_due: bool
) -> tuple[ActionView, ...]:
    """Return the verbs of this person, the likely one first and primary: the one whose clock ends first."""
    order = {action: place for place, action in enumerate(_LIKELY)}
    if contact_due:
        order[Action.CONTACT] = -1  # the hours of the first contact end before the days of handling
    listed = sorted({row.action for row in moves}, key=lambda one: order.get(one, len(order)))
    found = []
    for place, action in enumerate(listed):
        label = _FIRM_VERBS.get(action, action.label) if for_firm else action.label
        primary = place == 0 and action not in {Action.WITHDRAW, Action.REOPEN}
        found.append(ActionView(action.value, label, f"{ticket.link}/act/{action.value}", primary))
    return tuple(found)
