"""Who did what to accounts, grants, calendars and settings; and the daily seals over all history."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from chainhub.core.db import Base


class AuditEntry(Base):
    """One deed of an administrator or of the system. Append-only; each entry carries the hash of the one before."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    who: Mapped[str] = mapped_column(String(60))
    action: Mapped[str] = mapped_column(String(60))
    about: Mapped[str] = mapped_column(String(200))
    data: Mapped[dict[str, Any]]
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class DailySeal(Base):
    """One hash over everything recorded up to the end of a day, chained to the seal before."""

    __tablename__ = "daily_seal"

    on: Mapped[date] = mapped_column(primary_key=True)
    last_event_id: Mapped[int]  # of ticket events covered
    last_entry_id: Mapped[int]  # of audit entries covered
    events: Mapped[int]  # how many this seal adds
    entries: Mapped[int]
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    sealed_at: Mapped[datetime]
