"""The only place that reads the clock. Called by doors; everyone else is given `now`."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return this moment in UTC, to the microsecond."""
    return datetime.now(UTC)
