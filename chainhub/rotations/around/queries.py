"""Reading what surrounds a session: pages of invitations and arrivals, counts, what is shown to whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session as Db

from chainhub.documents.attachments.models import Attachment
from chainhub.rotations.around.models import (
    SalonArrival,
    SalonFile,
    SalonInvitation,
    SalonRating,
)
from chainhub.rotations.around.rules import PEOPLE_MOST
from chainhub.rotations.around.terms import Answer, Review
from chainhub.rotations.models import Salon, SalonTicket
from chainhub.rotations.workflow import State

PAGE, PAGE_MOST = 30, 200
COMMENTS_MOST = 100


@dataclass(frozen=True, slots=True)
class InvitationPage:
    """Some invitations in the order in which they went out, and behind which id the next ones begin."""

    items: Sequence[SalonInvitation]
    after: int | None


def invitations(db: Db, salon: Salon, *, after: int = 0, limit: int = PAGE) -> InvitationPage:
    """Return who is invited to a session."""
    query = select(SalonInvitation).where(SalonInvitation.salon_id == salon.id, SalonInvitation.id > after)
    found = db.scalars(query.order_by(SalonInvitation.id).limit(limit + 1)).all()
    return InvitationPage(found[:limit], found[limit - 1].id if len(found) > limit else None)


def counts_for(salon: Salon) -> ColumnElement[bool]:
    """Say of an invitation that its answer counts: it was given for the day that holds."""
    return and_(SalonInvitation.answer.is_not(None), SalonInvitation.answered_for == salon.on)


def unanswered(salon: Salon) -> ColumnElement[bool]:
    """Say of an invitation that nobody answered it for the day that holds."""
    return or_(SalonInvitation.answered_for.is_(None), SalonInvitation.answered_for != salon.on)


@dataclass(frozen=True, slots=True)
class Tally:
    """How an invitation was answered: how many parties each, how many people come, how many have not answered."""

    asked: int
    by_answer: Mapping[Answer, int]
    people: int

    @property
    def silent(self) -> int:
        """How many parties have not answered."""
        return self.asked - sum(self.by_answer.values())


def tally(db: Db, salon: Salon) -> Tally:
    """Count the answers of a session."""
    rows = db.execute(
        select(SalonInvitation.answer, func.count(), func.sum(SalonInvitation.people))
        .where(SalonInvitation.salon_id == salon.id, counts_for(salon))
        .group_by(SalonInvitation.answer)
    ).all()
    asked = db.scalar(select(func.count()).where(SalonInvitation.salon_id == salon.id)) or 0
    by_answer = {answer: n for answer, n, _ in rows}
    people = sum(int(some or 0) for *_, some in rows)
    return Tally(asked, {one: by_answer.get(one, 0) for one in Answer}, people)


def expected(db: Db, salon: Salon) -> Sequence[SalonInvitation]:
    """Return who may come: everybody invited who has not said no."""
    return db.scalars(
        select(SalonInvitation)
        .where(
            SalonInvitation.salon_id == salon.id,
            or_(unanswered(salon), SalonInvitation.answer != Answer.ABSENT),
        )
        .order_by(SalonInvitation.id)
        .limit(PEOPLE_MOST)
    ).all()


@dataclass(frozen=True, slots=True)
class ArrivalPage:
    """Some who were there, the first one first, and behind which id the next ones begin."""

    items: Sequence[SalonArrival]
    after: int | None


def arrivals(db: Db, salon: Salon, *, after: int = 0, limit: int = PAGE) -> ArrivalPage:
    """Return who signed in at a session."""
    query = select(SalonArrival).where(SalonArrival.salon_id == salon.id, SalonArrival.id > after)
    found = db.scalars(query.order_by(SalonArrival.id).limit(limit + 1)).all()
    return ArrivalPage(found[:limit], found[limit - 1].id if len(found) > limit else None)


def arrived(db: Db, salon: Salon) -> int:
    """Count who signed in at a session."""
    return db.scalar(select(func.count()).where(SalonArrival.salon_id == salon.id)) or 0


def was_there(db: Db, salon: Salon, user_id: int | None) -> bool:
    """Say whether somebody signed in at a session with their account."""
    query = select(SalonArrival.id).where(
        SalonArrival.salon_id == salon.id, SalonArrival.user_id == (user_id or 0)
    )
    return db.scalar(query) is not None


def bodies(db: Db, salon: Salon) -> tuple[Sequence[str], int]:
    """Return where they came from who were there, and how many they were."""
    rows = db.execute(
        select(SalonArrival.body, func.count())
        .where(SalonArrival.salon_id == salon.id)
        .group_by(SalonArrival.body)
        .order_by(func.min(SalonArrival.id))
        .limit(PEOPLE_MOST)
    ).all()
    return [body for body, _ in rows], sum(n for _, n in rows)


def raised_count(db: Db, salon: Salon) -> int:
    """Count the tickets of a session, whoever may see them."""
    return db.scalar(select(func.count()).where(SalonTicket.salon_id == salon.id)) or 0


def files(
    db: Db, salon: Salon, *, every: bool, after: int = 0, limit: int = PAGE
) -> tuple[Sequence[tuple[SalonFile, Attachment]], int | None]:
    """Return files of a session, the first one first: all of them, or what is released; and where the next begin."""
    query = (
        select(SalonFile, Attachment)
        .join(Attachment, Attachment.id == SalonFile.attachment_id)
        .where(SalonFile.salon_id == salon.id, SalonFile.attachment_id > after)
    )
    if not every:
        query = query.where(SalonFile.review == Review.RELEASED)
    found = [
        (one, file) for one, file in db.execute(query.order_by(SalonFile.attachment_id).limit(limit + 1))
    ]
    more = found[limit - 1][0].attachment_id if len(found) > limit else None
    return found[:limit], more


def waiting(db: Db, salon: Salon) -> int:
    """Count the files of a session that wait for the committee."""
    query = select(func.count()).where(SalonFile.salon_id == salon.id, SalonFile.review == Review.WAITING)
    return db.scalar(query) or 0


def ratings(db: Db, salon: Salon) -> Sequence[SalonRating]:
    """Return how a session was rated, the first one first."""
    return db.scalars(
        select(SalonRating)
        .where(SalonRating.salon_id == salon.id)
        .order_by(SalonRating.at, SalonRating.user_id)
        .limit(PEOPLE_MOST)
    ).all()


def to_be_reminded(db: Db, today: date, until: date, limit: int) -> Sequence[int]:
    """Return announced sessions of the coming days with an invitation that is neither answered nor reminded of."""
    return db.scalars(
        select(Salon.id)
        .join(SalonInvitation, SalonInvitation.salon_id == Salon.id)
        .where(
            Salon.stage == State.ANNOUNCED,
            Salon.on > today,
            Salon.on <= until,
            or_(SalonInvitation.answered_for.is_(None), SalonInvitation.answered_for != Salon.on),
            or_(SalonInvitation.reminded_for.is_(None), SalonInvitation.reminded_for != Salon.on),
        )
        .distinct()
        .order_by(Salon.id)
        .limit(limit)
    ).all()
