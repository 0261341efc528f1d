"""The county under attack: a ticket in every state, everything that may stand beside one, and who opens which page."""

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from chainhub.assignments.service import proposing, registering
from chainhub.assignments.terms import Tie
from chainhub.core.actor import Role
from chainhub.core.media import Medium
from chainhub.county.directory.models import Enterprise
from chainhub.county.people import service as accounts
from chainhub.county.people.models import GrantRow, User
from chainhub.county.people.service import leaving
from chainhub.county.responsibilities.models import Responsibility
from chainhub.documents.attachments.models import Attachment
from chainhub.documents.papers import service as kept_papers
from chainhub.documents.papers import service as papers
from chainhub.guides import papers as guide_papers
from chainhub.guides.service import duties, reporting
from chainhub.notices.manners import Fate, Purpose
from chainhub.notices.outgoing import Outgoing
from chainhub.notices.rules import NoticeKind
from chainhub.rotations.around import tokens
from chainhub.rotations.around.models import SalonArrival, SalonFile
from chainhub.rotations.around.papers import kinds as salon_kinds
from chainhub.rotations.around.papers import layouts as salon_layouts
from chainhub.rotations.around.papers.kinds import SalonPaper
from chainhub.rotations.around.service import arriving, deciding, inviting, releasing
from chainhub.rotations.around.terms import Review, Via
from chainhub.rotations.routines.workflow import Action as Act
from chainhub.rotations.routines.workflow import Change as RoutineChange
from chainhub.rotations.service import roster, subscribing, swapping
from chainhub.rotations.workflow import Action as Salon
from chainhub.rotations.workflow import Change
from chainhub.statistics.appeals import service as appeals
from chainhub.statistics.reports.service import publishing
from chainhub.statistics.reports.terms import Period
from chainhub.statistics.terms import Month, month_of
from chainhub.tickets import answer_tokens
from chainhub.tickets.common import service as common
from chainhub.tickets.copies import service as copies
from chainhub.tickets.models import Ticket
from chainhub.tickets.outsiders import service as outsiders
from chainhub.tickets.outsiders import tokens as outside_tokens
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
from chainhub.tickets.successes import service as successes
from chainhub.tickets.terms import DissatisfiedReason, Kind, Outcome, RequestKind
from chainhub.tickets.topics import service as topics
from chainhub.tickets.topics.models import TopicTicket
from chainhub.tickets.workflow import TABLE, Action, Party, State, Who
from tests import people
from tests.assignments import staging as guides
from tests.builders import REACHABLE, SOON, a_ticket, move, submitted
from tests.guides import logging as visits
from tests.house import errand_scenes
from tests.notices.doubles import SECRET, reached
from tests.people import NOW, work_of
from tests.rotations import staging as salons
from tests.rotations import test_routines as routines

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
    guide_pages = _guides(session)
    visit_pages = _visits(session)
    report_pages = _reports(session)
    special = _special(session)
    assessed = _assessed(session, special)
    case = _cases(session)
    errand_pages = errand_scenes.pages(session)
    copies.copy(power, ahead.number, people.TRANSPORT)
    question = outsiders.Question("云岭银行汶上支行", "顾知微", "抵押登记要几天？", 5)
    bank, again = (outsiders.ask(power, busy.number, question) for _ in range(2))
    group = _grouped(session, alone.number)
    session.commit()
    link = f"/answer/{answer_tokens.write(SECRET, pass_)}"
    head = "zhuanban2"
    pages = [
        *salon_pages,
        *case,
        *guide_pages,
        *visit_pages,
        *report_pages,
        *errand_pages,
        *assessed,
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
        (people.CLERK, f"/topics/{group}"),
        (people.POWER, "/handovers"),
        (people.POWER, f"/tickets/{busy.number}"),
        (people.POWER, f"/tickets/{busy.number}/report-in"),
        (people.POWER, f"/tickets/{busy.number}/outside"),
        (people.POWER, f"/tickets/{busy.number}/visit"),
        (people.POWER, f"/tickets/{busy.number}/copy"),
        (people.POWER, f"/tickets/{ahead.number}"),
        (people.POWER, f"/outside/{again.id}/link"),
        (people.POWER, f"/outside/{again.id}/revoke"),
        ("", f"/outside-answer/{outside_tokens.write(SECRET, bank.id)}"),
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
        ("xitong", "/admin/assignment-kinds/mentors"),
        ("xitong", "/admin/outgoing"),
        ("xitong", "/admin/jobs"),
        ("xitong", "/leave"),
        ("anquan", "/admin/grants"),
        ("shenji", "/admin/audit"),
    ]
    return Scene(numbers, busy.number, special, pages)


