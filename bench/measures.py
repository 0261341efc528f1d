"""What is measured, on one database at one size. Every number is a plain float under a plain name."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
from sqlalchemy import Engine, select, text, update
from sqlalchemy.orm import Session

from bench import client as clients
from bench import in_hand
from bench.client import Client, Filer, Handling
from bench.fill import PASSWORD
from bench.server import Server, cpu_seconds
from bench.texts import Texts
from chainhub import scheduler
from chainhub.cli.opening import OPERATOR
from chainhub.core.actor import Actor, Role, ScopeKind
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.people import queries as people
from chainhub.county.people import service as accounts
from chainhub.county.people.models import User
from chainhub.reminders.models import Clock
from chainhub.tickets import listing
from chainhub.tickets.listing import Filter
from chainhub.tickets.models import Ticket
from chainhub.timetable import TIMETABLE
from chainhub.web import engine as engines

CLERK, LEADER = "dangwei", "xianzhang"
READERS = {"clerk": CLERK, "leader": LEADER}
CLIENTS = 4


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is done: full for a table, little for a smoke test."""

    rounds: int  # of a page, each beside as many of the yardstick
    pages: int  # requests of a page in one round
    hellos: int  # requests of the yardstick in one round
    seconds: float  # of four clients at a time
    searches: int
    sweeps: int
    templates: int
    settle: float  # seconds until an idle backend of PostgreSQL has handed in its counters


FULL = Effort(rounds=5, pages=40, hellos=300, seconds=6.0, searches=15, sweeps=3, templates=500, settle=11)
QUICK = Effort(rounds=1, pages=8, hellos=40, seconds=0.7, searches=3, sweeps=1, templates=40, settle=1.2)


@dataclass(slots=True)
class Case:
    """One database at one size, served, with what was measured so far."""

    database: str
    size: int
    engine: Engine
    now: datetime  # at which it was filled
    texts: Texts
    server: Server
    hello: Server
    postgres: psutil.Process | None
    effort: Effort
    say: Callable[[str], None]
    found: dict[str, float] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)

    def actor(self, session: Session, username: str) -> Actor:
        user = people.user_by_name(session, username)
        account = people.account(session, user.id) if user else None
        if account is None:
            raise LookupError(username)
        return account.actor

    def database_cpu(self) -> float:
        return cpu_seconds([self.postgres]) if self.postgres else 0.0


def everything(case: Case) -> None:
    """Measure all of it, reads before writes."""
    readers = _readers(case)
    before = _writes(case)
    _pages(case, readers)
    _raw(case)
    _search(case)
    case.found["writes_by_reading"] = float(_writes(case) - before)
    _rates(case)
    _sweep(case)
    case.found["memory_mb"] = case.server.memory() / 1e6


# Pages: processor time of the server, one client


def _readers(case: Case) -> dict[str, Client]:
    found = {}
    for name, username in READERS.items():
        found[name] = Client(case.server.port)
        found[name].sign_in(username, PASSWORD)
    return found


def _pages(case: Case, readers: dict[str, Client]) -> None:
    numbers = _numbers(case)
    word = case.texts.words["common"]
    for name, reader in readers.items():
        paths = {
            f"list_{name}": ["/tickets"],
            f"list_handling_{name}": ["/tickets?state=handling"],
            f"ticket_{name}": [f"/tickets/{number}" for number in numbers],
            f"desk_{name}": ["/"],
            f"search_page_{name}": [f"/tickets?q={quote(word)}"],
        }
        for what, listed in paths.items():
            _page(case, what, reader, listed)


