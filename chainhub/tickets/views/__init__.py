"""The doors for people, by what they come for: list, ticket, acting on it, filing, several at once."""

from chainhub.tickets.common import views as common
from chainhub.tickets.responsible import views as responsible
from chainhub.tickets.returns import views as returns
from chainhub.tickets.views import (
    acting,
    answering,
    attaching,
    backfilling,
    browsing,
    checking,
    coding,
    filing,
    handing,
    leading,
    lists,
    noting,
    papers,
    reading,
    referring,
    requesting,
    several,
    templates,
    whistling,
    wordings,
)
from chainhub.tickets.views.door import bp

__all__ = [
    "acting",
    "answering",
    "attaching",
    "backfilling",
    "bp",
    "browsing",
    "checking",
    "coding",
    "common",
    "filing",
    "handing",
    "leading",
    "lists",
    "noting",
    "papers",
    "reading",
    "referring",
    "requesting",
    "responsible",
    "returns",
    "several",
    "templates",
    "whistling",
    "wordings",
]