def _grouped(session: Session, number: str) -> int:
    """Group what is recent, with one ticket of which somebody says that it does not belong; return the group."""

    @contextmanager
    def _open():
        yield work_of(session, "clock", LATER)
        session.flush()

    topics.renew(_open)
    group = session.scalar(select(TopicTicket.topic_id).join(Ticket).where(Ticket.number == number))
    topics.set_apart(work_of(session, people.CLERK, LATER), group, number)
    return group


def _assessed(session: Session, special: dict[Action, tuple[str, ...]]) -> list[tuple[str, str]]:
    """Let two cases count against a unit, and one be appealed against; return the pages that have forms."""
    asked, open_ = (a_ticket(session, State.REVIEWED) for _ in range(2))
    unhappy = {"contacted": True, "solved": False, "reason_code": DissatisfiedReason.NOT_SOLVED}
    for one in (asked, open_):
        move(session, one, people.OWNER, Action.REOPEN, LATER, **unhappy, note="还跳闸")
    unit = work_of(session, people.POWER, LATER)
    about = appeals.against(unit, asked.number, "satisfied", "", month_of(LATER))
    made = appeals.ask(unit, asked.number, about, "当天停电检修。")
    special[Action.ASSESS_ASK] = (open_.number,)
    named = f"figure=satisfied&unit={people.POWER_UNIT}&month={month_of(LATER).written}"
    return [
        (people.POWER, f"/tickets/{open_.number}/assessment?{named}"),
        (people.CLERK, f"/statistics/appeals/{made.id}"),
        (people.POWER, f"/statistics/appeals/{made.id}"),
        (people.CLERK, "/statistics/ranking"),
        ("xitong", "/admin/weights"),
    ]


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


def _reports(session: Session) -> list[tuple[str, str]]:
    """Let one month be drafted, another published; return the pages that have forms."""
    clerk = work_of(session, people.CLERK, LATER)
    february, january = (publishing.draft(clerk, Period(Month(2026, one), "equipment")) for one in (2, 1))
    publishing.publish(clerk, january.id, january.version)
    return [
        (people.CLERK, "/statistics/reports"),
        (people.CLERK, february.link),
        (people.CLERK, f"{february.link}/text"),
        (people.CLERK, f"{january.link}/edition"),
        (people.CHIEF, january.link),
        (people.LIAISON, "/statistics/reports"),
    ]


def _cases(session: Session) -> list[tuple[str, str]]:
    """Draft cases that wait for each word; return the pages that have forms."""
    asked, agreed, fresh = (a_ticket(session, State.CLOSED) for _ in range(3))
    clerk = work_of(session, people.CLERK, LATER)
    words = ("专线早用两个月", "两个单位一起到现场定线路，施工和验收一起做。")
    drafts = [successes.draft(clerk, one.number, *words) for one in (asked, agreed)]
    successes.answer(work_of(session, people.OWNER, LATER), drafts[1].id, agrees=True)
    return [
        (people.CLERK, f"/tickets/{fresh.number}/case"),
        (people.OWNER, f"/cases/{drafts[0].id}/answer"),
        (people.OWNER, f"/tickets/{agreed.number}"),
        (people.CLOSER, f"/cases/{drafts[1].id}/decide"),
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
        if one not in {Change.LIFT, Change.FORGIVE}  # nobody owes anything here
    ]
    return [
        *_around(session, clerk, first, fifth),
        *_routines(session),
        (people.CLERK, "/rotations"),
        (people.CLERK, "/rotations/new?chain=equipment"),
        (_clerk_of(session, "textile"), "/rotations?chain=textile"),
        (people.CLERK, f"/salons/{first.id}/problem"),
        (people.CLERK, f"/salons/{seventh.id}/swap"),
        (people.CLERK, "/calendars"),
        *acts,
        *changes,
    ]


