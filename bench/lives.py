"""Template tickets: some thousand lives played through the real services, so that what is cloned is true."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from chainhub import scheduler
from chainhub.core.actor import Actor, Post, Role, ScopeKind
from chainhub.core.errors import Refusal
from chainhub.core.work import Work
from chainhub.core.worktime import WorkMinutes
from chainhub.county import known
from chainhub.county.directory.models import Enterprise
from chainhub.county.people import queries as people
from chainhub.county.people.models import User
from chainhub.notices.models import Notice
from chainhub.tickets.service import moving, submitting
from chainhub.tickets.service.moving import Step
from chainhub.tickets.terms import Channel, DeclineReason, Kind, Outcome, ReturnReason, Satisfaction, Urgency
from chainhub.tickets.workflow import Action

A = Action
DAYS = 720  # over which the county's tickets are spread
OPEN_SHARE = 0.30
MARK = "〔题〕"  # stands where a clone's own title will stand
Deed = tuple[str, A, dict[str, Any]]

_START: list[Deed] = [
    ("clerk", A.REQUEST_INFO, {"note": "请把设备型号和合同日期补上，我们好找对口单位。"}),
    ("owner", A.SUPPLY_INFO, {"note": "型号和合同日期补在这里了，麻烦看一下。"}),
]
_ACCEPTED: list[Deed] = [
    ("clerk", A.ACCEPT, {"contacted_person": "陶见禾", "note": "电话里问清了来龙去脉。"})
]
_DISPATCHED: list[Deed] = [*_ACCEPTED, ("dispatcher", A.DISPATCH, {"note": "请先打电话问清楚再办。"})]
_RETURNED: list[Deed] = [
    *_DISPATCHED,
    ("unit", A.RETURN, {"reason_code": ReturnReason.FUNCTION, "note": "这件事不在我单位职责里。"}),
]
_ACKNOWLEDGED: list[Deed] = [
    *_DISPATCHED,
    ("unit", A.ACKNOWLEDGE, {}),
    ("unit", A.CONTACT, {"person": "陶见禾"}),
]
_HANDLED: list[Deed] = [
    *_ACKNOWLEDGED,
    ("unit", A.PROGRESS, {"note": "今天到现场看过，和企业一起把要办的几件事列了出来，下周三前给方案。"}),
    ("unit", A.PROGRESS, {"note": "方案已经报上去，正在等批复，批下来马上安排施工。"}),
]
_ASKED: list[Deed] = [*_ACKNOWLEDGED, ("unit", A.ASK_INFO, {"note": "请补一份平面图，标出位置。"})]
_RESOLVED: list[Deed] = [
    *_HANDLED,
    (
        "unit",
        A.RESOLVE,
        {"outcome": Outcome.SOLVED, "reply": "已经办好。情况和下一步怎么做，都写在给您的答复里了。"},
    ),
]
_REVIEWED: list[Deed] = [*_RESOLVED, ("reviewer", A.PASS_REVIEW, {})]
_CONFIRMED: list[Deed] = [
    *_REVIEWED,
    ("owner", A.CONFIRM, {"contacted": True, "solved": True, "satisfaction": Satisfaction.SATISFIED}),
]
_REWORKED: list[Deed] = [
    *_REVIEWED,
    (
        "owner",
        A.REOPEN,
        {"reason_code": "not_solved", "note": "还是老样子。", "contacted": True, "solved": False},
    ),
]
_CLOSED: list[Deed] = [*_CONFIRMED, ("closer", A.CLOSE, {})]

OPEN_LIVES: tuple[tuple[int, list[Deed], bool], ...] = (  # weight, deeds, is it only minutes old?
    (4, [], True),
    (6, _START[:1], False),
    (6, _ACCEPTED, False),
    (6, _DISPATCHED, True),
    (3, _RETURNED, True),
    (38, _HANDLED, False),
    (6, _ACKNOWLEDGED, False),
    (5, _ASKED, True),
    (8, _RESOLVED, False),
    (9, _REVIEWED, True),
    (4, _REWORKED, False),
    (5, _CONFIRMED, False),
)
ENDED_LIVES: tuple[tuple[int, list[Deed], bool], ...] = (
    (60, _CLOSED, False),
    (15, [*_START, *_CLOSED], False),
    (12, [*_REWORKED, *_RESOLVED[-1:], *_REVIEWED[-1:], *_CONFIRMED[-1:], *_CLOSED[-1:]], False),
    (8, [("clerk", A.DECLINE, {"reason_code": DeclineReason.IN_COURT, "note": "法院已经立案。"})], False),
    (5, [*_ACCEPTED, ("owner", A.WITHDRAW, {"note": "自己解决了。"})], False),
)


def play(engine: Engine, count: int, now: datetime) -> int:
    """Play so many lives on a seeded database, run the timetable once at the end. Return how many were refused."""
    rng = random.Random(11)
    refused = 0
    with Session(engine, expire_on_commit=False) as session:
        actors = {one: people.account(session, one).actor for one in session.scalars(select(User.id))}  # type: ignore[union-attr]
        firms = list(session.scalars(select(Enterprise).order_by(Enterprise.position)))
        units = sorted(known.of(session).directory.units)
        units = [
            one
            for one in units
            if known.of(session).holders.ids(Role.DEPARTMENT, ScopeKind.UNIT, one, Post.CONTACT)
        ]
        session.commit()
        for place in range(count):
            is_open = place % 10 < OPEN_SHARE * 10
            if not _play(session, rng, actors, rng.choice(firms), rng.choice(units), now, is_open=is_open):
                refused += 1
            if place % 25 == 24:
                session.commit()
                session.expunge_all()
        session.commit()
        at = now  # what is missed is said in working time alone, so the timetable runs at the last of it
        while not known.of(session).calendar.is_working_moment(at):
            at -= timedelta(minutes=30)
    scheduler.run_all(engine, at)
    with Session(engine) as session, session.begin():  # what is older than three days was read
        old = Notice.created_at < now - timedelta(days=3)
        session.execute(update(Notice).where(old).values(read_at=Notice.created_at))
    return refused


def _play(
    session: Session,
    rng: random.Random,
    actors: dict[int, Actor],
    firm: Enterprise,
    unit: str,
    now: datetime,
    *,
    is_open: bool,
) -> bool:
    lives = OPEN_LIVES if is_open else ENDED_LIVES
    _, deeds, young = rng.choices(lives, [weight for weight, _, _ in lives])[0]
    cast = _cast(session, firm, unit)
    calendar = known.of(session).calendar
    moments = _moments(rng, calendar, now, len(deeds), young=young, is_open=is_open)
    at = next(moments)
    given = {
        "title": MARK,
        "content": MARK,
        "enterprise": firm.code,
        "kind": rng.choice((Kind.PROBLEM, Kind.HELP, Kind.COMPLAINT)),
        "category": rng.choice(_plain(session, now)) if rng.random() < 0.85 else None,
        "urgency": Urgency.URGENT if rng.random() < 0.06 else Urgency.NORMAL,
        "channel": Channel.WEB,
        "confidential": rng.random() < 0.03,
    }
    ticket = submitting.submit(Work(session, actors[cast["owner"]], at, calendar), given).ticket
    for who, action, said in deeds:
        at = next(moments)
        said = {**said, "lead_unit": unit} if action is A.DISPATCH else said
        try:
            moving.move(
                Work(session, actors[cast[who]], at, calendar),
                ticket.number,
                Step(action, ticket.version, said),
            )
        except Refusal:
            return False
    session.flush()
    return True


def _plain(session: Session, now: datetime) -> list[str]:
    """Return the categories whose matters can be resolved without ticking or attaching anything first."""
    facts = known.of(session)
    evidence = facts.book.text("evidence", now)
    above = {code: facts.directory.above(code) for code in sorted(facts.directory.categories)}
    return [
        code
        for code, codes in above.items()
        if not facts.book.checklist(codes) and not evidence.keys() & set(codes)
    ]


def _cast(session: Session, firm: Enterprise, unit: str) -> dict[str, int]:
    holders = known.of(session).holders

    def one(role: Role, scope: ScopeKind, ref: str, post: Post | None, besides: int = 0) -> int:
        found = sorted(holders.ids(role, scope, ref, post) or holders.ids(role, scope, ref))
        return next((who for who in found if who != besides), found[0])

    chain = firm.chain_code
    dispatcher = one(Role.TASK_FORCE, ScopeKind.CHAIN, chain, Post.CONTACT)
    clerk = one(Role.COMMITTEE, ScopeKind.CHAIN, chain, Post.CONTACT)
    return {
        "owner": one(Role.ENTERPRISE, ScopeKind.ENTERPRISE, firm.code, None),
        "clerk": clerk,
        "closer": one(Role.COMMITTEE, ScopeKind.CHAIN, chain, Post.DEPUTY, clerk),
        "dispatcher": dispatcher,
        "reviewer": one(Role.TASK_FORCE, ScopeKind.CHAIN, chain, Post.DEPUTY, dispatcher),
        "unit": one(Role.DEPARTMENT, ScopeKind.UNIT, unit, Post.CONTACT),
    }


def _moments(
    rng: random.Random, calendar: Any, now: datetime, count: int, *, young: bool, is_open: bool
) -> Iterator[datetime]:
    """Yield when each deed is done: within the hour for the young, else over days of working time."""
    if young:
        at = now - timedelta(minutes=50)
        for _ in range(count + 1):
            yield at
            at += timedelta(minutes=45 / (count + 1))
        return
    back = rng.uniform(3, 40) if is_open else rng.uniform(30, DAYS)
    at = calendar.next_working_moment(now - timedelta(days=back, minutes=rng.randrange(400)))
    for _ in range(count + 1):
        yield min(at, now - timedelta(minutes=2))
        at = calendar.due(at, WorkMinutes(rng.randrange(30, 420))).at
