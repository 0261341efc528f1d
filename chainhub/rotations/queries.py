"""Reading rotations: what a plan is made from, and what pages and feeds show."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Date, Integer, func, literal, select, tuple_
from sqlalchemy.orm import Session as Db

from chainhub.core.actor import Actor, Role, ScopeKind
from chainhub.core.errors import NotFound
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.directory.models import Enterprise
from chainhub.rotations import days
from chainhub.rotations.days import Bar, Rhythm
from chainhub.rotations.models import (
    Rotation,
    RotationBar,
    RotationEvent,
    RotationMember,
    Salon,
    SalonHost,
    SalonSwap,
)
from chainhub.rotations.rules import Member, Rota, Session, Turn
from chainhub.rotations.workflow import State, SwapState

PEOPLE = (
    Role.ENTERPRISE,
    Role.GUIDE,
    Role.COMMITTEE,
    Role.TASK_FORCE,
    Role.DEPARTMENT,
    Role.LEADER,
    Role.LIAISON,
    Role.CALLER,
)
"""Who meets rotations at all."""
PAGE, PAGE_MOST = 30, 200
ID_MOST = 2**31 - 1  # that a database keeps
MEMBERS_MOST = 2000  # of one chain
ROTATIONS_MOST = 6  # of one chain: as many as a year has room for
SESSIONS_MOST = 1000  # of one chain: 160 years of every two months


def chains(work: Work) -> frozenset[str]:
    """Return the chains whose rotation this actor reads: the staff all of them, an enterprise and its guide their own."""
    everywhere = frozenset(known.of(work.session).directory.chains)
    if work.actor.roles & (frozenset(PEOPLE) - {Role.ENTERPRISE, Role.GUIDE}):
        return everywhere
    firms = firms_of(work.actor)
    if not firms:
        return frozenset()
    return frozenset(
        work.session.scalars(
            select(Enterprise.chain_code).where(Enterprise.code.in_(sorted(firms))).distinct()
        )
    )


def firms_of(actor: Actor) -> frozenset[str]:
    """Return the enterprises that this actor stands for, or looks after."""
    return actor.refs(Role.ENTERPRISE, ScopeKind.ENTERPRISE) | actor.refs(Role.GUIDE, ScopeKind.ENTERPRISE)


def is_staff(actor: Actor) -> bool:
    """Say whether an actor reads why others were skipped; an enterprise reads that of its own alone."""
    return bool(actor.roles & (frozenset(PEOPLE) - {Role.ENTERPRISE, Role.GUIDE}))


def of_chain(work: Work, chain: str) -> Sequence[Rotation]:
    """Return the rotations of a chain, the oldest first. Raises NotFound where this actor reads none of it."""
    if chain not in chains(work):
        raise NotFound("没有这条产业链的轮值，请从“轮值”一页进入。")
    return work.session.scalars(
        select(Rotation).where(Rotation.chain_code == chain).order_by(Rotation.id).limit(ROTATIONS_MOST)
    ).all()


def own(work: Work, id_: int) -> Rotation:
    """Return a rotation that this actor reads. Raises NotFound."""
    found = work.session.get(Rotation, id_) if id_ <= ID_MOST else None
    if found is None or found.chain_code not in chains(work):
        raise NotFound("没有这个轮值，请从“轮值”一页进入。")
    return found


def own_salon(work: Work, id_: int) -> Salon:
    """Return a session that this actor reads. Raises NotFound."""
    found = work.session.get(Salon, id_) if id_ <= ID_MOST else None
    if found is None or work.session.get_one(Rotation, found.rotation_id).chain_code not in chains(work):
        raise NotFound("没有这一期，请从“轮值”一页进入。")
    return found


def all_of(work: Work) -> Sequence[Rotation]:
    """Return the rotations that this actor reads, in the order of their chains' codes, the oldest of a chain first."""
    readable = sorted(chains(work))
    return work.session.scalars(
        select(Rotation)
        .where(Rotation.chain_code.in_(readable))
        .order_by(Rotation.chain_code, Rotation.id)
        .limit(ROTATIONS_MOST * PAGE_MOST)
    ).all()


