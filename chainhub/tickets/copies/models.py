"""Copies of tickets to persons. A copy is a key to read: `tickets.queries.visible` asks here."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from chainhub.core.db import Base

_HOLDS = text("withdrawn_at IS NULL")


class TicketCopy(Base):
    """A copy of a ticket to one person. It holds until somebody withdraws it."""

    __tablename__ = "ticket_copy"
    __table_args__ = (
        Index("ix_ticket_copy_ticket_id", "ticket_id"),
        Index(
            "uq_ticket_copy_holds",
            "person_id",
            "ticket_id",
            unique=True,
            sqlite_where=_HOLDS,
            postgresql_where=_HOLDS,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    person: Mapped[str] = mapped_column(String(120))  # unit or title and name, as they were
    note: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    by_name: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]
    withdrawn_by: Mapped[str] = mapped_column(String(120), default="")
    withdrawn_at: Mapped[datetime | None]
