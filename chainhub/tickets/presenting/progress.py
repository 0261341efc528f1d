"""How far a ticket is: the step bar, its dots, and who stands where."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from chainhub.county.directory.rules import Directory
from chainhub.tickets import rules
from chainhub.tickets.models import Ticket, TicketEvent
from chainhub.tickets.showing import (
    StepView,
)
from chainhub.tickets.terms import Route
from chainhub.tickets.workflow import Action, State

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
    """Return who did a step last; what a co-unit does for its part moves nothing and is no step of the ticket."""
    moved = (event for event in events if event.action in actions and event.source is not event.target)
    return next(moved, None)  # newest first


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


_FIRST_STEP: Mapping[Route | None, str] = {
    Route.DAILY: "指导员联系企业，直接答复",
    Route.HARD: "链党委组织联席会议",
}


def current_line(ticket: Ticket, directory: Directory) -> str:
    """Return one line for the step that is now: who has it."""
    who = {
        State.SUBMITTED: "链党委会先打电话，再接单",
        State.INFO_REQUESTED: "等企业补充材料",
        State.ACCEPTED: _FIRST_STEP.get(ticket.next_on_route, "专班正在派单"),
        State.DISPATCHED: f"{directory.unit_name(ticket.lead_unit_code)}还没签收",
        State.DISPUTED: "专班裁定退单",
        State.HANDLING: f"{directory.unit_name(ticket.lead_unit_code)}在办",
        State.AWAITING_INFO: "等企业补充",
        State.RESOLVED: "专班审核办理结果",
        State.REVIEWED: "等企业评价",
        State.CONFIRMED: "链党委销号",
        State.CONSULTING: "链党委组织会商",
        State.CARRIED_OVER: "长期跟踪"
        + (f"，{ticket.review_on.month}月{ticket.review_on.day}日前再定" if ticket.review_on else ""),
        State.ENDORSING: f"{directory.unit_name(ticket.lead_unit_code)}负责人审签",
        State.MERGED: "和另一件合并办理，结果一样会告诉您",
    }
    return who.get(ticket.state, ticket.state.label)
