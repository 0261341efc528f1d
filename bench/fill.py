"""A database of N tickets in minutes: template lives played by the services, then cloned row by row in bulk.

A clone has its own id, number, texts, hashes, clocks, notices and search entry; who did what and when is its
template's. Rows are written as the driver stores them, so nothing is translated twice.
"""

import json
import random
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import psycopg
from sqlalchemy import Engine, make_url, select
from sqlalchemy.orm import Session

import config
from bench import lives
from bench.texts import Texts
from chainhub.audit.rules import GENESIS, link
from chainhub.county.directory.models import Chain, Enterprise
from chainhub.county.people import passwords
from chainhub.finding import rules as finding_rules
from chainhub.finding import service as finding
from chainhub.operations import schema, seed
from chainhub.tickets.models import TicketEvent
from chainhub.tickets.service import history
from chainhub.tickets.service.submitting import number_text
from chainhub.web import engine as engines

PASSWORD = "bench-password"
TEMPLATES = 2000
CHUNK = 2000  # tickets written at once
TABLES = ("ticket", "ticket_event", "clock", "said", "notice")
Row = list[Any]


@dataclass(frozen=True, slots=True)
class Template:
    """One played life: its rows, and what its events' hashes are taken over."""

    ticket: Row
    chain: str
    created_at: datetime
    events: Sequence[tuple[Row, dict[str, Any]]]
    clocks: Sequence[Row]
    said: Sequence[Row]
    notices: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Stock:
    """All templates, with the columns of each table in their order."""

    columns: dict[str, list[str]]
    templates: Sequence[Template]
    prefixes: dict[str, str]  # chain → prefix of its numbers
    names: dict[str, str]  # enterprise → name
    refused: int


def found(url: str, now: datetime, password_hash: str) -> Engine:
    """Return an engine on a fresh, migrated database with the model county and its people."""
    made = engines.opened(url)
    schema.upgrade(made)
    with Session(made) as session, session.begin():
        seed.seed_model(session, config.county, password_hash, now=now - timedelta(days=lives.DAYS + 60))
    return made


def stock(folder: Path, count: int, now: datetime, password_hash: str) -> Stock:
    """Play the templates in a SQLite file of their own and read them back as stored."""
    path = folder / "templates.db"
    engine = found(f"sqlite:///{path}", now, password_hash)
    refused = lives.play(engine, count, now)
    with Session(engine) as session:
        payloads = {one.id: history.payload(one) for one in session.scalars(select(TicketEvent))}
        created = {
            one.ticket_id: one.at for one in session.scalars(select(TicketEvent).where(TicketEvent.seq == 1))
        }
        prefixes = dict(session.execute(select(Chain.code, Chain.prefix)).all())
        names = dict(session.execute(select(Enterprise.code, Enterprise.name)).all())
    engine.dispose()
    with closing(sqlite3.connect(path)) as database:
        read = {table: _read(database, table) for table in TABLES}
    columns = {table: names_ for table, (names_, _) in read.items()}
    events = _by(read["ticket_event"], "ticket_id")
    clocks = _by(read["clock"], "owner_id")
    said = _by(read["said"], "clock_id")
    notices = _notices(read["notice"], read["clock"])
    at_id, at_chain = columns["ticket"].index("id"), columns["ticket"].index("chain_code")
    event_id = columns["ticket_event"].index("id")
    clock_id = columns["clock"].index("id")
    templates = [
        Template(
            row,
            row[at_chain],
            created[row[at_id]],
            [
                (event, payloads[event[event_id]])
                for event in sorted(events[row[at_id]], key=lambda one: one[event_id])
            ],
            clocks[row[at_id]],
            [one for clock in clocks[row[at_id]] for one in said[clock[clock_id]]],
            notices[row[at_id]],
        )
        for row in read["ticket"][1]
    ]
    return Stock(columns, templates, prefixes, names, refused)


def _read(database: sqlite3.Connection, table: str) -> tuple[list[str], list[Row]]:
    cursor = database.execute(f"SELECT * FROM {table} ORDER BY id")
    return [one[0] for one in cursor.description], [list(row) for row in cursor]


def _by(read: tuple[list[str], list[Row]], column: str) -> defaultdict[int, list[Row]]:
    names, rows = read
    place = names.index(column)
    grouped: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row[place]].append(row)
    return grouped


