"""Reading assignments: who reads and decides what, the kinds that a county has, what is opened by its address."""

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session as Db

from chainhub.assignments import kinds
from chainhub.assignments.kinds import Kind
from chainhub.assignments.models import (
    Conflict,
    Guide,
    GuideReduction,
)
from chainhub.core.actor import Actor, Role, ScopeKind
from chainhub.core.errors import NotFound
from chainhub.core.limits import WallMinutes, Workdays, local
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.directory.models import Enterprise
from chainhub.county.people.models import User
from chainhub.county.rulebook.models import RuleText
from chainhub.county.rulebook.rules import ANY

KINDS = "assignment_kinds"  # of the rule text
PAGE, PAGE_MOST = 50, 200
STAFF = (Role.COMMITTEE, Role.TASK_FORCE, Role.LEADER, Role.LIAISON)
PEOPLE = (*STAFF, Role.GUIDE, Role.ENTERPRISE)
ID_MOST = 2**31 - 1


def chains(work: Work) -> tuple[str, ...]:
    """Return the chains whose assignments this actor reads, in the county's order: of staff, theirs; else none."""
    actor = work.actor
    every = tuple(known.of(work.session).directory.chains)
    if any(one.role in STAFF and one.scope is ScopeKind.COUNTY for one in actor.grants):
        return every
    own = {one.ref for one in actor.grants if one.role in STAFF and one.scope is ScopeKind.CHAIN}
    return tuple(one for one in every if one in own)


def every_chain(work: Work) -> tuple[str, ...]:
    """Return the codes of all chains."""
    return tuple(known.of(work.session).directory.chains)


def is_guide(work: Work) -> bool:
    """Say whether this actor is registered as a guide and has not left."""
    row = work.session.get(Guide, work.actor.id) if work.actor.id is not None else None
    return row is not None and (row.left_on is None or row.left_on > local(work.now).date())


def decided(work: Work) -> tuple[str, ...]:
    """Return the chains for which this actor decides who looks after whom."""
    own = work.actor.refs(Role.COMMITTEE, ScopeKind.CHAIN)
    return tuple(one for one in known.of(work.session).directory.chains if one in own)


def all_kinds(work: Work) -> Mapping[str, Kind]:
    """Return the kinds of assignment that the county has."""
    said = work.session.scalar(
        select(RuleText.value)
        .where(RuleText.name == KINDS, RuleText.from_at <= work.now)
        .order_by(RuleText.from_at.desc(), RuleText.id.desc())
        .limit(1)
    )
    return kinds.of(said)


def soon_days(work: Work) -> int:
    """Return how many days before its last day a term is said to end: the county's limit, else 60."""
    limit = known.of(work.session).book.limit_or_none(TERM_CLOCK, ANY, "normal", work.now)
    today = local(work.now).date()
    if isinstance(limit, Workdays):
        return (work.calendar.add_workdays(today, limit.count) - today).days
    return limit.count // _DAY_MINUTES if isinstance(limit, WallMinutes) else SOON_DAYS


TERM_CLOCK = "guide_term"
"""Under which name the table of limits has it."""
SOON_DAYS = 60  # where the county has set none: decision
_DAY_MINUTES = 24 * 60


def standing(today: date) -> Select[Guide, User]:
    """Return the query of the guides who are there, with their accounts, by id."""
    return (
        select(Guide, User)
        .join(User, User.id == Guide.user_id)
        .where(User.is_active, or_(Guide.left_on.is_(None), Guide.left_on > today))
        .order_by(Guide.user_id)
    )


def running_reductions(today: date) -> Select[GuideReduction]:
    """Return the query of the reductions that hold on a day."""
    return (
        select(GuideReduction)
        .where(
            GuideReduction.cancelled_at.is_(None),
            GuideReduction.from_on <= today,
            GuideReduction.back_on > today,
        )
        .order_by(GuideReduction.id)
    )


def day_text(on: date) -> str:
    """Return a day with its year, as a roster says it: 2026年6月30日."""
    return f"{on.year}年{on.month}月{on.day}日"


def names(db: Db, ids: Collection[int]) -> Mapping[int, str]:
    """Return what persons are called, by id."""
    rows = db.execute(select(User.id, User.name).where(User.id.in_(sorted(ids))))
    return {row.id: row.name for row in rows}


def firm_names(db: Db, codes: Collection[str]) -> Mapping[str, str]:
    """Return what enterprises are called, by code."""
    rows = db.execute(select(Enterprise.code, Enterprise.short).where(Enterprise.code.in_(sorted(codes))))
    return {row.code: row.short for row in rows}


# What is opened by its address


def own_firm(work: Work, code: str) -> Enterprise:
    """Return an enterprise whose assignments this actor reads. Raises NotFound."""
    found = work.session.get(Enterprise, code) if len(code) <= 60 else None
    if found is None or found.chain_code not in chains(work):
        raise NotFound("没有这家企业，请从“指导员”一页进入。")
    return found


def own_guide(work: Work, id_: int) -> Guide:
    """Return a guide, for staff. Raises NotFound."""
    found = work.session.get(Guide, id_) if id_ <= ID_MOST else None
    if found is None or not chains(work):
        raise NotFound("没有这名指导员，请从“指导员”一页进入。")
    return found


def own_conflict(work: Work, id_: int) -> Conflict:
    """Return a conflict of an enterprise whose assignments this actor reads. Raises NotFound."""
    found = work.session.get(Conflict, id_) if id_ <= ID_MOST else None
    if found is None:
        raise NotFound("没有这一条回避，请从“指导员”一页进入。")
    own_firm(work, found.enterprise_code)
    return found


def cared_for(actor: Actor) -> frozenset[str]:
    """Return the enterprises in this actor's own care."""
    return frozenset(
        one.ref
        for one in actor.grants
        if one.role is Role.GUIDE and one.scope is ScopeKind.ENTERPRISE and not one.lent_by
    )
