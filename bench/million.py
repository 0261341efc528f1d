"""A sweep follows what is due, not what is open: the same thousand due among ten thousand open tickets and a million.

    python -m bench.million --sizes 10000,1000000 --databases sqlite,postgresql

One ticket in hand, made by the services, is copied inside the database with its running clock. A thousand of the clocks
come to their next rung at one moment; the others look again on the thirty days after it.
"""

import argparse
import os
import signal
import statistics
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import ColumnElement, Engine, String, cast, delete, insert, literal, select, text, update
from sqlalchemy.orm import Session

from bench import fill, texts
from bench.reliability import _database
from chainhub import scheduler
from chainhub.core import clock
from chainhub.notices.models import Notice
from chainhub.operations import schema
from chainhub.reminders.models import Clock, Said
from chainhub.tickets.models import Ticket
from chainhub.tickets.workflow import State
from chainhub.timetable import TIMETABLE
from chainhub.web import engine as engines

DUE = 1000
ROUNDS = 3
SPREAD = 30  # days over which the others look again
PREFIX = "ZZ-"
_BASE = "/tmp" if Path("/tmp").is_dir() else None  # a socket path must be short


def main() -> int:
    """Measure what was asked for, and print a row of a table for each."""
    parser = argparse.ArgumentParser(prog="python -m bench.million", description=__doc__)
    parser.add_argument("--sizes", default="10000,1000000")
    parser.add_argument("--databases", default="sqlite,postgresql")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    for name in [one for one in os.environ if one.startswith("CHAINHUB_")]:
        del os.environ[name]
    print(
        "| database | open tickets | due | seconds | processor seconds | all other jobs, idle: s | slowest of them |"
    )
    for database in options.databases.split(","):
        for size in map(int, options.sizes.split(",")):
            with tempfile.TemporaryDirectory(prefix="chmany", dir=_BASE) as name:
                _one(database, size, Path(name))
    return 0


def _one(database: str, size: int, folder: Path) -> None:
    now, password = clock.now(), fill.password_hash()
    with _database(database, folder) as (url, _):
        fill.fill(url, fill.stock(folder, 40, now, password), texts.load(60), 40, now, password)
        engine = engines.opened(url)
        moment = copy(engine, size)
        took, worked = [], []
        for _ in range(ROUNDS):
            begun, work = time.perf_counter(), time.process_time()
            swept = scheduler.run_job(
                engine, next(one for one in TIMETABLE if one.name == "reminders"), moment
            )
            took.append(time.perf_counter() - begun)
            worked.append(time.process_time() - work)
            if swept.done != DUE or swept.failed:
                raise RuntimeError(f"{swept.done} handled, {DUE} were due, {len(swept.failed)} failed")
            _wind_back(engine, moment)
        idle = _idle(engine, moment)
        slowest = max(idle, key=idle.__getitem__)
        print(
            f"| {database} | {size:,} | {DUE:,} | {statistics.median(took):.2f} | {statistics.median(worked):.2f} "
            f"| {sum(idle.values()):.2f} | {slowest} {idle[slowest]:.2f} |",
            flush=True,
        )
        engine.dispose()


