"""From what somebody means to what a use case is given: units that may be asked, days that fit, another ticket."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select

from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI
from chainhub.operations.simulating.intents import Beside, Intent
from chainhub.tickets import queries
from chainhub.tickets.clockwork import UNIT_CLOCKS
from chainhub.tickets.models import Ticket
from chainhub.tickets.service import (
    instructions,
    noting,
    referrals,
    requests,
    supervisions,
    whistles,
)
from chainhub.tickets.service.requests import Asked
from chainhub.tickets.terms import OPEN_PARTS, RequestKind
from chainhub.tickets.workflow import Action


class Asking(Exception):  # no error: the unit of work is given up, and the next person is asked
    """Whoever was asked may not, or has nothing to do here."""


def given_for(work: Work, ticket: Ticket, intent: Intent) -> Mapping[str, Any] | None:
    """Return what a move is given, made to fit the ticket as it is now; None where it would make no sense."""
    given = dict(intent.given)
    if intent.does is Action.MERGE:
        into = _alike(work, ticket)
        return None if into is None else {**given, "into": into}
    if intent.does is Action.DISPATCH:
        busy = _busy(work, ticket)
        if given["lead_unit"] in busy:
            return None
        given["co_units"] = [one for one in given.get("co_units") or () if one["unit"] not in busy]
    if intent.does is Action.CONCLUDE and given.get("decisions"):
        taken = {*_busy(work, ticket), ticket.lead_unit_code}
        given["decisions"] = [one for one in given["decisions"] if one["unit"] not in taken]
    if intent.does is Action.RECLASSIFY:
        same = {"category": ticket.category_code, "kind": ticket.kind, "urgency": ticket.urgency}
        if all(given.get(name) in {None, value} for name, value in same.items()):
            return None
    return given


def _busy(work: Work, ticket: Ticket) -> set[str]:
    """Return the units that have a part of a ticket to hand in."""
    return {one.unit_code for one in queries.parts(work.session, ticket.id) if one.state in OPEN_PARTS}


def _alike(work: Work, ticket: Ticket) -> str | None:
    """Return the number of an older open ticket of the same firm or category into which it could be merged."""
    if ticket.complained_unit_code is not None:
        return None
    return work.session.scalar(
        select(Ticket.number)
        .where(
            Ticket.id != ticket.id,
            Ticket.is_open,
            Ticket.chain_code == ticket.chain_code,
            Ticket.category_code == ticket.category_code,
            Ticket.confidential.is_(ticket.confidential),
            Ticket.complained_unit_code.is_(None),
            Ticket.created_at < ticket.created_at,
            queries.visible(work.actor),
        )
        .order_by(Ticket.created_at.desc(), Ticket.number)
        .limit(1)
    )


def do_beside(work: Work, ticket: Ticket, intent: Intent) -> bool:
    """Do what is no row of the table, if this person may do it now; say whether it was done."""
    return _DOES[Beside(intent.does)](work, ticket, intent.given)


def _ask(work: Work, ticket: Ticket, given: Mapping[str, Any]) -> bool:
    kind = RequestKind(given["kind"])
    if kind not in requests.may_ask(work, ticket):
        return False
    until = given.get("until")
    if kind is RequestKind.EXTENSION:
        running = queries.running_clocks(work.session, [ticket.id])
        due = next(one.due_at for one in running if one.kind in {kind.value for kind in UNIT_CLOCKS})
        until = work.calendar.add_workdays(due.astimezone(SHANGHAI).date(), given["days"])
    units = tuple(one for one in given.get("units", ()) if one != ticket.complained_unit_code)
    asked = Asked(kind, given["reason"], until, given.get("reason_code"), units)
    requests.ask(work, ticket.number, asked)
    return True


def _whistle(work: Work, ticket: Ticket, given: Mapping[str, Any]) -> bool:
    units = [ticket.lead_unit_code, *given["units"]]
    called = [one for one in units if one and one != ticket.complained_unit_code]
    if not whistles.may_blow(work, ticket) or not called:
        return False
    whistles.blow(work, ticket.number, given["reason"], called)
    return True


def _instruct(work: Work, ticket: Ticket, given: Mapping[str, Any], on_behalf_of: str = "") -> bool:
    if not instructions.may_give(work, ticket) or ticket.lead_unit_code is None:
        return False
    due_on = work.calendar.add_workdays(work.now.astimezone(SHANGHAI).date(), given["days"])
    said = instructions.Word(given["text"], ticket.lead_unit_code, due_on, on_behalf_of)
    instructions.give(work, ticket.number, said)
    return True


def _transcribe(work: Work, ticket: Ticket, given: Mapping[str, Any]) -> bool:
    return _instruct(work, ticket, given, "分管副县长")


def _propose(work: Work, ticket: Ticket, given: Mapping[str, Any]) -> bool:
    if not supervisions.may_draft(work, ticket):
        return False
    supervisions.propose(work, ticket.number, given["note"])
    return True


def _refer(work: Work, ticket: Ticket, given: Mapping[str, Any]) -> bool:
    if not referrals.may_record(work, ticket) or referrals.of(work, ticket) is not None:
        return False
    due_on = work.calendar.add_workdays(work.now.astimezone(SHANGHAI).date(), given["days"])
    paper = referrals.Paper(given["source"], f"JN{ticket.number[-10:]}", due_on)
    referrals.record(work, ticket.number, paper)
    return True


def _note(work: Work, ticket: Ticket, given: Mapping[str, Any]) -> bool:
    if noting.capacity(work, ticket) is None:
        return False
    noting.note(work, ticket.number, given["note"])
    return True


_DOES: Mapping[Beside, Callable[[Work, Ticket, Mapping[str, Any]], bool]] = {
    Beside.ASK: _ask,
    Beside.WHISTLE: _whistle,
    Beside.INSTRUCT: _instruct,
    Beside.TRANSCRIBE: _transcribe,
    Beside.PROPOSE: _propose,
    Beside.REFER: _refer,
    Beside.NOTE: _note,
}
