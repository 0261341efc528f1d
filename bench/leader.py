"""The leader's page and the figures over a large history: `python -m bench.leader [--sizes 1000,1000000]`.

A county of a thousand tickets is filled and folded; then what has ended is copied inside the database, with its history,
clocks, marks and cells, until there are as many as asked for. What is open stays the same, so that the page has
the same to show. The pages are asked for in this process, set up as a worker is, from both sizes in turn; what is told is the
time of one request, wall and processor. How fast the machine was in that hour is told by a loop that has nothing of ours in it.
"""

import argparse
import io
import sqlite3
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter
from flask.testing import FlaskClient
from sqlalchemy import Engine, String, Table, cast, event, func, insert, literal, select, text, update
from sqlalchemy.orm import Session

from bench import fill, texts
from bench.running import _database
from chainhub import serving
from chainhub.app import create_app
from chainhub.core import clock
from chainhub.core.actor import THE_CLOCK
from chainhub.core.db import Base
from chainhub.core.settings import Settings
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.operations import schema
from chainhub.reminders.models import Clock
from chainhub.statistics import service, stories
from chainhub.statistics.models import StatCase, StatCell, StatMark, StatState
from chainhub.statistics.terms import Cut
from chainhub.tickets.models import Ticket, TicketEvent
from chainhub.web import engine as engines

BASE = 1000  # tickets that are really played and cloned
LIVES = 60
TURNS = 8  # of both sizes, one after the other
ROUNDS = 12  # requests of a turn
PATHS = {"leader": "/", "figures": "/statistics", "by unit": "/statistics?by=unit"}
_AT_ONCE = 20  # copies of the whole in one transaction


def main() -> int:
    """Measure what was asked for and print a table."""
    asked = argparse.ArgumentParser(prog="python -m bench.leader", description=__doc__)
    asked.add_argument("--sizes", default="1000,1000000")
    asked.add_argument("--databases", default="sqlite,postgresql")
    options = asked.parse_args()
    sizes = sorted(int(one) for one in options.sizes.split(","))
    print(
        "| Database | Tickets | Open | Lines of history | Page | p50 ms | CPU ms | The loop, CPU s |"
        "\n|---|---|---|---|---|---|---|---|"
    )
    with tempfile.TemporaryDirectory(prefix="chbench") as name:
        folder, now, password = Path(name), clock.now(), fill.password_hash()
        stock = fill.stock(folder, LIVES, now, password)
        for database in options.databases.split(","):
            with ExitStack() as open_:
                counties = []
                for size in sizes:
                    url, _ = open_.enter_context(_database(database, folder, size))
                    fill.fill(url, stock, texts.load(BASE), BASE, now, password)
                    counties.append(_county(url, folder, size))
                _measure(database, counties)
    return 0


@dataclass(frozen=True, slots=True)
class County:
    """A filled county: how large it is, and its leader's browser."""

    tickets: int
    open: int
    lines: int
    client: FlaskClient


def _county(url: str, folder: Path, size: int) -> County:
    engine = engines.opened(url)
    _fold(engine)
    _grow(engine, size)
    with Session(engine) as session:
        tickets = session.scalar(select(func.count()).select_from(Ticket)) or 0
        is_open = session.scalar(select(func.count()).where(Ticket.is_open)) or 0
        lines = session.scalar(select(func.count(TicketEvent.id))) or 0
    engine.dispose()
    app = create_app(
        Settings(
            "demo", folder, url, "a secret of a measurement, 32 chars", False, 0, (), 600, 30, "WARNING", ""
        )
    )
    client = app.test_client()
    _sign_in(client)
    return County(tickets, is_open, lines, client)