def rhythm(rotation: Rotation) -> Rhythm:
    """Return when a rotation's sessions are held."""
    return Rhythm(rotation.anchor_on, rotation.months, rotation.month, rotation.week, rotation.weekday)


def hosts(db: Db, salons: Sequence[Salon]) -> Mapping[int, tuple[SalonHost, ...]]:
    """Return the hosts of sessions, by session, in their order."""
    found: defaultdict[int, list[SalonHost]] = defaultdict(list)
    rows = db.scalars(
        select(SalonHost)
        .where(SalonHost.salon_id.in_([one.id for one in salons]))
        .order_by(SalonHost.salon_id, SalonHost.place)
    )
    for row in rows:
        found[row.salon_id].append(row)
    return {id_: tuple(rows) for id_, rows in found.items()}


def salons(db: Db, rotation: Rotation) -> Sequence[Salon]:
    """Return a rotation's sessions, the first one first."""
    return db.scalars(
        select(Salon)
        .where(Salon.rotation_id == rotation.id)
        .order_by(Salon.period_on, Salon.id)
        .limit(SESSIONS_MOST)
    ).all()


@dataclass(frozen=True, slots=True)
class SalonPage:
    """Some sessions, the first one first, and behind which the next ones begin."""

    items: Sequence[Salon]
    after: str


def page(
    db: Db, rotation: Rotation, *, state: State | None = None, after: str = "", limit: int = PAGE
) -> SalonPage:
    """Return a rotation's sessions by period. `after` is what an earlier page said; nonsense begins at the first."""
    query = select(Salon).where(Salon.rotation_id == rotation.id)
    if state is not None:
        query = query.where(Salon.stage == state)
    on, _, id_ = after.partition("/")
    if id_.isascii() and id_.isdigit() and len(id_) < 10:
        try:
            query = query.where(
                tuple_(Salon.period_on, Salon.id)
                > tuple_(literal(date.fromisoformat(on), Date), literal(int(id_), Integer))
            )
        except ValueError:
            on = ""
    found = db.scalars(query.order_by(Salon.period_on, Salon.id).limit(limit + 1)).all()
    last = found[limit - 1] if len(found) > limit else None
    return SalonPage(found[:limit], f"{last.period_on}/{last.id}" if last else "")


def rota(work: Work, rotation: Rotation) -> Rota:
    """Return everything that decides a rotation's plan."""
    db = work.session
    rows = salons(db, rotation)
    by_salon = hosts(db, rows)
    beat = rhythm(rotation)
    return Rota(
        beat,
        members(db, rotation),
        tuple(
            Bar(one.from_on, one.until_on, one.why, one.enterprise_code or "") for one in bars(db, rotation)
        ),
        tuple(_session(one, by_salon.get(one.id, ()), beat) for one in rows),
        rotation.at_once,
        rotation.volunteers_only,
        taken(work, rotation),
    )


def members(db: Db, rotation: Rotation) -> tuple[Member, ...]:
    """Return who is or was in a rotation, by seat."""
    rows = db.execute(
        select(RotationMember, Enterprise.short)
        .join(Enterprise, Enterprise.code == RotationMember.enterprise_code)
        .where(RotationMember.rotation_id == rotation.id)
        .order_by(RotationMember.seat)
        .limit(MEMBERS_MOST)
    )
    return tuple(
        Member(row.enterprise_code, short, row.seat, row.credit, row.joined_on, row.left_on, row.willing)
        for row, short in rows
    )


def bars(db: Db, rotation: Rotation) -> Sequence[RotationBar]:
    """Return the spans that hold, the first one first."""
    return db.scalars(
        select(RotationBar)
        .where(RotationBar.rotation_id == rotation.id, RotationBar.lifted_at.is_(None))
        .order_by(RotationBar.from_on, RotationBar.id)
        .limit(SESSIONS_MOST)
    ).all()


