"""The responsibility list by program: reading, trying, keeping; whom it names for a ticket."""

import pytest

from tests import people
from tests.api.calling import given, refused

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

LINE = {
    "category": "energy_power",
    "unit": "water_company",
    "share": "lead",
    "from_on": "2026-01-01",
    "keywords": ["新厂房增容"],
}


def test_the_list_is_read_in_pages(caller):
    first = given(caller(people.POWER).get("/responsibilities?limit=3&category=energy"))
    second = given(
        caller(people.POWER).get(f"/responsibilities?limit=3&category=energy&cursor={first['next_cursor']}")
    )

    assert len(first["items"]) == 3
    assert not {one["id"] for one in first["items"]} & {one["id"] for one in second["items"]}
    assert given(caller(people.POWER).get("/responsibilities?q=站牌"))["items"][0]["unit"] == "transport"
    refused(caller(people.OWNER).get("/responsibilities"), 403)
    refused(caller(people.POWER).get("/responsibilities?category=nichts"), 422)


def test_a_line_is_tried_kept_and_ended_by_who_keeps_the_list(caller):
    number = given(caller(people.OWNER).submit(category="energy_power"), 201)["number"]
    given(caller(people.CLERK).act(number, "accept", 1))
    named = given(caller(people.DISPATCHER).get(f"/tickets/{number}/responsible"))["items"]
    assert named[0]["unit"] == people.POWER_UNIT
    refused(caller(people.OWNER).get(f"/tickets/{number}/responsible"), 403)
    refused(caller(people.STRANGER).get(f"/tickets/{number}/responsible"), 404)
    given(caller(people.DISPATCHER).act(number, "dispatch", 2, lead_unit=people.POWER_UNIT))

    keeper = caller(people.REVIEWER)
    refused(caller(people.POWER).post("/responsibilities/preview", json=LINE), 403)
    refused(caller(people.DISPATCHER).post("/responsibilities", json=LINE), 403)
    tried = given(keeper.post("/responsibilities/preview", json=LINE))
    assert (tried["looked_at"], tried["elsewhere"], tried["items"][0]["number"]) == (1, 1, number)
    refused(caller(people.POWER).post("/responsibilities", json=LINE), 403)
    refused(keeper.post("/responsibilities", json={**LINE, "keywords": ["增"]}), 422)
    made = given(keeper.post("/responsibilities", json=LINE), 201)
    assert made["place"] == 1
    refused(keeper.post("/responsibilities/999999", json=LINE), 404)
    ended = given(keeper.post(f"/responsibilities/{made['id']}", json={**LINE, "until_on": "2026-03-01"}))
    assert ended["until_on"] == "2026-03-01"
