"""Which clocks a move stops, pauses, revives and starts. Pure; the limits stand in the county's rulebook.

Source: domain, section 3. The unit's own clock and the promise to the enterprise are two clocks: a return
or a consultation never touches the promise; only waiting for the enterprise pauses it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from chainhub.core.words import Labelled
from chainhub.core.worktime import Limit, Workdays, WorkMinutes
from chainhub.tickets.terms import Kind, Urgency
from chainhub.tickets.workflow import ENDS, Action, State


class ClockKind(Labelled):
    """What a clock measures."""

    FIRST_CALL = "first_call", "接单联系"
    INTAKE = "intake", "接单"
    DISPATCH = "dispatch", "派单"
    ACKNOWLEDGE = "acknowledge", "签收"
    UNIT_CONTACT = "unit_contact", "单位首次联系"
    UNIT = "unit", "本单位时限"
    REWORK = "rework", "重办时限"
    PROMISE = "promise", "对企业承诺"
    RULING = "ruling", "退单裁定"
    REVIEW = "review", "审核"
    CLOSING = "closing", "销号"
    SUPPLY = "supply", "待补充"
    SUPPLY_HANDLING = "supply_handling", "待企业补充"
    EVALUATION = "evaluation", "评价"
    CALLBACK = "callback", "回访"
    NOT_RATED = "not_rated", "未评价"
    CONSULTATION = "consultation", "会商"
    CARRY_OVER_DECISION = "carry_over_decision", "挂账复查"
    REQUEST = "request", "申请待批"
    PART = "part", "协办"
    PART_RECEIPT = "part_receipt", "协办签收"
    INSTRUCTION = "instruction", "批示办理"
    SUPERVISION_FEEDBACK = "supervision_feedback", "督办反馈"
    REPORT_IN = "report_in", "吹哨报到"
    SUPERIOR = "superior", "上级期限"
    REPORT = "report", "报进展"


STATE_CLOCK: Mapping[State, ClockKind] = {
    State.SUBMITTED: ClockKind.INTAKE,
    State.INFO_REQUESTED: ClockKind.SUPPLY,
    State.ACCEPTED: ClockKind.DISPATCH,
    State.DISPATCHED: ClockKind.ACKNOWLEDGE,
    State.DISPUTED: ClockKind.RULING,
    State.AWAITING_INFO: ClockKind.SUPPLY_HANDLING,
    State.CONSULTING: ClockKind.CONSULTATION,
    State.RESOLVED: ClockKind.REVIEW,
    State.REVIEWED: ClockKind.EVALUATION,
    State.CONFIRMED: ClockKind.CLOSING,
}
"""The clock that starts whole at every entry of a state and stops on leaving it."""

UNIT_CLOCKS = frozenset({ClockKind.UNIT, ClockKind.REWORK})
PART_CLOCKS = frozenset({ClockKind.PART, ClockKind.PART_RECEIPT})
"""One each for every co-unit: no move of the ticket stops them, but for its end."""
REQUESTER_CLOCKS = frozenset({ClockKind.SUPPLY, ClockKind.SUPPLY_HANDLING, ClockKind.EVALUATION})
"""Clocks of the enterprise: reminders only, never a ladder."""
SILENT_CLOCKS = frozenset({ClockKind.PROMISE, ClockKind.NOT_RATED})
"""Clocks nobody is reminded of: the promise is shown, the unit's own clock is the one that speaks."""
PERIODIC_CLOCKS = frozenset({ClockKind.REPORT})
"""Clocks that stand beside the ticket's own and begin anew with every report (`service/reporting.py`)."""
AUTOMATIC = frozenset(
    {
        ClockKind.ACKNOWLEDGE,
        ClockKind.PART_RECEIPT,
        ClockKind.SUPPLY_HANDLING,
        ClockKind.EVALUATION,
        ClockKind.NOT_RATED,
    }
)
"""Clocks whose end makes something happen by itself."""
BY_THE_DAY = frozenset({ClockKind.INSTRUCTION, ClockKind.SUPERIOR})
"""Clocks that run to a day that somebody said: the rulebook keeps no limit for them."""
INFO_CAP = Workdays(5)  # waiting for the enterprise pauses no longer than this
INFO_MOST = 2  # times a unit may ask the enterprise
CONSULT_CAP = Workdays(5)  # a consultation pauses no longer than this


@dataclass(frozen=True, slots=True)
class Standing:
    """The facts of a ticket that decide about clocks, as they are before the move."""

    promise_runs: bool = False
    unit_contacted: bool = False
    calls_failed: int = 0
    unit_runs: bool = False
    wait: Workdays | None = None  # how long a ticket that is carried over is to wait


@dataclass(frozen=True, slots=True)
class Plan:
    """What a move does to clocks, by kind; carried out in this order."""

    stop: frozenset[ClockKind] = frozenset()
    stop_all: bool = False
    unpause: frozenset[ClockKind] = frozenset()
    pause: Mapping[ClockKind, Workdays | None] = field(default_factory=dict)
    revive: Mapping[ClockKind, bool] = field(
        default_factory=dict
    )  # kind → was the time since its stop a pause?
    start: tuple[ClockKind, ...] = ()
    leaves_a_day: bool = (
        False  # of what is unpaused at least one workday remains, unless it was overdue before
    )


