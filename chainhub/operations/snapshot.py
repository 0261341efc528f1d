"""One view of the whole database for a long look: what others write meanwhile is not in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from chainhub.web import engine as engines

_CACHE = 2000  # KiB of SQLite's file that a long look keeps in memory


@contextmanager
def of(engine: Engine) -> Iterator[Session]:
    """Open a session that reads one snapshot and holds nobody up: SQLite's own in WAL, REPEATABLE READ elsewhere."""
    options: dict[str, Any] = {engines.WRITES: False}
    if engine.dialect.name == "postgresql":
        options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as connection, Session(connection) as session:
        if engine.dialect.name == "sqlite":  # who reads everything once has no use for pages of the file kept
            connection.exec_driver_sql(f"PRAGMA cache_size = -{_CACHE}")
            connection.detach()  # nobody after it is to have so little
        yield session
