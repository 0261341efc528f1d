"""The clock's doors: the visits of a month are laid down, and those that did not come about are noted."""

from collections.abc import Sequence

from chainhub.core.work import Work
from chainhub.guides.service import duties


def find_unlaid(work: Work, limit: int) -> Sequence[int]:
    """Return the chains whose duties were not laid down for this month, these guides and this calendar."""
    return duties.unlaid(work, limit)


def lay(work: Work, ids: Sequence[int]) -> None:
    """Lay them down: one duty and one clock for each firm; a clock follows an imported calendar."""
    duties.lay(work, ids)


def find_passed(work: Work, limit: int) -> Sequence[int]:
    """Return duties of months that are over, once the alarm has been said."""
    return duties.passed(work, limit)


def settle(work: Work, ids: Sequence[int]) -> None:
    """Note that no visit came about, and stop their clocks."""
    duties.settle(work, ids)
