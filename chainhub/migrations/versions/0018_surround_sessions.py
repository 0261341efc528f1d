"""Around a session: pack, invitations, arrivals, files, news, decisions, ratings. New tables alone.

The version that is still running takes planned sessions back: a pack goes with its session (ON DELETE CASCADE).
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_SALON = "salon.id"


def _salon(table: str, **options: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["salon_id"], [_SALON], name=op.f(f"fk_{table}_salon_id_salon"), **options)


def upgrade() -> None:
    op.create_table(
        "salon_pack",
        sa.Column("salon_id", sa.Integer(), nullable=False),
        sa.Column("venue_of", sa.String(length=60), nullable=False),
        sa.Column("policies", sa.JSON(), nullable=False),
        sa.Column("ready", sa.JSON(), nullable=False),
        _salon("salon_pack", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("salon_id", name=op.f("pk_salon_pack")),
    )
    op.create_table(
        "salon_invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("salon_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("ref", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("body", sa.String(length=60), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(length=120), nullable=False),
        sa.Column("answer", sa.String(length=40), nullable=True),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("names", sa.String(length=200), nullable=False),
        sa.Column("answered_for", sa.Date(), nullable=True),
        sa.Column("answered_by", sa.String(length=120), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_for", sa.Date(), nullable=True),
        _salon("salon_invitation"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_salon_invitation")),
        sa.UniqueConstraint(
            "salon_id",
            "kind",
            "ref",
            "name",
            "body",
            name=op.f("uq_salon_invitation_salon_id_kind_ref_name_body"),
        ),
    )
    op.create_index(op.f("ix_salon_invitation_salon_id"), "salon_invitation", ["salon_id", "id"])
    op.create_table(
        "salon_arrival",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("salon_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("body", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("enterprise_code", sa.String(length=60), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("via", sa.String(length=40), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _salon("salon_arrival"),
        sa.ForeignKeyConstraint(
            ["enterprise_code"], ["enterprise.code"], name=op.f("fk_salon_arrival_enterprise_code_enterprise")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_salon_arrival_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_salon_arrival")),
        sa.UniqueConstraint("salon_id", "key", name=op.f("uq_salon_arrival_salon_id_key")),
        sa.UniqueConstraint("salon_id", "user_id", name=op.f("uq_salon_arrival_salon_id_user_id")),
    )
    op.create_table(
        "salon_file",
        sa.Column("attachment_id", sa.Integer(), nullable=False),
        sa.Column("salon_id", sa.Integer(), nullable=False),
        sa.Column("review", sa.String(length=40), nullable=False),
        sa.Column("said", sa.String(length=200), nullable=False),
        sa.Column("decided_by", sa.String(length=120), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachment.id"], name=op.f("fk_salon_file_attachment_id_attachment")
        ),
        _salon("salon_file"),
        sa.PrimaryKeyConstraint("attachment_id", name=op.f("pk_salon_file")),
    )
    op.create_index(op.f("ix_salon_file_salon_id"), "salon_file", ["salon_id", "attachment_id"])
    op.create_table(
        "salon_news",
        sa.Column("salon_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("review", sa.String(length=40), nullable=False),
        sa.Column("said", sa.String(length=200), nullable=False),
        sa.Column("written_by", sa.String(length=120), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=120), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        _salon("salon_news"),
        sa.PrimaryKeyConstraint("salon_id", name=op.f("pk_salon_news")),
    )
    op.create_table(
        "salon_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("salon_id", sa.Integer(), nullable=False),
        sa.Column("unit_code", sa.String(length=60), nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("noted_by", sa.String(length=120), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_note", sa.String(length=200), nullable=False),
        sa.Column("done_by", sa.String(length=120), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        _salon("salon_decision"),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name=op.f("fk_salon_decision_unit_code_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_salon_decision")),
    )
    op.create_index(op.f("ix_salon_decision_salon_id"), "salon_decision", ["salon_id", "id"])
    op.create_table(
        "salon_rating",
        sa.Column("salon_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("theme", sa.String(length=40), nullable=False),
        sa.Column("talk", sa.String(length=40), nullable=False),
        sa.Column("problems", sa.String(length=40), nullable=False),
        sa.Column("comment", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _salon("salon_rating"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_salon_rating_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("salon_id", "user_id", name=op.f("pk_salon_rating")),
    )


def downgrade() -> None:
    for table in (
        "salon_rating",
        "salon_decision",
        "salon_news",
        "salon_file",
        "salon_arrival",
        "salon_invitation",
        "salon_pack",
    ):
        op.drop_table(table)
