"""What may be read only with a trace."""

from chainhub.audit import service as audit
from chainhub.core.actor import Role
from chainhub.core.errors import NotAllowed
from chainhub.core.work import Work
from chainhub.tickets import queries, rules
from chainhub.tickets.models import Ticket
from chainhub.tickets.workflow import Who

_CALLS: frozenset[Who] = frozenset(
    {Role.GUIDE, Role.COMMITTEE, Role.TASK_FORCE, Role.DEPARTMENT, Role.CALLER}
)


def may_see_phone(work: Work, ticket: Ticket) -> bool:
    """Say whether this actor handles the ticket and may ask for the whole number."""
    return bool(rules.parties(work.actor, queries.facts(work.session, ticket)) & _CALLS)


def show_phone(work: Work, number: str, reason: str) -> str:
    """Return the contact and the whole telephone number to somebody who handles the ticket; it is logged.

    Source: domain, section 7 (masked; in full only on request with a reason). Raises NotFound, NotAllowed.
    """
    ticket = queries.own(work, number)
    if not may_see_phone(work, ticket):
        raise NotAllowed("完整号码只给经办这件诉求的人看。")
    audit.record(work, "show_phone", ticket.number, {"reason": reason})
    return f"{ticket.contact_person} {ticket.contact_phone}".strip()
