"""What a report says in all: figures and what they count, the names they go by, lists, words; and of what it was made."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI
from chainhub.county import known
from chainhub.statistics import presenting, stories
from chainhub.statistics.figures import FIGURES
from chainhub.statistics.reports import basis, facts, rules
from chainhub.statistics.reports.basis import Basis
from chainhub.statistics.reports.terms import Period
from chainhub.statistics.terms import Cut
from chainhub.tickets.models import Ticket, TicketEvent
from chainhub.tickets.successes.models import SuccessCase
from chainhub.tickets.successes.rules import CaseState
from chainhub.tickets.terms import CarryOverReason
from chainhub.tickets.workflow import Action

Content = dict[str, Any]
CASES = 5  # that are taken in
CARRIED = 200  # rows of 长期跟踪 that are listed by name; all of them are counted
_COMPLAINT = "（投诉，不写内容）"


def live(work: Work, period: Period, found: Basis | None = None) -> Content:
    """Return what a report would say at this moment: figures, names, lists. Words are added by whoever writes them."""
    computed = facts.compute(period, found or basis.now(work, period))
    return {
        "format": rules.FORMAT,
        "county": known.of(work.session).name,
        "month": period.month.written,
        "chain": period.chain,
        "at": work.now.astimezone(SHANGHAI).isoformat(),
        **computed,
        "names": _names(work, computed),
        "formulas": {
            one.code: {"label": one.label, "formula": one.formula, "sort": one.sort.value}
            for one in FIGURES.values()
        },
        "carried": _carried(work, computed["standing"]["carried"]),
        "cases": _cases(work, period),
    }


def _names(work: Work, computed: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    listed = (
        (Cut.UNIT, "units"),
        (Cut.CHAIN, "chains"),
        (Cut.CATEGORY, "categories"),
        (Cut.KIND, "kinds"),
        (Cut.CHANNEL, "channels"),
    )
    return {cut.value: presenting.names(work, cut, computed[part]) for cut, part in listed}


def _carried(work: Work, ids: Sequence[int]) -> list[dict[str, str]]:
    """Return the list of 长期跟踪: number, matter, unit, why and until when; nobody's name or telephone."""
    some = ids[:CARRIED]
    directory = known.of(work.session).directory
    last = (
        select(TicketEvent.ticket_id, func.max(TicketEvent.id).label("id"))
        .where(TicketEvent.ticket_id.in_(some), TicketEvent.action == Action.CARRY_OVER)
        .group_by(TicketEvent.ticket_id)
        .subquery()
    )
    rows = work.session.execute(
        select(
            Ticket.number, Ticket.title, Ticket.complained_unit_code, Ticket.lead_unit_code, TicketEvent.data
        )
        .join(last, last.c.ticket_id == Ticket.id)
        .join(TicketEvent, TicketEvent.id == last.c.id)
        .order_by(Ticket.id)
    )
    return [
        {
            "number": number,
            "title": _COMPLAINT if complained else title,
            "unit": directory.unit_name(unit or ""),
            "reason": CarryOverReason(data["reason_code"]).label if data.get("reason_code") else "",
            "review_on": str(data.get("review_on") or ""),
        }
        for number, title, complained, unit, data in rows
    ]


def _cases(work: Work, period: Period) -> list[dict[str, str]]:
    """Return the cases that were published in the month; the enterprise has agreed to their words."""
    begin, end = basis.begin_of(period.month), basis.end_of(period.month)
    asked = (
        select(SuccessCase.title, SuccessCase.text)
        .join(Ticket, Ticket.id == SuccessCase.ticket_id)
        .where(
            SuccessCase.stage == CaseState.PUBLISHED,
            SuccessCase.decided_at >= begin,
            SuccessCase.decided_at < end,
        )
        .order_by(SuccessCase.id)
        .limit(CASES)
    )
    if period.chain:
        asked = asked.where(Ticket.chain_code == period.chain)
    return [{"title": title, "text": text} for title, text in work.session.execute(asked)]


# What is frozen beside it


def frozen(work: Work, period: Period, line: int, text: Mapping[str, str]) -> Content:
    """Return the whole of what is published: what is live, the words, the limits that may still change, what it rests on."""
    said = live(work, period)
    ids = tickets_of(said)
    return said | {
        "text": dict(text),
        "tickets": _numbers(work, ids),
        "limits": basis.limits(work, period),
        "as_of": {
            "line": line,
            "line_hash": line_hash(work, line),
            "history": history_hash(work, ids, line),
            "at": work.now.astimezone(SHANGHAI).isoformat(),
            "calendar": work.calendar.version,
            "today": local(work.now).date().isoformat(),
        },
    }


def tickets_of(content: Mapping[str, Any]) -> list[int]:
    """Return every ticket that a content counts or lists, in order."""
    found = {row[0] for rows in content["counted"].values() for row in rows}
    return sorted(found | set(content["standing"]["open"]))


def _numbers(work: Work, ids: Sequence[int]) -> dict[str, str]:
    found: dict[str, str] = {}
    for some in _chunks(ids):
        rows = work.session.execute(select(Ticket.id, Ticket.number).where(Ticket.id.in_(some)))
        found |= {str(id_): number for id_, number in rows}
    return found


def line_hash(work: Work, line: int) -> str:
    """Return the hash of a line of history; an empty text where there is none."""
    return work.session.scalar(select(TicketEvent.hash).where(TicketEvent.id == line)) or ""


def history_hash(work: Work, ids: Sequence[int], line: int) -> str:
    """Return one hash over the last line of each ticket up to a line: each ties all lines of its ticket before it."""
    running = hashlib.sha256()
    for some in _chunks(ids):
        last = (
            select(func.max(TicketEvent.id))
            .where(TicketEvent.ticket_id.in_(some), TicketEvent.id <= line)
            .group_by(TicketEvent.ticket_id)
        )
        rows = select(TicketEvent.ticket_id, TicketEvent.hash).where(TicketEvent.id.in_(last))
        for ticket, hash_ in work.session.execute(rows.order_by(TicketEvent.ticket_id)):
            running.update(f"{ticket}:{hash_}\n".encode())
    return running.hexdigest()


def _chunks(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[place : place + stories.SOME] for place in range(0, len(ids), stories.SOME))
