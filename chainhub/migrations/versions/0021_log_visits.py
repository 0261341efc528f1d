"""Visits of guides, the monthly duty, reports and grades. New tables alone: the version that still runs does not know them."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "guide_visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("guide_id", sa.Integer(), nullable=False),
        sa.Column("guide_name", sa.String(length=120), nullable=False),
        sa.Column("enterprise_code", sa.String(length=60), nullable=False),
        sa.Column("chain_code", sa.String(length=40), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("met", sa.String(length=100), nullable=False),
        sa.Column("done", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["chain_code"], ["chain.code"], name=op.f("fk_guide_visit_chain_code_chain")),
        sa.ForeignKeyConstraint(
            ["enterprise_code"], ["enterprise.code"], name=op.f("fk_guide_visit_enterprise_code_enterprise")
        ),
        sa.ForeignKeyConstraint(
            ["guide_id"], ["user_account.id"], name=op.f("fk_guide_visit_guide_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guide_visit")),
        sa.UniqueConstraint("guide_id", "key", name=op.f("uq_guide_visit_guide_id_key")),
    )
    op.create_index(op.f("ix_guide_visit_chain_code"), "guide_visit", ["chain_code", "id"])
    op.create_index(op.f("ix_guide_visit_enterprise_code"), "guide_visit", ["enterprise_code", "id"])
    op.create_index(op.f("ix_guide_visit_guide_id"), "guide_visit", ["guide_id", "on"])
    op.create_table(
        "visit_policy",
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["guide_visit.id"], name=op.f("fk_visit_policy_visit_id_guide_visit")
        ),
        sa.PrimaryKeyConstraint("visit_id", "place", name=op.f("pk_visit_policy")),
    )
    op.create_table(
        "visit_ticket",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_visit_ticket_ticket_id_ticket")),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["guide_visit.id"], name=op.f("fk_visit_ticket_visit_id_guide_visit")
        ),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_visit_ticket")),
    )
    op.create_index(op.f("ix_visit_ticket_visit_id"), "visit_ticket", ["visit_id"])
    op.create_table(
        "visit_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["guide_visit.id"], name=op.f("fk_visit_change_visit_id_guide_visit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_change")),
    )
    op.create_index(op.f("ix_visit_change_visit_id"), "visit_change", ["visit_id", "id"])
    op.create_table(
        "visit_duty",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enterprise_code", sa.String(length=60), nullable=False),
        sa.Column("chain_code", sa.String(length=40), nullable=False),
        sa.Column("month_on", sa.Date(), nullable=False),
        sa.Column("standing", sa.String(length=40), nullable=False),
        sa.Column("guide_id", sa.Integer(), nullable=True),
        sa.Column("visit_id", sa.Integer(), nullable=True),
        sa.Column("settled_by", sa.String(length=120), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["chain_code"], ["chain.code"], name=op.f("fk_visit_duty_chain_code_chain")),
        sa.ForeignKeyConstraint(
            ["enterprise_code"], ["enterprise.code"], name=op.f("fk_visit_duty_enterprise_code_enterprise")
        ),
        sa.ForeignKeyConstraint(
            ["guide_id"], ["user_account.id"], name=op.f("fk_visit_duty_guide_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["guide_visit.id"], name=op.f("fk_visit_duty_visit_id_guide_visit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_duty")),
        sa.UniqueConstraint(
            "enterprise_code", "month_on", name=op.f("uq_visit_duty_enterprise_code_month_on")
        ),
    )
    op.create_index(op.f("ix_visit_duty_chain_code"), "visit_duty", ["chain_code", "month_on"])
    op.create_index(op.f("ix_visit_duty_guide_id"), "visit_duty", ["guide_id", "month_on"])
    op.create_index(op.f("ix_visit_duty_standing"), "visit_duty", ["standing", "month_on"])
    op.create_table(
        "visit_round",
        sa.Column("chain_code", sa.String(length=40), nullable=False),
        sa.Column("seen", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["chain_code"], ["chain.code"], name=op.f("fk_visit_round_chain_code_chain")),
        sa.PrimaryKeyConstraint("chain_code", name=op.f("pk_visit_round")),
    )
    op.create_table(
        "guide_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guide_id", sa.Integer(), nullable=False),
        sa.Column("guide_name", sa.String(length=120), nullable=False),
        sa.Column("unit_code", sa.String(length=60), nullable=False),
        sa.Column("half_on", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["guide_id"], ["user_account.id"], name=op.f("fk_guide_report_guide_id_user_account")
        ),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name=op.f("fk_guide_report_unit_code_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guide_report")),
        sa.UniqueConstraint("guide_id", "half_on", name=op.f("uq_guide_report_guide_id_half_on")),
    )
    op.create_index(op.f("ix_guide_report_unit_code"), "guide_report", ["unit_code", "id"])
    op.create_table(
        "guide_grade",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guide_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("grade", sa.String(length=40), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("unit_code", sa.String(length=60), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["guide_id"], ["user_account.id"], name=op.f("fk_guide_grade_guide_id_user_account")
        ),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name=op.f("fk_guide_grade_unit_code_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guide_grade")),
    )
    op.create_index(op.f("ix_guide_grade_guide_id"), "guide_grade", ["guide_id", "year", "id"])


def downgrade() -> None:
    op.drop_table("guide_grade")
    op.drop_table("guide_report")
    op.drop_table("visit_round")
    op.drop_table("visit_duty")
    op.drop_table("visit_change")
    op.drop_table("visit_ticket")
    op.drop_table("visit_policy")
    op.drop_table("guide_visit")
