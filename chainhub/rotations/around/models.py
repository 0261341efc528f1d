"""What surrounds a session as rows: its pack, invitations, arrivals, files and news, decisions, ratings."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chainhub.core.db import Base, EnumValue
from chainhub.rotations.around.terms import Answer, Grade, Party, Review, Via


class SalonPack(Base):
    """What a host prepares beside theme, venue and agenda. Goes with its session where a plan is taken back."""

    __tablename__ = "salon_pack"

    salon_id: Mapped[int] = mapped_column(ForeignKey("salon.id", ondelete="CASCADE"), primary_key=True)
    venue_of: Mapped[str] = mapped_column(
        String(60), default=""
    )  # whose place is borrowed; empty: the host's own
    policies: Mapped[list[Any]] = mapped_column(default=list)  # [{title, number}, …] to be presented
    ready: Mapped[list[Any]] = mapped_column(default=list)  # what of the checklist is done (terms.Ready)


class SalonInvitation(Base):
    """One invited party and what it answered. An answer counts for the day that it was given for."""

    __tablename__ = "salon_invitation"
    __table_args__ = (
        UniqueConstraint("salon_id", "kind", "ref", "name", "body"),
        Index("ix_salon_invitation_salon_id", "salon_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    salon_id: Mapped[int] = mapped_column(ForeignKey("salon.id"))
    kind: Mapped[Party] = mapped_column(EnumValue(Party))
    ref: Mapped[str] = mapped_column(String(60), default="")  # code of enterprise or unit, id of a leader
    name: Mapped[str] = mapped_column(String(60))
    body: Mapped[str] = mapped_column(String(60), default="")  # where a leader or guest comes from
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(120))
    answer: Mapped[Answer | None] = mapped_column(EnumValue(Answer))
    people: Mapped[int] = mapped_column(default=0)  # how many come
    names: Mapped[str] = mapped_column(String(200), default="")
    answered_for: Mapped[date | None]  # the day of the session when it was answered
    answered_by: Mapped[str] = mapped_column(String(120), default="")
    answered_at: Mapped[datetime | None]
    reminded_for: Mapped[date | None]  # the day of the session that the clock reminded of


class SalonArrival(Base):
    """Somebody who was there. The same name of the same body is the same person."""

    __tablename__ = "salon_arrival"
    __table_args__ = (
        UniqueConstraint("salon_id", "key"),
        UniqueConstraint("salon_id", "user_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    salon_id: Mapped[int] = mapped_column(ForeignKey("salon.id"))
    name: Mapped[str] = mapped_column(String(40))
    body: Mapped[str] = mapped_column(String(60))
    key: Mapped[str] = mapped_column(String(120))  # name and body without spaces and case
    enterprise_code: Mapped[str | None] = mapped_column(ForeignKey("enterprise.code"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    via: Mapped[Via] = mapped_column(EnumValue(Via))
    by: Mapped[str] = mapped_column(String(120))  # who wrote it down
    at: Mapped[datetime]


class SalonFile(Base):
    """A photo or slide of a session, and whether others than host and committee see it."""

    __tablename__ = "salon_file"
    __table_args__ = (Index("ix_salon_file_salon_id", "salon_id", "attachment_id"),)

    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"), primary_key=True)
    salon_id: Mapped[int] = mapped_column(ForeignKey("salon.id"))
    review: Mapped[Review] = mapped_column(EnumValue(Review))
    said: Mapped[str] = mapped_column(String(200), default="")  # why it was returned
    decided_by: Mapped[str] = mapped_column(String(120), default="")
    decided_at: Mapped[datetime | None]


class SalonNews(Base):
    """The news of a session: written by host or committee, released by the committee."""

    __tablename__ = "salon_news"

    salon_id: Mapped[int] = mapped_column(ForeignKey("salon.id"), primary_key=True)
    title: Mapped[str] = mapped_column(String(60))
    text: Mapped[str] = mapped_column(Text)
    review: Mapped[Review] = mapped_column(EnumValue(Review))
    said: Mapped[str] = mapped_column(String(200), default="")
    written_by: Mapped[str] = mapped_column(String(120))
    written_at: Mapped[datetime]
    decided_by: Mapped[str] = mapped_column(String(120), default="")
    decided_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class SalonDecision(Base):
    """What was decided at a session: who does what by when, and whether it is done."""

    __tablename__ = "salon_decision"
    __table_args__ = (Index("ix_salon_decision_salon_id", "salon_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    salon_id: Mapped[int] = mapped_column(ForeignKey("salon.id"))
    unit_code: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    what: Mapped[str] = mapped_column(String(200))
    due_on: Mapped[date]
    noted_by: Mapped[str] = mapped_column(String(120))
    noted_at: Mapped[datetime]
    done_note: Mapped[str] = mapped_column(String(200), default="")
    done_by: Mapped[str] = mapped_column(String(120), default="")
    done_at: Mapped[datetime | None]


class SalonRating(Base):
    """What one person who was there thinks of a session. Given once."""

    __tablename__ = "salon_rating"

    salon_id: Mapped[int] = mapped_column(ForeignKey("salon.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    theme: Mapped[Grade] = mapped_column(EnumValue(Grade))
    talk: Mapped[Grade] = mapped_column(EnumValue(Grade))
    problems: Mapped[Grade] = mapped_column(EnumValue(Grade))
    comment: Mapped[str] = mapped_column(String(200), default="")
    at: Mapped[datetime]
