"""A lively past for the demonstration: invented matters played through the real services with a virtual clock."""

import heapq
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from chainhub.core.actor import Actor, Post, Role, ScopeKind
from chainhub.core.errors import Refusal
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI, Calendar, WorkMinutes
from chainhub.county import known
from chainhub.county.directory.models import Enterprise
from chainhub.county.people import queries as people
from chainhub.county.people.models import User
from chainhub.county.people.rules import Holders
from chainhub.notices.models import Notice
from chainhub.operations import demo_beside
from chainhub.tickets.common import service as common
from chainhub.tickets.common.service import NewIssue
from chainhub.tickets.models import Ticket
from chainhub.tickets.papers.kinds import PaperKind
from chainhub.tickets.service import checklists, moving, papers, submitting
from chainhub.tickets.service.moving import Step
from chainhub.tickets.terms import (
    ONE_QUESTION,
    Channel,
    DeclineReason,
    DissatisfiedReason,
    Kind,
    Outcome,
    ReturnReason,
    Route,
    Satisfaction,
    Urgency,
)
from chainhub.tickets.workflow import Action

MONTHS = 6
DAY = 450  # working minutes of a day
_PAPERS: Mapping[Action, PaperKind] = {
    Action.DISPATCH: PaperKind.ASSIGNMENT_SLIP,
    Action.CLOSE: PaperKind.CLOSURE_FORM,
}
"""What is printed and filed with a deed, in the chain of the demonstration accounts."""
_CHAIN = "equipment"
Story = Mapping[str, Any]
Given = dict[str, Any]
Deed = tuple[float, int, Action, Given]  # working minutes from now, who, what, with what
Tick = Callable[[datetime], None]


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays whom, read once before the play begins."""

    holders: Holders
    actors: Mapping[int, Actor]

    def of(self, role: Role, scope: ScopeKind, ref: str, post: Post | None = None) -> list[int]:
        """Return the ids of those who hold a role, in this post if anybody does."""
        return sorted(self.holders.ids(role, scope, ref, post)) or sorted(self.holders.ids(role, scope, ref))

    @classmethod
    def read(cls, session: Session) -> "Cast":
        """Return the county's people as they are now."""
        actors = {}
        for user_id in session.scalars(select(User.id)).all():
            account = people.account(session, user_id)
            if account is not None:
                actors[user_id] = account.actor
        return cls(known.of(session).holders, actors)


def play(engine: Engine, stories: Sequence[Story], now: datetime, tick: Tick, *, seed: int = 7) -> int:
    """Play the stories over the months before `now`; `tick` runs the timetable at a moment. Return how many."""
    rng = random.Random(seed)
    with Session(engine, expire_on_commit=False) as session:
        calendar = known.of(session).calendar
        firms = list(session.scalars(select(Enterprise).order_by(Enterprise.position)))
        cast = Cast.read(session)
        session.expunge_all()  # what was read stays readable without a transaction
        session.rollback()
        queue: list[tuple[datetime, int, str, Iterator[Deed]]] = []
        for place, (story, at) in enumerate(_spread(rng, stories, now, calendar)):
            heapq.heappush(queue, (at, place, "", _life(rng, cast, story, _firm(rng, story, firms))))
        _run(session, cast, queue, now, calendar, tick)
        with session.begin():
            _common(session, cast, now, calendar)
        demo_beside.show(session, cast.actors, now)
        with session.begin():  # what is older than three days was read by people who come to work
            old = Notice.created_at < now - timedelta(days=3)
            session.execute(update(Notice).where(old).values(read_at=Notice.created_at))
    return len(stories)


