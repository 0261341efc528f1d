"""APScheduler from the timetable, in one process of its own. Jobs are sweeps, so a missed run is only a late one.

Several processes may be started; one leads, the others stand by (`operations.background.leadership`).
"""

import gc
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from types import FrameType, TracebackType

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MISSED, JobExecutionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import Engine, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from chainhub.core import clock, sweeps
from chainhub.core.actor import THE_CLOCK
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI
from chainhub.county import known
from chainhub.operations.background import leadership, queries, rules, service
from chainhub.operations.background.rules import At, Standing, When
from chainhub.operations.background.service import Process, Run
from chainhub.reminders.models import Clock
from chainhub.timetable import TIMETABLE, Job
from chainhub.web import engine as engines

log = logging.getLogger(__name__)
BEAT_EVERY = 5  # seconds between two signs of life
LOOK_EVERY = 0.5  # seconds between two looks at the lock, and at what is asked for
TURN = 60.0  # seconds after which a job with much to do lets the others have theirs
_JUMP = 30.0  # seconds by which the machine's clock may be corrected before everything is looked at anew
_ASK_AGAIN = 10.0  # seconds after which a run that was asked for and did not come is handed in again
_NAMES = {job.name for job in TIMETABLE}


@contextmanager
def work(engine: Engine, now: datetime | None = None) -> Iterator[Work]:
    """Open a unit of work of the clock and commit it."""
    with Session(engine) as session, session.begin():
        yield Work(session, THE_CLOCK, now or clock.now(), known.of(session).calendar)


@contextmanager
def _reading(engine: Engine) -> Iterator[Session]:
    with Session(engine) as session:
        engines.read_only(session)
        yield session


# One run


def run_job(engine: Engine, job: Job, now: datetime | None = None) -> sweeps.Swept:
    """Run one line of the timetable until nothing is left to do, and write down how it went."""
    return _swept(engine, job, Run(job.name, now or clock.now()), now)


def run_all(engine: Engine, now: datetime | None = None) -> dict[str, sweeps.Swept]:
    """Run the whole timetable once, in its order."""
    return {job.name: run_job(engine, job, now) for job in TIMETABLE}


def take_turn(
    engine: Engine, job: Job, process: str = "", go_on: Callable[[], bool] = lambda: True
) -> sweeps.Swept:
    """Run one line of the timetable for a turn at most, as the scheduler does: what is left then is taken up again.

    What breaks is written down and raised.
    """
    with _reading(engine) as session:
        run = service.begin(session, job.name, job.when, clock.now(), process)
    if run.missed:
        log.warning("runs were missed", extra={"job": job.name, "missed": run.missed})
    until = clock.monotonic() + TURN
    with _Noted(engine, run):
        return _swept(engine, job, run, None, lambda: clock.monotonic() < until and go_on())


def _swept(
    engine: Engine, job: Job, run: Run, now: datetime | None, go_on: Callable[[], bool] = lambda: True
) -> sweeps.Swept:
    def watch(done: int) -> bool:
        with Session(engine) as session, session.begin():
            service.progress(session, run, done)
        return go_on()

    swept = sweeps.run(job.find, job.handle, lambda: work(engine, now), name=job.name, watch=watch)
    with Session(engine) as session, session.begin():
        service.finish(session, run, swept, now or clock.now())
    return swept


class _Noted:
    """Writes down that a run broke off, whatever broke it; the error goes on its way."""

    def __init__(self, engine: Engine, run: Run) -> None:
        self.engine, self.run = engine, run

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None or error is None:
            return
        log.error("a run broke off", extra={"job": self.run.name, "cause": kind.__name__})
        try:
            with Session(self.engine) as session, session.begin():
                service.broke(session, self.run, error, clock.now())
        except SQLAlchemyError as also:
            log.warning("a run broke off, unwritten", extra={"job": self.run.name, "cause": str(also)[:300]})


def something_waits(engine: Engine, now: datetime) -> bool:
    """Say whether any running clock has come to a rung or to its end: whether a run would find anything."""
    due = select(Clock.id).where(
        Clock.stopped_at.is_(None), or_(Clock.look_again_at <= now, Clock.due_at <= now)
    )
    with Session(engine) as session:
        return session.scalar(due.limit(1)) is not None


# The scheduler of the process that leads


