"""What the rooms beside the loop add to the page of a ticket: their cards and their verbs."""

from chainhub.core.work import Work
from chainhub.tickets.annexes import Annexes
from chainhub.tickets.copies import service as copies
from chainhub.tickets.copies.showing import copied
from chainhub.tickets.models import Ticket
from chainhub.tickets.onsite import service as onsite
from chainhub.tickets.onsite.showing import visits
from chainhub.tickets.outsiders import service as outsiders
from chainhub.tickets.outsiders.showing import questions
from chainhub.tickets.showing import ActionView
from chainhub.tickets.successes import service as successes
from chainhub.tickets.successes.showing import drafted


def annexes(work: Work, ticket: Ticket) -> Annexes:
    """Return the cards, as this reader may know them."""
    return Annexes(
        outside=questions(work, ticket),
        visits=visits(work, ticket),
        copies=copied(work, ticket),
        cases=drafted(work, ticket),
    )


def actions(work: Work, ticket: Ticket) -> list[ActionView]:
    """Return the verbs that this reader may do now."""
    found = []
    if onsite.may_record(work, ticket):
        found.append(ActionView("visit", "走访核查", f"{ticket.link}/visit", beside=True))
    if outsiders.may_ask(work, ticket):
        found.append(ActionView("outside_ask", "问外单位", f"{ticket.link}/outside", beside=True))
    if copies.may_copy(work, ticket):
        found.append(ActionView("copy", "抄送", f"{ticket.link}/copy", beside=True))
    if successes.may_draft(work, ticket):
        found.append(ActionView("case", "写成案例", f"{ticket.link}/case", beside=True))
    return found
