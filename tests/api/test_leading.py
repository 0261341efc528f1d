"""批示 and 督办 by program: who may, what is refused and in which order."""

import pytest

from tests import people
from tests.api.calling import given, refused
from tests.people import (
    CHIEF,
    CLERK,
    DISPATCHER,
    GUIDE,
    LIAISON,
    OWNER,
    POWER,
    POWER_UNIT,
    PRINCIPAL,
    STRANGER,
    TRANSPORT,
    TRANSPORT_UNIT,
)

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

WORD = {"text": "请拿出方案，报我。", "unit": TRANSPORT_UNIT, "due_on": "2026-03-06"}
WHY = {"note": "三周没有动静"}
SEE = {OWNER, GUIDE, CLERK, people.CLOSER, DISPATCHER, people.REVIEWER, POWER, people.POWER_DEPUTY}


def _handling(caller, **given_too):
    number = given(caller(OWNER).submit(**given_too), 201)["number"]
    given(caller(CLERK).act(number, "accept", 1))
    given(caller(DISPATCHER).act(number, "dispatch", 2, lead_unit=POWER_UNIT))
    given(caller(POWER).act(number, "acknowledge", 3))
    return number


@pytest.fixture
def handling(caller):
    return _handling(caller)


def test_a_leaders_word_is_given_read_and_answered(caller, handling):
    path = f"/tickets/{handling}/instructions"
    refused(caller(TRANSPORT).get(f"/tickets/{handling}"), 404)
    made = given(caller(CHIEF).post(path, json=WORD), 201)
    assert (made["text"], made["transcribed"], made["due_at"]) == (
        WORD["text"],
        False,
        "2026-03-06T17:30:00+08:00",
    )
    assert given(caller(TRANSPORT).get(path))["items"][0]["may_answer"] is True
    assert given(caller(POWER).get(path))["items"][0]["may_answer"] is False
    assert given(caller(OWNER).get(path))["items"] == []

    answer = f"/instructions/{made['id']}/answer"
    refused(caller(POWER).post(answer, json={"note": "不是我们"}), 403)
    refused(caller(STRANGER).post(answer, json={"note": "看看"}), 404)
    refused(caller(TRANSPORT).post(answer, json={}), 422)
    done = given(caller(TRANSPORT).post(answer, json={"note": "方案拿出来了"}))
    assert (done["answer"], done["may_answer"]) == ("方案拿出来了", False)
    refused(caller(TRANSPORT).post(answer, json={"note": "再来"}), 409, "wrong_state")
    events = given(caller(CHIEF).get(f"/tickets/{handling}/events"))["items"]
    assert [one["action"] for one in events[:2]] == ["answer_instruction", "instruct"]
    told = given(caller(OWNER).get(f"/tickets/{handling}/events"))["items"]
    assert "note" not in told[0]["data"]


@pytest.mark.parametrize("username", people.EVERYBODY)
def test_who_gives_a_word_and_who_asks_for_a_supervision(caller, handling, username):
    word = caller(username).post(f"/tickets/{handling}/instructions", json=WORD)
    why = caller(username).post(f"/tickets/{handling}/supervisions", json=WHY)

    sees = username in SEE | {CHIEF, PRINCIPAL, LIAISON}
    leads = username in {CHIEF, PRINCIPAL}
    asks = leads or username in {CLERK, people.CLOSER, DISPATCHER, people.REVIEWER}
    said = 422 if username == LIAISON else 201 if leads else 403 if sees else 404
    assert word.status_code == said  # a liaison says whose word it is
    assert why.status_code == (201 if asks else 403 if sees else 404)


def test_a_liaison_writes_it_down(caller, handling):
    path = f"/tickets/{handling}/instructions"

    made = given(caller(LIAISON).post(path, json={**WORD, "on_behalf_of": "县长 栾既明"}), 201)

    assert (made["transcribed"], made["on_behalf_of"]) == (True, "县长 栾既明")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "字" * 2001}, "text"),
        ({"unit": "nirgends"}, "unit"),
        ({"unit": "chemical_committee"}, "unit"),
        ({"due_on": "2026-03-02"}, "due_on"),
        ({"due_on": "明天"}, "due_on"),
        ({"due_on": "2027-12-31"}, "due_on"),
        ({"on_behalf_of": "县长 栾既明"}, "on_behalf_of"),
        ({"level": 1}, "level"),
    ],
)
def test_what_does_not_fit_is_named(caller, handling, wrong, field):
    said = refused(caller(CHIEF).post(f"/tickets/{handling}/instructions", json={**WORD, **wrong}), 422)

    assert field in said["errors"]


