"""What makes a day's work lighter. New tables alone: the version that is still running does not know of them."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "standard_reply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("category_code", sa.String(length=60), nullable=True),
        sa.Column("label", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("made_by", sa.String(length=100), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["category_code"], ["category.code"], name=op.f("fk_standard_reply_category_code_category")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard_reply")),
        sa.UniqueConstraint("name", "version", name=op.f("uq_standard_reply_name_version")),
    )
    op.create_index(
        "uq_standard_reply_current",
        "standard_reply",
        ["name"],
        unique=True,
        sqlite_where=sa.text("is_current = 1"),
        postgresql_where=sa.text("is_current"),
    )
    op.create_table(
        "checklist_tick",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.Column("done_by", sa.String(length=100), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_checklist_tick_ticket_id_ticket")
        ),
        sa.ForeignKeyConstraint(
            ["done_by_id"], ["user_account.id"], name=op.f("fk_checklist_tick_done_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist_tick")),
        sa.UniqueConstraint(
            "ticket_id", "round", "item", name=op.f("uq_checklist_tick_ticket_id_round_item")
        ),
    )
    op.create_table(
        "leave_of_absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("substitute_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=100), nullable=False),
        sa.Column("recorded_by", sa.String(length=100), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["user_account.id"], name=op.f("fk_leave_of_absence_person_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["substitute_id"],
            ["user_account.id"],
            name=op.f("fk_leave_of_absence_substitute_id_user_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leave_of_absence")),
    )
    op.create_index("ix_leave_of_absence_person_id", "leave_of_absence", ["person_id"])
    op.create_index("ix_leave_of_absence_substitute_id", "leave_of_absence", ["substitute_id"])
    op.create_table(
        "handover",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("from_name", sa.String(length=100), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("to_name", sa.String(length=100), nullable=False),
        sa.Column("posts", sa.JSON(), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_by", sa.String(length=100), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["from_id"], ["user_account.id"], name=op.f("fk_handover_from_id_user_account")
        ),
        sa.ForeignKeyConstraint(["to_id"], ["user_account.id"], name=op.f("fk_handover_to_id_user_account")),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["user_account.id"], name=op.f("fk_handover_made_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
    )
    op.create_index("ix_handover_from_id", "handover", ["from_id"])
    op.create_index("ix_handover_to_id", "handover", ["to_id"])
    op.create_table(
        "passed_on",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enterprise_code", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("category_code", sa.String(length=60), nullable=True),
        sa.Column("contact_person", sa.String(length=20), nullable=False),
        sa.Column("contact_phone", sa.String(length=20), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(length=100), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["enterprise_code"], ["enterprise.code"], name=op.f("fk_passed_on_enterprise_code_enterprise")
        ),
        sa.ForeignKeyConstraint(
            ["category_code"], ["category.code"], name=op.f("fk_passed_on_category_code_category")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["user_account.id"], name=op.f("fk_passed_on_made_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_passed_on_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passed_on")),
    )
    op.create_index(
        "ix_passed_on_waiting",
        "passed_on",
        ["enterprise_code"],
        sqlite_where=sa.text("settled_at IS NULL"),
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_index("ix_passed_on_made_by_id", "passed_on", ["made_by_id"])
    op.create_table(
        "presence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_presence_ticket_id_ticket")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_presence_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_presence")),
        sa.UniqueConstraint("ticket_id", "user_id", name=op.f("uq_presence_ticket_id_user_id")),
    )
    op.create_index("ix_presence_seen_at", "presence", ["seen_at"])
    # A county that is there already reports every 5 workdays, as a new one does; it may set another row.
    op.execute(
        "INSERT INTO time_limit (clock, matter, urgency, code, from_at, source) "
        "SELECT 'report', matter, urgency, '5d', from_at, 'decision' FROM time_limit "
        "WHERE clock = 'carry_over_decision' AND urgency IN ('normal', 'complex')"
    )


def downgrade() -> None:
    op.drop_table("presence")
    op.drop_table("passed_on")
    op.drop_table("handover")
    op.drop_table("leave_of_absence")
    op.execute("DELETE FROM time_limit WHERE clock = 'report'")
    op.drop_table("checklist_tick")
    op.drop_table("standard_reply")
