"""What people look after twice a day: requests, parts, 督办, 批示, 吹哨, superiors' papers, notes to be confirmed."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from chainhub.core.actor import Post, Role, ScopeKind
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI
from chainhub.operations.simulating.habits import chance_of
from chainhub.tickets import queries
from chainhub.tickets.beside_models import Referral, ReportIn, Whistle
from chainhub.tickets.models import Instruction, Part, Request, Supervision, Ticket
from chainhub.tickets.service import (
    instructions,
    moving,
    referrals,
    requests,
    supervisions,
    whistles,
)
from chainhub.tickets.service.moving import Step
from chainhub.tickets.terms import (
    OPEN_PARTS,
    PartState,
    RequestState,
    ReturnReason,
    SupervisionState,
    WhistleState,
)
from chainhub.tickets.workflow import Action

if TYPE_CHECKING:
    from chainhub.operations.simulating.playing import Play

TIMES = (time(9, 40), time(15, 10))
Try = Callable[[Work, str], bool]


@dataclass(frozen=True, slots=True)
class Errand:
    """Something that somebody could see to: who, what it is called, how likely it is seen to this time, and how."""

    number: str
    place: str  # of which of a ticket's things it is: sets its chance apart from the others'
    who: tuple[str, ...]
    what: str
    likely: float
    attempt: Try


def plan_day(play: "Play", day: date) -> None:
    """Let everybody look round at the two times of a workday."""
    if not play.county.calendar.is_workday(day):
        return
    for at in play.script.rounds:
        moment = datetime.combine(day, at, SHANGHAI)
        play.later(moment, partial(_look, play))


def _look(play: "Play", at: datetime) -> None:
    """See what waits, and let some of it be done within the next two hours."""
    with Session(play.county.engine) as session:
        found = sorted(_errands(play, session), key=lambda one: (one.number, one.place, one.what))
    for one in found:
        chance = chance_of(play.script.seed, at.isoformat(), one.number, one.place, one.what)
        if chance.random() < one.likely:
            when = play.after(at, chance.uniform(1, 120))
            play.later(when, partial(_see_to, play, one))


def _see_to(play: "Play", one: Errand, at: datetime) -> None:
    play.try_each(one.who, at, one.attempt, one.what)


def _errands(play: "Play", session: Session) -> Iterator[Errand]:
    yield from _requests(play, session)
    yield from _parts(play, session)
    yield from _supervisions(play, session)
    yield from _instructions(play, session)
    yield from _whistles(play, session)
    yield from _referrals(play, session)


def _with_tickets(session: Session, model: Any, *conditions: Any) -> Iterable[tuple[Any, Ticket]]:
    rows = session.execute(
        select(model, Ticket)
        .join(Ticket, Ticket.id == model.ticket_id)
        .where(*conditions)
        .order_by(Ticket.number, model.id)
    )
    return [(row[0], row[1]) for row in rows]


def _requests(play: "Play", session: Session) -> Iterator[Errand]:
    for request, ticket in _with_tickets(session, Request, Request.state == RequestState.PENDING):
        role = requests.decider(ticket, request.kind)
        chance = chance_of(play.script.seed, "decide", ticket.number, request.kind, request.round)
        who = play.bodies(ticket, role, Post.DEPUTY)
        approve = chance.random() < 0.72
        yield Errand(
            ticket.number,
            request.kind.value,
            tuple(who),
            "decide",
            0.6,
            partial(_decide, request.id, approve),
        )


def _decide(id_: int, approve: bool, work: Work, _username: str) -> bool:  # a partial's place
    request = work.session.get_one(Request, id_)
    ticket = _seen(work, request.ticket_id)
    if ticket is None or not requests.may_decide(work, ticket, request):
        return False
    note = "情况属实，同意。" if approve else "按原定时限办，抓紧。"
    requests.decide(work, id_, approve=approve, note=note)
    return True


def _seen(work: Work, ticket_id: int) -> Ticket | None:
    found = select(Ticket).where(Ticket.id == ticket_id, queries.visible(work.actor))
    return work.session.scalars(found).first()


def _parts(play: "Play", session: Session) -> Iterator[Errand]:
    for part, ticket in _with_tickets(session, Part, Part.state.in_(sorted(OPEN_PARTS))):
        unit = part.unit_code
        if part.state is PartState.DISPUTED:
            who = play.bodies(ticket, Role.TASK_FORCE, Post.DEPUTY)
            upheld = chance_of(play.script.seed, "rule", ticket.number, unit).random() < 0.5
            action = Action.UPHOLD_RETURN if upheld else Action.REJECT_RETURN
            given: dict[str, Any] = {"note": "看了三定，按职责定。", "unit": unit}
            yield _move(ticket, unit, who, action, 0.7, given)
            continue
        who = play.bodies(ticket, Role.DEPARTMENT, Post.CONTACT, unit)
        if part.state is PartState.SENT:
            returned = {"reason_code": ReturnReason.AREA, "note": "不在我们的地界上，请找开发区。"}
            yield _move(ticket, unit, who, Action.RETURN, 0.05, returned)
            yield _move(ticket, unit, who, Action.ACKNOWLEDGE, 0.6, {})
            continue
        yield _move(ticket, unit, who, Action.PROGRESS, 0.12, {"note": "配合的部分到现场量过了。"})
        yield _move(ticket, unit, who, Action.HAND_IN, 0.22, {"note": "我们这一段办好了。"})


def _move(
    ticket: Ticket, place: str, who: list[str], action: Action, likely: float, given: dict[str, Any]
) -> Errand:
    def attempt(work: Work, _username: str) -> bool:
        found = _seen(work, ticket_id)
        if found is None:
            return False
        row = next((one for one in moving.moves(work, found) if one.action is action and one.part), None)
        if row is None:
            return False
        moving.move(work, found.number, Step(action, found.version, given))
        return True

    ticket_id = ticket.id
    return Errand(ticket.number, place, tuple(who), f"{action.value} part", likely, attempt)


def _supervisions(play: "Play", session: Session) -> Iterator[Errand]:
    waits = (SupervisionState.DRAFT, SupervisionState.SIGNED)
    for found, ticket in _with_tickets(session, Supervision, Supervision.state.in_(waits)):
        place = f"{found.reason.value}{found.round}{found.level}"
        if found.state is SupervisionState.DRAFT:
            role = Role.COMMITTEE if ticket.confidential else Role.LIAISON
            chance = chance_of(play.script.seed, "sign", ticket.number, place)
            if not ticket.confidential and chance.random() < 0.2:
                role = Role.LEADER
            who = tuple(play.bodies(ticket, role))
            yield Errand(ticket.number, place, who, "sign", 0.35, partial(_sign, found.id, None))
            yield Errand(
                ticket.number, place, who, "drop", 0.06, partial(_sign, found.id, "已经当面催过，不发文。")
            )
        else:
            who = tuple(_of_unit(play, found.unit_code))
            yield Errand(ticket.number, place, who, "answer 督办", 0.3, partial(_answer, found.id))


def _of_unit(play: "Play", code: str) -> list[str]:
    """Return who answers for a unit, be it a department or a body of a chain."""
    unit = play.county.directory.units[code]
    if unit.chain is None:
        return play.county.holding(Role.DEPARTMENT, ScopeKind.UNIT, code, Post.CONTACT)
    return [
        *play.county.holding(Role.TASK_FORCE, ScopeKind.CHAIN, unit.chain, Post.CONTACT),
        *play.county.holding(Role.COMMITTEE, ScopeKind.CHAIN, unit.chain, Post.CONTACT),
    ]


def _sign(id_: int, dropped: str | None, work: Work, _username: str) -> bool:
    found = work.session.get_one(Supervision, id_)
    ticket = _seen(work, found.ticket_id)
    if ticket is None or not supervisions.may_sign(work, ticket, found):
        return False
    if dropped is not None:
        supervisions.drop(work, id_, dropped)
    else:
        supervisions.sign(work, id_, note="请按期反馈。")
    return True


def _answer(id_: int, work: Work, _username: str) -> bool:
    found = work.session.get_one(Supervision, id_)
    ticket = _seen(work, found.ticket_id)
    if ticket is None or not supervisions.may_answer(work, ticket, found):
        return False
    supervisions.answer(work, id_, "人手已经加上，三天内办完，每天报一次。")
    return True


def _instructions(play: "Play", session: Session) -> Iterator[Errand]:
    for found, ticket in _with_tickets(session, Instruction, Instruction.answered_at.is_(None)):
        who = tuple(_of_unit(play, found.unit_code))
        place = found.given_at.isoformat()
        yield Errand(ticket.number, place, who, "answer 批示", 0.13, partial(_reply, found.id))


def _reply(id_: int, work: Work, _username: str) -> bool:
    found = work.session.get_one(Instruction, id_)
    ticket = _seen(work, found.ticket_id)
    if ticket is None or not instructions.may_answer(work, ticket, found):
        return False
    instructions.answer(work, id_, "已到现场看过，时间表报上，本月办完。")
    return True


def _whistles(play: "Play", session: Session) -> Iterator[Errand]:
    open_ = (WhistleState.ASKED, WhistleState.BLOWN)
    for found, ticket in _with_tickets(session, Whistle, Whistle.state.in_(open_)):
        committee = tuple(play.bodies(ticket, Role.COMMITTEE, Post.CONTACT))
        place = found.blown_at.isoformat()
        if found.state is WhistleState.ASKED:
            units = [one for one in (ticket.lead_unit_code,) if one]
            units += [one for one in play.matter(ticket).units[:1] if one != ticket.complained_unit_code]
            yield Errand(
                ticket.number, place, committee, "confirm 吹哨", 0.5, partial(_confirm, found.id, units)
            )
            yield Errand(ticket.number, place, committee, "refuse 吹哨", 0.1, partial(_confirm, found.id, []))
            continue
        called = session.scalars(
            select(ReportIn).where(ReportIn.whistle_id == found.id, ReportIn.reported_at.is_(None))
        ).all()
        for one in called:
            who = tuple(play.county.holding(Role.DEPARTMENT, ScopeKind.UNIT, one.unit_code, Post.CONTACT))
            yield Errand(
                ticket.number, f"{place}{one.unit_code}", who, "报到", 0.7, partial(_report_in, ticket.id)
            )
        yield Errand(
            ticket.number, place, committee, "解哨", 0.4 if not called else 0.05, partial(_end, found.id)
        )


def _confirm(id_: int, units: list[str], work: Work, _username: str) -> bool:
    found = work.session.get_one(Whistle, id_)
    ticket = _seen(work, found.ticket_id)
    if ticket is None or not whistles.may_decide(work, ticket, found):
        return False
    if units:
        whistles.confirm(work, id_, units)
    else:
        whistles.refuse(work, id_, "一家单位就能办，先不叫。")
    return True


def _report_in(id_: int, work: Work, _username: str) -> bool:
    ticket = _seen(work, id_)
    if ticket is None or whistles.mine(work, ticket) is None:
        return False
    whistles.report_in(work, ticket.number, whistles.Report("两个人"))
    return True


def _end(id_: int, work: Work, _username: str) -> bool:
    found = work.session.get_one(Whistle, id_)
    ticket = _seen(work, found.ticket_id)
    if ticket is None or not whistles.may_end(work, ticket, found):
        return False
    whistles.end(work, id_, "人都到了，当场分了工。")
    return True


def _referrals(play: "Play", session: Session) -> Iterator[Errand]:
    for _, ticket in _with_tickets(session, Referral, Referral.replied_on.is_(None)):
        who = tuple(play.bodies(ticket, Role.COMMITTEE, Post.CONTACT))
        likely = 0.02 if ticket.is_open else 0.5
        yield Errand(ticket.number, "", who, "reply up", likely, partial(_reply_up, ticket.id))


def _reply_up(id_: int, work: Work, _username: str) -> bool:
    ticket = _seen(work, id_)
    if ticket is None or not referrals.may_reply(work, ticket):
        return False
    referrals.reply(work, ticket.number, "已办理，结果回复企业，企业认可。")
    return True
