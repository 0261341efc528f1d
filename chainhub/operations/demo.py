"""A lively past for the demonstration: the county's invented matters, played by a simulated county in the months before."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from chainhub.core.actor import Post, Role, ScopeKind
from chainhub.core.worktime import SHANGHAI, Calendar
from chainhub.county import known
from chainhub.notices.models import Notice
from chainhub.operations import (
    demo_annexes,
    demo_assessment,
    demo_beside,
    demo_guides,
    demo_inspection,
    demo_reports,
    demo_routines,
    demo_salons,
    demo_topics,
    demo_visits,
)
from chainhub.operations.simulating import habits, scripts
from chainhub.operations.simulating.county import County, House
from chainhub.operations.simulating.habits import Report
from chainhub.operations.simulating.playing import Play, Script
from chainhub.operations.simulating.stories import Story
from chainhub.operations.simulating.timekeeping import Line
from chainhub.tickets.common import service as common
from chainhub.tickets.common.service import NewIssue
from chainhub.tickets.models import Ticket
from chainhub.tickets.terms import Channel

MONTHS = 6
_CHAIN = "equipment"  # of the demonstration accounts
_TIMES = (time(8, 31), time(17, 31))  # when the timetable runs: a past needs no more
_ROUNDS = (time(9, 40),)
_JUST_NOW = (11, 8, 4)  # minutes before now: what the demonstration's own committee has hardly begun with
_UNCALLED = timedelta(days=7)  # before now: calls that the demonstration's callers still have before them
_RESTS = timedelta(days=10)  # before now nobody is on leave: every demonstration account has its own desk


def play(
    engine: Engine, told: Sequence[Story], now: datetime, lines: Sequence[Line], *, seed: int = 7
) -> int:
    """Play the matters over the months before `now`; `lines` is the timetable. Return how many were reported."""
    rng = random.Random(seed)
    county = County(engine)
    reports = []
    for story, at in _spread(rng, told, now, county.calendar):
        house = _house(rng, story, county)
        guided = bool(county.holding(Role.GUIDE, ScopeKind.ENTERPRISE, house.code))
        firm = habits.Firm(house.code, house.chain, guided)
        reports.append(habits.reported(rng, at, firm, story))
    reports.append(_filed_by_the_guide(reports.pop(), county))
    begin = min(one.at for one in reports) - timedelta(hours=1)
    span = (begin.astimezone(SHANGHAI).date(), (now - _RESTS).astimezone(SHANGHAI).date())
    away = habits.absences(seed, scripts.pairs(county), span, county.calendar)
    county.leave()
    quiet = [one for one in away if one.until_on < span[1]]
    script = Script(
        seed,
        begin,
        now,
        reports,
        quiet,
        grid=None,
        papers=frozenset({_CHAIN}),
        times=_TIMES,
        called_until=now - _UNCALLED,
    )
    beside = (demo_visits.JOBS, *demo_topics.JOBS)
    played = [one for one in lines if not one.name.startswith(beside)]  # laid down below instead
    filed = Play(engine, script, played).run().filed
    with Session(engine, expire_on_commit=False) as session:
        _beside(session, county, now)
    return filed + demo_topics.FILED


def _beside(session: Session, county: County, now: datetime) -> None:
    """Put beside the story what no played day makes, each room in a transaction of its own."""
    for show in (
        _common,
        demo_beside.show,
        demo_annexes.show,
        demo_assessment.show,
        demo_salons.show,
        demo_guides.show,
        demo_routines.show,
        demo_visits.show,
        demo_reports.show,
        demo_topics.show,
        demo_inspection.show,
    ):
        with session.begin():
            show(session, county, now)
    with session.begin():  # what is older than three days was read by people who come to work
        old = Notice.created_at < now - timedelta(days=3)
        session.execute(update(Notice).where(old).values(read_at=Notice.created_at))


def _filed_by_the_guide(report: Report, county: County) -> Report:
    """Let the demonstration's guide have filed the last report, for the demonstration's firm and on a visit."""
    own = next(one for one in county.houses.values() if one.chain == _CHAIN)
    return replace(
        report,
        firm=own.code,
        by_guide=True,
        channel=Channel.VISIT,
        confidential=False,
        left_open=False,
        about=None,
    )


def _common(session: Session, county: County, now: datetime) -> None:
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
    leader = county.holding(Role.TASK_FORCE, ScopeKind.CHAIN, _CHAIN, Post.DEPUTY)[0]
    work = county.as_(session, leader, now)  # not earlier: some of these have moved within the hour
    label = known.of(session).directory.category_label(category)
    new = NewIssue(
        f"几家企业都反映：{label}",
        category,
        (now + timedelta(days=20)).date(),
        tuple(numbers),
        progress="正和有关单位一起摸底，摸清了一次解决。",
    )
    common.open_issue(work, new)


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
    found.sort(key=lambda one: one[1])
    fresh = [place for place, (story, _) in enumerate(found) if story.chain == _CHAIN][-len(_JUST_NOW) :]
    for place, minutes in zip(fresh, _JUST_NOW, strict=False):  # nobody has turned to them yet
        found[place] = (found[place][0], now - timedelta(minutes=minutes))
    return sorted(found, key=lambda one: one[1])


def _days_back(rng: random.Random, story: Story, *, recent: bool) -> float:
    if _is_current(story):
        return rng.uniform(1.5, 6)
    return rng.random() * 9 if recent else rng.random() ** 1.2 * MONTHS * 30


def _is_current(story: Story) -> bool:
    """Say whether a story is kept for the last days: the units and the chain of the demonstration accounts."""
    return story.unit in {"power_supply", "transport"} and story.chain in {None, _CHAIN}


def _house(rng: random.Random, story: Story, county: County) -> House:
    fitting = [one for one in county.houses.values() if story.chain in (None, one.chain)]
    # The demonstration's own firm is the first of its chain and speaks up more often than the others.
    return fitting[0] if rng.random() < (0.5 if _is_current(story) else 0.1) else rng.choice(fitting)
