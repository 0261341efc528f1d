"""The county under attack: a ticket in every state, everything that may stand beside one, and who opens which page."""

from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from chainhub.core.actor import Role
from chainhub.core.media import Medium
from chainhub.county.directory.models import Enterprise
from chainhub.county.people import service as accounts
from chainhub.county.people.models import GrantRow, User
from chainhub.county.people.service import leaving
from chainhub.county.responsibilities.models import Responsibility
from chainhub.documents.papers import service as papers
from chainhub.guides import papers as guide_papers
from chainhub.guides.service import duties, reporting
from chainhub.notices.manners import Fate, Purpose
from chainhub.notices.outgoing import Outgoing
from chainhub.notices.rules import NoticeKind
from chainhub.rotations.service import roster, subscribing, swapping
from chainhub.rotations.workflow import Action as Salon
from chainhub.rotations.workflow import Change
from chainhub.tickets import answer_tokens
from chainhub.tickets.common import service as common
from chainhub.tickets.papers import layouts
from chainhub.tickets.papers.kinds import PaperKind
from chainhub.tickets.service import (
    answering,
    instructions,
    moving,
    paper_templates,
    passing,
    referrals,
    replies,
    requests,
    supervisions,
    whistles,
)
from chainhub.tickets.terms import DissatisfiedReason, Kind, Outcome, RequestKind
from chainhub.tickets.workflow import TABLE, Action, Party, State, Who
from tests import people
from tests.builders import REACHABLE, SOON, a_ticket, move, submitted
from tests.guides import logging as visits
from tests.notices.doubles import SECRET, reached
from tests.people import NOW, work_of
from tests.rotations import staging as salons

LATER = NOW.replace(hour=10)


@dataclass(frozen=True)
class Scene:
    """A county in which everything stands that a form may be about."""

    numbers: dict[State, str]
    busy: str  # a ticket that is handled, with everything beside it
    special: dict[Action, tuple[str, ...]] = field(
        default_factory=dict
    )  # where an action needs more than a state
    pages: list[tuple[str, str]] = field(default_factory=list)


WHO: dict[Who, tuple[str, ...]] = {
    Role.COMMITTEE: (people.CLERK, people.CLOSER),
    Role.TASK_FORCE: (people.DISPATCHER, people.REVIEWER),
    Role.DEPARTMENT: (people.POWER, people.POWER_DEPUTY),
    Role.CALLER: (people.CALLER,),
    Role.LEADER: (people.CHIEF,),
    Party.REQUESTER: (people.OWNER,),
    Party.CO_UNIT: (people.TRANSPORT,),
}
"""Who walks a row, as far as the model county has somebody."""
_BY_ITSELF = {Action.SUBMIT, Action.BACKFILL, Action.LAPSE, Action.EXPIRE_INFO}


def acted() -> set[Action]:
    """Return the actions that have a form of their own."""
    return {row.action for row in TABLE} - _BY_ITSELF


