"""Forgetting ended sign-ins whose cookies are void anyway, as a job."""

from collections.abc import Sequence

from chainhub.core.work import Work
from chainhub.county.people import service


def find_forgettable(work: Work, limit: int) -> Sequence[int]:
    """Return today's ordinal while there is something to forget."""
    return [work.now.toordinal()] if service.has_forgettable(work.session, work.now) else []


def forget_sessions(work: Work, ids: Sequence[int]) -> None:
    """Forget them in one statement."""
    service.forget_sessions(work.session, work.now)
