"""Site visits. Photos are attachments of the ticket, tied to the visit's line of the history."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from chainhub.core.db import Base


class SiteVisit(Base):
    """One visit: when, who went, whom they met, what they saw. Written once; a mistake is put right by another one."""

    __tablename__ = "site_visit"
    __table_args__ = (Index("ix_site_visit_ticket_id", "ticket_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    visited_at: Mapped[datetime]
    people: Mapped[str] = mapped_column(String(60))
    met: Mapped[str] = mapped_column(String(20), default="")
    result: Mapped[str] = mapped_column(Text)
    photos: Mapped[int] = mapped_column(default=0)  # how many files came with it
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    by_name: Mapped[str] = mapped_column(String(120))  # body and name, as they were
    recorded_at: Mapped[datetime]
