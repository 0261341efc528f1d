"""A question to an outside party as the page of its ticket shows it."""

from chainhub.core.work import Work
from chainhub.tickets.annexes import OutsideView
from chainhub.tickets.models import Ticket
from chainhub.tickets.outsiders import service
from chainhub.tickets.outsiders.models import OutsideQuestion
from chainhub.tickets.outsiders.rules import Standing
from chainhub.tickets.rules import moment_text


def questions(work: Work, ticket: Ticket) -> tuple[OutsideView, ...]:
    """Return what outside parties were asked, as this reader may know it."""
    return tuple(_view(work, ticket, one) for one in service.readable(work, ticket))


def _view(work: Work, ticket: Ticket, one: OutsideQuestion) -> OutsideView:
    now = service.standing(work, one)
    may = service.may_manage(work, ticket, one)
    contact = f"（{one.contact}）" if one.contact else ""
    line = f"{one.asked_by} {moment_text(one.asked_at)} 问，{moment_text(one.due_at)} 前答{contact}"
    if now is Standing.REVOKED and one.revoked_at is not None:
        line = f"{line}；{one.revoked_by} {moment_text(one.revoked_at)} 撤回"
    said = ""
    if one.answered_at is not None:
        said = f"{one.answered_by} {moment_text(one.answered_at)} 答：{one.answer}"
    where = f"/outside/{one.id}"
    return OutsideView(
        f"{one.party_unit} {one.party_name}",
        now.label,
        now is Standing.WAITING,
        one.question,
        line,
        said,
        link_url=f"{where}/link" if may else "",
        revoke_url=f"{where}/revoke" if may else "",
    )
