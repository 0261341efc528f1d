"""A county in a bottle: it holds together every day, it is the same from the same seed, and it tells when it does not."""

import gc
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

import config
from chainhub.core.media import Medium
from chainhub.county import known
from chainhub.notices.manners import Fate
from chainhub.notices.outgoing import Outgoing
from chainhub.operations import verify
from chainhub.operations.simulating import digest, outside, running, stories, truths, watching
from chainhub.operations.simulating.county import County
from chainhub.operations.simulating.habits import Report
from chainhub.operations.simulating.looking import Look, Memory
from chainhub.operations.simulating.playing import Play, Script
from chainhub.operations.simulating.running import Broken, Order
from chainhub.reminders.models import Clock, Said
from chainhub.tickets import listing
from chainhub.tickets.models import Ticket, TicketEvent
from chainhub.tickets.terms import Channel, Kind
from chainhub.tickets.workflow import State
from chainhub.timetable import TIMETABLE
from tests.operations.simulating.conftest import END
from tests.people import china

pytestmark = pytest.mark.slow  # plays whole days: left to the whole suite

TOLD = [stories.told(one) for one in config.county("stories")["stories"]]
DAYS, FIRMS, PACE = 8, 9, 6.0


def order(seed: int, days: int = DAYS, **given) -> Order:
    return Order(seed, running.begin_of(END, months=0, days=days), END, FIRMS, PACE, **given)


@pytest.mark.parametrize("seed", [1, 2])
def test_some_days_of_a_county_hold_together(county, seed):
    played = running.simulate(county, order(seed), TIMETABLE, TOLD, check=True)

    with Session(county) as session:
        assert played.filed == session.scalar(select(func.count(Ticket.id))) > 10
        assert verify.verify(session).ok
        assert session.scalar(select(func.count(Said.id))) > 0
        gone = session.scalar(select(func.count(Outgoing.id)).where(Outgoing.fate == Fate.SENT))
        assert gone > 10


@pytest.mark.one_database
def test_what_a_process_had_open_ends_with_it(county):
    """SQLite keeps the lock of a closed connection while a cursor of it lives, and the dead may stand in a cycle."""
    people = County(county)
    kept = []

    def deed() -> None:
        with people.by_clock(END) as work:
            cursor = work.session.connection().connection.cursor()
            cursor.execute("SELECT id FROM user_account")
            cycle = [cursor]
            cycle.append(cycle)
            kept.append(len(cycle))
            while True:
                work.session.execute(select(Ticket.id))

    gc.disable()
    try:
        assert people.dying(9, deed)
        with people.by_clock(END) as work:
            work.session.execute(update(Ticket).values(version=Ticket.version))
    finally:
        gc.enable()
        people.leave()

    assert kept == [2]


@pytest.mark.one_database
def test_more_than_a_page_counts_is_counted_right(county, monkeypatch):
    """A county that lasts has lists that a page gives up counting."""
    monkeypatch.setattr(listing.count, "__defaults__", (2,))

    assert running.simulate(county, order(5, days=2), TIMETABLE, TOLD, check=True).filed > 2


@pytest.mark.one_database
def test_each_manner_of_what_goes_out_notices_when_it_is_lost(county):
    running.simulate(county, order(1), TIMETABLE, TOLD)
    with Session(county) as session:
        people = County(county)
        people.leave()
        memory, opening = Memory(calendar=known.of(session).calendar.version), china(2026, 10, 12, 8, 31)
        look = Look.at(session, END, opening, 1, people.accounts, memory)
        for asked in outside.INVARIANTS:
            asked(look)
        sent = select(Outgoing.id).where(Outgoing.fate == Fate.SENT, ~Outgoing.at_once).limit(1)
        row = session.scalar(sent)
        crowd = session.scalars(sent.limit(40)).all()
        ended = session.scalar(select(Ticket).where(~Ticket.is_open))
        assert len(crowd) > 16
        assert ended is not None
        before = ended.created_at
        spoilt = {
            "every_notice_has_its_rows": (delete(Outgoing).where(Outgoing.id == row),),
            "nothing_goes_out_at_night": (_change(row, sent_at=china(2026, 10, 11, 3)),),
            "nothing_is_left_or_given_up": (
                _change(row, fate=Fate.WAITING, look_at=before, created_at=before),
            ),
            "nobody_gets_too_many": tuple(
                _change(one, sent_at=END, user_id=1, key=f"k{one}", parcel=one, medium=Medium.EMAIL)
                for one in crowd
            ),
            "the_ended_are_silent_outside": (
                _change(row, fate=Fate.WAITING, link=ended.link, key="ticket:1:1:task", created_at=before),
            ),
        }
        assert spoilt.keys() == {one.__name__ for one in outside.INVARIANTS}
        missed = []
        for asked in outside.INVARIANTS:
            session.rollback()
            for spoil in spoilt[asked.__name__]:
                session.execute(spoil)
            session.expire_all()
            if not _breaks(asked, look):
                missed.append(asked.__name__)
        session.rollback()
    assert missed == []