def plan(
    action: Action, source: State | None, target: State, given: Mapping[str, object], facts: Standing
) -> Plan:
    """Return what a move does to the ticket's clocks."""
    if target in ENDS and source is not target:
        return Plan(stop_all=True)
    stop: set[ClockKind] = set()
    start: list[ClockKind] = []
    if action is Action.UNMERGE:
        return Plan(revive=_REVIVED[action])
    if source is not target:
        _change_of_state(source, target, stop, start)
    if action is Action.SUBMIT:
        start.insert(0, ClockKind.FIRST_CALL)
    _contact(action, given, stop)
    _unit(action, target, facts, stop, start)
    if action is Action.CALL_FAILED:
        _call_failed(facts, stop, start)
    moves_on = source is not target or action is Action.CARRY_OVER  # a renewed wait is another pause
    waited = _PAUSED_IN.get(source, frozenset()) if moves_on and source is not None else frozenset()
    waits = _PAUSED_IN.get(target, frozenset()) if moves_on else frozenset()
    return Plan(
        stop=frozenset(stop),
        unpause=waited,
        pause=dict.fromkeys(sorted(waits), _cap(target, facts)),
        revive=_REVIVED.get(action, {}),
        start=tuple(start),
        leaves_a_day=action is Action.CONCLUDE,
    )


_WORK = UNIT_CLOCKS | {ClockKind.PART}
_PAUSED_IN: Mapping[State, frozenset[ClockKind]] = {
    State.AWAITING_INFO: UNIT_CLOCKS | {ClockKind.PROMISE},
    State.CONSULTING: _WORK,
    State.CARRIED_OVER: _WORK,
}
"""What stands still while the unit waits for somebody else: only the enterprise's own silence stops the promise."""
_REVIVED: Mapping[Action, Mapping[ClockKind, bool]] = {
    Action.SEND_BACK: {ClockKind.UNIT: True, ClockKind.REWORK: True, ClockKind.PROMISE: False},
    Action.UNMERGE: dict.fromkeys(ClockKind, True),
}


def _cap(target: State, facts: Standing) -> Workdays | None:
    if target is State.AWAITING_INFO:
        return INFO_CAP
    return CONSULT_CAP if target is State.CONSULTING else facts.wait


def _change_of_state(
    source: State | None, target: State, stop: set[ClockKind], start: list[ClockKind]
) -> None:
    if source is not None and source in STATE_CLOCK:
        stop.add(STATE_CLOCK[source])
    if source is State.REVIEWED:
        stop.update({ClockKind.CALLBACK, ClockKind.NOT_RATED})
    if target in STATE_CLOCK:
        start.append(STATE_CLOCK[target])


def _contact(action: Action, given: Mapping[str, object], stop: set[ClockKind]) -> None:
    called = action is Action.ACCEPT and given.get("contacted_person")
    if called or action in {Action.CONTACT, Action.ANSWER}:
        stop.add(ClockKind.FIRST_CALL)
    if action is Action.CONTACT:
        stop.add(ClockKind.UNIT_CONTACT)


def _call_failed(facts: Standing, stop: set[ClockKind], start: list[ClockKind]) -> None:
    stop.update({ClockKind.EVALUATION, ClockKind.CALLBACK})
    if facts.calls_failed == 0:
        start.append(ClockKind.CALLBACK)
    elif facts.calls_failed == 1:
        start.append(ClockKind.NOT_RATED)  # it runs from the second call; a third changes nothing


def _unit(
    action: Action, target: State, facts: Standing, stop: set[ClockKind], start: list[ClockKind]
) -> None:
    if action is Action.DISPATCH:
        start.append(ClockKind.UNIT)
        if not facts.promise_runs:
            start.append(ClockKind.PROMISE)
    elif action is Action.ACKNOWLEDGE and not facts.unit_contacted:
        start.append(ClockKind.UNIT_CONTACT)
    elif action is Action.RETURN:
        stop.add(ClockKind.UNIT_CONTACT)
    elif action is Action.UPHOLD_RETURN:
        stop.update(UNIT_CLOCKS)
    elif action is Action.ANSWER or target is State.RESOLVED:
        # 审签 is within the unit's own clock: it runs on until the resolution leaves the unit.
        # An answer after an upheld return keeps the promise too.
        stop.update({*UNIT_CLOCKS, ClockKind.PROMISE, ClockKind.UNIT_CONTACT})
    elif action in {Action.REOPEN, Action.CONCLUDE} and target is State.HANDLING and not facts.unit_runs:
        start.extend((ClockKind.REWORK, ClockKind.PROMISE))  # a conclusion after a second dissatisfaction
    elif action in {Action.CARRY_OVER, Action.RESUME}:
        stop.add(ClockKind.CARRY_OVER_DECISION)


def matter_of(kind: Kind | None) -> str:
    """Return which column of the limits a kind belongs to; a kind left to the staff counts as ordinary."""
    if kind is Kind.INQUIRY:
        return "inquiry"
    return "problem" if kind is Kind.PROBLEM else "ordinary"


def rework_limit(whole: Limit, urgency: Urgency) -> Limit:
    """Return the limit of doing it again: max(3, ⌈L/2⌉) workdays, L without extensions; urgent: 1 workday."""
    if urgency is Urgency.URGENT or not isinstance(whole, Workdays):
        return Workdays(1)
    return Workdays(max(3, -(-whole.count // 2)))


def part_limit(whole: Limit) -> Limit:
    """Return how long a co-unit has: min(3, ⌊L/2⌋) workdays; L = 1: 4 working hours."""
    if not isinstance(whole, Workdays) or whole.count == 1:
        return WorkMinutes(240)
    return Workdays(min(3, whole.count // 2))


def limit_name(kind: ClockKind) -> ClockKind:
    """Return under which name the rulebook keeps a clock's limit: the promise runs as long as the unit's own."""
    if kind in {ClockKind.PROMISE, ClockKind.REWORK}:
        return ClockKind.UNIT
    return ClockKind.ACKNOWLEDGE if kind is ClockKind.PART_RECEIPT else kind
