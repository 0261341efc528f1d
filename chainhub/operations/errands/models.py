"""What somebody asked for and the scheduler does: how far it is, the file that came of it, what was found."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from chainhub.core.db import Base, EnumValue
from chainhub.operations.errands.rules import ErrandKind, Stage

_UNDONE = text("stage IN ('waiting', 'running')")
_KEPT = text("expires_at IS NOT NULL")


class Errand(Base):
    """One of them. `runner` names the one run that may write here; another that finds itself replaced stops."""

    __tablename__ = "errand"
    __table_args__ = (
        Index("ix_errand_asked_by_id", "asked_by_id", "id"),
        Index("ix_errand_undone", "id", sqlite_where=_UNDONE, postgresql_where=_UNDONE),
        Index("ix_errand_kept", "expires_at", sqlite_where=_KEPT, postgresql_where=_KEPT),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ErrandKind] = mapped_column(EnumValue(ErrandKind))
    stage: Mapped[Stage] = mapped_column(EnumValue(Stage))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    asked_at: Mapped[datetime]
    about: Mapped[str] = mapped_column(String(400))  # in words: the filter, the file, the inspection
    given: Mapped[dict[str, Any]]  # what was asked for
    held: Mapped[list[Any]]  # the grants under which the file was made
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)  # runs that were begun
    runner: Mapped[str] = mapped_column(String(40), default="")
    beat_at: Mapped[datetime | None]  # the last sign of life of its run
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    source_as: Mapped[str] = mapped_column(String(80), default="")  # what was brought, in the storage
    stored_as: Mapped[str] = mapped_column(String(80), default="")  # what came of it
    file_name: Mapped[str] = mapped_column(String(120), default="")
    size: Mapped[int] = mapped_column(BigInteger, default=0)  # bytes
    sha256: Mapped[str] = mapped_column(String(64), default="")
    fetched_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]  # files go then; None: there are none
    report: Mapped[dict[str, Any]] = mapped_column(
        default=dict
    )  # of an import: counts, notes, rows that failed
    said: Mapped[str] = mapped_column(String(400), default="")  # why it came to nothing

    @property
    def link(self) -> str:
        """Where its page is."""
        return f"/errands/{self.id}"
