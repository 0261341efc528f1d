"""Twenty years of a chain played on rows: whoever's turn moved was told once, the past stays, a swap eats no turn."""

from collections import Counter
from datetime import date, timedelta
from random import Random

import pytest
from sqlalchemy import func, select

from chainhub.core.errors import Refusal
from chainhub.core.worktime import SHANGHAI
from chainhub.county.people.models import GrantRow
from chainhub.notices.models import Notice
from chainhub.rotations import jobs, queries, rules
from chainhub.rotations.days import Rhythm
from chainhub.rotations.models import RotationMember, Salon, SalonHost
from chainhub.rotations.rules import HELD
from chainhub.rotations.service import holding, roster, swapping
from chainhub.rotations.service.roster import Asked
from chainhub.rotations.workflow import Action, Change, State, SwapState
from tests import people
from tests.people import NOW, work_of
from tests.rotations.staging import CHAIN, hosts, salons

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

YEARS, MONTHS = 20, 4  # a period of four months: sixty sessions, three enterprises at once in some years
DAY = timedelta(days=1)


class Chain:
    """A chain that is played through the services, with what its rows and notices said before each step."""

    def __init__(self, session, seed: int) -> None:
        self.session = session
        self.random = Random(seed)
        self.now = NOW
        self.moves = 0  # turns that were moved, so that nobody plays a county in which nothing happens
        beat = Rhythm(date(2026, 1, 1), MONTHS, 2)
        self.rotation = roster.open_rotation(self.work(), CHAIN, beat)
        # A dozen of them, so that a round takes four years and there are several.
        for code in self.codes()[12:]:
            self.change(Change.LEAVE, code, from_on=self.today)

    @property
    def today(self) -> date:
        return self.now.astimezone(SHANGHAI).date()

    def work(self, who: str = people.CLERK):
        return work_of(self.session, who, self.now)

    def codes(self) -> list[str]:
        query = select(RotationMember.enterprise_code).where(
            RotationMember.rotation_id == self.rotation.id, RotationMember.left_on.is_(None)
        )
        return list(self.session.scalars(query.order_by(RotationMember.seat)))

    def change(self, change: Change, code: str = "", **given) -> None:
        roster.change(self.work(), self.rotation.id, Asked(change, "说明缘由", code, **given))

    def rows(self) -> dict[int, tuple]:
        """Every session as it stands: day, state, hosts."""
        found = select(Salon.id, Salon.on, Salon.stage).where(Salon.rotation_id == self.rotation.id)
        hosting: dict[int, list[str]] = {}
        named = select(SalonHost.salon_id, SalonHost.enterprise_code).order_by(SalonHost.place)
        for id_, code in self.session.execute(named):
            hosting.setdefault(id_, []).append(code)
        return {
            id_: (on, stage, tuple(hosting.get(id_, ()))) for id_, on, stage in self.session.execute(found)
        }

    def turns(self, rows: dict[int, tuple]) -> dict[str, list[date]]:
        found: dict[str, list[date]] = {}
        for on, stage, codes in rows.values():
            if on and on >= self.today and stage is not State.CANCELLED:
                for code in codes:
                    found.setdefault(code, []).append(on)
        return {code: sorted(on) for code, on in found.items()}

    def told(self) -> Counter:
        """How often each person was told of a turn of theirs."""
        query = select(Notice.user_id, func.count()).where(Notice.key.like("rotation:%"))
        return Counter(dict(self.session.execute(query.group_by(Notice.user_id)).all()))

    def step(self, deed) -> None:
        """Do one thing, and hold its rows and notices against each other."""
        before, said = self.rows(), self.told()
        try:
            with self.session.begin_nested():
                deed()
        except Refusal:
            return
        self.session.flush()
        after = self.rows()
        for id_, (on, stage, codes) in before.items():
            if stage in HELD:
                assert after[id_][0] == on, "the past changed"
                assert after[id_][2] == codes, "the past changed"
        was, becomes = self.turns(before), self.turns(after)
        moved = {code for code in {*was, *becomes} if was.get(code) != becomes.get(code)}
        owners = select(GrantRow.user_id).where(
            GrantRow.role == "enterprise", GrantRow.ref.in_(sorted(moved)), GrantRow.ended_at.is_(None)
        )
        self.moves += len(moved)
        people_of = set(self.session.scalars(owners)) - {None}
        assert self.told() - said == Counter(dict.fromkeys(people_of, 1)), "told once, and nobody else"


