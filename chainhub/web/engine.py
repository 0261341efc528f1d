"""How the database is opened: SQLite so that nothing is lost between two writers, PostgreSQL as it is."""

from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

WRITES = "chainhub_writes"  # execution option: this transaction will write
_SQLITE_WAIT = 10  # seconds a writer waits for another


def options(url: str) -> dict[str, Any]:
    """Return engine options for a database address."""
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": _SQLITE_WAIT, "check_same_thread": False}}
    return {"pool_size": 8, "max_overflow": 8, "pool_pre_ping": True}


def prepare(engine: Engine) -> None:
    """Make SQLite say BEGIN itself, so that what a transaction has read cannot change under it.

    Without it the driver runs the SELECT outside the transaction, and counters and state changes of two
    writers are lost in silence. BEGIN IMMEDIATE for whoever will write, BEGIN for whoever reads.
    """
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode = WAL",
            "synchronous = NORMAL",
            "foreign_keys = ON",
            "cache_size = -32000",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES, True)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def read_only(session: Session) -> None:
    """Open this session's transaction as one that will not write."""
    session.connection(execution_options={WRITES: False})


def writing(session: Session) -> None:
    """Open this session's transaction as one that will write; what was read before is let go of on SQLite."""
    if session.get_bind().dialect.name == "sqlite":
        if session.in_transaction():
            session.rollback()
        session.connection(execution_options={WRITES: True})
