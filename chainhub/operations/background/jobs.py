"""Forgetting runs that nobody asks about any more."""

from collections.abc import Sequence

from sqlalchemy import delete

from chainhub.core.work import Work
from chainhub.operations.background import queries
from chainhub.operations.background.models import JobLog


def find_old_runs(work: Work, limit: int) -> Sequence[int]:
    """Return lines of runs that are past their time."""
    return queries.old_lines(work.session, work.now, limit)


def forget_runs(work: Work, ids: Sequence[int]) -> None:
    """Delete them."""
    work.session.execute(delete(JobLog).where(JobLog.id.in_(ids)))
