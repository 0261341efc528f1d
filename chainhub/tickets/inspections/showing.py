"""A ticket as an inspection sees it, page and pack alike: everything masked, nothing that can be pressed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import select

from chainhub.core.actor import Role
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.directory.models import Enterprise
from chainhub.documents.attachments import rules as files
from chainhub.documents.attachments import service as attachments
from chainhub.documents.attachments.models import Attachment
from chainhub.tickets import masking, presenting, queries, rules
from chainhub.tickets.models import Ticket, TicketEvent
from chainhub.tickets.service import attaching
from chainhub.tickets.showing import StoryLine

_NAMED_IN = ("contacted_person", "person")  # whom of the enterprise somebody spoke to
Mask = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class InspectedView:
    """One ticket, masked: its facts as (label, words), what happened, the names of its evidence."""

    number: str
    title: str
    content: str
    facts: tuple[tuple[str, str], ...]
    story: tuple[StoryLine, ...]
    evidence: tuple[tuple[str, str], ...]  # name, and size with whoever brought it


def view(work: Work, ticket: Ticket) -> InspectedView:
    """Return what an inspection sees of a ticket that this actor sees."""
    events = queries.events(work.session, ticket.id)
    mask, directory = mask_of(ticket, events), known.of(work.session).directory
    firm = work.session.scalar(select(Enterprise.name).where(Enterprise.code == ticket.enterprise_code)) or ""
    lines = presenting.story(events, frozenset(), directory, firm=firm)
    return InspectedView(
        ticket.number,
        mask(ticket.title),
        mask(ticket.content),
        tuple((label, said) for label, said in _facts(work, ticket, firm) if said),
        tuple(_masked(one, mask) for one in lines),
        tuple((one.name, _line(one, mask)) for one in evidence(work, ticket)),
    )


def evidence(work: Work, ticket: Ticket) -> Sequence[Attachment]:
    """Return the files that an inspection may know of: none that are for the staff alone."""
    return attachments.of(work.session, attaching.owner(ticket), with_internal=False)


def mask_of(ticket: Ticket, events: Sequence[TicketEvent]) -> Mask:
    """Return what masks any text about a ticket: numbers, and the people of the enterprise who are named in it."""
    names = {ticket.contact_person}
    for one in events:
        if one.role == Role.ENTERPRISE.value and one.actor_id is not None:
            names.add(one.actor_name)
        names.update(str(one.data[field]) for field in _NAMED_IN if one.data.get(field))
    sorted_names = sorted(names, key=len, reverse=True)
    return partial(masking.text, names=sorted_names)


def _masked(one: StoryLine, mask: Mask) -> StoryLine:
    return StoryLine(one.label, one.when, mask(one.who), mask(one.text), one.quoted, one.folded, one.internal)


def _line(one: Attachment, mask: Mask) -> str:
    return f"{files.size_text(one.size)}，{mask(one.by_name)} {rules.moment_text(one.at)}"


def _facts(work: Work, ticket: Ticket, firm: str) -> Sequence[tuple[str, str]]:
    directory = known.of(work.session).directory
    contact = f"{masking.name(ticket.contact_person)} {rules.mask_phone(ticket.contact_phone)}".strip()
    return (
        ("企业", firm),
        ("联系人", contact),
        ("产业链", directory.chains[ticket.chain_code].name),
        ("类别", directory.category_label(ticket.category_code) or "待定"),
        ("性质", ticket.kind.label if ticket.kind else "待定"),
        ("紧急程度", ticket.urgency.label),
        ("渠道", ticket.channel.label),
        ("提出", rules.moment_text(ticket.created_at, year=0)),
        ("主办", directory.unit_name(ticket.lead_unit_code) if ticket.lead_unit_code else ""),
        ("协办", "、".join(directory.unit_name(code) for code in dict.fromkeys(ticket.co_units))),
        ("办到哪", ticket.state.label),
        ("办理时限", rules.moment_text(ticket.due_at, year=0) if ticket.due_at else ""),
        ("办结", rules.moment_text(ticket.resolved_at, year=0) if ticket.resolved_at else ""),
        ("结果", ticket.outcome.label if ticket.outcome else ""),
        ("评价", ticket.satisfaction.label if ticket.satisfaction else ""),
        ("销号", rules.moment_text(ticket.closed_at, year=0) if ticket.closed_at else ""),
    )
