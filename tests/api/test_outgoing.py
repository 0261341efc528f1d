"""The JSON door of ways of being told, and of what goes out."""

import pytest
from sqlalchemy import select

from chainhub.core.media import Medium
from chainhub.notices import codes, outbox, service
from chainhub.notices.outgoing import OneTimeCode, Outgoing
from chainhub.notices.rules import NoticeKind
from chainhub.notices.senders.sending import Refused
from tests import people
from tests.api.calling import given, refused
from tests.notices.doubles import SECRET, Post, delivered, equipped, reached
from tests.people import NOW, work_of

pytestmark = pytest.mark.slow


@pytest.fixture
def post(session):
    made = Post()
    equipped(session, email=made, dingtalk=made)
    session.commit()
    return made


def test_a_way_is_proven_and_switched(caller, session, post):
    owner = caller(people.OWNER)
    refused(owner.post("/mine/media/email", json={"on": True}), 409, "not_verified")

    said = given(owner.post("/mine/media/email/address", json={"address": "yan@example.cn"}))
    assert said["items"][0] == {
        "medium": "email",
        "label": "邮件",
        "on": False,
        "address": "ya***@example.cn",
        "verified": False,
        "demanded": False,
    }
    refused(owner.post("/mine/media/email/code", json={"code": "abcdef"}), 422, "wrong_code")
    row = session.scalars(select(OneTimeCode)).one()
    session.refresh(row)
    assert row.tries == 1  # the try is counted although it was refused
    held = given(owner.post("/mine/media/email/code", json={"code": codes.digits(SECRET, row)}))
    assert held["items"][0]["on"]
    assert not given(owner.post("/mine/media/email", json={"on": False}))["items"][0]["on"]
    assert given(owner.get("/mine/media"))["items"][1]["medium"] == "dingtalk"
    refused(owner.post("/mine/media/pigeon", json={"on": True}), 404)
    refused(owner.post("/mine/media/sms", json={"on": True}), 404)


def test_what_was_not_delivered_is_listed_without_its_words_and_tried_again(caller, session, post):
    user = reached(session, people.OWNER, Medium.EMAIL)
    post.fails = [Refused("550 没有这个人") for _ in range(3)]
    for n in range(3):
        service.enqueue(
            work_of(session, "clock"), [user], NoticeKind.TASK, "《配方》", key=f"k{n}", urgent=True
        )
        delivered(session, NOW)
    session.commit()
    keeper = caller("xitong")

    first = given(keeper.get("/outgoing/failed?limit=2"))
    rest = given(keeper.get(f"/outgoing/failed?limit=2&cursor={first['next_cursor']}"))
    found = [*first["items"], *rest["items"]]
    assert len(found) == 3
    assert rest["next_cursor"] is None
    assert {one["said"] for one in found} == {"550 没有这个人"}
    assert "配方" not in str(found)
    assert given(keeper.post(f"/outgoing/{found[0]['id']}/retry")) == {"retried": 1}
    refused(keeper.post(f"/outgoing/{found[0]['id']}/retry"), 404)
    assert given(keeper.post("/outgoing/retry", json={"medium": "sms"})) == {"retried": 0}
    assert given(keeper.post("/outgoing/retry", json={})) == {"retried": 2}
    delivered(session, NOW)
    assert len(post.sent) >= 1
    assert {row.fate.value for row in session.scalars(select(Outgoing))} == {"sent"}


def test_what_became_of_every_message_is_listed_without_its_words(caller, session, post):
    user = reached(session, people.OWNER, Medium.EMAIL)
    clock = work_of(session, "clock")
    for n in range(2):
        service.enqueue(clock, [user], NoticeKind.TASK, "《配方》", key=f"k{n}", link=f"/{n}", urgent=True)
    outbox.silence(session, "/1", "诉求已销号，不用再说了")
    delivered(session, NOW)
    session.commit()
    keeper = caller("xitong")

    found = given(keeper.get("/outgoing"))["items"]
    assert [(one["fate"], one["said"]) for one in found] == [
        ("cancelled", "诉求已销号，不用再说了"),
        ("sent", "收下了"),
    ]
    assert "配方" not in str(found)
    assert [one["fate"] for one in given(keeper.get("/outgoing?fate=sent"))["items"]] == ["sent"]
    refused(keeper.get("/outgoing?fate=nonsense"), 422)


def test_a_test_says_what_came_back(caller, session, post):
    keeper = caller("xitong")

    assert given(keeper.post("/outgoing/test", json={"medium": "email", "to": "yan@example.cn"})) == {
        "ok": True,
        "said": "收下了",
    }
    refused(keeper.post("/outgoing/test", json={"medium": "feishu"}), 409, "not_set")
    body = refused(keeper.post("/outgoing/test", json={"medium": "email"}), 422)
    assert "to" in body["errors"]
    states = given(keeper.get("/outgoing/media"))["items"]
    assert [one["medium"] for one in states if one["is_set"]] == ["email", "dingtalk"]


@pytest.mark.parametrize("username", [people.OWNER, people.DISPATCHER, "shenji"])
def test_nobody_else_sees_what_goes_out(caller, session, username):
    other = caller(username)

    for path in ("/outgoing/media", "/outgoing/failed", "/outgoing"):
        refused(other.get(path), 403)
    for path in ("/outgoing/1/retry", "/outgoing/retry", "/outgoing/test"):
        refused(other.post(path, json={}), 403)
