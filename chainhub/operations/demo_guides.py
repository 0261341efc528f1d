"""Guides of the demonstration: the 77 pairs of the model county, what is known of each guide, and a proposal that waits."""

from collections import defaultdict
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from chainhub.assignments import kinds
from chainhub.assignments.models import Assignment, Guide
from chainhub.assignments.service import assigning, proposing, registering
from chainhub.assignments.service.assigning import New
from chainhub.core.actor import Post, Role, ScopeKind
from chainhub.county.directory.models import Enterprise
from chainhub.county.people.models import User
from chainhub.operations.simulating.county import County

CHAIN = "equipment"  # of the demonstration accounts
_SKILLS = {
    "ecology_environment": ("环保",),
    "emergency_management": ("安全",),
    "science_technology": ("数控", "技改"),
    "industry_bureau": ("数控", "用能"),
    "development_zone_service": ("手续代办",),
}
_LICENSES = {"ecology_environment": "发它的排污许可", "emergency_management": "管它的安全生产许可"}


def show(session: Session, county: County, now: datetime) -> None:
    """Take in the 77 pairs, register what is known of each guide, and leave one proposal for the committee to confirm."""
    clerks = county.holding(Role.COMMITTEE, ScopeKind.CHAIN, CHAIN, Post.CONTACT)
    if not clerks:
        return
    work = county.as_(session, clerks[0], now - timedelta(hours=2))
    assigning.settle(work)
    rows = session.execute(
        select(Guide, User.unit_code, Enterprise.code, Enterprise.chain_code, Enterprise.town)
        .join(User, User.id == Guide.user_id)
        .join(Assignment, Assignment.user_id == Guide.user_id)
        .join(Enterprise, Enterprise.code == Assignment.enterprise_code)
        .where(Assignment.kind == kinds.GUIDE, Assignment.ended_on.is_(None))
        .order_by(Guide.user_id, Enterprise.code)
    ).all()
    towns: defaultdict[int, list[str]] = defaultdict(list)
    conflicts = []
    for guide, unit, code, chain, town in rows:
        guide.industries = sorted({*guide.industries, chain})
        guide.skills = list(_SKILLS.get(unit or "", ()))
        towns[guide.user_id].append(town)
        guide.town = max(towns[guide.user_id], key=towns[guide.user_id].count)
        if unit in _LICENSES and chain == CHAIN:
            conflicts.append((unit, code))
    session.flush()
    for unit, code in conflicts:
        registering.add_conflict(work, unit, code, _LICENSES[unit])
    first = session.scalars(
        select(Enterprise.code).where(Enterprise.chain_code == CHAIN).order_by(Enterprise.position).limit(1)
    ).one()
    registering.set_need(work, first, None, ["数控"])
    mentors = (("思想导师", "县委党校 温老师"), ("业务导师", "车间主任 柏师傅"))
    for slot, helper in mentors:
        assigning.begin(work, New("mentors", first, helper=helper, person="质检班组长", slot=slot))
    assigning.begin(work, New("pairing", first, helper="南站街道某社区党支部"))
    proposing.propose(work)
