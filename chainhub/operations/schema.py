"""Making and upgrading the database: migrations, numbered like the chapters of a history."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

HEAD = "0001"
MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


def alembic_config(engine: Engine) -> Config:
    """Return Alembic's configuration for an engine."""
    found = Config()
    found.set_main_option("script_location", str(MIGRATIONS))
    found.attributes["engine"] = engine
    return found


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database to a revision."""
    command.upgrade(alembic_config(engine), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the database back to a revision; `base` empties it."""
    command.downgrade(alembic_config(engine), revision)
