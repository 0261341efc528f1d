"""Attaching files to a ticket: by whoever handles or requested it, a line of its history each time."""

from collections.abc import Sequence

from chainhub.core.actor import Role
from chainhub.core.errors import Conflict, Invalid, NotAllowed
from chainhub.core.work import Work
from chainhub.documents.attachments import service as attachments
from chainhub.documents.attachments.models import Attachment
from chainhub.documents.attachments.service import Owner, Sound
from chainhub.documents.attachments.storing import Shelf
from chainhub.tickets import queries, rules
from chainhub.tickets.models import Ticket
from chainhub.tickets.service import history, moving, telling
from chainhub.tickets.workflow import OPEN, Action, Party, Who

_ADDS: tuple[Who, ...] = (
    Role.DEPARTMENT,
    Party.CO_UNIT,
    Role.TASK_FORCE,
    Role.COMMITTEE,
    Role.ENTERPRISE,
    Role.GUIDE,
    Party.FILER,
)
"""Who may attach, in the order of the capacities in which one is said to have done it."""


def may_attach(work: Work, ticket: Ticket) -> bool:
    """Say whether this actor may attach something now."""
    return ticket.state in OPEN and bool(_standing(work, ticket) & set(_ADDS))


def may_be_internal(work: Work, ticket: Ticket) -> bool:
    """Say whether this actor sees, and may add, what is for the staff alone."""
    return not rules.from_outside(_standing(work, ticket))


def demand(work: Work, number: str) -> tuple[Ticket, Who]:
    """Return the ticket and the capacity in which this actor may attach. Raises NotFound, NotAllowed, Conflict."""
    ticket = queries.own(work, number)
    standing = _standing(work, ticket)
    capacity = next((one for one in _ADDS if one in standing), None)
    if capacity is None:
        raise NotAllowed("附件由报送和经办这件诉求的人来传。您可以看，不能传。")
    if ticket.state not in OPEN:
        raise Conflict(f"这件诉求已经是“{ticket.state.label}”，不能再传附件。", code="wrong_state")
    return ticket, capacity


def attach(
    work: Work, shelf: Shelf, number: str, files: Sequence[Sound], *, internal: bool = False
) -> list[Attachment]:
    """Attach files that were looked at. Raises NotFound, NotAllowed, Conflict, Invalid."""
    ticket, capacity = demand(work, number)
    if internal and not may_be_internal(work, ticket):
        raise Invalid(errors={"internal": ["您传的附件，经办的单位都要看，不能只给工作人员看。"]})
    return _add(work, shelf, ticket, capacity, files, internal=internal)


def attach_paper(work: Work, shelf: Shelf, number: str, files: Sequence[Sound]) -> list[Attachment]:
    """Attach the paper that a leader wrote on by hand, for the staff alone. Raises NotFound, NotAllowed, Invalid."""
    ticket = queries.own(work, number)
    standing = _standing(work, ticket)
    capacity = next((one for one in (Role.LEADER, Role.LIAISON) if one in standing), None)
    if capacity is None:
        raise NotAllowed("批示的原件由领导或者联络员来传。")
    return _add(work, shelf, ticket, capacity, files, internal=True)


def attach_proof(
    work: Work, shelf: Shelf, ticket: Ticket, files: Sequence[Sound], body: str
) -> list[Attachment]:
    """Attach in a unit's name what proves its appeal, for the staff alone; the ticket may have ended long ago."""
    return _add(work, shelf, ticket, Role.DEPARTMENT, files, internal=True, body=body)


def _add(
    work: Work,
    shelf: Shelf,
    ticket: Ticket,
    capacity: Who,
    files: Sequence[Sound],
    *,
    internal: bool,
    body: str | None = None,
) -> list[Attachment]:
    ticket.version += 1
    ticket.updated_at = work.now
    made = attachments.add(work, shelf, owner(ticket), files, internal=internal, event_seq=ticket.version)
    said = {
        "files": [{"id": one.id, "name": one.name, "size": one.size, "sha256": one.sha256} for one in made],
        "internal": internal,
    }
    # A co-unit does it in its own name, not in the lead's.
    if body is None:
        body = work.actor.unit_name if capacity is Party.CO_UNIT else moving.body(work, ticket, capacity)
    history.append(work, ticket, Action.ATTACH, ticket.state, said, role=capacity, body=body)
    telling.tell_attached(work, ticket, capacity, [one.name for one in made], internal=internal)
    work.session.flush()
    return made


def readable(work: Work, ticket: Ticket) -> list[Attachment]:
    """Return the attachments that this actor may read of a ticket that they see, the oldest first."""
    return attachments.of(work.session, owner(ticket), with_internal=may_be_internal(work, ticket))


def find(work: Work, ticket: Ticket, id_: int) -> Attachment:
    """Return one of them. Raises NotFound."""
    return attachments.find(work.session, owner(ticket), id_, with_internal=may_be_internal(work, ticket))


def owner(ticket: Ticket) -> Owner:
    """Return a ticket as the room of attachments knows it."""
    return Owner(queries.OWNER, ticket.id)


def _standing(work: Work, ticket: Ticket) -> frozenset[Who]:
    return rules.parties(work.actor, queries.facts(work.session, ticket))
