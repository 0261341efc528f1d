"""The scheduler's process among others: who leads, who takes over, what a lost connection or a clock that jumps does."""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, delete, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

import config
from chainhub import scheduler
from chainhub.core import clock
from chainhub.operations import schema, seed
from chainhub.operations.background import leadership, queries, service
from chainhub.operations.background.models import JobLog, RunRequest, SchedulerProcess
from chainhub.operations.background.rules import Standing
from chainhub.operations.background.service import Process
from chainhub.operations.models import JobRun
from chainhub.reminders.models import Said
from chainhub.scheduler import Duty
from chainhub.tickets.terms import Kind
from chainhub.timetable import LINES, TIMETABLE
from chainhub.web import engine as engines
from tests.conftest import _HASH
from tests.people import NOW, china, work_of
from tests.reminders.passing import in_hand, rungs_told

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
MOST = 30  # seconds that anything here may take on a busy machine
SECONDS = 10  # within which another must have taken over


@pytest.fixture(scope="module")
def county(engine: Engine, dialect: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A county in a database of its own, where what is committed stays for the tests of this file."""
    name = f"duty_{uuid.uuid4().hex[:8]}"
    url = f"sqlite:///{tmp_path_factory.mktemp('duty') / name}.db"
    if dialect != "sqlite":
        _by_itself(engine, f"CREATE DATABASE {name}")
        url = engine.url.set(database=name).render_as_string(hide_password=False)
    made = engines.opened(url)
    schema.upgrade(made)
    with Session(made) as session, session.begin():
        seed.seed_model(session, config.county, _HASH, now=NOW)
    yield made
    made.dispose()
    if dialect != "sqlite":
        _by_itself(engine, f"DROP DATABASE {name} WITH (FORCE)")


def _by_itself(engine: Engine, statement: str) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as admin:
        admin.execute(text(statement))


@pytest.fixture
def town(county: Engine) -> Engine:
    """It, with nothing left of the schedulers of the test before."""
    with Session(county) as session, session.begin():
        for table in (SchedulerProcess, RunRequest, JobLog, JobRun):
            session.execute(delete(table))
    return county


def _until(so: Callable[[], object], most: float = MOST) -> float:
    """Ask until something is so; return how long that took."""
    begun = time.monotonic()
    while not so():
        assert time.monotonic() - begun < most, "it never came to be so"
        time.sleep(0.05)
    return time.monotonic() - begun


@pytest.fixture
def duty(town: Engine) -> Iterator[Callable[[int], Duty]]:
    """Processes of the scheduler inside this one; each has its own lock, as far as the database tells them apart."""
    made: list[Duty] = []

    def _duty(pid: int) -> Duty:
        made.append(Duty(town, leadership.lock_of(town), Process("here", pid)))
        return made[-1]

    yield _duty
    for one in made:
        one.end()


@pytest.fixture
def started(town: Engine, tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen]]:
    """Real processes, as an operator starts them."""
    made: list[subprocess.Popen] = []
    env = {name: value for name, value in os.environ.items() if not name.startswith("CHAINHUB_")}
    env |= {
        "CHAINHUB_DATABASE_URL": town.url.render_as_string(hide_password=False),
        "CHAINHUB_INSTANCE": str(tmp_path),
    }

    def _start() -> subprocess.Popen:
        with (tmp_path / "scheduler.log").open("ab") as log:
            command = [sys.executable, "-m", "chainhub", "scheduler", "run"]
            made.append(subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log))
        return made[-1]

    yield _start
    for one in made:
        one.kill()
        one.wait(timeout=MOST)


def _standing(town: Engine) -> dict[int, Standing]:
    with Session(town) as session:
        return {one.pid: one.role for one in queries.processes(session)}


def _leaders(town: Engine) -> list[int]:
    return [pid for pid, role in _standing(town).items() if role is Standing.LEADING]


# Real processes


def test_of_two_processes_one_leads_and_when_it_is_killed_the_other_takes_over_and_runs_what_is_asked_for(
    town, started
):
    first, second = started(), started()
    _until(lambda: set(_standing(town)) == {first.pid, second.pid} and len(_leaders(town)) == 1)
    leader, other = (first, second) if _leaders(town) == [first.pid] else (second, first)
    _until(lambda: _ran(town) == {job.name for job in TIMETABLE})

    leader.kill()

    assert _until(lambda: other.pid in _leaders(town)) < SECONDS
    with Session(town) as session, session.begin():
        work = work_of(session, "xitong", clock.now())
        assert [service.ask(work, LINES, "seal") for _ in range(2)] == [True, False]
    assert _until(lambda: not _asked(town)) < SECONDS
    with Session(town) as session:
        assert session.scalars(select(JobLog.asked_by).where(JobLog.asked_by != "")).all() == ["xitong"]
    other.send_signal(signal.SIGTERM)
    assert other.wait(timeout=MOST) == 0
    assert other.pid not in _standing(town)  # it signed off; who was killed could not


def _ran(town: Engine) -> set[str]:
    with Session(town) as session:
        return set(session.scalars(select(JobRun.name).where(JobRun.ended_at.is_not(None))))


def _asked(town: Engine) -> list[str]:
    with Session(town) as session:
        return list(session.scalars(select(RunRequest.name)))


# One look after another


def test_a_process_leads_once_it_has_the_lock_and_gives_it_back_at_its_end(town, duty):
    one = duty(1)
    assert one.standing is Standing.STANDING_BY

    one.look()
    assert (one.standing, _standing(town)) == (Standing.LEADING, {1: Standing.LEADING})
    one.end()

    assert _standing(town) == {}
    two = duty(2)
    two.look()
    assert two.standing is Standing.LEADING


def test_whoever_stands_by_leads_when_the_leader_ends(town, duty):
    if town.dialect.name == "sqlite":  # a POSIX lock tells processes apart, not two hands of one: see above
        return
    one, two = duty(1), duty(2)
    one.look()
    two.look()
    assert _standing(town) == {1: Standing.LEADING, 2: Standing.STANDING_BY}

    one.end()
    two.look()

    assert two.standing is Standing.LEADING


def test_a_leader_whose_connection_is_terminated_steps_down_and_another_leads(town, duty):
    if town.dialect.name == "sqlite":  # nobody can take a file's lock away
        return
    one, two = duty(1), duty(2)
    one.look()
    two.look()

    _terminate(
        town,
        "application_name = 'chainhub-scheduler' AND pid = ANY("
        "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted)",
    )
    one.look()
    assert one.standing is Standing.STANDING_BY
    two.look()
    assert two.standing is Standing.LEADING
    one.look()
    assert (
        one.standing is Standing.STANDING_BY
    )  # it did not come back through a connection that mended itself

    two.end()
    one.look()
    assert one.standing is Standing.LEADING


def test_a_database_that_drops_everybody_is_waited_for(town, duty):
    if town.dialect.name == "sqlite":
        return
    one = duty(1)
    one.look()

    _terminate(town, "pid <> pg_backend_pid()")  # what a restart does to web and scheduler alike
    for _ in range(3):
        one.look()

    assert one.standing is Standing.LEADING
    with Session(town) as session:
        assert queries.leads(session, clock.now())


def _terminate(town: Engine, which: str) -> None:
    admin = create_engine(town.url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        name = town.url.database
        done = connection.execute(
            text(
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' AND {which}"
            )
        ).all()
    admin.dispose()
    assert done


def test_a_database_that_is_away_ends_nothing(tmp_path, caplog):
    away = engines.opened("postgresql+psycopg://nobody@127.0.0.1:1/nowhere")
    one = Duty(away, leadership.lock_of(away), Process("here", 1))

    for _ in range(3):
        one.look()
    one.end()

    assert one.standing is Standing.STANDING_BY
    assert sum(record.message == "the database is away" for record in caplog.records) == 1
    away.dispose()


@pytest.mark.parametrize("by", [timedelta(days=1), timedelta(hours=-1), timedelta(days=-400)])
def test_after_a_clock_that_jumped_every_job_runs_at_once(town, duty, monkeypatch, by):
    monkeypatch.setattr(scheduler.BackgroundScheduler, "start", _paused(scheduler.BackgroundScheduler.start))
    one, begun, now = duty(1), time.monotonic(), clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(seconds=time.monotonic() - begun))
    one.look()
    later = now + by
    monkeypatch.setattr(clock, "now", lambda: later + timedelta(seconds=time.monotonic() - begun))

    one.look()

    when = {job.id: job.next_run_time for job in one.scheduler.get_jobs()}
    assert set(when) == {job.name for job in TIMETABLE}
    assert all(abs(at - later) < timedelta(seconds=MOST) for at in when.values())
    with Session(town) as session:
        assert queries.leads(session, clock.now())  # its sign of life is of the new time


def _paused(start: Callable) -> Callable:
    def begin(self, *_given, **_named) -> None:
        start(self, paused=True)

    return begin


def test_a_clock_that_is_corrected_by_little_disturbs_nobody(town, duty, monkeypatch):
    monkeypatch.setattr(scheduler.BackgroundScheduler, "start", _paused(scheduler.BackgroundScheduler.start))
    one, now = duty(1), clock.now()
    one.look()
    before = {job.id: job.next_run_time for job in one.scheduler.get_jobs()}
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(seconds=20))

    one.look()

    assert {job.id: job.next_run_time for job in one.scheduler.get_jobs()} == before


def test_a_job_of_a_time_of_day_that_nobody_led_runs_at_once_and_only_then(town, monkeypatch):
    ran, now = china(2026, 10, 12, 3, 20), china(2026, 10, 13, 3, 10)
    with Session(town) as session, session.begin():
        session.add(JobRun(name="forget_runs", started_at=ran, ended_at=ran))
    monkeypatch.setattr(clock, "now", lambda: now)
    assert scheduler.first_runs(town)["forget_runs"] == china(2026, 10, 13, 3, 20)

    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=1))
    assert scheduler.first_runs(town)["forget_runs"] <= now + timedelta(hours=1)


# Time that jumps, and what is said


def _told(town: Engine, ticket) -> list[str]:
    with Session(town) as session:
        return rungs_told(session, ticket, "unit")


def test_a_clock_that_went_ahead_and_came_back_doubles_nothing(town):
    start = china(2026, 9, 30, 16, 20)
    with Session(town, expire_on_commit=False) as session, session.begin():
        ticket = in_hand(session, start, Kind.PROBLEM)
    reminders = next(job for job in TIMETABLE if job.name == "reminders")

    for at in (
        china(2026, 10, 26, 8, 31),
        china(2026, 10, 27, 8, 31),  # a day ahead
        china(2026, 10, 26, 8, 40),  # and back
        china(2026, 10, 26, 7, 40),  # by an hour more
        china(2026, 10, 27, 8, 31),
        china(2026, 10, 28, 8, 31),
    ):
        scheduler.run_job(town, reminders, at)

    told = _told(town, ticket)
    assert [line.split()[3] for line in told] == ["halfway", "yellow", "yellow", "due", "plus_1"]
    assert len(told) == len(set(told))


def test_a_scheduler_that_was_dead_for_a_day_catches_up_in_batches_that_can_be_watched(town, monkeypatch):
    start = china(2026, 9, 30, 16, 20)
    with Session(town, expire_on_commit=False) as session, session.begin():
        tickets = [in_hand(session, start, Kind.HELP) for _ in range(6)]
    monkeypatch.setattr(clock, "now", lambda: china(2026, 10, 14, 8, 31))
    monkeypatch.setattr(
        scheduler.sweeps.run, "__kwdefaults__", {**scheduler.sweeps.run.__kwdefaults__, "batch": 4}
    )
    seen, progress = [], service.progress
    monkeypatch.setattr(service, "progress", lambda *given: (seen.append(given[2]), progress(*given)))
    reminders = next(job for job in TIMETABLE if job.name == "reminders")

    swept = scheduler.take_turn(town, reminders, "here:1")
    again = scheduler.take_turn(town, reminders, "here:1")

    assert seen == list(range(0, swept.done, 4))
    assert (swept.cut, swept.left, again.done) == (False, 0, 0)
    for ticket in tickets:
        told = _told(town, ticket)
        assert len(told) == len(set(told)) > 0
    with Session(town) as session:
        keys = session.execute(select(Said.clock_id, Said.due_at, Said.rung)).all()
        assert len(keys) == len(set(keys))


def test_what_is_more_than_a_turn_is_left_for_the_next_one(town, monkeypatch):
    start = china(2026, 9, 30, 16, 20)
    with Session(town, expire_on_commit=False) as session, session.begin():
        for _ in range(3):
            in_hand(session, start, Kind.HELP)
    monkeypatch.setattr(clock, "now", lambda: china(2026, 10, 14, 8, 31))
    monkeypatch.setattr(
        scheduler.sweeps.run, "__kwdefaults__", {**scheduler.sweeps.run.__kwdefaults__, "batch": 2}
    )
    reminders = next(job for job in TIMETABLE if job.name == "reminders")
    turns = iter([True, False])

    first = scheduler.take_turn(town, reminders, "here:1", lambda: next(turns))
    rest = scheduler.take_turn(town, reminders, "here:1")

    assert (first.done, first.cut) == (2, True)
    assert first.left == rest.done > 0
    with Session(town) as session:
        lines = session.scalars(select(JobLog).order_by(JobLog.id)).all()
        assert [(one.done, one.backlog) for one in lines] == [(2, first.left), (rest.done, 0)]


def test_a_run_that_breaks_is_written_down_and_raised(town, caplog):
    def _broken(_work, _limit):
        raise OperationalError("SELECT 1", {}, ValueError("gone"))

    job = scheduler.Job("broken", 60, _broken, lambda _work, _ids: None, "a job for this test")

    with pytest.raises(OperationalError):
        scheduler.take_turn(town, job, "here:1")

    with Session(town) as session:
        assert session.get_one(JobRun, "broken").error.startswith("没跑完：数据库没有应答")
    (logged,) = [one for one in caplog.records if one.message == "a run broke off"]
    assert (logged.job, logged.cause) == ("broken", "OperationalError")


# The locks


def test_the_lock_of_a_file_is_free_when_its_holder_was_killed_though_a_child_of_it_lives(tmp_path):
    """`flock` would live on in the child."""
    path = tmp_path / "county.db.scheduler"
    code = (
        "import os,sys,time\n"
        "from pathlib import Path\n"
        "from chainhub.operations.background.leadership import FileLock\n"
        f"lock = FileLock(Path({str(path)!r})); assert lock.take()\n"
        "pid = os.fork()\n"
        "if pid == 0:\n"
        "    time.sleep(60)\n"
        "print(pid, flush=True); time.sleep(60)\n"
    )
    holder = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    child = int(holder.stdout.readline())
    lock = leadership.FileLock(path)
    try:
        assert not lock.take()
        holder.kill()
        holder.wait(timeout=MOST)
        assert _until(lock.take) < SECONDS
        os.kill(child, 0)  # it is still there
    finally:
        os.kill(child, signal.SIGKILL)
        holder.stdout.close()
        lock.release()


def test_the_lock_lies_beside_the_database_and_a_database_in_memory_needs_none(tmp_path):
    beside = leadership.lock_of(create_engine(f"sqlite:///{tmp_path / 'county.db'}"))
    assert beside.take()
    assert beside.holds()
    beside.release()
    assert [one.name for one in tmp_path.iterdir()] == ["county.db.scheduler"]
    assert isinstance(leadership.lock_of(create_engine("sqlite://")), leadership.Alone)


def test_a_connection_of_the_lock_is_none_of_the_pool(town):
    lock = leadership.lock_of(town)
    if not isinstance(lock, leadership.AdvisoryLock):
        return
    assert lock.take()
    assert lock.holds()
    assert town.pool.checkedout() == 0
    lock.release()
