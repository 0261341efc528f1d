"""The clocks of sessions: to host and committee before, to write up after. The ladders themselves are in reminders."""

from collections.abc import Sequence

from sqlalchemy import select

from chainhub.core.actor import Role, ScopeKind
from chainhub.core.limits import local
from chainhub.core.words import Labelled
from chainhub.core.work import Work
from chainhub.core.worktime import Limit, Workdays
from chainhub.county import known
from chainhub.notices import service as notices
from chainhub.notices.rules import NoticeKind
from chainhub.reminders import jobs as ladders
from chainhub.reminders import rules as reminder_rules
from chainhub.reminders import service as reminders
from chainhub.reminders.models import Clock
from chainhub.reminders.rules import Ladder
from chainhub.reminders.service import Holder, Owner
from chainhub.rotations import queries
from chainhub.rotations.models import Rotation, Salon
from chainhub.rotations.workflow import OPEN, State

OWNER = "salon"
WRITE_UP_DAYS = 2
"""Workdays after the session in which it is written up (issue, decision)."""


class Watched(Labelled):
    """What is watched of a session."""

    HOSTING = "hosting", "承办"
    WRITE_UP = "write_up", "写纪要"


def watch(work: Work, rotation: Rotation) -> None:
    """Let the clocks of a rotation be those of its sessions as they are now; a day that moved starts them anew."""
    today = local(work.now).date()
    coming = [
        one
        for one in queries.salons(work.session, rotation)
        if one.on is not None and one.on > today and one.stage in {State.PLANNED, State.ANNOUNCED}
    ]
    hosting = queries.hosts(work.session, coming)
    wanted = {}
    for one in coming:
        wanted[one.id, Role.COMMITTEE.value, rotation.chain_code] = one
        for host in hosting.get(one.id, ()):
            wanted[one.id, Role.ENTERPRISE.value, host.enterprise_code] = one
    standing = _running(work, [one.id for one in queries.salons(work.session, rotation)])
    for clock in standing:
        if clock.calendar_version < work.calendar.version:
            _by_new_calendar(work, clock)
    running = {
        (clock.owner_id, clock.holder_role, clock.holder_ref): clock
        for clock in standing
        if clock.kind == Watched.HOSTING.value
    }
    for key, clock in running.items():
        salon = wanted.get(key)
        if salon is not None and local(clock.due_at).date() == _due_on(work, salon):
            del wanted[key]
        else:
            reminders.stop(work, clock, "改了")
    for (_, role, ref), salon in wanted.items():
        left = work.calendar.workdays_between(today, salon.on or today)
        if left >= 1:
            scope = ScopeKind.CHAIN if role == Role.COMMITTEE.value else ScopeKind.ENTERPRISE
            holder = Holder(role, scope.value, ref)
            _start(work, rotation, salon, Watched.HOSTING, Workdays(left), holder)


def _by_new_calendar(work: Work, clock: Clock) -> None:
    """Compute a clock anew after a calendar was imported; who must write up is told once of a limit that moved.

    Of a session's own day its host is told when the session is laid down.
    """
    before = clock.due_at
    reminders.recompute(work, clock)
    if clock.kind == Watched.WRITE_UP.value and clock.due_at != before:
        who = ladders.recipients(clock, ("contact",), known.of(work.session).holders)
        words = reminder_rules.moved_words(clock.label, clock.about, before, clock.due_at)
        key = f"moved:{clock.id}:{work.calendar.version}"
        notices.enqueue(work, who, NoticeKind.MOVED, words, key=key, link=clock.link)


def _due_on(work: Work, salon: Salon) -> object:
    """Return the day on which the clock of a session runs out: its own, or the last workday before."""
    on = salon.on
    if on is None or work.calendar.is_workday(on):
        return on
    return work.calendar.add_workdays(on, -1)


def write_up(work: Work, rotation: Rotation, salon: Salon) -> None:
    """Let the committee be reminded to write a session up."""
    holder = Holder(Role.COMMITTEE.value, ScopeKind.CHAIN.value, rotation.chain_code)
    _start(work, rotation, salon, Watched.WRITE_UP, Workdays(WRITE_UP_DAYS), holder)


def stop_all(work: Work, ids: Sequence[int]) -> None:
    """Stop every clock of some sessions."""
    for clock in _running(work, ids):
        reminders.stop(work, clock, "不用了")


def _running(work: Work, ids: Sequence[int]) -> Sequence[Clock]:
    return work.session.scalars(
        select(Clock).where(Clock.owner_kind == OWNER, Clock.owner_id.in_(ids), Clock.stopped_at.is_(None))
    ).all()


def _start(work: Work, rotation: Rotation, salon: Salon, kind: Watched, limit: Limit, holder: Holder) -> None:
    chain = known.of(work.session).directory.chains[rotation.chain_code]
    day = f"{salon.on.month}月{salon.on.day}日" if salon.on else ""
    owner = Owner(
        OWNER, salon.id, f"{day}{chain.name}{rotation.name}", salon.link, rotation.chain_code, False
    )
    ladder = Ladder.HOSTING if kind is Watched.HOSTING else Ladder.POSTS
    work.session.add(reminders.begin(work, owner, kind, limit, holder, ladder=ladder, round_=1))
    work.session.flush()


__all__ = ["OPEN", "OWNER", "Watched", "stop_all", "watch", "write_up"]
