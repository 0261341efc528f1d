"""Who looks after whom: guides, what is known before a proposal, proposals, assignments. New tables alone."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "guide_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("twin_id", sa.Integer(), nullable=True),
        sa.Column("profile", sa.String(length=40), nullable=False),
        sa.Column("chains", sa.JSON(), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("made_by", sa.String(length=120), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.String(length=120), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unmet", sa.JSON(), nullable=False),
        sa.Column("loads", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["twin_id"], ["guide_proposal.id"], name=op.f("fk_guide_proposal_twin_id_guide_proposal")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guide_proposal")),
    )
    op.create_index("ix_guide_proposal_twin_id", "guide_proposal", ["twin_id"], unique=False)
    op.create_table(
        "guide_conflict",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_code", sa.String(length=60), nullable=False),
        sa.Column("enterprise_code", sa.String(length=60), nullable=False),
        sa.Column("why", sa.String(length=60), nullable=False),
        sa.Column("waived_why", sa.String(length=200), nullable=False),
        sa.Column("waived_by", sa.String(length=120), nullable=False),
        sa.Column("waived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["enterprise_code"],
            ["enterprise.code"],
            name=op.f("fk_guide_conflict_enterprise_code_enterprise"),
        ),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name=op.f("fk_guide_conflict_unit_code_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guide_conflict")),
        sa.UniqueConstraint(
            "unit_code", "enterprise_code", name=op.f("uq_guide_conflict_unit_code_enterprise_code")
        ),
    )
    op.create_index(
        op.f("ix_guide_conflict_enterprise_code"), "guide_conflict", ["enterprise_code"], unique=False
    )
    op.create_table(
        "guide_need",
        sa.Column("enterprise_code", sa.String(length=60), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=True),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise_code"], ["enterprise.code"], name=op.f("fk_guide_need_enterprise_code_enterprise")
        ),
        sa.PrimaryKeyConstraint("enterprise_code", name=op.f("pk_guide_need")),
    )
    op.create_table(
        "guide",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("industries", sa.JSON(), nullable=False),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("town", sa.String(length=40), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("party_post", sa.String(length=60), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("capacity BETWEEN 0 AND 5", name=op.f("ck_guide_capacity")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_guide_user_id_user_account")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_guide")),
    )
    op.create_index(op.f("ix_guide_left_on"), "guide", ["left_on"], unique=False)
    op.create_table(
        "assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("enterprise_code", sa.String(length=60), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("helper", sa.String(length=120), nullable=False),
        sa.Column("slot", sa.String(length=20), nullable=False),
        sa.Column("lead", sa.Boolean(), nullable=False),
        sa.Column("grant_id", sa.Integer(), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("start_reason", sa.String(length=40), nullable=False),
        sa.Column("started_by", sa.String(length=120), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(length=40), nullable=True),
        sa.Column("end_note", sa.String(length=200), nullable=False),
        sa.Column("ended_by", sa.String(length=120), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=True),
        sa.Column("warned", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise_code"], ["enterprise.code"], name=op.f("fk_assignment_enterprise_code_enterprise")
        ),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["user_grant.id"], name=op.f("fk_assignment_grant_id_user_grant")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["guide_proposal.id"], name=op.f("fk_assignment_proposal_id_guide_proposal")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_assignment_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    op.create_index("ix_assignment_enterprise_code", "assignment", ["enterprise_code", "id"], unique=False)
    op.create_index(op.f("ix_assignment_grant_id"), "assignment", ["grant_id"], unique=False)
    op.create_index(op.f("ix_assignment_until_on"), "assignment", ["until_on"], unique=False)
    op.create_index("ix_assignment_user_id", "assignment", ["user_id", "ended_on"], unique=False)
    op.create_index(
        "uq_assignment_lead",
        "assignment",
        ["kind", "enterprise_code", "person", "slot"],
        unique=True,
        sqlite_where=sa.text("ended_on IS NULL AND lead"),
        postgresql_where=sa.text("ended_on IS NULL AND lead"),
    )
    op.create_table(
        "guide_pair_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tie", sa.String(length=40), nullable=False),
        sa.Column("enterprise_code", sa.String(length=60), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=60), nullable=False),
        sa.Column("made_by", sa.String(length=120), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["enterprise_code"],
            ["enterprise.code"],
            name=op.f("fk_guide_pair_rule_enterprise_code_enterprise"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["guide.user_id"], name=op.f("fk_guide_pair_rule_user_id_guide")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guide_pair_rule")),
    )
    op.create_index(
        "uq_guide_pair_rule_standing",
        "guide_pair_rule",
        ["enterprise_code", "user_id"],
        unique=True,
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.create_table(
        "guide_proposal_pair",
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("enterprise_code", sa.String(length=60), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("before_id", sa.Integer(), nullable=True),
        sa.Column("changed", sa.Boolean(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("sentence", sa.String(length=200), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("other", sa.String(length=120), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["before_id"], ["user_account.id"], name=op.f("fk_guide_proposal_pair_before_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_code"],
            ["enterprise.code"],
            name=op.f("fk_guide_proposal_pair_enterprise_code_enterprise"),
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["guide_proposal.id"],
            name=op.f("fk_guide_proposal_pair_proposal_id_guide_proposal"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["guide.user_id"], name=op.f("fk_guide_proposal_pair_user_id_guide")
        ),
        sa.PrimaryKeyConstraint("proposal_id", "enterprise_code", name=op.f("pk_guide_proposal_pair")),
    )
    op.create_index(
        "ix_guide_proposal_pair_proposal_id", "guide_proposal_pair", ["proposal_id", "changed"], unique=False
    )
    op.create_table(
        "guide_reduction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("less", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=60), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("back_on", sa.Date(), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["guide.user_id"], name=op.f("fk_guide_reduction_user_id_guide")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guide_reduction")),
    )
    op.create_index("ix_guide_reduction_user_id", "guide_reduction", ["user_id", "back_on"], unique=False)
    op.create_table(
        "guide_wish",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=40), nullable=False),
        sa.Column("enterprise_code", sa.String(length=60), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise_code"], ["enterprise.code"], name=op.f("fk_guide_wish_enterprise_code_enterprise")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["guide.user_id"], name=op.f("fk_guide_wish_user_id_guide")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guide_wish")),
        sa.UniqueConstraint(
            "side", "enterprise_code", "user_id", name=op.f("uq_guide_wish_side_enterprise_code_user_id")
        ),
    )
    op.create_index("ix_guide_wish_user_id", "guide_wish", ["user_id"], unique=False)


def downgrade() -> None:
    for name in (
        "guide_wish",
        "guide_reduction",
        "guide_proposal_pair",
        "guide_pair_rule",
        "assignment",
        "guide",
        "guide_need",
        "guide_conflict",
        "guide_proposal",
    ):
        op.drop_table(name)
