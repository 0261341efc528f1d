"""What the machines say of themselves: the last run of each job. The rest is in `background.models`."""

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from chainhub.core.db import Base


class JobRun(Base):
    """The last run of each job of the timetable; while it runs, how far it is."""

    __tablename__ = "job_run"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]  # None: it runs just now, or its process is gone
    done: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(300), default="")
    backlog: Mapped[int] = mapped_column(default=0, server_default="0")  # left after it, up to a thousand
    missed: Mapped[int] = mapped_column(default=0, server_default="0")  # runs before it that never were
    process: Mapped[str] = mapped_column(String(100), default="", server_default="")
    outcomes: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    """How many of what was handled came out how, by words of the job; empty where it does not tell."""
