"""Checklists per category: what the handler ticks, with name and time, before a ticket can be resolved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from chainhub.core.actor import Role
from chainhub.core.errors import Conflict, NotAllowed, NotFound
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.rulebook.rules import CheckItem
from chainhub.tickets import queries, rules
from chainhub.tickets.everyday import ChecklistTick
from chainhub.tickets.models import Ticket
from chainhub.tickets.workflow import State


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a ticket's list, and by whom and when it was ticked in this round."""

    code: str
    label: str
    must: bool
    done_by: str = ""
    done_at: datetime | None = None


def of(work: Work, ticket: Ticket) -> list[Item]:
    """Return a ticket's list as it stands; a category without one costs no query."""
    listed = _listed(work, ticket)
    if not listed:
        return []
    ticks = {
        one.item: one
        for one in work.session.scalars(
            select(ChecklistTick).where(
                ChecklistTick.ticket_id == ticket.id, ChecklistTick.round == ticket.round
            )
        )
    }
    return [
        Item(one.code, one.label, one.must, ticks[one.code].done_by, ticks[one.code].done_at)
        if one.code in ticks
        else Item(one.code, one.label, one.must)
        for one in listed
    ]


def _listed(work: Work, ticket: Ticket) -> Sequence[CheckItem]:
    facts = known.of(work.session)
    return facts.book.checklist(facts.directory.above(ticket.category_code))


def readable(work: Work, ticket: Ticket) -> list[Item]:
    """Return the list for the staff; the enterprise's side reads the answer and not how it came about."""
    standing = rules.parties(work.actor, queries.facts(work.session, ticket))
    return [] if rules.from_outside(standing) else of(work, ticket)


def may_tick(work: Work, ticket: Ticket) -> bool:
    """Say whether this actor ticks: the lead unit, while it handles."""
    standing = rules.parties(work.actor, queries.facts(work.session, ticket))
    return ticket.state is State.HANDLING and Role.DEPARTMENT in standing


def demand(work: Work, ticket: Ticket) -> None:
    """Refuse whoever does not tick now: NotAllowed, Conflict."""
    standing = rules.parties(work.actor, queries.facts(work.session, ticket))
    if Role.DEPARTMENT not in standing:
        raise NotAllowed("清单由主办单位来勾。")
    if ticket.state is not State.HANDLING:
        raise Conflict(f"这件诉求现在是“{ticket.state.label}”，办理中才能勾清单。", code="wrong_state")


def tick(work: Work, number: str, code: str, *, done: bool) -> Ticket:
    """Tick an item or take the tick back. Twice is once. Raises NotFound, NotAllowed, Conflict."""
    ticket = queries.own(work, number)
    demand(work, ticket)
    found = next((one for one in of(work, ticket) if one.code == code), None)
    if found is None:
        raise NotFound("清单里没有这一项，请刷新再看。")
    if done and found.done_at is None:
        made = ChecklistTick(
            ticket_id=ticket.id,
            round=ticket.round,
            item=code,
            done_by=f"{work.actor.unit_name} {work.actor.name}".strip(),
            done_by_id=work.actor.id,
            done_at=work.now,
        )
        work.session.add(made)
        work.session.flush()
    if not done:
        work.session.execute(
            delete(ChecklistTick).where(
                ChecklistTick.ticket_id == ticket.id,
                ChecklistTick.round == ticket.round,
                ChecklistTick.item == code,
            )
        )
    return ticket


def hindrance(work: Work, ticket: Ticket, reason: str) -> str:
    """Return why a ticket cannot be resolved yet by its list, or an empty string; `reason` stands for what may be left."""
    left = [one for one in of(work, ticket) if one.done_at is None]
    must = "、".join(f"“{one.label}”" for one in left if one.must)
    if must:
        return f"清单里{must}必须做完。请先回到诉求页面勾上，再办结。"
    if left and not reason:
        may = "、".join(f"“{one.label}”" for one in left)
        return f"清单里{may}还没勾。做完勾上再办结，或者写明为什么不做。"
    return ""
