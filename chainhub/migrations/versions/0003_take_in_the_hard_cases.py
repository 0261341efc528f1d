"""What the hard cases need: co-units' parts, appeals, merging, carrying over, rechecks. New columns have defaults
for the version that is still running while this is carried out.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_PENDING = sa.text("state = 'pending'")
_PART_IS_OPEN = sa.text("state IN ('sent', 'handling', 'disputed')")
_MERGED = sa.text("merged_into_id IS NOT NULL")
_REVIEWED = sa.text("review_on IS NOT NULL")
_TO_ASK = sa.text("recheck_asked_at IS NULL AND state = 'closed'")


def upgrade() -> None:
    with op.batch_alter_table("unit") as batch:
        batch.add_column(sa.Column("endorses", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("ticket") as batch:
        for column in _columns():
            batch.add_column(column)
        batch.create_foreign_key(
            op.f("fk_ticket_assigned_to_id_user_account"), "user_account", ["assigned_to_id"], ["id"]
        )
        batch.create_foreign_key(
            op.f("fk_ticket_merged_into_id_ticket"), "ticket", ["merged_into_id"], ["id"]
        )
        batch.create_index(
            "ix_ticket_merged_into_id", ["merged_into_id"], sqlite_where=_MERGED, postgresql_where=_MERGED
        )
        batch.create_index(
            "ix_ticket_review_on", ["review_on"], sqlite_where=_REVIEWED, postgresql_where=_REVIEWED
        )
        batch.create_index("ix_ticket_recheck", ["closed_at"], sqlite_where=_TO_ASK, postgresql_where=_TO_ASK)
    # Whoever asks after four weeks asks after what is closed from now on, not after the past.
    op.execute(
        sa.text("UPDATE ticket SET recheck_asked_at = closed_at, ended_at = closed_at WHERE state = 'closed'")
    )
    op.execute(
        sa.text(
            "UPDATE ticket SET ended_at = updated_at"
            " WHERE state IN ('declined', 'incomplete', 'withdrawn', 'merged')"
        )
    )
    op.create_table(
        "part",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("unit_code", sa.String(length=60), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by_id", sa.Integer(), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("is_final", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sent_by_id"], ["user_account.id"], name=op.f("fk_part_sent_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_part_ticket_id_ticket")),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name=op.f("fk_part_unit_code_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_part")),
    )
    op.create_index("ix_part_ticket_id", "part", ["ticket_id"])
    op.create_index("ix_part_unit_ticket", "part", ["unit_code", "ticket_id"])
    op.create_index(
        "uq_part_open",
        "part",
        ["ticket_id", "unit_code"],
        unique=True,
        sqlite_where=_PART_IS_OPEN,
        postgresql_where=_PART_IS_OPEN,
    )

    op.create_table(
        "request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_by", sa.String(length=100), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("given", sa.JSON(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=100), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("before_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("after_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["user_account.id"], name=op.f("fk_request_asked_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_request_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request")),
    )
    op.create_index("ix_request_ticket_id", "request", ["ticket_id"])
    op.create_index(
        "uq_request_pending",
        "request",
        ["ticket_id", "kind"],
        unique=True,
        sqlite_where=_PENDING,
        postgresql_where=_PENDING,
    )
    op.create_index(
        "ix_request_pending_id", "request", ["id"], sqlite_where=_PENDING, postgresql_where=_PENDING
    )


def _columns() -> list[sa.Column]:
    return [
        sa.Column("co_units", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recheck_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("appealed", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("info_lapsed", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("escalated", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("waits", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("assigned_to_id", sa.Integer(), nullable=True),
        sa.Column("assigned_office", sa.String(length=60), nullable=False, server_default=""),
        sa.Column("asked", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("pending", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("extension_pending", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("excluded", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("merged_into_id", sa.Integer(), nullable=True),
        sa.Column("merged_from", sa.String(length=40), nullable=True),
    ]


def downgrade() -> None:
    op.drop_table("request")
    op.drop_table("part")
    with op.batch_alter_table("ticket") as batch:
        for index in ("ix_ticket_recheck", "ix_ticket_review_on", "ix_ticket_merged_into_id"):
            batch.drop_index(index)
        batch.drop_constraint(op.f("fk_ticket_merged_into_id_ticket"), type_="foreignkey")
        batch.drop_constraint(op.f("fk_ticket_assigned_to_id_user_account"), type_="foreignkey")
        for column in reversed(_columns()):
            batch.drop_column(column.name)
    with op.batch_alter_table("unit") as batch:
        batch.drop_column("endorses")
