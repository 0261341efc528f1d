"""Starting, stopping, pausing and moving clocks. A clock is a fact that another room states; this room watches it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Table, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from chainhub.core.db import add_rows
from chainhub.core.limits import local
from chainhub.core.words import Labelled
from chainhub.core.work import Work
from chainhub.core.worktime import Limit, Pause, RungAt, Workdays, limit_code, parse_limit
from chainhub.reminders import rules
from chainhub.reminders.models import Clock, Said
from chainhub.reminders.rules import Ladder, Reading

_SAID = cast("Table", Said.__table__)


@dataclass(frozen=True, slots=True)
class Owner:
    """The thing a clock belongs to, as this room needs to know it."""

    kind: str
    id: int | None  # None: not yet stored; set on the clock before it is
    about: str
    link: str
    chain: str
    confidential: bool


@dataclass(frozen=True, slots=True)
class Holder:
    """Who must act before the clock runs out: a role over a scope."""

    role: str
    scope: str
    ref: str


def reading(clock: Clock) -> Reading:
    """Return what decides a clock's moments."""
    return Reading(
        clock.started_at,
        parse_limit(clock.limit),
        tuple(_pause(one) for one in clock.pauses),
        Workdays(clock.extension),
        clock.floor_at,
    )


def begin(
    work: Work, owner: Owner, kind: Labelled, limit: Limit, holder: Holder, *, ladder: Ladder, round_: int
) -> Clock:
    """Return a clock that starts now, with its watch; whoever asked for it adds it once its owner has an id."""
    begun = Reading(work.now, limit)
    due = work.calendar.due(work.now, limit)
    return Clock(
        owner_kind=owner.kind,
        owner_id=owner.id,
        about=owner.about,
        link=owner.link,
        chain=owner.chain,
        confidential=owner.confidential,
        kind=kind.value,
        label=kind.label,
        round=round_,
        holder_role=holder.role,
        holder_scope=holder.scope,
        holder_ref=holder.ref,
        ladder=ladder.value,
        started_at=work.now,
        limit=limit_code(limit),
        extension=0,
        pauses=[],
        due_at=due.at,
        yellow_at=rules.yellow_from(work.calendar, begun, due.at),
        provisional=due.provisional,
        calendar_version=work.calendar.version,
        stop_reason="",
        look_again_at=rules.look_again(rules.rungs(work.calendar, begun, ladder, due.at), work.now),
    )


def stop(work: Work, clock: Clock, reason: str) -> None:
    """Stop a clock; a stopped clock never changes and never speaks."""
    _end_pause(work, clock)
    clock.stopped_at = work.now
    clock.stop_reason = reason
    clock.look_again_at = None
    flag_modified(clock, "look_again_at")  # clocks that stop together are written in one statement


def pause(work: Work, clock: Clock, cap: Workdays | None) -> None:
    """Pause a clock: it is silent, and its due counts the pause to its cap."""
    clock.pauses = [*clock.pauses, [work.now.isoformat(), None, cap.count if cap else None]]
    _move_floor(work, clock, 1)
    recompute(work, clock)
    clock.look_again_at = None


def unpause(work: Work, clock: Clock, *, floor: datetime | None = None) -> None:
    """End the running pause; the due is recomputed from what the pause really took.

    With `floor` it is never before that, unless the clock was overdue when it was paused.
    """
    begun = _paused_since(clock)
    in_time = begun is not None and due_before_waiting(work, clock) > begun
    _end_pause(work, clock)
    if floor is not None and in_time:
        clock.floor_at = floor
    recompute(work, clock, waited=True)


def revive(work: Work, clock: Clock, *, as_pause: bool, floor: datetime | None) -> None:
    """Let a stopped clock run on. With `as_pause` the time since it stopped does not count against the holder."""
    stopped = clock.stopped_at
    if stopped is not None and as_pause:
        clock.pauses = [*clock.pauses, [stopped.isoformat(), work.now.isoformat(), None]]
        _move_floor(work, clock, 1)
    clock.stopped_at = None
    clock.stop_reason = ""
    if floor is not None:
        clock.floor_at = floor
    recompute(work, clock)


def change_limit(work: Work, clock: Clock, limit: Limit) -> bool:
    """Give a running clock another limit from its original start; say whether its due moved."""
    before = clock.due_at
    clock.limit = limit_code(limit)
    recompute(work, clock)
    return clock.due_at != before


def extend(work: Work, clock: Clock, until: date) -> None:
    """Let a running clock run on to a later day: what is counted is the workdays from the day it would end by itself.

    A floor that holds it up just now does not eat them.
    """
    read = reading(clock)
    by_itself = work.calendar.due(read.started_at, read.limit, read.pauses, extension=read.extension).at
    clock.extension += work.calendar.workdays_between(local(by_itself).date(), until)
    recompute(work, clock)


