"""Visits with what was delivered and corrected, the monthly duty of each firm, reports and grades of guides."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chainhub.core.db import Base, EnumValue
from chainhub.guides.rules import Grade, ReportStage, Standing, VisitKind


class GuideVisit(Base):
    """One visit. What is corrected later stands in `VisitChange`, before and after."""

    __tablename__ = "guide_visit"
    __table_args__ = (
        UniqueConstraint("guide_id", "key"),  # sent twice is logged once
        Index("ix_guide_visit_enterprise_code", "enterprise_code", "id"),
        Index("ix_guide_visit_chain_code", "chain_code", "id"),
        Index("ix_guide_visit_guide_id", "guide_id", "on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64))  # made by the device that logs it
    guide_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    guide_name: Mapped[str] = mapped_column(String(120))
    enterprise_code: Mapped[str] = mapped_column(ForeignKey("enterprise.code"))
    chain_code: Mapped[str] = mapped_column(ForeignKey("chain.code"))
    on: Mapped[date]
    kind: Mapped[VisitKind] = mapped_column(EnumValue(VisitKind))
    met: Mapped[str] = mapped_column(String(100))
    done: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, default="")  # for the staff; the enterprise does not read it
    made_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    @property
    def link(self) -> str:
        """Where its page is."""
        return f"/visits/{self.id}"


class VisitPolicy(Base):
    """A policy that was delivered on a visit."""

    __tablename__ = "visit_policy"

    visit_id: Mapped[int] = mapped_column(ForeignKey("guide_visit.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(120))
    source: Mapped[str] = mapped_column(String(60), default="")  # 文号


class VisitTicket(Base):
    """A ticket that was raised on a visit."""

    __tablename__ = "visit_ticket"
    __table_args__ = (Index("ix_visit_ticket_visit_id", "visit_id"),)

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("guide_visit.id"))


class VisitChange(Base):
    """A correction: before and after, field by field. Appended to, never changed."""

    __tablename__ = "visit_change"
    __table_args__ = (Index("ix_visit_change_visit_id", "visit_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("guide_visit.id"))
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    why: Mapped[str] = mapped_column(String(200))
    by: Mapped[str] = mapped_column(String(120))
    by_id: Mapped[int | None]
    at: Mapped[datetime]


class VisitDuty(Base):
    """The visit of one firm in one calendar month. Its guide is whoever had the firm when it was settled."""

    __tablename__ = "visit_duty"
    __table_args__ = (
        UniqueConstraint("enterprise_code", "month_on"),
        Index("ix_visit_duty_chain_code", "chain_code", "month_on"),
        Index("ix_visit_duty_guide_id", "guide_id", "month_on"),
        Index("ix_visit_duty_standing", "standing", "month_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enterprise_code: Mapped[str] = mapped_column(ForeignKey("enterprise.code"))
    chain_code: Mapped[str] = mapped_column(ForeignKey("chain.code"))
    month_on: Mapped[date]  # the first day of the month
    standing: Mapped[Standing] = mapped_column(EnumValue(Standing))
    guide_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("guide_visit.id"))  # the first one that kept it
    settled_by: Mapped[str] = mapped_column(String(120), default="")
    settled_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class VisitRound(Base):
    """What was known of the county when a chain's duties were last laid down: nothing is read again before it changes."""

    __tablename__ = "visit_round"

    chain_code: Mapped[str] = mapped_column(ForeignKey("chain.code"), primary_key=True)
    seen: Mapped[str] = mapped_column(String(120))  # month, stamp of the county, version of the calendar
    at: Mapped[datetime]


class GuideReport(Base):
    """A guide's half-year report: prefilled from the log, worded and handed in by the guide, read by the sending unit."""

    __tablename__ = "guide_report"
    __table_args__ = (
        UniqueConstraint("guide_id", "half_on"),
        Index("ix_guide_report_unit_code", "unit_code", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    guide_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    guide_name: Mapped[str] = mapped_column(String(120))
    unit_code: Mapped[str] = mapped_column(ForeignKey("unit.code"))  # the sending unit
    half_on: Mapped[date]  # the first day of the half year
    text: Mapped[str] = mapped_column(Text)
    stage: Mapped[ReportStage] = mapped_column(EnumValue(ReportStage))
    made_at: Mapped[datetime]
    handed_in_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    @property
    def link(self) -> str:
        """Where its page is."""
        return f"/guide-reports/{self.id}"


class GuideGrade(Base):
    """A yearly grade as it was given. The last one of a year counts; the ones before stay."""

    __tablename__ = "guide_grade"
    __table_args__ = (Index("ix_guide_grade_guide_id", "guide_id", "year", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    guide_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    year: Mapped[int]
    grade: Mapped[Grade] = mapped_column(EnumValue(Grade))
    why: Mapped[str] = mapped_column(String(200))
    unit_code: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    by: Mapped[str] = mapped_column(String(120))
    by_id: Mapped[int | None]
    at: Mapped[datetime]
