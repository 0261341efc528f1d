"""考核申诉, and its two limits in a county that is there already. A new table: the version that still runs does not know it."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stat_appeal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("chain_code", sa.String(length=40), nullable=False),
        sa.Column("unit_code", sa.String(length=60), nullable=False),
        sa.Column("figure", sa.String(length=40), nullable=False),
        sa.Column("measure", sa.String(length=20), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("standing", sa.String(length=40), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_by", sa.String(length=120), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_by", sa.String(length=120), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "asked_by_id IS NULL OR decided_by_id IS NULL OR asked_by_id <> decided_by_id",
            name=op.f("ck_stat_appeal_another_person"),
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["user_account.id"], name=op.f("fk_stat_appeal_asked_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(["chain_code"], ["chain.code"], name=op.f("fk_stat_appeal_chain_code_chain")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["user_account.id"], name=op.f("fk_stat_appeal_decided_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_stat_appeal_ticket_id_ticket")),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name=op.f("fk_stat_appeal_unit_code_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stat_appeal")),
        sa.UniqueConstraint(
            "ticket_id",
            "measure",
            "unit_code",
            "month",
            name=op.f("uq_stat_appeal_ticket_id_measure_unit_code_month"),
        ),
    )
    op.create_index("ix_stat_appeal_standing", "stat_appeal", ["standing", "id"])
    # A county that is there already appeals by the same limits as a new one; it may set other rows.
    op.execute(
        "INSERT INTO time_limit (clock, matter, urgency, code, from_at, source) "
        "SELECT 'assessment_appeal', matter, urgency, '10d', from_at, 'decision' FROM time_limit "
        "WHERE clock = 'carry_over_decision' AND urgency = 'normal'"
    )
    op.execute(
        "INSERT INTO time_limit (clock, matter, urgency, code, from_at, source) "
        "SELECT 'assessment_decision', matter, urgency, '5d', from_at, 'decision' FROM time_limit "
        "WHERE clock = 'carry_over_decision' AND urgency = 'normal'"
    )


def downgrade() -> None:
    op.execute("DELETE FROM time_limit WHERE clock IN ('assessment_appeal', 'assessment_decision')")
    op.drop_table("stat_appeal")
