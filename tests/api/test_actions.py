"""One address for every action: who may, in which state, in which order things are checked."""

import pytest

from chainhub.tickets import schemas
from chainhub.tickets.workflow import Action
from tests.api.calling import given, refused
from tests.people import (
    CALLER,
    CHIEF,
    CLERK,
    CLOSER,
    DISPATCHER,
    OWNER,
    POWER,
    POWER_UNIT,
    REVIEWER,
    STRANGER,
)

JSON = "application/json"


@pytest.fixture
def number(caller):
    return given(caller(OWNER).submit(), 201)["number"]


@pytest.fixture
def handling(caller, number):
    given(caller(CLERK).act(number, "accept", 1))
    given(caller(DISPATCHER).act(number, "dispatch", 2, lead_unit=POWER_UNIT))
    given(caller(POWER).act(number, "acknowledge", 3))
    return number


def test_a_ticket_walks_from_filing_to_closing(caller, number):
    story = (
        (CLERK, "accept", {"contacted_person": "陶见禾"}, "accepted"),
        (CLERK, "reclassify", {"urgency": "urgent", "note": "企业停产了"}, "accepted"),
        (DISPATCHER, "dispatch", {"lead_unit": POWER_UNIT}, "dispatched"),
        (POWER, "acknowledge", {}, "handling"),
        (POWER, "contact", {"person": "陶见禾", "at": "2026-03-02T09:20:00+08:00"}, "handling"),
        (POWER, "progress", {"note": "已经勘察"}, "handling"),
        (POWER, "ask_info", {"note": "缺图纸"}, "awaiting_info"),
        (OWNER, "supply_info", {"note": "图纸在此"}, "handling"),
        (POWER, "resolve", {"outcome": "partly", "reply": "先送临时电"}, "resolved"),
        (REVIEWER, "send_back", {"note": "写清正式送电的日期"}, "handling"),
        (POWER, "resolve", {"outcome": "solved", "reply": "已送电"}, "resolved"),
        (REVIEWER, "pass_review", {}, "reviewed"),
        (CALLER, "call_failed", {"note": "没人接"}, "reviewed"),
        (OWNER, "confirm", {"contacted": True, "solved": True, "satisfaction": "satisfied"}, "confirmed"),
        (CLOSER, "close", {"note": "同意销号"}, "closed"),
    )
    for version, (username, action, said, state) in enumerate(story, start=1):
        found = given(caller(username).act(number, action, version, **said))
        assert (found["state"], found["version"]) == (state, version + 1), action

    assert found["light"] == "blue"
    assert all(one["stopped_at"] for one in found["clocks"])


def test_every_action_has_its_address(caller, number):
    for action in schemas.ACTIONS:
        body = refused(caller(STRANGER).act(number, action.value, 1), 404, "not_found")
        assert "没有这件诉求" in body["title"], action


def test_what_the_clock_does_has_no_address(caller, number):
    for action in (Action.EXPIRE_INFO, Action.LAPSE, Action.SUBMIT):
        refused(caller(CLERK).act(number, action.value, 1), 404)


@pytest.mark.parametrize("given_", [{"version": 1}, {"version": 99}, {"nonsense": True}, "no object"])
def test_without_a_token_nothing_else_is_looked_at(client, number, given_):
    refused(client.post(f"/api/v1/tickets/{number}/actions/accept", json=given_), 401)


@pytest.mark.parametrize("given_", [{"version": 1}, {"version": 99}, {}, {"nonsense": True}, ["no object"]])
def test_a_stranger_is_told_nothing_else(caller, number, given_):
    refused(caller(STRANGER).post(f"/tickets/{number}/actions/accept", json=given_), 404)


@pytest.mark.parametrize("given_", [{"version": 1}, {"version": 99}, {}, {"nonsense": True}])
def test_whoever_may_not_is_told_before_the_version(caller, number, given_):
    refused(caller(OWNER).post(f"/tickets/{number}/actions/accept", json=given_), 403, "not_allowed")


@pytest.mark.parametrize("given_", [{"version": 99}, {"version": 99, "nonsense": True, "note": 1}])
def test_a_stale_version_is_told_before_the_fields(caller, number, given_):
    body = refused(caller(CLERK).post(f"/tickets/{number}/actions/decline", json=given_), 409, "stale")

    assert "陶见禾在 09:20 已经“报送”" in body["title"]


