"""The clock's door: what is laid down anew each day and by an imported calendar; who is reminded to answer."""

from collections.abc import Sequence

from chainhub.core.work import Work
from chainhub.rotations.around.service import inviting
from chainhub.rotations.routines.service import laying as routines
from chainhub.rotations.service import laying


def find_unlaid(work: Work, limit: int) -> Sequence[int]:
    """Return the rotations that were not laid down today, or by an older calendar than the one that holds."""
    return laying.laid_before(work, limit)


def lay_anew(work: Work, ids: Sequence[int]) -> None:
    """Lay them down: the horizon of 24 months moves on, and days follow an imported calendar."""
    laying.lay_anew(work, ids)


def find_silent(work: Work, limit: int) -> Sequence[int]:
    """Return the sessions of the coming workdays for which somebody has not answered."""
    return inviting.find_silent(work, limit)


def remind_silent(work: Work, ids: Sequence[int]) -> None:
    """Remind them, once for the day that holds."""
    inviting.remind_silent(work, ids)


def find_unlaid_routines(work: Work, limit: int) -> Sequence[int]:
    """Return the recurring work that was not laid down today, or by an older calendar than the one that holds."""
    return routines.laid_before(work, limit)


def lay_routines_anew(work: Work, ids: Sequence[int]) -> None:
    """Lay it down: the horizon moves on, days follow the calendar, and what was missed begins to be asked after."""
    routines.lay_anew(work, ids)
