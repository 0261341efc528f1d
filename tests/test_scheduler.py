"""The scheduler as processes see it: real commits on a database of its own, two of them at once, rows that fail."""

import importlib
import inspect
import logging
import pkgutil
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import ModuleType

import pytest
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, EVENT_JOB_MISSED, JobExecutionEvent
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

import chainhub
import config
from chainhub import scheduler
from chainhub.core import clock, sweeps
from chainhub.core.actor import THE_CLOCK, Role
from chainhub.core.work import Work
from chainhub.notices.models import Notice
from chainhub.operations import schema, seed, verify
from chainhub.operations.background.rules import At
from chainhub.operations.models import JobRun
from chainhub.reminders import jobs as reminders
from chainhub.reminders.models import Said
from chainhub.tickets import jobs as ticket_jobs
from chainhub.tickets import queries
from chainhub.tickets.models import Ticket
from chainhub.tickets.terms import Kind
from chainhub.tickets.workflow import Action, State
from chainhub.timetable import TIMETABLE, Job
from chainhub.web import engine as engines
from tests import people
from tests.builders import move, submitted
from tests.conftest import _HASH
from tests.people import NOW, china, work_of
from tests.reminders.passing import in_hand, rungs_told

BY_NAME = {job.name: job for job in TIMETABLE}
START = china(2026, 9, 30, 16, 20)  # a Wednesday


