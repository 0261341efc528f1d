"""Remind of an appeal on the day on which it is to be decided, and once that has passed."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("stat_appeal", sa.Column("speaks_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE stat_appeal SET speaks_at = due_at WHERE standing = 'asked'")
    op.create_index("ix_stat_appeal_speaks_at", "stat_appeal", ["speaks_at"])


def downgrade() -> None:
    op.drop_index("ix_stat_appeal_speaks_at", table_name="stat_appeal")
    with op.batch_alter_table("stat_appeal") as batch:
        batch.drop_column("speaks_at")
