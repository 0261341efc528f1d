"""督办: a draft made by rule or by hand, signed by a named person, answered by the unit within two workdays.

A draft binds nobody. The county's paper is signed by its leaders' office or a leader (decision); a chain's committee
signs in its own name, and then the paper is a 提醒函, since it does not outrank a bureau (domain, section 2).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from chainhub.core.actor import Post, Role, ScopeKind
from chainhub.core.errors import Conflict, NotAllowed, NotFound
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.notices import service as notices
from chainhub.notices.rules import NoticeKind
from chainhub.reminders import service as reminders
from chainhub.reminders.models import Clock
from chainhub.reminders.rules import Ladder
from chainhub.reminders.service import Owner
from chainhub.tickets import queries, rules
from chainhub.tickets.clockwork import ClockKind
from chainhub.tickets.models import Instruction, Supervision, Ticket
from chainhub.tickets.rules import moment_text
from chainhub.tickets.service import addressing, beside, clocks, instructions
from chainhub.tickets.terms import SupervisionReason, SupervisionState
from chainhub.tickets.workflow import Action

OWNER = "supervision"  # owner_kind of the clock of a feedback
LEVELS = 3
_DRAFTERS = (Role.COMMITTEE, Role.TASK_FORCE, Role.LEADER)


@dataclass(frozen=True, slots=True)
class Cause:
    """What a draft is made for: a rule or somebody's word, to which unit, at which level."""

    reason: SupervisionReason
    unit: str
    note: str = ""
    level: int = 1
    instruction_id: int | None = None


# Drafting


def of(work: Work, ticket: Ticket) -> Sequence[Supervision]:
    """Return what was drafted about a ticket, the oldest first; one without costs no query."""
    return queries.supervisions(work.session, ticket.id) if ticket.supervised else ()


def may_draft(work: Work, ticket: Ticket) -> bool:
    """Say whether this actor may draft a supervision by hand now."""
    unit = ticket.lead_unit_code
    if not (_drafter(work, ticket) and ticket.is_open and unit):
        return False
    return not any(one.state is SupervisionState.DRAFT for one in of(work, ticket))


def _drafter(work: Work, ticket: Ticket) -> Role | None:
    standing = rules.parties(work.actor, queries.facts(work.session, ticket))
    return next((role for role in _DRAFTERS if role in standing), None)


def demand_draft(work: Work, ticket: Ticket) -> tuple[Role, str]:
    """Return as what this actor may draft now, and to which unit, or refuse: NotAllowed, Conflict."""
    role = _drafter(work, ticket)
    if role is None:
        raise NotAllowed("督办由产业链党委、专班或者领导提请。")
    if not ticket.is_open:
        raise Conflict(f"这件诉求已经是“{ticket.state.label}”，不用再督办。", code="wrong_state")
    if ticket.lead_unit_code is None:
        raise Conflict("这件诉求还没有派到单位，没有督办的对象。", code="wrong_state")
    if any(one.state is SupervisionState.DRAFT for one in of(work, ticket)):
        raise Conflict("已经有一份督办等着签发，不用再提。", code="forbidden_now")
    return role, ticket.lead_unit_code


def propose(work: Work, number: str, note: str, level: int = 1) -> Supervision:
    """Draft a supervision by hand. Raises NotFound, NotAllowed, Conflict."""
    ticket = queries.own(work, number)
    role, unit = demand_draft(work, ticket)
    return _draft(work, ticket, Cause(SupervisionReason.BY_HAND, unit, note, level), role, None)


def draft_by_rule(work: Work, ticket: Ticket, reason: SupervisionReason) -> Supervision | None:
    """Draft what a rule calls for, once a round; None if the chain has nobody to address."""
    if reason is SupervisionReason.RETURNED_TWICE:  # charged to who dispatched, not to who was sent it
        unit = addressing.of_the_chain(work, ticket, Role.TASK_FORCE)
    else:
        unit = ticket.lead_unit_code or addressing.of_the_chain(work, ticket, Role.COMMITTEE)
    if unit is None:
        return None
    key = f"{ticket.id}:{ticket.round}:{reason.value}"
    return _draft(work, ticket, Cause(reason, unit), Role.CLOCK, key)


def draft_for_instruction(work: Work, ticket: Ticket, instruction: Instruction) -> Supervision:
    """Draft a supervision of a leader's word that was not answered in time, once."""
    cause = Cause(
        SupervisionReason.INSTRUCTION_OVERDUE,
        instruction.unit_code,
        instruction.text,
        instruction_id=instruction.id,
    )
    return _draft(work, ticket, cause, Role.CLOCK, f"instruction:{instruction.id}")


