"""The clock's door: rotations and recurring work are laid down anew once a day, and when a calendar is imported."""

from collections.abc import Sequence

from chainhub.core.work import Work
from chainhub.rotations.routines.service import laying as routines
from chainhub.rotations.service import laying


def find_unlaid(work: Work, limit: int) -> Sequence[int]:
    """Return the rotations that were not laid down today, or by an older calendar than the one that holds."""
    return laying.laid_before(work, limit)


def lay_anew(work: Work, ids: Sequence[int]) -> None:
    """Lay them down: the horizon of 24 months moves on, and days follow an imported calendar."""
    laying.lay_anew(work, ids)


def find_unlaid_routines(work: Work, limit: int) -> Sequence[int]:
    """Return the recurring work that was not laid down today, or by an older calendar than the one that holds."""
    return routines.laid_before(work, limit)


def lay_routines_anew(work: Work, ids: Sequence[int]) -> None:
    """Lay it down: the horizon moves on, days follow the calendar, and what was missed begins to be asked after."""
    routines.lay_anew(work, ids)
