"""Laying sessions down: what the rule plans becomes rows, and each enterprise whose turn moved is told once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, or_, select

from chainhub.core.actor import Role, ScopeKind
from chainhub.core.errors import NotAllowed
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.notices import service as notices
from chainhub.notices.rules import NoticeKind
from chainhub.rotations import days, queries, rules, troubles
from chainhub.rotations.models import Rotation, RotationEvent, Salon, SalonHost
from chainhub.rotations.rules import Moved, Rota, Session
from chainhub.rotations.service import warning, watching
from chainhub.rotations.troubles import Trouble
from chainhub.rotations.workflow import State


@dataclass(frozen=True, slots=True)
class Deed:
    """A change in words: what it is called, what is done, why; and of which session, if of one."""

    action: str
    what: str
    why: str = ""
    salon_id: int | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """The whole effect of a change: the sessions before and after it, and whose turn it moves."""

    before: tuple[Session, ...]
    after: tuple[Session, ...]
    moved: tuple[Moved, ...]
    without_day: tuple[Trouble, ...] = ()  # periods that have no session since no day of theirs is free


def demand_keeper(work: Work, rotation: Rotation) -> None:
    """Refuse whoever does not run this chain's rotation. Raises NotAllowed."""
    if not keeps(work, rotation):
        raise NotAllowed("轮值由本产业链的党委来安排；您可以请党委代办，或者提出换期。")


def keeps(work: Work, rotation: Rotation) -> bool:
    """Say whether this actor runs the rotation: the chain's committee."""
    return work.actor.holds(Role.COMMITTEE, chain=rotation.chain_code)


def effect(work: Work, before: Rota, after: Rota) -> Effect:
    """Return what a change would do, changing nothing."""
    today = local(work.now).date()
    standing = tuple(one for one in before.sessions if one.on is None or one.on >= today)
    planned = rules.plan(after, today, work.calendar)
    none = troubles.without_day(after, planned, today, work.calendar)
    return Effect(standing, planned, rules.moved(standing, planned, today), none)


def lay(work: Work, rotation: Rotation, before: Rota, after: Rota, deed: Deed) -> Effect:
    """Make rows of what is planned after a change, note the change, and tell whose turn it moved."""
    found = effect(work, before, after)
    _write(work, rotation, found.after)
    rotation.laid_on, rotation.calendar_version = local(work.now).date(), work.calendar.version
    event = _note(work, rotation, found, deed)
    if event is not None:
        _tell(work, rotation, found.moved, deed, event.id)
    watching.watch(work, rotation)
    work.session.flush()
    warning.warn(work, rotation)
    return found


def _write(work: Work, rotation: Rotation, planned: Sequence[Session]) -> None:
    db, beat = work.session, queries.rhythm(rotation)
    rows = {one.id: one for one in queries.salons(db, rotation)}
    hosting = queries.hosts(db, list(rows.values()))
    today = local(work.now).date()
    for one in planned:
        if one.id is None:
            row = Salon(
                rotation_id=rotation.id,
                period_on=days.begins_on(beat, one.period),
                stage=State.PLANNED,
                changed_at=work.now,
            )
            _set(row, one)
            db.add(row)
            db.flush()
            _host(work, row, one)
            continue
        row, was = rows[one.id], hosting.get(one.id, ())
        if row.on != one.on or one.codes != _codes(was):
            row.sequence += 1
            row.changed_at = work.now
        row.period_on = days.begins_on(beat, one.period)
        _set(row, one)
        _host(work, row, one, was)
    _take_back(work, rows, planned, today)


def _set(row: Salon, one: Session) -> None:
    row.on, row.pinned, row.provisional = one.on, one.pinned, one.provisional
    row.why, row.skipped = list(one.why), list(one.skipped)


def _host(work: Work, row: Salon, one: Session, standing: Sequence[SalonHost] = ()) -> None:
    said = [(turn.code, turn.round, turn.why, turn.bound) for turn in one.hosts]
    if said == [(host.enterprise_code, host.round, host.why, host.bound) for host in standing]:
        return
    work.session.execute(delete(SalonHost).where(SalonHost.salon_id == row.id))
    for host in standing:
        work.session.expunge(host)
    made: list[dict[str, Any]] = [
        {
            "salon_id": row.id,
            "enterprise_code": turn.code,
            "place": place,
            "round": turn.round,
            "why": turn.why[:200],
            "bound": turn.bound,
        }
        for place, turn in enumerate(one.hosts)
    ]
    if made:
        work.session.execute(insert(SalonHost), made)


