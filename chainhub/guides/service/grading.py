"""The yearly grade of a guide: given by the head of the sending unit with a reason, seen by the guide, never rewritten."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, or_, select

from chainhub.core.actor import Actor, Post, Role, ScopeKind
from chainhub.core.errors import Invalid, NotAllowed, NotFound
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.guides import queries, rules
from chainhub.guides.models import GuideGrade
from chainhub.guides.rules import Grade
from chainhub.notices import service as notices
from chainhub.notices.rules import NoticeKind

READERS = (Role.GUIDE, Role.DEPARTMENT)


@dataclass(frozen=True, slots=True)
class Sent:
    """A guide whom a unit has sent."""

    id: int
    name: str
    unit: str


def headed(actor: Actor) -> frozenset[str]:
    """Return the units of which this actor is the head; one who stands in for a head grades nobody."""
    return frozenset(
        one.ref
        for one in actor.grants
        if one.role is Role.DEPARTMENT
        and one.scope is ScopeKind.UNIT
        and one.post is Post.HEAD
        and not one.lent_by
    )


def sent(work: Work) -> Sequence[Sent]:
    """Return the guides of the units that this actor heads, by name."""
    units = headed(work.actor)
    if not units:
        return []
    found = {
        one.user_id: Sent(one.user_id, one.name, one.unit_code or "")
        for one in known.of(work.session).holders.all()
        if one.role is Role.GUIDE and one.unit_code in units and one.user_id != work.actor.id
    }
    return sorted(found.values(), key=lambda one: (one.name, one.id))


def demand_head(work: Work) -> None:
    """Refuse whoever heads no unit. Raises NotAllowed."""
    if not headed(work.actor):
        raise NotAllowed("年度考核由派出单位的主要负责人来定。")


def find(work: Work, guide: int) -> Sent:
    """Return a guide whom this actor grades. Raises NotAllowed, NotFound."""
    demand_head(work)
    found = next((one for one in sent(work) if one.id == guide), None)
    if found is None:
        raise NotFound("没有这位指导员，或者不是您单位派出的。")
    return found


def years(work: Work) -> tuple[int, int]:
    """Return the years that may be graded: the last one, and this one."""
    year = local(work.now).year
    return year - 1, year


def give(work: Work, guide: int, year: int | None, grade: Grade | None, why: str) -> GuideGrade:
    """Give a grade; one that was given before stays in the history. Raises NotAllowed, NotFound, Invalid."""
    whom = find(work, guide)
    errors = {}
    if year not in years(work):
        errors["year"] = ["请选今年或去年。"]
    if grade is None:
        errors["grade"] = ["请选一个等次。"]
    if not 2 <= len(why) <= rules.WHY_MOST:
        errors["why"] = [f"请写 2 到 {rules.WHY_MOST} 字的理由，指导员看得到。"]
    if errors:
        raise Invalid(errors=errors)
    made = GuideGrade(
        guide_id=whom.id,
        year=year,
        grade=grade,
        why=why,
        unit_code=whom.unit,
        by=f"{work.actor.unit_name} {work.actor.name}".strip(),
        by_id=work.actor.id,
        at=work.now,
    )
    work.session.add(made)
    work.session.flush()
    words = f"{year}年度指导员考核：{made.grade.label}。理由：{why}"
    notices.enqueue(
        work, [whom.id], NoticeKind.NEWS, words, key=f"guide_grade:{made.id}", link="/guide-grades"
    )
    return made


def visible(actor: Actor) -> ColumnElement[bool]:
    """Return the condition under which this actor sees a grade: a guide their own, a head those of the unit."""
    found: list[ColumnElement[bool]] = []
    if Role.GUIDE in actor.roles:
        found.append(GuideGrade.guide_id == actor.id)
    if units := sorted(headed(actor)):
        found.append(GuideGrade.unit_code.in_(units))
    return or_(*found) if found else false()


def listed(
    work: Work, *, before: int | None = None, limit: int = queries.PAGE
) -> tuple[list[GuideGrade], int | None]:
    """Return grades as they were given, the newest first, and below which id the next ones begin."""
    query = select(GuideGrade).where(visible(work.actor))
    if before is not None:
        query = query.where(GuideGrade.id < before)
    found = list(work.session.scalars(query.order_by(GuideGrade.id.desc()).limit(limit + 1)))
    return found[:limit], found[limit - 1].id if len(found) > limit else None