@pytest.fixture(scope="module")
def town(engine: Engine, dialect: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A county in a database of its own, where what is committed stays for the tests of this file."""
    name = f"town_{uuid.uuid4().hex[:8]}"
    if dialect == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('town') / name}.db"
    else:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as admin:
            admin.execute(text(f"CREATE DATABASE {name}"))
        url = engine.url.set(database=name).render_as_string(hide_password=False)
    made = engines.opened(url)
    schema.upgrade(made)
    with Session(made) as session, session.begin():
        seed.seed_model(session, config.county, _HASH, now=NOW)
    yield made
    made.dispose()
    if dialect != "sqlite":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as admin:
            admin.execute(text(f"DROP DATABASE {name}"))


@contextmanager
def _session(town: Engine) -> Iterator[Session]:
    with Session(town, expire_on_commit=False) as session, session.begin():
        yield session


def _run_of(town: Engine, name: str) -> JobRun:
    with Session(town) as session:
        return session.get_one(JobRun, name)


# The timetable, and the scheduler made from it


def test_the_scheduler_has_every_job_of_the_timetable_and_drops_none_that_is_late(town):
    made = scheduler.build(town)
    made.start(paused=True)
    jobs = {job.id: job for job in made.get_jobs()}
    made.shutdown(wait=True)

    assert set(jobs) == set(BY_NAME)
    intervals = {name: job.often for name, job in BY_NAME.items() if not isinstance(job.often, At)}
    assert {name: jobs[name].trigger.interval for name in intervals} == {
        name: timedelta(seconds=seconds) for name, seconds in intervals.items()
    }
    assert all(job.coalesce and job.max_instances == 1 for job in jobs.values())
    assert all(job.misfire_grace_time is None for job in jobs.values())


def test_no_two_lines_of_the_timetable_are_alike():
    assert len(BY_NAME) == len(TIMETABLE) == len({(job.find, job.handle) for job in TIMETABLE})
    assert all(job.meaning and job.label for job in TIMETABLE)
    assert all(0 < job.often <= 3600 for job in TIMETABLE if not isinstance(job.often, At))


def _rooms() -> Iterator[ModuleType]:
    for module in pkgutil.walk_packages(chainhub.__path__, "chainhub."):
        if module.name.endswith(".jobs"):
            yield importlib.import_module(module.name)


def _in_steps() -> Iterator[sweeps.InSteps]:
    for room in _rooms():
        yield from (one for _, one in inspect.getmembers(room) if isinstance(one, sweeps.InSteps))


def _functions(parameters: tuple[str, ...]) -> set[Callable]:
    found = set()
    for room in _rooms():
        for name, function in inspect.getmembers(room, inspect.isfunction):
            own = function.__module__ == room.__name__ and not name.startswith("_")
            if own and tuple(inspect.signature(function).parameters) == parameters:
                found.add(function)
    return found


def test_no_job_of_any_room_is_forgotten_in_the_timetable():
    assert _functions(("work", "limit")) == {job.find for job in TIMETABLE}
    handles = {job.handle for job in TIMETABLE}
    in_steps = {handle for handle in handles if isinstance(handle, sweeps.InSteps)}
    assert _functions(("work", "ids")) == handles - in_steps
    assert in_steps == set(_in_steps())
    assert ticket_jobs.deliver in in_steps


def test_the_started_scheduler_runs_each_job_at_once(town):
    made, left, all_ran = scheduler.build(town), set(BY_NAME), threading.Event()

    def _ran(event: JobExecutionEvent) -> None:
        left.discard(event.job_id)
        if not left:
            all_ran.set()

    made.add_listener(_ran, EVENT_JOB_EXECUTED)
    before = clock.now()
    made.start()
    try:
        assert all_ran.wait(30), left
    finally:
        made.shutdown(wait=True)

    assert all(before <= _run_of(town, name).started_at <= clock.now() for name in BY_NAME)


@pytest.mark.parametrize(
    ("code", "error", "level"),
    [
        (EVENT_JOB_MISSED, None, logging.WARNING),
        (EVENT_JOB_ERROR, ValueError("no such table"), logging.ERROR),
    ],
)
def test_a_job_that_was_missed_or_broke_is_logged(caplog, code, error, level):
    with caplog.at_level(logging.WARNING, logger="chainhub.scheduler"):
        scheduler._report(JobExecutionEvent(code, "reminders", "default", NOW, exception=error))

    (record,) = caplog.records
    assert (record.levelno, record.job) == (level, "reminders")


# One run of a job


def test_a_unit_of_work_is_the_clocks_own_and_is_committed(town):
    with scheduler.work(town, NOW) as unit:
        assert (unit.actor, unit.now) == (THE_CLOCK, NOW)
        assert Role.CLOCK in unit.actor.roles
        unit.session.add(JobRun(name="committed", started_at=NOW, ended_at=NOW, done=1, failed=0, error=""))

    assert _run_of(town, "committed").done == 1


def test_a_run_is_written_down(town):
    with _session(town) as session:
        ticket = in_hand(session, START, Kind.PROBLEM)
    at = china(2026, 10, 16, 8, 31)

    swept = scheduler.run_job(town, BY_NAME["reminders"], at)

    run = _run_of(town, "reminders")
    assert (run.started_at, run.ended_at, run.done, run.failed, run.error) == (at, at, swept.done, 0, "")
    assert swept.done >= 1
    with Session(town) as session:
        assert rungs_told(session, ticket) == ["10-16 08:31 unit halfway bumen2"]


def test_the_whole_timetable_runs_in_its_order(town):
    assert list(scheduler.run_all(town, china(2026, 10, 16, 8, 32))) == [job.name for job in TIMETABLE]


def test_something_waits_once_a_rung_or_an_end_has_come(town):
    with _session(town) as session:
        submitted(session, china(2019, 3, 4, 9))  # long ago: no clock of another test is older

    assert not scheduler.something_waits(town, china(2019, 3, 4, 10, 29))
    assert scheduler.something_waits(town, china(2019, 3, 4, 10, 30))  # three quarters of two hours


def _broken(work: Work, ids: Sequence[int]) -> None:
    for one in ids:
        work.session.add(
            JobRun(name=f"row {one}", started_at=work.now, ended_at=None, done=0, failed=0, error="")
        )
        work.session.flush()
        if one == 3:
            raise ValueError("row 3 is poisoned")


def test_one_bad_row_sinks_nobody_and_is_reported(town, caplog):
    job = Job("broken", 60, _unwritten(range(1, 8)), _broken, "a job for this test")

    with caplog.at_level(logging.ERROR):
        swept = scheduler.run_job(town, job, NOW)

    assert (swept.done, swept.failed) == (6, (3,))
    with Session(town) as session:
        written = session.scalars(
            select(JobRun.name).where(JobRun.name.like("row %")).order_by(JobRun.name)
        ).all()
    assert written == [f"row {one}" for one in (1, 2, 4, 5, 6, 7)]
    run = _run_of(town, "broken")
    assert (run.done, run.failed, run.backlog) == (6, 1, 1)
    assert run.error == "1 件没办成，下次再试；内部编号 3。"
    assert [record.id for record in caplog.records if record.message == "handling failed"] == [3]


def _unwritten(ids: Sequence[int]) -> sweeps.Find:
    def find(work: Work, limit: int) -> list[int]:
        written = set(work.session.scalars(select(JobRun.name).where(JobRun.name.like("row %"))))
        return [one for one in ids if f"row {one}" not in written][:limit]

    return find


class Pile:
    """Ids that wait, some of which somebody else holds."""

    def __init__(self, ids: Sequence[int], held: Sequence[int] = (), bad: Sequence[int] = ()) -> None:
        self.waiting, self.held, self.bad = list(ids), set(held), set(bad)
        self.batches: list[list[int]] = []

    def find(self, work: Work, limit: int) -> list[int]:
        return self.waiting[:limit]

    def handle(self, work: Work, ids: Sequence[int]) -> None:
        self.batches.append(list(ids))
        if self.bad.intersection(ids):
            raise ValueError("bad")
        self.waiting = [one for one in self.waiting if one not in ids or one in self.held]

    def run(
        self, session: Session, batch: int, watch: sweeps.Watch = lambda _done: True, most: int = 100_000
    ) -> sweeps.Swept:
        @contextmanager
        def open_work() -> Iterator[Work]:
            yield work_of(session, "clock", NOW)

        return sweeps.run(self.find, self.handle, open_work, name="pile", batch=batch, watch=watch, most=most)


def test_a_long_pile_is_handled_in_batches(session):
    pile = Pile(range(1, 8))

    assert pile.run(session, 3) == sweeps.Swept(7, ())
    assert pile.batches == [[1, 2, 3], [4, 5, 6], [7]]


def test_a_run_says_how_far_it_is_and_ends_when_it_is_told_to(session):
    pile, told = Pile(range(1, 8)), []

    swept = pile.run(session, 3, lambda done: told.append(done) or done < 3)

    assert swept == sweeps.Swept(3, (), left=4, cut=True)
    assert (told, pile.batches) == ([0, 3], [[1, 2, 3]])


def test_a_pile_without_end_is_cut(session):
    assert Pile(range(1, 8)).run(session, 2, most=4) == sweeps.Swept(4, (), left=3, cut=True)


def test_what_somebody_else_holds_is_left_for_the_next_run_and_hides_nothing(session):
    pile = Pile(range(1, 8), held=[1, 2, 3, 5])

    assert pile.run(session, 3) == sweeps.Swept(3, (), left=4)
    assert sorted(one for batch in pile.batches for one in batch) == [1, 2, 3, 4, 5, 6, 7]


def test_what_fails_is_tried_alone_once_and_hides_nothing(session):
    pile = Pile(range(1, 8), bad=[1, 2, 3])

    assert pile.run(session, 3) == sweeps.Swept(4, (1, 2, 3), left=3)
    assert pile.batches == [[1, 2, 3], [1], [2], [3], [4, 5, 6], [7]]


def test_nothing_to_do_is_nothing_done(session):
    pile = Pile([])

    assert pile.run(session, 3) == sweeps.Swept(0, ())
    assert pile.batches == []


# Two at once


def _both(town: Engine, job: Job, at: datetime) -> None:
    ready, errors = threading.Barrier(2), []

    def _one() -> None:
        try:
            ready.wait(10)
            errors.extend(scheduler.run_job(town, job, at).failed)
        except Exception as error:  # noqa: BLE001  a thread's failure is the test's
            errors.append(error)

    threads = [threading.Thread(target=_one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []


def test_two_sweeps_at_once_say_each_rung_once(town):
    with _session(town) as session:
        tickets = [in_hand(session, START, Kind.HELP) for _ in range(5)]

    for day in (10, 12, 13, 14, 15, 20):
        _both(town, BY_NAME["reminders"], china(2026, 10, day, 8, 31))

    with Session(town) as session:
        for ticket in tickets:
            told = rungs_told(session, ticket, "unit")
            assert len(told) == len(set(told)) == 9
            unit = next(one for one in queries.clocks(session, ticket.id) if one.kind == "unit")
            assert session.scalar(select(func.count()).where(Said.clock_id == unit.id)) == 6


def test_two_clocks_at_once_acknowledge_once(town):
    with _session(town) as session:
        ticket = submitted(session, START)
        move(session, ticket, people.CLERK, Action.ACCEPT, START, contacted_person="陶见禾")
        move(session, ticket, people.DISPATCHER, Action.DISPATCH, START, lead_unit=people.TRANSPORT_UNIT)

    _both(town, BY_NAME["acknowledge"], china(2026, 10, 8, 12))

    with Session(town) as session:
        now = session.get_one(Ticket, ticket.id)
        actions = [event.action for event in queries.events(session, ticket.id)]
        assert (now.state, now.version) == (State.HANDLING, len(actions))
        assert actions.count(Action.ACKNOWLEDGE) == 1
        assert verify.verify(session).ok


def _holds_rows(town: Engine) -> bool:
    # SQLite has one writer: the second waits at BEGIN IMMEDIATE until the first is done, so nothing is ever held.
    return town.dialect.name == "postgresql"


def test_a_sweep_passes_by_what_another_is_just_saying(town):
    with _session(town) as session:
        ticket = in_hand(session, START, Kind.PROBLEM)
    at = china(2026, 10, 16, 8, 31)

    with scheduler.work(town, at) as unit:
        reminders.handle(unit, reminders.find(unit, 1000))
        if _holds_rows(town):
            assert scheduler.run_job(town, BY_NAME["reminders"], at).done == 0
    scheduler.run_job(town, BY_NAME["reminders"], at)

    with Session(town) as session:
        assert rungs_told(session, ticket) == ["10-16 08:31 unit halfway bumen2"]


def test_a_ticket_that_somebody_moves_just_now_is_recomputed_by_the_next_run(town):
    with _session(town) as session:
        ticket = in_hand(session, START, Kind.PROBLEM)
        for one in queries.running_clocks(session, [ticket.id]):
            one.calendar_version = 0
    at = china(2026, 10, 12, 9)

    with _session(town) as session:
        mine = session.get_one(Ticket, ticket.id)
        move(session, mine, people.TRANSPORT, Action.PROGRESS, at, note="正在办")
        if _holds_rows(town):
            scheduler.run_job(town, BY_NAME["recompute"], at)
            with Session(town) as other:
                assert {one.calendar_version for one in queries.running_clocks(other, [ticket.id])} == {0}
    swept = scheduler.run_job(town, BY_NAME["recompute"], at)

    with Session(town) as session:
        assert swept.done == 2
        assert 0 not in {one.calendar_version for one in queries.running_clocks(session, [ticket.id])}


def test_a_person_who_acknowledges_while_the_clock_wants_to_is_not_overruled(town):
    with _session(town) as session:
        ticket = submitted(session, START)
        move(session, ticket, people.CLERK, Action.ACCEPT, START, contacted_person="陶见禾")
        move(session, ticket, people.DISPATCHER, Action.DISPATCH, START, lead_unit=people.TRANSPORT_UNIT)
    at = china(2026, 10, 8, 12)
    with scheduler.work(town, at) as unit:
        ids = ticket_jobs.find_unacknowledged(unit, 1000)
    assert ticket.id in ids

    with _session(town) as session:
        move(session, session.get_one(Ticket, ticket.id), people.TRANSPORT, Action.ACKNOWLEDGE, at)
        if _holds_rows(town):
            with scheduler.work(town, at) as unit:
                ticket_jobs.acknowledge(unit, [ticket.id])
    with scheduler.work(town, at) as unit:
        ticket_jobs.acknowledge(unit, [ticket.id])

    with Session(town) as session:
        event = queries.last_event(session, ticket.id)
        assert (event.action, event.role) == (Action.ACKNOWLEDGE, "department")
        count = select(func.count()).select_from(Notice).where(Notice.text.contains(ticket.number))
        assert session.scalar(count)
