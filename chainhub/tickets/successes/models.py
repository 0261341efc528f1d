"""Cases drafted from closed tickets."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from chainhub.core.db import Base, EnumValue
from chainhub.tickets.successes.rules import CaseState

_LIVE = text("stage IN ('asked', 'agreed', 'published')")


class SuccessCase(Base):
    """A case of what went well. Its words never change: what is to be said otherwise is drafted and agreed to anew."""

    __tablename__ = "success_case"
    __table_args__ = (
        Index("uq_success_case_live", "ticket_id", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
        Index("ix_success_case_stage_id", "stage", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    stage: Mapped[CaseState] = mapped_column(EnumValue(CaseState))
    title: Mapped[str] = mapped_column(String(60))
    text: Mapped[str] = mapped_column(Text)
    named: Mapped[bool] = mapped_column(default=False)  # the enterprise lets its name stand beside it
    drafted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    drafted_by: Mapped[str] = mapped_column(String(120))
    drafted_at: Mapped[datetime]
    answered_by: Mapped[str] = mapped_column(String(120), default="")  # of the enterprise, the last word
    answered_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(120), default="")
    decided_at: Mapped[datetime | None]
    decision: Mapped[str] = mapped_column(Text, default="")
