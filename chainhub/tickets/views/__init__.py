"""The doors for people, by what they come for: list, ticket, acting on it, filing, several at once."""

from chainhub.tickets.views import acting, browsing, filing, reading, several
from chainhub.tickets.views.door import bp

__all__ = ["acting", "bp", "browsing", "filing", "reading", "several"]
