"""Monthly reports. A published one is content and hash, and never changes; a correction is another edition."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chainhub.core.db import Base, EnumValue
from chainhub.statistics.reports.terms import MonthlyStage, Period
from chainhub.statistics.terms import month_from


class StatReport(Base):
    """One edition of a month's report."""

    __tablename__ = "stat_report"
    __table_args__ = (
        UniqueConstraint("month", "chain", "edition"),
        Index("ix_stat_report_chain_id", "chain", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[int]  # 202610
    chain: Mapped[str] = mapped_column(String(40))  # empty: the whole county
    edition: Mapped[int]  # 1, 2 …: a correction is a new one
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("stat_report.id"))
    why: Mapped[str] = mapped_column(String(200), default="")  # of a correction
    stage: Mapped[MonthlyStage] = mapped_column(EnumValue(MonthlyStage))
    text: Mapped[dict[str, Any]]  # part of the text → its words; frozen in the content once it is published
    content: Mapped[str] = mapped_column(Text, default="", deferred=True)  # canonical JSON; empty: a draft
    hash: Mapped[str] = mapped_column(String(64), default="")  # SHA-256 of the content
    number: Mapped[str] = mapped_column(String(20), default="")  # of the 通报: 2026-0001
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    made_by: Mapped[str] = mapped_column(String(120))
    made_at: Mapped[datetime]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    published_by: Mapped[str] = mapped_column(String(120), default="")
    published_at: Mapped[datetime | None]
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    signed_by: Mapped[str] = mapped_column(String(120), default="")
    signed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    @property
    def period(self) -> Period:
        """What it is about."""
        return Period(month_from(self.month), self.chain)

    @property
    def link(self) -> str:
        """Where its page is."""
        return f"/statistics/reports/{self.id}"
