"""A chain that rotates: the rotation of 装备制造, opened by its committee."""

import json
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from chainhub.county import known
from chainhub.county.workdays import service as workdays
from chainhub.rotations.days import Rhythm
from chainhub.rotations.models import Rotation, Salon, SalonHost
from chainhub.rotations.service import holding, roster
from chainhub.rotations.workflow import Action
from tests import people
from tests.people import NOW, work_of

CHAIN = "equipment"


def opened(session: Session, at: datetime = NOW) -> Rotation:
    """The rotation of the demonstration's chain, from March 2026 on."""
    return roster.open_rotation(work_of(session, people.CLERK, at), CHAIN, Rhythm(date(2026, 3, 1)))


def salons(session: Session, rotation: Rotation) -> list[Salon]:
    """Its sessions, the first one first."""
    query = select(Salon).where(Salon.rotation_id == rotation.id).order_by(Salon.period_on, Salon.id)
    return list(session.scalars(query))


def hosts(session: Session, salon: Salon) -> list[str]:
    """The codes of who hosts a session."""
    query = select(SalonHost.enterprise_code).where(SalonHost.salon_id == salon.id).order_by(SalonHost.place)
    return list(session.scalars(query))


def moved(session: Session, salon: Salon, *steps: Action, at: datetime = NOW, **given) -> Salon:
    """A session carried along by the committee."""
    for step in steps:
        holding.act(work_of(session, people.CLERK, at), salon.id, step, None, given)
    return salon


def a_day_off(session: Session, on: date, at: datetime = NOW) -> None:
    """The State Council gives a day off that was worked."""
    content = json.dumps({"year": on.year, "days": [{"date": f"{on}", "name": "调整", "isOffDay": True}]})
    workdays.import_notice(work_of(session, "xitong", at), f"{on.year}.json", content.encode())
    known.forget(session)


def owner_of(session: Session, code: str) -> str:
    """The account of an enterprise."""
    from chainhub.county.people.models import GrantRow, User

    query = select(User.username).join(GrantRow).where(GrantRow.role == "enterprise", GrantRow.ref == code)
    return session.scalars(query.order_by(User.id).limit(1)).one()