@pytest.mark.parametrize("given_", [{"version": 1}, {}, {"nonsense": True}, {"version": "1"}])
def test_the_wrong_state_is_told_before_the_fields(caller, number, given_):
    body = refused(
        caller(DISPATCHER).post(f"/tickets/{number}/actions/dispatch", json=given_), 409, "wrong_state"
    )

    assert "待派单" in body["title"]


@pytest.mark.parametrize(
    ("given_", "fields"),
    [
        ({"version": 1}, {"reason_code", "note"}),
        ({"version": 1, "reason_code": "x", "note": "不归我们管"}, {"reason_code"}),
        ({"version": 1, "reason_code": "other", "note": " "}, {"note"}),
        ({"version": 1, "reason_code": "other", "note": "字" * 2001}, {"note"}),
        ({"version": 1, "reason_code": "other", "note": "不归我们管", "extra": 1}, {"extra"}),
        ({"reason_code": "other", "note": "不归我们管"}, {"version"}),
        ({"version": None, "reason_code": "other", "note": "不归我们管"}, {"version"}),
        ({"version": "1", "reason_code": "other", "note": "不归我们管"}, {"version"}),
        ({"version": True, "reason_code": "other", "note": "不归我们管"}, {"version"}),
    ],
)
def test_last_the_fields_are_told(caller, number, given_, fields):
    body = refused(caller(CLERK).post(f"/tickets/{number}/actions/decline", json=given_), 422, "invalid")

    assert set(body["errors"]) == fields
    assert given(caller(CLERK).get(f"/tickets/{number}"))["version"] == 1


@pytest.mark.parametrize("version", [2**31, 2**63, -1, 0])
def test_a_version_that_cannot_be_is_stale(caller, number, version):
    refused(caller(CLERK).act(number, "accept", version), 409, "stale")


def test_a_number_beyond_all_numbers_is_422(caller, number):
    sent = b'{"version": %d}' % 10**40

    refused(
        caller(CLERK).post(f"/tickets/{number}/actions/accept", data=sent, content_type=JSON), 422, "invalid"
    )


def test_separated_duties_forbid(caller, handling):
    given(caller(POWER).act(handling, "return", 4, reason_code="area", note="在邻县"))

    body = refused(caller(DISPATCHER).act(handling, "uphold_return", 5, note="改派"), 409, "forbidden_now")

    assert "另一位同志" in body["title"]


def test_a_unit_must_exist_and_handle_tickets(caller, number):
    given(caller(CLERK).act(number, "accept", 1))

    for unit in ("nonsense", "equipment_committee"):
        assert set(refused(caller(DISPATCHER).act(number, "dispatch", 2, lead_unit=unit), 422)["errors"]) == {
            "lead_unit"
        }


def test_a_time_needs_its_offset(caller, handling):
    body = refused(caller(POWER).act(handling, "contact", 4, person="陶", at="2026-03-02T09:20:00"), 422)

    assert "+08:00" in body["errors"]["at"][0]


def test_a_call_in_the_future_is_refused(caller, handling):
    body = refused(caller(POWER).act(handling, "contact", 4, person="陶", at="2030-01-01T00:00:00Z"), 422)

    assert set(body["errors"]) == {"at"}


def test_an_enterprise_that_is_not_satisfied_says_why(caller, handling):
    given(caller(POWER).act(handling, "resolve", 4, outcome="explained", reply="排到明年了"))
    given(caller(REVIEWER).act(handling, "pass_review", 5))

    body = refused(caller(OWNER).act(handling, "reopen", 6, contacted=True, solved=False), 422)

    assert set(body["errors"]) == {"reason_code", "note"}


def test_what_is_refused_changes_nothing(caller, number):
    refused(caller(CLERK).act(number, "reclassify", 1, note="没有改"), 422)

    found = given(caller(CLERK).get(f"/tickets/{number}"))
    assert (found["version"], found["state"]) == (1, "submitted")


def test_a_leader_may_look_and_not_touch(caller, number):
    refused(caller(CHIEF).act(number, "accept", 1), 403)
