"""Forgetting which buttons were pressed long ago, as a job."""

from collections.abc import Sequence

from chainhub.core.work import Work
from chainhub.web import presses


def find_forgettable(work: Work, limit: int) -> Sequence[int]:
    """Return today's ordinal while there is something to forget."""
    return [work.now.toordinal()] if presses.has_forgettable(work.session, work.now) else []


def forget_presses(work: Work, ids: Sequence[int]) -> None:
    """Forget them in one statement."""
    presses.forget(work.session, work.now)