def _common(session: Session, cast: Cast, now: datetime, calendar: Calendar) -> None:
    """Put the open tickets of the category that has most of them, in the demonstration's chain, to one task."""
    open_ = (Ticket.is_open, Ticket.chain_code == _CHAIN, Ticket.confidential.is_(False))
    most = (
        select(Ticket.category_code)
        .where(*open_, Ticket.category_code.is_not(None))
        .group_by(Ticket.category_code)
        .order_by(func.count().desc(), Ticket.category_code)
        .limit(1)
    )
    category = session.scalar(most)
    numbers = session.scalars(
        select(Ticket.number).where(*open_, Ticket.category_code == category).order_by(Ticket.id).limit(4)
    ).all()
    if category is None or len(numbers) < 2:
        return
    leader = cast.actors[cast.of(Role.TASK_FORCE, ScopeKind.CHAIN, _CHAIN, Post.DEPUTY)[0]]
    work = Work(session, leader, now - timedelta(hours=3), calendar)
    label = known.of(session).directory.category_label(category)
    new = NewIssue(
        f"几家企业都反映：{label}",
        category,
        (now + timedelta(days=20)).date(),
        tuple(numbers),
        progress="正和有关单位一起摸底，摸清了一次解决。",
    )
    common.open_issue(work, new)


_CHAIN = "equipment"  # of the demonstration accounts


def _spread(
    rng: random.Random, stories: Sequence[Story], now: datetime, calendar: Calendar
) -> list[tuple[Story, datetime]]:
    """Return the stories with their moments: denser towards now, so that every desk has something on it."""
    shuffled = list(stories)
    rng.shuffle(shuffled)
    found = []
    for place, story in enumerate(shuffled):
        back = _days_back(rng, story, recent=place % 10 == 0)
        at = calendar.next_working_moment(now - timedelta(days=back, minutes=rng.randrange(400)))
        found.append((story, min(at, now - timedelta(minutes=rng.randrange(5, 90)))))
    return sorted(found, key=lambda one: one[1])


def _days_back(rng: random.Random, story: Story, *, recent: bool) -> float:
    if _is_current(story):
        return rng.uniform(1.5, 6)
    return rng.random() * 9 if recent else rng.random() ** 1.2 * MONTHS * 30


def _is_current(story: Story) -> bool:
    """Say whether a story is kept for the last days: the units and the chain of the demonstration accounts."""
    return story["unit"] in {"power_supply", "transport"} and story.get("chain") in {None, _CHAIN}


def _firm(rng: random.Random, story: Story, firms: Sequence[Enterprise]) -> Enterprise:
    chain = story.get("chain")
    fitting = [one for one in firms if chain in (None, one.chain_code)]
    # The demonstration's own firm is the first of its chain and speaks up more often than the others.
    return fitting[0] if rng.random() < (0.5 if _is_current(story) else 0.1) else rng.choice(fitting)


def _run(
    session: Session,
    cast: Cast,
    queue: list[tuple[datetime, int, str, Iterator[Deed]]],
    now: datetime,
    calendar: Calendar,
    tick: Tick,
) -> None:
    pending: dict[int, Deed] = {}
    last: datetime | None = None
    while queue and queue[0][0] < now:
        at, place, number, life = heapq.heappop(queue)
        if last is not None:
            for moment in _ticks(last, at):
                tick(moment)
        last = at
        deed = pending.pop(place, None)
        if deed is None:
            number = _begin(session, cast, life, at)
        else:
            _do(session, cast, number, deed, at)
        following = next(life, None)
        if following is not None:
            pending[place] = following
            wait = max(1, round(following[0]))
            heapq.heappush(queue, (calendar.due(at, WorkMinutes(wait)).at, place, number, life))
    for moment in _ticks(last or now, now):
        tick(moment)
    tick(now)


def _ticks(after: datetime, until: datetime) -> list[datetime]:
    """Return the moments between two deeds at which the timetable runs: 08:31 and 17:31 of each day."""
    found = []
    day = after.astimezone(SHANGHAI).date()
    while day <= until.astimezone(SHANGHAI).date():
        for hour, minute in ((8, 31), (17, 31)):
            moment = datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI)
            if after < moment <= until:
                found.append(moment)
        day += timedelta(days=1)
    return found


def _begin(session: Session, cast: Cast, life: Iterator[Deed], at: datetime) -> str:
    _, who, _, given = next(life)
    with session.begin():
        work = Work(session, cast.actors[who], at, known.of(session).calendar)
        return submitting.submit(work, given).ticket.number


