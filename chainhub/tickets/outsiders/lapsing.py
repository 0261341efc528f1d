"""Saying, once, that the day of a question to an outside party has passed without an answer.

The party owes the county nothing and is not reminded; who asked has to ring up or to ask anew. No clock is kept for
it, since no due date of the ticket hangs on it: the notice itself, unique per person and key, says that it was said.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import String, cast, literal, select

from chainhub.core.actor import Post, Role, ScopeKind
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.notices import service as notices
from chainhub.notices.models import Notice
from chainhub.notices.rules import NoticeKind
from chainhub.tickets.models import Ticket
from chainhub.tickets.outsiders.models import OutsideQuestion

FRESH = timedelta(days=14)
"""What passed longer ago is no news any more (decision of the project); it stands on the page of its ticket."""
_BEFORE, _AFTER = "outside:", ":late"


def find(work: Work, limit: int) -> Sequence[int]:
    """Return questions of open tickets whose day has passed without an answer and without a word to who asked."""
    key = literal(_BEFORE) + cast(OutsideQuestion.id, String) + literal(_AFTER)
    said = select(Notice.id).where(Notice.user_id == OutsideQuestion.asked_by_id, Notice.key == key)
    return work.session.scalars(
        select(OutsideQuestion.id)
        .join(Ticket, Ticket.id == OutsideQuestion.ticket_id)
        .where(
            Ticket.is_open,
            Ticket.annexed > 0,
            OutsideQuestion.answered_at.is_(None),
            OutsideQuestion.revoked_at.is_(None),
            OutsideQuestion.asked_by_id.is_not(None),
            OutsideQuestion.due_at <= work.now,
            OutsideQuestion.due_at > work.now - FRESH,
            ~said.exists(),
        )
        .order_by(OutsideQuestion.id)
        .limit(limit)
    ).all()


def remind(work: Work, ids: Sequence[int]) -> None:
    """Remind who asked, and where they have left their post, whoever handles the ticket for the lead unit."""
    rows = work.session.execute(
        select(OutsideQuestion, Ticket)
        .join(Ticket, Ticket.id == OutsideQuestion.ticket_id)
        .where(
            OutsideQuestion.id.in_(ids),
            OutsideQuestion.answered_at.is_(None),
            OutsideQuestion.revoked_at.is_(None),
        )
        .order_by(OutsideQuestion.id)
        .with_for_update(of=OutsideQuestion, skip_locked=True)  # an answer may be on its way
    ).all()
    holders = known.of(work.session).holders
    at_work = frozenset(one.user_id for one in holders.all())
    for question, ticket in rows:
        asker = question.asked_by_id
        told = {asker} if asker is not None else set()
        if asker not in at_work:
            told |= holders.ids(
                Role.DEPARTMENT, ScopeKind.UNIT, ticket.lead_unit_code or "", Post.CONTACT
            ) or holders.ids(Role.COMMITTEE, ScopeKind.CHAIN, ticket.chain_code, Post.CONTACT)
        words = f"{ticket.about}：问{question.party_unit} {question.party_name}的，到期没有答复。请打电话问，或者另问一次。"
        notices.enqueue(
            work,
            told,
            NoticeKind.REMINDER,
            words,
            key=f"{_BEFORE}{question.id}{_AFTER}",
            link=ticket.link,
            kept_from=ticket.complained_unit_code,
        )
