"""What a county wishes to be made and told by itself: a dated rule, off unless somebody says otherwise."""

from dataclasses import dataclass

from chainhub.core.actor import ScopeKind
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.statistics.reports.reading import READERS

RULE = "reports"  # its name in the rulebook


@dataclass(frozen=True, slots=True)
class Schedule:
    """What happens by itself: drafts of months and word of what was signed, word of weeks. Neither, unless wished."""

    monthly: bool = False
    weekly: bool = False


def of(work: Work) -> Schedule:
    """Return what the county wishes at this moment."""
    said = known.of(work.session).book.text(RULE, work.now)
    return Schedule(bool(said.get("monthly")), bool(said.get("weekly")))


def readers(work: Work, chain: str = "") -> frozenset[int]:
    """Return who hears of a report: everybody who reads figures; of a chain's, those of that chain and of the whole county."""
    return frozenset(
        one.user_id
        for one in known.of(work.session).holders.all()
        if one.role in READERS and (not chain or one.scope is ScopeKind.COUNTY or one.ref == chain)
    )
