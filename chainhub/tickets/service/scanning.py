"""The paper that a leader wrote on by hand, added to the instruction that was written down from it."""

from collections.abc import Sequence

from chainhub.core.errors import NotAllowed
from chainhub.core.work import Work
from chainhub.documents.attachments.models import Attachment
from chainhub.documents.attachments.service import Sound
from chainhub.documents.attachments.storing import Shelf
from chainhub.tickets.models import Ticket
from chainhub.tickets.service import attaching, instructions


def demand(work: Work, id_: int) -> Ticket:
    """Return the ticket of an instruction to which this actor may add the paper. Raises NotFound, NotAllowed."""
    ticket, instruction = instructions.find(work, id_)
    if instruction.given_by_id is None or instruction.given_by_id != work.actor.id:
        raise NotAllowed("手写批示的原件，由作出或者代录这条批示的人来传。")
    return ticket


def attach(work: Work, shelf: Shelf, id_: int, files: Sequence[Sound]) -> tuple[Ticket, Sequence[Attachment]]:
    """Add the paper, for the staff alone; return the ticket and what was added. Raises NotFound, NotAllowed, Conflict."""
    ticket = demand(work, id_)
    return ticket, attaching.attach_paper(work, shelf, ticket.number, files)
