"""Clocks and their watches, and what has been said about them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from chainhub.core.db import Base

_RUNNING = text("stopped_at IS NULL")


class Clock(Base):
    """One running or stopped time limit of one thing, with its watch `look_again_at` (domain, section 3).

    The thing is named by (`owner_kind`, `owner_id`): this room knows no ticket. Whoever holds it is a role
    over a scope; the ladder's posts are looked up when a rung is said.
    """

    __tablename__ = "clock"
    __table_args__ = (
        Index("ix_clock_owner", "owner_kind", "owner_id"),
        Index("ix_clock_watch", "look_again_at", sqlite_where=_RUNNING, postgresql_where=_RUNNING),
        Index("ix_clock_kind_due", "kind", "due_at", sqlite_where=_RUNNING, postgresql_where=_RUNNING),
        Index(
            "ix_clock_desk", "kind", "holder_ref", "due_at", sqlite_where=_RUNNING, postgresql_where=_RUNNING
        ),
        Index("ix_clock_calendar", "calendar_version", sqlite_where=_RUNNING, postgresql_where=_RUNNING),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_kind: Mapped[str] = mapped_column(String(20))
    owner_id: Mapped[int]
    kind: Mapped[str] = mapped_column(String(40))
    label: Mapped[str] = mapped_column(String(20))  # the word for the kind, in notices
    round: Mapped[int] = mapped_column(default=1)
    about: Mapped[str] = mapped_column(String(120))  # what notices call it: 编号《标题》
    link: Mapped[str] = mapped_column(String(200))
    holder_role: Mapped[str] = mapped_column(String(20))
    holder_scope: Mapped[str] = mapped_column(String(20))
    holder_ref: Mapped[str] = mapped_column(String(60))
    ladder: Mapped[str] = mapped_column(String(20))  # posts, requester or none: who is reminded
    chain: Mapped[str] = mapped_column(String(40), default="")
    confidential: Mapped[bool] = mapped_column(default=False)
    started_at: Mapped[datetime]
    limit: Mapped[str] = mapped_column(String(20))  # as limit_code writes it: 15d, 240m, 30w
    extension: Mapped[int] = mapped_column(default=0)  # workdays granted after due
    floor_at: Mapped[datetime | None]  # due is never before it (at least one workday remained)
    pauses: Mapped[list[Any]] = mapped_column(
        default=list
    )  # [[start, end or null, cap in workdays or null], …]
    due_at: Mapped[datetime]
    yellow_at: Mapped[datetime]  # from here on the light is yellow
    provisional: Mapped[bool] = mapped_column(default=False)  # 暂定
    calendar_version: Mapped[int]
    stopped_at: Mapped[datetime | None]
    stop_reason: Mapped[str] = mapped_column(String(40), default="")
    look_again_at: Mapped[datetime | None]


class Said(Base):
    """A rung that was said: once per (clock, due date, rung), whoever sweeps."""

    __tablename__ = "said"
    __table_args__ = (UniqueConstraint("clock_id", "due_at", "rung"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    clock_id: Mapped[int] = mapped_column(ForeignKey("clock.id"))
    due_at: Mapped[datetime]
    rung: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    silent: Mapped[bool] = mapped_column(default=False)  # already past at a recomputation: noted, not said
