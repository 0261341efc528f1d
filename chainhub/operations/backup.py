"""A whole county in one file, and back: from either database, onto either.

The file is a zip of lines of JSON, a table a part, and of the attachments (`backup_files.py`), with a manifest that says
what is in it and by which digest it is known. Tables are read as they stand in the database, not as this version's models have them, so that a backup
can be made before an upgrade and restored after it. The search index is no data: it is made anew.
"""

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any

import orjson
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Engine,
    Float,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    bindparam,
    column,
    delete,
    func,
    insert,
    inspect,
    select,
    table,
    text,
    update,
)
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from chainhub.audit import service as audit
from chainhub.core.actor import Actor
from chainhub.core.db import UtcDateTime
from chainhub.core.errors import Conflict, Invalid
from chainhub.core.work import Work
from chainhub.core.worktime import Calendar
from chainhub.documents.attachments.storing import Storage
from chainhub.finding import service as finding
from chainhub.notices import outbox
from chainhub.operations import backup_files, schema, snapshot
from chainhub.operations.backup_files import Files, Wanted
from chainhub.operations.importing import Say
from chainhub.tickets import queries
from chainhub.tickets.service import importing

FORMAT = 2
_READ = (1, FORMAT)  # format 1 had no files
_MANIFEST = "manifest.json"
_CHUNK = 1000  # rows held at once
_NOT_DATA = ("alembic_", "search_", "sqlite_")
_LIVES_BY_ITSELF = {
    "job_run",
    "job_log",
    "scheduler_process",
}  # a scheduler that runs writes them into the emptiest
_KINDS: tuple[tuple[type[TypeEngine[Any]], str], ...] = (  # the first that fits
    (JSON, "json"),
    (DateTime, "moment"),
    (Date, "day"),
    (Boolean, "bool"),
    (Integer, "int"),
    (Numeric, "float"),
    (String, "text"),
)
_TYPES: Mapping[str, TypeEngine[Any]] = {
    "json": JSON(none_as_null=True),
    "moment": UtcDateTime(),
    "day": Date(),
    "bool": Boolean(),
    "int": Integer(),
    "float": Float(),
    "text": String(),
}
_BROKEN = "这个文件不是 chainhub backup 做的备份，或者坏了，没有还原。"


