"""What was pressed: a form or a call that comes twice is done once. A table that the version before does not miss."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "press",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_press")),
    )
    op.create_index(op.f("ix_press_at"), "press", ["at"])


def downgrade() -> None:
    op.drop_table("press")
