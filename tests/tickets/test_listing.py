"""Lists: how many there are, said at the price of a page."""

from chainhub.tickets import listing
from chainhub.tickets.listing import Filter
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
