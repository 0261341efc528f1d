"""Carrying out what `clockwork.plan` decided, and keeping the ticket's own due date true."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import TableClause

from chainhub.core.actor import Role, ScopeKind
from chainhub.core.db import add_rows
from chainhub.core.work import Work
from chainhub.core.worktime import Limit, Workdays
from chainhub.county import known
from chainhub.reminders import service as reminders
from chainhub.reminders.models import Clock
from chainhub.reminders.rules import Ladder
from chainhub.reminders.service import Holder, Owner
from chainhub.tickets import clockwork, deadlines, queries
from chainhub.tickets.clockwork import (
    PART_CLOCKS,
    REQUESTER_CLOCKS,
    SILENT_CLOCKS,
    ClockKind,
    Plan,
)
from chainhub.tickets.models import Ticket
from chainhub.tickets.terms import Route, Urgency

_CLOCKS = cast("TableClause", Clock.__table__)
_HELD_BY_TASK_FORCE = frozenset({ClockKind.DISPATCH, ClockKind.RULING, ClockKind.REVIEW})
_HELD_BY_UNIT = frozenset(
    {ClockKind.ACKNOWLEDGE, ClockKind.UNIT_CONTACT, ClockKind.UNIT, ClockKind.REWORK, ClockKind.PROMISE}
)
_OF_EACH = PART_CLOCKS | {ClockKind.REPORT_IN}  # one for every unit that was called


def carry_out(work: Work, ticket: Ticket, plan: Plan, had: Sequence[Clock], reason: str) -> list[Clock]:
    """Stop, pause, revive and start clocks as planned; return those that run afterwards.

    `had` is every clock of the ticket so far, in the order they were started.
    Clocks of a ticket that is not stored yet are for the caller to add, once it has an id.
    """
    left: list[Clock] = []
    stopped = [clock for clock in had if clock.stopped_at is not None]
    for clock in had:
        if clock.stopped_at is not None:
            continue
        kind = ClockKind(clock.kind)
        if plan.stop_all or kind in plan.stop:
            reminders.stop(work, clock, reason)
            continue
        if kind in plan.unpause:
            floor = work.calendar.due(work.now, Workdays(1)).at if plan.leaves_a_day else None
            reminders.unpause(work, clock, floor=floor)
        if kind in plan.pause:
            reminders.pause(work, clock, plan.pause[kind])
        left.append(clock)
    if plan.revive:
        left.extend(_revive(work, ticket, plan, stopped))
    started = [_start(work, ticket, kind) for kind in plan.start]
    if ticket.id is not None:
        work.session.add_all(started)
    return [*left, *started]


def _revive(work: Work, ticket: Ticket, plan: Plan, stopped: Sequence[Clock]) -> list[Clock]:
    revived = []
    since = ticket.ended_at if ticket.merged_from is not None else ticket.resolved_at
    for clock in reversed(stopped):
        kind = ClockKind(clock.kind)
        if clock.stopped_at != since or kind not in plan.revive:
            continue
        was_late = clock.stopped_at is not None and clock.due_at <= clock.stopped_at
        counts = plan.revive[kind]
        is_review = ticket.merged_from is None
        floor = work.calendar.due(work.now, Workdays(1)).at if counts and is_review and not was_late else None
        reminders.revive(work, clock, as_pause=counts, floor=floor)
        revived.append(clock)
    return revived


def _start(work: Work, ticket: Ticket, kind: ClockKind) -> Clock:
    ladder = Ladder.POSTS
    if kind in REQUESTER_CLOCKS:
        ladder = Ladder.REQUESTER
    elif kind in SILENT_CLOCKS:
        ladder = Ladder.NONE
    owner = Owner(queries.OWNER, ticket.id, ticket.about, ticket.link, ticket.chain_code, ticket.confidential)
    limit = limit_of(work, ticket, kind, work.now)
    return reminders.begin(
        work, owner, kind, limit, holder_of(ticket, kind), ladder=ladder, round_=ticket.round
    )


def limit_of(work: Work, ticket: Ticket, kind: ClockKind, at: datetime) -> Limit:
    """Return how long a clock of this ticket runs, by the rules in force at a moment."""
    by_formula = kind is ClockKind.PART and ticket.urgency is Urgency.NORMAL
    book = known.of(work.session).book
    name = ClockKind.UNIT if by_formula else clockwork.limit_name(kind)
    limit = book.limit(name.value, clockwork.matter_of(ticket.kind), ticket.urgency.value, at)
    if by_formula:
        return clockwork.part_limit(limit)
    return clockwork.rework_limit(limit, ticket.urgency) if kind is ClockKind.REWORK else limit


def holder_of(ticket: Ticket, kind: ClockKind) -> Holder:
    """Return who must act before a clock of this ticket runs out."""
    if kind in REQUESTER_CLOCKS:
        return Holder(Role.ENTERPRISE.value, ScopeKind.ENTERPRISE.value, ticket.enterprise_code)
    if kind in _HELD_BY_UNIT:
        return Holder(Role.DEPARTMENT.value, ScopeKind.UNIT.value, ticket.lead_unit_code or "")
    if kind in {ClockKind.CALLBACK, ClockKind.NOT_RATED}:
        return Holder(Role.CALLER.value, ScopeKind.COUNTY.value, "")
    if kind is ClockKind.DISPATCH and ticket.next_on_route is Route.DAILY:
        return Holder(Role.GUIDE.value, ScopeKind.ENTERPRISE.value, ticket.enterprise_code)
    if kind is ClockKind.DISPATCH and ticket.next_on_route is Route.HARD:
        return Holder(Role.COMMITTEE.value, ScopeKind.CHAIN.value, ticket.chain_code)
    role = Role.TASK_FORCE if kind in _HELD_BY_TASK_FORCE else Role.COMMITTEE
    return Holder(role.value, ScopeKind.CHAIN.value, ticket.chain_code)


def write(work: Work, started: Sequence[Clock]) -> None:
    """Write clocks of a new ticket as rows, past the mapper; whoever moves it next reads them."""
    rows = [{name: value for name, value in vars(one).items() if not name.startswith("_")} for one in started]
    add_rows(work.session, _CLOCKS, rows)


def settle(ticket: Ticket, running: Sequence[Clock]) -> None:
    """Make the ticket's due date true: the unit's clock while one runs, else the clock of its state."""
    counts = deadlines.counting(ticket.state, running)
    ticket.due_at = counts.due_at if counts else None
    ticket.yellow_at = counts.yellow_at if counts else None
    ticket.due_provisional = bool(counts and counts.provisional)
    promise = next((clock for clock in running if clock.kind == ClockKind.PROMISE.value), None)
    if promise is not None:
        ticket.promise_due_at = promise.due_at


def dates(work: Work, had: Sequence[Clock]) -> dict[int, datetime]:
    """Return the due date that its holder knows of every clock, by its id: what a pause adds is told when it ends."""
    return {clock.id: reminders.due_before_waiting(work, clock) for clock in had}


def moved(left: Sequence[Clock], known_as: Mapping[int, datetime]) -> list[tuple[Clock, datetime]]:
    """Return the clocks that run, wait for nobody, and are due elsewhere than was known; each with the date before."""
    found = [(clock, known_as[clock.id]) for clock in left if clock.id in known_as and not _waits(clock)]
    return [(clock, before) for clock, before in found if clock.due_at != before]


def _waits(clock: Clock) -> bool:
    return bool(clock.pauses) and clock.pauses[-1][1] is None


def relimit(work: Work, ticket: Ticket, running: Sequence[Clock]) -> None:
    """Give every running clock the limit of the ticket's new classification, from its original start."""
    for clock in running:
        kind = ClockKind(clock.kind)
        # A complaint is called by its number alone from here on.
        clock.about = about_unit(work, ticket, clock.holder_ref) if kind in _OF_EACH else ticket.about
        if kind not in PART_CLOCKS:  # their limits follow from their own part
            reminders.change_limit(work, clock, limit_of(work, ticket, kind, clock.started_at))


def about_unit(work: Work, ticket: Ticket, unit: str) -> str:
    """Return what notices call one of several units' duties: whose it is, since who oversees them hears of each."""
    return f"{ticket.about}（{known.of(work.session).directory.units[unit].short}）"[:120]


def was_contacted(ticket: Ticket, had: Sequence[Clock]) -> bool:
    """Say whether the present unit has reached the enterprise since it was sent the ticket."""
    return any(
        one.kind == ClockKind.UNIT_CONTACT.value
        and one.stop_reason == "contact"
        and ticket.dispatched_at is not None
        and one.started_at >= ticket.dispatched_at
        for one in had
    )
