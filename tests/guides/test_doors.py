"""The doors of visits: a phone's form, one visit, the firm's tap, coverage, and programs."""

import re

import pytest

from chainhub.core import clock
from chainhub.county.people import service as accounts
from chainhub.county.people.models import User
from chainhub.guides.rules import Standing
from chainhub.guides.service import duties
from tests import people
from tests.api.calling import Caller, given, refused
from tests.guides.logging import OTHER, duty, logged
from tests.people import NOW, work_of
from tests.web_client import said, token_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite


@pytest.fixture(autouse=True)
def hands(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def program(app, session):
    """Somebody's program."""

    def _program(username: str) -> Caller:
        work = work_of(session, username)
        token = accounts.issue_token(work, session.get_one(User, work.actor.id), "visits")
        session.commit()
        return Caller(app.test_client(), token)

    return _program


FORM = {
    "enterprise": people.FIRM,
    "on": "2026-03-02",
    "kind": "policy",
    "met": "陶厂长",
    "done": "看了新厂房。",
    "policy_title": ["技改补贴办法", "", "用电办法"],
    "policy_source": ["汶政发〔2026〕3号", "", ""],
    "problem": "厂门口的路坏了三个月。",
    "note": "想换岗",
    "once": "phone-1",
}


def _send(client, page: str, to: str = "", **form):
    return client.post(to or page, data={"csrf_token": token_of(client, page), **form})


def test_a_visit_is_logged_with_its_problem_and_only_once(as_):
    guide = as_(people.GUIDE)

    first = _send(guide, "/visits/new", **FORM)
    second = _send(guide, "/visits/new", **FORM)

    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    text = said(guide.get(first.location))
    assert "技改补贴办法（汶政发〔2026〕3号） 用电办法" in text
    assert "想换岗" in text
    assert "厂门口的路坏了三个月" in text
    link = re.search(r"/tickets/[A-Z]{2}-\d{4}-\d{5}", guide.get(first.location).get_data(as_text=True))[0]
    assert "走访时报的" in said(guide.get(link))
    assert f'href="{first.location}"' in as_(people.OWNER).get(link).get_data(as_text=True)
    assert "走访时报的" not in said(as_(people.DISPATCHER).get(link))
    assert "想换岗" not in said(as_(people.OWNER).get(first.location))
    assert as_(people.STRANGER).get(first.location).status_code == 404
    assert as_(people.POWER).get(first.location).status_code == 403


def test_what_is_typed_stays_where_it_is_refused(as_):
    answer = _send(as_(people.GUIDE), "/visits/new", **{**FORM, "on": "2026-03-09", "met": ""})

    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert "这一天还没到" in text
    assert "技改补贴办法" in text
    assert 'value="phone-1"' in text


def test_a_visit_is_corrected_and_its_history_is_read(as_, session):
    visit = logged(session).visit
    session.commit()
    page = f"/visits/{visit.id}/correct"
    form = {**FORM, "version": visit.version, "met": "陶厂长、李主任", "why": "漏了一位"}

    assert _send(as_(people.GUIDE), page, **form).status_code == 303
    assert "见了谁：陶厂长 → 陶厂长、李主任" in said(as_(people.CLERK).get(f"/visits/{visit.id}"))
    assert _send(as_(people.GUIDE), page, **form).status_code == 409
    owner = said(as_(people.OWNER).get(f"/visits/{visit.id}"))
    assert "陶厂长 → 陶厂长、李主任" in owner
    assert "内部备注" not in owner


def test_the_firm_sees_its_guide_and_needs_no_visit_with_one_tap(as_, session):
    owner = as_(people.OWNER)
    assert "指导员：裴时雨" in said(owner.get("/visits"))

    assert _send(owner, "/visits", "/visits/waive", enterprise=people.FIRM).status_code == 303
    assert "还是请指导员来" in said(owner.get("/visits"))
    assert _send(owner, "/visits", "/visits/waive", enterprise=OTHER).status_code == 404
    assert _send(owner, "/visits", "/visits/ask", enterprise=people.FIRM).status_code == 303
    session.expire_all()
    assert duty(session).standing is Standing.DUE


def test_coverage_is_a_glance_for_committee_and_leader(as_, session):
    duties.lay(work_of(session, "clock"), [1, 2, 3])
    logged(session)
    session.commit()

    for username, total in ((people.CLERK, "1/26"), (people.CHIEF, "1/26"), (people.PRINCIPAL, "1/77")):
        text = said(as_(username).get("/visits/coverage"))
        assert total in text, username
        assert "不排名" in text
    assert "77/77" in said(as_(people.PRINCIPAL).get("/visits/coverage"))
    assert "1/3" in said(as_(people.GUIDE).get("/visits/coverage"))
    assert "这个月还没有走访任务" in said(as_(people.CLERK).get("/visits/coverage?month=2025-01"))
    for username in (people.OWNER, people.POWER, people.CALLER):
        assert as_(username).get("/visits/coverage").status_code == 403, username


BODY = {
    "enterprise": people.FIRM,
    "on": "2026-03-02",
    "kind": "talk",
    "met": "陶厂长",
    "done": "看了新厂房。",
    "policies": [{"title": "技改补贴办法", "source": "3号"}],
    "note": "想换岗",
    "problem": "路坏了三个月。",
    "key": "p1",
}


def test_programs_log_read_and_correct_visits(program):
    guide = program(people.GUIDE)
    made = given(guide.post("/guides/visits", json=BODY), 201)
    again = given(guide.post("/guides/visits", json=BODY), 200)

    assert again["id"] == made["id"]
    assert len(made["tickets"]) == 1
    assert given(guide.get(f"/tickets/{made['tickets'][0]}"))["channel"] == "visit"
    read = given(program(people.OWNER).get(f"/guides/visits?enterprise={people.FIRM}"))["items"]
    assert [(one["id"], one["note"]) for one in read] == [(made["id"], "")]
    changed = {key: BODY[key] for key in ("on", "kind", "done", "policies", "note")}
    changed |= {"met": "李主任", "version": made["version"], "why": "记错了"}
    path = f"/guides/visits/{made['id']}"
    assert given(guide.post(f"{path}/correct", json=changed))["met"] == "李主任"
    refused(guide.post(f"{path}/correct", json=changed), 409, "stale")
    refused(program(people.CLERK).post(f"{path}/correct", json=changed), 403)
    refused(program(people.STRANGER).get(path), 404)
    assert given(guide.post(f"{path}/tickets", json={"content": "充电要排队。"}), 201)["number"]
    refused(program(people.OWNER).post(f"{path}/tickets", json={"content": "充电。"}), 403)
    refused(program(people.CLERK).post("/guides/visits", json=BODY), 403)
    refused(guide.post("/guides/visits", json={**BODY, "key": "p2", "enterprise": "e_suwei_fangzhi"}), 422)


def test_programs_read_months_and_coverage(program, session):
    duties.lay(work_of(session, "clock"), [1, 2, 3])
    session.commit()
    clerk, owner = program(people.CLERK), program(people.OWNER)

    assert given(owner.post("/guides/months/waive", json={"enterprise": people.FIRM}))["standing"] == "waived"
    found = given(clerk.get("/guides/coverage?month=2026-03-15"))
    assert (found["settled"], found["guided"]) == ("1/26", "26/26")
    page = given(clerk.get("/guides/months?limit=25"))
    rest = given(clerk.get(f"/guides/months?limit=25&cursor={page['next_cursor']}"))
    assert [one["enterprise"] for one in rest["items"]] == [people.FIRM]
    assert given(owner.post("/guides/months/ask", json={"enterprise": people.FIRM}))["standing"] == "due"
    refused(owner.get("/guides/coverage"), 403)
    refused(clerk.post("/guides/months/waive", json={"enterprise": people.FIRM}), 403)
    refused(owner.post("/guides/months/waive", json={"enterprise": OTHER}), 404)
