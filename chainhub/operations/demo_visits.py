"""走访 of the demonstration: three months of duties, most of them kept, some waived, one guide's half-year report begun."""

from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from chainhub.core.actor import THE_CLOCK, Role, ScopeKind
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI
from chainhub.county.directory.models import Chain
from chainhub.guides import rules
from chainhub.guides.models import VisitDuty
from chainhub.guides.rules import Draft, Policy, Standing, VisitKind
from chainhub.guides.service import duties, reporting, visiting
from chainhub.operations.simulating.county import County

GUIDE = "zhidaoyuan"
JOBS = (
    "visits"  # how the names of its jobs begin: played along, they would alarm for months that nobody logged
)
MONTHS = 3
_TOLD = (
    (VisitKind.TALK, "厂长、车间主任", "看了车间，问了订单和用工，都正常。", ()),
    (VisitKind.POLICY, "财务负责人", "讲了技改补贴怎么报，材料清单留下了。", (Policy("技术改造补贴办法"),)),
    (VisitKind.PARTY, "支部书记", "一起定了下个月主题党日的内容。", ()),
    (VisitKind.HELP, "办公室主任", "陪着去窗口把变更登记办了。", ()),
)


def show(session: Session, county: County, now: datetime) -> None:
    """Let the duties of some months be there, each laid down on its first day and settled as they really are."""
    month = rules.month_of(now.astimezone(SHANGHAI).date())
    for _ in range(MONTHS - 1):
        month = rules.month_before(month)
    places = list(session.scalars(select(Chain.position).order_by(Chain.position)))
    while month <= now.astimezone(SHANGHAI).date():
        begun = datetime.combine(month, time(0, 10), SHANGHAI)
        duties.lay(_clock(session, county, begun), places)
        _play(session, county, begun, now)
        month = rules.next_month(month)
    guide = county.as_(session, GUIDE, now)
    reporting.begin(guide, rules.half_of(now.astimezone(SHANGHAI).date()))


def _play(session: Session, county: County, begun: datetime, now: datetime) -> None:
    """Keep most duties of a month by visits, let a few firms need none, and settle what is left once it is over."""
    found = session.scalars(
        select(VisitDuty).where(VisitDuty.month_on == begun.date()).order_by(VisitDuty.enterprise_code)
    ).all()
    for place, duty in enumerate(found):
        at = begun + timedelta(days=2 + place % 24, hours=10)
        if at >= now or place % 11 == 3:
            continue
        if place % 9 == 5:
            owners = county.holding(Role.ENTERPRISE, ScopeKind.ENTERPRISE, duty.enterprise_code)
            if owners:
                duties.waive(county.as_(session, owners[0], at), duty.enterprise_code)
            continue
        guides = county.holding(Role.GUIDE, ScopeKind.ENTERPRISE, duty.enterprise_code)
        if guides:
            kind, met, done, policies = _TOLD[place % len(_TOLD)]
            key = f"demo-{duty.id}"
            told = Draft(
                duty.enterprise_code, at.astimezone(SHANGHAI).date(), kind, met, done, policies, key=key
            )
            visiting.log(county.as_(session, guides[0], at), told)
    if rules.next_month(begun.date()) <= now.astimezone(SHANGHAI).date():
        left = [one.id for one in found if one.standing is Standing.DUE]
        duties.settle(_clock(session, county, begun + timedelta(days=33)), left)


def _clock(session: Session, county: County, at: datetime) -> Work:
    return Work(session, THE_CLOCK, at, county.calendar)
