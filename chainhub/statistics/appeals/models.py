"""What is asked and decided about counted cases. The history of the ticket says the same; figures are made from that."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chainhub.core.db import Base, EnumValue
from chainhub.statistics.appeals.terms import Verdict


class Appeal(Base):
    """An appeal against a case that a figure counts at a unit's door. There is one of each, decided once."""

    __tablename__ = "stat_appeal"
    __table_args__ = (
        UniqueConstraint("ticket_id", "measure", "unit_code", "month"),
        Index("ix_stat_appeal_standing", "standing", "id"),
        Index("ix_stat_appeal_speaks_at", "speaks_at"),
        CheckConstraint(
            "asked_by_id IS NULL OR decided_by_id IS NULL OR asked_by_id <> decided_by_id",
            name="another_person",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    chain_code: Mapped[str] = mapped_column(ForeignKey("chain.code"))
    unit_code: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    figure: Mapped[str] = mapped_column(String(40))  # the one that was named; all of its measure are meant
    measure: Mapped[str] = mapped_column(String(20))
    month: Mapped[int]  # in which it counted: 202611
    reason: Mapped[str] = mapped_column(Text)
    files: Mapped[int]  # how many were attached
    standing: Mapped[Verdict] = mapped_column(EnumValue(Verdict))
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    asked_by: Mapped[str] = mapped_column(String(120))  # unit and name, as they were
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]  # to be decided by then
    speaks_at: Mapped[datetime | None]  # when the committee is reminded next; nothing once all is said
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_by: Mapped[str] = mapped_column(String(120), default="")
    decided_at: Mapped[datetime | None]
    decision: Mapped[str] = mapped_column(Text, default="")  # why
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}
