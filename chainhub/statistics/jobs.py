"""The clock's door: what has happened is folded into the figures, so that a page reads little beyond it."""

from collections.abc import Sequence

from chainhub.core.sweeps import InSteps, OpenWork
from chainhub.core.work import Work
from chainhub.statistics import service, stories
from chainhub.statistics.appeals import service as appeals


def find_unfolded(work: Work, limit: int) -> Sequence[int]:
    """Return up to which line of history can be folded, or nothing where all of it is."""
    upto = service.settled_to(work)
    return [upto] if upto > stories.folded_to(work.session) or service.is_outdated(work) else []


def _fold(open_work: OpenWork, ids: Sequence[int]) -> None:
    for upto in ids:
        done = -1
        while done < upto:
            with open_work() as work:
                done = service.fold(work, upto)
        more = True
        while more:
            with open_work() as work:
                more = service.is_outdated(work) and service.recount(work)


fold = InSteps(_fold)
"""Fold it, some thousand lines a transaction."""


def find_speaking(work: Work, limit: int) -> Sequence[int]:
    """Return appeals of which it is time to remind."""
    return appeals.speaking(work, limit)


def remind(work: Work, ids: Sequence[int]) -> None:
    """Remind of them."""
    appeals.remind(work, ids)
