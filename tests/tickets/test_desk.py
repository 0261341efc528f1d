"""The desk's one most pressing deadline, and the phone's bar: what is near is not green, what takes back is not first."""

import re

import pytest

from chainhub.county.rulebook.models import TimeLimit
from chainhub.tickets import desk, listing, presenting
from chainhub.tickets.listing import Colour, Filter
from chainhub.tickets.workflow import State
from tests import people
from tests.builders import a_ticket
from tests.people import china, work_of

MONDAY = china(2026, 3, 2, 9, 20)


@pytest.mark.parametrize(
    ("at", "look", "colour", "words"),
    [
        (china(2026, 3, 2, 16, 30), china(2026, 3, 2, 16, 35), "yellow", "明天到期"),  # 4 working hours
        (china(2026, 3, 2, 8, 30), china(2026, 3, 2, 8, 35), "yellow", "今天到期"),
    ],
)
def test_what_ends_today_or_tomorrow_is_yellow(session, at, look, colour, words):
    a_ticket(session, State.ACCEPTED, at)

    urgent = desk.desk(work_of(session, people.DISPATCHER, look)).urgent

    assert (urgent.light.colour, urgent.light.words) == (colour, words)


def test_rows_have_the_light_of_what_heads_the_desk_and_so_has_the_list(session):
    first = a_ticket(session, State.ACCEPTED, china(2026, 3, 2, 8, 30))
    later = a_ticket(session, State.ACCEPTED, china(2026, 3, 2, 9, 0))

    page = desk.desk(work_of(session, people.DISPATCHER, china(2026, 3, 2, 9, 10)))

    lights = {row.number: row.light.words for group in page.groups for row in group.rows}
    assert lights == {first.number: "今天到期", later.number: "今天到期"}
    assert page.urgent.light.words == "今天到期"
    work = work_of(session, people.DISPATCHER, china(2026, 3, 2, 9, 10))
    listed = listing.page(work, Filter(light=Colour.YELLOW)).items
    assert {one.ticket.number for one in listed} == {first.number, later.number}
    assert {presenting.light(one.ticket, work.now, work.calendar).colour for one in listed} == {"yellow"}


@pytest.mark.parametrize("state", [State.INFO_REQUESTED, State.AWAITING_INFO, State.REVIEWED])
def test_a_guide_finds_what_waits_for_the_firm(session, state):
    ticket = a_ticket(session, state, MONDAY)
    work = work_of(session, people.GUIDE, china(2026, 3, 4, 9, 0))

    assert [row.number for group in desk.desk(work).groups for row in group.rows] == [ticket.number]


def test_what_has_days_left_is_green_and_says_how_many(session):
    a_ticket(session, State.HANDLING, MONDAY)
    work = work_of(session, people.POWER, china(2026, 3, 4, 9, 0))

    urgent = desk.desk(work).urgent

    assert urgent.light.colour == "green"
    assert re.fullmatch(r"还有 \d+ 个工作日", urgent.light.words)


def test_every_limit_of_the_county_is_known_to_this_test(session):
    """The moments above stand on 4 working hours for 派单."""
    row = session.query(TimeLimit).filter_by(clock="dispatch", matter="any", urgency="normal").one()

    assert row.code == "240m"


@pytest.mark.parametrize("state", [State.SUBMITTED, State.ACCEPTED, State.HANDLING, State.RESOLVED])
def test_a_leader_reads_where_an_overdue_ticket_is_stuck(session, state):
    ticket = a_ticket(session, state, MONDAY)
    session.commit()
    session.expunge_all()

    page = desk.leader(work_of(session, people.PRINCIPAL, china(2026, 6, 1, 9, 0)), "全县")

    (row,) = page.stuck
    assert ticket.number in row.line
    assert row.stuck.startswith("卡在：")


# The phone's bar


def _dock(page: str) -> str:
    found = re.search(r'<nav class="dock".*?</nav>', page, re.DOTALL)
    return found[0] if found else ""


def test_to_take_back_is_no_bar_of_its_own(as_, session):
    ticket = a_ticket(session)
    session.commit()

    page = as_(people.OWNER).get(f"/tickets/{ticket.number}").get_data(as_text=True)

    assert _dock(page) == ""
    assert "actions-quiet" in page
    assert f"/tickets/{ticket.number}/act/withdraw" in page


def test_to_take_back_stands_under_more(as_, session):
    ticket = a_ticket(session, State.INFO_REQUESTED)
    session.commit()

    dock = _dock(as_(people.OWNER).get(f"/tickets/{ticket.number}").get_data(as_text=True))

    first, _, more = dock.partition("<details")
    assert "supply_info" in first
    assert "withdraw" not in first
    assert "withdraw" in more


def test_the_clerk_keeps_the_bar(as_, session):
    ticket = a_ticket(session)
    session.commit()

    dock = _dock(as_(people.CLERK).get(f"/tickets/{ticket.number}").get_data(as_text=True))

    assert "act/accept" in dock.partition("<details")[0]
