"""Own lists by program."""

import pytest

from tests.api.calling import given, refused
from tests.people import CHIEF, CLERK, DISPATCHER, LIAISON, OWNER, POWER, POWER_UNIT

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite


@pytest.fixture
def handling(caller):
    number = given(caller(OWNER).submit(), 201)["number"]
    given(caller(CLERK).act(number, "accept", 1))
    given(caller(DISPATCHER).act(number, "dispatch", 2, lead_unit=POWER_UNIT))
    given(caller(POWER).act(number, "acknowledge", 3))
    return number


def test_what_waits_is_listed_for_whom_it_concerns(caller, handling):
    asked = {"kind": "extension", "reason": "等变压器", "until": "2026-03-26"}
    made = given(caller(POWER).post(f"/tickets/{handling}/requests", json=asked), 201)
    word = {"text": "请拿出方案", "unit": POWER_UNIT, "due_on": "2026-03-06"}
    given(caller(CHIEF).post(f"/tickets/{handling}/instructions", json=word), 201)
    given(caller(CLERK).post(f"/tickets/{handling}/supervisions", json={"note": "三周没有动静"}), 201)

    listed = given(caller(DISPATCHER).get("/mine/requests"))
    assert [one["request"]["id"] for one in listed["items"]] == [made["id"]]
    assert listed["items"][0]["ticket"]["number"] == handling
    assert listed["items"][0]["request"]["may_decide"] is True
    assert given(caller(POWER).get("/mine/instructions"))["items"][0]["instruction"]["may_answer"] is True
    assert given(caller(LIAISON).get("/mine/supervisions?state=draft"))["items"][0]["supervision"]["may_sign"]
    assert given(caller(POWER).get("/mine/supervisions"))["items"] == []
    for where in ("requests", "waits", "instructions", "supervisions"):
        assert given(caller(OWNER).get(f"/mine/{where}")) == {"items": [], "next_cursor": None}
    assert [one["number"] for one in given(caller(POWER).get("/tickets?flag=instructed"))["items"]] == [
        handling
    ]
    assert given(caller(OWNER).get("/tickets?flag=instructed"))["items"] == []


def test_what_makes_no_sense_is_refused_by_name(caller):
    assert "cursor" in refused(caller(CLERK).get("/mine/requests?cursor=x"), 422)["errors"]
    assert "state" in refused(caller(CLERK).get("/mine/instructions?state=draft"), 422)["errors"]
    assert "flag" in refused(caller(CLERK).get("/tickets?flag=pretty"), 422)["errors"]
