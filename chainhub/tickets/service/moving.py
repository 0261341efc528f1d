"""Moving a ticket on by one row of the workflow table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chainhub.core.actor import Role, ScopeKind
from chainhub.core.errors import Conflict, Invalid, NotAllowed
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI, WallMinutes, Workdays
from chainhub.county import known
from chainhub.reminders.models import Clock
from chainhub.tickets import clockwork, queries, rules
from chainhub.tickets.clockwork import INFO_MOST, ClockKind
from chainhub.tickets.models import Ticket
from chainhub.tickets.service import clocks, history, telling
from chainhub.tickets.terms import ONE_QUESTION, Satisfaction, Urgency
from chainhub.tickets.workflow import (
    OPEN,
    TABLE,
    Action,
    Move,
    Party,
    State,
    When,
    Who,
    find_move,
    moves_from,
    rows,
)


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody wants to do: the action, the version they have seen, what they give."""

    action: Action
    version: int | None  # None: by the clock, which reads and writes in one transaction
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Permit:
    """A move that this actor may make now, found before anything that was typed is judged."""

    ticket: Ticket
    row: Move
    capacity: Who
    last_hash: str | None = None  # of the ticket's history, where it was read with the ticket


@dataclass(frozen=True, slots=True)
class Moved:
    """A ticket that was moved, with every clock it has had, in the order they were started."""

    ticket: Ticket
    clocks: Sequence[Clock]


class Stale(Conflict):
    """The page is older than the ticket; says who changed it, when, and what it is now."""

    code = "stale"


def permit(work: Work, number: str, action: Action, version: int | None) -> Permit:
    """Return the permit for an action, or refuse: NotFound, NotAllowed, Stale, Conflict, in this order."""
    ticket, last_hash = queries.own_to_move(work, number)
    facts = queries.facts(ticket)
    standing = rules.parties(work.actor, facts)
    if not rules.may_ever(action, standing, TABLE):
        raise NotAllowed(f"“{action.label}”不归您办。请交给该办的人，或者看看页面上您能做的事。")
    if version is not None and version != ticket.version:
        raise stale(work, ticket)
    row = find_move(action, ticket.state, rules.holds(facts))
    if row is None or not row.who & standing:
        raise Conflict(_wrong_state(action, ticket.state, standing), code="wrong_state")
    if not row.built:
        raise Conflict(f"“{action.label}”还没有开通。", code="not_built")
    refusal = rules.duty_refusal(work.actor, action, facts, standing) or _guard(work, ticket, action)
    if refusal:
        raise Conflict(refusal, code="forbidden_now")
    return Permit(ticket, row, min(row.who & standing, key=str), last_hash)


def stale(work: Work, ticket: Ticket) -> Stale:
    """Return the refusal of a page that was overtaken, in words: who, when, what now."""
    event = queries.last_event(work.session, ticket.id)
    if event is None:
        return Stale("这件诉求刚刚有了新的进展，请刷新后再操作。")
    local = event.recorded_at.astimezone(SHANGHAI)
    who = event.body if event.actor_name == event.body else f"{event.body} {event.actor_name}".strip()
    return Stale(
        f"{who}在 {local:%H:%M} 已经“{event.action.label}”，现在是“{ticket.state.label}”。请刷新看看再决定。"
    )


def _wrong_state(action: Action, state: State, standing: frozenset[Who]) -> str:
    if any(
        row.built and row.who & standing and When.NEVER_DISSATISFIED in row.when
        for row in rows(action, state)
    ):
        return "这件诉求已经重办过一次。还不满意，请在评价里选“不满意”，由产业链党委提级协调。"
    sources = "、".join(
        dict.fromkeys(f"“{row.source.label}”" for row in TABLE if row.action is action and row.source)
    )
    return f"这件诉求现在是“{state.label}”，{sources}的时候才能“{action.label}”。"


def by_clock(ticket: Ticket, action: Action) -> Permit | None:
    """Return the permit for an automatic step, or None if somebody was faster and nothing is left to do."""
    row = find_move(action, ticket.state, rules.holds(queries.facts(ticket)))
    return Permit(ticket, row, Role.CLOCK) if row is not None and Role.CLOCK in row.who else None


def moves(work: Work, ticket: Ticket) -> tuple[Move, ...]:
    """Return the rows this actor may walk now: what the page draws as buttons and the API lists."""
    facts = queries.facts(ticket)
    standing = rules.parties(work.actor, facts)
    found = []
    for row in moves_from(ticket.state, rules.holds(facts)):
        if not row.built or not row.who & standing:
            continue
        if rules.duty_refusal(work.actor, row.action, facts, standing) or _guard(work, ticket, row.action):
            continue
        found.append(row)
    return tuple(found)


def _guard(work: Work, ticket: Ticket, action: Action) -> str | None:
    guard = _GUARDS.get(action)
    return guard(work, ticket) if guard else None


