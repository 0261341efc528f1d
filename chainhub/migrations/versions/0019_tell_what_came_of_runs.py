"""Tell what came of a run: how much of what it handled came out how, where a job tells that apart."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TABLES = ("job_run", "job_log")


def upgrade() -> None:
    # With a default of the database: the version that still runs writes rows without it.
    for table in TABLES:
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("outcomes", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    for table in TABLES:
        with op.batch_alter_table(table) as batch:
            batch.drop_column("outcomes")
