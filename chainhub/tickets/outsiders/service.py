"""Asking an outside party: who may, what it is shown, taking its answer, taking the question back.

An address is signed and names the row alone, so that one row says whether it opens: not answered, not taken back, not
expired, the ticket open. A clock was decided against: an outside party owes the county nothing and is not reminded;
what has expired is shown where it was asked, and said once to who asked (`lapsing`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from chainhub.audit import service as audit
from chainhub.core.actor import Actor, Role
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.core.work import Work
from chainhub.core.worktime import Workdays
from chainhub.county import known
from chainhub.county.directory.models import Enterprise
from chainhub.notices import service as notices
from chainhub.notices.rules import NoticeKind
from chainhub.tickets import queries
from chainhub.tickets import rules as tickets
from chainhub.tickets.models import Ticket
from chainhub.tickets.outsiders import rules
from chainhub.tickets.outsiders.models import OutsideQuestion
from chainhub.tickets.outsiders.rules import Standing
from chainhub.tickets.service import beside
from chainhub.tickets.service.answering import Dead
from chainhub.tickets.workflow import OPEN, Action, Party, Who

_ASKS: tuple[Who, ...] = (Role.DEPARTMENT, Party.CO_UNIT, Role.TASK_FORCE, Role.COMMITTEE)
"""Who asks: whoever handles it, in the order of the capacities in which one is said to have done it."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of whom; `days` are workdays, `shown` is all that the party reads of the matter."""

    party_unit: str
    party_name: str
    question: str
    days: int
    shown: str = ""
    contact: str = ""


# Reading


def of(work: Work, ticket: Ticket) -> Sequence[OutsideQuestion]:
    """Return what outside parties were asked about a ticket, the oldest first; one without costs no query."""
    if not ticket.annexed:
        return ()
    mine = OutsideQuestion.ticket_id == ticket.id
    return work.session.scalars(select(OutsideQuestion).where(mine).order_by(OutsideQuestion.id)).all()


def readable(work: Work, ticket: Ticket) -> Sequence[OutsideQuestion]:
    """Return those that this actor may read: none from the enterprise's side, as with an internal note."""
    return () if tickets.hidden(Action.OUTSIDE_ASK, _standing(work, ticket)) else of(work, ticket)


def find(work: Work, id_: int) -> tuple[Ticket, OutsideQuestion]:
    """Return a question and its ticket. Raises NotFound where the actor may not read it."""
    found = work.session.get(OutsideQuestion, id_) if 0 < id_ < 2**31 else None
    otherwise = "没有这个提问，或者您看不到它。"
    ticket = queries.own_under(work, found.ticket_id if found else None, otherwise)
    if found is None or tickets.hidden(Action.OUTSIDE_ASK, _standing(work, ticket)):
        raise NotFound(otherwise)
    return ticket, found


def standing(work: Work, found: OutsideQuestion) -> Standing:
    """Return where a question stands now."""
    return rules.standing(work.now, found.due_at, found.answered_at, found.revoked_at)


def _standing(work: Work, ticket: Ticket) -> frozenset[Who]:
    return tickets.parties(work.actor, queries.facts(work.session, ticket))


# Asking


def may_ask(work: Work, ticket: Ticket) -> bool:
    """Say whether this actor may ask an outside party about this ticket now."""
    return not ticket.confidential and ticket.state in OPEN and bool(_standing(work, ticket) & set(_ASKS))


def demand(work: Work, number: str) -> tuple[Ticket, Who]:
    """Return the ticket and the capacity in which this actor asks. Raises NotFound, NotAllowed, Conflict."""
    ticket = queries.own(work, number)
    role = _capacity(work, ticket)
    if ticket.confidential:
        raise Conflict("保密的诉求不能问外单位，请当面或者发函去问。", code="forbidden_now")
    if ticket.state not in OPEN:
        raise Conflict(f"这件诉求已经是“{ticket.state.label}”，不用再问外单位。", code="wrong_state")
    return ticket, role


def _capacity(work: Work, ticket: Ticket) -> Who:
    mine = _standing(work, ticket)
    role = next((one for one in _ASKS if one in mine), None)
    if role is None:
        raise NotAllowed("问外单位由经办这件诉求的单位、专班和产业链党委来做。")
    return role


def ask(work: Work, number: str, asked: Question) -> OutsideQuestion:
    """Ask an outside party. Raises NotFound, NotAllowed, Conflict, Invalid."""
    ticket, role = demand(work, number)
    _check(work, ticket, asked)
    before = of(work, ticket)
    waiting = sum(standing(work, one) is Standing.WAITING for one in before)
    if waiting >= rules.OPEN_MOST or len(before) >= rules.EVER_MOST:
        raise Conflict("这件诉求问外单位的已经太多，请等答复，或者先撤回几个。", code="forbidden_now")
    made = OutsideQuestion(
        ticket_id=ticket.id,
        party_unit=asked.party_unit,
        party_name=asked.party_name,
        contact=asked.contact,
        question=asked.question,
        shown=asked.shown,
        asked_by_id=work.actor.id,
        asked_by=f"{work.actor.unit_name} {work.actor.name}".strip(),
        asked_at=work.now,
        due_at=work.calendar.due(work.now, Workdays(asked.days)).at,
    )
    work.session.add(made)
    ticket.annexed += 1
    work.session.flush()
    said = {"party": _party(made), "note": asked.question, "due_at": made.due_at}
    beside.note(work, ticket, Action.OUTSIDE_ASK, said, role, _body(work, role))
    return made


