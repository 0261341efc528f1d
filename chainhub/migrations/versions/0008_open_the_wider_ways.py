"""The wider ways in: whistles and who reported in, what superiors send down, routes, whom a complaint is about. New columns have defaults for the version that is still running
while this is carried out.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_IS_OPEN = sa.text("state IN ('asked', 'blown')")
_HAS_ROUTE = sa.text("route IS NOT NULL")
_HAS_SUPERIOR = sa.text("superior_due_at IS NOT NULL")
_LIMITS = sa.table(
    "time_limit",
    sa.column("clock", sa.String),
    sa.column("matter", sa.String),
    sa.column("urgency", sa.String),
    sa.column("code", sa.String),
    sa.column("from_at", sa.DateTime(timezone=True)),
    sa.column("source", sa.String),
)
_EVER = datetime(2019, 1, 1, tzinfo=UTC)


def upgrade() -> None:
    with op.batch_alter_table("ticket") as batch:
        batch.add_column(sa.Column("whistled", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("complained_unit_code", sa.String(length=60), nullable=True))
        batch.create_foreign_key(
            op.f("fk_ticket_complained_unit_code_unit"), "unit", ["complained_unit_code"], ["code"]
        )
        batch.add_column(sa.Column("route", sa.String(length=40), nullable=True))
        batch.add_column(sa.Column("route_taken", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.create_index(
            "ix_ticket_route_id", ["route", "id"], sqlite_where=_HAS_ROUTE, postgresql_where=_HAS_ROUTE
        )
        batch.add_column(sa.Column("superior_due_at", sa.DateTime(timezone=True), nullable=True))
        batch.create_index(
            "ix_ticket_superior_due_at",
            ["superior_due_at"],
            sqlite_where=_HAS_SUPERIOR,
            postgresql_where=_HAS_SUPERIOR,
        )
    op.create_table(
        "whistle",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("blown_by_id", sa.Integer(), nullable=True),
        sa.Column("blown_by", sa.String(length=120), nullable=False),
        sa.Column("blown_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=120), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("ended_by", sa.String(length=120), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["blown_by_id"], ["user_account.id"], name=op.f("fk_whistle_blown_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_whistle_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_whistle")),
    )
    op.create_index("ix_whistle_ticket_id", "whistle", ["ticket_id"])
    op.create_index(
        "uq_whistle_open",
        "whistle",
        ["ticket_id"],
        unique=True,
        sqlite_where=_IS_OPEN,
        postgresql_where=_IS_OPEN,
    )
    op.create_table(
        "report_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("whistle_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("unit_code", sa.String(length=60), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reported_by", sa.String(length=120), nullable=False),
        sa.Column("people", sa.String(length=60), nullable=False),
        sa.Column("arrives_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_report_in_ticket_id_ticket")),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name=op.f("fk_report_in_unit_code_unit")),
        sa.ForeignKeyConstraint(["whistle_id"], ["whistle.id"], name=op.f("fk_report_in_whistle_id_whistle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_in")),
        sa.UniqueConstraint("whistle_id", "unit_code", name=op.f("uq_report_in_whistle_id_unit_code")),
    )
    op.create_index("ix_report_in_unit_ticket", "report_in", ["unit_code", "ticket_id"])
    op.create_table(
        "referral",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replied_on", sa.Date(), nullable=True),
        sa.Column("replied_by", sa.String(length=120), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_referral_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
        sa.UniqueConstraint("ticket_id", name=op.f("uq_referral_ticket_id")),
    )
    _limit("report_in", {"normal": "120m", "urgent": "120w", "complex": "120m"})


def _limit(clock: str, codes: dict[str, str]) -> None:
    """Give a county that is loaded already the limits that a new one reads from its rulebook."""
    here = op.get_bind()
    if not here.scalar(sa.select(sa.func.count()).select_from(_LIMITS)):
        return
    rows = [
        {"clock": clock, "matter": "any", "urgency": urgency, "code": code, "from_at": _EVER, "source": ""}
        for urgency, code in codes.items()
    ]
    op.bulk_insert(_LIMITS, rows)


def downgrade() -> None:
    op.execute(_LIMITS.delete().where(_LIMITS.c.clock == "report_in"))
    clock = sa.table("clock", sa.column("id", sa.Integer), sa.column("kind", sa.String))
    said = sa.table("said", sa.column("clock_id", sa.Integer))
    ours = clock.c.kind.in_(("report_in", "superior"))
    op.execute(said.delete().where(said.c.clock_id.in_(sa.select(clock.c.id).where(ours))))
    op.execute(clock.delete().where(ours))
    op.drop_table("referral")
    op.drop_table("report_in")
    op.drop_table("whistle")
    with op.batch_alter_table("ticket") as batch:
        batch.drop_constraint(op.f("fk_ticket_complained_unit_code_unit"), type_="foreignkey")
        batch.drop_column("complained_unit_code")
        batch.drop_index("ix_ticket_route_id")
        batch.drop_column("route_taken")
        batch.drop_column("route")
        batch.drop_index("ix_ticket_superior_due_at")
        batch.drop_column("superior_due_at")
        batch.drop_column("whistled")
