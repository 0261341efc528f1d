"""Where rows of a filled database go: through the bare driver, in bulk, with the search index beside them."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Protocol

import psycopg
from sqlalchemy import make_url
from sqlalchemy.orm import Session

from bench.families import TABLES, Row
from chainhub.finding import rules as finding_rules
from chainhub.finding import service as finding
from chainhub.operations import schema
from chainhub.web import engine as engines


class Sink(Protocol):
    """Where rows go."""

    def write(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None: ...
    def index(self, things: Iterable[tuple[int, Sequence[str]]]) -> None: ...
    def done(self) -> None: ...


def opened(url: str) -> Sink:
    """Return the sink of a fresh, migrated database."""
    return _Sqlite(url) if url.startswith("sqlite") else _Postgresql(url)


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
