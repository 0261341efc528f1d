"""Errands of the scheduler (台账, 迎检资料包), inspections, accounts that end by themselves. The version that still runs
knows no account with an end: such accounts are not there before it is gone.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0022"
branch_labels = None
depends_on = None

_UNDONE = sa.text("stage IN ('waiting', 'running')")
_KEPT = sa.text("expires_at IS NOT NULL")
_RUNS = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.add_column("user_account", sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "errand",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("about", sa.String(length=400), nullable=False),
        sa.Column("given", sa.JSON(), nullable=False),
        sa.Column("held", sa.JSON(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("runner", sa.String(length=40), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source_as", sa.String(length=80), nullable=False),
        sa.Column("stored_as", sa.String(length=80), nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("said", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["user_account.id"], name=op.f("fk_errand_asked_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_errand")),
    )
    op.create_index(op.f("ix_errand_asked_by_id"), "errand", ["asked_by_id", "id"])
    op.create_index(
        op.f("ix_errand_undone"), "errand", ["id"], sqlite_where=_UNDONE, postgresql_where=_UNDONE
    )
    op.create_index(
        op.f("ix_errand_kept"), "errand", ["expires_at"], sqlite_where=_KEPT, postgresql_where=_KEPT
    )
    op.create_table(
        "inspection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chain_code", sa.String(length=40), nullable=False),
        sa.Column("body", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("chosen_by", sa.String(length=400), nullable=False),
        sa.Column("tickets", sa.Integer(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_by", sa.String(length=120), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["chain_code"], ["chain.code"], name=op.f("fk_inspection_chain_code_chain")),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["user_account.id"], name=op.f("fk_inspection_made_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection")),
    )
    op.create_index(
        op.f("ix_inspection_runs"), "inspection", ["until"], sqlite_where=_RUNS, postgresql_where=_RUNS
    )
    op.create_index(op.f("ix_inspection_chain_code"), "inspection", ["chain_code", "id"])
    op.create_table(
        "inspected_ticket",
        sa.Column("inspection_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspection.id"], name=op.f("fk_inspected_ticket_inspection_id_inspection")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_inspected_ticket_ticket_id_ticket")
        ),
        sa.PrimaryKeyConstraint("inspection_id", "ticket_id", name=op.f("pk_inspected_ticket")),
    )
    op.create_index(op.f("ix_inspected_ticket_ticket_id"), "inspected_ticket", ["ticket_id"])
    op.create_table(
        "inspection_account",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("inspection_id", sa.Integer(), nullable=False),
        sa.Column("opened_by", sa.String(length=120), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspection.id"], name=op.f("fk_inspection_account_inspection_id_inspection")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_inspection_account_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_inspection_account")),
    )
    op.create_index(op.f("ix_inspection_account_inspection_id"), "inspection_account", ["inspection_id"])


def downgrade() -> None:
    op.drop_table("inspection_account")
    op.drop_table("inspected_ticket")
    op.drop_table("inspection")
    op.drop_table("errand")
    op.drop_column("user_account", "ends_at")
