"""The doors for people, by what they come for: list, ticket, acting on it, filing, several at once."""

from chainhub.tickets.views import (
    acting,
    answering,
    attaching,
    backfilling,
    browsing,
    filing,
    leading,
    reading,
    referring,
    requesting,
    several,
    whistling,
)
from chainhub.tickets.views.door import bp

__all__ = [
    "acting",
    "answering",
    "attaching",
    "backfilling",
    "bp",
    "browsing",
    "filing",
    "leading",
    "reading",
    "referring",
    "requesting",
    "several",
    "whistling",
]
