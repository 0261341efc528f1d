"""The clocks of occasions: before one, when its day passed and nobody marked it, and until it is written up."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from chainhub.core.actor import Role
from chainhub.core.limits import local
from chainhub.core.words import Labelled
from chainhub.core.work import Work
from chainhub.core.worktime import Workdays
from chainhub.county import known
from chainhub.reminders import service as reminders
from chainhub.reminders.jobs import PERSON
from chainhub.reminders.models import Clock
from chainhub.reminders.rules import BEFORE, Ladder
from chainhub.reminders.service import Holder, Owner
from chainhub.rotations.routines import queries
from chainhub.rotations.routines.models import Occasion, Routine
from chainhub.rotations.routines.workflow import is_missed
from chainhub.rotations.workflow import State

OWNER = "occasion"
RECORD_DAYS = 2
"""Workdays after its day in which an occasion is marked done, and after that written up (decision, as for a salon)."""


class Watched(Labelled):
    """What is watched of an occasion."""

    COMING = "coming", "准备"
    MISSED = "missed", "记办完"
    WRITE_UP = "write_up", "成文"


def watch(work: Work, routine: Routine) -> None:
    """Let the clocks be those of the occasions as they are now; a day that moved starts them anew."""
    rows = queries.occasions(work.session, routine)
    wanted = {
        (one.id, kind.value, holder.scope, holder.ref): (one, kind, holder)
        for one in rows
        for kind in [_wants(work, routine, one)]
        if kind is not None
        for holder in _holders(work, routine, kind)
    }
    for clock in _running(work, [one.id for one in rows]):
        if clock.calendar_version < work.calendar.version:
            reminders.recompute(work, clock)
        key = (clock.owner_id, clock.kind, clock.holder_scope, clock.holder_ref)
        if key in wanted and (clock.kind != Watched.COMING.value or _fits(work, clock, wanted[key][0])):
            del wanted[key]
        else:
            reminders.stop(work, clock, "不用了")
    for one, kind, holder in wanted.values():
        _start(work, routine, one, kind, holder)
    work.session.flush()


def _wants(work: Work, routine: Routine, one: Occasion) -> Watched | None:
    today = local(work.now).date()
    if one.stage is State.HELD:
        return Watched.WRITE_UP
    if one.stage is not State.PLANNED or one.on is None:
        return None
    if is_missed(one.stage, one.on, today):
        return Watched.MISSED
    left = work.calendar.workdays_between(today, one.on)
    first = max((days for days in BEFORE.values() if days <= routine.lead_days), default=1)
    return Watched.COMING if 1 <= left <= first + 1 else None


def _holders(work: Work, routine: Routine, kind: Watched) -> Iterator[Holder]:
    """Yield who is watched: who was named; and the body, if nobody was, and for what goes up the posts."""
    role, scope, ref = queries.holding(routine)
    named = queries.named(work.session, routine)
    posts = known.of(work.session).holders.ids(role, scope, ref)
    if posts and (kind is not Watched.COMING or not named):
        yield Holder(role.value, scope.value, ref)
        named -= posts if kind is not Watched.COMING else frozenset()
    people = named or (frozenset() if posts else queries.of_body(work.session, routine.body, ref))
    for id_ in sorted(people):
        yield Holder(Role.DEPARTMENT.value, PERSON, str(id_))


def _fits(work: Work, clock: Clock, one: Occasion) -> bool:
    on = one.on
    if on is not None and not work.calendar.is_workday(on):
        on = work.calendar.add_workdays(on, -1)
    return local(clock.due_at).date() == on


def _start(work: Work, routine: Routine, one: Occasion, kind: Watched, holder: Holder) -> None:
    today = local(work.now).date()
    coming = kind is Watched.COMING
    limit = Workdays(work.calendar.workdays_between(today, one.on or today) if coming else RECORD_DAYS)
    day = f"{one.on.month}月{one.on.day}日" if one.on else ""
    owner = Owner(OWNER, one.id, f"{day}{routine.title}", one.link, routine.chain_code or "", False)
    ladder = Ladder.HOSTING if coming else Ladder.POSTS
    work.session.add(reminders.begin(work, owner, kind, limit, holder, ladder=ladder, round_=1))


def stop_all(work: Work, ids: Sequence[int]) -> None:
    """Stop every clock of some occasions."""
    for clock in _running(work, ids):
        reminders.stop(work, clock, "不用了")


def _running(work: Work, ids: Sequence[int]) -> Sequence[Clock]:
    return work.session.scalars(
        select(Clock).where(Clock.owner_kind == OWNER, Clock.owner_id.in_(ids), Clock.stopped_at.is_(None))
    ).all()
