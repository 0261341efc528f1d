"""Recording a site visit: by whoever handles the ticket, and by the enterprise's guide. Its photos serve as evidence.

The record is read by everybody who sees the ticket, the enterprise too: who was visited may say what was seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from chainhub.core.actor import Post, Role, ScopeKind
from chainhub.core.errors import Conflict, Invalid, NotAllowed
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.documents.attachments import service as attachments
from chainhub.documents.attachments.service import Sound
from chainhub.documents.attachments.storing import Shelf
from chainhub.notices import service as notices
from chainhub.notices.rules import NoticeKind
from chainhub.tickets import queries, rules
from chainhub.tickets.models import Ticket
from chainhub.tickets.onsite.models import SiteVisit
from chainhub.tickets.onsite.rules import EVER_MOST
from chainhub.tickets.service import addressing, attaching, beside
from chainhub.tickets.workflow import OPEN, Action, Party, Who

_RECORDS: tuple[Who, ...] = (
    Role.DEPARTMENT,
    Party.CO_UNIT,
    Role.TASK_FORCE,
    Role.COMMITTEE,
    Role.GUIDE,
)
"""Who records one, in the order of the capacities in which one is said to have done it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen on the spot; `visited_at` None is now."""

    people: str
    result: str
    met: str = ""
    visited_at: datetime | None = None


def of(work: Work, ticket: Ticket) -> Sequence[SiteVisit]:
    """Return a ticket's site visits, the oldest first; one without costs no query."""
    if not ticket.annexed:
        return ()
    mine = SiteVisit.ticket_id == ticket.id
    return work.session.scalars(select(SiteVisit).where(mine).order_by(SiteVisit.id)).all()


def may_record(work: Work, ticket: Ticket) -> bool:
    """Say whether this actor may record a site visit now."""
    return ticket.state in OPEN and _capacity(work, ticket) is not None


def demand(work: Work, number: str) -> tuple[Ticket, Who]:
    """Return the ticket and the capacity in which this actor records. Raises NotFound, NotAllowed, Conflict."""
    ticket = queries.own(work, number)
    role = _capacity(work, ticket)
    if role is None:
        raise NotAllowed("走访核查由经办这件诉求的人和企业的指导员来记。")
    if ticket.state not in OPEN:
        raise Conflict(f"这件诉求已经是“{ticket.state.label}”，不用再记走访。", code="wrong_state")
    return ticket, role


def _capacity(work: Work, ticket: Ticket) -> Who | None:
    standing = rules.parties(work.actor, queries.facts(work.session, ticket))
    return next((one for one in _RECORDS if one in standing), None)


def record(
    work: Work, shelf: Shelf | None, number: str, seen: Seen, files: Sequence[Sound] = ()
) -> SiteVisit:
    """Record a visit, its photos with it. Raises NotFound, NotAllowed, Conflict, Invalid.

    `shelf` is where files are kept; None where none came.
    """
    ticket, role = demand(work, number)
    at = seen.visited_at or work.now
    if not ticket.created_at <= at <= work.now:
        raise Invalid(errors={"visited_at": ["走访时间要在报送之后、现在之前。"]})
    if len(of(work, ticket)) >= EVER_MOST:
        raise Conflict("这件诉求的走访记录已经太多，请写到进展里。", code="forbidden_now")
    made = SiteVisit(
        ticket_id=ticket.id,
        visited_at=at,
        people=seen.people,
        met=seen.met,
        result=seen.result,
        photos=len(files),
        by_id=work.actor.id,
        by_name=f"{work.actor.unit_name} {work.actor.name}".strip(),
        recorded_at=work.now,
    )
    work.session.add(made)
    ticket.annexed += 1
    kept = []
    if shelf is not None and files:
        line = ticket.version + 1  # the line that `beside.note` writes below
        kept = attachments.add(work, shelf, attaching.owner(ticket), files, internal=False, event_seq=line)
    said = {
        "note": seen.result,
        "people": seen.people,
        "met": seen.met or None,
        "at": at,
        "files": [{"id": one.id, "name": one.name, "size": one.size, "sha256": one.sha256} for one in kept]
        or None,
    }
    body = work.actor.unit_name if role in {Party.CO_UNIT, Role.GUIDE} else None
    beside.note(work, ticket, Action.SITE_VISIT, said, role, body)
    work.session.flush()
    _tell(work, ticket, role, made)
    return made


def _tell(work: Work, ticket: Ticket, role: Who, made: SiteVisit) -> None:
    """Tell the other side: the unit of what a guide saw, the enterprise of what the staff did."""
    if role is Role.GUIDE:
        who = addressing.people(work, ticket, ticket.lead_unit_code or "", (Post.CONTACT,))
    else:
        holders = known.of(work.session).holders
        who = holders.ids(Role.ENTERPRISE, ScopeKind.ENTERPRISE, ticket.enterprise_code)
    words = f"{ticket.about}：{made.people}到现场看过。{made.result}"
    notices.enqueue(
        work,
        who - {work.actor.id},
        NoticeKind.NEWS,
        words,
        key=f"visit:{made.id}",
        link=ticket.link,
        kept_from=ticket.complained_unit_code,
    )