def test_twenty_years_of_rows_and_notices(session, calendar):
    chain = Chain(session, 11)
    for _ in range(YEARS * 12 // MONTHS):
        chain.step(lambda: jobs.lay_anew(chain.work("clock"), [chain.rotation.id]))
        chain.step(_something(chain))
        row = next((one for one in salons(session, chain.rotation) if _is_next(chain, one)), None)
        assert row is not None, "nothing is planned"
        assert row.pinned or chain.work().calendar.is_workday(row.on)
        if row.stage is State.PLANNED:
            chain.step(lambda one=row: holding.act(chain.work(), one.id, Action.ANNOUNCE, None, {}))
        chain.now = chain.now.replace(year=row.on.year, month=row.on.month, day=row.on.day)
        ends = (Action.CANCEL, {"why": "防汛"}) if chain.random.random() < 0.15 else (Action.HOLD, {})
        chain.step(lambda one=row, end=ends: holding.act(chain.work(), one.id, end[0], None, end[1]))
        chain.now += DAY

    rota = queries.rota(chain.work(), chain.rotation)
    held = Counter(code for one in rota.sessions if one.state in HELD for code in one.codes)
    assert sum(held.values()) >= 40
    assert chain.moves > 100
    assert chain.today.year >= 2045
    assert not [one for one in rules.fairness(rota, chain.today) if one.overdue and one.code in _always(rota)]


def _always(rota) -> set[str]:
    """Who is in the rotation now and was never away: nobody of them waits more than a round."""
    away = {bar.code for bar in rota.bars if bar.code}
    return {one.code for one in rota.members if one.left_on is None} - away


def _is_next(chain: Chain, one: Salon) -> bool:
    return one.on is not None and one.on >= chain.today and one.stage in {State.PLANNED, State.ANNOUNCED}


def _something(chain: Chain):
    """One thing that happens in a county."""
    random, today = chain.random, chain.today
    coming = [one for one in salons(chain.session, chain.rotation) if _is_next(chain, one)]
    code = random.choice(chain.codes())
    what = random.choice(["away", "closed", "leave", "join", "swap", "swap", "pin", "none"])
    begin = today + timedelta(days=random.randrange(200))
    until = begin + timedelta(days=random.randrange(300))
    if what == "away":
        return lambda: chain.change(Change.AWAY, code, from_on=begin, until_on=until)
    if what == "closed":
        return lambda: chain.change(Change.CLOSED, from_on=begin, until_on=begin + timedelta(days=40))
    if what == "leave" and len(chain.codes()) > 8:
        return lambda: chain.change(Change.LEAVE, code, from_on=today)
    if what == "join":
        outside = queries.outside(chain.session, chain.rotation)
        return lambda: chain.change(Change.JOIN, random.choice(outside).code) if outside else None
    if what == "swap" and len(coming) > 3:
        return lambda: _swap(chain, *random.sample(coming, 2))
    if what == "pin" and coming:
        on = (coming[-1].on or today) + timedelta(days=random.randrange(20))
        given = {"on": on, "why": "领导时间"}
        return lambda: holding.act(chain.work(), coming[-1].id, Action.PIN, None, given)
    return lambda: None


def _swap(chain: Chain, one: Salon, other: Salon) -> None:
    """Let the committee ask and answer for both; no turn is made or lost by it."""
    a, b = hosts(chain.session, one), hosts(chain.session, other)
    if not a or not b:
        return
    before = Counter(code for _, stage, codes in chain.rows().values() if stage in HELD for code in codes)
    pair = Counter([*a, *b])
    asked = swapping.ask(chain.work(), one.id, a[0], other.id, b[0], "设备大修")
    swapping.answer(chain.work(), asked.id, SwapState.ACCEPTED)
    now = Counter(hosts(chain.session, one) + hosts(chain.session, other))
    assert now == pair, "a swap eats no turn"
    after = Counter(code for _, stage, codes in chain.rows().values() if stage in HELD for code in codes)
    assert before == after
