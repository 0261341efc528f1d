"""What happens to tickets by itself: acknowledged, supply expired, call-back raised, not rated, dates recomputed.

Each is a pair: `find` asks the database what is true, `handle` does it as the clock. A lost hour heals itself.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from chainhub.audit import service as audit
from chainhub.core.sweeps import InSteps
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI
from chainhub.county import known
from chainhub.reminders import jobs as ladders
from chainhub.reminders import service as reminders
from chainhub.reminders.models import Clock
from chainhub.tickets import clockwork, digesting, outgoing, overseeing, queries, rules
from chainhub.tickets.clockwork import ClockKind
from chainhub.tickets.models import Ticket
from chainhub.tickets.outsiders import lapsing
from chainhub.tickets.service import (
    clocks,
    complaints,
    instructions,
    moved_dates,
    moving,
    pending,
    presence,
    referrals,
    reporting,
    supervisions,
    telling,
)
from chainhub.tickets.workflow import Action, State


def remind(work: Work, ids: Sequence[int]) -> None:
    """Say every rung whose moment has come, and nothing of a complaint to the unit that it is about."""
    ladders.handle(work, ids, complaints.kept_from)


deliver = InSteps(outgoing.deliver)
"""Send what waits in the outbox: claimed, sent with no transaction open, stamped."""


def find_undigested(work: Work, limit: int) -> Sequence[int]:
    """Return who is reached outside and has not had this morning's word."""
    return digesting.find(work, limit)


def say_digest(work: Work, ids: Sequence[int]) -> None:
    """Write them the morning's word, and with the first of a week the leaders theirs."""
    digesting.say(work, ids)


def _ended(kind: ClockKind) -> Callable[[Work, int], Sequence[int]]:
    def find(work: Work, limit: int) -> Sequence[int]:
        return work.session.scalars(
            select(Clock.owner_id)
            .where(
                Clock.stopped_at.is_(None),
                Clock.kind == kind.value,
                Clock.due_at <= work.now,
                Clock.owner_kind == queries.OWNER,
            )
            .order_by(Clock.due_at)
            .limit(limit)
        ).all()

    return find


def _by_clock(action: Action) -> Callable[[Work, Sequence[int]], None]:
    def handle(work: Work, ids: Sequence[int]) -> None:
        for ticket in _locked(work, ids):
            allowed = moving.by_clock(work, ticket, action)
            if allowed is not None:
                moving.apply(work, allowed, {})

    return handle


def _locked(work: Work, ids: Sequence[int]) -> Sequence[Ticket]:
    return work.session.scalars(
        select(Ticket).where(Ticket.id.in_(ids)).order_by(Ticket.id).with_for_update(skip_locked=True)
    ).all()


find_unacknowledged = _ended(ClockKind.ACKNOWLEDGE)
acknowledge = _by_clock(Action.ACKNOWLEDGE)
find_unsupplied = _ended(ClockKind.SUPPLY_HANDLING)
expire_info = _by_clock(Action.EXPIRE_INFO)
find_silent = _ended(ClockKind.NOT_RATED)
lapse = _by_clock(Action.LAPSE)
find_unanswered = _ended(ClockKind.EVALUATION)


def raise_callback(work: Work, ids: Sequence[int]) -> None:
    """After 5 workdays of silence, give the callers the task of calling.

    A confidential ticket is not theirs to see (domain, section 2): it goes on to 未评价 without a call. So does one
    that is not in the sample, where the county calls a share alone.
    """
    share = int(known.of(work.session).book.text("callbacks", work.now).get("share", 100))
    for ticket in _locked(work, ids):
        if ticket.state is not State.REVIEWED:
            continue
        running = queries.running_clocks(work.session, [ticket.id])
        calls = not ticket.confidential and rules.is_sampled(ticket.number, ticket.round, share)
        after = ClockKind.CALLBACK if calls else ClockKind.NOT_RATED
        plan = clockwork.Plan(stop=frozenset({ClockKind.EVALUATION}), start=(after,))
        clocks.settle(ticket, clocks.carry_out(work, ticket, plan, running, "silence"))
        if calls:
            telling.tell_callers(work, ticket, "企业一直没评价，请在 2 个工作日内打电话回访。")


find_unacknowledged_parts = _ended(ClockKind.PART_RECEIPT)


def acknowledge_parts(work: Work, ids: Sequence[int]) -> None:
    """Let every part whose limit of receipt has run out count as received."""
    for ticket in _locked(work, ids):
        moving.acknowledge_overdue_parts(work, ticket)


def find_reviews(work: Work, limit: int) -> Sequence[int]:
    """Return carried-over tickets whose day of review has come and is not being decided yet."""
    deciding = select(Clock.id).where(
        Clock.owner_kind == queries.OWNER,
        Clock.owner_id == Ticket.id,
        Clock.kind == ClockKind.CARRY_OVER_DECISION.value,
        Clock.stopped_at.is_(None),
    )
    return work.session.scalars(
        select(Ticket.id)
        .where(
            Ticket.review_on <= work.now.astimezone(SHANGHAI).date(),
            Ticket.state == State.CARRIED_OVER,
            ~deciding.exists(),
        )
        .order_by(Ticket.review_on)
        .limit(limit)
    ).all()


def raise_review(work: Work, ids: Sequence[int]) -> None:
    """At the review date give the committee the decision; nothing resumes in silence."""
    for ticket in _locked(work, ids):
        if ticket.state is not State.CARRIED_OVER or ticket.review_on is None:
            continue
        running = queries.running_clocks(work.session, [ticket.id])
        plan = clockwork.Plan(start=(ClockKind.CARRY_OVER_DECISION,))
        clocks.settle(ticket, clocks.carry_out(work, ticket, plan, running, "review"))
        telling.tell_review(work, ticket)