def _take_back(work: Work, rows: Mapping[int, Salon], planned: Sequence[Session], today: date) -> None:
    """Delete what was only planned and is planned no more: its period is closed, or the rhythm is another."""
    kept = {one.id for one in planned if one.on is not None or one.state is not State.PLANNED}
    gone = [
        row.id
        for row in rows.values()
        if row.stage is State.PLANNED and row.id not in kept and (row.on is None or row.on >= today)
    ]
    if gone:
        watching.stop_all(work, gone)
        work.session.execute(delete(SalonHost).where(SalonHost.salon_id.in_(gone)))
        work.session.execute(delete(Salon).where(Salon.id.in_(gone)))


def _codes(hosting: Iterable[SalonHost]) -> tuple[str, ...]:
    return tuple(one.enterprise_code for one in hosting)


def _note(work: Work, rotation: Rotation, found: Effect, deed: Deed) -> RotationEvent | None:
    """Append a line of history. The clock's laying down leaves one only where something moved."""
    before = {one.id: _said(one) for one in found.before if one.id}
    after = {one.id: _said(one) for one in found.after if one.id}
    if not deed.what and not found.moved:
        return None
    event = RotationEvent(
        rotation_id=rotation.id,
        salon_id=deed.salon_id,
        action=deed.action,
        what=deed.what[:200],
        why=deed.why[:200],
        before=[said for id_, said in before.items() if after.get(id_) != said],
        after=[_said(one) for one in found.after if before.get(one.id or 0) != _said(one)],
        by=_who(work),
        by_id=work.actor.id,
        at=work.now,
    )
    work.session.add(event)
    work.session.flush()
    return event


def _said(one: Session) -> list[Any]:
    return [one.on.isoformat() if one.on else "", *one.codes]


def _who(work: Work) -> str:
    return f"{work.actor.title} {work.actor.name}".strip()[:120]


def _tell(work: Work, rotation: Rotation, moved: Sequence[Moved], deed: Deed, event: int) -> None:
    facts = known.of(work.session)
    chain = facts.directory.chains[rotation.chain_code].name
    for one in moved:
        people = facts.holders.ids(Role.ENTERPRISE, ScopeKind.ENTERPRISE, one.code)
        words = moved_words(f"{chain}{rotation.name}", one, deed)
        notices.enqueue(
            work,
            people,
            NoticeKind.NEWS,
            words,
            key=f"rotation:{event}:{one.code}",
            link=rotation.link,
        )


def moved_words(called: str, one: Moved, deed: Deed) -> str:
    """Return what an enterprise is told when its turn moves: before, now, and why. `called` names chain and session."""
    because = f"（{deed.why or deed.what or deed.action}）"
    before, after = _days(one.before), _days(one.after)
    if not one.before:
        return f"{called}排到您家承办：{after}{because}。"
    if not one.after:
        return f"您家承办{called}的日子变了：原定{before}，现在近两年里没有排，排到时会再告诉您{because}。"
    return f"您家承办{called}的日子变了：原定{before}，现在是{after}{because}。"


def _days(on: Sequence[date]) -> str:
    return "、".join(days.text(day) for day in on)


def laid_before(work: Work, limit: int) -> Sequence[int]:
    """Return the rotations that were not laid down today, or by an older calendar than the one that holds."""
    today = local(work.now).date()
    return work.session.scalars(
        select(Rotation.id)
        .where(or_(Rotation.laid_on < today, Rotation.calendar_version < work.calendar.version))
        .order_by(Rotation.id)
        .limit(limit)
    ).all()


def lay_anew(work: Work, ids: Sequence[int]) -> None:
    """Lay rotations down for a new day: the horizon moves on, and an imported calendar may move days."""
    for rotation in work.session.scalars(select(Rotation).where(Rotation.id.in_(ids)).order_by(Rotation.id)):
        before = queries.rota(work, rotation)
        lay(work, rotation, before, before, Deed("顺排", "", "往后排一期"))
