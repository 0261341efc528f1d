"""The typed base of every model, the column types that SQLite would otherwise get wrong, and writes in one go."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar, cast

from sqlalchemy import (
    JSON,
    BindParameter,
    ColumnElement,
    CursorResult,
    DateTime,
    Dialect,
    Executable,
    Insert,
    MetaData,
    SQLColumnExpression,
    String,
    TableClause,
    TypeDecorator,
    Update,
    bindparam,
    column,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.sql import visitors
from sqlalchemy.sql.selectable import SelectBase, TableValuedAlias


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


def among(column: SQLColumnExpression[Any], values: Sequence[Any]) -> ColumnElement[bool]:
    """Return the condition that a column holds one of some values.

    As `in_`, but an equality where there is one value, as there nearly always is of a person's own units or chains: the
    statement is made once then, and not for each run of it anew.
    """
    return column == values[0] if len(values) == 1 else column.in_(values)


Asking = TypeVar("Asking", bound=SelectBase)


def spelled_out(query: Asking) -> Asking:
    """Write the members of enums into a statement's text: they are the program's own words, the same for whoever asks.

    A server that knows them plans the statement once. Of an unknown state it expects an average one, finds that a plan
    for the very state is cheaper, and plans anew at every run, which takes longer than to run it. What differs from one
    who asks to another stays a parameter, so that all of them share the statement.
    """
    return cast("Asking", visitors.replacement_traverse(query, {}, _spelled))


def _spelled(element: Any, **_: Any) -> ColumnElement[Any] | None:
    if not isinstance(element, BindParameter):
        return None
    value = element.value
    if isinstance(value, StrEnum):
        return literal_column(_quoted(value), element.type)
    if element.expanding and value and all(isinstance(one, StrEnum) for one in value):
        return literal_column(f"({', '.join(_quoted(one) for one in value)})", element.type)
    return None


def _quoted(word: StrEnum) -> str:
    if not word.value.isidentifier():
        raise ValueError(f"{word!r} cannot be written into a statement")
    return f"'{word.value}'"


def read_rows(
    session: Session, statement: Executable, given: Mapping[str, Any] | None = None
) -> CursorResult[*tuple[Any, ...]]:
    """Read columns past the mapper, in the session's transaction and after what it has not written yet.

    For statements of columns alone that nearly every page asks: the mapper has nothing to do with them, and its part is
    a third of what a short one costs.
    """
    if session.autoflush:
        session.flush()
    return session.connection().execute(statement, given)


Rows = Sequence[Mapping[str, Any]]


class _Shape(NamedTuple):
    """What decides the statement that writes rows: where to, which columns, and whether they are there already."""

    table: TableClause
    names: tuple[str, ...]
    unique: tuple[str, ...] = ()  # of rows to add: one whose values are there already is left as it is
    changes: bool = False  # the rows are there, and are found by their id


_ONE_GO = "chainhub_in_one_go"


@contextmanager
def in_one_go(session: Session) -> Iterator[None]:
    """Write all that `add_rows` and `set_rows` are given inside this block as one statement, at its end.

    For writes that need nothing from each other: they wait for PostgreSQL once, and it checks what ties them together
    when all of them stand. SQLite has no such statement and no way to wait for: there each is written where it is
    given. What is written here is not to be read before the block ends.
    """
    if session.connection().dialect.name != "postgresql":
        yield
        return
    kept: dict[_Shape, list[Mapping[str, Any]]] = {}
    session.info[_ONE_GO] = kept
    try:
        yield
    finally:
        del session.info[_ONE_GO]
    if kept:
        given = {f"rows_{place}": rows for place, rows in enumerate(kept.values())}
        session.connection().execute(_together(tuple(kept)), given)


def add_rows(session: Session, table: TableClause, rows: Rows, unique: tuple[str, ...] = ()) -> None:
    """Write rows of one shape past the mapper, in one statement; one whose `unique` is there already is left as it was."""
    if rows:
        _write(session, _Shape(table, tuple(rows[0]), unique), rows)


def set_rows(session: Session, table: TableClause, rows: Rows) -> None:
    """Change rows by their `id` past the mapper, in one statement; all of them name the same columns."""
    if rows:
        _write(session, _Shape(table, tuple(name for name in rows[0] if name != "id"), changes=True), rows)


def _write(session: Session, shape: _Shape, rows: Rows) -> None:
    kept = session.info.get(_ONE_GO)
    if kept is not None:
        kept.setdefault(shape, []).extend(rows)
        return
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(_together((shape,)), {"rows_0": rows})
    elif shape.changes:
        prefixed = [{f"new_{name}": value for name, value in row.items()} for row in rows]
        connection.execute(_on_sqlite(shape), prefixed)
    else:
        connection.execute(_on_sqlite(shape), rows)


@lru_cache
def _on_sqlite(shape: _Shape) -> Insert | Update:
    table = shape.table
    if shape.changes:
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in shape.names}
        return update(table).where(table.c.id == bindparam("new_id")).values(values)
    adding = sqlite.insert(table)
    return adding.on_conflict_do_nothing(index_elements=shape.unique) if shape.unique else adding


@lru_cache
def _together(shapes: tuple[_Shape, ...]) -> Insert | Update:
    """Return the one statement that writes rows of several shapes: the last one, and the others before it."""
    *others, last = (_on_server(shape, place) for place, shape in enumerate(shapes))
    return last.add_cte(*(one.cte(f"written_{place}") for place, one in enumerate(others)))


def _on_server(shape: _Shape, place: int) -> Insert | Update:
    table = shape.table
    if shape.changes:
        given = _given(table, ("id", *shape.names), place)
        values = {name: given.c[name] for name in shape.names}
        return update(table).where(table.c.id == given.c.id).values(values)
    given = _given(table, shape.names, place)
    adding = postgresql.insert(table).from_select(shape.names, select(*given.c), include_defaults=False)
    return adding.on_conflict_do_nothing(index_elements=shape.unique) if shape.unique else adding


def _given(table: TableClause, names: Sequence[str], place: int) -> TableValuedAlias:
    """Return rows that come as one value: the driver handles it once, not once a row and column."""
    columns = [column(name, table.c[name].type) for name in names]
    rows = func.json_to_recordset(bindparam(f"rows_{place}", type_=JSON)).table_valued(
        *columns, name=f"given_{place}"
    )
    return rows.render_derived(with_types=True)


__all__ = ["Base", "EnumValue", "UtcDateTime", "add_rows", "among", "in_one_go", "set_rows"]
