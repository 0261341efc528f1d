"""The daily seal over all history, as a job."""

from collections.abc import Sequence
from datetime import date

from chainhub.core.work import Work
from chainhub.operations import schema, verify


def find_unsealed(work: Work, limit: int) -> Sequence[int]:
    """Return the ordinals of days that want a seal."""
    return [day.toordinal() for day in verify.days_to_seal(work)][:limit]


def seal(work: Work, ids: Sequence[int]) -> None:
    """Seal the days, and let the database look at what has grown."""
    for ordinal in ids:
        verify.seal(work, date.fromordinal(ordinal))
    schema.analyze(work.session)
