"""The search index of a kind of thing: one row a thing, in the form its database searches best.

SQLite: a contentless FTS5 table. PostgreSQL: a tsvector under GIN, no extension. Both are made by a migration
from `ddl`; rows are (id, grams).
"""

from collections.abc import Iterable, Sequence
from functools import cache

from sqlalchemy import (
    ColumnClause,
    ColumnElement,
    Integer,
    SQLColumnExpression,
    TableClause,
    UnaryExpression,
    and_,
    column,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.expression import cast, literal
from sqlalchemy.sql.operators import custom_op

from chainhub.core.db import add_rows
from chainhub.finding import rules

_PLACES_MOST = 16383  # places of a text that PostgreSQL keeps
_ENTRY_MOST = 1600  # characters; more than the 255 places that it keeps of one pair


def ddl(kind: str, dialect: str) -> tuple[str, ...]:
    """Return the statements that make the index of a kind."""
    name = _name(kind)
    if dialect == "postgresql":
        return (
            f"CREATE TABLE {name} (id integer PRIMARY KEY, grams tsvector NOT NULL)",
            f"CREATE INDEX ix_{name}_grams ON {name} USING gin (grams)",
            f"ALTER TABLE {name} ALTER COLUMN grams SET STATISTICS 1000",
        )
    return (f"CREATE VIRTUAL TABLE {name} USING fts5(grams, content='', tokenize='ascii')",)


def _name(kind: str) -> str:
    if not kind.isidentifier():
        raise ValueError(kind)
    return f"search_{kind}"


def index(session: Session, kind: str, id_: int, texts: Sequence[str]) -> None:
    """Make a thing findable by every run of characters in its texts."""
    index_many(session, kind, [(id_, texts)])


def index_many(session: Session, kind: str, things: Iterable[tuple[int, Sequence[str]]]) -> None:
    """Make many things findable, in one statement."""
    name = _name(kind)
    if session.get_bind().dialect.name == "postgresql":
        rows = [{"id": id_, "grams": _vector(rules.grams(*texts))} for id_, texts in things]
        if rows:
            add_rows(session, _vectors(name), rows)
        return
    rows = [{"id": id_, "grams": " ".join(rules.grams(*texts))} for id_, texts in things]
    if rows:
        session.execute(text(f"INSERT INTO {name} (rowid, grams) VALUES (:id, :grams)"), rows)


def remove(session: Session, kind: str, id_: int, texts: Sequence[str]) -> None:
    """Take a thing out of the index; `texts` must be what it was indexed with."""
    name = _name(kind)
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"DELETE FROM {name} WHERE id = :id"), {"id": id_})
        return
    session.execute(
        text(f"INSERT INTO {name} ({name}, rowid, grams) VALUES ('delete', :id, :grams)"),
        {"id": id_, "grams": " ".join(rules.grams(*texts))},
    )


def matches(
    session: Session, kind: str, query: str, id_column: InstrumentedAttribute[int]
) -> ColumnElement[bool]:
    """Return the condition that a thing's texts hold every run of the query."""
    wanted = rules.phrases(query)
    if not wanted:
        return literal(False)
    name = _name(kind)
    if session.get_bind().dialect.name == "postgresql":
        found = _vectors(name)
        condition = found.c.grams.op("@@")(cast(literal(_tsquery(wanted)), TSQUERY))
        return select(1).select_from(found).where(found.c.id == id_column, condition).exists()
    # Joined from the index, newest first as it hands its rows out: a common word stops with the page. The + keeps
    # SQLite from turning the join round and asking the index once for every ticket.
    joined: ColumnElement[int] = UnaryExpression(_fts_id(name), operator=custom_op("+"), type_=Integer())
    return and_(id_column == joined, text(f"{name} MATCH :grams").bindparams(grams=_fts(wanted)))


def newest_holding(session: Session, kind: str, phrases: Sequence[Sequence[str]], most: int) -> list[int]:
    """Return the newest ids of things whose texts hold any of some phrases (pairs in a row), `most` at most."""
    if not phrases:
        return []
    name = _name(kind)
    if session.get_bind().dialect.name == "postgresql":
        wanted = " | ".join(_tsquery([phrase]) for phrase in phrases)
        found = _vectors(name)
        holds = found.c.grams.op("@@")(cast(literal(wanted), TSQUERY))
        query = select(found.c.id).where(holds).order_by(found.c.id.desc()).limit(most)
        return list(session.scalars(query))
    matched = text(f"{name} MATCH :grams").bindparams(grams=" OR ".join(_fts([one]) for one in phrases))
    rows = select(_fts_id(name)).where(matched).order_by(_fts_id(name).desc()).limit(most)
    return list(session.scalars(rows))


def newest(
    session: Session, kind: str, query: str, id_column: InstrumentedAttribute[int]
) -> SQLColumnExpression[int]:
    """Return the id by which what `matches` finds is ordered newest first at no cost."""
    if not rules.phrases(query) or session.get_bind().dialect.name == "postgresql":
        return id_column
    return _fts_id(_name(kind))


@cache
def _vectors(name: str) -> TableClause:
    return table(name, column("id", Integer), column("grams", TSVECTOR))


@cache  # one object: two of them in one statement would be two tables
def _fts_id(name: str) -> ColumnClause[int]:
    return table(name, column("rowid", Integer)).c.rowid


def _vector(found: Sequence[str]) -> str:
    grams: dict[str, str] = {}
    for place, gram in enumerate(found[:_PLACES_MOST], start=1):
        held = grams.get(gram)
        if held is None:
            grams[gram] = f"'{gram}':{place}"
        elif len(held) < _ENTRY_MOST:
            grams[gram] = f"{held},{place}"
    return " ".join(grams.values())


def _tsquery(wanted: Sequence[Sequence[str]]) -> str:
    return " & ".join(
        f"'{run[0]}':*" if len(run[0]) == 1 else "(" + " <-> ".join(f"'{gram}'" for gram in run) + ")"
        for run in wanted
    )


def _fts(wanted: Sequence[Sequence[str]]) -> str:
    return " AND ".join(f'"{run[0]}" *' if len(run[0]) == 1 else '"' + " ".join(run) + '"' for run in wanted)
