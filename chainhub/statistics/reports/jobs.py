"""The clock's door: drafts of months, and word of weeks, where the county wishes them."""

from collections.abc import Sequence

from chainhub.core.work import Work
from chainhub.county import known
from chainhub.statistics.reports import scheduling


def _places(work: Work) -> list[str]:
    return ["", *known.of(work.session).directory.chains]


def find_unmade(work: Work, limit: int) -> Sequence[int]:
    """Return the scopes whose last month has no draft yet: the county is 0, its chains 1, 2 … in their order."""
    places = _places(work)
    return [places.index(one.chain) for one in scheduling.unmade(work)][:limit]


def make(work: Work, ids: Sequence[int]) -> None:
    """Draft them, and tell who publishes them."""
    places = _places(work)
    wanted = {places[one] for one in ids if one < len(places)}
    for period in scheduling.unmade(work):
        if period.chain in wanted:
            scheduling.make(work, period)


def find_untold(work: Work, limit: int) -> Sequence[int]:
    """Return who is still to hear of the week that has passed."""
    return scheduling.untold(work)[:limit]


def tell(work: Work, ids: Sequence[int]) -> None:
    """Tell them once."""
    scheduling.tell(work, list(ids))
