"""What the machines say of themselves: runs of jobs, heartbeat of the scheduler."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from chainhub.core.db import Base

HEARTBEAT = "heartbeat"  # the name under which the scheduler leaves its sign of life


class JobRun(Base):
    """The last run of each job of the timetable."""

    __tablename__ = "job_run"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    done: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(300), default="")