def staged(session: Session) -> Scene:
    """Make the county: a ticket in every state, and one with everything that may stand beside it."""
    numbers = {state: a_ticket(session, state).number for state in REACHABLE}
    twice = a_ticket(session, State.REVIEWED, kind=Kind.INQUIRY)  # one question, asked on the owner's home
    busy = a_ticket(session, State.HANDLING, category="safety")
    clerk, power, chief = (work_of(session, who, LATER) for who in (people.CLERK, people.POWER, people.CHIEF))
    owner = work_of(session, people.OWNER, LATER)
    requests.ask(power, busy.number, requests.Asked(RequestKind.CONSULTATION, "请会商"))
    word = instructions.Word("请周五前办好。", people.POWER_UNIT, SOON)
    instruction = instructions.give(chief, busy.number, word)
    signed = supervisions.propose(clerk, busy.number, "拖了一周")
    supervisions.sign(chief, signed.id, level=1)
    draft = supervisions.propose(clerk, busy.number, "又拖了一周")
    blown = whistles.blow(clerk, busy.number, "都来", [people.POWER_UNIT])
    quiet = a_ticket(session, State.HANDLING)
    asked = whistles.blow(owner, quiet.number, "请叫几个单位来")
    ahead = a_ticket(session, State.HANDLING)
    alone = submitted(session)
    issue = common.open_issue(
        work_of(session, people.DISPATCHER, LATER),
        common.NewIssue("园区专线容量不够", "energy", SOON, (numbers[State.SUBMITTED],)),
    )
    firm = passing.write(
        work_of(session, people.GUIDE, LATER), passing.Word(people.FIRM, "锅炉漏水", "锅炉漏水，请看。")
    )
    reply = replies.add(clerk, replies.Draft(Action.ANSWER, None, "已办", "已经办好了。"))
    pass_ = answering.hand_out(work_of(session, people.CALLER, LATER), numbers[State.REVIEWED])[0]
    line = session.scalars(select(Responsibility).limit(1)).first()
    closed = session.scalars(select(User).where(User.username == people.STRANGER)).one()
    locked = session.scalars(select(User).where(User.username == people.PRINCIPAL)).one()
    accounts.disable(work_of(session, "xitong", LATER), closed)
    locked.locked_until = LATER + timedelta(hours=5)
    today = LATER.date()
    leaving.record(clerk, people.CLERK, people.CLOSER, leaving.Span(today, today))
    referrals.record(clerk, ahead.number, referrals.Paper("12345", "2026-77", SOON))
    template = layouts.default(PaperKind.MINUTES)
    paper_templates.keep(work_of(session, "xitong", LATER), PaperKind.MINUTES, "纪要.docx", template)
    neighbour = _neighbour(session)
    reached(session, people.OWNER, Medium.SMS)
    session.add(_given_up(session))
    salon_pages = _salons(session)
    visit_pages = _visits(session)
    special = _special(session)
    session.commit()
    link = f"/answer/{answer_tokens.write(SECRET, pass_)}"
    head = "zhuanban2"
    pages = [
        *salon_pages,
        *visit_pages,
        (people.OWNER, "/"),
        (people.OWNER, "/tickets/new"),
        (people.OWNER, f"/pass-on/{firm.id}"),
        (people.OWNER, f"/common/{issue.id}"),
        (neighbour, f"/common/{issue.id}"),
        (people.OWNER, f"/tickets/{ahead.number}/whistle"),
        (people.OWNER, f"/tickets/{ahead.number}/ask/expedite"),
        (people.OWNER, f"/tickets/{ahead.number}"),
        (people.OWNER, f"/tickets/{twice.number}"),
        (people.OWNER, "/inbox"),
        (people.OWNER, "/password"),
        (people.OWNER, "/mine/media"),
        ("", "/sign-in"),
        ("", "/sign-in/code"),
        ("", "/sign-in/code/enter"),
        ("", link),
        (people.CLERK, "/"),
        (people.CLERK, "/tickets/new"),
        (people.CLERK, "/tickets/backfill"),
        (people.CLERK, "/pass-on"),
        (people.CLERK, "/replies"),
        (people.CLERK, f"/replies/{reply.id}"),
        (people.CLERK, "/leave"),
        (people.CLERK, f"/tickets/{busy.number}"),
        (people.CLERK, f"/tickets/{busy.number}/note"),
        (people.CLERK, f"/tickets/{ahead.number}/supervise"),
        (people.CLERK, f"/tickets/{busy.number}/referral"),
        (people.CLERK, f"/tickets/{ahead.number}/referral/reply"),
        (people.CLERK, f"/tickets/{ahead.number}/whistle"),
        (people.CLERK, f"/whistles/{asked.id}/confirm"),
        (people.CLERK, f"/whistles/{asked.id}/refuse"),
        (people.CLERK, f"/whistles/{blown.id}/end"),
        (people.CLERK, f"/common/new?pick={alone.number}"),
        (people.CLERK, f"/common/{issue.id}"),
        (people.POWER, "/handovers"),
        (people.POWER, f"/tickets/{busy.number}"),
        (people.POWER, f"/tickets/{busy.number}/report-in"),
        (people.POWER, f"/instructions/{instruction.id}/answer"),
        (people.POWER_DEPUTY, f"/supervisions/{signed.id}/answer"),
        *((people.POWER, f"/tickets/{ahead.number}/ask/{kind.value}") for kind in RequestKind),
        (people.CHIEF, f"/tickets/{ahead.number}/instruct"),
        (people.CHIEF, f"/supervisions/{draft.id}/sign"),
        (people.CHIEF, f"/supervisions/{draft.id}/drop"),
        (people.LIAISON, f"/tickets/{ahead.number}/instruct"),
        (people.CALLER, f"/tickets/{numbers[State.REVIEWED]}/answer-link"),
        (people.DISPATCHER, f"/common/{issue.id}"),
        (people.DISPATCHER, "/responsibilities/new"),
        (head, "/responsibilities/new"),
        (head, f"/responsibilities/{line.id if line else 1}/edit"),
        ("xitong", f"/admin/accounts?q={closed.username}"),
        ("xitong", f"/admin/accounts?q={locked.username}"),
        ("xitong", "/admin/accounts/new"),
        ("xitong", "/admin/workdays"),
        ("xitong", "/admin/units"),
        ("xitong", "/admin/papers/minutes"),
        ("xitong", "/admin/checklists/safety/edit"),
        ("xitong", "/admin/outgoing"),
        ("xitong", "/admin/jobs"),
        ("xitong", "/leave"),
        ("anquan", "/admin/grants"),
        ("shenji", "/admin/audit"),
    ]
    return Scene(numbers, busy.number, special, pages)


