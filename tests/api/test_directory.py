"""Chains, units, enterprises: who may look up what."""

import pytest

from tests.api.calling import given, refused
from tests.people import CALLER, CHIEF, CLERK, DISPATCHER, FIRM, GUIDE, OWNER, POWER, STRANGER


def _codes(response):
    return [one["code"] for one in given(response)["items"]]


def test_there_are_three_chains(caller):
    found = given(caller(OWNER).get("/chains"))

    assert [one["code"] for one in found["items"]] == ["textile", "equipment", "chemical"]
    assert found["items"][1]["name"] == "装备制造链"


def test_units_can_be_narrowed(caller):
    program = caller(OWNER)

    assert "power_supply" in _codes(program.get("/units?chain=&kind=department"))
    assert _codes(program.get("/units?chain=equipment&kind=task_force")) == ["equipment_task_force"]


def test_units_keep_the_administrators_order(caller):
    found = _codes(caller(OWNER).get("/units?kind=department"))

    assert found[:2] == ["development_reform", "industry_bureau"]


def test_an_unknown_chain_is_said(caller):
    assert "chain" in refused(caller(OWNER).get("/units?chain=nonsense"), 422)["errors"]


@pytest.mark.parametrize(
    ("username", "count"),
    [
        (OWNER, 1),
        (STRANGER, 1),
        (GUIDE, 3),
        (CLERK, 26),
        (DISPATCHER, 26),
        (CHIEF, 26),
        (POWER, 77),
        (CALLER, 77),
    ],
)
def test_everybody_sees_their_own_enterprises(caller, username, count):
    assert len(_codes(caller(username).get("/enterprises?limit=200"))) == count


def test_an_auditor_sees_no_enterprise(caller):
    assert _codes(caller("shenji").get("/enterprises")) == []


def test_enterprises_come_page_by_page_without_gap_or_repetition(caller):
    program, found, cursor = caller(POWER), [], ""
    while cursor is not None:
        page = given(program.get(f"/enterprises?limit=20&cursor={cursor}"))
        found.extend(one["code"] for one in page["items"])
        cursor = page["next_cursor"]

    assert found == sorted(set(found))
    assert len(found) == 77


def test_an_enterprise_is_found_by_a_part_of_its_name(caller):
    assert _codes(caller(CLERK).get("/enterprises", query_string={"q": "砚禾"})) == [FIRM]
    assert _codes(caller(CLERK).get("/enterprises", query_string={"q": "%"})) == []


def test_an_enterprise_of_another_chain_stays_out_of_sight(caller):
    assert _codes(caller(CLERK).get("/enterprises?chain=textile")) == []


def test_no_telephone_number_stands_in_the_list(caller):
    assert "139" not in caller(POWER).get("/enterprises?limit=200").text


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "cursor=nonsense", "cursor=WzFd", "page=2"]
)
def test_a_bad_page_is_422(caller, query):
    refused(caller(CLERK).get(f"/enterprises?{query}"), 422, "invalid")
