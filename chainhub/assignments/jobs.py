"""The clock's door: assignments follow the grants, and a term that ends is said."""

from collections.abc import Sequence

from chainhub.assignments.service import assigning, watching
from chainhub.core.work import Work


def find_unsettled(work: Work, limit: int) -> Sequence[int]:
    """Return the grants of guides with which the assignments do not agree."""
    return watching.unsettled(work, limit)


def settle(work: Work, ids: Sequence[int]) -> None:
    """Let the assignments follow."""
    assigning.settle(work, len(ids))


def find_ending(work: Work, limit: int) -> Sequence[int]:
    """Return the assignments of whose end somebody must hear now."""
    return watching.ending(work, limit)


def tell_ending(work: Work, ids: Sequence[int]) -> None:
    """Tell them."""
    watching.tell_ending(work, ids)
