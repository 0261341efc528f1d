"""Rotations, who is in them, their sessions as rows, swaps, and what was changed by whom."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chainhub.core.db import Base, EnumValue
from chainhub.rotations.workflow import USUAL_NAME, State, SwapState


class Rotation(Base):
    """What a chain's enterprises host in turn, 红色沙龙 or 主题党日: its rhythm, and how many host at once."""

    __tablename__ = "rotation"
    __table_args__ = (UniqueConstraint("chain_code", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    chain_code: Mapped[str] = mapped_column(ForeignKey("chain.code"))
    name: Mapped[str] = mapped_column(String(20), default=USUAL_NAME)  # what people call a session of it
    anchor_on: Mapped[date]  # the first day of the first period
    months: Mapped[int]  # a period
    month: Mapped[int]  # of the period, from 1
    week: Mapped[int]  # of the month, from 1; 5 is the last
    weekday: Mapped[int]  # 0 is Monday
    starts: Mapped[str] = mapped_column(String(5))  # Shanghai's clock: 14:00
    at_once: Mapped[int] = mapped_column(default=1)  # 联合承办
    volunteers_only: Mapped[bool] = mapped_column(default=False)
    laid_on: Mapped[date]  # the day on which its sessions were last laid down
    calendar_version: Mapped[int] = mapped_column(default=0)  # by which they were
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    @property
    def link(self) -> str:
        """Where its page is."""
        return f"/rotations?chain={self.chain_code}&rotation={self.id}"


class RotationMember(Base):
    """An enterprise in a rotation; who left stays as a row."""

    __tablename__ = "rotation_member"
    __table_args__ = (UniqueConstraint("rotation_id", "enterprise_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rotation_id: Mapped[int] = mapped_column(ForeignKey("rotation.id"))
    enterprise_code: Mapped[str] = mapped_column(ForeignKey("enterprise.code"))
    seat: Mapped[int]
    credit: Mapped[int] = mapped_column(default=0)  # rounds that were over when it joined
    joined_on: Mapped[date]
    left_on: Mapped[date | None]  # from this day on it is no member
    willing: Mapped[bool] = mapped_column(default=True)


class RotationBar(Base):
    """A span in which an enterprise, or with none the whole county, holds nothing."""

    __tablename__ = "rotation_bar"
    __table_args__ = (Index("ix_rotation_bar_rotation_id", "rotation_id", "until_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rotation_id: Mapped[int] = mapped_column(ForeignKey("rotation.id"))
    enterprise_code: Mapped[str | None] = mapped_column(ForeignKey("enterprise.code"))
    from_on: Mapped[date]
    until_on: Mapped[date]  # the last day of it
    why: Mapped[str] = mapped_column(String(100))
    lifted_at: Mapped[datetime | None]


class Salon(Base):
    """One session. Its days and hosts move while it is planned; from the announcement on they are said."""

    __tablename__ = "salon"
    __table_args__ = (
        Index("ix_salon_rotation_id", "rotation_id", "period_on"),
        Index("ix_salon_on", "on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    rotation_id: Mapped[int] = mapped_column(ForeignKey("rotation.id"))
    period_on: Mapped[date]  # the first day of its period
    on: Mapped[date | None]  # none while a new day is looked for
    stage: Mapped[State] = mapped_column(EnumValue(State))
    pinned: Mapped[bool] = mapped_column(default=False)
    provisional: Mapped[bool] = mapped_column(default=False)  # 暂定: the notice of its year is not known
    why: Mapped[list[Any]] = mapped_column(default=list)  # why this day, sentence by sentence
    skipped: Mapped[list[Any]] = mapped_column(default=list)  # who would have been before, and why not
    theme: Mapped[str] = mapped_column(String(60), default="")
    venue: Mapped[str] = mapped_column(String(100), default="")
    agenda: Mapped[dict[str, Any]] = mapped_column(default=dict)  # by fields.AGENDA: when, by whom, what
    minutes: Mapped[str] = mapped_column(Text, default="")
    sequence: Mapped[int] = mapped_column(default=0)  # of its calendar entry: raised with every change
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    @property
    def link(self) -> str:
        """Where its page is."""
        return f"/salons/{self.id}"


class SalonHost(Base):
    """A host of a session: the round that it serves, and why it is its turn."""

    __tablename__ = "salon_host"
    __table_args__ = (Index("ix_salon_host_enterprise_code", "enterprise_code"),)

    salon_id: Mapped[int] = mapped_column(ForeignKey("salon.id"), primary_key=True)
    enterprise_code: Mapped[str] = mapped_column(ForeignKey("enterprise.code"), primary_key=True)
    place: Mapped[int]
    round: Mapped[int]
    why: Mapped[str] = mapped_column(String(200))
    bound: Mapped[bool] = mapped_column(default=False)


class SalonSwap(Base):
    """One host asks another for its session. Bound to the two sessions, whatever their days become."""

    __tablename__ = "salon_swap"
    __table_args__ = (Index("ix_salon_swap_rotation_id", "rotation_id", "swap_state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rotation_id: Mapped[int] = mapped_column(ForeignKey("rotation.id"))
    salon_id: Mapped[int] = mapped_column(ForeignKey("salon.id"))
    enterprise_code: Mapped[str] = mapped_column(ForeignKey("enterprise.code"))
    other_salon_id: Mapped[int] = mapped_column(ForeignKey("salon.id"))
    other_code: Mapped[str] = mapped_column(ForeignKey("enterprise.code"))
    why: Mapped[str] = mapped_column(String(200))
    swap_state: Mapped[SwapState] = mapped_column(EnumValue(SwapState))
    asked_by: Mapped[str] = mapped_column(String(120))
    asked_at: Mapped[datetime]
    answered_by: Mapped[str] = mapped_column(String(120), default="")
    answered_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class RotationEvent(Base):
    """What was changed: before and after, who and why. Appended to, never changed."""

    __tablename__ = "rotation_event"
    __table_args__ = (Index("ix_rotation_event_rotation_id", "rotation_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rotation_id: Mapped[int] = mapped_column(ForeignKey("rotation.id"))
    salon_id: Mapped[int | None] = mapped_column(index=True)  # no foreign key: a plan may be taken back
    action: Mapped[str] = mapped_column(String(20))  # in words: 换期
    what: Mapped[str] = mapped_column(String(200))
    why: Mapped[str] = mapped_column(String(200))
    before: Mapped[list[Any]] = mapped_column(default=list)  # [[on, hosts], …] of the sessions that change
    after: Mapped[list[Any]] = mapped_column(default=list)
    by: Mapped[str] = mapped_column(String(120))
    by_id: Mapped[int | None]
    at: Mapped[datetime]


class SalonTicket(Base):
    """A ticket that was raised at a session."""

    __tablename__ = "salon_ticket"
    __table_args__ = (Index("ix_salon_ticket_salon_id", "salon_id"),)

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    salon_id: Mapped[int] = mapped_column(ForeignKey("salon.id"))


class CalendarKey(Base):
    """A secret address of a calendar. Only its digest is kept; it opens what its person may read, until revoked."""

    __tablename__ = "calendar_key"
    __table_args__ = (Index("ix_calendar_key_user_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    what: Mapped[str] = mapped_column(String(20))  # person, enterprise or chain
    ref: Mapped[str] = mapped_column(String(60))  # the code of enterprise or chain
    made_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