@dataclass(frozen=True, slots=True)
class Part:
    """One table in a backup: its columns with what they hold, by what a row is known, what points to its own rows."""

    name: str
    columns: Mapping[str, str]
    key: Sequence[str]
    own: Sequence[str]
    rows: int = 0
    sha256: str = ""

    def table(self) -> Table:
        """Return the table with the few types that a backup knows."""
        columns = (Column(name, _TYPES[kind]) for name, kind in self.columns.items())
        return Table(self.name, MetaData(), *columns)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself."""

    schema: str
    made_at: str
    database: str
    tables: Sequence[Part]
    files: Files = field(default_factory=Files)
    format: int = FORMAT

    @property
    def rows(self) -> int:
        """How many rows there are in all."""
        return sum(one.rows for one in self.tables)


# Out


def write(engine: Engine, storage: Storage, target: Path, now: datetime, say: Say) -> Manifest:
    """Write a backup of one moment into a new file, readable by its owner alone, and check what was written.

    Files are never changed or taken away once their row was saved, so those of the moment's rows are there later, too.
    """
    if target.exists():
        raise Invalid(f"{target.name} 已经存在，没有备份。请换一个文件名。")
    unfinished = target.with_name(f"{target.name}.part")
    try:
        with _private(unfinished) as file, snapshot.of(engine) as session:
            made = _write(session.connection(), storage, file, now, say)
        if check(unfinished) != made:
            raise Invalid("备份写完以后核对不上，没有留下。请检查磁盘再试一次。")
        unfinished.rename(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return made


@contextmanager
def _private(path: Path) -> Iterator[IO[bytes]]:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        yield file


def _write(connection: Connection, storage: Storage, file: IO[bytes], now: datetime, say: Say) -> Manifest:
    version = schema.version(connection)
    if version is None:
        raise Conflict("库还没有建好，没有可以备份的。请先运行 chainhub db upgrade。")
    parts = []
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        tables = _tables(connection)
        for place, one in enumerate(tables, start=1):
            parts.append(_write_table(connection, archive, one))
            say(place, len(tables))
        files = backup_files.write(archive, storage, backup_files.of_rows(connection))
        made = Manifest(version, now.astimezone(UTC).isoformat(), connection.dialect.name, parts, files)
        archive.writestr(_MANIFEST, json.dumps(asdict(made), ensure_ascii=False, indent=1))
    return made


def _tables(connection: Connection) -> list[Part]:
    """Return the tables of a database, each after those it points to."""
    found = MetaData()
    found.reflect(connection, only=lambda name, _: not name.startswith(_NOT_DATA), resolve_fks=False)
    return [
        Part(
            name=each.name,
            columns={one.name: _kind(one) for one in each.columns},
            key=[one.name for one in each.primary_key.columns],
            own=sorted(
                one.parent.name
                for one in each.foreign_keys
                if one.target_fullname.partition(".")[0] == each.name
            ),
        )
        for each in found.sorted_tables
    ]


def _kind(one: Column[Any]) -> str:
    return next(kind for type_, kind in _KINDS if isinstance(one.type, type_))


def _write_table(connection: Connection, archive: zipfile.ZipFile, part: Part) -> Part:
    rows_of = part.table()
    wanted = select(rows_of).order_by(*(rows_of.c[name] for name in part.key))
    running, rows = hashlib.sha256(), 0
    with archive.open(_place(part), "w", force_zip64=True) as stream:
        for row in connection.execute(wanted.execution_options(yield_per=_CHUNK)):
            line = orjson.dumps(list(row)) + b"\n"
            stream.write(line)
            running.update(line)
            rows += 1
    return Part(part.name, part.columns, part.key, part.own, rows, running.hexdigest())


def _place(part: Part) -> str:
    return f"tables/{part.name}.jsonl"


# Looking


def check(source: Path) -> Manifest:
    """Return what a backup holds, after every row was counted and every digest compared, of files too. Raises Invalid."""
    try:
        with zipfile.ZipFile(source) as archive:
            found = _manifest(archive)
            for part in found.tables:
                _check_table(archive, part)
            backup_files.check(archive, found.files, _wanted(archive, found))
    except (
        zipfile.BadZipFile,
        zlib.error,
        KeyError,
        TypeError,
        ValueError,
        EOFError,
        NotImplementedError,
    ) as error:
        raise Invalid(_BROKEN) from error
    return found


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    said = json.loads(archive.read(_MANIFEST))
    if said["format"] not in _READ:
        raise Invalid(f"这份备份的格式是第 {said['format']} 版，这个程序只认到第 {FORMAT} 版，没有还原。")
    parts = [Part(**one) for one in said.pop("tables")]
    return Manifest(**said | {"files": Files(**said.get("files", {}))}, tables=parts)


def _wanted(archive: zipfile.ZipFile, found: Manifest) -> Iterator[Wanted]:
    """Yield the files that the rows in a backup name; none in a format that had no files."""
    named = [one for one in found.tables if one.name == backup_files.TABLE and found.format == FORMAT]
    for part in named:
        for rows in _rows(archive, part):
            yield from (Wanted(row["stored_as"], row["sha256"]) for row in rows)


def _check_table(archive: zipfile.ZipFile, part: Part) -> None:
    running, rows = hashlib.sha256(), 0
    with archive.open(_place(part)) as stream:
        for line in stream:
            running.update(line)
            rows += 1
    if rows != part.rows or running.hexdigest() != part.sha256:
        raise Invalid(f"备份里的 {part.name} 和清单对不上，没有还原。请换一份备份。")


# Back


def restore(
    engine: Engine, storage: Storage, source: Path, now: datetime, say: Say, *, force: bool = False
) -> Manifest:
    """Put a backup into a database, whole or not at all, and bring it to this version.

    Raises Invalid for a file that is no sound backup or of a newer version, Conflict for a database with data in
    it unless `force` is given and both are of one version. Whoever was signed in must sign in again: a sign-out
    since the backup was made is no longer known. Files go first and are taken back where the rows were not written;
    files that no row names any more stay where they are: nothing is thrown away here.
    """
    found = check(source)
    if found.schema > schema.HEAD:
        raise Invalid(f"这份备份是 {found.schema} 版的，比程序（{schema.HEAD}）新，没有还原。请先升级程序。")
    _prepare(engine, found, force=force)
    with (
        zipfile.ZipFile(source) as archive,
        backup_files.put_first(archive, storage, found.files, _wanted(archive, found)),
        engine.begin() as connection,
    ):
        _lock(connection, found.tables)
        _empty(connection, found.tables)
        for place, part in enumerate(found.tables, start=1):
            _load(connection, archive, part)
            say(place, len(found.tables))
        _end_sessions(connection, now)
        _index(connection)
    schema.upgrade(engine)
    with Session(engine) as session, session.begin():
        schema.analyze(session)
    return found


def note(engine: Engine, source: Path, found: Manifest, operator: Actor, now: datetime) -> None:
    """Write into the restored audit log that it was restored, from what."""
    with Session(engine) as session, session.begin():
        work = Work(session, operator, now, Calendar(worked={}, known_years=()))
        audit.record(
            work,
            "restore",
            source.name,
            {"made_at": found.made_at, "rows": found.rows, "files": found.files.count},
        )
        outbox.drop_pending(session, "还原备份以前等着的，多半早就发过；真要发，点再试")


def _prepare(engine: Engine, found: Manifest, *, force: bool) -> None:
    """Bring the tables to the version of the backup; with data in them only where they are so already."""
    with engine.connect() as connection:
        version, is_filled = schema.version(connection), _is_filled(connection)
    if is_filled and not force:
        raise Conflict(
            "库里已经有数据，没有还原。要用备份换掉现在的数据，请先另外备份一份，停下服务，再加上 --force。"
        )
    if version == found.schema:
        return
    if is_filled:
        raise Conflict(
            f"库是 {version} 版的，备份是 {found.schema} 版的，不能直接换掉，没有还原。请还原到一个空库里。"
        )
    if version is not None:
        schema.downgrade(engine, "base")
    schema.upgrade(engine, found.schema)


def _is_filled(connection: Connection) -> bool:
    names = inspect(connection).get_table_names()
    data = [one for one in names if not one.startswith(_NOT_DATA) and one not in _LIVES_BY_ITSELF]
    return any(connection.execute(select(1).select_from(_bare(one)).limit(1)).first() for one in data)


def _bare(name: str) -> Table:
    return Table(name, MetaData())


def _lock(connection: Connection, parts: Sequence[Part]) -> None:
    """Keep everybody else out. On SQLite nobody else writes anyway, and keys are compared at the end."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        return
    quoted = connection.dialect.identifier_preparer.quote
    connection.execute(text(f"LOCK TABLE {', '.join(quoted(one.name) for one in parts)}"))


