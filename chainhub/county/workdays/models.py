"""The State Council's notices and their days: which are off, which are worked in exchange (调休)."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from chainhub.core.db import Base


class WorkdayNotice(Base):
    """One imported notice. A later notice wins day by day; nothing is overwritten."""

    __tablename__ = "workday_notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(index=True)
    title: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    imported_at: Mapped[datetime]
    imported_by: Mapped[str] = mapped_column(String(60))


class WorkdayException(Base):
    """One day of a notice. Two explicit facts (off or worked), never inferred from the holiday's name."""

    __tablename__ = "workday_exception"

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("workday_notice.id"), index=True)
    on: Mapped[date] = mapped_column(index=True)
    is_off: Mapped[bool]
    name: Mapped[str] = mapped_column(String(40))
