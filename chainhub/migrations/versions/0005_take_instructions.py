"""What leaders say about a ticket, and what is supervised. New columns have defaults for the version that is still
running while this is carried out.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_IS_UNANSWERED = sa.text("answered_at IS NULL")


def upgrade() -> None:
    with op.batch_alter_table("ticket") as batch:
        batch.add_column(sa.Column("instructed", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("supervised", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "instruction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("unit_code", sa.String(length=60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("given_by_id", sa.Integer(), nullable=True),
        sa.Column("given_by", sa.String(length=120), nullable=False),
        sa.Column("on_behalf_of", sa.String(length=60), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by", sa.String(length=120), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["given_by_id"], ["user_account.id"], name=op.f("fk_instruction_given_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_instruction_ticket_id_ticket")),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name=op.f("fk_instruction_unit_code_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instruction")),
    )
    op.create_index("ix_instruction_ticket_id", "instruction", ["ticket_id"])
    op.create_index("ix_instruction_unit_ticket", "instruction", ["unit_code", "ticket_id"])
    op.create_index(
        "ix_instruction_unanswered",
        "instruction",
        ["due_at"],
        sqlite_where=_IS_UNANSWERED,
        postgresql_where=_IS_UNANSWERED,
    )
    op.create_table(
        "supervision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("instruction_id", sa.Integer(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("unit_code", sa.String(length=60), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("letter", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("drafted_by_id", sa.Integer(), nullable=True),
        sa.Column("drafted_by", sa.String(length=120), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_by", sa.String(length=120), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(length=120), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["user_account.id"], name=op.f("fk_supervision_decided_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["drafted_by_id"], ["user_account.id"], name=op.f("fk_supervision_drafted_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["instruction_id"], ["instruction.id"], name=op.f("fk_supervision_instruction_id_instruction")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_supervision_ticket_id_ticket")),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name=op.f("fk_supervision_unit_code_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision")),
        sa.UniqueConstraint("key", name=op.f("uq_supervision_key")),
    )
    op.create_index("ix_supervision_ticket_id", "supervision", ["ticket_id"])
    op.create_index("ix_supervision_unit_ticket", "supervision", ["unit_code", "ticket_id"])


def downgrade() -> None:
    op.drop_table("supervision")
    op.drop_table("instruction")
    with op.batch_alter_table("ticket") as batch:
        batch.drop_column("supervised")
        batch.drop_column("instructed")
