"""What a leader's page counts in one statement is what the list counts, one condition at a time."""

from datetime import timedelta

import pytest

from chainhub.tickets import ageing, listing, standing
from chainhub.tickets.ageing import Age
from chainhub.tickets.listing import Colour, Filter
from chainhub.tickets.workflow import OPEN
from tests import people
from tests.builders import REACHABLE, a_ticket
from tests.people import NOW, work_of

pytestmark = pytest.mark.slow


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
    assert set(found.states) <= set(OPEN)


@pytest.mark.usefixtures("county")
def test_something_stands_under_every_light_and_age(session):
    found = [
        standing.of(work_of(session, people.PRINCIPAL, NOW + timedelta(days=days))) for days in (0, 5, 40)
    ]

    for name in ("lights", "ages"):
        keys = getattr(found[0], name)
        assert all(any(getattr(one, name)[key] for one in found) for key in keys), name
