"""Reading visits and duties. `visible` is the one condition under which anybody sees a visit."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select, true
from sqlalchemy.orm import Session

from chainhub.core.actor import Actor, Post, Role, ScopeKind
from chainhub.core.errors import NotFound
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.directory.models import Enterprise
from chainhub.county.people.models import User
from chainhub.county.people.rules import Holding
from chainhub.guides import rules
from chainhub.guides.models import GuideVisit, VisitChange, VisitDuty, VisitPolicy, VisitTicket
from chainhub.guides.rules import Figures, Standing
from chainhub.tickets import queries as tickets
from chainhub.tickets.models import Ticket

READERS = (Role.GUIDE, Role.COMMITTEE, Role.LEADER, Role.ENTERPRISE)
"""Who meets visits at all."""
OVERSEERS = (Role.GUIDE, Role.COMMITTEE, Role.LEADER)
"""Who reads coverage; a guide reads their own."""
PAGE, PAGE_MOST = 30, 200
ID_MOST = 2**31 - 1
_POSTS = (Post.HEAD, Post.DEPUTY, Post.CONTACT)


# Who


def guides_of(session: Session, enterprise: str) -> Sequence[Holding]:
    """Return who looks after a firm, as the grants say it; the lead guide first."""
    held = known.of(session).holders.of_role(Role.GUIDE, ScopeKind.ENTERPRISE, enterprise)
    return sorted(held, key=lambda one: (_POSTS.index(one.post) if one.post else 9, one.user_id))


def guide_of(work: Work, enterprise: str) -> int | None:
    """Return the lead guide of a firm, or None: a gap."""
    found = guides_of(work.session, enterprise)
    return found[0].user_id if found else None


def visible(actor: Actor) -> ColumnElement[bool]:
    """Return the condition under which this actor sees a visit.

    A guide sees those of the firms in care and those they logged, the committee and a leader those of their chains (a
    leader of the county all), a firm those of its own. Everybody else sees none.
    """
    found: list[ColumnElement[bool]] = []
    if Role.GUIDE in actor.roles:
        found.append(GuideVisit.guide_id == actor.id)
    if firms := firms_of(actor):
        found.append(GuideVisit.enterprise_code.in_(sorted(firms)))
    reach = chains_of(actor)
    if reach is None:
        return true()
    if reach:
        found.append(GuideVisit.chain_code.in_(sorted(reach)))
    return or_(*found) if found else false()


def firms_of(actor: Actor) -> frozenset[str]:
    """Return the firms that this actor stands for, or looks after."""
    return actor.refs(Role.ENTERPRISE, ScopeKind.ENTERPRISE) | actor.refs(Role.GUIDE, ScopeKind.ENTERPRISE)


def chains_of(actor: Actor) -> frozenset[str] | None:
    """Return the chains that this actor oversees as committee or leader; None is the whole county."""
    if any(one.role is Role.LEADER and one.scope is ScopeKind.COUNTY for one in actor.grants):
        return None
    return actor.refs(Role.COMMITTEE, ScopeKind.CHAIN) | actor.refs(Role.LEADER, ScopeKind.CHAIN)


def reads_note(actor: Actor, visit: GuideVisit) -> bool:
    """Say whether an actor reads the note of the staff on a visit: whoever sees it otherwise than as the firm."""
    reach = chains_of(actor)
    return (
        visit.guide_id == actor.id
        or visit.enterprise_code in actor.refs(Role.GUIDE, ScopeKind.ENTERPRISE)
        or reach is None
        or visit.chain_code in reach
    )


# Visits


def own(work: Work, id_: int) -> GuideVisit:
    """Return a visit that this actor sees. Raises NotFound."""
    found = None
    if 0 < id_ <= ID_MOST:
        query = select(GuideVisit).where(GuideVisit.id == id_, visible(work.actor))
        found = work.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound("没有这次走访，请从“走访”一页进入。")
    return found


@dataclass(frozen=True, slots=True)
class VisitPage:
    """Some visits, the newest first, and below which id the next ones begin."""

    items: Sequence[GuideVisit]
    after: int | None


def visits(work: Work, *, enterprise: str = "", before: int | None = None, limit: int = PAGE) -> VisitPage:
    """Return visits that this actor sees, the last logged first; those of one firm where it is named."""
    query = select(GuideVisit).where(visible(work.actor))
    if enterprise:
        query = query.where(GuideVisit.enterprise_code == enterprise)
    if before is not None:
        query = query.where(GuideVisit.id < before)
    found = work.session.scalars(query.order_by(GuideVisit.id.desc()).limit(limit + 1)).all()
    return VisitPage(found[:limit], found[limit - 1].id if len(found) > limit else None)


def policies(session: Session, ids: Collection[int]) -> Mapping[int, Sequence[VisitPolicy]]:
    """Return what was delivered on visits, by visit, in order."""
    found: defaultdict[int, list[VisitPolicy]] = defaultdict(list)
    query = select(VisitPolicy).where(VisitPolicy.visit_id.in_(sorted(ids)))
    for one in session.scalars(query.order_by(VisitPolicy.visit_id, VisitPolicy.place)):
        found[one.visit_id].append(one)
    return found


def raised(work: Work, ids: Collection[int]) -> Mapping[int, Sequence[Ticket]]:
    """Return the tickets that were raised on visits, by visit: those that this actor may see."""
    found: defaultdict[int, list[Ticket]] = defaultdict(list)
    rows = work.session.execute(
        select(VisitTicket.visit_id, Ticket)
        .join(Ticket, Ticket.id == VisitTicket.ticket_id)
        .where(VisitTicket.visit_id.in_(sorted(ids)), tickets.visible(work.actor))
        .order_by(Ticket.id)
        .limit(1000)
    )
    for visit, ticket in rows:
        found[visit].append(ticket)
    return found


def changes(session: Session, visit: GuideVisit) -> Sequence[VisitChange]:
    """Return the corrections of a visit, the newest first."""
    return session.scalars(
        select(VisitChange)
        .where(VisitChange.visit_id == visit.id)
        .order_by(VisitChange.id.desc())
        .limit(PAGE)
    ).all()


def names(session: Session, codes: Collection[str]) -> Mapping[str, str]:
    """Return what firms are called, by code."""
    query = select(Enterprise.code, Enterprise.short).where(Enterprise.code.in_(sorted(codes)))
    return {row[0]: row[1] for row in session.execute(query)}


def people(session: Session, ids: Collection[int]) -> Mapping[int, str]:
    """Return what people are called, by id."""
    query = select(User.id, User.name).where(User.id.in_(sorted(ids)))
    return {row[0]: row[1] for row in session.execute(query)}


# Duties


@dataclass(frozen=True, slots=True)
class DutyLine:
    """The duty of one firm and month as it stands today."""

    enterprise: str
    name: str
    month: date
    standing: Standing
    guide_id: int | None
    visit_id: int | None


def months_of(work: Work, codes: Collection[str], month: date) -> Sequence[DutyLine]:
    """Return the duties of some firms in a month, in the order of their names' codes; what was not laid down is due."""
    firms = names(work.session, sorted(codes)[:PAGE_MOST])
    query = select(VisitDuty).where(VisitDuty.enterprise_code.in_(sorted(firms)), VisitDuty.month_on == month)
    held = {one.enterprise_code: one for one in work.session.scalars(query)}
    return [_line(work, code, firms[code], month, held.get(code)) for code in sorted(firms)]


