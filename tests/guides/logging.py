"""A guide's visits, through the service."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from chainhub.guides.models import VisitDuty
from chainhub.guides.rules import Draft, Policy, VisitKind
from chainhub.guides.service import visiting
from chainhub.reminders.models import Clock
from tests import people
from tests.people import NOW, work_of

OTHER = "e_hengming_jingji"  # in the care of the same guide


def told(**given) -> Draft:
    """A visit as the guide tells it."""
    said = {
        "enterprise": people.FIRM,
        "on": NOW.date(),
        "kind": VisitKind.POLICY,
        "met": "陶厂长",
        "done": "看了新厂房，讲了技改补贴怎么报。",
        "policies": (Policy("技术改造补贴办法", "汶政发〔2026〕3号"),),
        "note": "车间主任想换岗",
        "key": "k1",
    }
    return Draft(**{**said, **given})


def logged(session: Session, at: datetime = NOW, username: str = people.GUIDE, **given):
    """A visit that was logged."""
    return visiting.log(work_of(session, username, at), told(**{"on": at.date(), **given}))


def duty(session: Session, code: str = people.FIRM, month=None) -> VisitDuty:
    """The duty of a firm in a month."""
    month = month or NOW.date().replace(day=1)
    query = select(VisitDuty).where(VisitDuty.enterprise_code == code, VisitDuty.month_on == month)
    return session.scalars(query.execution_options(populate_existing=True)).one()


def clocks(session: Session, one: VisitDuty, *, running: bool = True) -> list[Clock]:
    """The clocks of a duty."""
    query = select(Clock).where(Clock.owner_kind == "visit", Clock.owner_id == one.id).order_by(Clock.id)
    return [clock for clock in session.scalars(query) if not running or clock.stopped_at is None]