def _do(session: Session, cast: Cast, number: str, deed: Deed, at: datetime) -> None:
    _, who, action, given = deed
    try:
        with session.begin():
            work = Work(session, cast.actors[who], at, known.of(session).calendar)
            ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
            if action is Action.RESOLVE:
                for one in checklists.of(work, ticket):
                    checklists.tick(work, number, one.code, done=True)
            moving.move(work, number, Step(action, ticket.version, given))
            if action in _PAPERS and ticket.chain_code == _CHAIN:
                papers.issue(work, number, _PAPERS[action])
    except Refusal:
        return  # the clock was faster, or the story went another way: as in life


def _life(rng: random.Random, cast: Cast, story: Story, firm: Enterprise) -> Iterator[Deed]:
    """Yield what happens to one matter, deed by deed."""
    owner = cast.of(Role.ENTERPRISE, ScopeKind.ENTERPRISE, firm.code)[0]
    committee = cast.of(Role.COMMITTEE, ScopeKind.CHAIN, firm.chain_code)
    clerk = cast.of(Role.COMMITTEE, ScopeKind.CHAIN, firm.chain_code, Post.CONTACT)[0]
    guides = cast.of(Role.GUIDE, ScopeKind.ENTERPRISE, firm.code)
    kind = Kind(story["kind"])
    by_guide = bool(guides) and rng.random() < 0.12
    channel = rng.choice((Channel.VISIT, Channel.PHONE)) if by_guide else Channel.WEB
    yield (
        0,
        guides[0] if by_guide else owner,
        Action.SUBMIT,
        {
            "title": story["title"],
            "content": story["content"],
            "enterprise": firm.code,
            "kind": kind,
            "category": story["category"] if rng.random() < 0.8 else None,
            "urgency": Urgency(story["urgency"]),
            "channel": channel,
        },
    )
    if rng.random() < 0.05:
        yield 60, clerk, Action.REQUEST_INFO, {"note": "请把设备型号和合同日期补上，我们好找对口单位。"}
        yield (
            rng.uniform(60, 900),
            owner,
            Action.SUPPLY_INFO,
            {"note": "型号和合同日期补在这里了，麻烦看一下。"},
        )
    if rng.random() < 0.03:
        note = {
            "reason_code": DeclineReason.IN_COURT,
            "note": "这件事法院已经立案，请按诉讼程序走；法律咨询可以找司法局。",
        }
        yield rng.uniform(40, 200), clerk, Action.DECLINE, note
        return
    yield (
        rng.uniform(15, 130),
        clerk,
        Action.ACCEPT,
        {
            "contacted_person": firm.contact,
            "route": Route.KEY if kind is Kind.PROBLEM else Route.SPECIAL,
            "note": story["contact_note"],
        },
    )
    if kind is Kind.INQUIRY and rng.random() < 0.6:
        yield rng.uniform(30, 200), clerk, Action.ANSWER, {"reply": story["reply"]}
    else:
        yield from _handled(rng, cast, story, firm, kind, owner)
    yield from _ended(rng, cast, story, firm, [one for one in committee if one != clerk] or committee)