def _around(session: Session, clerk, first, held) -> list[tuple[str, str]]:
    """Let people be invited and sign in, a photo and news wait, a decision be open; return the pages that have forms."""
    first.on, first.pinned = LATER.date(), True  # held today, so that the code at its door is good
    session.flush()
    inviting.invite(clerk, first.id, {"units": [people.POWER_UNIT], "guests": "王小测 某某商会"})
    one = inviting.mine(work_of(session, people.POWER, LATER), first)[0]
    arriving.take_list(clerk, first.id, "王小测 某某商会")
    photos = [_photo(session, first.id, review) for review in (Review.WAITING, Review.RELEASED)]
    releasing.write_news(clerk, first.id, {"title": "看新线", "text": "看了新线。"}, send=True)
    session.add(_was_there(session, held.id))
    unit = {"unit": people.POWER_UNIT, "what": "排日子", "due_on": held.on}
    decision = deciding.note(clerk, held.id, unit)
    code = tokens.write(SECRET, arriving.the_pass(first))
    invitation = SalonPaper.INVITATION
    sample, template = salon_kinds.SAMPLES[invitation], salon_layouts.default(invitation)
    kept_papers.keep(work_of(session, "xitong", LATER), invitation.value, "邀请函.docx", template, sample)
    link = f"/salons/{first.id}"
    return [
        (people.CLERK, link),
        (people.CLERK, f"{link}/invite"),
        (people.CLERK, f"{link}/invited"),
        (people.POWER, f"/invitations/{one.id}/answer"),
        (people.CLERK, f"{link}/sign-in"),
        ("", f"/arrive/{code}"),
        (people.CLERK, f"{link}/files"),
        (people.CLERK, f"{link}/files/{photos[1]}/return"),
        (people.CLERK, f"{link}/news"),
        (people.CLERK, f"{link}/news/return"),
        (people.CLERK, f"/salons/{held.id}/decide"),
        (people.POWER, f"/decisions/{decision.id}/done"),
        (people.POWER, f"/salons/{held.id}/rate"),
        ("xitong", "/admin/papers/salon_invitation"),
    ]


def _photo(session: Session, salon: int, review: Review) -> int:
    made = Attachment(
        owner_kind="salon",
        owner_id=salon,
        name="现场.jpg",
        kind="image/jpeg",
        size=1,
        sha256="",
        stored_as=f"none/{review.value}",
        by_name="某某",
        at=LATER,
    )
    session.add(made)
    session.flush()
    session.add(SalonFile(attachment_id=made.id, salon_id=salon, review=review))
    session.flush()
    return made.id


def _was_there(session: Session, salon: int) -> SalonArrival:
    who = people.actor(session, people.POWER)
    return SalonArrival(
        salon_id=salon,
        name=who.name,
        body="县供电公司",
        key="县供电公司|",
        user_id=who.id,
        via=Via.CODE,
        by=who.name,
        at=LATER,
    )


def _routines(session: Session) -> list[tuple[str, str]]:
    """Let the office plan recurring work, with an occasion at each stage; return the pages that have forms."""
    routine = routines.planned(session, who=people.LIAISON, at=LATER)
    first, second, third, *_ = routines.rows(session, routine)
    later = LATER.replace(month=5)
    routines.acted(session, second, Act.POSTPONE, at=later, why="防汛")
    routines.acted(session, third, Act.HOLD, at=later, note="开了会")
    acts = [(first, one) for one in (Act.HOLD, Act.PIN, Act.POSTPONE, Act.CANCEL)]
    acts += [(second, Act.RESCHEDULE), (third, Act.WRITE_UP)]
    return [
        (people.LIAISON, "/routines/new"),
        (people.LIAISON, first.link),
        (people.LIAISON, f"{first.link}/prepare"),
        *((people.LIAISON, f"{one.link}/act/{act.value}") for one, act in acts),
        *((people.LIAISON, f"{routine.link}/change/{one.value}") for one in RoutineChange),
    ]


def _guides(session: Session) -> list[tuple[str, str]]:
    """Let guides be registered, with something of everything known, and a proposal; return the pages that have forms."""
    guides.settled(session)
    clerk = work_of(session, people.CLERK, LATER)
    row = guides.running(session)
    id_, firm = row.user_id, f"/guides/firms/{people.FIRM}"
    registering.reduce(clerk, id_, 1, "学习", (LATER.date(), SOON))
    conflict = registering.add_conflict(clerk, "science_technology", people.FIRM, "管它的项目")
    waived = registering.add_conflict(clerk, "transport", people.FIRM, "发它的许可")
    registering.waive(clerk, waived.id, "已向企业说明")
    registering.tie(clerk, people.FIRM, id_, Tie.BAN, "亲属")
    proposal, _ = proposing.propose(clerk)
    return [
        (people.CLERK, "/guides"),
        (people.CLERK, proposal.link),
        (people.CLERK, "/guides/people/new"),
        (people.CLERK, f"/guides/people/{id_}"),
        *((people.CLERK, f"/guides/people/{id_}/{word}") for word in ("edit", "reduce", "leave", "wishes")),
        (people.CLERK, firm),
        *((people.CLERK, f"{firm}/{word}") for word in ("need", "wishes", "conflict", "pair")),
        (people.CLERK, f"/guides/conflicts/{conflict.id}/waive"),
        (people.CLERK, f"/guides/assignments/{row.id}/end"),
        (people.CLERK, "/guides/kinds/mentors/new"),
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
