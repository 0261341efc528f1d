"""Moving a ticket on by one row of the workflow table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from chainhub.core.actor import THE_CLOCK, Role, ScopeKind
from chainhub.core.db import in_one_go
from chainhub.core.errors import Conflict, Invalid, NotAllowed
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI, Workdays
from chainhub.county import known
from chainhub.reminders.models import Clock
from chainhub.tickets import clockwork, deadlines, queries, rules
from chainhub.tickets.clockwork import ClockKind
from chainhub.tickets.models import Part, Ticket
from chainhub.tickets.service import (
    assigning,
    clocks,
    effects,
    guards,
    history,
    moved_dates,
    parts,
    pending,
    reporting,
    silencing,
    telling,
)
from chainhub.tickets.workflow import (
    ENDS,
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
    walkable_moves,
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
    facts = queries.facts(work.session, ticket)
    standing = rules.parties(work.actor, facts)
    if not rules.may_ever(action, standing, TABLE):
        raise NotAllowed(f"“{action.label}”不归您办。请交给该办的人，或者看看页面上您能做的事。")
    if version is not None and version != ticket.version:
        raise stale(work, ticket)
    row = find_move(action, ticket.state, rules.holds(facts), standing)
    if row is None:
        raise Conflict(_wrong_state(action, ticket.state, standing), code="wrong_state")
    if not row.who & standing:
        who = "、".join(sorted(one.label for one in row.who if isinstance(one, Role))) or "企业"
        raise Conflict(f"“{action.label}”现在由{who}来做。", code="wrong_state")
    refusal = rules.duty_refusal(work.actor, action, facts, standing)
    if refusal is None:
        # Who is of the lead's unit and of a co-unit, as a substitute may be, does for the part what the lead's row refuses.
        either = walkable_moves(action, ticket.state, rules.holds(facts), standing)
        refused = [_refusal(work, ticket, one) for one in either]
        refusal = None if None in refused else refused[0]
        row = either[refused.index(None)] if None in refused else row
    if refusal:
        raise Conflict(refusal, code="forbidden_now")
    return Permit(ticket, row, min(row.who & standing, key=str), last_hash)


def stale(work: Work, ticket: Ticket) -> Stale:
    """Return the refusal of a page that was overtaken, in words: who, when, what now."""
    event = queries.last_event(work.session, ticket.id)
    standing = rules.parties(work.actor, queries.facts(work.session, ticket))
    if event is None or rules.hidden(event.action, standing):
        return Stale("这件诉求刚刚有了新的进展，请刷新后再操作。")
    local = event.recorded_at.astimezone(SHANGHAI)
    who = event.body if event.actor_name == event.body else f"{event.body} {event.actor_name}".strip()
    return Stale(
        f"{who}在 {local:%H:%M} 已经“{event.action.label}”，现在是“{ticket.state.label}”。请刷新看看再决定。"
    )


def _wrong_state(action: Action, state: State, standing: frozenset[Who]) -> str:
    if any(row.who & standing and When.NEVER_DISSATISFIED in row.when for row in rows(action, state)):
        return "这件诉求已经重办过一次。还不满意，请点“提级协调”，由产业链党委组织会商。"
    sources = "、".join(
        dict.fromkeys(f"“{row.source.label}”" for row in TABLE if row.action is action and row.source)
    )
    return f"这件诉求现在是“{state.label}”，{sources}的时候才能“{action.label}”。"


def by_clock(work: Work, ticket: Ticket, action: Action) -> Permit | None:
    """Return the permit for an automatic step, or None if somebody was faster and nothing is left to do."""
    facts = queries.facts(work.session, ticket)
    row = find_move(action, ticket.state, rules.holds(facts), frozenset({Role.CLOCK}))
    mine = row is not None and Role.CLOCK in row.who and not row.part
    return Permit(ticket, row, Role.CLOCK) if row is not None and mine else None


def moves(work: Work, ticket: Ticket) -> tuple[Move, ...]:
    """Return the rows this actor may walk now: what the page draws as buttons and the API lists."""
    facts = queries.facts(work.session, ticket)
    standing = rules.parties(work.actor, facts)
    found: dict[Action, Move] = {}
    for row in moves_from(ticket.state, rules.holds(facts)):
        if not row.who & standing or row.action in found:
            continue
        if row.part and not ticket.co_units:
            continue
        if rules.duty_refusal(work.actor, row.action, facts, standing) or _refusal(work, ticket, row):
            continue
        found[row.action] = row
    return tuple(found.values())


def _refusal(work: Work, ticket: Ticket, row: Move) -> str | None:
    guard = parts.refusal if row.part else guards.refusal
    return guard(work, ticket, row.action)


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
        moved = (_carry_part if allowed.row.part else _carry)(work, allowed, given)
        work.session.flush()
    return moved


def _carry(work: Work, allowed: Permit, given: Mapping[str, Any]) -> Moved:
    ticket, row = allowed.ticket, allowed.row
    before, report = queries.clocks_to_move(work.session, ticket.id)
    source = ticket.state
    target = row.target or ticket.merged_from or source

    place_of = rules.stood_in_for(work.actor, row.action, queries.facts(work.session, ticket))
    plan = clockwork.plan(row.action, source, target, given, _standing(work, allowed, given, before))

    known_as = clocks.dates(work, before)

    sent = effects.take(work, ticket, row.action, given)
    ticket.hands = rules.hands_after(ticket.hands, work.actor, row.action, place_of)
    if target in _WITHOUT_PARTS:
        parts.release(work, ticket, before, row.action.value)
    _enter(work, ticket, target)
    ticket.version += 1
    left = clocks.carry_out(work, ticket, plan, before, row.action.value)
    if row.action is Action.UNMERGE:
        ticket.merged_into_id = ticket.merged_from = None
    if row.action is Action.RECLASSIFY:
        clocks.relimit(work, ticket, left)
    clocks.settle(ticket, left)
    pending.void(work, ticket)
    pending.drop_drafts(work, ticket)
    pending.settle_whistles(work, ticket)
    if target in ENDS and source not in ENDS:  # before the news of the end is told below
        silencing.silence(work, ticket)
    reporting.follow(work, ticket, source, row.action, report)
    work.session.flush()
    _announce(work, allowed, source, given, sent, clocks.moved(left, known_as))
    if target is State.WITHDRAWN:
        _let_go(work, ticket)
    return Moved(ticket, [*before, *(one for one in left if one not in before), *sent])


def _announce(
    work: Work,
    allowed: Permit,
    source: State,
    given: Mapping[str, Any],
    sent: Sequence[Clock],
    moved: Sequence[tuple[Clock, datetime]],
) -> None:
    """Write what was done into the history, and tell who is to know of it; a date that moved once, in the task if there is one."""
    ticket, row = allowed.ticket, allowed.row
    counts = deadlines.counting(ticket.state, [clock for clock, _ in moved])
    was_due = next((at for clock, at in moved if clock is counts and clock.due_at == ticket.due_at), None)
    said_for = body(work, ticket, allowed.capacity)
    said = assigning.told(work, ticket, given) if row.action is Action.ASSIGN else given
    with in_one_go(work.session):
        history.append(
            work,
            ticket,
            row.action,
            source,
            said,
            role=allowed.capacity,
            body=said_for,
            before=allowed.last_hash,
        )
        in_task = telling.tell(work, ticket, row.action, source, given, was_due)
        telling.tell_sent(work, ticket, sent)
    moved_dates.tell_of(work, ticket, [one for one in moved if not (in_task and one[0] is counts)])


_WITHOUT_PARTS = ENDS - {State.MERGED} | {State.RESOLVED, State.ENDORSING}
"""States in which nobody waits for a co-unit any more."""


def _let_go(work: Work, target: Ticket) -> None:
    """Let what was merged into a ticket that is withdrawn go on by itself."""
    for merged in queries.merged_into(work.session, target.id):
        allowed = by_clock(work, merged, Action.UNMERGE)
        if allowed is not None:
            said = {"note": f"{target.number} 撤回了，这件单独接着办。"}
            _carry(replace(work, actor=THE_CLOCK), allowed, said)


def acknowledge_overdue_parts(work: Work, ticket: Ticket) -> None:
    """Let parts whose limit of receipt has run out count as received. Each is a line of history of its own."""
    row = next(row for row in rows(Action.ACKNOWLEDGE, State.HANDLING) if row.part)
    before = queries.clocks(work.session, ticket.id)
    for part in parts.unreceived(work, ticket, before):
        parts.acknowledge(work, part, before)
        _note_part(work, Permit(ticket, row, Role.CLOCK), part, {})


def _carry_part(work: Work, allowed: Permit, given: Mapping[str, Any]) -> Moved:
    ticket, row = allowed.ticket, allowed.row
    before = queries.clocks(work.session, ticket.id)
    part = parts.take(work, ticket, row.action, before, given)
    _note_part(work, allowed, part, given)
    return Moved(ticket, before)


def _note_part(work: Work, allowed: Permit, part: Part, given: Mapping[str, Any]) -> None:
    ticket, row = allowed.ticket, allowed.row
    place_of = rules.stood_in_for(work.actor, row.action, queries.facts(work.session, ticket))
    ticket.hands = rules.hands_after(ticket.hands, work.actor, row.action, place_of)
    ticket.updated_at = work.now
    ticket.version += 1
    ruled = row.action in {Action.UPHOLD_RETURN, Action.REJECT_RETURN}
    unit = known.of(work.session).directory.unit_name(part.unit_code)
    said_for = body(work, ticket, allowed.capacity) if ruled else unit
    said = {**given, "unit": part.unit_code}
    work.session.flush()
    history.append(
        work,
        ticket,
        row.action,
        ticket.state,
        said,
        role=allowed.capacity,
        body=said_for,
        before=allowed.last_hash,
    )
    telling.tell_part(work, ticket, part, row.action, given)


def _enter(work: Work, ticket: Ticket, state: State) -> None:
    if state in ENDS and ticket.state not in ENDS:
        ticket.ended_at = work.now
    ticket.state = state
    ticket.is_open = state in OPEN
    ticket.updated_at = work.now


def _standing(
    work: Work, allowed: Permit, given: Mapping[str, Any], had: Sequence[Clock]
) -> clockwork.Standing:
    ticket, action = allowed.ticket, allowed.row.action
    running = {clock.kind for clock in had if clock.stopped_at is None}
    wait = None
    if action is Action.CARRY_OVER:
        today = work.now.astimezone(SHANGHAI).date()
        wait = Workdays(max(1, work.calendar.workdays_between(today, given["review_on"])))
    return clockwork.Standing(
        promise_runs=ClockKind.PROMISE.value in running,
        unit_contacted=action is Action.ACKNOWLEDGE and clocks.was_contacted(ticket, had),
        calls_failed=ticket.calls_failed,
        unit_runs=any(kind.value in running for kind in clockwork.UNIT_CLOCKS),
        wait=wait,
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
