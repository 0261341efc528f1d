"""Reading recurring work: who reads it, its occasions by year and by page, what was changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Date, Integer, literal, or_, select, tuple_
from sqlalchemy.orm import Session as Db

from chainhub.core.actor import Actor, Role, ScopeKind
from chainhub.core.errors import NotFound
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.people.models import User
from chainhub.rotations import days
from chainhub.rotations.days import Rhythm
from chainhub.rotations.queries import ID_MOST, PAGE, PAGE_MOST
from chainhub.rotations.routines.models import Occasion, Routine, RoutineEvent
from chainhub.rotations.routines.workflow import Body
from chainhub.rotations.rules import Rota, Session
from chainhub.rotations.workflow import State

STAFF = (Role.COMMITTEE, Role.TASK_FORCE, Role.DEPARTMENT, Role.LEADER, Role.LIAISON)
"""Who meets recurring work at all: it is the offices' own."""
PLANNERS = (Role.COMMITTEE, Role.LIAISON)
"""Who may plan recurring work at all: of a chain its committee, of the county the office of the leading group."""
ROUTINES_MOST = 200
OCCASIONS_MOST = 2000
"""Of one year of a county: two hundred monthly ones, nearly."""


def reads(actor: Actor) -> bool:
    """Say whether an actor meets recurring work."""
    return bool(actor.roles & frozenset(STAFF))


def all_of(work: Work) -> Sequence[Routine]:
    """Return the recurring work that this actor reads, the county's first, then by chain."""
    if not reads(work.actor):
        return ()
    return work.session.scalars(
        select(Routine)
        .order_by(Routine.chain_code.is_not(None), Routine.chain_code, Routine.id)
        .limit(ROUTINES_MOST)
    ).all()


def own(work: Work, id_: int) -> Routine:
    """Return one that this actor reads. Raises NotFound."""
    found = work.session.get(Routine, id_) if id_ <= ID_MOST and reads(work.actor) else None
    if found is None:
        raise NotFound("没有这项例行工作，请从“例行工作”一页进入。")
    return found


def own_occasion(work: Work, id_: int) -> Occasion:
    """Return one occasion that this actor reads. Raises NotFound."""
    found = work.session.get(Occasion, id_) if id_ <= ID_MOST and reads(work.actor) else None
    if found is None:
        raise NotFound("没有这一次，请从“例行工作”一页进入。")
    return found


def rhythm(routine: Routine) -> Rhythm:
    """Return when its occasions are held."""
    return Rhythm(routine.anchor_on, routine.months, routine.month, routine.week, routine.weekday)


def occasions(db: Db, routine: Routine) -> Sequence[Occasion]:
    """Return its occasions, the first one first."""
    return db.scalars(
        select(Occasion)
        .where(Occasion.routine_id == routine.id)
        .order_by(Occasion.period_on, Occasion.id)
        .limit(OCCASIONS_MOST)
    ).all()


def rota(work: Work, routine: Routine) -> Rota:
    """Return everything that decides its plan: a rotation without hosts."""
    beat = rhythm(routine)
    sessions = tuple(
        Session(
            days.period_of(beat, row.period_on),
            row.on,
            row.stage,
            (),
            row.pinned,
            tuple(row.why),
            (),
            row.provisional,
            row.id,
        )
        for row in occasions(work.session, routine)
    )
    return Rota(beat, (), sessions=sessions, at_once=0, notice=routine.lead_days, until=routine.ended_on)


def of_year(work: Work, year: int) -> Sequence[tuple[Occasion, Routine]]:
    """Return what is held in a year, by day; what has no day yet by its period, at the end."""
    if not reads(work.actor):
        return ()
    first, last = date(year, 1, 1), date(year, 12, 31)
    in_year = or_(
        Occasion.on.between(first, last), Occasion.on.is_(None) & Occasion.period_on.between(first, last)
    )
    return _with_routine(work, in_year)


def since(work: Work, on: date, chain: str = "") -> Sequence[tuple[Occasion, Routine]]:
    """Return what is held from a day on, of all or of one chain, by day."""
    condition = Occasion.on >= on
    return _with_routine(work, condition & (Routine.chain_code == chain) if chain else condition)


def missed(work: Work) -> Sequence[tuple[Occasion, Routine]]:
    """Return what was not held on its day and is neither put off nor called off, the oldest first."""
    today = local(work.now).date()
    return _with_routine(work, (Occasion.stage == State.PLANNED) & (Occasion.on < today), PAGE_MOST)


def _with_routine(
    work: Work, condition: ColumnElement[bool], limit: int = OCCASIONS_MOST
) -> Sequence[tuple[Occasion, Routine]]:
    if not reads(work.actor):
        return ()
    rows = work.session.execute(
        select(Occasion, Routine)
        .join(Routine, Routine.id == Occasion.routine_id)
        .where(condition)
        .order_by(Occasion.on.is_(None), Occasion.on, Occasion.period_on, Occasion.id)
        .limit(limit)
    )
    return [(occasion, routine) for occasion, routine in rows]


