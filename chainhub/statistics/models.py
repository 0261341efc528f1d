"""What statistics keep: marks by ticket, their counts in cells, and up to which line of history both hold.

All of it follows from the history and can be made anew (`chainhub statistics rebuild`).
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from chainhub.core.db import Base


class StatState(Base):
    """One row: every line of history up to this one is folded into marks and cells."""

    __tablename__ = "stat_state"

    id: Mapped[int] = mapped_column(primary_key=True)
    folded_to: Mapped[int]  # the id of a ticket_event; 0: nothing yet
    folded_at: Mapped[datetime | None]
    calendar_version: Mapped[int]  # by which workdays were counted
    recounted_to: Mapped[int] = mapped_column(
        default=0
    )  # after an imported calendar: the ticket up to which they were counted anew


class StatCase(Base):
    """What a ticket was when it was folded: along these its marks stand in cells."""

    __tablename__ = "stat_case"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    chain: Mapped[str] = mapped_column(String(40))
    enterprise: Mapped[str] = mapped_column(String(60))
    category: Mapped[str] = mapped_column(String(40))  # of the first level; empty: none is set
    kind: Mapped[str] = mapped_column(String(40))
    channel: Mapped[str] = mapped_column(String(40))


class StatMark(Base):
    """One thing that is counted of a ticket (`rules.Mark`). Marks are written anew when the ticket moves."""

    __tablename__ = "stat_mark"
    __table_args__ = (
        Index("ix_stat_mark_ticket_id", "ticket_id"),
        Index("ix_stat_mark_list", "measure", "month", "id"),
        Index("ix_stat_mark_unit", "unit", "measure", "month", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    measure: Mapped[str] = mapped_column(String(20))
    month: Mapped[int]  # 202611
    unit: Mapped[str] = mapped_column(String(60))
    value: Mapped[int]


class StatCell(Base):
    """How many marks of a measure have a value, in a month, of one chain, along one cut."""

    __tablename__ = "stat_cell"

    cut: Mapped[str] = mapped_column(String(12), primary_key=True)
    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    measure: Mapped[str] = mapped_column(String(20), primary_key=True)
    month: Mapped[int] = mapped_column(primary_key=True)
    chain: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[int] = mapped_column(primary_key=True)
    n: Mapped[int]
