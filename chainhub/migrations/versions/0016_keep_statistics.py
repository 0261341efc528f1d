"""Keep statistics: marks by ticket, counts in cells, and up to where they hold. All of it follows from the history."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stat_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("folded_to", sa.Integer(), nullable=False),
        sa.Column("folded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("calendar_version", sa.Integer(), nullable=False),
        sa.Column("recounted_to", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stat_state")),
    )
    op.create_table(
        "stat_case",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("chain", sa.String(length=40), nullable=False),
        sa.Column("enterprise", sa.String(length=60), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_stat_case_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_stat_case")),
    )
    op.create_table(
        "stat_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("measure", sa.String(length=20), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=60), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_stat_mark_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stat_mark")),
    )
    op.create_index("ix_stat_mark_ticket_id", "stat_mark", ["ticket_id"])
    op.create_index("ix_stat_mark_list", "stat_mark", ["measure", "month", "id"])
    op.create_index("ix_stat_mark_unit", "stat_mark", ["unit", "measure", "month", "id"])
    op.create_table(
        "stat_cell",
        sa.Column("cut", sa.String(length=12), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("measure", sa.String(length=20), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("chain", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "cut", "key", "measure", "month", "chain", "value", name=op.f("pk_stat_cell")
        ),
    )


def downgrade() -> None:
    op.drop_table("stat_cell")
    op.drop_table("stat_mark")
    op.drop_table("stat_case")
    op.drop_table("stat_state")
