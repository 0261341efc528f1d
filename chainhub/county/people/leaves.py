"""The table of leaves: who is away from which day to which, and who stands in (AB角)."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from chainhub.core.db import Base


class Leave(Base):
    """One leave of one person, both days included. Meanwhile tasks and notices reach the substitute, too."""

    __tablename__ = "leave_of_absence"
    __table_args__ = (
        Index("ix_leave_of_absence_person_id", "person_id"),
        Index("ix_leave_of_absence_substitute_id", "substitute_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    substitute_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    from_on: Mapped[date]
    until_on: Mapped[date]
    reason: Mapped[str] = mapped_column(String(100), default="")
    recorded_by: Mapped[str] = mapped_column(String(100))
    recorded_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
