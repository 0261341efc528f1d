"""Group recent tickets by what they are about, and keep what was learnt of past ones and whether it was followed."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "topic",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "topic_ticket",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("is_twin", sa.Boolean(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_topic_ticket_ticket_id_ticket")),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_topic_ticket_topic_id_topic")),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_topic_ticket")),
    )
    op.create_index("ix_topic_ticket_topic_id", "topic_ticket", ["topic_id", "place"])
    op.create_table(
        "topic_apart",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_topic_apart_ticket_id_ticket")),
        sa.ForeignKeyConstraint(["other_id"], ["ticket.id"], name=op.f("fk_topic_apart_other_id_ticket")),
        sa.ForeignKeyConstraint(
            ["by_id"], ["user_account.id"], name=op.f("fk_topic_apart_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("ticket_id", "other_id", name=op.f("pk_topic_apart")),
    )
    op.create_index("ix_topic_apart_other_id", "topic_apart", ["other_id"])
    op.create_table(
        "topic_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("upto_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tickets", sa.Integer(), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("is_stale", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic_state")),
    )
    op.create_table(
        "hint_model",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("tickets", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("few", sa.JSON(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hint_model")),
    )
    op.create_index("ix_hint_model_what_id", "hint_model", ["what", "id"])
    op.create_table(
        "hint_taken",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("said", sa.String(length=60), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("chosen", sa.String(length=60), nullable=False),
        sa.Column("was_taken", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_hint_taken_ticket_id_ticket")),
        sa.ForeignKeyConstraint(
            ["model_id"], ["hint_model.id"], name=op.f("fk_hint_taken_model_id_hint_model")
        ),
        sa.PrimaryKeyConstraint("ticket_id", "what", name=op.f("pk_hint_taken")),
    )
    op.create_index("ix_hint_taken_model_id", "hint_taken", ["model_id"])
    op.create_index("ix_hint_taken_at", "hint_taken", ["at"])


def downgrade() -> None:
    op.drop_table("hint_taken")
    op.drop_table("hint_model")
    op.drop_table("topic_state")
    op.drop_table("topic_apart")
    op.drop_table("topic_ticket")
    op.drop_table("topic")