def _empty(connection: Connection, parts: Sequence[Part]) -> None:
    for part in reversed(parts):
        connection.execute(delete(_bare(part.name)))
    name = f"search_{queries.OWNER}"
    if connection.dialect.name == "sqlite":
        connection.execute(insert(Table(name, MetaData(), Column(name, String))), {name: "delete-all"})
    else:
        connection.execute(delete(_bare(name)))


def _load(connection: Connection, archive: zipfile.ZipFile, part: Part) -> None:
    """Write a table's rows. What points to rows of the same table is written once they are all there."""
    into = part.table()
    for rows in _rows(archive, part):
        connection.execute(insert(into), [{**row, **dict.fromkeys(part.own)} for row in rows])
    for rows in _rows(archive, part) if part.own else ():
        for row in rows:
            own = {name: row[name] for name in part.own if row[name] is not None}
            if own:
                this = (into.c[name] == row[name] for name in part.key)
                connection.execute(update(into).where(*this).values(own))
    if connection.dialect.name == "postgresql" and len(part.key) == 1 and part.columns[part.key[0]] == "int":
        _go_on_counting(connection, part)


def _go_on_counting(connection: Connection, part: Part) -> None:
    (key,) = part.key
    series = func.pg_get_serial_sequence(connection.dialect.identifier_preparer.quote(part.name), key)
    highest = select(func.max(part.table().c[key])).scalar_subquery()
    connection.execute(select(func.setval(series, highest)))  # nothing, where there is no series or no row


def _rows(archive: zipfile.ZipFile, part: Part) -> Iterator[list[dict[str, Any]]]:
    kinds = tuple(part.columns.items())
    some: list[dict[str, Any]] = []
    with archive.open(_place(part)) as stream:
        for line in stream:
            values = orjson.loads(line)
            some.append({name: _value(one, kind) for (name, kind), one in zip(kinds, values, strict=True)})
            if len(some) == _CHUNK:
                yield some
                some = []
    if some:
        yield some


def _value(said: Any, kind: str) -> Any:
    if said is None:
        return None
    if kind == "moment":
        return datetime.fromisoformat(said)
    return date.fromisoformat(said) if kind == "day" else said


def _end_sessions(connection: Connection, now: datetime) -> None:
    """Raise every epoch above any that was given out since the backup was made: seconds outrun it."""
    seconds = int(now.timestamp())
    connection.execute(
        text("UPDATE user_account SET epoch = CASE WHEN epoch < :at THEN :at ELSE epoch + 1 END"),
        {"at": seconds},
    )


_FOUND_BY = ("title", "content", "original_number")
_TICKET = table("ticket", *map(column, ("id", "number", "enterprise_code", "origin_kind", *_FOUND_BY)))
_FIRM = table("enterprise", column("code"), column("name"))  # as every version has had them


def _index(connection: Connection) -> None:
    """Make every ticket findable again, but for those that an undone import has taken out."""
    wanted = (
        select(_TICKET.c.id, _TICKET.c.number, _FIRM.c.name, *(_TICKET.c[one] for one in _FOUND_BY))
        .join_from(_TICKET, _FIRM, _FIRM.c.code == _TICKET.c.enterprise_code)
        .where(_TICKET.c.id > bindparam("last"), _TICKET.c.origin_kind != importing.UNDONE)
        .order_by(_TICKET.c.id)
        .limit(_CHUNK)
    )
    session, last = Session(connection), 0
    while found := connection.execute(wanted, {"last": last}).all():
        finding.index_many(session, queries.OWNER, [(row[0], tuple(row[1:])) for row in found])
        last = found[-1][0]
