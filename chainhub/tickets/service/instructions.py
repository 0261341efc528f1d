"""批示: a leader's word about a ticket, verbatim, to one unit until a day; answered with what was done.

It stands beside the ticket's life: an end does not end it, since a leader's word is answered all the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from chainhub.core.actor import Post, Role
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI, Workdays
from chainhub.county import known
from chainhub.notices import service as notices
from chainhub.notices.rules import NoticeKind
from chainhub.reminders import service as reminders
from chainhub.reminders.models import Clock
from chainhub.reminders.rules import Ladder
from chainhub.reminders.service import Owner
from chainhub.tickets import queries, rules
from chainhub.tickets.clockwork import ClockKind
from chainhub.tickets.models import Instruction, Ticket
from chainhub.tickets.rules import moment_text
from chainhub.tickets.service import addressing, beside, complaints
from chainhub.tickets.workflow import Action

OWNER = "instruction"  # owner_kind of an instruction's clock
AHEAD_MOST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Word:
    """What a leader says, to whom, until when; `on_behalf_of` where somebody writes it down for them (代录)."""

    text: str
    unit: str
    due_on: date
    on_behalf_of: str = ""


def may_give(work: Work, ticket: Ticket) -> bool:
    """Say whether this actor may give or write down an instruction on this ticket now."""
    return ticket.is_open and bool(_standing(work, ticket))


def _standing(work: Work, ticket: Ticket) -> frozenset[Role]:
    standing = rules.parties(work.actor, queries.facts(work.session, ticket))
    return frozenset(role for role in (Role.LEADER, Role.LIAISON) if role in standing)


def demand(work: Work, ticket: Ticket) -> frozenset[Role]:
    """Return as what this actor may give an instruction, or refuse: NotAllowed, Conflict."""
    standing = _standing(work, ticket)
    if not standing:
        raise NotAllowed("批示由领导作出，或者由联络员照原话代录。")
    if not ticket.is_open:
        raise Conflict(f"这件诉求已经是“{ticket.state.label}”，不用再批示。", code="wrong_state")
    return standing


def of(work: Work, ticket: Ticket) -> Sequence[Instruction]:
    """Return a ticket's instructions, the oldest first; one without costs no query."""
    return queries.instructions(work.session, ticket.id) if ticket.instructed else ()


def readable(work: Work, ticket: Ticket) -> Sequence[Instruction]:
    """Return the instructions this actor may read: the enterprise's side reads none."""
    found = of(work, ticket)
    if found and rules.from_outside(rules.parties(work.actor, queries.facts(work.session, ticket))):
        return ()
    return found


def give(work: Work, number: str, word: Word) -> Instruction:
    """Give an instruction, or write down a leader's. Raises NotFound, NotAllowed, Conflict, Invalid."""
    ticket = queries.own(work, number)
    standing = demand(work, ticket)
    complaints.demand_others(work, ticket, [word.unit], "unit")
    held = addressing.holder(work, ticket, word.unit)
    role = _role(standing, word)
    days = _days(work, word.due_on)
    if held is None:
        raise Invalid(errors={"unit": ["没有这个单位，或者不能批给它。请从名单里选一个。"]})
    instruction = Instruction(
        ticket_id=ticket.id,
        unit_code=word.unit,
        text=word.text,
        due_on=word.due_on,
        given_by_id=work.actor.id,
        given_by=_name(work, role),
        on_behalf_of=word.on_behalf_of,
        given_at=work.now,
        due_at=work.now,
    )
    work.session.add(instruction)
    ticket.instructed += 1
    work.session.flush()
    owner = Owner(
        OWNER,
        instruction.id,
        f"{ticket.about}的批示"[:120],
        ticket.link,
        ticket.chain_code,
        ticket.confidential,
    )
    clock = reminders.begin(
        work, owner, ClockKind.INSTRUCTION, Workdays(days), held, ladder=Ladder.POSTS, round_=ticket.round
    )
    instruction.due_at = clock.due_at
    work.session.add(clock)
    said = {
        "note": word.text,
        "unit": word.unit,
        "due_on": word.due_on,
        "on_behalf_of": word.on_behalf_of or None,
    }
    beside.note(work, ticket, Action.INSTRUCT, said, role, _body(work))
    _tell_unit(work, ticket, instruction)
    return instruction


def _role(standing: frozenset[Role], word: Word) -> Role:
    """Return as what it is given: 代录 is the liaison's, one's own word the leader's. Raises Invalid."""
    if word.on_behalf_of and Role.LIAISON not in standing:
        raise Invalid(errors={"on_behalf_of": ["您本人的批示，这一项不用填。"]})
    if not word.on_behalf_of and Role.LEADER not in standing:
        raise Invalid(errors={"on_behalf_of": ["请写是哪位领导的批示：职务和姓名。"]})
    return Role.LIAISON if word.on_behalf_of else Role.LEADER


