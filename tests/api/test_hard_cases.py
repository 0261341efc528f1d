"""The hard cases by program: co-units, returns of a part, consultations, waiting, requests, what was solved on the spot."""

import pytest

from tests.api.calling import given, refused
from tests.people import (
    CHIEF,
    CLERK,
    DISPATCHER,
    FIRM,
    GUIDE,
    OWNER,
    POWER,
    POWER_UNIT,
    REVIEWER,
    STRANGER,
    TRANSPORT,
    TRANSPORT_UNIT,
)

UNTIL = "2026-03-27"


@pytest.fixture
def handling(caller):
    number = given(caller(OWNER).submit(), 201)["number"]
    given(caller(CLERK).act(number, "accept", 1))
    co = [{"unit": TRANSPORT_UNIT, "due_on": "2026-03-12", "text": "恢复路面"}]
    given(caller(DISPATCHER).act(number, "dispatch", 2, lead_unit=POWER_UNIT, co_units=co))
    given(caller(POWER).act(number, "acknowledge", 3))
    return number


def test_a_co_unit_reads_receives_and_hands_in(caller, handling):
    seen = given(caller(TRANSPORT).get(f"/tickets/{handling}"))
    assert (seen["co_units"], seen["state"]) == ([TRANSPORT_UNIT], "handling")
    assert {one["action"] for one in seen["actions"]} == {"acknowledge", "return", "progress", "hand_in"}
    part = next(one for one in seen["clocks"] if one["kind"] == "part")
    assert (part["unit"], part["due_at"]) == (TRANSPORT_UNIT, "2026-03-12T17:30:00+08:00")

    given(caller(TRANSPORT).act(handling, "acknowledge", 4))
    done = given(caller(TRANSPORT).act(handling, "hand_in", 5, note="路面恢复好了"))

    assert done["state"] == "handling"
    assert next(one for one in done["clocks"] if one["kind"] == "part")["stopped_at"]
    refused(caller(TRANSPORT).act(handling, "hand_in", 6, note="再交一次"), 409, "forbidden_now")


def test_the_lead_is_told_whose_part_is_open(caller, handling):
    said = refused(caller(POWER).act(handling, "resolve", 4, outcome="solved", reply="办好了"), 422)

    assert "交通运输局" in said["errors"]["override_reason"][0]
    found = given(
        caller(POWER).act(
            handling, "resolve", 4, outcome="solved", reply="办好了", override_reason="路口不用挖"
        )
    )
    assert found["state"] == "resolved"


def test_a_return_of_a_part_is_ruled_on_by_unit(caller, handling):
    given(caller(TRANSPORT).act(handling, "return", 4, reason_code="area", note="那是园区的路"))

    refused(caller(DISPATCHER).act(handling, "uphold_return", 5, note="裁定成立", unit=TRANSPORT_UNIT), 409)
    refused(caller(REVIEWER).act(handling, "uphold_return", 5, note="裁定成立", unit=POWER_UNIT), 422)
    found = given(caller(REVIEWER).act(handling, "uphold_return", 5, note="裁定成立", unit=TRANSPORT_UNIT))
    assert found["state"] == "handling"


@pytest.mark.parametrize(
    "co",
    [
        "transport",
        [TRANSPORT_UNIT],
        [{}],
        [{"unit": POWER_UNIT}],
        [{"unit": "x"}],
        [{"unit": TRANSPORT_UNIT, "y": 1}],
    ],
)
def test_co_units_that_are_none_are_refused_in_words(caller, co):
    number = given(caller(OWNER).submit(), 201)["number"]
    given(caller(CLERK).act(number, "accept", 1))

    said = refused(caller(DISPATCHER).act(number, "dispatch", 2, lead_unit=POWER_UNIT, co_units=co), 422)

    assert any(name.startswith("co_units") for name in said["errors"])
    assert all("\u4e00" <= one[0][0] <= "\u9fff" for one in said["errors"].values())


