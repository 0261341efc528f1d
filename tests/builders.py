"""Making things for tests through the real services: `a_ticket(session, State.HANDLING)`."""

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.directory.models import Unit
from chainhub.county.state import touch
from chainhub.tickets.models import Ticket
from chainhub.tickets.service import moving, submitting
from chainhub.tickets.service.moving import Step
from chainhub.tickets.terms import (
    CarryOverReason,
    DeclineReason,
    Kind,
    Outcome,
    ReturnReason,
    Satisfaction,
    Urgency,
)
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.people import NOW, work_of

A, S = Action, State

SOON = NOW.date() + timedelta(days=20)
SAMPLE = {
    "note": "写明情况",
    "reply": "已经办好，11月上旬可以用。",
    "lead_unit": people.POWER_UNIT,
    "outcome": Outcome.SOLVED,
    "person": "陶见禾",
    "into": "EQ-2026-00001",
    "question": "走路面还是走绿化带",
    "units": [people.POWER_UNIT],
    "minutes": "纪要",
    "reasons": "理由",
    "review_on": SOON,
    "raised_on": NOW.date(),
    "solved_on": NOW.date(),
    "title": "补录",
    "content": "补录的内容",
}
"""What a test gives for a field that a move demands, unless the test is about it."""


def _in_20_days(session: Session, at: datetime) -> date:
    return (at + timedelta(days=20)).date()


PATH: dict[State, list[tuple[str, Action, dict]]] = {S.SUBMITTED: []}
PATH[S.INFO_REQUESTED] = [(people.CLERK, A.REQUEST_INFO, {"note": "缺型号"})]
PATH[S.DECLINED] = [(people.CLERK, A.DECLINE, {"reason_code": DeclineReason.IN_COURT, "note": "法院已立案"})]
PATH[S.ACCEPTED] = [(people.CLERK, A.ACCEPT, {"contacted_person": "陶见禾"})]
PATH[S.DISPATCHED] = [*PATH[S.ACCEPTED], (people.DISPATCHER, A.DISPATCH, {"lead_unit": people.POWER_UNIT})]
PATH[S.DISPUTED] = [
    *PATH[S.DISPATCHED],
    (people.POWER, A.RETURN, {"reason_code": ReturnReason.FUNCTION, "note": "不归我们"}),
]
PATH[S.HANDLING] = [*PATH[S.DISPATCHED], (people.POWER, A.ACKNOWLEDGE, {})]
PATH[S.AWAITING_INFO] = [*PATH[S.HANDLING], (people.POWER, A.ASK_INFO, {"note": "缺平面图"})]
PATH[S.RESOLVED] = [
    *PATH[S.HANDLING],
    (people.POWER, A.RESOLVE, {"outcome": Outcome.SOLVED, "reply": "增容办好了"}),
]
PATH[S.REVIEWED] = [*PATH[S.RESOLVED], (people.REVIEWER, A.PASS_REVIEW, {})]
PATH[S.CONFIRMED] = [
    *PATH[S.REVIEWED],
    (people.OWNER, A.CONFIRM, {"contacted": True, "solved": True, "satisfaction": Satisfaction.SATISFIED}),
]
PATH[S.CLOSED] = [*PATH[S.CONFIRMED], (people.CLOSER, A.CLOSE, {})]
PATH[S.WITHDRAWN] = [(people.OWNER, A.WITHDRAW, {"note": "自己解决了"})]
PATH[S.INCOMPLETE] = [
    *PATH[S.HANDLING],
    (people.POWER, A.ASK_INFO, {"note": "缺平面图"}),
    ("clock", A.EXPIRE_INFO, {}),
    (people.POWER, A.CLOSE_INCOMPLETE, {"note": "缺平面图"}),
]
PATH[S.CONSULTING] = [
    *PATH[S.HANDLING],
    (people.CLERK, A.CONVENE, {"question": "走路面还是走绿化带", "units": [people.TRANSPORT_UNIT]}),
]
PATH[S.CARRIED_OVER] = [
    *PATH[S.HANDLING],
    (
        people.CLERK,
        A.CARRY_OVER,
        {"reason_code": CarryOverReason.PLANNING, "note": "等规划批复", "review_on": _in_20_days},
    ),
]
PATH[S.ENDORSING] = [
    *PATH[S.HANDLING],
    (people.POWER, A.RESOLVE, {"outcome": Outcome.SOLVED, "reply": "增容办好了"}),
]
PATH[S.MERGED] = [(people.CLERK, A.MERGE, {"into": lambda session, at: submitted(session, at).number})]
REACHABLE = tuple(PATH)


def submitted(session: Session, at: datetime = NOW, username: str = people.OWNER, **given) -> Ticket:
    """A ticket just filed by the owner."""
    asked = {
        "title": "新厂房 10 千伏专线增容",
        "content": "新厂房设备到了，10千伏专线增容申请交上去三周没有准信。",
        "kind": Kind.PROBLEM,
        "category": "energy",
        "urgency": Urgency.NORMAL,
        **given,
    }
    return submitting.submit(work_of(session, username, at), asked).ticket


def a_ticket(session: Session, state: State = State.SUBMITTED, at: datetime = NOW, **given) -> Ticket:
    """A ticket carried to a state by the people of the county, five minutes a step."""
    if state is S.ENDORSING:
        endorsing(session, on=True)
    ticket = submitted(session, at, **given)
    for place, (who, action, said) in enumerate(PATH[state], start=1):
        made = {name: value(session, at) if callable(value) else value for name, value in said.items()}
        when = at + timedelta(minutes=5 * place)
        if who == "clock":
            work = work_of(session, "clock", when)
            moving.apply(work, moving.by_clock(work, ticket, action), made)
        else:
            move(session, ticket, who, action, when, **made)
    if state is S.ENDORSING:
        endorsing(session, on=False)
    return ticket


def endorsing(session: Session, unit: str = people.POWER_UNIT, *, on: bool) -> None:
    """Switch 审签 of a unit on or off."""
    session.get_one(Unit, unit).endorses = on
    touch(session)
    session.flush()
    known.forget(session)


def move(session: Session, ticket: Ticket, who: str, action: Action, at: datetime = NOW, **given) -> Ticket:
    """One move by somebody at a moment, with the version that is."""
    return moving.move(work_of(session, who, at), ticket.number, Step(action, ticket.version, given))


def as_clock(session: Session, at: datetime) -> Work:
    """A unit of work of the clock."""
    return work_of(session, "clock", at)


def calendar_of(session: Session):
    """The county's calendar in this session."""
    return known.of(session).calendar