def _draft(work: Work, ticket: Ticket, cause: Cause, role: Role, key: str | None) -> Supervision:
    by_rule = role is Role.CLOCK
    made = Supervision(
        ticket_id=ticket.id,
        key=key,
        reason=cause.reason,
        instruction_id=cause.instruction_id,
        round=ticket.round,
        unit_code=cause.unit,
        level=cause.level,
        state=SupervisionState.DRAFT,
        note=cause.note,
        drafted_by_id=work.actor.id,
        drafted_by=work.actor.name if by_rule else f"{work.actor.unit_name} {work.actor.name}".strip(),
        drafted_at=work.now,
    )
    work.session.add(made)
    ticket.supervised += 1
    said = {
        "reason": cause.reason,
        "unit": cause.unit,
        "level": cause.level,
        "note": cause.note or None,
    }
    beside.note(work, ticket, Action.SUPERVISE_DRAFT, said, role)
    _tell_signers(work, ticket, made)
    return made


def _tell_signers(work: Work, ticket: Ticket, made: Supervision) -> None:
    holders = known.of(work.session).holders
    who = holders.ids(Role.LIAISON, ScopeKind.COUNTY)
    if ticket.confidential:  # the office sees none of them: the chain's committee may sign in its own name
        who = holders.ids(Role.COMMITTEE, ScopeKind.CHAIN, ticket.chain_code)
    words = f"{ticket.about}：{made.reason.label}，拟了督办，请签发或者不签发。"
    key = f"supervision:{made.id}:draft"
    notices.enqueue(
        work, who, NoticeKind.TASK, words, key=key, link=ticket.link, kept_from=ticket.complained_unit_code
    )


# Reading


def readable(work: Work, ticket: Ticket) -> list[Supervision]:
    """Return what this actor may read: drafts are for who drafts and signs; the enterprise's side reads none."""
    found = of(work, ticket)
    if not found:
        return []
    standing = rules.parties(work.actor, queries.facts(work.session, ticket))
    if rules.from_outside(standing):
        return []
    if rules.reads_drafts(standing):
        return list(found)
    shown = {SupervisionState.SIGNED, SupervisionState.ANSWERED}
    return [one for one in found if one.state in shown]


def find(work: Work, id_: int) -> tuple[Ticket, Supervision]:
    """Return a supervision and its ticket. Raises NotFound where the actor may not see them."""
    found = work.session.get(Supervision, id_) if 0 < id_ < 2**31 else None
    otherwise = "没有这份督办，或者您看不到它。"
    ticket = queries.own_under(work, found.ticket_id if found else None, otherwise)
    if found is None or found not in readable(work, ticket):
        raise NotFound(otherwise)
    return ticket, found


def paper(found: Supervision) -> str:
    """Return what the paper is called."""
    return "提醒函" if found.letter else "督办"


# Signing


def signer(work: Work, ticket: Ticket) -> Role | None:
    """Return as what this actor signs: a leader, the county's office, or the chain's committee in its own name."""
    actor = work.actor
    if actor.holds(Role.LEADER, chain=ticket.chain_code):
        return Role.LEADER
    if any(one.role is Role.LIAISON and one.scope is ScopeKind.COUNTY for one in actor.grants):
        return Role.LIAISON
    return Role.COMMITTEE if actor.holds(Role.COMMITTEE, chain=ticket.chain_code) else None


def may_sign(work: Work, ticket: Ticket, found: Supervision) -> bool:
    """Say whether this actor signs a draft, or decides against it."""
    return found.state is SupervisionState.DRAFT and signer(work, ticket) is not None


def demand_signer(work: Work, id_: int) -> tuple[Ticket, Supervision, Role]:
    """Return what may be signed now, and as what. Raises NotFound, NotAllowed, Conflict."""
    ticket, found = find(work, id_)
    role = signer(work, ticket)
    if role is None:
        raise NotAllowed("督办由领导小组办公室或者领导签发；产业链党委签的是提醒函。")
    if found.state is not SupervisionState.DRAFT:
        raise Conflict(f"这份{paper(found)}已经是“{found.state.label}”。", code="wrong_state")
    return ticket, found, role


