"""Recurring work, its occasions as rows, and what was changed by whom."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from chainhub.core.db import Base, EnumValue
from chainhub.rotations.routines.workflow import Body, Kind
from chainhub.rotations.workflow import State


class Routine(Base):
    """Work that recurs: what, how often, and who is responsible. Of a chain, or with none of the county."""

    __tablename__ = "routine"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[Kind] = mapped_column(EnumValue(Kind))
    title: Mapped[str] = mapped_column(String(60))
    chain_code: Mapped[str | None] = mapped_column(ForeignKey("chain.code"))
    body: Mapped[Body] = mapped_column(EnumValue(Body))
    body_ref: Mapped[str] = mapped_column(String(60))  # code of its chain or unit
    people: Mapped[list[Any]] = mapped_column(default=list)  # ids of accounts; none: the posts of the body
    anchor_on: Mapped[date]
    months: Mapped[int]
    month: Mapped[int]
    week: Mapped[int]
    weekday: Mapped[int]
    starts: Mapped[str] = mapped_column(String(5))
    lead_days: Mapped[int]  # workdays before an occasion from which on it is reminded
    ended_on: Mapped[date | None]  # from this day on none is planned
    laid_on: Mapped[date]
    calendar_version: Mapped[int] = mapped_column(default=0)  # by which it was laid down
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    @property
    def link(self) -> str:
        """Where its page is."""
        return f"/routines/{self.id}"


class Occasion(Base):
    """One time of recurring work. Its day moves while it is planned; what was held stays."""

    __tablename__ = "occasion"
    __table_args__ = (
        Index("ix_occasion_routine_id", "routine_id", "period_on"),
        Index("ix_occasion_on", "on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    routine_id: Mapped[int] = mapped_column(ForeignKey("routine.id"))
    period_on: Mapped[date]  # the first day of its period
    on: Mapped[date | None]
    stage: Mapped[State] = mapped_column(EnumValue(State))
    pinned: Mapped[bool] = mapped_column(default=False)
    provisional: Mapped[bool] = mapped_column(default=False)
    why: Mapped[list[Any]] = mapped_column(default=list)  # why this day
    note: Mapped[str] = mapped_column(String(2000), default="")  # what came of it
    address: Mapped[str] = mapped_column(String(500), default="")  # where its papers lie
    done_on: Mapped[date | None]
    sequence: Mapped[int] = mapped_column(default=0)  # of RFC 5545: raised with every change
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    @property
    def link(self) -> str:
        """Where its page is."""
        return f"/occasions/{self.id}"


class OccasionPack(Base):
    """What the papers of an occasion say beside its day: where, about what, and who comes."""

    __tablename__ = "occasion_pack"

    occasion_id: Mapped[int] = mapped_column(ForeignKey("occasion.id"), primary_key=True, autoincrement=False)
    venue: Mapped[str] = mapped_column(String(100), default="")
    topics: Mapped[str] = mapped_column(String(2000), default="")  # one a line
    attending: Mapped[str] = mapped_column(String(500), default="")


class RoutineEvent(Base):
    """What was changed: before and after, who and why. Appended to, never changed."""

    __tablename__ = "routine_event"
    __table_args__ = (Index("ix_routine_event_routine_id", "routine_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    routine_id: Mapped[int] = mapped_column(ForeignKey("routine.id"))
    occasion_id: Mapped[int | None] = mapped_column(index=True)  # no foreign key: a plan may be taken back
    action: Mapped[str] = mapped_column(String(20))
    what: Mapped[str] = mapped_column(String(200))
    why: Mapped[str] = mapped_column(String(200))
    before: Mapped[list[Any]] = mapped_column(default=list)  # in words or as ISO dates
    after: Mapped[list[Any]] = mapped_column(default=list)
    by: Mapped[str] = mapped_column(String(120))
    by_id: Mapped[int | None]
    at: Mapped[datetime]
