"""What a resolution must show, by category (domain, section 2: "evidence where the category demands it").

The county's rulebook says which category demands what; form, service and page ask here. A file or photo counts if the
staff attached it in the round that is being resolved, or somebody brought it from a site visit then
(走访核查): what the enterprise sent to show its trouble proves no cure.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select

from chainhub.core.actor import Role
from chainhub.core.errors import Conflict, Invalid
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.documents.attachments import service as attachments
from chainhub.documents.attachments.models import Attachment
from chainhub.tickets import queries
from chainhub.tickets.models import Ticket, TicketEvent
from chainhub.tickets.terms import Evidence
from chainhub.tickets.workflow import Action, Party

_STAFF = (Role.DEPARTMENT.value, Party.CO_UNIT.value, Role.TASK_FORCE.value, Role.COMMITTEE.value)


def demanded(work: Work, ticket: Ticket, at: datetime | None = None) -> Evidence:
    """Return what this ticket's category demands, by the rules in force at a moment (now, if none is said).

    A category of the second level demands what the one above it does, unless the county says otherwise of it.
    """
    facts = known.of(work.session)
    rule = facts.book.text("evidence", at or work.now)
    category = facts.directory.categories.get(ticket.category_code or "")
    codes = (category.code, category.parent or "") if category is not None else ()
    return next((Evidence(rule[code]) for code in codes if code in rule), Evidence.NONE)


def shown(work: Work, ticket: Ticket, evidence: Evidence) -> int:
    """Return how many files, or pictures, the staff attached in this round, or brought from a site visit."""
    return sum(evidence is Evidence.FILE or attachments.is_image(one) for one in _attached(work, ticket))


def _attached(work: Work, ticket: Ticket) -> Sequence[Attachment]:
    line = and_(TicketEvent.ticket_id == Attachment.owner_id, TicketEvent.seq == Attachment.event_seq)
    return work.session.scalars(
        select(Attachment)
        .join(TicketEvent, line)
        .where(
            Attachment.owner_kind == queries.OWNER,
            Attachment.owner_id == ticket.id,
            TicketEvent.round == ticket.round,
            or_(
                and_(TicketEvent.action == Action.ATTACH, TicketEvent.role.in_(_STAFF)),
                TicketEvent.action == Action.SITE_VISIT,
            ),
        )
    ).all()


def demand_to_resolve(work: Work, ticket: Ticket, given: Mapping[str, Any]) -> None:
    """Refuse a resolution that lacks what its category demands. Raises Invalid."""
    evidence = demanded(work, ticket)
    if evidence is Evidence.WORD:
        at = given.get("word_at")
        if not given.get("word_by"):
            raise Invalid(errors={"word_by": ["这一类要企业认可才能办结，请写明是企业哪位认可的。"]})
        if isinstance(at, datetime) and not ticket.created_at <= at <= work.now:
            raise Invalid(errors={"word_at": ["认可时间要在报送之后、现在之前。"]})
    elif said := _lack(work, ticket, evidence):
        raise Invalid(said, {"evidence": [said]})


def demand_to_close(work: Work, ticket: Ticket) -> None:
    """Refuse to strike off what was resolved in this round without what was demanded then. Raises Conflict."""
    if ticket.resolved_at is None:
        return
    evidence = demanded(work, ticket, ticket.resolved_at)
    if evidence in {Evidence.FILE, Evidence.PHOTO} and _resolved_by_a_unit(work, ticket):
        said = _lack(work, ticket, evidence)
        if said:
            raise Conflict(said.replace("办结", "销号"), code="forbidden_now")


def _resolved_by_a_unit(work: Work, ticket: Ticket) -> bool:
    found = select(TicketEvent.id).where(
        TicketEvent.ticket_id == ticket.id,
        TicketEvent.round == ticket.round,
        TicketEvent.action == Action.RESOLVE,
    )
    return work.session.scalar(found.limit(1)) is not None


def _lack(work: Work, ticket: Ticket, evidence: Evidence) -> str:
    if evidence not in {Evidence.FILE, Evidence.PHOTO} or shown(work, ticket, evidence):
        return ""
    return f"这一类要有{evidence.label}才能办结，本轮还没有，请先上传{evidence.label}。"


def asked(work: Work, ticket: Ticket) -> str:
    """Return what stands on the resolve form about evidence, or an empty string."""
    evidence = demanded(work, ticket)
    if evidence is Evidence.NONE:
        return ""
    if evidence is Evidence.WORD:
        return "这一类办结要企业认可：写明企业哪位、什么时候认可的。"
    count = shown(work, ticket, evidence)
    if count:
        return f"这一类办结要有{evidence.label}，本轮已经传了 {count} 个。"
    return _lack(work, ticket, evidence)