def recompute(work: Work, clock: Clock, *, waited: bool = False) -> None:
    """Compute a running clock's moments anew. What is already past is noted in silence but for its highest rung.

    So is what came while it `waited` in a pause that moved nothing.
    """
    now_reading = reading(clock)
    ladder = Ladder(clock.ladder)
    due = work.calendar.due(
        now_reading.started_at,
        now_reading.limit,
        now_reading.pauses,
        extension=now_reading.extension,
        floor=now_reading.floor,
    )
    moved = due.at != clock.due_at
    clock.due_at = due.at
    clock.provisional = due.provisional
    clock.yellow_at = rules.yellow_from(work.calendar, now_reading, due.at)
    clock.calendar_version = work.calendar.version
    if clock.pauses and clock.pauses[-1][1] is None:
        clock.look_again_at = None
        return
    moments = rules.rungs(work.calendar, now_reading, ladder, due.at)
    past = [one for one in moments if one.at <= work.now]
    if moved and past:
        clock.look_again_at = _hush(work, clock, moments, past)
    else:
        # A rung whose moment came just now, or in a pause that took no workday, is still to be said.
        missed = rules.to_say(past, _said(work, clock), work.now) if past else ()
        if waited and len(missed) > 1:
            _note_in_silence(work, clock, missed[:-1])
            missed = missed[-1:]
        clock.look_again_at = missed[0].at if missed else rules.look_again(moments, work.now)


def due_before_waiting(work: Work, clock: Clock) -> datetime:
    """Return the due date that was last said of a clock: of one that is paused, the one from before its pause."""
    if _paused_since(clock) is None:
        return clock.due_at
    read = reading(clock)
    due = work.calendar.due(read.started_at, read.limit, read.pauses[:-1], extension=read.extension).at
    if read.floor is None:
        return due
    last = read.pauses[-1]
    days = work.calendar.paused_days(last, local(last.start).date())
    floor = work.calendar.add_workdays(local(read.floor).date(), -days) if days else local(read.floor).date()
    return max(due, work.calendar.end_of_day(floor))


def _said(work: Work, clock: Clock) -> frozenset[str]:
    """Return the rungs that were said or noted for the due date that holds."""
    return frozenset(
        work.session.scalars(select(Said.rung).where(Said.clock_id == clock.id, Said.due_at == clock.due_at))
    )


def _hush(work: Work, clock: Clock, moments: Sequence[RungAt], past: Sequence[RungAt]) -> datetime | None:
    """Note the rungs that a moved due has left behind; return when to look again.

    The highest of them still speaks, unless this clock has spoken it before for another due date.
    """
    spoken = set(
        work.session.scalars(select(Said.rung).where(Said.clock_id == clock.id, Said.silent.is_(False)))
    )
    still_speaks = past[-1].rung.value not in spoken
    silent = past[:-1] if still_speaks else past
    _note_in_silence(work, clock, silent)
    return past[-1].at if still_speaks else rules.look_again(moments, work.now)


def _note_in_silence(work: Work, clock: Clock, left_behind: Sequence[RungAt]) -> None:
    rows = [
        {
            "clock_id": clock.id,
            "due_at": clock.due_at,
            "rung": one.rung.value,
            "at": work.now,
            "silent": True,
        }
        for one in left_behind
    ]
    note(work.session, rows)


def note(session: Session, rows: list[dict[str, Any]]) -> None:
    """Note rungs as said; one that is noted already stays as it was."""
    add_rows(session, _SAID, rows, ("clock_id", "due_at", "rung"))


def _pause(stored: Sequence[Any]) -> Pause:
    begun, ended, cap = stored
    return Pause(
        datetime.fromisoformat(begun),
        datetime.fromisoformat(ended) if ended else None,
        Workdays(cap) if cap else None,
    )


def _paused_since(clock: Clock) -> datetime | None:
    """Return when the pause began that runs, or None."""
    runs = clock.pauses and clock.pauses[-1][1] is None
    return datetime.fromisoformat(clock.pauses[-1][0]) if runs else None


def _end_pause(work: Work, clock: Clock) -> None:
    """Let the running pause end now, if one runs."""
    if _paused_since(clock) is None:
        return
    _move_floor(work, clock, -1)  # what was counted to its cap is taken back
    *before, (begun, _, cap) = clock.pauses
    clock.pauses = [*before, [begun, work.now.isoformat(), cap]]
    _move_floor(work, clock, 1)


def _move_floor(work: Work, clock: Clock, times: int) -> None:
    """Move the floor by the workdays that the last pause takes: a day that was left is not eaten by waiting."""
    if clock.floor_at is None:
        return
    last = _pause(clock.pauses[-1])
    days = work.calendar.paused_days(last, local(last.start).date())
    if days:
        day = work.calendar.add_workdays(local(clock.floor_at).date(), times * days)
        clock.floor_at = work.calendar.end_of_day(day)
