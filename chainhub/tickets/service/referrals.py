"""上级转办: what 12345, 96178 or another superior sent down, with its own number, its own limit, and our reply to it.

The superior's day stands beside our limits and is reminded of by a clock of its own. It outlives the ticket: closing
the matter here does not answer who sent it (domain, section 2).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from chainhub.core.actor import Role, ScopeKind
from chainhub.core.errors import Conflict, Invalid, NotAllowed
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI, Workdays
from chainhub.reminders import service as reminders
from chainhub.reminders.models import Clock
from chainhub.reminders.rules import Ladder
from chainhub.reminders.service import Holder, Owner
from chainhub.tickets import queries, rules
from chainhub.tickets.beside_models import Referral
from chainhub.tickets.clockwork import ClockKind
from chainhub.tickets.models import Ticket
from chainhub.tickets.service import beside, instructions
from chainhub.tickets.terms import Channel
from chainhub.tickets.workflow import Action, Who

OWNER = "referral"  # owner_kind of the superior's clock
AHEAD_MOST = timedelta(days=366)
_RECORDS: tuple[Role, ...] = (Role.COMMITTEE, Role.TASK_FORCE)


@dataclass(frozen=True, slots=True)
class Paper:
    """What came down: from whom, under which number, to be answered by when."""

    source: str
    number: str
    due_on: date


FILED = {"source": "superior_source", "number": "superior_number", "due_on": "superior_due_on"}
"""What a filing form calls what is noted of a superior's paper."""


def filed(given: Mapping[str, Any], role: Who) -> Paper | None:
    """Return the paper with which a ticket is filed, or None where none came down. Raises Invalid."""
    said: dict[str, Any] = {name: given.get(field) for name, field in FILED.items()}
    if not any(said.values()):
        return None
    errors = {
        FILED[name]: ["上级转办要写全：哪里转来的、编号、期限。"] for name, one in said.items() if not one
    }
    if given.get("channel") is not Channel.SUPERIOR:
        errors["channel"] = ["写了上级的编号和期限，渠道请选“上级转办”。"]
    if role not in _RECORDS:
        errors = {"superior_source": ["上级转办由产业链党委登记，请不要填这几项。"]}
    if errors:
        raise Invalid(errors=errors)
    return Paper(**said)


def record_filed(work: Work, ticket: Ticket, paper: Paper) -> None:
    """Note the paper with which a ticket was just filed. Raises Invalid, by the fields of the filing form."""
    try:
        record(work, ticket.number, paper)
    except Invalid as refusal:
        raise Invalid(errors={FILED[name]: said for name, said in refusal.errors.items()}) from refusal


def of(work: Work, ticket: Ticket) -> Referral | None:
    """Return what a superior sent with this ticket, or None; one without costs no query. The firm's side reads none."""
    if ticket.superior_due_at is None or not may_read(work, ticket):
        return None
    return work.session.scalar(select(Referral).where(Referral.ticket_id == ticket.id))


def may_read(work: Work, ticket: Ticket) -> bool:
    """Say whether this actor reads the papers that go up and down: everybody but the enterprise's side."""
    return not rules.from_outside(_standing(work, ticket))


def _standing(work: Work, ticket: Ticket) -> frozenset[Who]:
    return rules.parties(work.actor, queries.facts(work.session, ticket))


def _role(work: Work, ticket: Ticket) -> Role | None:
    standing = _standing(work, ticket)
    return next((one for one in _RECORDS if one in standing), None)


def may_record(work: Work, ticket: Ticket) -> bool:
    """Say whether this actor may note what a superior sent, or correct it."""
    found = of(work, ticket)
    return ticket.is_open and _role(work, ticket) is not None and (found is None or found.replied_on is None)


def demand_to_record(work: Work, ticket: Ticket) -> Role:
    """Return as what this actor may note it now, or refuse: NotAllowed, Conflict."""
    role = _role(work, ticket)
    if role is None:
        raise NotAllowed("上级转办由产业链党委或者专班登记。")
    if not ticket.is_open:
        raise Conflict(f"这件诉求已经是“{ticket.state.label}”，不能再登记。", code="wrong_state")
    found = of(work, ticket)
    if found is not None and found.replied_on is not None:
        raise Conflict("已经回复上级，登记的不能再改。", code="wrong_state")
    return role