def _visits(session: Session) -> list[tuple[str, str]]:
    """Let a guide have visited two firms, and another need no visit; return the pages that have forms."""
    seen = visits.logged(session, LATER, enterprise=visits.OTHER).visit
    duties.lay(work_of(session, "clock", LATER), [1, 2, 3])
    report = reporting.begin(work_of(session, people.GUIDE, LATER), LATER.date().replace(month=1, day=1))
    guide = session.scalars(select(User.id).where(User.username == people.GUIDE)).one()
    neighbour = _neighbour(session)
    code = session.scalar(select(User.enterprise_code).where(User.username == neighbour))
    duties.waive(work_of(session, neighbour, LATER), code)
    template = guide_papers.default()
    papers.keep(
        work_of(session, "xitong", LATER), guide_papers.KIND, "报告.docx", template, guide_papers.SAMPLE
    )
    return [
        (people.GUIDE, "/visits/new"),
        (people.GUIDE, f"/visits/{seen.id}"),
        (people.GUIDE, f"/visits/{seen.id}/correct"),
        (people.GUIDE, "/guide-reports"),
        (people.GUIDE, f"/guide-reports/{report.id}"),
        ("d_science_technology_head", f"/guide-grades/{guide}"),
        ("xitong", "/admin/guide-papers/guide_report"),
        (people.OWNER, "/visits"),
        (neighbour, "/visits"),
    ]


def _salons(session: Session) -> list[tuple[str, str]]:
    """Let a chain rotate, with a session at each stage and a swap; return the pages that have forms."""
    rotation = salons.opened(session, LATER)
    first, second, third, fourth, *_ = salons.salons(session, rotation)
    salons.moved(session, first, Salon.ANNOUNCE, at=LATER)
    salons.moved(session, second, Salon.ANNOUNCE, Salon.POSTPONE, at=LATER, why="防汛")
    clerk = work_of(session, people.CLERK, LATER)
    one, other = salons.hosts(session, third)[0], salons.hosts(session, fourth)[0]
    swapping.ask(clerk, third.id, one, fourth.id, other, "设备大修")
    gone = salons.hosts(session, fourth)[0]
    bar = roster.Asked(Change.AWAY, "检修", gone, SOON, SOON)
    roster.change(clerk, rotation.id, bar)
    ninth = salons.salons(session, rotation)[8]
    moves_away = roster.Asked(Change.LEAVE, "迁走了", salons.hosts(session, ninth)[0], LATER.date())
    roster.change(clerk, rotation.id, moves_away)
    subscribing.give_out(clerk, subscribing.What.PERSON)
    held = LATER.replace(year=2027)
    fifth, sixth, seventh = salons.salons(session, rotation)[4:7]
    salons.moved(session, fifth, Salon.ANNOUNCE, Salon.HOLD, at=held)
    salons.moved(session, sixth, Salon.ANNOUNCE, Salon.HOLD, Salon.WRITE_UP, at=held, minutes="三件事")
    stages = [
        *((third, one) for one in ("pin", "assign", "prepare", "announce", "cancel")),
        *((first, one) for one in ("postpone",)),
        (second, "reschedule"),
        (fifth, "write_up"),
        (sixth, "close"),
    ]
    acts = [(people.CLERK, f"/salons/{row.id}/act/{word}") for row, word in stages]
    changes = [
        (people.CLERK, f"/rotations/{rotation.id}/change/{one.value}")
        for one in Change
        if one is not Change.LIFT
    ]
    return [
        (people.CLERK, "/rotations"),
        (_clerk_of(session, "textile"), "/rotations?chain=textile"),
        (people.CLERK, f"/salons/{first.id}/problem"),
        (people.CLERK, f"/salons/{seventh.id}/swap"),
        (people.CLERK, "/calendars"),
        *acts,
        *changes,
    ]


