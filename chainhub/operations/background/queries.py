"""Reading what the scheduler leaves behind: its processes, the last run of each job, the lines of one."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from chainhub.operations.background import rules
from chainhub.operations.background.models import JobLog, RunRequest, SchedulerProcess
from chainhub.operations.background.rules import Standing
from chainhub.operations.models import JobRun

PAGE = 50
_PROCESSES = 20


def processes(session: Session) -> Sequence[SchedulerProcess]:
    """Return the processes that were seen within a day, the leading ones first, then the freshest."""
    query = select(SchedulerProcess).order_by(SchedulerProcess.role, SchedulerProcess.seen_at.desc())
    return session.scalars(query.limit(_PROCESSES)).all()


def last_beat(session: Session) -> datetime | None:
    """Return when a leading process was seen last; None if never."""
    return session.scalar(
        select(func.max(SchedulerProcess.seen_at)).where(SchedulerProcess.role == Standing.LEADING)
    )


def leads(session: Session, now: datetime) -> bool:
    """Say whether a process leads and lives."""
    seen = last_beat(session)
    return seen is not None and rules.is_alive(seen, now)


def last_runs(session: Session) -> Mapping[str, JobRun]:
    """Return the last run of every job by its name."""
    return {one.name: one for one in session.scalars(select(JobRun))}


def asked_for(session: Session) -> Mapping[str, RunRequest]:
    """Return the runs that somebody asked for and that have not been yet, by the name of their job."""
    return {one.name: one for one in session.scalars(select(RunRequest))}


def page(
    session: Session, name: str, *, before: int | None, limit: int = PAGE
) -> tuple[Sequence[JobLog], int | None]:
    """Return lines of a job, newest first, and below which id the next page begins, if there is one."""
    query = select(JobLog).where(JobLog.name == name).order_by(JobLog.id.desc()).limit(limit + 1)
    if before is not None:
        query = query.where(JobLog.id < before)
    found = session.scalars(query).all()
    return found[:limit], found[limit - 1].id if len(found) > limit else None


def old_lines(session: Session, now: datetime, limit: int) -> Sequence[int]:
    """Return lines that are older than anybody asks for, or beyond the newest of their job."""
    place = func.row_number().over(partition_by=JobLog.name, order_by=JobLog.id.desc())
    placed = select(JobLog.id, JobLog.started_at, place.label("place")).subquery()
    old = placed.c.started_at < now - timedelta(days=rules.KEPT_DAYS)
    query = select(placed.c.id).where(or_(old, placed.c.place > rules.KEPT_RUNS)).order_by(placed.c.id)
    return session.scalars(query.limit(limit)).all()
