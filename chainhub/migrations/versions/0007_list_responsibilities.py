"""The responsibility list: which unit leads or helps with which category; an index by which returns are
counted; common issues with their tickets.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_IS_RETURN = sa.text("action = 'return'")


def upgrade() -> None:
    op.create_table(
        "responsibility",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("category_code", sa.String(length=60), nullable=False),
        sa.Column("unit_code", sa.String(length=60), nullable=False),
        sa.Column("share", sa.String(length=40), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("belongs", sa.Text(), nullable=False),
        sa.Column("beyond", sa.Text(), nullable=False),
        sa.Column("keywords", sa.String(length=200), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["category_code"], ["category.code"], name=op.f("fk_responsibility_category_code_category")
        ),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name=op.f("fk_responsibility_unit_code_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_responsibility")),
        sa.UniqueConstraint(
            "category_code",
            "unit_code",
            "from_on",
            name=op.f("uq_responsibility_category_code_unit_code_from_on"),
        ),
    )
    op.create_index("ix_responsibility_unit_code", "responsibility", ["unit_code"])
    op.create_index(
        "ix_ticket_event_return_at",
        "ticket_event",
        ["at"],
        sqlite_where=_IS_RETURN,
        postgresql_where=_IS_RETURN,
    )

    op.create_table(
        "common_issue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("category_code", sa.String(length=60), nullable=False),
        sa.Column("chain_code", sa.String(length=40), nullable=False),
        sa.Column("post", sa.String(length=40), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("progress", sa.Text(), nullable=False),
        sa.Column("progress_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("conclusion", sa.Text(), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=True),
        sa.Column("opened_by", sa.String(length=120), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by", sa.String(length=120), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["category_code"], ["category.code"], name=op.f("fk_common_issue_category_code_category")
        ),
        sa.ForeignKeyConstraint(
            ["chain_code"], ["chain.code"], name=op.f("fk_common_issue_chain_code_chain")
        ),
        sa.ForeignKeyConstraint(
            ["opened_by_id"], ["user_account.id"], name=op.f("fk_common_issue_opened_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_common_issue")),
    )
    op.create_index("ix_common_issue_chain_code_id", "common_issue", ["chain_code", "id"])
    op.create_table(
        "common_ticket",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("linked_by_id", sa.Integer(), nullable=True),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_common_ticket_ticket_id_ticket")),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["common_issue.id"], name=op.f("fk_common_ticket_issue_id_common_issue")
        ),
        sa.ForeignKeyConstraint(
            ["linked_by_id"], ["user_account.id"], name=op.f("fk_common_ticket_linked_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_common_ticket")),
    )
    op.create_index("ix_common_ticket_issue_id", "common_ticket", ["issue_id", "ticket_id"])
    op.create_table(
        "common_echo",
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("enterprise_code", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["common_issue.id"], name=op.f("fk_common_echo_issue_id_common_issue")
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_code"], ["enterprise.code"], name=op.f("fk_common_echo_enterprise_code_enterprise")
        ),
        sa.PrimaryKeyConstraint("issue_id", "enterprise_code", name=op.f("pk_common_echo")),
    )


def downgrade() -> None:
    op.drop_table("common_echo")
    op.drop_table("common_ticket")
    op.drop_table("common_issue")
    op.drop_index("ix_ticket_event_return_at", "ticket_event")
    op.drop_table("responsibility")
