"""APScheduler from the timetable, in one process of its own. Jobs are sweeps, so a missed run is only a late one."""

import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from types import FrameType

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MISSED, JobExecutionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Engine, or_, select
from sqlalchemy.orm import Session

from chainhub.core import clock, sweeps
from chainhub.core.actor import THE_CLOCK
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.operations.models import HEARTBEAT, JobRun
from chainhub.reminders.models import Clock
from chainhub.timetable import TIMETABLE, Job

log = logging.getLogger(__name__)
BEAT_EVERY = 20  # seconds


@contextmanager
def work(engine: Engine, now: datetime | None = None) -> Iterator[Work]:
    """Open a unit of work of the clock and commit it."""
    with Session(engine) as session, session.begin():
        yield Work(session, THE_CLOCK, now or clock.now(), known.of(session).calendar)


def run_job(engine: Engine, job: Job, now: datetime | None = None) -> sweeps.Swept:
    """Run one line of the timetable until nothing is left to do, and write down how it went."""
    started = now or clock.now()
    swept = sweeps.run(job.find, job.handle, lambda: work(engine, now), name=job.name)
    with Session(engine) as session, session.begin():
        session.merge(
            JobRun(
                name=job.name,
                started_at=started,
                ended_at=now or clock.now(),
                done=swept.done,
                failed=len(swept.failed),
                error=f"ids {list(swept.failed[:20])}" if swept.failed else "",
            )
        )
    return swept


def run_all(engine: Engine, now: datetime | None = None) -> dict[str, sweeps.Swept]:
    """Run the whole timetable once, in its order."""
    return {job.name: run_job(engine, job, now) for job in TIMETABLE}


def something_waits(engine: Engine, now: datetime) -> bool:
    """Say whether any running clock has come to a rung or to its end: whether a run would find anything."""
    due = select(Clock.id).where(
        Clock.stopped_at.is_(None), or_(Clock.look_again_at <= now, Clock.due_at <= now)
    )
    with Session(engine) as session:
        return session.scalar(due.limit(1)) is not None


def beat(engine: Engine) -> None:
    """Leave a sign of life for `/readyz` and `/metrics`."""
    with Session(engine) as session, session.begin():
        session.merge(
            JobRun(name=HEARTBEAT, started_at=clock.now(), ended_at=clock.now(), done=0, failed=0, error="")
        )


def build(engine: Engine) -> BackgroundScheduler:
    """Return a scheduler with every job of the timetable, not yet started.

    The store is in memory because the timetable is code. `coalesce` and a misfire grace of an hour: a run that
    could not start in time starts late instead of being dropped in silence.
    """
    scheduler = BackgroundScheduler(
        timezone="UTC",
        executors={"default": ThreadPoolExecutor(1)},  # one after the other: SQLite has one writer
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600},
    )
    for job in TIMETABLE:
        scheduler.add_job(
            run_job,
            "interval",
            args=(engine, job),
            seconds=job.seconds,
            id=job.name,
            next_run_time=clock.now(),
        )
    scheduler.add_job(
        beat, "interval", args=(engine,), seconds=BEAT_EVERY, id=HEARTBEAT, next_run_time=clock.now()
    )
    scheduler.add_listener(_report, EVENT_JOB_ERROR | EVENT_JOB_MISSED)
    return scheduler


def _report(event: JobExecutionEvent) -> None:
    if event.exception is not None:
        log.error("job failed", extra={"job": event.job_id, "cause": str(event.exception)[:300]})
    else:
        log.warning("job started late", extra={"job": event.job_id})


def run(engine: Engine) -> None:
    """Run until told to stop."""
    stop = threading.Event()

    def _stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    scheduler = build(engine)
    scheduler.start()
    log.info("scheduler started", extra={"jobs": len(TIMETABLE)})
    stop.wait()
    scheduler.shutdown(wait=True)
