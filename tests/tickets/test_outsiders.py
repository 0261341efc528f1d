"""Asking outside parties: who asks, what they are shown, the address that opens once, and who reads the answer."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from chainhub.audit.models import AuditEntry
from chainhub.core import clock
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.core.work import Work
from chainhub.county import known, state
from chainhub.county.people.models import GrantRow
from chainhub.notices.models import Notice
from chainhub.notices.rules import NoticeKind
from chainhub.operations import verify
from chainhub.tickets import jobs, queries
from chainhub.tickets.outsiders import rules, service
from chainhub.tickets.outsiders.rules import Standing
from chainhub.tickets.outsiders.service import Question
from chainhub.tickets.service.answering import NOBODY, Dead
from chainhub.tickets.terms import Kind
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.api.calling import V1
from tests.builders import a_ticket, as_clock, move
from tests.people import NOW, china, work_of
from tests.web_client import said, token_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

ELEVEN = NOW.replace(hour=11)
ASKED = {"party_unit": "云岭银行汶上支行", "party_name": "顾知微", "question": "抵押登记要几天？", "days": 3}
TYPED = {**ASKED, "shown": "企业想用新厂房抵押", "contact": "微信"}
_LINK = re.compile(r"http://localhost(/outside-answer/[\w.\-]+)")


def _ask(session, ticket, who=people.POWER, at=ELEVEN, **given):
    return service.ask(work_of(session, who, at), ticket.number, Question(**{**ASKED, **given}))


def _answer(session, found, at=ELEVEN, text="五个工作日。"):
    return service.answer(Work(session, NOBODY, at, known.of(session).calendar), found.id, "顾知微", text)


@pytest.mark.parametrize(
    ("asked", "answered", "revoked", "now", "stands"),
    [
        (None, None, None, 10, Standing.WAITING),
        (None, None, None, 12, Standing.EXPIRED),
        (None, 9, None, 12, Standing.ANSWERED),
        (None, None, 9, 12, Standing.REVOKED),
        (None, None, 9, 10, Standing.REVOKED),
    ],
)
def test_where_a_question_stands(asked, answered, revoked, now, stands):
    at = [NOW.replace(hour=one) if one else None for one in (12, answered, revoked)]

    assert rules.standing(NOW.replace(hour=now), *at) is stands


@pytest.mark.parametrize(
    ("text", "tells"),
    [
        ("打138-0000 1234", True),
        ("找１３８", False),
        ("1380000123", False),
        ("13800001234。", True),
        ("", False),
    ],
)
def test_a_telephone_number_is_known_however_it_is_spaced(text, tells):
    assert rules.tells_phone([text], ["13800001234", ""]) is tells


def test_an_answer_is_a_line_for_the_staff_and_word_to_who_asked(session):
    ticket = a_ticket(session, State.HANDLING)
    before = ticket.version, ticket.due_at, ticket.state
    found = _ask(session, ticket)
    assert found.due_at == china(2026, 3, 5, 17, 30)

    _answer(session, found)

    line = queries.last_event(session, ticket.id)
    assert (line.action, line.role, line.actor_id) == (Action.OUTSIDE_ANSWER, "outsider", None)
    assert (line.body, line.actor_name) == ("云岭银行汶上支行", "顾知微")
    assert (ticket.version, ticket.due_at, ticket.state) == (before[0] + 2, *before[1:])
    told = session.scalars(select(Notice).where(Notice.key == f"outside:{found.id}:answer")).one()
    assert told.user_id == people.actor(session, people.POWER).id
    assert "五个工作日" in told.text
    assert verify.verify(session).ok


def test_it_opens_once_until_its_day_and_not_after_it_was_taken_back(session):
    ticket = a_ticket(session, State.HANDLING)
    answered, revoked, late = (_ask(session, ticket) for _ in range(3))
    _answer(session, answered)
    service.revoke(work_of(session, people.POWER, ELEVEN), revoked.id, "问错人了")

    for found, at, why in (
        (answered, ELEVEN, "已经答复过"),
        (revoked, ELEVEN, "撤回"),
        (late, late.due_at, "过期"),
    ):
        with pytest.raises(Dead, match=why):
            _answer(session, found, at)
    for found, at in ((answered, ELEVEN), (revoked, ELEVEN), (late, late.due_at)):
        with pytest.raises(Conflict, match="不能再用"):
            service.hand_out(work_of(session, people.POWER, at), found.id)


def test_it_dies_with_the_ticket(session):
    ticket = a_ticket(session, State.HANDLING)
    found = _ask(session, ticket)
    move(session, ticket, people.OWNER, Action.WITHDRAW, ELEVEN, note="自己解决了")

    with pytest.raises(Dead, match="不用再答复"):
        _answer(session, found)


def test_who_asked_is_reminded_once_when_its_day_has_passed(session):
    ticket = a_ticket(session, State.HANDLING)
    answered, revoked, late = (_ask(session, ticket) for _ in range(3))
    _answer(session, answered)
    service.revoke(work_of(session, people.POWER, ELEVEN), revoked.id, "问错人了")
    assert jobs.find_unanswered_outside(as_clock(session, late.due_at - timedelta(minutes=1)), 10) == []

    for minutes in (0, 10):
        work = as_clock(session, late.due_at + timedelta(minutes=minutes))
        jobs.say_unanswered_outside(work, jobs.find_unanswered_outside(work, 10))

    told = session.scalars(select(Notice).where(Notice.key.like("outside:%:late"))).one()
    assert (told.user_id, told.kind) == (people.actor(session, people.POWER).id, NoticeKind.REMINDER)
    assert "云岭银行汶上支行" in told.text
    assert "到期没有答复" in told.text


def test_nobody_is_reminded_where_it_is_over_or_long_ago(session):
    ended, old = (a_ticket(session, State.HANDLING) for _ in range(2))
    found = [_ask(session, one) for one in (ended, old)][0]
    move(session, ended, people.OWNER, Action.WITHDRAW, ELEVEN, note="自己解决了")

    assert len(jobs.find_unanswered_outside(as_clock(session, found.due_at), 10)) == 1
    assert jobs.find_unanswered_outside(as_clock(session, found.due_at + timedelta(days=14)), 10) == []


def test_where_who_asked_has_left_the_unit_is_reminded(session):
    ticket = a_ticket(session, State.HANDLING)
    found = _ask(session, ticket, people.POWER_DEPUTY)
    asker = people.actor(session, people.POWER_DEPUTY).id
    session.execute(update(GrantRow).where(GrantRow.user_id == asker).values(ended_at=NOW))
    state.touch(session)
    session.flush()
    known.forget(session)

    work = as_clock(session, found.due_at)
    jobs.say_unanswered_outside(work, jobs.find_unanswered_outside(work, 10))

    told = session.scalars(select(Notice.user_id).where(Notice.key == f"outside:{found.id}:late"))
    assert people.actor(session, people.POWER).id in set(told)


@pytest.mark.parametrize("name", ["question", "shown"])
def test_no_telephone_number_of_the_enterprise_leaves_the_house(session, name):
    ticket = a_ticket(session, State.HANDLING, contact_phone="13900002077")

    with pytest.raises(Invalid) as refused:
        _ask(session, ticket, **{name: "请打 139 0000 2077 问"})

    assert set(refused.value.errors) == {name}


def test_a_complaint_is_not_asked_of_the_unit_complained_of(session):
    about = {"kind": Kind.COMPLAINT, "complained_unit": people.TRANSPORT_UNIT}
    ticket = a_ticket(session, State.HANDLING, **about)
    name = known.of(session).directory.unit_name(people.TRANSPORT_UNIT)

    with pytest.raises(Invalid) as refused:
        _ask(session, ticket, party_unit=f"汶上县{name}")

    assert "投诉的就是" in refused.value.errors["party_unit"][0]


def test_nobody_outside_is_asked_about_what_is_confidential_or_over(session):
    with pytest.raises(Conflict, match="保密"):
        _ask(session, a_ticket(session, State.HANDLING, confidential=True))
    with pytest.raises(Conflict, match="已销号"):
        _ask(session, a_ticket(session, State.CLOSED))


@pytest.mark.parametrize("who", [people.OWNER, people.GUIDE, people.CHIEF, people.LIAISON])
def test_who_does_not_handle_it_asks_nobody(session, who):
    ticket = a_ticket(session, State.HANDLING)

    with pytest.raises(NotAllowed):
        _ask(session, ticket, who)
    with pytest.raises(NotFound):
        _ask(session, ticket, people.TRANSPORT)


def test_there_is_an_end_to_questions(session):
    ticket = a_ticket(session, State.HANDLING)
    for _ in range(rules.OPEN_MOST):
        _ask(session, ticket)

    with pytest.raises(Conflict, match="太多"):
        _ask(session, ticket)
    _ask(session, ticket, at=ELEVEN + timedelta(days=9))  # those have expired


# Doors


@pytest.fixture(autouse=True)
def hands(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: ELEVEN)


@pytest.fixture
def handling(session):
    ticket = a_ticket(session, State.HANDLING)
    session.commit()
    return ticket


def test_a_question_goes_out_by_link_and_comes_back_by_one_post(app, as_, session, handling):
    unit, path = as_(people.POWER), f"/tickets/{handling.number}/outside"
    assert "问外单位" in said(unit.get(f"/tickets/{handling.number}"))
    made = unit.post(path, data={**TYPED, "csrf_token": token_of(unit, path)})
    assert (made.status_code, made.location) == (303, "/outside/1/link") or made.status_code == 303
    opened = unit.post(made.location, data={"csrf_token": token_of(unit, made.location)})
    where = _LINK.search(opened.get_data(as_text=True))[1]
    assert session.scalars(select(AuditEntry).where(AuditEntry.action == "outside_link")).one()

    outside = app.test_client()
    shown = outside.get(where)
    text = said(shown)
    assert "抵押登记要几天" in text
    assert "新厂房抵押" in text
    assert handling.number not in text
    assert "砚禾" not in text
    assert shown.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert outside.head(where).status_code == 200
    assert "等答复" in said(unit.get(f"/tickets/{handling.number}")), "a look answers nothing"

    token = token_of(outside, where)
    lacking = outside.post(where, data={"csrf_token": token, "answer": "五个工作日"})
    assert lacking.status_code == 422
    assert "五个工作日" in said(lacking), "what was typed stays"
    done = outside.post(
        where,
        data={"csrf_token": token, "answer": "五个工作日", "answered_by": "顾知微"},
        follow_redirects=True,
    )
    assert "收到了" in said(done)
    assert outside.get(where).status_code == 410
    page = said(unit.get(f"/tickets/{handling.number}"))
    assert "已答复" in page
    assert "外单位答复" in page
    assert "系统自动" not in page.split("外单位答复")[1][:40]


@pytest.mark.parametrize("username", [people.OWNER, people.GUIDE])
def test_the_enterprises_side_learns_nothing_of_it(as_, session, handling, username):
    found = _ask(session, handling)
    _answer(session, found)
    session.commit()

    page = as_(username).get(f"/tickets/{handling.number}").get_data(as_text=True)

    assert not [one for one in ("云岭银行", "抵押登记", "五个工作日", "问外单位") if one in page]
    assert as_(username).get(f"/outside/{found.id}/link").status_code in {403, 404}


def test_an_altered_address_opens_nothing(app):
    assert app.test_client().get("/outside-answer/1.x").status_code == 410


def test_the_page_says_what_is_so_after_it_was_taken_back(as_, session, handling):
    found = _ask(session, handling)
    session.commit()
    unit, path = as_(people.POWER), f"/outside/{found.id}/revoke"
    assert "抵押登记要几天" in said(unit.get(path)), "one reads what one takes back"

    done = unit.post(
        path, data={"csrf_token": token_of(unit, path), "note": "问错人了"}, follow_redirects=True
    )

    assert "已撤回" in said(done)
    assert unit.get(path).status_code == 409


def test_by_program(app, session, handling):
    from chainhub.county.people import queries as accounts
    from chainhub.county.people import service as signing

    def _call(username):
        work = work_of(session, username)
        token = signing.issue_token(work, accounts.user_by_name(session, username), "试验")
        session.commit()
        return {"Authorization": f"Bearer {token}"}

    client, path = app.test_client(), f"{V1}/tickets/{handling.number}/outside-questions"
    mine, firm = _call(people.POWER), _call(people.OWNER)
    assert client.post(path, headers=firm, json=ASKED).status_code == 403
    assert client.post(path, headers=mine, json={**ASKED, "days": 4}).status_code == 422
    made = client.post(path, headers=mine, json=ASKED)
    assert (made.status_code, made.json["state"]) == (201, "waiting")
    assert made.json["due_at"] == "2026-03-05T17:30:00+08:00"
    where = f"{V1}/outside-questions/{made.json['id']}"
    assert "/outside-answer/" in client.post(f"{where}/link", headers=mine).json["url"]
    assert client.post(f"{where}/link", headers=firm).status_code == 404
    assert client.get(path, headers=firm).json == {"items": []}
    gone = client.post(f"{where}/revoke", headers=mine, json={"note": "问错人了"})
    assert (gone.status_code, gone.json["state"]) == (200, "revoked")
    assert client.post(f"{where}/link", headers=mine).status_code == 409
    assert [one["id"] for one in client.get(path, headers=mine).json["items"]] == [made.json["id"]]
