"""分办: to a person of the unit, chosen by name, on the page and by program; the history says the name."""

import re

import pytest

from chainhub.tickets import representing
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.builders import a_ticket
from tests.people import work_of
from tests.web_client import act, said

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite


@pytest.fixture
def ticket(session):
    made = a_ticket(session, State.HANDLING)
    session.commit()
    return made


def test_the_form_offers_the_people_of_the_unit_by_name(as_, ticket):
    deputy = as_(people.POWER_DEPUTY)
    path = f"/tickets/{ticket.number}"
    page = deputy.get(f"{path}/act/assign").get_data(as_text=True)

    assert "登录名" not in page
    offered = re.findall(r'<option value="(\w+)">([^<]+)</option>', page)
    assert (people.POWER, "韩砚（经办人）") in offered
    assert people.TRANSPORT not in dict(offered)
    assert act(deputy, ticket.number, "assign", person=people.POWER).status_code == 303
    assert "交韩砚办" in said(deputy.get(path))
    assert "分给您办" in said(as_(people.POWER).get("/inbox"))


def test_nobody_else_is_taken_and_an_empty_form_says_what_to_do(as_, ticket):
    deputy = as_(people.POWER_DEPUTY)
    for wrong in ({"person": people.TRANSPORT}, {"person": "nobody"}, {}):
        assert act(deputy, ticket.number, "assign", **wrong).status_code == 422
    assert "请选交给谁" in said(act(deputy, ticket.number, "assign"))


def test_a_program_reads_whom_it_may_choose(app, ticket, session):
    with app.test_request_context():
        found = representing.ticket(work_of(session, people.POWER), ticket, [])

    offer = next(one for one in found["actions"] if one["action"] is Action.ASSIGN)
    person = next(one for one in offer["fields"] if one["name"] == "person")
    assert {"value": people.POWER, "label": "韩砚（经办人）"} in person["choices"]
    assert people.TRANSPORT not in {one["value"] for one in person["choices"]}
