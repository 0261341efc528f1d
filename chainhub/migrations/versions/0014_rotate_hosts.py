"""红色沙龙: rotations and their sessions. New tables alone: the version that is still running does not know of them."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rotation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chain_code", sa.String(length=40), nullable=False),
        sa.Column("anchor_on", sa.Date(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("week", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("starts", sa.String(length=5), nullable=False),
        sa.Column("at_once", sa.Integer(), nullable=False),
        sa.Column("volunteers_only", sa.Boolean(), nullable=False),
        sa.Column("laid_on", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["chain_code"], ["chain.code"], name=op.f("fk_rotation_chain_code_chain")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rotation")),
        sa.UniqueConstraint("chain_code", name=op.f("uq_rotation_chain_code")),
    )
    op.create_table(
        "rotation_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rotation_id", sa.Integer(), nullable=False),
        sa.Column("enterprise_code", sa.String(length=60), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("credit", sa.Integer(), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("willing", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise_code"],
            ["enterprise.code"],
            name=op.f("fk_rotation_member_enterprise_code_enterprise"),
        ),
        sa.ForeignKeyConstraint(
            ["rotation_id"], ["rotation.id"], name=op.f("fk_rotation_member_rotation_id_rotation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rotation_member")),
        sa.UniqueConstraint(
            "rotation_id", "enterprise_code", name=op.f("uq_rotation_member_rotation_id_enterprise_code")
        ),
    )
    op.create_table(
        "rotation_bar",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rotation_id", sa.Integer(), nullable=False),
        sa.Column("enterprise_code", sa.String(length=60), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("why", sa.String(length=100), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["enterprise_code"], ["enterprise.code"], name=op.f("fk_rotation_bar_enterprise_code_enterprise")
        ),
        sa.ForeignKeyConstraint(
            ["rotation_id"], ["rotation.id"], name=op.f("fk_rotation_bar_rotation_id_rotation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rotation_bar")),
    )
    op.create_index(op.f("ix_rotation_bar_rotation_id"), "rotation_bar", ["rotation_id", "until_on"])
    op.create_table(
        "salon",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rotation_id", sa.Integer(), nullable=False),
        sa.Column("period_on", sa.Date(), nullable=False),
        sa.Column("on", sa.Date(), nullable=True),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("why", sa.JSON(), nullable=False),
        sa.Column("skipped", sa.JSON(), nullable=False),
        sa.Column("theme", sa.String(length=60), nullable=False),
        sa.Column("venue", sa.String(length=100), nullable=False),
        sa.Column("agenda", sa.JSON(), nullable=False),
        sa.Column("minutes", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["rotation_id"], ["rotation.id"], name=op.f("fk_salon_rotation_id_rotation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_salon")),
    )
    op.create_index(op.f("ix_salon_on"), "salon", ["on"])
    op.create_index(op.f("ix_salon_rotation_id"), "salon", ["rotation_id", "period_on"])
    op.create_table(
        "salon_host",
        sa.Column("salon_id", sa.Integer(), nullable=False),
        sa.Column("enterprise_code", sa.String(length=60), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("bound", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise_code"], ["enterprise.code"], name=op.f("fk_salon_host_enterprise_code_enterprise")
        ),
        sa.ForeignKeyConstraint(["salon_id"], ["salon.id"], name=op.f("fk_salon_host_salon_id_salon")),
        sa.PrimaryKeyConstraint("salon_id", "enterprise_code", name=op.f("pk_salon_host")),
    )
    op.create_index(op.f("ix_salon_host_enterprise_code"), "salon_host", ["enterprise_code"])
    op.create_table(
        "salon_swap",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rotation_id", sa.Integer(), nullable=False),
        sa.Column("salon_id", sa.Integer(), nullable=False),
        sa.Column("enterprise_code", sa.String(length=60), nullable=False),
        sa.Column("other_salon_id", sa.Integer(), nullable=False),
        sa.Column("other_code", sa.String(length=60), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("swap_state", sa.String(length=40), nullable=False),
        sa.Column("asked_by", sa.String(length=120), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by", sa.String(length=120), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise_code"], ["enterprise.code"], name=op.f("fk_salon_swap_enterprise_code_enterprise")
        ),
        sa.ForeignKeyConstraint(
            ["other_code"], ["enterprise.code"], name=op.f("fk_salon_swap_other_code_enterprise")
        ),
        sa.ForeignKeyConstraint(
            ["other_salon_id"], ["salon.id"], name=op.f("fk_salon_swap_other_salon_id_salon")
        ),
        sa.ForeignKeyConstraint(
            ["rotation_id"], ["rotation.id"], name=op.f("fk_salon_swap_rotation_id_rotation")
        ),
        sa.ForeignKeyConstraint(["salon_id"], ["salon.id"], name=op.f("fk_salon_swap_salon_id_salon")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_salon_swap")),
    )
    op.create_index(op.f("ix_salon_swap_rotation_id"), "salon_swap", ["rotation_id", "swap_state"])
    op.create_table(
        "rotation_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rotation_id", sa.Integer(), nullable=False),
        sa.Column("salon_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["rotation_id"], ["rotation.id"], name=op.f("fk_rotation_event_rotation_id_rotation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rotation_event")),
    )
    op.create_index(op.f("ix_rotation_event_rotation_id"), "rotation_event", ["rotation_id", "id"])
    op.create_index(op.f("ix_rotation_event_salon_id"), "rotation_event", ["salon_id"])
    op.create_table(
        "salon_ticket",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("salon_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["salon_id"], ["salon.id"], name=op.f("fk_salon_ticket_salon_id_salon")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_salon_ticket_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_salon_ticket")),
    )
    op.create_index(op.f("ix_salon_ticket_salon_id"), "salon_ticket", ["salon_id"])
    op.create_table(
        "calendar_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("ref", sa.String(length=60), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_calendar_key_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_key")),
        sa.UniqueConstraint("digest", name=op.f("uq_calendar_key_digest")),
    )
    op.create_index(op.f("ix_calendar_key_user_id"), "calendar_key", ["user_id"])


def downgrade() -> None:
    for name in (
        "calendar_key",
        "salon_ticket",
        "rotation_event",
        "salon_swap",
        "salon_host",
        "salon",
        "rotation_bar",
        "rotation_member",
        "rotation",
    ):
        op.drop_table(name)
