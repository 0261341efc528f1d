"""Inspections end by themselves."""

from collections.abc import Sequence

from chainhub.core.work import Work
from chainhub.tickets.inspections import service


def find_over(work: Work, limit: int) -> Sequence[int]:
    """Return inspections whose time is over."""
    return service.over(work, limit)


def end_over(work: Work, ids: Sequence[int]) -> None:
    """End them with their accounts."""
    service.end_over(work, ids)