def _clerk_of(session: Session, chain: str) -> str:
    query = select(User.username).join(GrantRow).where(GrantRow.role == "committee", GrantRow.ref == chain)
    return session.scalar(query.order_by(User.id).limit(1))


def _neighbour(session: Session) -> str:
    """Return the owner of another enterprise of the same chain."""
    firm = select(Enterprise.code).where(Enterprise.chain_code == "equipment", Enterprise.code != people.FIRM)
    query = select(User.username).join(GrantRow).where(GrantRow.role == "enterprise", GrantRow.ref.in_(firm))
    return str(session.scalar(query.order_by(User.id).limit(1)))


def _given_up(session: Session) -> Outgoing:
    """Return a message that could not be delivered."""
    owner = session.scalars(select(User.id).where(User.username == people.OWNER)).one()
    return Outgoing(
        user_id=owner,
        medium=Medium.SMS,
        purpose=Purpose.NOTICE,
        kind=NoticeKind.NEWS,
        text="已派给县供电公司。",
        key="given up",
        created_at=LATER,
        fate=Fate.DEAD,
        look_at=LATER,
        tries=8,
        said="短信网关没有回应",
    )


def _special(session: Session) -> dict[Action, tuple[str, ...]]:
    """Make the tickets that an action asks for beyond a state."""
    shared = a_ticket(session, State.ACCEPTED)
    parts = {"lead_unit": people.POWER_UNIT, "co_units": [{"unit": people.TRANSPORT_UNIT, "text": "路"}]}
    move(session, shared, people.DISPATCHER, Action.DISPATCH, LATER, **parts)
    move(session, shared, people.POWER, Action.ACKNOWLEDGE, LATER)
    lapsed = a_ticket(session, State.AWAITING_INFO)
    work = work_of(session, "clock", LATER)
    moving.apply(work, moving.by_clock(work, lapsed, Action.EXPIRE_INFO), {})
    again, twice = (_unhappy(session) for _ in range(2))
    move(session, twice, people.OWNER, Action.ESCALATE, LATER, **UNHAPPY)
    return {
        Action.RESOLVE: (a_ticket(session, State.HANDLING, category="land_road").number,),  # with a photo
        Action.HAND_IN: (shared.number,),
        Action.CLOSE_INCOMPLETE: (lapsed.number,),
        Action.ESCALATE: (again.number,),
        Action.DETERMINE: (twice.number,),
    }


UNHAPPY = {
    "contacted": True,
    "solved": False,
    "reason_code": DissatisfiedReason.NOT_SOLVED,
    "note": "一合闸就跳",
}


def _unhappy(session: Session):
    """Return a ticket that was done again once and waits for the second answer."""
    ticket = a_ticket(session, State.REVIEWED)
    move(session, ticket, people.OWNER, Action.REOPEN, LATER, **UNHAPPY)
    move(session, ticket, people.POWER, Action.RESOLVE, LATER, outcome=Outcome.SOLVED, reply="又办了一次。")
    move(session, ticket, people.REVIEWER, Action.PASS_REVIEW, LATER)
    return ticket
