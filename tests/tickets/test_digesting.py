"""The morning's word: to whom, when, with which counts, once; and the week of a chain to its leader."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from chainhub.core import sweeps
from chainhub.core.media import Medium
from chainhub.county import known
from chainhub.county.people.service import leaving
from chainhub.county.people.service.leaving import Span
from chainhub.notices.manners import Fate, Purpose
from chainhub.notices.outgoing import Outgoing
from chainhub.tickets import digesting
from chainhub.tickets.terms import Kind
from chainhub.tickets.workflow import State
from tests import people
from tests.builders import a_ticket
from tests.notices.doubles import Post, delivered, equipped, reached
from tests.people import NOW, china, work_of
from tests.reminders.passing import in_hand, run_timetable

pytestmark = pytest.mark.slow

TUESDAY = china(2026, 3, 3, 8, 30)
MONDAY = china(2026, 3, 9, 8, 31)


def _said(session, purpose=Purpose.DIGEST):
    session.expire_all()
    rows = session.scalars(select(Outgoing).where(Outgoing.purpose == purpose).order_by(Outgoing.id))
    return [(row.user_id, row.text) for row in rows if row.fate is not Fate.CANCELLED]


@pytest.fixture
def post(session):
    made = Post()
    equipped(session, email=made)
    return made


def test_what_falls_due_today_and_what_is_late_is_counted_for_who_holds_it(session, post):
    clerk = reached(session, people.TRANSPORT, Medium.EMAIL)
    in_hand(session, NOW, Kind.INQUIRY)  # one workday: Tuesday 17:30
    in_hand(session, NOW - timedelta(days=4), Kind.INQUIRY, title="另一件")  # late since Friday

    run_timetable(session, TUESDAY, "digests")

    assert _said(session) == [(clerk, "今天到期 1 件，逾期 1 件。")]


def test_it_is_said_once_a_workday_at_the_opening_and_not_in_the_afternoon(session, post):
    reached(session, people.TRANSPORT, Medium.EMAIL)
    in_hand(session, NOW - timedelta(days=4), Kind.INQUIRY)

    run_timetable(session, TUESDAY - timedelta(minutes=1), "digests")
    assert _said(session) == []
    for hours in (0, 1, 2):
        run_timetable(session, TUESDAY + timedelta(hours=hours), "digests")
    assert len(_said(session)) == 1
    run_timetable(session, china(2026, 3, 4, 14), "digests")
    run_timetable(session, china(2026, 3, 7, 8, 31), "digests")  # a Saturday
    assert len(_said(session)) == 1


def test_who_has_nothing_due_hears_nothing_and_is_not_asked_about_again(session, post):
    reached(session, people.TRANSPORT, Medium.EMAIL)

    first = run_timetable(session, TUESDAY, "digests")["digests"]
    again = run_timetable(session, TUESDAY + timedelta(minutes=1), "digests")["digests"]

    assert (first.done, again) == (1, sweeps.Swept(0, ()))
    delivered(session, TUESDAY + timedelta(minutes=5))
    assert post.sent == []


def test_an_enterprise_reads_how_many_wait_for_its_word(session, post):
    owner = reached(session, people.OWNER, Medium.EMAIL)
    a_ticket(session, State.REVIEWED, NOW)  # five workdays: Monday the 9th

    run_timetable(session, MONDAY, "digests")

    assert _said(session) == [(owner, "今天等您一句话 1 件。")]


def test_the_mornings_word_and_its_reminders_go_in_one_message_with_the_word_first(session, post):
    reached(session, people.TRANSPORT, Medium.EMAIL)
    in_hand(session, NOW, Kind.INQUIRY)
    session.execute(Outgoing.__table__.update().values(fate=Fate.CANCELLED))

    run_timetable(session, TUESDAY + timedelta(seconds=10), "reminders")
    run_timetable(session, TUESDAY + timedelta(seconds=20), "digests")
    delivered(session, TUESDAY + timedelta(minutes=3))

    assert len(post.sent) == 1
    words = post.words[0]
    assert words[0] == "今天到期 1 件。"
    assert any("到期" in line for line in words[1:])


def test_one_that_could_not_go_yesterday_gives_way_to_todays(session, post):
    reached(session, people.TRANSPORT, Medium.EMAIL)
    in_hand(session, NOW - timedelta(days=4), Kind.INQUIRY)
    run_timetable(session, TUESDAY, "digests")

    run_timetable(session, TUESDAY + timedelta(days=1), "digests")

    assert len(_said(session)) == 1
    assert session.scalars(select(Outgoing.fate).order_by(Outgoing.id)).all()[-2:] != [Fate.WAITING] * 2


def test_a_chains_leader_hears_on_mondays_how_the_chain_stands(session, post):
    chief = reached(session, people.CHIEF, Medium.EMAIL)
    in_hand(session, NOW, Kind.INQUIRY)
    in_hand(session, NOW, Kind.HELP, title="另一件")
    in_hand(session, NOW, Kind.INQUIRY, title="保密的", confidential=True)

    run_timetable(session, MONDAY, "digests")
    assert _said(session) == [(chief, "装备制造链：逾期 1 件，这一周到期 1 件。")]
    for days in (1, 2, 3, 4):
        run_timetable(session, MONDAY + timedelta(days=days), "digests")

    assert len(_said(session)) == 1
    run_timetable(session, MONDAY + timedelta(days=7), "digests")
    assert [user for user, _ in _said(session)][-1] == chief


def test_a_chains_leader_hears_on_tuesday_where_nobody_scheduled_on_monday(session, post):
    chief = reached(session, people.CHIEF, Medium.EMAIL)
    in_hand(session, NOW, Kind.INQUIRY)

    run_timetable(session, TUESDAY, "digests")
    run_timetable(session, TUESDAY + timedelta(days=1), "digests")

    assert _said(session) == [(chief, "装备制造链：逾期 0 件，这一周到期 1 件。")]


@pytest.mark.parametrize(
    ("day", "monday"),
    [
        (date(2026, 3, 9), date(2026, 3, 9)),
        (date(2026, 3, 10), date(2026, 3, 9)),
        (date(2026, 10, 8), date(2026, 10, 5)),  # Thursday after 国庆
        (date(2026, 10, 10), date(2026, 10, 5)),  # a make-up Saturday
        (date(2026, 9, 20), date(2026, 9, 14)),  # a make-up Sunday belongs to the week before
    ],
)
def test_the_week_of_a_day(day, monday):
    assert digesting.week_of(day) == monday


def test_whoever_stands_in_reads_what_falls_due_for_both_each_thing_once(session, post):
    substitute = reached(session, people.POWER, Medium.EMAIL)
    in_hand(session, NOW, Kind.INQUIRY)  # of the one who is away
    week = Span(date(2026, 3, 2), date(2026, 3, 6))
    leaving.record(work_of(session, people.TRANSPORT), people.TRANSPORT, people.POWER, week)
    known.forget(session)

    run_timetable(session, TUESDAY, "digests")

    assert _said(session) == [(substitute, "今天到期 1 件。")]


def test_words_of_counts():
    assert digesting.personal(digesting.Due()) == ""
    assert digesting.personal(digesting.Due(3, 0)) == "今天{what} 3 件。"
    assert digesting.weekly("装备制造链", 0, 0) == "装备制造链：没有逾期的，这一周没有到期的。"
