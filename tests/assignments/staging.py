"""A county whose guides are registered: those of the model county, taken in from their grants."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from chainhub.assignments.models import Assignment, Guide
from chainhub.assignments.service import assigning
from chainhub.county.people.models import User
from tests import people
from tests.people import NOW, work_of

CHAIN = "equipment"


def settled(session: Session) -> None:
    """Let every grant of a guide stand as an assignment, and every guide know this chain."""
    assigning.settle(work_of(session, "clock", NOW))
    for one in session.scalars(select(Guide)):
        one.industries = [CHAIN]
    session.flush()


def id_of(session: Session, username: str) -> int:
    """The id of an account."""
    return session.scalars(select(User.id).where(User.username == username)).one()


def running(session: Session, code: str = people.FIRM) -> Assignment:
    """The running lead assignment of an enterprise."""
    return session.scalars(
        select(Assignment).where(
            Assignment.enterprise_code == code,
            Assignment.kind == "guide",
            Assignment.ended_on.is_(None),
            Assignment.lead,
        )
    ).one()
