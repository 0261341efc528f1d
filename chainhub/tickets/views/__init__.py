"""The doors for people, by what they come for: list, ticket, acting on it, filing, several at once."""

from chainhub.tickets.common import views as common
from chainhub.tickets.copies import views as copies
from chainhub.tickets.hints import views as hints
from chainhub.tickets.inspections import views as inspections
from chainhub.tickets.onsite import views as onsite
from chainhub.tickets.outsiders import views as outsiders
from chainhub.tickets.responsible import views as responsible
from chainhub.tickets.returns import views as returns
from chainhub.tickets.successes import views as successes
from chainhub.tickets.topics import views as topics
from chainhub.tickets.views import (
    acting,
    answering,
    attaching,
    backfilling,
    browsing,
    checking,
    checklists,
    coding,
    festive,
    filing,
    handing,
    leading,
    lists,
    looking,
    noting,
    papers,
    passing,
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
    "checklists",
    "coding",
    "common",
    "copies",
    "festive",
    "filing",
    "handing",
    "hints",
    "inspections",
    "leading",
    "lists",
    "looking",
    "noting",
    "onsite",
    "outsiders",
    "papers",
    "passing",
    "reading",
    "referring",
    "requesting",
    "responsible",
    "returns",
    "several",
    "successes",
    "templates",
    "topics",
    "whistling",
    "wordings",
]