def _notices(
    read: tuple[list[str], list[Row]], clocks: tuple[list[str], list[Row]]
) -> defaultdict[int, list[Row]]:
    names, rows = read
    id_, owner = clocks[0].index("id"), clocks[0].index("owner_id")
    owners = {row[id_]: row[owner] for row in clocks[1]}
    key = names.index("key")
    grouped: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        kind, _, rest = row[key].partition(":")
        if kind in {"ticket", "clock", "moved"}:
            id__ = int(rest.partition(":")[0])
            grouped[id__ if kind == "ticket" else owners[id__]].append(row)
    return grouped


class Sink(Protocol):
    """Where rows go."""

    def write(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None: ...
    def index(self, things: Iterable[tuple[int, Sequence[str]]]) -> None: ...
    def done(self) -> None: ...


def fill(url: str, stocked: Stock, texts: Texts, count: int, now: datetime, password_hash: str) -> None:
    """Fill a fresh database with so many tickets."""
    found(url, now, password_hash).dispose()
    sink: Sink = _Sqlite(url) if url.startswith("sqlite") else _Postgresql(url)
    series: Counter[tuple[str, int]] = Counter()
    cloner = _Cloner(stocked, series)
    batch: defaultdict[str, list[Row]] = defaultdict(list)
    findable: list[tuple[int, Sequence[str]]] = []
    for place, (template, said) in enumerate(
        zip(_order(stocked, count), texts.take(count), strict=True), start=1
    ):
        findable.append(cloner.clone(template, place, said, batch))
        if place % CHUNK == 0 or place == count:
            for table in TABLES:
                sink.write(table, stocked.columns[table], batch[table])
            sink.index(findable)
            batch.clear()
            findable.clear()
    sink.write("number_series", ["prefix", "year", "last"], [[*key, last] for key, last in series.items()])
    sink.done()


def _order(stocked: Stock, count: int) -> Iterator[Template]:
    """Yield templates roughly by their day, those of one week in a mix, each as often as every other."""
    rng = random.Random(5)
    times, rest = divmod(count, len(stocked.templates))
    chosen = [one for one in stocked.templates for _ in range(times)] + rng.sample(
        list(stocked.templates), rest
    )
    chosen.sort(key=lambda one: one.created_at + timedelta(days=rng.uniform(-3, 3)))
    return iter(chosen)


class _Cloner:
    """Makes the rows of one more ticket from a template."""

    def __init__(self, stocked: Stock, series: Counter[tuple[str, int]]) -> None:
        self.stocked, self.series = stocked, series
        self.last: Counter[str] = Counter()
        self.at = {
            table: {name: place for place, name in enumerate(names)}
            for table, names in stocked.columns.items()
        }

    def clone(
        self, template: Template, id_: int, said: tuple[str, str], batch: defaultdict[str, list[Row]]
    ) -> tuple[int, Sequence[str]]:
        """Add a clone's rows to the batch; return what is findable of it."""
        title, content = said
        at = self.at["ticket"]
        was, ticket = template.ticket, list(template.ticket)
        prefix, year = self.stocked.prefixes[template.chain], template.created_at.year
        self.series[prefix, year] += 1
        number = number_text(prefix, year, self.series[prefix, year])
        ticket[at["id"]], ticket[at["number"]] = id_, number
        ticket[at["title"]], ticket[at["content"]] = title, content
        batch["ticket"].append(ticket)

        self._events(template, id_, title, content, batch["ticket_event"])
        about, link_ = f"{number}《{title}》", f"/tickets/{number}"
        was_about = f"{was[at['number']]}《{was[at['title']]}》"
        clocks = self._clocks(template, id_, about, link_, batch)
        self._notices(template, id_, clocks, (was_about, about), link_, batch["notice"])
        firm = self.stocked.names[ticket[at["enterprise_code"]]]
        return id_, (number, firm, title, content)

    def _events(self, template: Template, id_: int, title: str, content: str, into: list[Row]) -> None:
        at = self.at["ticket_event"]
        before = GENESIS
        for row, payload in template.events:
            event = list(row)
            said = {**payload, "ticket": id_}
            if payload["seq"] == 1:
                said["data"] = {**payload["data"], "title": title, "content": content}
                event[at["data"]] = json.dumps(said["data"])
            event[at["id"]], event[at["ticket_id"]] = self._next("ticket_event"), id_
            event[at["prev_hash"]] = before
            before = event[at["hash"]] = link(before, said)
            into.append(event)

    def _clocks(
        self, template: Template, id_: int, about: str, link_: str, batch: defaultdict[str, list[Row]]
    ) -> dict[int, int]:
        at = self.at["clock"]
        ids: dict[int, int] = {}
        for row in template.clocks:
            clock = list(row)
            ids[row[at["id"]]] = clock[at["id"]] = self._next("clock")
            clock[at["owner_id"]], clock[at["about"]], clock[at["link"]] = id_, about, link_
            batch["clock"].append(clock)
        at = self.at["said"]
        for row in template.said:
            one = list(row)
            one[at["id"]], one[at["clock_id"]] = self._next("said"), ids[row[at["clock_id"]]]
            batch["said"].append(one)
        return ids

    def _notices(
        self,
        template: Template,
        id_: int,
        clocks: dict[int, int],
        about: tuple[str, str],
        link_: str,
        into: list[Row],
    ) -> None:
        at = self.at["notice"]
        for row in template.notices:
            notice = list(row)
            kind, old, rest = row[at["key"]].split(":", 2)
            notice[at["id"]] = self._next("notice")
            notice[at["key"]] = f"{kind}:{id_ if kind == 'ticket' else clocks[int(old)]}:{rest}"
            notice[at["text"]] = row[at["text"]].replace(*about)[:400]
            notice[at["link"]] = link_
            into.append(notice)

    def _next(self, table: str) -> int:
        self.last[table] += 1
        return self.last[table]


class _Sqlite:
    """Writes into a SQLite file through the bare driver."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.database = sqlite3.connect(make_url(url).database or "", isolation_level=None)
        for pragma in (
            "journal_mode = MEMORY",
            "synchronous = OFF",
            "foreign_keys = OFF",
            "cache_size = -200000",
        ):
            self.database.execute(f"PRAGMA {pragma}")
        self.database.execute("BEGIN")

    def write(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        names, places = ", ".join(f'"{one}"' for one in columns), ", ".join("?" * len(columns))
        self.database.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", rows)

    def index(self, things: Iterable[tuple[int, Sequence[str]]]) -> None:
        rows = ((id_, " ".join(finding_rules.grams(*texts))) for id_, texts in things)
        self.database.executemany("INSERT INTO search_ticket (rowid, grams) VALUES (?, ?)", rows)

    def done(self) -> None:
        self.database.execute("COMMIT")
        self.database.execute("PRAGMA journal_mode = WAL")
        self.database.close()
        with Session(engines.opened(self.url)) as session, session.begin():
            schema.analyze(session)  # as every night


class _Postgresql:
    """Writes into PostgreSQL by COPY; the search index is built at the end, as a restored backup would."""

    def __init__(self, url: str) -> None:
        plain = url.replace("postgresql+psycopg://", "postgresql://")
        self.database = psycopg.connect(plain, autocommit=True)
        for setting in (
            "timezone = 'UTC'",
            "session_replication_role = 'replica'",
            "synchronous_commit = off",
            "maintenance_work_mem = '512MB'",
        ):
            self.database.execute(f"SET {setting}")
        self.database.execute("DROP INDEX ix_search_ticket_grams")

    def write(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        names = ", ".join(f'"{one}"' for one in columns)
        with self.database.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def index(self, things: Iterable[tuple[int, Sequence[str]]]) -> None:
        vector = finding._vector
        rows = [[id_, vector(finding_rules.grams(*texts))] for id_, texts in things]
        self.write("search_ticket", ["id", "grams"], rows)

    def done(self) -> None:
        create = next(one for one in finding.ddl("ticket", "postgresql") if one.startswith("CREATE INDEX"))
        self.database.execute(create)
        for table in TABLES:
            self.database.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
            )
        self.database.execute("VACUUM ANALYZE")
        self.database.execute("CHECKPOINT")
        self.database.close()


def password_hash() -> str:
    """Return the hash of the one password of everybody; argon2 is slow on purpose, so once per run."""
    return passwords.hashed(PASSWORD)