def _days(work: Work, due_on: date) -> int:
    today = work.now.astimezone(SHANGHAI).date()
    if not today < due_on <= today + AHEAD_MOST or work.calendar.workdays_between(today, due_on) < 1:
        raise Invalid(errors={"due_on": ["至少留一个工作日，最长一年。"]})
    return work.calendar.workdays_between(today, due_on)


def _name(work: Work, role: Role) -> str:
    if role is Role.LEADER:
        return f"{work.actor.title}{work.actor.name}同志"
    return f"{work.actor.unit_name} {work.actor.name}".strip()


def _body(work: Work) -> str:
    return work.actor.unit_name


def signature(instruction: Instruction) -> str:
    """Return whose word it is, as it is printed."""
    if instruction.on_behalf_of:
        return f"{instruction.on_behalf_of}（{instruction.given_by} 代录）"
    return instruction.given_by


def _tell_unit(work: Work, ticket: Ticket, instruction: Instruction) -> None:
    posts = (Post.HEAD, Post.DEPUTY, Post.CONTACT)
    who = addressing.people(work, ticket, instruction.unit_code, posts)
    due = moment_text(instruction.due_at, weekday=True)
    whose = instruction.on_behalf_of or instruction.given_by
    words = f"{ticket.about}：{whose}批示，请在{due}前办理并回复。{instruction.text}"
    key = f"instruction:{instruction.id}:given"
    notices.enqueue(
        work, who, NoticeKind.TASK, words, key=key, link=ticket.link, kept_from=ticket.complained_unit_code
    )


def find(work: Work, id_: int) -> tuple[Ticket, Instruction]:
    """Return an instruction and its ticket. Raises NotFound where the actor may not see them."""
    instruction = work.session.get(Instruction, id_) if 0 < id_ < 2**31 else None
    otherwise = "没有这条批示，或者您看不到它。"
    ticket = queries.own_under(work, instruction.ticket_id if instruction else None, otherwise)
    if instruction is None or instruction not in readable(work, ticket):
        raise NotFound(otherwise)
    return ticket, instruction


def may_answer(work: Work, ticket: Ticket, instruction: Instruction) -> bool:
    """Say whether this actor answers it: somebody of the unit it was given to."""
    waits = instruction.answered_at is None
    return waits and addressing.capacity(work, ticket, instruction.unit_code) is not None


def demand_answer(work: Work, id_: int) -> tuple[Ticket, Instruction, Role]:
    """Return what may be answered now, and as what. Raises NotFound, NotAllowed, Conflict."""
    ticket, instruction = find(work, id_)
    role = addressing.capacity(work, ticket, instruction.unit_code)
    if role is None:
        unit = known.of(work.session).directory.unit_name(instruction.unit_code)
        raise NotAllowed(f"这条批示由{unit}来回复。")
    if instruction.answered_at is not None:
        raise Conflict("这条批示已经回复过了。", code="wrong_state")
    return ticket, instruction, role


def answer(work: Work, id_: int, note: str) -> Instruction:
    """Answer an instruction with what was done. Raises NotFound, NotAllowed, Conflict."""
    ticket, instruction, role = demand_answer(work, id_)
    unit = known.of(work.session).directory.unit_name(instruction.unit_code)
    instruction.answer = note
    instruction.answered_at = work.now
    instruction.answered_by = f"{unit} {work.actor.name}"
    stop_clock(work, OWNER, instruction.id, "answer")
    beside.note(work, ticket, Action.ANSWER_INSTRUCTION, {"note": note}, role, unit)
    if instruction.given_by_id is not None:
        words = f"{ticket.about}：{unit}回复了批示。{note}"
        key = f"instruction:{instruction.id}:answer"
        notices.enqueue(
            work,
            [instruction.given_by_id],
            NoticeKind.NEWS,
            words,
            key=key,
            link=ticket.link,
            kept_from=ticket.complained_unit_code,
        )
    return instruction


def stop_clock(work: Work, owner: str, id_: int, reason: str) -> None:
    """Stop the clock of something that stands beside a ticket."""
    running = work.session.scalars(
        select(Clock).where(Clock.owner_kind == owner, Clock.owner_id == id_, Clock.stopped_at.is_(None))
    )
    for clock in running:
        reminders.stop(work, clock, reason)


def due_again(work: Work, clock: Clock) -> None:
    """Compute anew until when it is to be answered: the day that was said stands, whatever the calendar."""
    instruction = work.session.get_one(Instruction, clock.owner_id)
    begun = clock.started_at.astimezone(SHANGHAI).date()
    days = max(1, work.calendar.workdays_between(begun, instruction.due_on))
    reminders.change_limit(work, clock, Workdays(days))
    instruction.due_at = clock.due_at
