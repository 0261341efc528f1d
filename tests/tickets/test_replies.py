"""Standard replies through their doors: kept by few, every version on record, put into a form with one tap."""

import pytest

from chainhub.core.errors import Invalid, NotAllowed
from chainhub.tickets.service import replies
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.builders import a_ticket
from tests.people import work_of
from tests.web_client import said, token_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

DRAFT = replies.Draft(Action.PROGRESS, "energy", "排到下周", "{企业}的{编号}排到下周，{单位}会去现场。")


def test_a_change_is_a_new_version_and_a_retired_one_stays_on_record(session):
    work = work_of(session, people.CLERK)
    first = replies.add(work, DRAFT)
    second = replies.change(work, first.id, replies.Draft(Action.PROGRESS, None, "排到下周", "下周去。"))

    assert [one.version for one in replies.versions(work, second)] == [2, 1]
    assert first.id not in [one.id for one in replies.in_use(work)]
    replies.retire(work, second.id)
    assert second.id not in [one.id for one in replies.in_use(work)]


@pytest.mark.parametrize("username", [people.OWNER, people.POWER, people.DISPATCHER, people.CHIEF, "shenji"])
def test_others_keep_none(session, as_, username):
    with pytest.raises(NotAllowed):
        replies.add(work_of(session, username), DRAFT)
    assert as_(username).get("/replies").status_code == 403


def test_what_cannot_be_filled_is_refused(session):
    with pytest.raises(Invalid) as refusal:
        replies.add(work_of(session, "xitong"), replies.Draft(Action.SUBMIT, "nowhere", "x", "{电话}"))

    assert set(refusal.value.errors) == {"action", "category", "text"}


def test_one_tap_puts_the_filled_text_behind_what_was_typed(as_, session):
    replies.add(work_of(session, people.CLERK), DRAFT)
    ticket = a_ticket(session, State.HANDLING)
    session.commit()
    client, path = as_(people.POWER), f"/tickets/{ticket.number}/act/progress"
    offer = next(
        one
        for one in replies.offers(work_of(session, people.POWER), ticket, Action.PROGRESS)
        if one.label == "排到下周"
    )
    assert "排到下周" in client.get(path).get_data(as_text=True)
    data = {
        "csrf_token": token_of(client, path),
        "version": ticket.version,
        "note": "今天打了电话。",
        "insert": offer.id,
    }

    answer = client.post(path, data=data)

    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert f"今天打了电话。\n砚禾齿轮的{ticket.number}排到下周，县供电公司会去现场。" in page.replace(
        "\r", ""
    )
    assert "处要改" not in page
    session.expire_all()
    assert ticket.version == 4, "nothing has moved"


def test_the_page_adds_changes_and_retires(as_, session):
    client = as_("xitong")
    given = {
        "csrf_token": token_of(client, "/replies"),
        "action": "decline",
        "label": "找法院",
        "text": "请走法院程序。",
    }
    assert client.post("/replies", data=given).status_code == 303
    made = next(one for one in replies.in_use(work_of(session, "xitong")) if one.label == "找法院")
    bad = client.post(f"/replies/{made.id}", data={**given, "text": "{电话}"})
    assert bad.status_code == 422
    assert "填不出来" in said(bad)
    assert client.post(f"/replies/{made.id}", data={**given, "text": "请找法院。"}).status_code == 303
    assert client.get(f"/replies/{made.id}").status_code == 404, "the version is not in use any more"
    now = next(one for one in replies.in_use(work_of(session, "xitong")) if one.label == "找法院")
    assert "第 1 版" in said(client.get(f"/replies/{now.id}"))
    token = token_of(client, f"/replies/{now.id}")
    assert client.post(f"/replies/{now.id}/retire", data={"csrf_token": token}).status_code == 303
    assert "找法院" not in said(client.get("/replies"))
    assert "常用答复" in said(as_("shenji").get("/admin/audit"))
