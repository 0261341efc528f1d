"""The typed base of every model, the column types that SQLite would otherwise get wrong, and writes in one go."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    Insert,
    MetaData,
    String,
    Table,
    TypeDecorator,
    Update,
    bindparam,
    column,
    func,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.sql.selectable import TableValuedAlias


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored as UTC. Refuses naive values; SQLite forgets zones, so UTC is restored."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime has no place in the database")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class EnumValue(TypeDecorator[StrEnum]):
    """A string enum by its value. Cheaper than a database enum, and a new member needs no migration."""

    impl = String(40)
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind
        self._members = {member.value: member for member in kind}

    def process_bind_param(self, value: StrEnum | str | None, dialect: Dialect) -> str | None:
        return None if value is None else self.kind(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self._members[value]


class Base(DeclarativeBase):
    """What every table inherits: names for all constraints, and one mapping from types to columns."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: JSON, list[Any]: JSON}


@contextmanager
def in_one_go(session: Session) -> Iterator[None]:
    """Send the statements of this block one behind the other, and wait for all their answers at its end.

    For writes that need nothing from each other: PostgreSQL then takes one round trip for all of them; on SQLite
    there is none to save. What PostgreSQL refuses is raised at the latest where the block ends, as SQLAlchemy's error.
    Nothing may be read inside, nor the number of rows that were touched.
    """
    connection = session.connection()
    dialect = connection.dialect
    if dialect.name != "postgresql":
        yield
        return
    driver: Any = connection.connection.driver_connection
    errors = dialect.loaded_dbapi.Error
    try:
        with driver.pipeline():
            yield
    except errors as error:
        raise DBAPIError.instance(None, None, error, errors, dialect=dialect) from error


Rows = Sequence[Mapping[str, Any]]


def add_rows(session: Session, table: Table, rows: Rows, unique: tuple[str, ...]) -> None:
    """Write rows of one shape past the mapper, in one statement; one whose `unique` is there already is left as it was."""
    if rows:
        connection = session.connection()
        statement = _adding(table, tuple(rows[0]), unique, connection.dialect.name)
        connection.execute(statement, {"rows": rows} if connection.dialect.name == "postgresql" else rows)


def set_rows(session: Session, table: Table, rows: Rows) -> None:
    """Change rows by their `id` past the mapper, in one statement; all of them name the same columns."""
    if rows:
        connection = session.connection()
        statement = _setting(table, tuple(name for name in rows[0] if name != "id"), connection.dialect.name)
        if connection.dialect.name == "postgresql":
            connection.execute(statement, {"rows": rows})
        else:
            connection.execute(
                statement, [{f"new_{name}": value for name, value in row.items()} for row in rows]
            )


@lru_cache
def _adding(table: Table, names: tuple[str, ...], unique: tuple[str, ...], dialect: str) -> Insert:
    if dialect != "postgresql":
        return sqlite.insert(table).on_conflict_do_nothing(index_elements=unique)
    given = _given(table, names)
    adding = postgresql.insert(table).from_select(names, select(*given.c), include_defaults=False)
    return adding.on_conflict_do_nothing(index_elements=unique)


@lru_cache
def _setting(table: Table, names: tuple[str, ...], dialect: str) -> Update:
    if dialect != "postgresql":
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
        return update(table).where(table.c.id == bindparam("new_id")).values(values)
    given = _given(table, ("id", *names))
    return update(table).where(table.c.id == given.c.id).values({name: given.c[name] for name in names})


def _given(table: Table, names: Sequence[str]) -> TableValuedAlias:
    """Return rows that come as one value: the driver handles it once, not once a row and column."""
    columns = [column(name, table.c[name].type) for name in names]
    rows = func.json_to_recordset(bindparam("rows", type_=JSON)).table_valued(*columns, name="given")
    return rows.render_derived(with_types=True)


__all__ = ["Base", "EnumValue", "UtcDateTime", "add_rows", "in_one_go", "set_rows"]
