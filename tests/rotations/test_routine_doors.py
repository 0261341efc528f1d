"""Recurring work through its doors: the year, planning, changing with a preview, marking done, the API, the calendars."""

import re

import pytest
import vobject

from chainhub.core import clock
from chainhub.county.people import service as accounts
from chainhub.county.people.models import User
from chainhub.rotations.routines.workflow import Action, Kind
from tests import people
from tests.api.calling import Caller, given, refused
from tests.people import NOW, china, work_of
from tests.rotations.test_routines import POWER_BODY, acted, planned, rows
from tests.web_client import said, token_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

FORM = {
    "kind": "research",
    "title": "一线调研",
    "chain": "county",
    "body": POWER_BODY,
    "months": "3",
    "month": "2",
    "week": "3",
    "weekday": "3",
    "starts": "09:00",
    "lead_days": "7",
}


@pytest.fixture(autouse=True)
def hands(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def routine(session):
    found = planned(session)
    session.commit()
    return found


def _send(client, page: str, to: str = "", **given):
    return client.post(to or page, data={"csrf_token": token_of(client, page), **given})


def test_the_office_plans_research_and_sees_it_in_the_year(as_):
    office = as_(people.LIAISON)
    assert "还没有排例行工作" in said(office.get("/routines"))

    answer = _send(office, "/routines/new?kind=research", **FORM)

    assert answer.status_code == 303
    text = said(office.get(answer.location))
    assert "每季度一次" in text
    assert "县供电公司" in text
    assert "一线调研" in said(office.get("/routines?year=2026"))
    assert "一线调研" in said(as_(people.CHIEF).get("/routines?year=2027&view=list"))


def test_what_is_typed_stays_where_it_is_refused(as_):
    answer = _send(as_(people.LIAISON), "/routines/new?kind=research", **{**FORM, "month": "5"})

    assert answer.status_code == 422
    assert "第几个月不能超过一期的月数" in said(answer)
    assert "一线调研" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("who", "status"), [(people.OWNER, 403), (people.GUIDE, 403), ("xitong", 403), (people.CHIEF, 200)]
)
def test_only_the_offices_read_it(as_, routine, session, who, status):
    one = rows(session, routine)[0]
    client = as_(who)

    for path in ("/routines", routine.link, one.link, f"{routine.link}/history"):
        assert client.get(path).status_code == status, path
    assert client.get("/routines/new").status_code == 403
    assert client.get(f"{routine.link}/change/end").status_code == 403


def test_a_change_is_shown_before_it_is_saved(as_, routine, session):
    office, page = as_(people.LIAISON), f"{routine.link}/change/end"
    given_ = {"from_on": "2026-06-01", "why": "合并到例会"}

    assert "个日子不办了" in said(_send(office, page, **given_))
    session.expire_all()
    assert routine.ended_on is None
    assert _send(office, page, **given_, sure="yes").status_code == 303
    session.expire_all()
    assert str(routine.ended_on) == "2026-06-01"
    assert "合并到例会" in said(office.get(f"{routine.link}/history"))


def test_the_responsible_marks_it_done_on_its_page(as_, routine, session, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: china(2026, 3, 20, 10))
    one, power = rows(session, routine)[0], as_(people.POWER)
    page = f"{one.link}/act/hold"
    assert _send(power, page, note="", version=one.version).status_code == 422
    assert _send(power, page, note="开了会", address="example", version=one.version).status_code == 422
    assert as_(people.TRANSPORT).get(page).status_code == 403

    answer = _send(power, page, note="开了会", address="https://example.cn/a", version=one.version)

    assert answer.status_code == 303
    text = power.get(one.link).get_data(as_text=True)
    assert "已办" in text
    assert 'href="https://example.cn/a"' in text


def test_what_was_missed_is_on_top_of_the_year(as_, routine, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: china(2026, 5, 20, 10))

    text = said(as_(people.CHIEF).get("/routines"))

    assert "日子过了还没办" in text
    assert "没办" in text


