"""Who leads of several schedulers: an advisory lock of PostgreSQL, or a lock on a file beside SQLite's.

Both end with the process that holds them, however it ends, so that nobody has to judge whether a leader is dead.
Taken by the process that schedules, after any fork: `lockf` is not handed on to a child, as `flock` would be.
"""

import fcntl
import logging
import os
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine, create_engine, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

log = logging.getLogger(__name__)
KEY = 7_319_005  # of the advisory lock; locks are a database's own, so two counties on one server are apart
_KEEPALIVE = {
    "application_name": "chainhub-scheduler",
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""A server that vanishes without a word is noticed within some 10 seconds. Times in seconds, the last in milliseconds."""


class Lock(Protocol):
    """What at most one process holds."""

    def take(self) -> bool:
        """Try to take it, without waiting; say whether it is held."""

    def holds(self) -> bool:
        """Say whether it is still held; once it is not, `take` may be tried again."""

    def release(self) -> None:
        """Let go of it, if it is held."""


def lock_of(engine: Engine) -> Lock:
    """Return the lock that all schedulers on this database compete for."""
    if engine.dialect.name == "postgresql":
        return AdvisoryLock(engine)
    path = engine.url.database
    return FileLock(Path(f"{path}.scheduler")) if path and path != ":memory:" else Alone()


class AdvisoryLock:
    """A session's advisory lock on a connection of its own: out of the pool, alive as long as the process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = create_engine(
            engine.url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=_KEEPALIVE
        )
        self._connection: Connection | None = None

    def take(self) -> bool:
        """Try to take it; a database that is away gives it to nobody."""
        try:
            if self._connection is None:
                self._connection = self._engine.connect()
            return bool(self._connection.scalar(select(func.pg_try_advisory_lock(KEY))))
        except SQLAlchemyError as error:
            self._drop(error)
            return False

    def holds(self) -> bool:
        """Say whether the connection still lives: the lock lives and dies with it."""
        if self._connection is None:
            return False
        try:
            self._connection.scalar(select(1))
        except SQLAlchemyError as error:
            self._drop(error)
            return False
        return True

    def release(self) -> None:
        """Close the connection, and the lock with it."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _drop(self, error: SQLAlchemyError) -> None:
        """Let go of a broken connection for good: one that mended itself would no longer hold the lock."""
        if self._connection is not None:
            log.warning("lost the connection of the lock", extra={"cause": type(error).__name__})
            self._connection.invalidate()
            self._connection.close()
            self._connection = None


class FileLock:
    """A POSIX lock on a file beside the database: for processes of one machine, as SQLite is."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def take(self) -> bool:
        """Try to take it."""
        if self._file is None:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def holds(self) -> bool:
        """Say that it is held: nobody can take it away."""
        return self._file is not None

    def release(self) -> None:
        """Close the file; it stays where it is, since to remove it would let two processes lock two files."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


class Alone:
    """A database in memory is this process's own."""

    def take(self) -> bool:
        """Lead."""
        return True

    def holds(self) -> bool:
        """Lead on."""
        return True

    def release(self) -> None:
        """Do nothing."""
