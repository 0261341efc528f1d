"""The JSON door of guides: what programs read, propose, confirm, and are refused."""

import pytest

from chainhub.core import clock
from chainhub.county.people import service as accounts
from chainhub.county.people.models import User
from tests import people
from tests.api.calling import Caller, given, refused
from tests.assignments.staging import id_of, running, settled
from tests.people import NOW, work_of

pytestmark = [pytest.mark.slow, pytest.mark.one_database]


@pytest.fixture(autouse=True)
def hands(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def program(app, session):
    """Somebody's program, in a county whose guides are registered."""
    settled(session)
    session.commit()

    def _program(username: str) -> Caller:
        work = work_of(session, username)
        token = accounts.issue_token(work, session.get_one(User, work.actor.id), "guides")
        session.commit()
        return Caller(app.test_client(), token)

    return _program


def test_who_looks_after_whom_is_read_page_by_page_each_what_is_theirs(program, session):
    principal, seen, cursor = program(people.PRINCIPAL), [], None
    while True:
        query = {"limit": 30, **({"cursor": cursor} if cursor else {})}
        page = given(principal.get("/guides/assignments", query_string=query))
        seen += [one["enterprise"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 77
    (own,) = given(program(people.OWNER).get("/guides/assignments"))["items"]
    assert own["phone"] == people.actor(session, people.GUIDE).phone
    assert len(given(program(people.GUIDE).get("/guides/assignments"))["items"]) == 3
    assert "****" in given(principal.get("/guides"))["items"][0]["phone"]
    assert given(principal.get("/guides/assignments?bare=true"))["items"] == []
    lacking = given(principal.get("/guides/four?gaps=true&limit=200"))["items"]
    assert len(lacking) == 77
    assert all(one["lacking"] for one in lacking)
    refused(program(people.OWNER).get("/guides"), 403)


def test_a_proposal_is_made_read_locked_and_confirmed(program, session):
    clerk = program(people.CLERK)
    refused(program(people.DISPATCHER).post("/guides/proposals", json={}), 403)
    wanted = f"/guides/enterprises/{people.FIRM}/conflicts"
    given(clerk.post(wanted, json={"unit": "science_technology", "why": "管它的项目"}))

    made = given(clerk.post("/guides/proposals", json={}), 201)
    assert len(made["pairs"]) == 26
    (changed,) = [one for one in made["pairs"] if one["changed"]]
    assert changed["enterprise"] == people.FIRM
    assert sum(changed["parts"].values()) == changed["points"]
    again = given(clerk.get(f"/guides/proposals/{made['other_scenario']}"))
    assert again["profile"] == "even"
    refused(program(people.CHIEF).get(f"/guides/proposals/{made['id']}"), 404)
    given(clerk.post(f"/guides/proposals/{made['id']}/lock", json={"enterprise": people.FIRM}))
    body = {"version": made["version"], "enterprises": [people.FIRM]}
    done = given(clerk.post(f"/guides/proposals/{made['id']}/confirm", json=body))

    assert done == {"changed": 1, "state": "confirmed"}
    assert running(session).user_id == changed["guide"]
    refused(clerk.post(f"/guides/proposals/{made['id']}/confirm", json=body), 409)


def test_kinds_are_data_and_their_ratio_refuses(program):
    clerk = program(people.CLERK)
    kinds = {one["code"]: one for one in given(clerk.get("/guides/kinds"))["items"]}
    assert kinds["mentors"]["slots"] == ["思想导师", "业务导师"]
    body = {"kind": "contact_point", "enterprise": people.FIRM, "helper": "县委组织部 某部长"}

    made = given(clerk.post("/guides/assignments", json=body), 201)
    said = refused(clerk.post("/guides/assignments", json={**body, "helper": "另一位"}), 409)

    assert "已经有一名牵头的联系领导" in said["title"]
    end = {"reason": "wish", "note": "换届"}
    refused(program("dw_textile").post(f"/guides/assignments/{made['id']}/end", json=end), 404)
    given(clerk.post(f"/guides/assignments/{made['id']}/end", json=end))


def test_what_is_known_is_written_by_programs_too(program, session):
    clerk, id_ = program(people.CLERK), id_of(session, people.GUIDE)
    given(clerk.post("/guides", json={"username": people.TRANSPORT, "skills": ["环保"], "capacity": 2}), 201)
    refused(clerk.post("/guides", json={"username": "nobody.here"}), 422)
    span = {"from_on": "2026-03-02", "back_on": "2026-06-01"}
    given(clerk.post(f"/guides/{id_}/reductions", json={"less": 1, "why": "学习", **span}))
    given(clerk.post(f"/guides/enterprises/{people.FIRM}/need", json={"weight": 2}))
    given(program(people.GUIDE).post(f"/guides/{id_}/wishes", json={"enterprises": [people.FIRM]}))
    given(program(people.OWNER).post(f"/guides/enterprises/{people.FIRM}/wishes", json={"guides": [id_]}))
    given(clerk.post(f"/guides/enterprises/{people.FIRM}/pairs", json={"guide": id_, "tie": "ban"}))
    refused(program(people.CHIEF).post(f"/guides/enterprises/{people.FIRM}/need", json={}), 403)
    refused(
        program(people.STRANGER).post(f"/guides/enterprises/{people.FIRM}/wishes", json={"guides": []}), 404
    )