def _change(row: int, **values):
    return update(Outgoing).where(Outgoing.id == row).values(**values)


_SEEN: dict[str, list[str]] = {}


def test_the_same_seed_comes_to_the_same_history_on_either_database(county, dialect):
    running.simulate(county, order(7), TIMETABLE, TOLD)

    with Session(county) as session:
        _SEEN[dialect] = list(digest.lines(session))

    first = next(iter(_SEEN.values()))
    assert len(first) > 100
    assert _SEEN[dialect] == first


def test_what_does_not_hold_is_named_with_seed_and_day_and_how_to_see_it_again(county, monkeypatch):
    played = []

    def fails(look: Look) -> None:
        """Fail on the third day."""
        played.append(look)
        truths.hold(len(played) < 3, "EQ-2026-00001 is not as it should be")

    monkeypatch.setattr(watching, "INVARIANTS", (fails,))

    with pytest.raises(Broken) as broken:
        running.simulate(county, order(3), TIMETABLE, TOLD, check=True)

    said = str(broken.value)
    assert "seed 3, day 2026-10-06: fails: EQ-2026-00001" in said
    assert (
        "chainhub simulate --seed 3 --days 8 --until 2026-10-12T18:00 --enterprises 9 --pace 6 --check"
        in said
    )


SPOILT = {
    "history_follows_the_table": lambda ticket: (
        update(TicketEvent)
        .where(TicketEvent.ticket_id == ticket.id, TicketEvent.seq == 1)
        .values(target="closed")
    ),
    "history_is_tied": lambda ticket: (
        update(TicketEvent)
        .where(TicketEvent.ticket_id == ticket.id, TicketEvent.seq == 2)
        .values(body="别的单位")
    ),
    "one_unit_answers": lambda ticket: (
        update(Ticket).where(Ticket.id == ticket.id).values(responsible_unit_code="commerce")
    ),
    "duties_are_apart": lambda ticket: update(Ticket).where(Ticket.id == ticket.id).values(hands={}),
    "answer_is_the_firms": lambda ticket: (
        update(Ticket).where(Ticket.id == ticket.id).values(satisfaction="satisfied")
    ),
    "clocks_fit_the_state": lambda ticket: (
        update(Ticket).where(Ticket.id == ticket.id).values(due_at=Ticket.created_at)
    ),
    "due_dates_are_explained": lambda ticket: (
        update(Clock)
        .where(Clock.link == ticket.link, Clock.stopped_at.is_(None))
        .values(due_at=Clock.started_at)
    ),
    "watches_are_set": lambda ticket: (
        update(Clock).where(Clock.link == ticket.link, Clock.stopped_at.is_(None)).values(look_again_at=None)
    ),
    "numbers_are_never_reused": lambda ticket: (
        update(Ticket).where(Ticket.id == ticket.id).values(number="EQ-2026-99999")
    ),
}
"""What spoils a county, by the name of what then does not hold any more."""


def test_each_thing_that_must_hold_notices_when_it_does_not(county):
    """A handful of matters in hand for some days; then one thing is changed behind the services' back."""
    firms = [house for house in County(county).houses.values() if house.chain == "equipment"][:3]
    begin = china(2026, 10, 8, 7)
    material = [one for one in TOLD if one.unit == "power_supply" and one.kind is Kind.PROBLEM]
    reports = [
        Report(china(2026, 10, 8, 9, place), firm.code, material[0], False, Channel.WEB, False, False)
        for place, firm in enumerate(firms)
    ]
    play = Play(county, Script(4, begin, china(2026, 10, 16, 18), reports), TIMETABLE)
    play.run()

    with Session(county) as session:
        memory = Memory()
        watching.check(_look(session, play, memory))
        in_hand = select(Ticket).where(Ticket.state == State.HANDLING).order_by(Ticket.id)
        ticket = session.scalars(in_hand).first()
        assert ticket is not None
        session.rollback()
        missed = []
        for name, spoil in SPOILT.items():
            session.execute(spoil(ticket))
            session.expire_all()
            asked = {one.__name__: one for one in watching.INVARIANTS}[name]
            if not _breaks(asked, _look(session, play, replace(memory, version={}))):
                missed.append(name)
            session.rollback()
        later = play.now + timedelta(days=40)  # as if the scheduler had looked and said nothing
        silent = Look.at(session, later, later, 4, play.county.accounts, memory)
        assert _breaks(watching.every_rung_has_spoken, silent)
    assert missed == []


def _breaks(asked, look: Look) -> bool:
    try:
        asked(look)
    except Broken:
        return True
    return False


def _look(session: Session, play: Play, memory: Memory) -> Look:
    return Look.at(session, play.now, play.clock.swept_at, 4, play.county.accounts, memory)
