"""Writing down a deed that moves nothing: a line of the ticket's history, under a version of its own."""

from collections.abc import Mapping
from typing import Any

from chainhub.core.work import Work
from chainhub.tickets.models import Ticket
from chainhub.tickets.service import history, moving
from chainhub.tickets.workflow import Action, Who


def note(
    work: Work,
    ticket: Ticket,
    action: Action,
    said: Mapping[str, Any],
    capacity: Who,
    body: str | None = None,
) -> None:
    """Write down what was done beside the table; `body` where it was done for another body than the ticket's."""
    ticket.version += 1
    ticket.updated_at = work.now
    done_for = moving.body(work, ticket, capacity) if body is None else body
    work.session.flush()  # of two who were as fast, that is where the slower one stops
    history.append(work, ticket, action, ticket.state, said, role=capacity, body=done_for)
