"""Lists: how many there are, said at the price of a page."""

import pytest

from chainhub.tickets import listing
from chainhub.tickets.listing import Filter
from chainhub.tickets.workflow import Action, State
from tests import builders, people
from tests.people import work_of


def test_a_list_says_how_many_there_are_and_stops_counting(session, monkeypatch):
    work = work_of(session, people.CLERK)
    for _ in range(4):
        builders.submitted(session, title="变压器容量不够")
    one = Filter(q="变压器")
    first = listing.page(work, one, limit=3)
    second = listing.page(work, one, limit=3, cursor=first.next_cursor)

    assert listing.total(work, one, listing.page(work, one)) == "4"  # all of it on one page: nothing to count
    assert listing.total(work, one, first) == "4"
    assert listing.total(work, one, second) == "4"
    monkeypatch.setattr(listing, "SEARCH_COUNT_MOST", 3)
    assert listing.total(work, one, first) == "3+"
    assert listing.total(work, Filter(), listing.page(work, Filter(), limit=3)) == "4"


@pytest.mark.slow
def test_what_a_unit_leads_and_what_it_helps_with_are_counted_apart(as_, session):
    ticket = builders.a_ticket(session, State.ACCEPTED)
    co = [{"unit": people.TRANSPORT_UNIT, "text": "恢复路面"}]
    builders.move(
        session, ticket, people.DISPATCHER, Action.DISPATCH, lead_unit=people.POWER_UNIT, co_units=co
    )
    session.commit()

    work = work_of(session, people.CLERK)
    found = {
        (name, unit): listing.count(work, Filter(**{name: unit}))
        for name in ("unit", "co_unit")
        for unit in (people.POWER_UNIT, people.TRANSPORT_UNIT)
    }
    assert found == {
        ("unit", people.POWER_UNIT): 1,
        ("unit", people.TRANSPORT_UNIT): 0,
        ("co_unit", people.POWER_UNIT): 0,
        ("co_unit", people.TRANSPORT_UNIT): 1,
    }
    clerk = as_(people.CLERK)
    page = clerk.get(f"/tickets?co_unit={people.TRANSPORT_UNIT}").get_data(as_text=True)
    assert ticket.number in page
    assert "协办单位" in page
    assert ticket.number not in clerk.get(f"/tickets?co_unit={people.POWER_UNIT}").get_data(as_text=True)
