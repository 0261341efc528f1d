"""工作交接单: open tasks go to a named person at once, and nothing stays without an owner."""

import pytest

from chainhub.core.actor import Grant, Post, Role, ScopeKind
from chainhub.core.errors import Invalid, NotAllowed, NotFound
from chainhub.county import known
from chainhub.county.people import queries
from chainhub.county.people.service import add_grant
from chainhub.tickets import queries as tickets
from chainhub.tickets.service import handing
from chainhub.tickets.terms import Kind
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.builders import a_ticket, move
from tests.people import work_of
from tests.web_client import said, token_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite


@pytest.fixture
def assigned(session):
    ticket = a_ticket(session, State.HANDLING)
    return move(session, ticket, people.POWER, Action.ASSIGN, person=people.POWER)


def test_what_was_given_by_name_goes_to_the_successor_with_a_line_in_the_history(session, assigned):
    waiting = a_ticket(session, State.DISPATCHED)
    ended = a_ticket(session, State.WITHDRAWN)

    made = handing.hand_over(
        work_of(session, people.POWER), people.POWER, people.POWER_DEPUTY, "密码在信封里"
    )

    deputy = queries.user_by_name(session, people.POWER_DEPUTY)
    assert assigned.assigned_to_id == deputy.id
    assert {one["number"]: one["by_name"] for one in made.items} == {
        assigned.number: True,
        waiting.number: False,
    }
    assert ended.number not in str(made.items)
    event = tickets.last_event(session, assigned.id)
    assert (event.action, event.data["person"]) == (Action.ASSIGN, people.POWER_DEPUTY)
    for who in (people.POWER, people.POWER_DEPUTY):
        assert handing.find(work_of(session, who), made.id) is made
    with pytest.raises(NotFound):
        handing.find(work_of(session, people.TRANSPORT), made.id)


def test_a_complaint_is_on_no_list_of_whoever_works_at_the_unit_it_is_about(session):
    """Neither where the successor works there, nor where the person does, nor in what is looked at before."""
    about = {"kind": Kind.COMPLAINT, "complained_unit": people.TRANSPORT_UNIT}
    plain, ticket = a_ticket(session), a_ticket(session, **about)
    work = work_of(session, people.CLERK)
    assert ticket.number in {one.ticket.number for one in handing.tasks(work, people.CLERK)}
    queries.user_by_name(session, people.CLOSER).unit_code = people.TRANSPORT_UNIT
    session.flush()

    made = handing.hand_over(work, people.CLERK, people.CLOSER)

    numbers = {one["number"] for one in made.items}
    assert plain.number in numbers
    assert ticket.number not in numbers
    theirs = handing.tasks(work_of(session, people.CLOSER), people.CLOSER)
    assert ticket.number not in {one.ticket.number for one in theirs}


def test_who_has_not_the_same_posts_takes_nothing_over(session, assigned):
    with pytest.raises(Invalid) as refusal:
        handing.hand_over(work_of(session, people.POWER), people.POWER, people.TRANSPORT)
    assert "先授权" in refusal.value.errors["successor"][0]
    user = queries.user_by_name(session, people.TRANSPORT)
    grant = Grant(Role.DEPARTMENT, ScopeKind.UNIT, people.POWER_UNIT, Post.CONTACT)
    add_grant(work_of(session, "anquan"), user, grant)
    known.forget(session)

    handing.hand_over(work_of(session, people.POWER), people.POWER, people.TRANSPORT)

    assert assigned.assigned_to_id == user.id


def test_others_work_is_handed_over_by_who_is_in_charge(session, assigned):
    for username in (people.TRANSPORT, people.CLERK):
        with pytest.raises(NotAllowed):
            handing.hand_over(work_of(session, username), people.POWER, people.POWER_DEPUTY)
    deputy = work_of(session, people.POWER_DEPUTY)
    assert handing.hand_over(deputy, people.POWER, people.POWER_DEPUTY).made_by.endswith(deputy.actor.name)
    with pytest.raises(Invalid):
        handing.hand_over(work_of(session, people.POWER), people.POWER, people.POWER)
    with pytest.raises(Invalid):
        handing.hand_over(work_of(session, people.POWER), people.POWER, "nobody")


def test_the_page_shows_first_and_then_does(as_, session, assigned):
    session.commit()
    client = as_(people.POWER)
    assert assigned.number in said(client.get("/handovers"))
    data = {"csrf_token": token_of(client, "/handovers"), "person": people.POWER}
    assert client.post("/handovers", data=data).status_code == 422
    answer = client.post("/handovers", data={**data, "successor": people.POWER_DEPUTY, "note": "钥匙在门卫"})
    assert answer.status_code == 303
    paper = said(client.get(answer.location))
    assert assigned.number in paper
    assert "钥匙在门卫" in paper
    assert as_(people.TRANSPORT).get(answer.location).status_code == 404
    for username in (people.OWNER, people.CHIEF, "xitong"):
        assert as_(username).get("/handovers").status_code == 403, username
