"""The responsibility list: which unit leads or helps with which category; and an index by which returns are counted."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0005"
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


def downgrade() -> None:
    op.drop_index("ix_ticket_event_return_at", "ticket_event")
    op.drop_table("responsibility")
