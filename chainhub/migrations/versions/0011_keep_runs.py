"""Keep runs: the scheduler's processes, the runs worth telling, the runs that somebody asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "scheduler_process",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("host", sa.String(length=80), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheduler_process")),
        sa.UniqueConstraint("host", "pid", name=op.f("uq_scheduler_process_host_pid")),
    )
    op.create_table(
        "job_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("backlog", sa.Integer(), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.String(length=100), nullable=False),
        sa.Column("process", sa.String(length=100), nullable=False),
        sa.Column("error", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_log")),
    )
    op.create_index("ix_job_log_name_id", "job_log", ["name", "id"])
    op.create_index("ix_job_log_started_at", "job_log", ["started_at"])
    op.create_table(
        "run_request",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("asked_by", sa.String(length=100), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_run_request")),
    )
    # With defaults of the database: the version that still runs writes rows without them.
    with op.batch_alter_table("job_run") as job_run:
        job_run.add_column(sa.Column("backlog", sa.Integer(), nullable=False, server_default="0"))
        job_run.add_column(sa.Column("missed", sa.Integer(), nullable=False, server_default="0"))
        job_run.add_column(sa.Column("process", sa.String(length=100), nullable=False, server_default=""))
    op.execute("DELETE FROM job_run WHERE name = 'heartbeat'")  # processes have rows of their own now


def downgrade() -> None:
    with op.batch_alter_table("job_run") as job_run:
        job_run.drop_column("process")
        job_run.drop_column("missed")
        job_run.drop_column("backlog")
    op.drop_table("run_request")
    op.drop_table("job_log")
    op.drop_table("scheduler_process")
