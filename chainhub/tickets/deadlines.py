"""Which clock is a ticket's deadline to a reader, and why it runs out when it does."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.core.worktime import Calendar, Explanation, Pause
from chainhub.reminders import service as reminders
from chainhub.reminders.models import Clock
from chainhub.tickets import queries, rules
from chainhub.tickets.clockwork import STATE_CLOCK, UNIT_CLOCKS, ClockKind
from chainhub.tickets.models import Ticket
from chainhub.tickets.workflow import State, Who

START_VERBS: Mapping[ClockKind, str] = {
    ClockKind.FIRST_CALL: "报送",
    ClockKind.INTAKE: "报送",
    ClockKind.DISPATCH: "接单",
    ClockKind.ACKNOWLEDGE: "派单",
    ClockKind.UNIT_CONTACT: "签收",
    ClockKind.UNIT: "派单",
    ClockKind.REWORK: "重办",
    ClockKind.PROMISE: "派单",
    ClockKind.RULING: "退单",
    ClockKind.REVIEW: "办结",
    ClockKind.CLOSING: "评价",
    ClockKind.SUPPLY: "要求补充",
    ClockKind.SUPPLY_HANDLING: "请企业补充",
    ClockKind.EVALUATION: "答复",
    ClockKind.CALLBACK: "回访派出",
    ClockKind.NOT_RATED: "未接通",
    ClockKind.CONSULTATION: "会商启动",
    ClockKind.CARRY_OVER_DECISION: "到了复查日",
    ClockKind.REQUEST: "申请",
    ClockKind.PART: "派协办",
    ClockKind.PART_RECEIPT: "派协办",
    ClockKind.INSTRUCTION: "批示",
    ClockKind.SUPERVISION_FEEDBACK: "督办签发",
    ClockKind.REPORT_IN: "吹哨",
    ClockKind.SUPERIOR: "登记",
    ClockKind.REPORT: "上次报进展",
}
"""What started a clock, as a reader says it."""

_WAITED = "等企业补充"
_REVIEWED = "审核"


def counting(state: State, running: Sequence[Clock]) -> Clock | None:
    """Return the clock that is a ticket's due date: the unit's while one runs, else that of its state."""
    by_kind = {ClockKind(clock.kind): clock for clock in running}
    unit = next((clock for kind, clock in by_kind.items() if kind in UNIT_CLOCKS), None)
    if unit is not None:
        return unit
    of_state = STATE_CLOCK.get(state)
    found = by_kind.get(of_state) if of_state else None
    return found or by_kind.get(ClockKind.CALLBACK) or by_kind.get(ClockKind.NOT_RATED)


_FIRM_READS = (ClockKind.SUPPLY, ClockKind.SUPPLY_HANDLING, ClockKind.PROMISE, ClockKind.FIRST_CALL)
"""What the enterprise is told of first: what it must do itself, then what it was promised."""


def clock_for(state: State, clocks: Sequence[Clock], standing: frozenset[Who]) -> Clock | None:
    """Return the clock that a reader is told about: the enterprise hears of the promise, the staff of what counts."""
    running = [clock for clock in clocks if clock.stopped_at is None]
    if rules.from_outside(standing):
        by_kind = {ClockKind(clock.kind): clock for clock in running}
        for kind in _FIRM_READS:
            if kind in by_kind:
                return by_kind[kind]
    return counting(state, running)


def start_verb(ticket: Ticket, clock: Clock) -> str:
    """Return the word for what started a clock; the same clock may start twice, for different reasons."""
    kind = ClockKind(clock.kind)
    if kind in {ClockKind.INTAKE, ClockKind.FIRST_CALL} and clock.started_at > ticket.created_at:
        return "补充" if ticket.import_id is None else "导入"
    if kind is ClockKind.DISPATCH and clock.round > 1:
        return "重办"
    if kind is ClockKind.DISPATCH and ticket.responsible_unit_code:
        return "派单更正"
    if kind is ClockKind.ACKNOWLEDGE and ticket.dispatched_at and clock.started_at > ticket.dispatched_at:
        return "退单不成立"
    if kind is ClockKind.PROMISE and clock.round > 1:
        return "重办"
    return START_VERBS[kind]


def pause_words(pauses: Sequence[Pause]) -> tuple[str, ...]:
    """Return a word for each pause: waiting for the enterprise is capped, the time of a review is not."""
    return tuple(_WAITED if pause.cap is not None else _REVIEWED for pause in pauses)


def explain(work: Work, ticket: Ticket, clocks: Sequence[Clock]) -> Explanation | None:
    """Explain to this reader when the ticket is due, day by day; None where nothing runs."""
    standing = rules.parties(work.actor, queries.facts(work.session, ticket))
    clock = clock_for(ticket.state, clocks, standing)
    if clock is None:
        return None
    read = reminders.reading(clock)
    return work.calendar.explain(
        read.started_at,
        read.limit,
        read.pauses,
        extension=read.extension,
        floor=read.floor,
        start_verb=start_verb(ticket, clock),
        pause_word=pause_words(read.pauses),
    )


def call_day(calendar: Calendar, at: datetime) -> date:
    """Return the workday that a call counts for: one after hours or on a day off counts for the next.

    Two calls that reach nobody must lie on different ones (domain, section 2).
    """
    return local(calendar.next_working_moment(at)).date()


def calls_since(calendar: Calendar, now: datetime) -> datetime:
    """Return from when on a call counts for the same workday as one that is made now."""
    return calendar.end_of_day(calendar.add_workdays(call_day(calendar, now), -1))
