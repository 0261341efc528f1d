"""Dated, editable rules of the county: limits, ladders, weights, office hours. Later rows win from their day on."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chainhub.core.db import Base


class TimeLimit(Base):
    """How long one kind of clock runs, for a matter and an urgency, from a moment on."""

    __tablename__ = "time_limit"
    __table_args__ = (UniqueConstraint("clock", "matter", "urgency", "from_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    clock: Mapped[str] = mapped_column(String(40))
    matter: Mapped[str] = mapped_column(String(20))  # inquiry, ordinary, problem, any
    urgency: Mapped[str] = mapped_column(String(20))
    code: Mapped[str] = mapped_column(String(20))  # "15d", "240m", "30w" or "formula"
    from_at: Mapped[datetime]
    source: Mapped[str] = mapped_column(default="")  # rule or decision, and of whom


class RuleText(Base):
    """A named rule as data: ladders, weights, the wall-clock window."""

    __tablename__ = "rule_text"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), index=True)
    value: Mapped[dict[str, Any]]
    from_at: Mapped[datetime]


class OfficeHours(Base):
    """The county's working hours from a day on; `only_on` for one half day."""

    __tablename__ = "office_hours"

    id: Mapped[int] = mapped_column(primary_key=True)
    from_on: Mapped[date]
    only_on: Mapped[date | None]
    segments: Mapped[list[Any]]  # [["08:30", "12:00"], ["13:30", "17:30"]]