def record(work: Work, number: str, paper: Paper) -> Referral:
    """Note what a superior sent, or correct it. Raises NotFound, NotAllowed, Conflict, Invalid."""
    ticket = queries.own(work, number)
    role = demand_to_record(work, ticket)
    days = _days(work, paper.due_on)
    found = of(work, ticket)
    if found is None:
        found = Referral(ticket_id=ticket.id)
        work.session.add(found)
    else:
        instructions.stop_clock(work, OWNER, found.id, "corrected")
    found.source, found.number, found.due_on = paper.source, paper.number, paper.due_on
    found.recorded_by, found.recorded_at = f"{work.actor.unit_name} {work.actor.name}".strip(), work.now
    found.due_at = work.now
    work.session.flush()
    owner = Owner(
        OWNER,
        found.id,
        f"{ticket.about}的上级期限"[:120],
        ticket.link,
        ticket.chain_code,
        ticket.confidential,
    )
    holder = Holder(Role.COMMITTEE.value, ScopeKind.CHAIN.value, ticket.chain_code)
    clock = reminders.begin(
        work, owner, ClockKind.SUPERIOR, Workdays(days), holder, ladder=Ladder.POSTS, round_=ticket.round
    )
    work.session.add(clock)
    found.due_at = ticket.superior_due_at = clock.due_at
    ticket.original_number = paper.number
    said = {"source": paper.source, "number": paper.number, "due_on": paper.due_on}
    beside.note(work, ticket, Action.REFER, said, role)
    return found


def _days(work: Work, due_on: date) -> int:
    today = work.now.astimezone(SHANGHAI).date()
    if not today < due_on <= today + AHEAD_MOST or work.calendar.workdays_between(today, due_on) < 1:
        raise Invalid(
            errors={"due_on": ["上级期限至少留一个工作日，最长一年；已经过了的，请先和上级商定新的期限。"]}
        )
    return work.calendar.workdays_between(today, due_on)


def may_reply(work: Work, ticket: Ticket) -> bool:
    """Say whether this actor may note the reply to the superior now, also after the ticket has ended."""
    found = of(work, ticket)
    return found is not None and found.replied_on is None and _role(work, ticket) is not None


def demand_to_reply(work: Work, number: str) -> tuple[Ticket, Referral, Role]:
    """Return what may be replied to now. Raises NotFound, NotAllowed, Conflict."""
    ticket = queries.own(work, number)
    role = _role(work, ticket)
    if role is None:
        raise NotAllowed("回复上级由产业链党委或者专班来做。")
    found = of(work, ticket)
    if found is None:
        raise Conflict("这件诉求没有登记上级转办，请先登记。", code="wrong_state")
    if found.replied_on is not None:
        raise Conflict("已经回复过上级了。", code="wrong_state")
    return ticket, found, role


def reply(work: Work, number: str, text: str, replied_on: date | None = None) -> Referral:
    """Note what was replied to the superior, and on which day. Raises NotFound, NotAllowed, Conflict, Invalid."""
    ticket, found, role = demand_to_reply(work, number)
    today = work.now.astimezone(SHANGHAI).date()
    day = replied_on or today
    if not ticket.created_at.astimezone(SHANGHAI).date() <= day <= today:
        raise Invalid(errors={"replied_on": ["回复日期要在报送以后、今天以前。"]})
    found.reply, found.replied_on = text, day
    found.replied_by = f"{work.actor.unit_name} {work.actor.name}".strip()
    instructions.stop_clock(work, OWNER, found.id, "reply")
    beside.note(work, ticket, Action.REPLY_UP, {"note": text, "replied_on": day}, role)
    return found


def due_again(work: Work, clock: Clock) -> None:
    """Compute anew until when it is to be replied: the superior's day stands, whatever the calendar."""
    found = work.session.get_one(Referral, clock.owner_id)
    begun = clock.started_at.astimezone(SHANGHAI).date()
    days = max(1, work.calendar.workdays_between(begun, found.due_on))
    reminders.change_limit(work, clock, Workdays(days))
    found.due_at = clock.due_at
    work.session.get_one(Ticket, found.ticket_id).superior_due_at = clock.due_at
