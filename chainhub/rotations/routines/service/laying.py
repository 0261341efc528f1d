"""Laying occasions down: what the rule plans becomes rows, and whoever is responsible is told once of a day that moved."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import delete, or_, select

from chainhub.core.actor import Role
from chainhub.core.errors import NotAllowed
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.notices import service as notices
from chainhub.notices.rules import NoticeKind
from chainhub.rotations import days, rules
from chainhub.rotations.routines import queries
from chainhub.rotations.routines.models import Occasion, Routine, RoutineEvent
from chainhub.rotations.routines.service import watching
from chainhub.rotations.routines.workflow import changed
from chainhub.rotations.rules import Rota, Session
from chainhub.rotations.workflow import State


@dataclass(frozen=True, slots=True)
class Deed:
    """A change in words: what it is called, what is done, why, of which occasion; and what it changes beside days."""

    action: str
    what: str = ""
    why: str = ""
    occasion_id: int | None = None
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change does to the days to come: those that fall away, those that are new; as ISO dates."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    planned: tuple[Session, ...]


def keeps(work: Work, routine: Routine) -> bool:
    """Say whether this actor plans it: the chain's committee, or for the county's own the office of the leading group."""
    if routine.chain_code is not None:
        return work.actor.holds(Role.COMMITTEE, chain=routine.chain_code)
    return Role.LIAISON in work.actor.roles


def demand_keeper(work: Work, routine: Routine) -> None:
    """Refuse whoever does not plan it. Raises NotAllowed."""
    if not keeps(work, routine):
        whose = "本产业链的党委" if routine.chain_code else "领导小组办公室"
        raise NotAllowed(f"这项例行工作由{whose}来安排，要改请找他们。")


def does(work: Work, routine: Routine) -> bool:
    """Say whether this actor is responsible for it, in their own right or in somebody's place."""
    role, _, ref = queries.holding(routine)
    if work.actor.id in queries.responsible(work.session, routine):
        return True
    return any(one.lent_by and one.role is role and one.ref == ref for one in work.actor.grants)


def effect(work: Work, before: Rota, after: Rota) -> Effect:
    """Return what a change would do, changing nothing."""
    today = local(work.now).date()
    standing = tuple(one for one in before.sessions if one.on is None or one.on >= today)
    planned = rules.plan(after, today, work.calendar)
    coming = tuple(one for one in planned if one.on is None or one.on >= today)
    gone, new = changed(standing, coming)
    return Effect(tuple(gone), tuple(new), planned)


def lay(work: Work, routine: Routine, before: Rota, after: Rota, deed: Deed) -> Effect:
    """Make rows of what is planned after a change, note the change, and tell who is responsible."""
    found = effect(work, before, after)
    _write(work, routine, found.planned)
    routine.laid_on, routine.calendar_version = local(work.now).date(), work.calendar.version
    event = note(
        work, routine, replace(deed, before=deed.before + found.before, after=deed.after + found.after)
    )
    if event is not None and (found.before or found.after):
        _tell(work, routine, found, deed, event.id)
    watching.watch(work, routine)
    return found


def _write(work: Work, routine: Routine, planned: Sequence[Session]) -> None:
    db, beat = work.session, queries.rhythm(routine)
    today = local(work.now).date()
    rows = {one.id: one for one in queries.occasions(db, routine)}
    for one in planned:
        row = (
            rows[one.id]
            if one.id
            else Occasion(routine_id=routine.id, stage=State.PLANNED, changed_at=work.now, sequence=0)
        )
        if one.id and row.on != one.on:
            row.sequence += 1
            row.changed_at = work.now
        row.period_on = days.begins_on(beat, one.period)
        row.on, row.pinned, row.provisional, row.why = one.on, one.pinned, one.provisional, list(one.why)
        db.add(row)
    kept = {one.id for one in planned if one.on is not None or one.state is not State.PLANNED}
    gone = [
        row.id
        for row in rows.values()
        if row.stage is State.PLANNED and row.id not in kept and (row.on is None or row.on >= today)
    ]
    if gone:
        watching.stop_all(work, gone)
        db.execute(delete(Occasion).where(Occasion.id.in_(gone)))
    db.flush()


def note(work: Work, routine: Routine, deed: Deed) -> RoutineEvent | None:
    """Append a line of history. The clock's laying down leaves one only where a day moved or is new."""
    if not deed.what and not deed.before and not deed.after:
        return None
    event = RoutineEvent(
        routine_id=routine.id,
        occasion_id=deed.occasion_id,
        action=deed.action,
        what=deed.what[:200],
        why=deed.why[:200],
        before=list(deed.before),
        after=list(deed.after),
        by=f"{work.actor.title} {work.actor.name}".strip()[:120],
        by_id=work.actor.id,
        at=work.now,
    )
    work.session.add(event)
    work.session.flush()
    return event


_SAID_MOST = 6
"""Days that one notice names; the page has them all."""


def _tell(work: Work, routine: Routine, found: Effect, deed: Deed, event: int) -> None:
    because = f"（{deed.why}）" if deed.why else ""
    after = _days(found.after)
    if found.before:
        words = f"{routine.title}的日子变了：原定{_days(found.before)}，现在{after or '不办'}{because}。"
    else:
        words = f"{routine.title}排好了，由您负责：{after}{because}。"
    people = queries.responsible(work.session, routine)
    key = f"routine:{event}"
    notices.enqueue(work, people, NoticeKind.NEWS, words, key=key, link=routine.link)


def _days(on: Sequence[str]) -> str:
    said = "、".join(days.text(date.fromisoformat(one)) for one in on[:_SAID_MOST])
    return f"{said}等 {len(on)} 次" if len(on) > _SAID_MOST else said


def laid_before(work: Work, limit: int) -> Sequence[int]:
    """Return what was not laid down today, or by an older calendar than the one that holds."""
    today = local(work.now).date()
    return work.session.scalars(
        select(Routine.id)
        .where(or_(Routine.laid_on < today, Routine.calendar_version < work.calendar.version))
        .order_by(Routine.id)
        .limit(limit)
    ).all()


def lay_anew(work: Work, ids: Sequence[int]) -> None:
    """Lay it down for a new day: the horizon moves on, and an imported calendar may move days."""
    for routine in work.session.scalars(select(Routine).where(Routine.id.in_(ids)).order_by(Routine.id)):
        facts = queries.rota(work, routine)
        lay(work, routine, facts, facts, Deed("顺排", "", "往后排一次"))
