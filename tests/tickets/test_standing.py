"""What a leader's page counts in one statement is what the list counts, one condition at a time."""

import html
import re
from datetime import timedelta

import pytest

from chainhub.core import clock
from chainhub.tickets import ageing, desk, listing, standing
from chainhub.tickets.ageing import Age
from chainhub.tickets.desk.leaders import STAGES
from chainhub.tickets.listing import Colour, Filter, Order
from chainhub.tickets.workflow import OPEN, State
from tests import people
from tests.builders import REACHABLE, a_ticket
from tests.people import NOW, work_of

pytestmark = pytest.mark.slow

HANDLED = [one.value for one in dict(STAGES)["办理"]]


@pytest.fixture
def county(session):
    """One matter in every state, three times: new, half a month old, and three months old."""
    for days in (1, 20, 90):
        for state in REACHABLE:
            a_ticket(session, state, at=NOW - timedelta(days=days), title=f"{state.label} {days}")


@pytest.mark.usefixtures("county")
@pytest.mark.parametrize(
    "username", [people.PRINCIPAL, people.CHIEF, people.POWER, people.TRANSPORT, people.OWNER]
)
@pytest.mark.parametrize("days", [0, 5, 40])
def test_every_number_is_that_of_its_list(session, username, days):
    work = work_of(session, username, NOW + timedelta(days=days))

    found = standing.of(work)

    for light in (Colour.RED, Colour.GREY, Colour.YELLOW):
        assert found.lights[light] == listing.count(work, Filter(light=light)), light
    for age in Age:
        late = ageing.is_of(work.calendar, work.now, age)
        assert found.ages[age] == listing.count(work, Filter(extra=(late,))), age
    for state in OPEN:
        here = Filter(states=(state,))
        assert found.states.get(state, 0) == listing.count(work, here), state
        late_here = Filter(states=(state,), light=Colour.RED)
        assert found.late_in.get(state, 0) == listing.count(work, late_here), state
        still_here = Filter(states=(state,), light=Colour.GREY)
        assert found.still_in.get(state, 0) == listing.count(work, still_here), state
    assert set(found.states) <= set(OPEN)


def test_every_number_of_the_steps_opens_so_many(as_, session, monkeypatch):
    """More than there is room for boxes: the table counts all of them, and each number opens its list."""
    for _ in range(14):
        a_ticket(session, State.HANDLING, at=NOW)
    for state in (State.SUBMITTED, State.CARRIED_OVER, State.AWAITING_INFO):
        a_ticket(session, state, at=NOW)
    session.commit()
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=30))
    leader = as_(people.CHIEF)

    page = leader.get("/").get_data(as_text=True)
    table = page[page.index("停在</th>") :].partition("</table>")[0]
    numbers = re.findall(r'<td class="n"><a class="stat-door" href="([^"]+)">(\d+)</a>', table)

    late = dict(numbers)["/tickets?" + "&amp;".join(f"state={one}" for one in HANDLED) + "&amp;light=red"]
    assert int(late) >= 14
    for url, number in numbers:
        told = leader.get(html.unescape(url)).get_data(as_text=True)
        assert len(set(re.findall(r'href="(/tickets/[^"/?]+)"', told))) == int(number), url


@pytest.mark.usefixtures("county")
def test_something_stands_under_every_light_and_age(session):
    found = [
        standing.of(work_of(session, people.PRINCIPAL, NOW + timedelta(days=days))) for days in (0, 5, 40)
    ]

    for name in ("lights", "ages"):
        keys = getattr(found[0], name)
        assert all(any(getattr(one, name)[key] for one in found) for key in keys), name


@pytest.mark.usefixtures("county")
@pytest.mark.parametrize("username", [people.PRINCIPAL, people.CHIEF, people.LIAISON])
@pytest.mark.parametrize("days", [0, 5, 40])
def test_what_needs_a_word_is_the_beginning_of_the_red_list(session, username, days):
    work = work_of(session, username, NOW + timedelta(days=days))

    red = listing.page(work, Filter(light=Colour.RED), order=Order.DUE, limit=6).items

    stuck = desk.leader(work, "全县").stuck
    assert [row.title for row in stuck] == [item.ticket.title for item in red]
    assert [row.line.partition("；")[0] for row in stuck] == [
        f"{item.ticket.number}，{item.enterprise}" for item in red
    ]


@pytest.mark.usefixtures("county")
def test_fewer_are_late_than_have_room_on_the_page(session):
    found = {
        days: len(desk.leader(work_of(session, people.CHIEF, NOW + timedelta(days=days)), "全县").stuck)
        for days in (-89, 40)
    }

    assert 0 < found[-89] < 6 == found[40], found


@pytest.mark.parametrize("wanted", [Filter(light=Colour.RED), Filter(q="电"), Filter(category="power")])
def test_what_means_something_else_at_another_moment_is_not_kept(session, wanted):
    actor = people.actor(session, people.CHIEF)

    with pytest.raises(ValueError, match="cannot be kept"):
        listing.first(actor, wanted, Order.DUE, 6)