def build(engine: Engine, process: str = "") -> BackgroundScheduler:
    """Return a scheduler with every job of the timetable, not yet started.

    The store is in memory because the timetable is code. Nothing is dropped in silence: `coalesce` makes one run of
    many that are late, and without a limit to its grace a late run starts late. What should have run while nobody
    led runs at once.
    """
    scheduler = BackgroundScheduler(
        timezone="UTC",
        executors={"default": ThreadPoolExecutor(1)},  # one after the other: SQLite has one writer
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    at = first_runs(engine)
    for job in TIMETABLE:
        scheduler.add_job(
            _turn,
            trigger(job.when),
            args=(scheduler, engine, job, process),
            id=job.name,
            next_run_time=at[job.name],
        )
    scheduler.add_listener(_report, EVENT_JOB_ERROR | EVENT_JOB_MISSED)
    return scheduler


def trigger(when: When) -> BaseTrigger:
    """Return APScheduler's word for a rule of ours; days go by their names, times by Shanghai."""
    if isinstance(when, At):
        return CronTrigger(day_of_week=when.days, hour=when.hour, minute=when.minute, timezone=SHANGHAI)
    return IntervalTrigger(seconds=when.seconds, timezone="UTC")


def first_runs(engine: Engine) -> dict[str, datetime]:
    """Return when each job runs first under a new leader: at once, but for those of a time of day not yet come."""
    now = clock.now()
    with _reading(engine) as session:
        last = queries.last_runs(session)
    found = {}
    for job in TIMETABLE:
        ran = last[job.name].started_at if job.name in last else None
        timed = isinstance(job.when, At) and ran is not None and ran <= now
        found[job.name] = rules.next_run(job.when, ran, now) if timed else now
    return found


def _turn(scheduler: BackgroundScheduler, engine: Engine, job: Job, process: str) -> None:
    swept = take_turn(engine, job, process, lambda: scheduler.running)
    if swept.cut and scheduler.running:  # behind the others, not after its usual rest
        scheduler.modify_job(job.name, next_run_time=clock.now())


def _report(event: JobExecutionEvent) -> None:
    if event.exception is not None:
        log.error("job failed", extra={"job": event.job_id, "cause": str(event.exception)[:300]})
    else:
        log.warning("job started late", extra={"job": event.job_id})


# The process


class Duty:
    """One process among those that may lead: stands by, leads, steps down when the lock is gone, stands by again."""

    def __init__(self, engine: Engine, lock: leadership.Lock, process: Process) -> None:
        self.engine, self.lock, self.process = engine, lock, process
        self.scheduler: BackgroundScheduler | None = None
        self._clocks = (clock.now(), clock.monotonic())
        self._beaten = -float(BEAT_EVERY)
        self._handed: dict[tuple[str, datetime], float] = {}
        self._away = False

    @property
    def standing(self) -> Standing:
        """What this process does just now."""
        return Standing.LEADING if self.scheduler else Standing.STANDING_BY

    def look(self) -> None:
        """Look once at lock, clock and requests, and leave a sign of life. A database that is away is waited for."""
        jumped = self._jumped()
        try:
            if self.scheduler is None:
                if self.lock.take():
                    self._lead()
            elif not self.lock.holds():
                self._step_down()
            elif jumped:
                self._start_over()
            else:
                self._hand_in()
            self._beat()
            self._away = False
        except SQLAlchemyError as error:
            if not self._away:
                log.warning("the database is away", extra={"cause": type(error).__name__})
            self._away = True

    def end(self) -> None:
        """End as told: the running job ends, the lock goes to whoever stands by."""
        if self.scheduler is not None:
            self.scheduler.shutdown(wait=True)
            self.scheduler = None
        self.lock.release()
        try:
            with Session(self.engine) as session, session.begin():
                service.leave(session, self.process)
        except SQLAlchemyError as error:
            log.warning("could not sign off", extra={"cause": type(error).__name__})

    def _lead(self) -> None:
        made = build(self.engine, self.process.name)
        made.start()
        self.scheduler = made
        self._beaten = -float(BEAT_EVERY)
        log.info("scheduler leads", extra={"jobs": len(TIMETABLE)})

    def _step_down(self) -> None:
        """Stop at once. A job that runs just now runs to its end beside those of the next leader: each is idempotent."""
        log.warning("scheduler steps down: its lock is gone")
        if self.scheduler is not None:
            self.scheduler.shutdown(wait=False)
        self.scheduler = None
        self._beaten = -float(BEAT_EVERY)

    def _jumped(self) -> bool:
        """Say whether the machine's clock was set, by comparing it with one that cannot be."""
        (wall, steady), (was, was_steady) = (clock.now(), clock.monotonic()), self._clocks
        self._clocks = (wall, steady)
        by = (wall - was).total_seconds() - (steady - was_steady)
        if abs(by) <= _JUMP:
            return False
        log.warning("the machine's clock jumped", extra={"seconds": round(by)})
        return True

    def _start_over(self) -> None:
        """Give every job its next run anew: set back by an hour, the clock would keep them all waiting for an hour."""
        for name, at in first_runs(self.engine).items():
            self._modify(name, at)
        self._beaten = -float(BEAT_EVERY)

    def _hand_in(self) -> None:
        """Hand in what somebody asked for. It is struck off by the run that saw it, so a killed leader loses none."""
        with _reading(self.engine) as session:
            asked = {(one.name, one.asked_at) for one in queries.asked_for(session).values()}
        self._handed = {one: at for one, at in self._handed.items() if one in asked}
        for one in sorted(asked):
            if clock.monotonic() - self._handed.get(one, -_ASK_AGAIN) >= _ASK_AGAIN and one[0] in _NAMES:
                self._handed[one] = clock.monotonic()
                self._modify(one[0], clock.now())

    def _modify(self, name: str, at: datetime) -> None:
        if self.scheduler is not None:
            self.scheduler.modify_job(name, next_run_time=at)

    def _beat(self) -> None:
        if clock.monotonic() - self._beaten < BEAT_EVERY:
            return
        with Session(self.engine) as session, session.begin():
            service.beat(session, self.process, self.standing, clock.now())
        self._beaten = clock.monotonic()


def set_aside() -> None:
    """Keep what was loaded from being looked through for circles, again and again, while a job makes many objects.

    It lives as long as the process; a ledger of a hundred thousand rows spent a sixth of its time on it.
    """
    gc.collect()
    gc.freeze()


def run(engine: Engine) -> None:
    """Stand by or lead until told to stop."""
    stop = threading.Event()

    def _stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    set_aside()
    duty = Duty(engine, leadership.lock_of(engine), Process(socket.gethostname(), os.getpid()))
    while not stop.is_set():
        duty.look()
        stop.wait(LOOK_EVERY)
    duty.end()
