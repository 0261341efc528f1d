"""Questions to parties outside the county's accounts. Only what stands here is shown to them, never the ticket."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from chainhub.core.db import Base


class OutsideQuestion(Base):
    """One question about a ticket to one outside party. Where it stands follows from its dates (`rules.standing`)."""

    __tablename__ = "outside_question"
    __table_args__ = (Index("ix_outside_question_ticket_id", "ticket_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    party_unit: Mapped[str] = mapped_column(String(60))
    party_name: Mapped[str] = mapped_column(String(20))
    contact: Mapped[str] = mapped_column(String(60), default="")  # for the staff alone
    question: Mapped[str] = mapped_column(Text)
    shown: Mapped[str] = mapped_column(Text, default="")  # what of the matter the party may read
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    asked_by: Mapped[str] = mapped_column(String(120))  # unit and name, as they were
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]  # its address opens until then
    answered_by: Mapped[str] = mapped_column(String(20), default="")  # as the party wrote it
    answered_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(Text, default="")
    revoked_by: Mapped[str] = mapped_column(String(120), default="")
    revoked_at: Mapped[datetime | None]
