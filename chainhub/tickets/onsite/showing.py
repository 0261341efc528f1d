"""Site visits as the page of a ticket shows them."""

from chainhub.core.work import Work
from chainhub.tickets.annexes import VisitView
from chainhub.tickets.models import Ticket
from chainhub.tickets.onsite import service
from chainhub.tickets.rules import moment_text


def visits(work: Work, ticket: Ticket) -> tuple[VisitView, ...]:
    """Return what was seen on the spot, the oldest first."""
    found = []
    for one in service.of(work, ticket):
        met = f"，见到{one.met}" if one.met else ""
        photos = f"，附件里有 {one.photos} 个" if one.photos else ""
        line = f"{moment_text(one.visited_at)} {one.people}去的{met}；{one.by_name}记{photos}"
        found.append(VisitView(one.result, line))
    return tuple(found)