def lately(routine: Routine, today: date) -> date:
    """Return where a reader begins: the period before the running one."""
    beat = rhythm(routine)
    return days.begins_on(beat, days.period_of(beat, today) - 1)


@dataclass(frozen=True, slots=True)
class OccasionPage:
    """Some occasions, the first one first, and behind which the next ones begin."""

    items: Sequence[Occasion]
    after: str


def page(
    db: Db,
    routine: Routine,
    *,
    state: State | None = None,
    since: date | None = None,
    after: str = "",
    limit: int = PAGE,
) -> OccasionPage:
    """Return occasions by period. `after` is what an earlier page said; nonsense begins at the first."""
    query = select(Occasion).where(Occasion.routine_id == routine.id)
    if since is not None:
        query = query.where(Occasion.period_on >= since)
    if state is not None:
        query = query.where(Occasion.stage == state)
    on, _, id_ = after.partition("/")
    if id_.isascii() and id_.isdigit() and len(id_) < 10:
        try:
            behind = tuple_(literal(date.fromisoformat(on), Date), literal(int(id_), Integer))
            query = query.where(tuple_(Occasion.period_on, Occasion.id) > behind)
        except ValueError:
            on = ""
    found = db.scalars(query.order_by(Occasion.period_on, Occasion.id).limit(limit + 1)).all()
    last = found[limit - 1] if len(found) > limit else None
    return OccasionPage(found[:limit], f"{last.period_on}/{last.id}" if last else "")


@dataclass(frozen=True, slots=True)
class EventPage:
    """Some changes, the newest first, and below which id the next ones begin."""

    items: Sequence[RoutineEvent]
    after: int | None


def events(
    db: Db, routine: Routine, *, occasion: int | None = None, before: int | None = None, limit: int = PAGE
) -> EventPage:
    """Return what was changed, of all or of one occasion, the newest first."""
    query = select(RoutineEvent).where(RoutineEvent.routine_id == routine.id)
    if occasion is not None:
        query = query.where(RoutineEvent.occasion_id == occasion)
    if before is not None:
        query = query.where(RoutineEvent.id < before)
    found = db.scalars(query.order_by(RoutineEvent.id.desc()).limit(limit + 1)).all()
    return EventPage(found[:limit], found[limit - 1].id if len(found) > limit else None)


# Who is responsible


_ROLES = {
    Body.COMMITTEE: (Role.COMMITTEE, ScopeKind.CHAIN),
    Body.TASK_FORCE: (Role.TASK_FORCE, ScopeKind.CHAIN),
    Body.DEPARTMENT: (Role.DEPARTMENT, ScopeKind.UNIT),
}


def holding(routine: Routine) -> tuple[Role, ScopeKind, str]:
    """Return the role over the scope whose posts are responsible."""
    return (*_ROLES[routine.body], routine.body_ref)


def of_body(db: Db, body: Body, ref: str) -> frozenset[int]:
    """Return the accounts of a body: who holds its role, or works at the unit."""
    holders = known.of(db).holders
    if body is not Body.DEPARTMENT:
        return holders.ids(*_ROLES[body], ref)
    staff = {one.user_id for one in holders.all() if one.role in STAFF}
    return holders.of_unit(ref) & staff  # a guide who works there meets no recurring work


def named(db: Db, routine: Routine) -> frozenset[int]:
    """Return the people who were named and still belong to the body; who has left is reminded no more."""
    return frozenset(routine.people) & of_body(db, routine.body, routine.body_ref)


def responsible(db: Db, routine: Routine) -> frozenset[int]:
    """Return who is responsible: who was named, else everybody of the body."""
    return named(db, routine) or of_body(db, routine.body, routine.body_ref)


def bodies(db: Db) -> Mapping[str, str]:
    """Return what may be responsible, by `kind:code`, in the county's order."""
    directory = known.of(db).directory
    found = {f"{Body.COMMITTEE.value}:{code}": f"{one.name}党委" for code, one in directory.chains.items()}
    found |= {
        f"{Body.TASK_FORCE.value}:{code}": f"{one.name}发展专班" for code, one in directory.chains.items()
    }
    of_chains = {"chain_committee", "task_force"}
    return found | {
        f"{Body.DEPARTMENT.value}:{code}": one.short
        for code, one in directory.units.items()
        if one.kind not in of_chains
    }


def body_name(db: Db, routine: Routine) -> str:
    """Return what the responsible body is called."""
    return bodies(db).get(f"{routine.body.value}:{routine.body_ref}", routine.body_ref)


def people(db: Db, ids: frozenset[int]) -> Sequence[tuple[str, str]]:
    """Return accounts as (login name, how they are called), by name of account."""
    rows = db.execute(
        select(User.username, User.name, User.title)
        .where(User.id.in_(sorted(ids)))
        .order_by(User.username)
        .limit(PAGE_MOST)
    )
    return [(row.username, f"{row.title} {row.name}".strip()) for row in rows]
