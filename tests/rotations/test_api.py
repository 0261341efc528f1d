"""The JSON door of rotations: what programs read, change with a preview, and are refused."""

import pytest

from chainhub.core import clock
from chainhub.county.people import service as accounts
from chainhub.county.people.models import User
from chainhub.rotations.workflow import Action
from tests import people
from tests.api.calling import Caller, given, refused
from tests.people import NOW, work_of
from tests.rotations.staging import hosts, moved, opened, owner_of, salons

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite


@pytest.fixture(autouse=True)
def hands(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def program(app, session):
    """Somebody's program."""

    def _program(username: str) -> Caller:
        work = work_of(session, username)
        token = accounts.issue_token(work, session.get_one(User, work.actor.id), "rotations")
        session.commit()
        return Caller(app.test_client(), token)

    return _program


@pytest.fixture
def rotation(session):
    found = opened(session)
    session.commit()
    return found


def test_a_rotation_is_opened_and_read(program):
    clerk = program(people.CLERK)
    refused(program(people.DISPATCHER).post("/rotations", json={"chain": "equipment"}), 403)
    made = given(clerk.post("/rotations", json={"chain": "equipment"}), 201)
    refused(clerk.post("/rotations", json={"chain": "equipment"}), 409, "wrong_state")

    assert (made["months"], made["weekday"], made["round"]) == (2, 5, 1)
    assert [one["id"] for one in given(program(people.OWNER).get("/rotations"))["items"]] == [made["id"]]
    assert given(program(people.STRANGER).get("/rotations"))["items"] == []


def test_sessions_come_by_page_and_state(program, rotation):
    clerk = program(people.CLERK)
    seen, cursor = [], None
    while True:
        query = {"limit": 5, **({"cursor": cursor} if cursor else {})}
        page = given(clerk.get(f"/rotations/{rotation.id}/sessions", query_string=query))
        seen += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert len(seen) == len(set(seen)) == 13
    none = given(clerk.get(f"/rotations/{rotation.id}/sessions?state=held"))
    assert none["items"] == []
    assert "announce" in given(clerk.get(f"/sessions/{seen[0]}"))["actions"]
    refused(program(people.STRANGER).get(f"/sessions/{seen[0]}"), 404)


def test_an_action_needs_the_version_and_its_fields(program, rotation, session):
    row, clerk = salons(session, rotation)[0], program(people.CLERK)
    path = f"/sessions/{row.id}/actions"

    refused(clerk.post(f"{path}/pin", json={"version": row.version}), 422)
    refused(clerk.post(f"{path}/announce", json={"version": 99}), 409, "stale")
    refused(clerk.post(f"{path}/hold", json={"version": row.version}), 409, "wrong_state")
    refused(program(people.DISPATCHER).post(f"{path}/announce", json={"version": row.version}), 403)
    done = given(clerk.post(f"{path}/announce", json={"version": row.version}))
    assert done["state"] == "announced"
    refused(clerk.post(f"/sessions/{row.id}/actions/dance", json={}), 404)


def test_a_change_is_a_preview_until_it_is_saved(program, rotation, session):
    code = hosts(session, salons(session, rotation)[0])[0]
    body = {"enterprise": code, "from_on": "2026-03-02", "until_on": "2026-06-30", "why": "停产检修"}
    path, clerk = f"/rotations/{rotation.id}/changes/away", program(people.CLERK)

    shown = given(clerk.post(path, json=body))
    assert shown["saved"] is False
    assert hosts(session, salons(session, rotation)[0]) == [code]
    saved = given(clerk.post(path, json={**body, "save": True}))
    assert saved["moved"] == shown["moved"]
    session.expire_all()
    assert hosts(session, salons(session, rotation)[0]) != [code]
    events = given(program(people.CHIEF).get(f"/rotations/{rotation.id}/events"))["items"]
    assert events[0]["why"] == "停产检修"
    refused(program(people.OWNER).get(f"/rotations/{rotation.id}/events"), 404)
    refused(program(people.CHIEF).post(path, json=body), 403)


def test_members_tell_place_and_fairness(program, rotation):
    items = given(program(people.OWNER).get(f"/rotations/{rotation.id}/members"))["items"]

    assert [one["place"] for one in items] == list(range(1, 27))
    assert items[0]["on"]
    assert items[-1]["on"] is None
    assert items[-1]["year"] >= 2029
    assert not any(one["overdue"] for one in items)


def test_a_swap_through_the_api(program, rotation, session):
    one, other, *_ = salons(session, rotation)
    a, b = hosts(session, one)[0], hosts(session, other)[0]
    body = {"enterprise": a, "other_session": other.id, "other": b, "why": "设备大修"}
    first, second = program(owner_of(session, a)), program(owner_of(session, b))

    refused(second.post(f"/sessions/{one.id}/swaps", json=body), 403)
    made = given(first.post(f"/sessions/{one.id}/swaps", json=body), 201)
    assert [swap["id"] for swap in given(second.get(f"/rotations/{rotation.id}/swaps"))["items"]] == [
        made["id"]
    ]
    refused(first.post(f"/swaps/{made['id']}/accept", json={}), 403)
    assert given(second.post(f"/swaps/{made['id']}/accept", json={}))["state"] == "accepted"
    refused(second.post(f"/swaps/{made['id']}/refuse", json={}), 409, "wrong_state")
    session.expire_all()
    assert hosts(session, one) == [b]


def test_a_problem_raised_there_is_a_ticket(program, rotation, session):
    row = moved(session, salons(session, rotation)[0], Action.ANNOUNCE)
    session.commit()
    body = {"enterprise": people.FIRM, "title": "厂门口的路", "content": "厂门口的路坏了三个月。"}
    clerk = program(people.CLERK)

    made = given(clerk.post(f"/sessions/{row.id}/tickets", json=body), 201)

    assert given(clerk.get(f"/tickets/{made['number']}"))["channel"] == "salon"
    refused(program(people.DISPATCHER).post(f"/sessions/{row.id}/tickets", json=body), 403)