def _line(work: Work, code: str, name: str, month: date, duty: VisitDuty | None) -> DutyLine:
    guide = duty.guide_id if duty is not None else guide_of(work, code)
    stored = duty.standing if duty is not None else Standing.DUE
    today = local(work.now).date()
    standing = rules.standing_on(stored, month, today, guided=guide is not None)
    return DutyLine(code, name, month, standing, guide, duty.visit_id if duty else None)


def _in_reach(actor: Actor) -> ColumnElement[bool]:
    """Return the condition under which a duty counts for this actor: their chains, and what a guide has in care."""
    reach = chains_of(actor)
    if reach is None:
        return true()
    found: list[ColumnElement[bool]] = []
    if reach:
        found.append(VisitDuty.chain_code.in_(sorted(reach)))
    if Role.GUIDE in actor.roles:
        found.append(VisitDuty.guide_id == actor.id)
        cared = actor.refs(Role.GUIDE, ScopeKind.ENTERPRISE)
        found.append(and_(VisitDuty.standing == Standing.DUE, VisitDuty.enterprise_code.in_(sorted(cared))))
    return or_(*found) if found else false()


def coverage(work: Work, month: date) -> Mapping[tuple[str, int | None], Figures]:
    """Return the figures of a month by chain and guide, as far as this actor reads them."""
    rows = work.session.execute(
        select(VisitDuty.chain_code, VisitDuty.guide_id, VisitDuty.standing, func.count())
        .where(VisitDuty.month_on == month, _in_reach(work.actor))
        .group_by(VisitDuty.chain_code, VisitDuty.guide_id, VisitDuty.standing)
    )
    today = local(work.now).date()
    found: defaultdict[tuple[str, int | None], list[tuple[Standing, int]]] = defaultdict(list)
    for chain, guide, stored, count in rows:
        standing = rules.standing_on(stored, month, today, guided=guide is not None)
        found[chain, guide].append((standing, count))
    return {key: rules.figures(counted) for key, counted in found.items()}


@dataclass(frozen=True, slots=True)
class DutyPage:
    """Some firms with their month, what is open first, and after which place the next ones begin."""

    items: Sequence[DutyLine]
    after: str


def firms(work: Work, month: date, *, chain: str = "", after: str = "", limit: int = PAGE) -> DutyPage:
    """Return the firms of a month: those without a visit first, then by code. `after` is what the page before said."""
    order = case((VisitDuty.standing.in_(sorted(rules.DONE)), "1"), else_="0")
    place = order + ":" + VisitDuty.enterprise_code
    query = (
        select(VisitDuty, Enterprise.short, place)
        .join(Enterprise, Enterprise.code == VisitDuty.enterprise_code)
        .where(VisitDuty.month_on == month, _in_reach(work.actor))
    )
    if chain:
        query = query.where(VisitDuty.chain_code == chain)
    if after:
        query = query.where(place > after)
    rows = work.session.execute(query.order_by(place).limit(limit + 1)).all()
    lines = [_line(work, one.enterprise_code, short, month, one) for one, short, _ in rows[:limit]]
    return DutyPage(lines, rows[limit - 1][2] if len(rows) > limit else "")