def test_who_may_not_is_told_so_before_what_is_wrong(caller, handling):
    refused(caller(POWER).post(f"/tickets/{handling}/instructions", json={}), 403)
    refused(caller(POWER).post(f"/tickets/{handling}/supervisions", json={}), 403)
    refused(caller(STRANGER).post(f"/tickets/{handling}/instructions", json={}), 404)


@pytest.mark.parametrize("username", [CHIEF, PRINCIPAL, LIAISON])
def test_of_a_confidential_ticket_leaders_know_nothing(caller, username):
    number = _handling(caller, confidential=True)

    for what, body in (("instructions", WORD), ("supervisions", WHY)):
        refused(caller(username).get(f"/tickets/{number}/{what}"), 404)
        refused(caller(username).post(f"/tickets/{number}/{what}", json=body), 404)


@pytest.mark.parametrize(
    "path", ["instructions/{}/answer", *(f"supervisions/{{}}/{one}" for one in ("sign", "drop", "answer"))]
)
def test_what_is_not_there_is_404(caller, path):
    for id_ in (0, 987654, 10**30):
        refused(caller(LIAISON).post(f"/{path.format(id_)}", json={"note": "看看"}), 404)


def test_a_supervision_is_asked_for_signed_and_answered(caller, handling):
    path = f"/tickets/{handling}/supervisions"
    made = given(caller(DISPATCHER).post(path, json={**WHY, "level": 2}), 201)
    assert (made["state"], made["level"], made["reason"], made["may_sign"]) == ("draft", 2, "by_hand", False)
    refused(caller(CLERK).post(path, json=WHY), 409, "forbidden_now")
    assert given(caller(POWER).get(path))["items"] == []
    assert "note" not in given(caller(POWER).get(f"/tickets/{handling}/events"))["items"][0]["data"]
    assert given(caller(LIAISON).get(path))["items"][0]["may_sign"] is True

    sign, answer = f"/supervisions/{made['id']}/sign", f"/supervisions/{made['id']}/answer"
    refused(caller(POWER).post(sign, json={}), 404)
    refused(caller(DISPATCHER).post(sign, json={}), 403)
    refused(caller(LIAISON).post(sign, json={"level": 4}), 422)
    signed = given(caller(LIAISON).post(sign, json={"note": "限期反馈"}))
    assert (signed["state"], signed["letter"], signed["due_at"]) == (
        "signed",
        False,
        "2026-03-04T17:30:00+08:00",
    )
    refused(caller(LIAISON).post(sign, json={}), 409, "wrong_state")
    refused(
        caller(LIAISON).post(f"/supervisions/{made['id']}/drop", json={"note": "算了"}), 409, "wrong_state"
    )

    refused(caller(CLERK).post(answer, json={"note": "我来"}), 403)
    done = given(caller(POWER).post(answer, json={"note": "明天送电"}))
    assert (done["state"], done["answer"]) == ("answered", "明天送电")
    refused(caller(POWER).post(answer, json={"note": "再来"}), 409, "wrong_state")


def test_a_committee_signs_a_letter_and_a_draft_may_be_dropped(caller, handling):
    path = f"/tickets/{handling}/supervisions"
    first = given(caller(CLERK).post(path, json=WHY), 201)
    assert given(caller(CLERK).post(f"/supervisions/{first['id']}/sign", json={}))["letter"] is True

    second = given(caller(CLERK).post(path, json=WHY), 201)
    refused(caller(CHIEF).post(f"/supervisions/{second['id']}/drop", json={}), 422)
    dropped = given(caller(CHIEF).post(f"/supervisions/{second['id']}/drop", json={"note": "已有进展"}))
    assert (dropped["state"], dropped["decision"]) == ("dropped", "已有进展")
