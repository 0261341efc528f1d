"""Returns by program: the matrix and one at a time."""

import pytest

from tests import people
from tests.api.calling import given, refused

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite


def test_returns_are_added_up_and_listed(caller):
    numbers = []
    for _ in range(2):
        number = given(caller(people.OWNER).submit(), 201)["number"]
        given(caller(people.CLERK).act(number, "accept", 1))
        given(caller(people.DISPATCHER).act(number, "dispatch", 2, lead_unit=people.POWER_UNIT))
        given(caller(people.POWER).act(number, "return", 3, reason_code="function", note="不归我们"))
        numbers.append(number)
    given(caller(people.REVIEWER).act(numbers[0], "uphold_return", 4, note="派错了"))

    matrix = given(caller(people.LIAISON).get("/returns/matrix"))
    assert matrix["cells"] == [
        {"unit": people.POWER_UNIT, "category": "energy", "n": 2, "upheld": 1, "rejected": 0, "rate": 100}
    ]
    first = given(caller(people.CLERK).get("/returns?limit=1"))
    second = given(caller(people.CLERK).get(f"/returns?limit=1&cursor={first['next_cursor']}"))
    assert [one["number"] for one in (*first["items"], *second["items"])] == numbers[::-1]
    assert second["next_cursor"] is None
    open_ = given(caller(people.CLERK).get("/returns?verdict=open"))["items"]
    assert [one["number"] for one in open_] == [numbers[1]]
    refused(caller(people.POWER).get("/returns/matrix"), 403)
    refused(caller(people.CLERK).get("/returns?to_day=2026-01-01&from_day=2026-02-01"), 422)
