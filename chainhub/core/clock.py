"""The only place that reads the clock. Called by doors; everyone else is given `now`."""

import time
from datetime import UTC, datetime


def now() -> datetime:
    """Return this moment in UTC, to the microsecond."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Return seconds that only serve to be compared with each other."""
    return time.monotonic()