def test_a_consultation_and_its_conclusion(caller, handling):
    convened = given(
        caller(CLERK).act(handling, "convene", 4, question="走路面还是绿化带", units=[TRANSPORT_UNIT])
    )
    assert (convened["state"], convened["light"]) == ("consulting", "grey")
    decisions = [{"unit": "natural_resources", "text": "出具用地意见", "due_on": "2026-03-10"}]
    done = given(caller(CLERK).act(handling, "conclude", 5, minutes="走绿化带", decisions=decisions))
    assert (done["state"], done["co_units"]) == ("handling", [TRANSPORT_UNIT, "natural_resources"])


def test_waiting_is_granted_for_thirty_days_at_most(caller, handling):
    wait = {"reason_code": "planning", "note": "等规划批复"}
    said = refused(caller(CLERK).act(handling, "carry_over", 4, review_on="2026-05-01", **wait), 422)
    assert "30 天" in said["errors"]["review_on"][0]

    assert (
        given(caller(CLERK).act(handling, "carry_over", 4, review_on="2026-03-20", **wait))["light"] == "grey"
    )
    refused(caller(CLERK).act(handling, "carry_over", 5, review_on="2026-03-25", **wait), 409)
    given(caller(CHIEF).act(handling, "carry_over", 5, review_on="2026-03-25", **wait))


def test_an_extension_is_asked_for_and_granted(caller, handling):
    asked = given(
        caller(POWER).post(
            f"/tickets/{handling}/requests", json={"kind": "extension", "reason": "等设备", "until": UNTIL}
        ),
        201,
    )
    assert (asked["state"], asked["until"], asked["may_decide"]) == ("pending", UNTIL, False)
    assert given(caller(POWER).get(f"/tickets/{handling}"))["light"] == "grey"
    seen = given(caller(DISPATCHER).get(f"/tickets/{handling}/requests"))["items"]
    assert [one["may_decide"] for one in seen] == [True]

    refused(caller(POWER).post(f"/requests/{asked['id']}/approve", json={}), 409, "forbidden_now")
    refused(caller(CLERK).post(f"/requests/{asked['id']}/approve", json={}), 403)
    refused(caller(STRANGER).post(f"/requests/{asked['id']}/approve", json={}), 404)
    done = given(caller(DISPATCHER).post(f"/requests/{asked['id']}/approve", json={"note": "同意"}))
    assert (done["state"], done["after_at"]) == ("approved", "2026-03-27T17:30:00+08:00")
    refused(caller(DISPATCHER).post(f"/requests/{asked['id']}/reject", json={}), 409, "wrong_state")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"kind": "extension"},
        {"kind": "holiday", "reason": "想休息"},
        {"kind": "extension", "reason": "等设备", "until": "明天"},
        {"kind": "extension", "reason": "等设备"},
        {"kind": "carry_over", "reason": "等批复"},
    ],
)
def test_a_request_that_lacks_something_is_422(caller, handling, body):
    refused(caller(POWER).post(f"/tickets/{handling}/requests", json=body), 422)


def test_a_request_that_is_not_there_is_404(caller):
    for id_ in (0, 987654, 10**30):
        refused(caller(DISPATCHER).post(f"/requests/{id_}/approve", json={}), 404)


SPOT = {
    "title": "门口路灯不亮",
    "content": "走访时当场联系路灯所修好。",
    "enterprise": FIRM,
    "reply": "当天修好。",
    "raised_on": "2026-02-27",
    "solved_on": "2026-02-28",
}


def test_what_was_solved_on_the_spot(caller):
    found = given(caller(GUIDE).post("/tickets/backfill", json=SPOT), 201)

    assert (found["state"], found["channel"]) == ("reviewed", "visit")
    refused(caller(OWNER).post("/tickets/backfill", json=SPOT), 403)
    refused(caller(GUIDE).post("/tickets/backfill", json={**SPOT, "solved_on": "2027-01-01"}), 422)


def test_two_are_merged_and_parted(caller):
    first = given(caller(OWNER).submit(), 201)["number"]
    second = given(caller(CLERK).submit(enterprise="e_yunzhu_jidian"), 201)["number"]

    assert given(caller(CLERK).act(second, "merge", 1, into=first))["state"] == "merged"
    refused(caller(CLERK).act(first, "merge", 1, into=second), 422)
    assert given(caller(CLERK).act(second, "unmerge", 2, note="不是一回事"))["state"] == "submitted"
