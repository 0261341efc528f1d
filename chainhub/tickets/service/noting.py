"""Internal notes (内部备注): what the staff write for each other about a ticket. The enterprise's side never learns of one.

A note moves nothing, tells nobody and is found by no search; it stands in the history for those who handle or oversee.
"""

from chainhub.core.actor import Role
from chainhub.core.errors import Invalid, NotAllowed
from chainhub.core.work import Work
from chainhub.tickets import fields, queries, rules
from chainhub.tickets.models import Ticket
from chainhub.tickets.service import beside
from chainhub.tickets.workflow import Action, Party, Who

_WRITERS: tuple[Who, ...] = (
    Role.DEPARTMENT,
    Role.COMMITTEE,
    Role.TASK_FORCE,
    Role.CALLER,
    Role.LEADER,
    Role.LIAISON,
    Party.CO_UNIT,
)


def capacity(work: Work, ticket: Ticket) -> Who | None:
    """Return as what this actor writes an internal note, or None: nobody does from the enterprise's side."""
    standing = rules.parties(work.actor, queries.facts(work.session, ticket))
    return next((one for one in _WRITERS if one in standing), None)


def note(work: Work, number: str, text: str) -> Ticket:
    """Write an internal note. Raises NotFound, NotAllowed, Invalid."""
    ticket = queries.own(work, number)
    role = demand(work, ticket)
    said = text.strip()
    most = fields.NOTE_MOST
    if not said:
        raise Invalid(errors={"note": ["请写下备注。"]})
    if len(said) > most:
        raise Invalid(errors={"note": [f"最多 {most} 字，现在 {len(said)} 字。"]})
    beside.note(work, ticket, Action.NOTE, {"note": said}, role, work.actor.unit_name or None)
    return ticket


def demand(work: Work, ticket: Ticket) -> Who:
    """Return as what this actor may note, or refuse: NotAllowed."""
    role = capacity(work, ticket)
    if role is None:
        raise NotAllowed("内部备注由工作人员来写。要补充情况，请用“补充”。")
    return role