def _guard_return(work: Work, ticket: Ticket) -> str | None:
    if ticket.lead_unit_code in ticket.returned_by:
        return "您单位退过一次，裁定不成立；退单只有一次，请接着办。"
    if ticket.dispatched_at is None:
        return None
    urgent = ticket.urgency is Urgency.URGENT
    window = (
        WallMinutes(rules.RETURN_WINDOW_URGENT_MINUTES) if urgent else Workdays(rules.RETURN_WINDOW_WORKDAYS)
    )
    until = work.calendar.due(ticket.dispatched_at, window).at
    if work.now >= until:
        return f"退单要在派单后 {'1 小时' if urgent else '1 个工作日'}内，{rules.moment_text(until)} 已过，请接着办。"
    return None


def _guard_ask_info(work: Work, ticket: Ticket) -> str | None:
    if ticket.info_asked >= INFO_MOST:
        return f"已请企业补充过 {INFO_MOST} 次，不能再请了。缺的材料请电话问清，或者按现有材料办。"
    return None


def _guard_call(work: Work, ticket: Ticket) -> str | None:
    last = ticket.last_call_at
    if last is not None and last.astimezone(SHANGHAI).date() == work.now.astimezone(SHANGHAI).date():
        return "今天已经记过一次没打通，第二次要换一天再打。"
    return None


_GUARDS: Mapping[Action, Callable[[Work, Ticket], str | None]] = {
    Action.RETURN: _guard_return,
    Action.ASK_INFO: _guard_ask_info,
    Action.CALL_FAILED: _guard_call,
}


def move(work: Work, number: str, step: Step) -> Ticket:
    """Move a ticket on by one row of the table. Raises what `permit` and `apply` raise."""
    return apply(work, permit(work, number, step.action, step.version), step.given)


def apply(work: Work, allowed: Permit, given: Mapping[str, Any]) -> Ticket:
    """Do what was permitted and return the ticket. Raises what `carry` raises."""
    return carry(work, allowed, given).ticket


def carry(work: Work, allowed: Permit, given: Mapping[str, Any]) -> Moved:
    """Do what was permitted. Raises Invalid if what is given does not suffice or fit."""
    _demand(allowed.row, given)
    with work.session.no_autoflush:  # what is read on the way has nothing to do with what is being written
        return _carry(work, allowed, given)


def _carry(work: Work, allowed: Permit, given: Mapping[str, Any]) -> Moved:
    ticket, row, role = allowed.ticket, allowed.row, allowed.capacity
    effect = _EFFECTS.get(row.action)
    before = queries.clocks(work.session, ticket.id)
    source = ticket.state
    target = row.target or source
    plan = clockwork.plan(row.action, source, target, given, _standing(work, ticket, row.action, before))

    if effect is not None:
        effect(work, ticket, given)
    ticket.hands = rules.hands_after(ticket.hands, work.actor, row.action)
    _enter(ticket, target)
    ticket.updated_at = work.now
    ticket.version += 1
    left = clocks.carry_out(work, ticket, plan, before, row.action.value)
    if row.action is Action.RECLASSIFY:
        clocks.relimit(work, ticket, left)
    clocks.settle(ticket, left)
    work.session.flush()
    said_for = body(work, ticket, role)
    history.append(
        work, ticket, row.action, source, given, role=role, body=said_for, before=allowed.last_hash
    )
    telling.tell(work, ticket, row.action, source, given)
    return Moved(ticket, [*before, *(one for one in left if one not in before)])


def _enter(ticket: Ticket, state: State) -> None:
    ticket.state = state
    ticket.is_open = state in OPEN


def _standing(work: Work, ticket: Ticket, action: Action, had: Sequence[Clock]) -> clockwork.Standing:
    return clockwork.Standing(
        promise_runs=any(one.kind == ClockKind.PROMISE.value and one.stopped_at is None for one in had),
        unit_contacted=action is Action.ACKNOWLEDGE and clocks.was_contacted(ticket, had),
        calls_failed=ticket.calls_failed,
    )


def _demand(row: Move, given: Mapping[str, Any]) -> None:
    missing = [name for name in row.needs if given.get(name) in (None, "", [])]
    if missing:
        raise Invalid(errors={name: ["这一项要填。"] for name in missing})


def body(work: Work, ticket: Ticket, role: Who) -> str:
    """Return the name of the body for which the actor acts in this capacity."""
    facts = known.of(work.session)
    if role in {Party.REQUESTER, Party.FILER, Role.ENTERPRISE}:
        return "企业"
    if role is Role.DEPARTMENT:
        return facts.directory.unit_name(ticket.lead_unit_code)
    if role is Role.CLOCK:
        return ""
    return work.actor.unit_name or Role(role).label


# What an action does to the ticket beside its state and clocks.


def _dispatch(work: Work, ticket: Ticket, given: Mapping[str, Any]) -> None:
    unit = known.of(work.session).directory.units.get(given["lead_unit"])
    if unit is None or not unit.handles:
        raise Invalid(errors={"lead_unit": ["没有这个办理单位，请从名单里选一个。"]})
    if unit.code in ticket.returned_by:
        ticket.returned_by = [code for code in ticket.returned_by if code != unit.code]
    ticket.lead_unit_code = unit.code
    ticket.responsible_unit_code = ticket.responsible_unit_code or unit.code
    ticket.dispatched_at = work.now
    ticket.info_asked = 0


