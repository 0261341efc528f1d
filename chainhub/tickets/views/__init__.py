"""The doors for people, by what they come for: list, ticket, acting on it, filing, several at once."""

from chainhub.tickets.views import (
    acting,
    attaching,
    backfilling,
    browsing,
    checking,
    festive,
    filing,
    handing,
    leading,
    lists,
    looking,
    noting,
    passing,
    reading,
    requesting,
    several,
    wordings,
)
from chainhub.tickets.views.door import bp

__all__ = [
    "acting",
    "attaching",
    "backfilling",
    "bp",
    "browsing",
    "checking",
    "festive",
    "filing",
    "handing",
    "leading",
    "lists",
    "looking",
    "noting",
    "passing",
    "reading",
    "requesting",
    "several",
    "wordings",
]
