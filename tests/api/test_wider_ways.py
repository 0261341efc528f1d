"""The wider ways in and closure that is true, by program: who may, what is refused and in which order."""

import pytest

from chainhub.tickets.workflow import State
from tests import people
from tests.api.calling import given, refused
from tests.builders import a_ticket
from tests.people import CALLER, CLERK, CLOSER, GUIDE

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite


@pytest.mark.parametrize("username", people.EVERYBODY)
def test_who_fetches_an_answer_link(caller, session, username):
    number = a_ticket(session, State.REVIEWED).number
    session.commit()
    sees = {*people.EVERYBODY} - {people.TRANSPORT, "xitong", "anquan", "shenji"}

    answer = caller(username).get(f"/tickets/{number}/answer-link")

    hands_out = username in {CALLER, CLERK, CLOSER, GUIDE}
    assert answer.status_code == (200 if hands_out else 403 if username in sees else 404)


def test_an_answer_link_is_for_a_ticket_that_waits_for_an_answer(caller, client, session):
    number = a_ticket(session, State.REVIEWED).number
    early = a_ticket(session, State.RESOLVED).number
    session.commit()
    refused(caller(CLERK).get(f"/tickets/{early}/answer-link"), 409, "wrong_state")

    found = given(caller(CALLER).get(f"/tickets/{number}/answer-link"))

    assert (found["person"], found["until"]) == ("陶见禾", "2026-03-23T09:20:00+08:00")
    assert client.get(found["url"]).status_code == 200


def test_what_a_category_demands_is_said_and_asked_for(caller, session):
    ticket = a_ticket(session, State.HANDLING, category="land_road")
    session.commit()
    unit = caller(people.POWER)
    assert given(unit.get(f"/tickets/{ticket.number}"))["evidence"] == "photo"

    body = refused(unit.act(ticket.number, "resolve", ticket.version, outcome="solved", reply="修好了"), 422)

    assert "evidence" in body["errors"]


def test_answers_are_read_round_by_round(caller, session):
    ticket = a_ticket(session, State.CONFIRMED)
    session.commit()
    path = f"/tickets/{ticket.number}/answers"

    found = given(caller(people.POWER).get(path))["items"]

    assert [(one["round"], one["action"], one["satisfaction"]) for one in found] == [
        (1, "confirm", "satisfied")
    ]
    refused(caller(people.TRANSPORT).get(path), 404)


@pytest.fixture
def handling(session):
    """The number of a ticket that a unit is working on."""
    ticket = a_ticket(session, State.HANDLING)
    session.commit()
    return ticket.number


WHY = {"reason": "路面要挖开，要一起来定"}
CALLED = [people.POWER_UNIT, people.TRANSPORT_UNIT]


def test_a_whistle_is_blown_confirmed_answered_and_ended(caller, handling):
    path = f"/tickets/{handling}"
    refused(caller(people.TRANSPORT).get(f"{path}/whistles"), 404)
    asked = given(caller(people.OWNER).post(f"{path}/whistle", json=WHY), 201)
    assert (asked["state"], asked["units"]) == ("asked", [])
    confirm = f"/whistles/{asked['id']}/confirm"
    refused(caller(people.POWER).post(confirm, json={"units": CALLED}), 403)
    refused(caller(people.STRANGER).post(confirm, json={"units": CALLED}), 404)
    refused(caller(CLERK).post(confirm, json={}), 422)
    blown = given(caller(CLERK).post(confirm, json={"units": CALLED}))
    assert [one["unit"] for one in blown["units"]] == CALLED
    refused(caller(CLERK).post(f"/whistles/{asked['id']}/refuse", json={"note": "算了"}), 409, "wrong_state")

    report = f"{path}/report-in"
    refused(caller(people.TRANSPORT).post(report, json={}), 422)
    refused(caller(CLERK).post(report, json={"people": "我"}), 403)
    there = given(caller(people.TRANSPORT).post(report, json={"people": "蒲青川"}))["items"][0]["units"][1]
    assert (there["people"], there["arrives_at"]) == ("蒲青川", "2026-03-02T09:20:00+08:00")
    done = given(caller(people.OWNER).post(f"/whistles/{asked['id']}/end", json={"note": "都来了"}))
    assert (done["state"], done["may_end"]) == ("ended", False)


@pytest.mark.parametrize("username", people.EVERYBODY)
def test_who_blows(caller, handling, username):
    sees = {*people.EVERYBODY} - {people.TRANSPORT, CALLER, "xitong", "anquan", "shenji"}

    answer = caller(username).post(f"/tickets/{handling}/whistle", json={**WHY, "units": CALLED})

    blows = username in {CLERK, CLOSER, people.OWNER}
    assert answer.status_code == (201 if blows else 403 if username in sees else 404)


def test_what_a_superior_sent_is_noted_listed_and_replied_to(caller, handling):
    path = f"/tickets/{handling}/referral"
    paper = {"source": "12345", "number": "JN17", "due_on": "2026-03-06"}
    refused(caller(CLERK).get(path), 404)
    refused(caller(people.POWER).post(path, json=paper), 403)
    refused(caller(CLERK).post(path, json={"source": "12345"}), 422)
    made = given(caller(CLERK).post(path, json=paper))
    assert (made["due_at"], made["may_reply"]) == ("2026-03-06T17:30:00+08:00", True)
    listed = given(caller(people.POWER).get("/tickets?referred=true"))["items"]
    assert [one["superior_due_at"] for one in listed] == ["2026-03-06T17:30:00+08:00"]
    refused(caller(people.OWNER).get(path), 404)

    refused(caller(people.STRANGER).post(f"{path}/reply", json={"reply": "办好了"}), 404)
    done = given(caller(people.DISPATCHER).post(f"{path}/reply", json={"reply": "办好了"}))
    assert (done["replied_on"], done["may_reply"]) == ("2026-03-02", False)
    refused(caller(CLERK).post(f"{path}/reply", json={"reply": "再来"}), 409, "wrong_state")


def test_a_route_is_chosen_with_accepting_and_filtered_by(caller):
    number = given(caller(people.OWNER).submit(), 201)["number"]
    refused(caller(CLERK).act(number, "accept", 1, route="nowhere"), 422)

    found = given(caller(CLERK).act(number, "accept", 1, route="hard"))

    assert found["route"] == "hard"
    assert "convene" in [one["action"] for one in found["actions"]]
    assert [one["number"] for one in given(caller(CLERK).get("/tickets?route=hard"))["items"]] == [number]
    assert given(caller(CLERK).get("/tickets?route=daily"))["items"] == []


def test_a_complaint_never_goes_to_the_unit_complained_of(caller):
    about = {"kind": "complaint", "complained_unit": people.TRANSPORT_UNIT}
    made = given(caller(people.OWNER).submit(**about), 201)
    number = made["number"]
    assert made["complained_unit"] == people.TRANSPORT_UNIT
    refused(caller(people.OWNER).submit(**{**about, "kind": "help"}), 422)
    given(caller(CLERK).act(number, "accept", 1))

    body = refused(caller(people.DISPATCHER).act(number, "dispatch", 2, lead_unit=people.TRANSPORT_UNIT), 422)

    assert "交通运输局" in body["title"]
    given(caller(people.DISPATCHER).act(number, "dispatch", 2, lead_unit=people.POWER_UNIT))
    refused(caller(people.TRANSPORT).get(f"/tickets/{number}"), 404)
