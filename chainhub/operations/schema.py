"""Making and upgrading the database: migrations, numbered like the chapters of a history."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.orm import Session

if TYPE_CHECKING:
    from alembic.config import Config  # a process that upgrades nothing need not carry Alembic

HEAD = "0027"
MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


def alembic_config(engine: Engine) -> "Config":
    """Return Alembic's configuration for an engine."""
    from alembic.config import Config

    found = Config()
    found.set_main_option("script_location", str(MIGRATIONS))
    found.attributes["engine"] = engine
    return found


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database to a revision."""
    from alembic import command

    command.upgrade(alembic_config(engine), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the database back to a revision; `base` empties it."""
    from alembic import command

    command.downgrade(alembic_config(engine), revision)


def version(connection: Connection) -> str | None:
    """Return the revision that a database is at, or None where no migration has run."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def is_behind(connection: Connection) -> bool:
    """Say whether a database is older than this program."""
    return (version(connection) or "") < HEAD


def analyze(session: Session) -> None:
    """Let SQLite look at its data, some thousand rows of each index, so that it knows which index to take.

    PostgreSQL does so by itself. Without, a full inbox made every page of a large county 0.3 s slower. Of a table
    without rows SQLite notes nothing and then takes it for a large one: a home page read every ticket of a chain to find
    that none of them has a request, 0.1 s a list. So that it is empty is noted for it.
    """
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("PRAGMA analysis_limit = 1000"))
        session.execute(text("ANALYZE"))
        session.execute(
            text(
                "INSERT INTO sqlite_stat1 (tbl, idx, stat)"
                " SELECT tbl_name, CASE type WHEN 'index' THEN name END, CASE type WHEN 'index' THEN '1 1' ELSE '1' END"
                " FROM sqlite_master WHERE type IN ('table', 'index') AND tbl_name NOT LIKE 'sqlite%'"
                " AND tbl_name NOT IN (SELECT tbl FROM sqlite_stat1)"
            )
        )
        session.execute(text("ANALYZE sqlite_master"))  # so that this connection reads what was noted
