"""Reading who looks after whom: enterprises with their guides, how far a chain is covered, guides with their load."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session as Db

from chainhub.assignments import kinds, queries
from chainhub.assignments.models import (
    Assignment,
    Guide,
    GuideReduction,
)
from chainhub.core.db import read_rows
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.directory.models import Enterprise
from chainhub.county.people.models import User

_GUIDES = (
    (Assignment.enterprise_code == Enterprise.code)
    & (Assignment.kind == kinds.GUIDE)
    & Assignment.ended_on.is_(None)
    & Assignment.lead
)
"""Who guides an enterprise now."""


@dataclass(frozen=True, slots=True)
class Line:
    """An enterprise and who looks after it now, if anybody."""

    code: str
    name: str
    chain: str
    town: str
    assignment_id: int | None
    guide_id: int | None
    guide: str
    unit: str | None
    phone: str
    started_on: date | None
    until_on: date | None
    username: str = ""


@dataclass(frozen=True, slots=True)
class LinePage:
    """Some enterprises, and behind which code the next ones begin."""

    items: Sequence[Line]
    after: str


def lines(
    db: Db,
    of_chains: Collection[str],
    *,
    bare: bool = False,
    ending_by: date | None = None,
    guide: int | None = None,
    codes: Collection[str] | None = None,
    after: str = "",
    limit: int = queries.PAGE,
) -> LinePage:
    """Return enterprises with their guides, by code; `bare`: those without one; `ending_by`: those whose
    term is over by that day; `guide`: those of one person.
    """
    query = (
        select(
            Enterprise.code,
            Enterprise.short,
            Enterprise.chain_code,
            Enterprise.town,
            Assignment.id,
            Assignment.user_id,
            func.coalesce(User.name, ""),
            User.unit_code,
            func.coalesce(User.phone, ""),
            Assignment.started_on,
            Assignment.until_on,
            func.coalesce(User.username, ""),
        )
        .outerjoin(Assignment, _GUIDES)
        .outerjoin(User, User.id == Assignment.user_id)
        .where(Enterprise.chain_code.in_(sorted(of_chains)), Enterprise.code > after)
        .order_by(Enterprise.code)
        .limit(limit + 1)
    )
    if bare:
        query = query.where(Assignment.id.is_(None))
    if ending_by is not None:
        query = query.where(Assignment.until_on <= ending_by)
    if guide is not None:
        query = query.where(Assignment.user_id == guide)
    if codes is not None:
        query = query.where(Enterprise.code.in_(sorted(codes)))
    rows = [Line(*row) for row in db.execute(query)]
    return LinePage(rows[:limit], rows[limit - 1].code if len(rows) > limit else "")


@dataclass(frozen=True, slots=True)
class Cover:
    """How many enterprises a chain has, and how many of them have a guide."""

    chain: str
    firms: int
    covered: int


def coverage(db: Db, of_chains: Collection[str]) -> Sequence[Cover]:
    """Return for each chain how many of its enterprises have a guide, in the order of codes."""
    return [Cover(*row) for row in read_rows(db, _COVERAGE, {"chains": sorted(of_chains)})]


_COVERAGE = (  # of every home page: to build it costs more than to run it
    select(Enterprise.chain_code, func.count(), func.count(Assignment.id))
    .outerjoin(Assignment, _GUIDES)
    .where(Enterprise.chain_code.in_(bindparam("chains", expanding=True)))
    .group_by(Enterprise.chain_code)
    .order_by(Enterprise.chain_code)
)


def how_many_guides(work: Work) -> int:
    """Return how many guides are there today."""
    today = local(work.now).date()
    there = queries.standing(today).with_only_columns(func.count()).order_by(None)
    return int(work.session.scalar(there) or 0)


def ending(work: Work, of_chains: Collection[str], days: int) -> int:
    """Return how many enterprises of these chains have a guide whose term is over within some days."""
    until = local(work.now).date() + timedelta(days=days)
    query = (
        select(func.count())
        .select_from(Assignment)
        .join(Enterprise, Enterprise.code == Assignment.enterprise_code)
        .where(
            Assignment.kind == kinds.GUIDE,
            Assignment.ended_on.is_(None),
            Assignment.lead,
            Assignment.until_on <= until,
            Enterprise.chain_code.in_(sorted(of_chains)),
        )
    )
    return int(work.session.scalar(query) or 0)


def history(
    db: Db, enterprise: str, *, before: int | None = None, limit: int = queries.PAGE
) -> Sequence[tuple[Assignment, str]]:
    """Return an enterprise's assignments of every kind with the helper's name, the newest first."""
    query = (
        select(Assignment, func.coalesce(User.name, Assignment.helper))
        .outerjoin(User, User.id == Assignment.user_id)
        .where(Assignment.enterprise_code == enterprise)
        .order_by(Assignment.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(Assignment.id < before)
    return [(row, name) for row, name in db.execute(query)]


@dataclass(frozen=True, slots=True)
class GuideLine:
    """A guide as a list shows it."""

    guide: Guide
    name: str
    unit: str
    phone: str
    firms: int
    reduced: str


def guides(
    work: Work, *, after: int = 0, limit: int = queries.PAGE
) -> tuple[Sequence[GuideLine], int | None]:
    """Return guides who are there with how many enterprises each has, by id, and behind which the next begin."""
    db, today = work.session, local(work.now).date()
    rows = db.execute(queries.standing(today).where(Guide.user_id > after).limit(limit + 1)).all()
    ids = [guide.user_id for guide, _ in rows[:limit]]
    held = db.execute(
        select(Assignment.user_id, func.count())
        .where(Assignment.kind == kinds.GUIDE, Assignment.ended_on.is_(None), Assignment.user_id.in_(ids))
        .group_by(Assignment.user_id)
    )
    counts = {row[0]: row[1] for row in held}
    less: defaultdict[int, list[str]] = defaultdict(list)
    for one in db.scalars(queries.running_reductions(today).where(GuideReduction.user_id.in_(ids))):
        less[one.user_id].append(f"{one.why}，少带 {one.less} 家，到{queries.day_text(one.back_on)}")
    directory = known.of(db).directory
    found = [
        GuideLine(
            guide,
            user.name,
            directory.unit_name(user.unit_code),
            user.phone,
            counts.get(guide.user_id, 0),
            "；".join(less.get(guide.user_id, ())),
        )
        for guide, user in rows[:limit]
    ]
    return found, ids[-1] if len(rows) > limit else None
