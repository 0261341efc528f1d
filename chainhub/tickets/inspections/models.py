"""Inspections and the tickets chosen for them. A chosen ticket is a key to read: `tickets.queries.visible` asks here."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from chainhub.core.db import Base

_RUNS = text("ended_at IS NULL")


class Inspection(Base):
    """What is laid before an inspection: for whom, why, until when; its tickets stay those that were chosen."""

    __tablename__ = "inspection"
    __table_args__ = (
        Index("ix_inspection_runs", "until", sqlite_where=_RUNS, postgresql_where=_RUNS),
        Index("ix_inspection_chain_code", "chain_code", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    chain_code: Mapped[str] = mapped_column(ForeignKey("chain.code"))
    body: Mapped[str] = mapped_column(String(60))  # who inspects
    reason: Mapped[str] = mapped_column(String(200))
    chosen_by: Mapped[str] = mapped_column(String(400))  # the filter in words, or that numbers were given
    tickets: Mapped[int]  # how many were chosen
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))  # None: at the console
    made_by: Mapped[str] = mapped_column(String(120))
    made_at: Mapped[datetime]
    until: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str] = mapped_column(String(120), default="")

    @property
    def link(self) -> str:
        """Where its page is."""
        return f"/inspections/{self.id}"


class InspectedTicket(Base):
    """One ticket that was chosen."""

    __tablename__ = "inspected_ticket"
    __table_args__ = (Index("ix_inspected_ticket_ticket_id", "ticket_id"),)

    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id"), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)


class InspectionAccount(Base):
    """An account (迎检账号) that reads an inspection's tickets: for whom, by whom."""

    __tablename__ = "inspection_account"
    __table_args__ = (Index("ix_inspection_account_inspection_id", "inspection_id"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id"))
    opened_by: Mapped[str] = mapped_column(String(120))
    opened_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str] = mapped_column(String(120), default="")
