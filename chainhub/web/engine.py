"""How the database is opened: SQLite so that nothing is lost between two writers, PostgreSQL as it is."""

import contextlib
import re
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
_READS = "chainhub_reads"  # the same: it was opened to read, and nothing else
_AUTOCOMMIT = "AUTOCOMMIT"
_WRITING = re.compile(r"\s*(INSERT|UPDATE|DELETE|MERGE|TRUNCATE|CREATE|ALTER|DROP|LOCK|SET)\b", re.IGNORECASE)
_JSON = {"json_serializer": lambda value: orjson.dumps(value).decode(), "json_deserializer": orjson.loads}


class WritesWhileReading(RuntimeError):
    """Something was to be written by whoever said that they only read: an error of the program."""


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
    _keep_reading(engine)


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


def _keep_reading(engine: Engine) -> None:
    """Refuse every statement that writes or locks on a connection that was opened to read: nothing would undo it."""

    @event.listens_for(engine, "before_cursor_execute")
    def _execute(
        connection: Connection, _cursor: Any, statement: str, _given: Any, context: Any, _many: bool
    ) -> None:
        if not connection.info.get(_READS):
            return
        made = context.compiled
        writes = made is not None and (made.isinsert or made.isupdate or made.isdelete)
        locks = made is not None and getattr(made.statement, "_for_update_arg", None) is not None
        if writes or locks or _WRITING.match(statement):
            raise WritesWhileReading(f"a door that only reads was asked to run: {statement[:60]}")

    @event.listens_for(engine, "checkin")
    def _left(_connection: Any, record: Any) -> None:
        record.info.pop(_READS, None)


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
        if (
            context.connection is None or context.is_disconnect
        ):  # gone, and the pool's others are let go of with it
            return
        if context.connection.get_execution_options().get("isolation_level") == _AUTOCOMMIT:
            # No rollback makes the driver forget a statement that was prepared for a table that has changed since.
            context.is_disconnect, context.invalidate_pool_on_disconnect = True, False
        else:
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


def read_only(session: Session, *, in_one: bool = False) -> None:
    """Open this session's transaction as one that will not write; a statement that would is refused.

    On a server each statement stands alone then (decision 0032). `in_one`: for who reads by a cursor, which lives no
    longer than a transaction.
    """
    bind, options = session.get_bind(), dict[str, Any]({WRITES: False})
    if (
        isinstance(bind, Engine) and bind.dialect.name != "sqlite" and not in_one
    ):  # else it is in a transaction already
        options["isolation_level"] = _AUTOCOMMIT
    session.connection(execution_options=options).info[_READS] = True


def let_go(session: Session) -> None:
    """End a transaction that has only read, by COMMIT; leave any other to be rolled back by whoever closes the session.

    Nothing is there to be kept; but at a ROLLBACK psycopg forgets every statement that it has prepared, and each page
    of PostgreSQL would be parsed and planned anew (decision 0031). What failed is rolled back: then forgetting is right.
    """
    if not session.in_transaction() or not session.is_active:
        return
    with contextlib.suppress(SQLAlchemyError):  # a connection that is gone, or never came: that was answered
        info = session.connection().info
        info.pop(_READS, None)
        if session.new or session.dirty or session.deleted:
            return
        if info.get(_ONLY_READ):  # never on SQLite
            session.expunge_all()
            session.commit()


def writing(session: Session) -> None:
    """Open this session's transaction as one that will write; what was opened to read is let go of."""
    sqlite = session.get_bind().dialect.name == "sqlite"
    if session.in_transaction() and (sqlite or session.connection().info.get(_READS)):
        session.rollback()
    options = None if session.in_transaction() else {WRITES: True}
    session.connection(execution_options=options).info.pop(_READS, None)