def _session(row: Salon, hosting: Sequence[SalonHost], beat: Rhythm) -> Session:
    turns = tuple(Turn(one.enterprise_code, one.round, one.why, one.bound) for one in hosting)
    return Session(
        days.period_of(beat, row.period_on),
        row.on,
        row.stage,
        turns,
        row.pinned,
        tuple(row.why),
        tuple(row.skipped),
        row.provisional,
        row.id,
    )


def taken(work: Work, rotation: Rotation) -> Mapping[date, str]:
    """Return the days on which people of this chain must be at another session, with which.

    Whatever else the chain rotates takes a day: the same firms and leaders attend. Of other chains those count that a
    leader of this one attends: a leader of the county attends all, one of several chains attends theirs.
    """
    holders = known.of(work.session).holders
    mine = holders.ids(Role.LEADER, ScopeKind.CHAIN, rotation.chain_code)
    rows = work.session.execute(
        select(Salon.on, Rotation.chain_code, Rotation.name)
        .join(Rotation, Rotation.id == Salon.rotation_id)
        .where(
            Salon.rotation_id != rotation.id,
            Salon.on >= local(work.now).date(),
            Salon.stage.in_((State.PLANNED, State.ANNOUNCED)),
        )
        .limit(SESSIONS_MOST)
    ).all()
    of_county = bool(holders.ids(Role.LEADER, ScopeKind.COUNTY))
    names = known.of(work.session).directory.chains
    return {
        on: f"{names[chain].name}办{name}"
        for on, chain, name in rows
        if on is not None
        and (
            chain == rotation.chain_code
            or of_county
            or mine & holders.ids(Role.LEADER, ScopeKind.CHAIN, chain)
        )
    }


def open_swaps(db: Db, rotation: Rotation) -> Sequence[SalonSwap]:
    """Return the swaps that wait for an answer, the oldest first."""
    return db.scalars(
        select(SalonSwap)
        .where(SalonSwap.rotation_id == rotation.id, SalonSwap.swap_state == SwapState.ASKED)
        .order_by(SalonSwap.id)
        .limit(PAGE_MOST)
    ).all()


@dataclass(frozen=True, slots=True)
class EventPage:
    """Some changes, the newest first, and below which id the next ones begin."""

    items: Sequence[RotationEvent]
    after: int | None


def events(
    db: Db, rotation: Rotation, *, salon: int | None = None, before: int | None = None, limit: int = PAGE
) -> EventPage:
    """Return what was changed in a rotation, or of one session, the newest first."""
    query = select(RotationEvent).where(RotationEvent.rotation_id == rotation.id)
    if salon is not None:
        query = query.where(RotationEvent.salon_id == salon)
    if before is not None:
        query = query.where(RotationEvent.id < before)
    found = db.scalars(query.order_by(RotationEvent.id.desc()).limit(limit + 1)).all()
    return EventPage(found[:limit], found[limit - 1].id if len(found) > limit else None)


def outside(db: Db, rotation: Rotation) -> Sequence[Enterprise]:
    """Return the enterprises of the chain that are not in its rotation, or were and left."""
    within = select(RotationMember.enterprise_code).where(
        RotationMember.rotation_id == rotation.id, RotationMember.left_on.is_(None)
    )
    return db.scalars(
        select(Enterprise)
        .where(Enterprise.chain_code == rotation.chain_code, Enterprise.code.not_in(within))
        .order_by(Enterprise.position, Enterprise.code)
        .limit(PAGE_MOST)
    ).all()


def names(db: Db, codes: Collection[str]) -> Mapping[str, str]:
    """Return what enterprises are called, by code."""
    rows = db.execute(select(Enterprise.code, Enterprise.short).where(Enterprise.code.in_(sorted(codes))))
    return {row.code: row.short for row in rows}


def how_many(db: Db) -> Mapping[str, int]:
    """Return how many enterprises each chain has."""
    rows = db.execute(select(Enterprise.chain_code, func.count()).group_by(Enterprise.chain_code))
    return {row[0]: row[1] for row in rows}
