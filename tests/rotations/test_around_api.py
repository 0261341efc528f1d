"""The JSON door around a session: what programs do, read and are refused."""

from io import BytesIO

import pytest

from chainhub.core import clock
from chainhub.county.people import service as accounts
from chainhub.county.people.models import User
from chainhub.rotations.around.service import arriving
from chainhub.rotations.workflow import Action
from tests import files, people
from tests.api.calling import Caller, given, refused
from tests.people import NOW, china, work_of
from tests.rotations.staging import hosts, moved, opened, owner_of, salons

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite


@pytest.fixture(autouse=True)
def hands(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def program(app, session):
    """Somebody's program."""

    def _program(username: str, at=NOW) -> Caller:
        work = work_of(session, username, at)
        token = accounts.issue_token(work, session.get_one(User, work.actor.id), "around")
        session.commit()
        return Caller(app.test_client(), token)

    return _program


@pytest.fixture
def rows(session):
    found = salons(session, opened(session))
    moved(session, found[0], Action.ANNOUNCE)
    session.commit()
    return found


@pytest.fixture
def host(session, rows):
    return owner_of(session, hosts(session, rows[0])[0])


@pytest.fixture
def member(session, rows):
    return owner_of(session, hosts(session, rows[3])[0])


def _noon(row):
    return china(row.on.year, row.on.month, row.on.day, 14)


def test_a_pack_and_its_checklist(program, rows, host, member):
    path, mine = f"/sessions/{rows[0].id}", program(host)
    body = {
        "version": rows[0].version,
        "theme": "看新线",
        "visit_at": "14:00",
        "policies": "措施（某政发〔2026〕3号）",
    }
    refused(mine.post(f"{path}/actions/prepare", json={**body, "visit_at": "25:00"}), 422)
    found = given(mine.post(f"{path}/actions/prepare", json=body))
    assert found["agenda"]["visit_at"] == "14:00"
    assert found["policies"] == [{"title": "措施", "number": "某政发〔2026〕3号"}]

    assert given(mine.post(f"{path}/checklist", json={"done": ["plain"]})) == {"done": ["plain"]}
    refused(mine.post(f"{path}/checklist", json={"done": ["dance"]}), 422)
    refused(program(member).post(f"{path}/checklist", json={"done": []}), 403)
    refused(program(people.STRANGER).post(f"{path}/checklist", json={"done": []}), 404)
    assert given(mine.get(path))["ready"] == ["plain"]


def test_inviting_and_answering(program, session, rows, host, member):
    path = f"/sessions/{rows[0].id}"
    firm = hosts(session, rows[3])[0]
    refused(program(member).post(f"{path}/invitations", json={"firms": [firm]}), 403)
    refused(program(host).post(f"{path}/invitations", json={"units": ["nobody"]}), 422)
    body = {"firms": [firm], "units": [people.POWER_UNIT], "guests": "王小测 某某商会"}
    assert given(program(host).post(f"{path}/invitations", json=body), 201)["count"] == 3

    first = given(program(host).get(f"{path}/invitations?limit=2"))
    second = given(program(host).get(f"{path}/invitations?limit=2&cursor={first['next_cursor']}"))
    assert [one["kind"] for one in first["items"] + second["items"]] == ["enterprise", "unit", "guest"]
    (mine,) = given(program(member).get(f"{path}/invitations"))["items"]
    answer = f"/invitations/{mine['id']}/answer"
    said = given(program(member).post(answer, json={"answer": "coming", "people": 2}))
    assert (said["answer"], said["people"]) == ("coming", 2)
    refused(program(people.POWER).post(answer, json={"answer": "coming"}), 404)
    assert given(program(host).post(f"{path}/remind", json={}))["count"] == 2
    refused(program(member).post(f"{path}/remind", json={}), 403)


def test_a_list_photos_and_news(program, session, rows, host, member, monkeypatch):
    path, at = f"/sessions/{rows[0].id}", _noon(rows[0])
    refused(program(host).post(f"{path}/arrivals", json={"people": "王小测 某某商会"}), 409, "forbidden_now")
    monkeypatch.setattr(clock, "now", lambda: at)
    mine, theirs, clerk = (program(who, at) for who in (host, member, people.CLERK))
    found = given(mine.post(f"{path}/arrivals", json={"people": "王小测 某某商会\n没单位"}))["items"]
    assert [one["taken"] for one in found] == [True, False]
    assert given(mine.get(f"{path}/arrivals"))["items"][0]["name"] == "王小测"
    refused(theirs.get(f"{path}/arrivals"), 404)
    refused(theirs.post(f"{path}/arrivals", json={"people": "王 商会"}), 403)

    refused(mine.post(f"{path}/files", json={}), 422)
    made = given(mine.post(f"{path}/files", data={"file": (BytesIO(files.picture()), "现场.jpg")}), 201)
    photo = f"{path}/files/{made['items'][0]['id']}"
    assert given(theirs.get(f"{path}/files"))["items"] == []
    refused(theirs.get(photo), 404)
    refused(mine.post(f"{photo}/release", json={}), 403)
    assert given(clerk.post(f"{photo}/release", json={}))["review"] == "released"
    assert theirs.get(photo).status_code == 200
    assert given(clerk.post(f"{photo}/return", json={"why": "有图纸"}))["review"] == "returned"

    refused(mine.get(f"{path}/news"), 404)
    body = {"title": "看新线", "text": "看了新线。"}
    assert given(mine.post(f"{path}/news", json=body))["review"] == "draft"
    refused(clerk.post(f"{path}/news/release", json={}), 409, "wrong_state")
    given(mine.post(f"{path}/news", json={**body, "send": True}))
    assert given(clerk.post(f"{path}/news/return", json={"why": "写短些"}))["said"] == "写短些"
    assert given(clerk.post(f"{path}/news/release", json={}))["review"] == "released"
    assert given(theirs.get(f"{path}/news"))["title"] == "看新线"


def test_decisions_papers_and_ratings(program, session, rows, host, member, monkeypatch):
    path, at = f"/sessions/{rows[0].id}", _noon(rows[0])
    monkeypatch.setattr(clock, "now", lambda: at)
    arriving.sign_in(work_of(session, member, at), arriving.the_pass(rows[0]), {})
    mine, theirs, clerk = (program(who, at) for who in (host, member, people.CLERK))
    body = {"unit": people.POWER_UNIT, "what": "排日子", "due_on": rows[0].on.isoformat()}
    refused(clerk.post(f"{path}/decisions", json=body), 409, "wrong_state")
    invitation = given(mine.post(f"{path}/papers", json={"kind": "salon_invitation"}), 201)
    refused(mine.post(f"{path}/papers", json={"kind": "salon_sheet"}), 422)
    assert theirs.client.get(invitation["url"], headers=theirs.headers).status_code == 200
    refused(theirs.get(f"{path}/salon_sheet.docx"), 404)

    moved(session, rows[0], Action.HOLD, at=at)
    session.commit()
    made = given(clerk.post(f"{path}/decisions", json=body), 201)
    refused(theirs.post(f"/decisions/{made['id']}/done", json={"note": "办了"}), 403)
    done = given(program(people.POWER, at).post(f"/decisions/{made['id']}/done", json={"note": "排在五月"}))
    assert done["note"] == "排在五月"
    assert given(theirs.get(f"{path}/decisions"))["items"] == [done]
    assert given(theirs.get(f"/sessions/{rows[1].id}/decisions"))["before"] == "上期没有提问题。"

    rated = {"theme": "good", "talk": "fair", "problems": "good"}
    assert given(theirs.post(f"{path}/ratings", json=rated), 201) == {"session": rows[0].id}
    refused(theirs.post(f"{path}/ratings", json=rated), 409, "already_done")
    refused(mine.post(f"{path}/ratings", json=rated), 403)
    assert given(mine.get(f"{path}/ratings"))["items"][1] == {
        "side": "talk",
        "n": 1,
        "good": 0,
        "fair": 1,
        "poor": 0,
    }
    refused(theirs.get(f"{path}/ratings"), 404)
