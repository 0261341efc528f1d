"""Let a chain rotate several things side by side, each by its name; let the papers of recurring work be prepared.

Down again one name is left for each chain: that fails while a chain has two, rather than losing one of them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("rotation") as batch:
        # With a default of the database: the version that still runs writes rows without it.
        batch.add_column(sa.Column("name", sa.String(length=20), nullable=False, server_default="红色沙龙"))
        batch.drop_constraint(op.f("uq_rotation_chain_code"), type_="unique")
        batch.create_unique_constraint(op.f("uq_rotation_chain_code_name"), ["chain_code", "name"])
    op.create_table(
        "occasion_pack",
        sa.Column("occasion_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("venue", sa.String(length=100), nullable=False),
        sa.Column("topics", sa.String(length=2000), nullable=False),
        sa.Column("attending", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["occasion_id"], ["occasion.id"], name=op.f("fk_occasion_pack_occasion_id_occasion")
        ),
        sa.PrimaryKeyConstraint("occasion_id", name=op.f("pk_occasion_pack")),
    )


def downgrade() -> None:
    op.drop_table("occasion_pack")
    with op.batch_alter_table("rotation") as batch:
        batch.drop_constraint(op.f("uq_rotation_chain_code_name"), type_="unique")
        batch.create_unique_constraint(op.f("uq_rotation_chain_code"), ["chain_code"])
        batch.drop_column("name")
