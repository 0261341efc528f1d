"""Who reads which figures: a leader the county or a chain, its staff the chain, a unit itself, everybody else none."""

import pytest

from chainhub.core import clock
from chainhub.tickets.terms import Kind
from chainhub.tickets.workflow import State
from tests import people
from tests.api.calling import given, refused
from tests.api.conftest import caller  # noqa: F401  # a fixture
from tests.builders import a_ticket
from tests.statistics.staging import BEGUN, NOW

pytestmark = pytest.mark.slow

READ = (people.CHIEF, people.PRINCIPAL, people.LIAISON, people.CLERK, people.DISPATCHER, people.POWER)
DO_NOT = (people.OWNER, people.GUIDE, people.CALLER, "xitong", "anquan", "shenji")


@pytest.fixture(autouse=True)
def late_one(monkeypatch, session):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    a_ticket(session, State.HANDLING, at=BEGUN, kind=Kind.HELP, title="超时的一件")
    session.commit()


@pytest.mark.parametrize("username", READ)
def test_who_answers_for_it_reads_the_figures_and_their_lists(as_, username):
    client = as_(username)

    assert client.get("/statistics").status_code == 200
    answer = client.get("/statistics/cases?figure=handling_on_time")
    assert answer.status_code == 200
    assert "超时的一件" in answer.get_data(as_text=True)


@pytest.mark.parametrize("username", DO_NOT)
def test_nobody_else_does(as_, username):
    client = as_(username)

    assert client.get("/statistics").status_code == 403
    assert client.get("/statistics/cases?figure=raised").status_code == 403


def test_a_unit_reads_its_own_figures_alone(as_):
    client = as_(people.TRANSPORT)

    assert "超时的一件" not in client.get("/statistics/cases?figure=handling_on_time").get_data(as_text=True)
    for others in ("?by=unit", "?by=enterprise", f"?cut=unit&key={people.POWER_UNIT}"):
        status = client.get(f"/statistics{others}").status_code
        own = client.get(f"/statistics{others}").get_data(as_text=True)
        assert status == 404 or "供电" not in own, others


def test_a_unit_sees_its_place_and_what_would_raise_it(as_):
    text = as_(people.POWER).get("/statistics").get_data(as_text=True)

    assert "近 12 个月应办结 1 件次，不足 5 件次，不计率、不排名。" in text
    assert "有 1 件次超了时限" in text


def test_somebody_of_one_chain_finds_nothing_of_another(as_):
    assert as_(people.CLERK).get("/statistics?chain=textile").status_code == 404
    assert as_(people.PRINCIPAL).get("/statistics?chain=textile").status_code == 200


@pytest.mark.parametrize(
    "address",
    ["?from=2026-13", "?from=2026-05&to=2026-01", "?by=nonsense", "?chain=nowhere", "?cut=kind&key=nothing"],
)
def test_an_address_that_says_nothing_sensible_is_refused_in_words(as_, address):
    assert as_(people.PRINCIPAL).get(f"/statistics{address}").status_code == 422


@pytest.mark.parametrize("address", ["?figure=nothing", "?figure=raised&cursor=x"])
def test_so_is_a_list_of_nothing(as_, address):
    assert as_(people.PRINCIPAL).get(f"/statistics/cases{address}").status_code == 422


def test_the_leaders_page_says_who_is_late_and_what_there_is_much_of(as_):
    text = as_(people.CHIEF).get("/").get_data(as_text=True)

    assert "不足 5 件不计率：供电公司 0/1" in text or "供电" in text
    assert "按时办结率 = 时限内办结 ÷ 应办结 = 0 ÷ 1 = 0%" in text
    assert "什么事多" in text
    assert as_(people.CHIEF).get("/?span=month").status_code == 200


def test_a_program_reads_figures_by_unit_and_is_refused_what_is_not_its_own(caller):  # noqa: F811
    answer = given(caller(people.CHIEF).get("/stats/closure?by=unit"))
    (row,) = [one for one in answer["rows"] if one["key"] == people.POWER_UNIT]

    assert row["figures"]["handling_on_time"]["n"] == 1
    assert row["figures"]["handling_on_time"]["value"] == 0.0
    assert any(one["formula"].startswith("按时办结率 = ") for one in answer["formulas"])
    refused(caller(people.OWNER).get("/stats/closure"), 403)
    refused(caller(people.CLERK).get("/stats/closure?chain=textile"), 404)
    refused(caller(people.PRINCIPAL).get("/stats/closure?by=weather"), 422)
    refused(caller(people.PRINCIPAL).get("/stats/cases?figure=weather"), 422)
