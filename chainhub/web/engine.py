"""How the database is opened: SQLite so that nothing is lost between two writers, PostgreSQL as it is."""

import contextlib
from collections.abc import Callable
from typing import Any

import orjson
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection, ExceptionContext
from sqlalchemy.exc import DisconnectionError, SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import SelectBase

from chainhub.core import clock

WRITES = "chainhub_writes"  # execution option: this transaction will write
_SQLITE_WAIT = 10  # seconds a writer waits for another
_MISSING = ("no such table", "no such column", "has no column named")  # in SQLite's words
_MISSING_STATES = ("42P01", "42703")  # in PostgreSQL's: undefined table, undefined column
_IDLE = 5.0  # seconds in the pool after which a connection is asked whether it still lives
_PREPARED = 300  # statements that a connection keeps prepared, the least used go first
_ONLY_READ = "chainhub_only_read"  # in a connection's notes: what its transaction has done so far
_JSON = {"json_serializer": lambda value: orjson.dumps(value).decode(), "json_deserializer": orjson.loads}


class SchemaBehind(SQLAlchemyError):
    """A table or column is not there because the database is older than the program."""

    sentence = "数据库版本比程序旧，请先运行 chainhub db upgrade。"


def options(url: str) -> dict[str, Any]:
    """Return engine options for a database address."""
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": _SQLITE_WAIT, "check_same_thread": False}, **_JSON}
    return {"pool_size": 8, "max_overflow": 8, **_JSON}


def opened(url: str) -> Engine:
    """Return an engine on a database address, prepared as everybody here uses it."""
    made = create_engine(url, **options(url))
    prepare(made)
    return made


def prepare(engine: Engine) -> None:
    """Hang on an engine what its database needs."""
    (_prepare_sqlite if engine.dialect.name == "sqlite" else _prepare_server)(engine)


def _prepare_server(engine: Engine) -> None:
    """Ask a connection that stood idle whether it still lives, before somebody's work depends on it.

    Not before every use (`pool_pre_ping`): that is a tenth of a request. A server that restarts under load costs one
    refusal in words; the pool lets go of its other connections with it.
    """

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.prepared_max = _PREPARED

    _note_reading(engine)

    @event.listens_for(engine, "checkin")
    def _left(_connection: Any, record: Any) -> None:
        record.info["left"] = clock.monotonic()

    @event.listens_for(engine, "checkout")
    def _taken(connection: Any, record: Any, _proxy: Any) -> None:
        if clock.monotonic() - record.info.get("left", clock.monotonic()) < _IDLE:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError from error


def _note_reading(engine: Engine) -> None:
    """Note on each connection whether its transaction has only read so far, for `let_go`."""

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.info[_ONLY_READ] = True

    @event.listens_for(engine, "before_cursor_execute")
    def _execute(
        connection: Connection, _cursor: Any, _statement: str, _given: Any, context: Any, _many: bool
    ) -> None:
        compiled = context.compiled
        if compiled is None or not isinstance(compiled.statement, SelectBase):
            connection.info[_ONLY_READ] = False

    @event.listens_for(engine, "handle_error")
    def _failed(context: ExceptionContext) -> None:
        if context.connection is not None:
            context.connection.info[_ONLY_READ] = False


def _prepare_sqlite(engine: Engine) -> None:
    """Make SQLite say BEGIN itself, so that what a transaction has read cannot change under it.

    Without it the driver runs the SELECT outside the transaction, and counters and state changes of two
    writers are lost in silence. BEGIN IMMEDIATE for whoever will write, BEGIN for whoever reads.
    """

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


def watch(engine: Engine, is_behind: Callable[[Connection], bool]) -> None:
    """Say SchemaBehind where something is missing and the database is found to be older; asked only then."""

    @event.listens_for(engine, "handle_error")
    def _say(context: ExceptionContext) -> None:
        if not _misses_something(context.original_exception):
            return
        with engine.connect().execution_options(**{WRITES: False}) as connection:
            behind = is_behind(connection)
        if behind:
            raise SchemaBehind(SchemaBehind.sentence) from context.original_exception


def _misses_something(error: BaseException) -> bool:
    state = getattr(error, "sqlstate", None)
    return state in _MISSING_STATES if state else any(words in str(error) for words in _MISSING)


def read_only(session: Session) -> None:
    """Open this session's transaction as one that will not write."""
    session.connection(execution_options={WRITES: False})


def let_go(session: Session) -> None:
    """End a transaction that has only read, by COMMIT; leave any other to be rolled back by whoever closes the session.

    Nothing is there to be kept; but at a ROLLBACK psycopg forgets every statement that it has prepared, and each page
    of PostgreSQL would be parsed and planned anew (decision 0031). What failed is rolled back: then forgetting is right.
    """
    if session.get_bind().dialect.name == "sqlite" or not session.in_transaction() or not session.is_active:
        return
    if session.new or session.dirty or session.deleted:
        return
    with contextlib.suppress(SQLAlchemyError):  # a connection that is gone, or never came: that was answered
        if session.connection().info.get(_ONLY_READ):
            session.expunge_all()
            session.commit()


def writing(session: Session) -> None:
    """Open this session's transaction as one that will write; what was read before is let go of on SQLite."""
    if session.get_bind().dialect.name == "sqlite":
        if session.in_transaction():
            session.rollback()
        session.connection(execution_options={WRITES: True})
