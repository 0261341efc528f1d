"""The clock's door to the groups."""

from collections.abc import Sequence

from chainhub.core.sweeps import InSteps, OpenWork
from chainhub.core.work import Work
from chainhub.tickets.topics import service


def find_ungrouped(work: Work, limit: int) -> Sequence[int]:
    """Return one number where the groups are to be made anew."""
    return [1] if service.is_due(work) else []


def _group(open_work: OpenWork, ids: Sequence[int]) -> None:
    service.renew(open_work)


group = InSteps(_group)
"""Make them anew, with no transaction open while it is worked out."""
