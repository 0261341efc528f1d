"""Copies as the page of a ticket shows them."""

from chainhub.core.work import Work
from chainhub.tickets.annexes import CopyView
from chainhub.tickets.copies import service
from chainhub.tickets.models import Ticket
from chainhub.tickets.rules import moment_text


def copied(work: Work, ticket: Ticket) -> tuple[CopyView, ...]:
    """Return to whom a ticket was copied, as this reader may know it."""
    found = service.readable(work, ticket)
    may = bool(found) and service.may_copy(work, ticket)
    views = []
    for one in found:
        note = f"：{one.note}" if one.note else ""
        line = f"{one.by_name} {moment_text(one.at)} 抄送{note}"
        holds = one.withdrawn_at is None
        if one.withdrawn_at is not None:
            line = f"{line}；{one.withdrawn_by} {moment_text(one.withdrawn_at)} 撤回"
        views.append(CopyView(one.person, line, holds, f"/copies/{one.id}/withdraw" if may and holds else ""))
    return tuple(views)