def _body(work: Work, role: Who) -> str | None:
    """Return for whom a co-unit does it: in its own name, not in the lead's."""
    return work.actor.unit_name if role is Party.CO_UNIT else None


def _party(found: OutsideQuestion) -> str:
    return f"{found.party_unit} {found.party_name}"


def _check(work: Work, ticket: Ticket, asked: Question) -> None:
    errors: dict[str, list[str]] = {}
    if asked.days not in rules.DAYS:
        errors["days"] = [f"请选 {'、'.join(map(str, rules.DAYS))} 个工作日。"]
    firm = work.session.get_one(Enterprise, ticket.enterprise_code)
    phones = (ticket.contact_phone, firm.phone)
    for name in ("question", "shown"):
        if rules.tells_phone([getattr(asked, name)], phones):
            errors[name] = ["里面有企业的电话，外单位不该看到，请删掉。"]
    about = known.of(work.session).directory.units.get(ticket.complained_unit_code or "")
    if about is not None and any(rules.names(asked.party_unit, one) for one in (about.name, about.short)):
        errors["party_unit"] = [f"投诉的就是{about.name}，不能去问它，请换一个单位。"]
    if errors:
        raise Invalid(errors=errors)


# Handing out, taking back


def may_manage(work: Work, ticket: Ticket, found: OutsideQuestion) -> bool:
    """Say whether this actor shows the address of a question, or takes it back, now."""
    waits = standing(work, found) is Standing.WAITING and ticket.is_open
    return waits and bool(_standing(work, ticket) & set(_ASKS))


def demand_waiting(work: Work, id_: int) -> tuple[Ticket, OutsideQuestion, Who]:
    """Return a question that still waits, and as what this actor handles it. Raises NotFound, NotAllowed, Conflict."""
    ticket, found = find(work, id_)
    role = _capacity(work, ticket)
    now = standing(work, found)
    if now is not Standing.WAITING or not ticket.is_open:
        said = now.label if now is not Standing.WAITING else f"诉求{ticket.state.label}"
        raise Conflict(f"这个提问已经“{said}”，链接不能再用。还要问，请另问一次。", code="wrong_state")
    return ticket, found, role


def hand_out(work: Work, id_: int) -> OutsideQuestion:
    """Return a question whose address may be shown; the log keeps who had it. Raises as `demand_waiting`."""
    ticket, found, _ = demand_waiting(work, id_)
    audit.record(work, "outside_link", ticket.number, {"name": _party(found)})
    return found


def revoke(work: Work, id_: int, note: str) -> OutsideQuestion:
    """Take a question back: its address opens nothing any more. Raises as `demand_waiting`."""
    ticket, found, role = demand_waiting(work, id_)
    found.revoked_at = work.now
    found.revoked_by = f"{work.actor.unit_name} {work.actor.name}".strip()
    said = {"party": _party(found), "note": note}
    beside.note(work, ticket, Action.OUTSIDE_REVOKE, said, role, _body(work, role))
    return found


# Answering


def opened(work: Work, id_: int) -> OutsideQuestion:
    """Return what an address opens. Raises Dead, with what is so and what to do now."""
    found = work.session.get(OutsideQuestion, id_)
    ticket = work.session.get(Ticket, found.ticket_id) if found is not None else None
    if found is None or ticket is None:
        raise Dead("这个链接已经失效。请问给您链接的人。")
    now = standing(work, found)
    if now is Standing.ANSWERED:
        raise Dead("这个问题已经答复过了，谢谢您。还有要补充的，请联系给您链接的人。")
    if now is Standing.REVOKED or not ticket.is_open:
        raise Dead("这个问题已经撤回，不用再答复了，谢谢您。")
    if now is Standing.EXPIRED:
        raise Dead(f"这个链接已经过期。还想答复，请联系{found.asked_by}，另发一个链接。")
    return found


def answer(work: Work, id_: int, by: str, text: str) -> OutsideQuestion:
    """Take an outside party's answer: once, a line of the history for the staff, and word to who asked. Raises Dead."""
    found = opened(work, id_)
    ticket = work.session.get_one(Ticket, found.ticket_id)
    found.answer, found.answered_by, found.answered_at = text, by, work.now
    party = Actor(id=None, username="", name=by)
    said = {"party": found.party_unit, "by": by, "note": text}
    theirs = replace(work, actor=party)
    beside.note(theirs, ticket, Action.OUTSIDE_ANSWER, said, Party.OUTSIDER, found.party_unit)
    if found.asked_by_id is not None:
        words = f"{ticket.about}：{found.party_unit} {by} 答复了您的提问。{text}"
        notices.enqueue(
            theirs,
            [found.asked_by_id],
            NoticeKind.NEWS,
            words,
            key=f"outside:{found.id}:answer",
            link=ticket.link,
            kept_from=ticket.complained_unit_code,
        )
    return found