@pytest.fixture
def program(app, session):
    """Somebody's program."""

    def _program(username: str) -> Caller:
        work = work_of(session, username)
        token = accounts.issue_token(work, session.get_one(User, work.actor.id), "routines")
        session.commit()
        return Caller(app.test_client(), token)

    return _program


def test_recurring_work_by_the_api(program, session, monkeypatch):
    office, power = program(people.LIAISON), program(people.POWER)
    body = {
        "kind": "survey",
        "body": POWER_BODY,
        "months": 6,
        "month": 6,
        "week": 5,
        "weekday": 5,
        "starts": "09:00",
        "lead_days": 15,
    }
    refused(power.post("/routines", json=body), 403)
    refused(office.post("/routines", json={**body, "months": 99}), 422)
    refused(office.post("/routines", json={**body, "starts": "9点"}), 422)
    made = given(office.post("/routines", json=body), 201)
    assert (made["title"], made["chain"], made["people"]) == ("摸底排查", None, [])
    path = f"/routines/{made['id']}"

    items = given(power.get(f"{path}/occasions?limit=2"))
    more = given(power.get(f"{path}/occasions", query_string={"cursor": items["next_cursor"]}))["items"]
    assert len(items["items"]) == 2
    assert not {one["id"] for one in items["items"]} & {one["id"] for one in more}
    assert given(program(people.OWNER).get("/routines"))["items"] == []
    refused(program(people.OWNER).get(path), 404)
    refused(program(people.STRANGER).get(f"/occasions/{more[0]['id']}"), 404)

    named = {"people": [people.POWER], "why": "他管这件事", "save": True}
    refused(power.post(f"{path}/changes/people", json=named), 403)
    given(office.post(f"{path}/changes/people", json=named))
    assert given(power.get(path))["people"] == [people.POWER]
    shown = given(office.post(f"{path}/changes/end", json={"from_on": "2027-01-01", "why": "换办法"}))
    assert shown["saved"] is False
    assert shown["before"]

    first = items["items"][0]
    hold = f"/occasions/{first['id']}/actions/hold"
    refused(power.post(hold, json={"version": 99, "note": "摸完了"}), 409, "stale")
    refused(power.post(hold, json={"version": first["version"]}), 422)
    refused(program(people.TRANSPORT).post(hold, json={"version": 1, "note": "别家的"}), 403)
    done = given(power.post(hold, json={"version": first["version"], "note": "走了二十六家"}))
    assert (done["state"], done["actions"]) == ("held", ["write_up"])
    assert given(power.get(f"{path}/events"))["items"][0]["action"] == "记办完"
    year = given(power.get("/routines/occasions?year=2026"))["items"]
    assert [one["id"] for one in year] == [first["id"], items["items"][1]["id"]]
    monkeypatch.setattr(clock, "now", lambda: china(2027, 1, 20, 10))
    assert [one["missed"] for one in given(power.get("/routines/missed"))["items"]] == [True]


def test_it_is_in_the_calendars_of_those_who_read_it(as_, app, routine, session):
    first, second = rows(session, routine)[:2]
    acted(session, first, Action.POSTPONE, why="防汛")
    acted(session, second, Action.CANCEL, people.LIAISON, why="合并")
    session.commit()
    client = as_(people.POWER)
    assert _send(client, "/calendars", what="routines:").status_code == 303
    address = re.search(r"/calendars/[\w-]+\.ics", client.get("/calendars").get_data(as_text=True))[0]
    read = vobject.readOne(app.test_client().get(address).get_data(as_text=True))
    by = {one.uid.value: one for one in read.vevent_list}
    assert f"occasion-{first.id}@chainhub" not in by  # no day yet
    gone = by[f"occasion-{second.id}@chainhub"]
    assert (gone.status.value, gone.sequence.value) == ("CANCELLED", "1")
    assert len(by) == len(rows(session, routine)) - 1
    assert _send(as_(people.OWNER), "/calendars", what="routines:").status_code == 404


def test_the_kinds_have_their_usual_rhythm(as_):
    office = as_(people.LIAISON)
    for kind in Kind:
        assert f"排{kind.label}" in said(office.get(f"/routines/new?kind={kind.value}"))