RECHECK_AFTER = timedelta(days=28)


def find_rechecks(work: Work, limit: int) -> Sequence[int]:
    """Return tickets that were closed four weeks ago and whose enterprise was not asked since."""
    return work.session.scalars(
        select(Ticket.id)
        .where(
            Ticket.state == State.CLOSED,
            Ticket.recheck_asked_at.is_(None),
            Ticket.closed_at <= work.now - RECHECK_AFTER,
        )
        .order_by(Ticket.closed_at)
        .limit(limit)
    ).all()


def ask_again(work: Work, ids: Sequence[int]) -> None:
    """Ask the enterprise whether the matter came back, once for each closing."""
    for ticket in _locked(work, ids):
        if ticket.state is State.CLOSED and ticket.recheck_asked_at is None:
            ticket.recheck_asked_at = work.now
            telling.ask_again(work, ticket)


def find_unanswered_outside(work: Work, limit: int) -> Sequence[int]:
    """Return questions to outside parties whose day has passed without an answer."""
    return lapsing.find(work, limit)


def say_unanswered_outside(work: Work, ids: Sequence[int]) -> None:
    """Remind who asked, once."""
    lapsing.remind(work, ids)


def find_unsupervised(work: Work, limit: int) -> Sequence[int]:
    """Return tickets that call for a 督办 by the county's rules and have no draft of it yet."""
    return overseeing.calling(work, limit)


def draft_supervisions(work: Work, ids: Sequence[int]) -> None:
    """Draft what the rules call for. A draft binds nobody until a named person has signed it."""
    for ticket in _locked(work, ids):
        for reason in overseeing.reasons(work, ticket):
            supervisions.draft_by_rule(work, ticket, reason)
        for instruction in overseeing.late_instructions(work, ticket):
            supervisions.draft_for_instruction(work, ticket, instruction)


def find_gone(work: Work, limit: int) -> Sequence[int]:
    """Return signs of people who looked at a ticket and have gone."""
    return presence.find_gone(work, limit)


def forget_gone(work: Work, ids: Sequence[int]) -> None:
    """Forget who looked at a ticket and has gone."""
    presence.forget(work, ids)


def find_outdated(work: Work, limit: int) -> Sequence[int]:
    """Return running clocks that were computed with an older calendar."""
    return work.session.scalars(
        select(Clock.id)
        .where(
            Clock.stopped_at.is_(None),
            Clock.calendar_version < work.calendar.version,
            Clock.owner_kind.in_((queries.OWNER, *_BESIDE)),
        )
        .order_by(
            Clock.calendar_version
        )  # the way its index lies; by id, SQLite would read every running clock
        .limit(limit)
    ).all()


def recompute(work: Work, ids: Sequence[int]) -> None:
    """Compute clocks anew after a calendar was imported; a moved deadline leaves an audit line and is told once."""
    _recompute_beside(work, ids)
    owners = work.session.scalars(
        select(Clock.owner_id)
        .where(Clock.id.in_(ids), Clock.stopped_at.is_(None), Clock.owner_kind == queries.OWNER)
        .distinct()
    ).all()
    tickets = _locked(work, owners)  # one that somebody moves just now keeps its clocks for the next run
    running: defaultdict[int, list[Clock]] = defaultdict(list)
    for clock in queries.running_clocks(work.session, [ticket.id for ticket in tickets]):
        running[clock.owner_id].append(clock)
    moved: list[tuple[Ticket, Clock, datetime]] = []
    for ticket in tickets:
        for clock in running[ticket.id]:
            before = clock.due_at
            if clock.calendar_version < work.calendar.version:
                reminders.recompute(work, clock)
            if clock.due_at != before:
                moved.append((ticket, clock, before))
        clocks.settle(ticket, running[ticket.id])
    for ticket, clock, before in moved:
        _tell_moved(work, clock, before, ticket.complained_unit_code)
        said = {"clock": clock.kind, "before": _moment(before), "after": _moment(clock.due_at)}
        # By its number alone: who reads the log reads no tickets.
        audit.record(work, "recompute", ticket.number, said)


_BESIDE: Mapping[str, Callable[[Work, Clock], None]] = {
    pending.OWNER: pending.due_again,
    instructions.OWNER: instructions.due_again,
    supervisions.OWNER: supervisions.due_again,
    referrals.OWNER: referrals.due_again,
    reporting.OWNER: reporting.due_again,
}
"""What else has a clock: requests, instructions, supervisions; each keeps its own due date true."""


def _recompute_beside(work: Work, ids: Sequence[int]) -> None:
    found = select(Clock).where(
        Clock.id.in_(ids), Clock.stopped_at.is_(None), Clock.owner_kind.in_(list(_BESIDE))
    )
    beside = work.session.scalars(found.with_for_update(skip_locked=True)).all()
    kept = complaints.kept_from(work.session, [clock.link for clock in beside])
    for clock in beside:
        before = clock.due_at
        _BESIDE[clock.owner_kind](work, clock)
        if clock.due_at != before:
            _tell_moved(work, clock, before, kept.get(clock.link))


def _tell_moved(work: Work, clock: Clock, before: datetime, kept_from: str | None) -> None:
    # By the version of the calendar: a notice that is taken back is told, too.
    moved_dates.tell(work, clock, before, kept_from, cause=str(work.calendar.version))


def _moment(at: datetime) -> str:
    return at.astimezone(SHANGHAI).isoformat()
