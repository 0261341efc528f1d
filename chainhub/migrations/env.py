"""Alembic's environment: one connection, SQLite's foreign keys off while tables are rebuilt and checked after."""

from alembic import context
from sqlalchemy import Connection, Engine, text

from chainhub.core.db import Base
from chainhub.operations import tables  # noqa: F401  # every model, so that the metadata are whole

engine: Engine = context.config.attributes["engine"]


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        include_object=lambda _obj, name, kind, _reflected, _to: (
            not (kind == "table" and str(name).startswith("search_"))
        ),
    )
    with context.begin_transaction():
        context.run_migrations()


sqlite = engine.dialect.name == "sqlite"
with engine.connect() as connection:
    if sqlite:
        # Inside a transaction the pragma does nothing, and rebuilding a table would delete its children.
        connection.connection.cursor().execute("PRAGMA foreign_keys = OFF")
    _run(connection)
    connection.commit()
    if sqlite:
        broken = connection.execute(text("PRAGMA foreign_key_check")).all()
        connection.rollback()
        connection.connection.cursor().execute("PRAGMA foreign_keys = ON")
        if broken:
            raise RuntimeError(f"foreign keys broken after migration: {broken[:5]}")