def _handled(
    rng: random.Random, cast: Cast, story: Story, firm: Enterprise, kind: Kind, owner: int
) -> Iterator[Deed]:
    dispatcher, *others = cast.of(Role.TASK_FORCE, ScopeKind.CHAIN, firm.chain_code, Post.CONTACT)
    reviewers = [
        one
        for one in cast.of(Role.TASK_FORCE, ScopeKind.CHAIN, firm.chain_code, Post.DEPUTY)
        if one != dispatcher
    ]
    reviewer = (reviewers or others)[0]
    unit = story["unit"]
    handler = cast.of(Role.DEPARTMENT, ScopeKind.UNIT, unit, Post.CONTACT)[0]
    if rng.random() < 0.07:
        wrong = rng.choice(
            [
                one
                for one in ("industry_bureau", "commerce", "transport", "housing_construction")
                if one != unit
            ]
        )
        wronged = cast.of(Role.DEPARTMENT, ScopeKind.UNIT, wrong, Post.CONTACT)
        if wronged:
            yield rng.uniform(30, 200), dispatcher, Action.DISPATCH, {"lead_unit": wrong}
            yield (
                rng.uniform(40, 200),
                wronged[0],
                Action.RETURN,
                {
                    "reason_code": ReturnReason.FUNCTION,
                    "note": "这件事不在我单位职责里，请改派给主管单位。",
                },
            )
            yield rng.uniform(30, 150), reviewer, Action.UPHOLD_RETURN, {"note": "退得对，改派。"}
    yield (
        rng.uniform(20, 260),
        dispatcher,
        Action.DISPATCH,
        {"lead_unit": unit, "note": "请先打电话问清楚再办。"},
    )
    if rng.random() < 0.85:
        yield rng.uniform(20, 220), handler, Action.ACKNOWLEDGE, {}
        yield rng.uniform(20, 200), handler, Action.CONTACT, {"person": firm.contact}
    else:
        yield (
            rng.uniform(300, 500),
            handler,
            Action.CONTACT,
            {"person": firm.contact, "note": "自动签收以后联系上的。"},
        )
    span = (
        {Kind.INQUIRY: 1, Kind.PROBLEM: 15}.get(kind, 5) * DAY * rng.choice((0.35, 0.5, 0.6, 0.8, 0.95, 1.15))
    )
    lines = story["progress"]
    if rng.random() < 0.1:
        yield span / 4, handler, Action.ASK_INFO, {"note": "请补一份平面图，标出位置。"}
        yield rng.uniform(200, 1500), owner, Action.SUPPLY_INFO, {"note": "图补好了。"}
    for line in lines:
        yield span / (len(lines) + 1), handler, Action.PROGRESS, {"note": line}
    done = {"outcome": Outcome(story["outcome"]), "reply": story["reply"], **_word(story, firm)}
    yield span / (len(lines) + 1), handler, Action.RESOLVE, done
    if rng.random() < 0.06:
        yield rng.uniform(60, 300), reviewer, Action.SEND_BACK, {"note": "答复里没写什么时候做完，请补上。"}
        yield rng.uniform(100, 500), handler, Action.RESOLVE, done
    yield rng.uniform(40, 420), reviewer, Action.PASS_REVIEW, {}


def _word(story: Story, firm: Enterprise) -> Given:
    """Return who of the firm agreed, for the matters that no unit may call done by itself."""
    return {"word_by": firm.contact} if story["category"] == "arrears" else {}


def _ended(
    rng: random.Random, cast: Cast, story: Story, firm: Enterprise, closers: Sequence[int]
) -> Iterator[Deed]:
    owner = cast.of(Role.ENTERPRISE, ScopeKind.ENTERPRISE, firm.code)[0]
    caller = cast.of(Role.CALLER, ScopeKind.COUNTY, "")[0]
    one = Kind(story["kind"]) in ONE_QUESTION
    note = story.get("dissatisfied_note")
    if note:
        asked: Given = {"clear": False} if one else {"contacted": True, "solved": False}
        code = (
            DissatisfiedReason.UNCLEAR
            if one
            else rng.choice((DissatisfiedReason.NOT_SOLVED, DissatisfiedReason.PERFUNCTORY))
        )
        yield rng.uniform(60, 900), owner, Action.REOPEN, {"reason_code": code, "note": note, **asked}
        handler = cast.of(Role.DEPARTMENT, ScopeKind.UNIT, story["unit"], Post.CONTACT)[0]
        yield (
            rng.uniform(400, 1400),
            handler,
            Action.RESOLVE,
            {
                "outcome": Outcome(story["outcome"]),
                "reply": f"又去了一趟。{story['reply']}",
                **_word(story, firm),
            },
        )
        reviewer = cast.of(Role.TASK_FORCE, ScopeKind.CHAIN, firm.chain_code, Post.DEPUTY)[0]
        yield rng.uniform(60, 400), reviewer, Action.PASS_REVIEW, {}
    satisfied = Satisfaction.MOSTLY if note or rng.random() < 0.2 else Satisfaction.SATISFIED
    answers: Given = (
        {"clear": True} if one else {"contacted": True, "solved": True, "satisfaction": satisfied}
    )
    if rng.random() < 0.12:  # silent: a call-back after 5 workdays
        yield 6 * DAY, caller, Action.CALL_FAILED, {"note": "上午打了一次，没人接。"}
        yield 1.3 * DAY, caller, Action.CONFIRM, answers
    else:
        yield rng.uniform(30, 3 * DAY), owner, Action.CONFIRM, answers
    yield rng.uniform(40, 2.2 * DAY), closers[0], Action.CLOSE, {}
