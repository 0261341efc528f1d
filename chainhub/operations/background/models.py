"""What the scheduler leaves behind: its processes, the runs worth telling, the runs that somebody asked for."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chainhub.core.db import Base, EnumValue
from chainhub.operations.background.rules import Standing


class SchedulerProcess(Base):
    """The sign of life of one process of the scheduler."""

    __tablename__ = "scheduler_process"
    __table_args__ = (UniqueConstraint("host", "pid"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    host: Mapped[str] = mapped_column(String(80))
    pid: Mapped[int]
    role: Mapped[Standing] = mapped_column(EnumValue(Standing))
    since: Mapped[datetime]  # of the role
    seen_at: Mapped[datetime]


class JobLog(Base):
    """A run that did something, failed, came late or was asked for. A run that found nothing leaves no line."""

    __tablename__ = "job_log"
    __table_args__ = (Index("ix_job_log_name_id", "name", "id"), Index("ix_job_log_started_at", "started_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]  # None: the process was gone before its end
    done: Mapped[int]
    failed: Mapped[int]
    backlog: Mapped[int]  # what was left, counted up to a thousand
    missed: Mapped[int]  # runs that should have been before it and were not
    asked_by: Mapped[str] = mapped_column(String(100))
    process: Mapped[str] = mapped_column(String(100))
    error: Mapped[str] = mapped_column(String(300))
    outcomes: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")  # as in `JobRun`


class RunRequest(Base):
    """Somebody wants a job to run now. One row a job, so that a double click is one run; gone when it has run."""

    __tablename__ = "run_request"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    asked_by: Mapped[str] = mapped_column(String(100))
    asked_at: Mapped[datetime]