def _fold(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        work = Work(session, THE_CLOCK, clock.now(), known.of(session).calendar)
        service.rebuild(work, stories.last_line(session))


def _grow(engine: Engine, size: int) -> None:
    """Copy what has ended until there are so many tickets."""
    event.listen(engine, "checkout", _fill_fast)
    with Session(engine) as session:
        ended = session.scalar(select(func.count()).where(Ticket.is_open.is_(False), Ticket.id <= BASE)) or 1
        have = session.scalar(select(func.count(Ticket.id))) or 0
    copies = (size - have) // ended
    spans = {Ticket: BASE, TicketEvent: 0, Clock: 0}
    with Session(engine) as session:
        for model in (TicketEvent, Clock):
            spans[model] = session.scalar(select(func.max(model.id))) or 0
    first = (have - BASE) // ended + 1
    for begin in range(first, first + copies, _AT_ONCE):
        last = min(begin + _AT_ONCE, first + copies)
        with Session(engine) as session, session.begin():
            _copy(session, begin, last, spans)
    with Session(engine) as session, session.begin():
        session.execute(update(StatState).values(folded_to=stories.last_line(session)))
        _recount(session)
        schema.analyze(session)
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


_FAST = {
    "sqlite": ("PRAGMA synchronous = OFF", "PRAGMA foreign_keys = OFF", "PRAGMA cache_size = -2000000"),
    "postgresql": ("SET synchronous_commit = off", "SET session_replication_role = replica"),
}


def _fill_fast(connection: Any, *_: Any) -> None:
    """Let this process write without waiting for the disk: what is measured opens the database for itself."""
    kind = "sqlite" if isinstance(connection, sqlite3.Connection) else "postgresql"
    cursor = connection.cursor()
    for statement in _FAST[kind]:
        cursor.execute(statement)
    cursor.close()
    connection.commit()  # the settings last, no transaction stands open


def _copy(session: Session, first: int, last: int, spans: dict[type[Base], int]) -> None:
    """Copy every ended ticket of the base once for each number, with what belongs to it."""
    numbers = text(
        "WITH RECURSIVE copy(n) AS (SELECT CAST(:first AS INTEGER) UNION ALL SELECT n + 1 FROM copy WHERE n < :last) SELECT n FROM copy"
    )
    copy = numbers.bindparams(first=first, last=last - 1).columns(n=Ticket.id.type).subquery("copies")
    ended = select(Ticket.id).where(Ticket.is_open.is_(False), Ticket.id <= BASE)
    for model, ticket in (
        (Ticket, "id"),
        (TicketEvent, "ticket_id"),
        (Clock, "owner_id"),
        (StatCase, "ticket_id"),
        (StatMark, "ticket_id"),
    ):
        table: Table = model.__table__  # type: ignore[assignment]  # a mapped class has a table
        columns = [one for one in table.columns if not (model is StatMark and one.name == "id")]
        values = []
        for column in columns:
            if column.name == ticket:
                values.append(column + copy.c.n * BASE)
            elif column.name == "id":
                values.append(column + copy.c.n * spans[model])
            elif model is Ticket and column.name == "number":
                values.append(literal("K") + cast(copy.c.n, String(9)) + "-" + cast(table.c.id, String(9)))
            else:
                values.append(column)
        rows = (
            select(*values).select_from(table.join(copy, literal(1) == 1)).where(table.c[ticket].in_(ended))
        )
        if model is Clock:  # those of requests have ids of their own
            rows = rows.where(Clock.owner_kind == "ticket")
        session.execute(
            insert(table).from_select([one.name for one in columns], rows, include_defaults=False)
        )


def _recount(session: Session) -> None:
    """Count the cells from the marks: what the fold would have come to."""
    session.execute(StatCell.__table__.delete())  # type: ignore[attr-defined]
    keys = {
        Cut.ALL: literal(""),
        Cut.UNIT: StatMark.unit,
        Cut.CATEGORY: StatCase.category,
        Cut.KIND: StatCase.kind,
        Cut.ENTERPRISE: StatCase.enterprise,
        Cut.CHANNEL: StatCase.channel,
    }
    spot = (StatMark.measure, StatMark.month, StatCase.chain, StatMark.value)
    for cut, key in keys.items():
        counted = (
            select(literal(cut.value), key, *spot, func.count())
            .join(StatCase, StatCase.ticket_id == StatMark.ticket_id)
            .group_by(key, *spot)
        )
        if cut is Cut.UNIT:
            counted = counted.where(StatMark.unit != "")
        names = ["cut", "key", "measure", "month", "chain", "value", "n"]
        session.execute(insert(StatCell).from_select(names, counted))


def _measure(database: str, counties: Sequence[County]) -> None:
    """Ask each county for each page in turn: a slow minute of the machine is all of theirs."""
    serving.post_worker_init(None)  # as in a worker
    wall: dict[tuple[int, str], list[float]] = defaultdict(list)
    worked: dict[tuple[int, str], list[float]] = defaultdict(list)
    loops = [_loop()]
    for turn in range(TURNS + 1):
        for place, county in enumerate(counties):
            for path in PATHS.values():
                took, used = _times(county.client, path)
                if turn:  # the first one warms up
                    wall[place, path] += took
                    worked[place, path] += used
    loops.append(_loop())
    for name, path in PATHS.items():
        for place, county in enumerate(counties):
            print(
                f"| {database} | {county.tickets:,} | {county.open:,} | {county.lines:,} | {name} "
                f"| {statistics.median(wall[place, path]):.1f} | {statistics.median(worked[place, path]):.1f} "
                f"| {min(loops):.1f} to {max(loops):.1f} |",
                flush=True,
            )


def _loop() -> float:
    """Return what XlsxWriter takes of the processor for 50,000 × 8 cells, in seconds."""
    begun = time.process_time()
    book = xlsxwriter.Workbook(io.BytesIO(), {"constant_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet()
    for row in range(50_000):
        for column in range(8):
            sheet.write(row, column, f"{row}-{column}")
    book.close()
    return time.process_time() - begun


def _sign_in(client: FlaskClient) -> None:
    page = client.get("/sign-in").get_data(as_text=True)
    token = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    client.post("/sign-in", data={"csrf_token": token, "username": "xianzhang", "password": fill.PASSWORD})


def _times(client: FlaskClient, path: str) -> tuple[Sequence[float], Sequence[float]]:
    wall, worked = [], []
    for _ in range(ROUNDS):
        begun, work = time.perf_counter(), time.process_time()
        if client.get(path).status_code != 200:
            raise RuntimeError(f"{path} does not answer")
        wall.append((time.perf_counter() - begun) * 1000)
        worked.append((time.process_time() - work) * 1000)
    return wall, worked


if __name__ == "__main__":
    sys.exit(main())
