"""Whom the responsibility list names for a ticket, and in which words. Only ever a suggestion: a person picks."""

from collections.abc import Sequence
from dataclasses import dataclass

from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI
from chainhub.county import known
from chainhub.county.directory.rules import Directory
from chainhub.county.responsibilities import queries as listed
from chainhub.county.responsibilities.rules import Entry, Matter, Share, Suggestion, suggest
from chainhub.tickets.models import Ticket

SHOWN_MOST = 4  # units of each share


@dataclass(frozen=True, slots=True)
class Named:
    """A unit that the list names for a ticket: as what, why, and the line that says so."""

    unit: str
    name: str
    share: Share
    reason: str
    beyond: str
    line_id: int


def matter_of(directory: Directory, ticket: Ticket, work: Work) -> tuple[Matter, frozenset[str]]:
    """Return a ticket as the list is asked about it, and the categories below its own."""
    code = ticket.category_code
    above = directory.categories[code].parent if code and code in directory.categories else None
    on = work.now.astimezone(SHANGHAI).date()
    below = directory.within(code) - {code} if code else frozenset()
    return Matter(code, above, f"{ticket.title}\n{ticket.content}", on), below


def for_ticket(work: Work, ticket: Ticket) -> list[Named]:
    """Return whom the list names for a ticket, leads before helpers, the likeliest first. One query.

    The unit complained of is not named: it could not be picked, and the others have to stand there without it.
    """
    return for_tickets(work, [ticket])[ticket.id]


def for_tickets(work: Work, tickets: Sequence[Ticket]) -> dict[int, list[Named]]:
    """Return the same for several tickets by their ids, in one query. Their contents must be loaded."""
    directory = known.of(work.session).directory
    asked = {one.id: matter_of(directory, one, work) for one in tickets}
    categories: frozenset[str] = frozenset()
    for matter, below in asked.values():
        own = {one for one in (matter.category, matter.above) if one}
        if not own:  # of no category: the whole list is asked
            categories = frozenset()
            break
        categories |= own | below
    on = work.now.astimezone(SHANGHAI).date()
    entries = listed.entries(work.session, categories, on) if tickets else []
    return {one.id: _for(directory, one, entries, *asked[one.id]) for one in tickets}


def _for(
    directory: Directory, ticket: Ticket, entries: Sequence[Entry], matter: Matter, below: frozenset[str]
) -> list[Named]:
    allowed = [one for one in entries if one.unit != ticket.complained_unit_code]
    found = suggest(allowed, below, matter)
    named = []
    for share in Share:
        some = [one for one in found if one.entry.share is share and one.entry.unit in directory.units]
        named += [_named(one, directory) for one in some[:SHOWN_MOST]]
    return named


def _named(one: Suggestion, directory: Directory) -> Named:
    entry = one.entry
    why = [f"{directory.category_label(entry.category)}由它{entry.share.label}"]
    if one.words:
        why.append(f"写到“{'”“'.join(one.words)}”")
    if entry.belongs:
        why.append(f"管{entry.belongs}")
    if entry.basis:
        why.append(f"依据 {entry.basis}")
    return Named(
        entry.unit, directory.unit_name(entry.unit), entry.share, "；".join(why), entry.beyond, entry.id
    )