def _acknowledge(work: Work, ticket: Ticket, given: Mapping[str, Any]) -> None:
    ticket.responsible_unit_code = ticket.lead_unit_code


def _reject_return(work: Work, ticket: Ticket, given: Mapping[str, Any]) -> None:
    ticket.returned_by = sorted({*ticket.returned_by, ticket.lead_unit_code})


def _ask_info(work: Work, ticket: Ticket, given: Mapping[str, Any]) -> None:
    ticket.info_asked += 1


def _reclassify(work: Work, ticket: Ticket, given: Mapping[str, Any]) -> None:
    category = given.get("category") or ticket.category_code
    if category is not None and category not in known.of(work.session).directory.categories:
        raise Invalid(errors={"category": ["没有这个类别，请从名单里选一个。"]})
    after = (category, given.get("kind") or ticket.kind, given.get("urgency") or ticket.urgency)
    if after == (ticket.category_code, ticket.kind, ticket.urgency):
        raise Invalid("类别、性质、紧急程度都没有变，请至少改一项。", {"category": ["请至少改一项。"]})
    ticket.category_code, ticket.kind, ticket.urgency = after


def _contact(work: Work, ticket: Ticket, given: Mapping[str, Any]) -> None:
    at = given.get("at")
    if isinstance(at, datetime) and not ticket.created_at <= at <= work.now:
        raise Invalid(errors={"at": ["联系时间要在报送之后、现在之前。"]})


def _resolve(work: Work, ticket: Ticket, given: Mapping[str, Any]) -> None:
    ticket.outcome = given["outcome"]
    ticket.resolved_at = work.now


def _answered(work: Work, ticket: Ticket, given: Mapping[str, Any]) -> None:
    ticket.answered_at = ticket.answered_at or work.now
    ticket.calls_failed = 0
    ticket.last_call_at = None


def _confirm(work: Work, ticket: Ticket, given: Mapping[str, Any]) -> None:
    if ticket.kind in ONE_QUESTION:
        if given.get("clear") is None:
            raise Invalid(errors={"clear": ["请选一项：答复清楚吗？"]})
        if given.get("clear") is False:
            raise Invalid(errors={"clear": ["没说清楚，请用“重办”，单位会再答复您。"]})
        return
    missing = [name for name in ("contacted", "solved", "satisfaction") if given.get(name) is None]
    if missing:
        raise Invalid(errors={name: ["请选一项。"] for name in missing})
    ticket.satisfaction = given["satisfaction"]
    if ticket.satisfaction is Satisfaction.DISSATISFIED:
        ticket.dissatisfied += 1


def _reopen(work: Work, ticket: Ticket, given: Mapping[str, Any]) -> None:
    asked = ("clear",) if ticket.kind in ONE_QUESTION else ("contacted", "solved")
    missing = [name for name in asked if given.get(name) is None]
    if missing:
        raise Invalid(errors={name: ["请选一项。"] for name in missing})
    said_already = ticket.satisfaction is Satisfaction.DISSATISFIED  # by an evaluation of this very round
    ticket.dissatisfied += 0 if said_already else 1
    ticket.satisfaction = None
    ticket.reopened += 1
    ticket.round += 1
    ticket.lead_unit_code = ticket.responsible_unit_code
    ticket.resolved_at = None


def _call_failed(work: Work, ticket: Ticket, given: Mapping[str, Any]) -> None:
    ticket.calls_failed += 1
    ticket.last_call_at = work.now


def _close(work: Work, ticket: Ticket, given: Mapping[str, Any]) -> None:
    ticket.first_closed_at = ticket.first_closed_at or work.now
    ticket.closed_at = work.now


_EFFECTS: Mapping[Action, Callable[[Work, Ticket, Mapping[str, Any]], None]] = {
    Action.DISPATCH: _dispatch,
    Action.ACKNOWLEDGE: _acknowledge,
    Action.REJECT_RETURN: _reject_return,
    Action.ASK_INFO: _ask_info,
    Action.RECLASSIFY: _reclassify,
    Action.CONTACT: _contact,
    Action.RESOLVE: _resolve,
    Action.PASS_REVIEW: _answered,
    Action.ANSWER: _answered,
    Action.CONFIRM: _confirm,
    Action.REOPEN: _reopen,
    Action.CALL_FAILED: _call_failed,
    Action.CLOSE: _close,
}


def dispatch_warning(work: Work, ticket: Ticket) -> str:
    """Return the warning that nobody would be left to close, or an empty string."""
    holders = known.of(work.session).holders
    reviewers = holders.ids(Role.TASK_FORCE, ScopeKind.CHAIN, ticket.chain_code)
    closers = holders.ids(Role.COMMITTEE, ScopeKind.CHAIN, ticket.chain_code)
    said = (
        [] if rules.somebody_can_close(reviewers, closers, ticket.hands) else [f"{rules.NOBODY_CAN_CLOSE}。"]
    )
    if ticket.kind is None:
        said.append("性质还没定，按求助的时限算；请先“更正分类”，时限才算得准。")
    return "".join(said)