def copy(engine: Engine, size: int) -> datetime:
    """Copy a ticket in hand so often; return the moment at which a thousand of the copies have come to a rung."""
    with Session(engine) as session, session.begin():
        # What else runs in the county is put off, so that a thousand are due and no more.
        ticket, one = session.execute(
            select(Ticket, Clock)
            .join(Clock, Clock.owner_id == Ticket.id)
            .where(
                Ticket.state == State.HANDLING,
                *(one == 0 for one in (Ticket.asked, Ticket.instructed, Ticket.supervised, Ticket.whistled)),
                *(one == 0 for one in (Ticket.dissatisfied, Ticket.waits, Ticket.info_asked)),
                Ticket.complained_unit_code.is_(None),
                Ticket.superior_due_at.is_(None),
                Ticket.confidential.is_(False),
                Clock.kind == "unit",
                Clock.owner_kind == "ticket",
                Clock.stopped_at.is_(None),
                Clock.look_again_at.is_not(None),
            )
            .order_by(Clock.look_again_at.desc())
            .limit(1)
        ).one()
        rung = one.look_again_at
        session.execute(
            update(Clock).values(stopped_at=rung).where(Clock.id != one.id, Clock.stopped_at.is_(None))
        )
        step = size // SPREAD + 1
        for day in range(SPREAD):
            first, last = day * step + 1, min((day + 1) * step, size)
            if first <= last:
                _copy(session, ticket.id, one.id, (first, last), rung + timedelta(days=day + 1))
        one.stopped_at = rung
        numbers = [f"{PREFIX}{place}" for place in range(1, size + 1, max(size // DUE, 1))][:DUE]
        for start in range(0, DUE, 200):
            ids = select(Ticket.id).where(Ticket.number.in_(numbers[start : start + 200]))
            session.execute(
                update(Clock)
                .values(look_again_at=rung)
                .where(Clock.owner_kind == "ticket", Clock.owner_id.in_(ids)),
                execution_options={"synchronize_session": False},
            )
    with Session(engine) as session, session.begin():
        schema.analyze(session)
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    return rung + timedelta(minutes=1)


def _copy(session: Session, ticket_id: int, clock_id: int, places: tuple[int, int], look: datetime) -> None:
    """Copy ticket and clock inside the database, once for each place; ids and numbers count on."""
    series = text(
        "WITH RECURSIVE place(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM place WHERE n < :last) SELECT n FROM place"
    )
    first, last = places
    numbered = series.bindparams(first=first, last=last).columns(n=Ticket.id.type).subquery("places")
    ahead = 10_000_000  # above every id of the county
    for model, base, changed in (
        (Ticket, ticket_id, {"id": numbered.c.n + ahead, "number": literal(PREFIX) + _text(numbered.c.n)}),
        (
            Clock,
            clock_id,
            {
                "id": numbered.c.n + ahead,
                "owner_id": numbered.c.n + ahead,
                "about": literal(PREFIX) + _text(numbered.c.n) + literal("《抄来的一件》"),
                "link": literal(f"/tickets/{PREFIX}") + _text(numbered.c.n),
                "look_again_at": literal(look, Clock.look_again_at.type),
            },
        ),
    ):
        names = [column.name for column in model.__table__.columns]
        values = [changed.get(name, model.__table__.c[name]) for name in names]
        rows = select(*values).select_from(model.__table__.join(numbered, literal(1) == 1))
        session.execute(
            insert(model).from_select(names, rows.where(model.__table__.c.id == base), include_defaults=False)
        )


def _text(number: ColumnElement[int]) -> ColumnElement[str]:
    return cast(number, String(12))


def _wind_back(engine: Engine, moment: datetime) -> None:
    """Let what was said not have been said, so that the same thousand are due again."""
    with Session(engine) as session, session.begin():
        said = select(Said.clock_id).where(Said.at == moment)
        session.execute(
            update(Clock).values(look_again_at=moment - timedelta(minutes=1)).where(Clock.id.in_(said)),
            execution_options={"synchronize_session": False},
        )
        session.execute(delete(Notice).where(Notice.created_at == moment))
        session.execute(delete(Said).where(Said.at == moment))


def _idle(engine: Engine, moment: datetime) -> dict[str, float]:
    """Return how long each other job looks until it has found nothing; what it finds first it does first."""
    took = {}
    for job in TIMETABLE:
        if job.name == "reminders":
            continue
        scheduler.run_job(engine, job, moment)
        begun = time.perf_counter()
        scheduler.run_job(engine, job, moment)
        took[job.name] = time.perf_counter() - begun
    return took


if __name__ == "__main__":
    sys.exit(main())
