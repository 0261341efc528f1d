"""Find the returns that were upheld without reading every ticket: an index. The version before does not mind it."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_IS_UPHELD = sa.text("action = 'uphold_return' AND source = 'disputed' AND target = 'accepted'")


def upgrade() -> None:
    op.create_index(
        "ix_ticket_event_upheld",
        "ticket_event",
        ["ticket_id", "round"],
        sqlite_where=_IS_UPHELD,
        postgresql_where=_IS_UPHELD,
    )


def downgrade() -> None:
    op.drop_index("ix_ticket_event_upheld", "ticket_event")
