"""A chain that rotates: the rotation of 装备制造, opened by its committee."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

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


def owner_of(session: Session, code: str) -> str:
    """The account of an enterprise."""
    from chainhub.county.people.models import GrantRow, User

    query = select(User.username).join(GrantRow).where(GrantRow.role == "enterprise", GrantRow.ref == code)
    return session.scalars(query.order_by(User.id).limit(1)).one()