def _numbers(case: Case) -> list[str]:
    """Return tickets that both readers see, spread over the whole time and over open and ended."""
    with Session(case.engine) as session:
        seen = (Ticket.chain_code == "equipment", Ticket.confidential.is_(False))
        found = []
        for is_open in (True, False):
            ids = session.scalars(
                select(Ticket.id).where(*seen, Ticket.is_open.is_(is_open)).order_by(Ticket.id)
            ).all()
            step = max(1, len(ids) // 20)
            picked = select(Ticket.number).where(Ticket.id.in_(ids[::step][:20])).order_by(Ticket.id)
            found.append(session.scalars(picked).all())
        return [number for pair in zip(*found, strict=False) for number in pair]


def _page(case: Case, what: str, reader: Client, paths: Sequence[str]) -> None:
    """Measure a page and the yardstick in turns, so that both meet the same weather."""
    yardstick = Client(case.hello.port)
    for place in range(10):
        reader.get(paths[place % len(paths)])
        yardstick.get("/")
    page_cpu = hello_cpu = database_cpu = 0.0
    latencies: list[float] = []
    sent = 0
    for _ in range(case.effort.rounds):
        before = case.hello.cpu()
        for _ in range(case.effort.hellos):
            yardstick.get("/")
        hello_cpu += case.hello.cpu() - before
        before, before_database = case.server.cpu(), case.database_cpu()
        for _ in range(case.effort.pages):
            at = time.perf_counter()
            reader.get(paths[sent % len(paths)])
            latencies.append(time.perf_counter() - at)
            sent += 1
        page_cpu += case.server.cpu() - before
        database_cpu += case.database_cpu() - before_database
    hello = hello_cpu / (case.effort.rounds * case.effort.hellos)
    case.found[f"{what}_cpu"] = page_cpu / sent * 1000
    case.found[f"{what}_hello_cpu"] = hello * 1000
    case.found[f"{what}_ratio"] = page_cpu / sent / hello if hello else 0.0
    case.found[f"{what}_p50"], case.found[f"{what}_p95"] = _percentiles(latencies)
    if case.postgres:
        case.found[f"{what}_database_cpu"] = database_cpu / sent * 1000
    case.say(
        f"{what}: {case.found[f'{what}_cpu']:.1f} ms CPU, {case.found[f'{what}_ratio']:.1f} x hello "
        f"({hello * 1000:.2f} ms), p50 {case.found[f'{what}_p50']:.1f} ms"
    )


def _percentiles(seconds: Sequence[float]) -> tuple[float, float]:
    ordered = sorted(seconds)
    return statistics.median(ordered) * 1000, ordered[int(len(ordered) * 0.95) - 1] * 1000


def _writes(case: Case) -> int:
    """Return a number that grows with every write to the database."""
    with case.engine.connect() as connection:
        if case.postgres is None:
            name = connection.exec_driver_sql("PRAGMA database_list").fetchone()[2]  # type: ignore[index]
            wal = Path(f"{name}-wal")
            return wal.stat().st_size if wal.exists() else 0
        time.sleep(case.effort.settle)
        query = "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables"
        return int(connection.execute(text(query)).scalar_one())


# The same rows by raw SQL

_ROW = (
    "SELECT t.id, t.number, t.title, t.state, t.due_at, t.yellow_at, t.lead_unit_code, t.category_code, t.version, "
    "t.created_at, e.short FROM ticket t JOIN enterprise e ON e.code = t.enterprise_code WHERE {where} "
    "ORDER BY t.id DESC LIMIT 51"
)
_SEEN = {"clerk": "t.chain_code = 'equipment'", "leader": "NOT t.confidential"}


def _raw(case: Case) -> None:
    number = _numbers(case)[0]
    connection = case.engine.raw_connection()
    try:
        cursor = connection.cursor()
        for name, seen in _SEEN.items():
            for what, more in (("list", ""), ("list_handling", " AND t.state = 'handling'")):
                case.found[f"raw_{what}_{name}"] = _timed_raw(cursor, [_ROW.format(where=seen + more)])
        one = f"SELECT * FROM ticket WHERE number = '{number}'"
        inner = f"(SELECT id FROM ticket WHERE number = '{number}')"
        case.found["raw_ticket"] = _timed_raw(
            cursor,
            [
                one,
                f"SELECT * FROM ticket_event WHERE ticket_id = {inner} ORDER BY seq DESC",
                f"SELECT * FROM clock WHERE owner_kind = 'ticket' AND owner_id = {inner}",
            ],
        )
    finally:
        connection.close()
    case.say(
        f"raw SQL: list {case.found['raw_list_leader']:.2f} ms, ticket {case.found['raw_ticket']:.2f} ms"
    )


def _timed_raw(cursor: Any, statements: Sequence[str]) -> float:
    times = []
    for _ in range(30):
        at = time.perf_counter()
        for statement in statements:
            cursor.execute(statement)
            cursor.fetchall()
        times.append(time.perf_counter() - at)
    return statistics.median(times) * 1000


# Search: the service layer, one query for the rows and one for the count, as the page asks


def _search(case: Case) -> None:
    for kind, word in case.texts.words.items():
        for name, username in READERS.items():
            times, rows_only = [], []
            for _ in range(case.effort.searches + 2):
                with Session(case.engine) as session:
                    engines.read_only(session)
                    work = Work(session, case.actor(session, username), case.now, known.of(session).calendar)
                    wanted = Filter(q=word)
                    at = time.perf_counter()
                    page = listing.page(work, wanted)
                    rows_only.append(time.perf_counter() - at)
                    total = listing.total(work, wanted, page)
                    times.append(time.perf_counter() - at)
            case.found[f"search_{kind}_{name}"] = statistics.median(times[2:]) * 1000
            case.found[f"search_least_{kind}_{name}"] = min(times[2:]) * 1000
            case.found[f"search_rows_{kind}_{name}"] = statistics.median(rows_only[2:]) * 1000
            case.notes[f"search_{kind}_{name}"] = f"“{word}”, {len(page.items)} shown of {total}"
            case.say(
                f"search {kind} as {name}: {case.found[f'search_{kind}_{name}']:.1f} ms with its count, "
                f"{case.found[f'search_rows_{kind}_{name}']:.1f} without; {case.notes[f'search_{kind}_{name}']}"
            )


# Rates: four clients at once


def _rates(case: Case) -> None:
    hello = [_hello_rate(case)]
    _rate(case, "submit", clients.file_one, _filers)
    hello.append(_hello_rate(case))
    _rate(case, "move", clients.move_one, _handling)
    hello.append(_hello_rate(case))
    case.found["hello_rate"] = statistics.mean(hello)
    for what in ("submit", "move"):
        rate = case.found[f"{what}_rate"]
        case.found[f"{what}_part"] = case.found["hello_rate"] / rate if rate else 0.0
        case.say(
            f"{what}: {rate:.0f}/s, 1/{case.found[f'{what}_part']:.1f} of hello ({case.found['hello_rate']:.0f}/s), "
            f"{case.found[f'{what}_cpu']:.1f} ms CPU, p50 {case.found[f'{what}_p50']:.1f} ms"
        )


def _hello_rate(case: Case) -> float:
    return clients.together(
        case.hello.port, clients.say_hello, [None] * CLIENTS, case.effort.seconds / 2
    ).per_second


def _rate(case: Case, what: str, job: clients.Job, prepare: Callable[[Case], Sequence[Any]]) -> None:
    # First so long that both workers have met every statement: what they compile once is no part of a rate.
    clients.together(case.server.port, job, prepare(case), case.effort.seconds / 3)
    given = prepare(case)
    before, before_database = case.server.cpu(), case.database_cpu()
    rate = clients.together(case.server.port, job, given, case.effort.seconds)
    done = rate.done + 5 * len(given)  # the warm-up worked too
    case.found[f"{what}_rate"] = rate.per_second
    case.found[f"{what}_refused"] = float(len(rate.refusals))
    case.found[f"{what}_cpu"] = (case.server.cpu() - before) / done * 1000
    if case.postgres:
        case.found[f"{what}_database_cpu"] = (case.database_cpu() - before_database) / done * 1000
    if rate.latencies:
        case.found[f"{what}_p50"], case.found[f"{what}_p95"] = _percentiles(rate.latencies)
    for said in rate.refusals[:2]:
        case.say(f"refused: {said}")


def _token(case: Case, usernames: Sequence[int]) -> dict[int, str]:
    found = {}
    with Session(case.engine) as session, session.begin():
        work = Work(session, OPERATOR, datetime.now(case.now.tzinfo), known.of(session).calendar)
        for id_ in usernames:
            found[id_] = accounts.issue_token(work, session.get_one(User, id_), "bench")
    return found


def _filers(case: Case) -> list[Filer]:
    """Return four enterprises of different chains as far as there are, each with texts of its own."""
    with Session(case.engine) as session:
        firms = session.execute(text("SELECT chain_code, code FROM enterprise ORDER BY position")).all()
        by_chain: dict[str, list[str]] = {}
        for chain, code in firms:
            by_chain.setdefault(chain, []).append(code)
        picked = [codes[turn] for turn in range(CLIENTS) for codes in by_chain.values()][:CLIENTS]
        holders = known.of(session).holders
        ids = [min(holders.ids(Role.ENTERPRISE, ScopeKind.ENTERPRISE, code)) for code in picked]
    tokens = _token(case, ids)
    texts = list(case.texts.take(4000))
    stamp = f"{time.time_ns()}"
    return [Filer(f"{stamp}-{place}", tokens[id_], texts[place::CLIENTS]) for place, id_ in enumerate(ids)]


def _handling(case: Case) -> list[list[Handling]]:
    """Return tickets in hand, dealt out to four clients."""
    with Session(case.engine) as session:
        found = in_hand.movable(session, 600)
    tokens = _token(case, sorted({id_ for one in found for id_ in (one.unit_id, one.reviewer_id)}))
    tickets = [
        Handling(one.number, one.version, tokens[one.unit_id], tokens[one.reviewer_id]) for one in found
    ]
    return [tickets[place::CLIENTS] for place in range(CLIENTS)]


# The sweep


def _sweep(case: Case) -> None:
    wanted = max(case.size // 100, 5)
    job = next(one for one in TIMETABLE if one.name == "reminders")
    times, work = [], []
    for _ in range(case.effort.sweeps):
        moment, due = _come_to(case.engine, wanted)
        at, worked = time.perf_counter(), time.process_time()
        swept = scheduler.run_job(case.engine, job, moment)
        times.append(time.perf_counter() - at)
        work.append(time.process_time() - worked)
        if swept.done != due or swept.failed:
            case.notes["sweep"] = f"{swept.done} handled, {due} were due, {len(swept.failed)} failed"
    case.found["sweep"], case.found["sweep_cpu"] = statistics.median(times), statistics.median(work)
    case.found["sweep_due"] = float(due)
    case.say(f"sweep: {due} due in {case.found['sweep']:.2f} s {case.notes.get('sweep', '')}")


def _come_to(engine: Engine, wanted: int) -> tuple[datetime, int]:
    """Return the next moment at which so many clocks are due, and how many; what else would be due is put off."""
    with Session(engine) as session, session.begin():
        watched = (Clock.stopped_at.is_(None), Clock.look_again_at.is_not(None))
        first = select(Clock.id, Clock.look_again_at).where(*watched).order_by(Clock.look_again_at, Clock.id)
        rows = session.execute(first.limit(wanted)).all()
        moment = max(row.look_again_at for row in rows) + timedelta(minutes=1)
        others = Clock.id.not_in([row.id for row in rows])
        session.execute(
            update(Clock)
            .where(*watched, Clock.look_again_at <= moment, others)
            .values(look_again_at=moment + timedelta(days=1))
            .execution_options(synchronize_session=False)
        )
    return moment, len(rows)