def sign(work: Work, id_: int, *, level: int | None = None, note: str = "") -> Supervision:
    """Sign a draft: its feedback is due. Raises NotFound, NotAllowed, Conflict."""
    ticket, found, role = demand_signer(work, id_)
    held = addressing.holder(work, ticket, found.unit_code)
    if held is None:
        raise Conflict("要督办的单位已经不在名单里，请不签发，另提一份。", code="forbidden_now")
    _decide(work, found, SupervisionState.SIGNED, note)
    found.letter = role is Role.COMMITTEE
    found.level = level or found.level
    owner = Owner(
        OWNER,
        found.id,
        f"{ticket.about}的{paper(found)}"[:120],
        ticket.link,
        ticket.chain_code,
        ticket.confidential,
    )
    limit = clocks.limit_of(work, ticket, ClockKind.SUPERVISION_FEEDBACK, work.now)
    clock = reminders.begin(
        work, owner, ClockKind.SUPERVISION_FEEDBACK, limit, held, ladder=Ladder.POSTS, round_=ticket.round
    )
    found.due_at = clock.due_at
    work.session.add(clock)
    said = {
        "reason": found.reason,
        "unit": found.unit_code,
        "level": found.level,
        "letter": found.letter,
        "note": note or None,
    }
    beside.note(work, ticket, Action.SUPERVISE_SIGN, said, role, work.actor.unit_name)
    who = addressing.people(work, ticket, found.unit_code, (Post.HEAD, Post.DEPUTY))
    due = moment_text(clock.due_at, weekday=True)
    words = f"{ticket.about}：{found.decided_by}签发{paper(found)}（{found.reason.label}），请在{due}前反馈。"
    key = f"supervision:{found.id}:signed"
    notices.enqueue(
        work, who, NoticeKind.TASK, words, key=key, link=ticket.link, kept_from=ticket.complained_unit_code
    )
    return found


def drop(work: Work, id_: int, note: str) -> Supervision:
    """Decide against a draft. Raises NotFound, NotAllowed, Conflict."""
    ticket, found, role = demand_signer(work, id_)
    _decide(work, found, SupervisionState.DROPPED, note)
    beside.note(work, ticket, Action.SUPERVISE_DROP, {"note": note or None}, role, work.actor.unit_name)
    return found


def _decide(work: Work, found: Supervision, state: SupervisionState, note: str) -> None:
    found.state = state
    found.decided_by_id = work.actor.id
    found.decided_by = f"{work.actor.unit_name} {work.actor.name}".strip()
    found.decided_at = work.now
    found.decision = note


# Answering


def may_answer(work: Work, ticket: Ticket, found: Supervision) -> bool:
    """Say whether this actor answers it: somebody of the unit it was sent to."""
    waits = found.state is SupervisionState.SIGNED
    return waits and addressing.capacity(work, ticket, found.unit_code) is not None


def demand_answer(work: Work, id_: int) -> tuple[Ticket, Supervision, Role]:
    """Return what may be answered now, and as what. Raises NotFound, NotAllowed, Conflict."""
    ticket, found = find(work, id_)
    role = addressing.capacity(work, ticket, found.unit_code)
    if role is None:
        unit = known.of(work.session).directory.unit_name(found.unit_code)
        raise NotAllowed(f"这份{paper(found)}由{unit}来反馈。")
    if found.state is not SupervisionState.SIGNED:
        raise Conflict(f"这份{paper(found)}现在是“{found.state.label}”，不能反馈。", code="wrong_state")
    return ticket, found, role


def answer(work: Work, id_: int, note: str) -> Supervision:
    """Answer a signed supervision. Raises NotFound, NotAllowed, Conflict."""
    ticket, found, role = demand_answer(work, id_)
    unit = known.of(work.session).directory.unit_name(found.unit_code)
    found.state = SupervisionState.ANSWERED
    found.answer = note
    found.answered_at = work.now
    found.answered_by = f"{unit} {work.actor.name}"
    instructions.stop_clock(work, OWNER, found.id, "answer")
    beside.note(work, ticket, Action.SUPERVISE_ANSWER, {"note": note}, role, unit)
    if found.decided_by_id is not None:
        words = f"{ticket.about}：{unit}反馈了{paper(found)}。{note}"
        key = f"supervision:{found.id}:answer"
        notices.enqueue(
            work,
            [found.decided_by_id],
            NoticeKind.NEWS,
            words,
            key=key,
            link=ticket.link,
            kept_from=ticket.complained_unit_code,
        )
    return found


def due_again(work: Work, clock: Clock) -> None:
    """Compute anew until when it is to be answered."""
    reminders.recompute(work, clock)
    work.session.get_one(Supervision, clock.owner_id).due_at = clock.due_at
