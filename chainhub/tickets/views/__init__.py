"""The doors for people, by what they come for: list, ticket, acting on it, filing, several at once."""

from chainhub.tickets.views import acting, backfilling, browsing, filing, reading, requesting, several
from chainhub.tickets.views.door import bp

__all__ = ["acting", "backfilling", "bp", "browsing", "filing", "reading", "requesting", "several"]
