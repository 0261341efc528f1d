"""Who is invited to the 会商 that runs: rows that stand from the invitation to its end, for `queries.visible` to ask."""

from collections.abc import Sequence

from sqlalchemy import delete

from chainhub.core.work import Work
from chainhub.tickets.beside_models import Invited
from chainhub.tickets.models import Ticket


def invite(work: Work, ticket: Ticket, units: Sequence[str]) -> None:
    """Let these units read the ticket while the 会商 runs, and nobody who was invited to one before."""
    end(work, ticket)
    work.session.add_all(Invited(ticket_id=ticket.id, unit_code=code) for code in dict.fromkeys(units))


def end(work: Work, ticket: Ticket) -> None:
    """Let nobody read it any more for having been invited."""
    work.session.execute(delete(Invited).where(Invited.ticket_id == ticket.id))
