"""典型案例: who drafts, agrees and publishes, what a case never says, and that it goes when consent goes."""

import pytest
from sqlalchemy import select

from chainhub.core import clock
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.county.people import queries as accounts
from chainhub.county.people import service as signing
from chainhub.operations import verify
from chainhub.tickets.successes import rules, service
from chainhub.tickets.successes.models import SuccessCase
from chainhub.tickets.successes.rules import CaseState
from chainhub.tickets.terms import Kind
from chainhub.tickets.workflow import State
from tests import people
from tests.api.calling import V1
from tests.builders import a_ticket
from tests.people import NOW, work_of
from tests.web_client import said, token_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

ELEVEN = NOW.replace(hour=11)
TITLE, TEXT = "专线早用两个月", "两个单位一起到现场定线路，施工和验收一起做。"


def _draft(session, ticket, who=people.CLERK, title=TITLE, text=TEXT):
    return service.draft(work_of(session, who, ELEVEN), ticket.number, title, text)


def _answer(session, made, *, agrees=True, named=False, who=people.OWNER):
    return service.answer(work_of(session, who, ELEVEN), made.id, agrees=agrees, named=named)


def _decide(session, made, *, publish=True, note="", who=people.CLOSER):
    return service.decide(work_of(session, who, ELEVEN), made.id, publish=publish, note=note)


def _listed(session, who=people.STRANGER):
    return [(one.case.title, one.enterprise) for one in service.published(work_of(session, who))[0]]


@pytest.mark.parametrize(
    ("text", "found"),
    [("砚禾 齿轮说好", "砚禾齿轮"), ("找陶见禾", "陶见禾"), ("一家齿轮厂", ""), ("电话138 0000", "1380000")],
)
def test_what_tells_who_it_is_is_found_spaces_aside(text, found):
    assert rules.telling(text, ("砚禾齿轮", "陶见禾", "1380000", "", "厂")) == found


@pytest.mark.parametrize(("named", "shown"), [(False, ""), (True, "砚禾齿轮")])
def test_it_is_drafted_agreed_to_and_published_by_another_person(session, named, shown):
    ticket = a_ticket(session, State.CLOSED)
    made = _draft(session, ticket)
    assert _listed(session) == []
    with pytest.raises(Conflict, match="企业同意了才能发布"):
        _decide(session, made)
    _answer(session, made, named=named)
    with pytest.raises(Conflict, match="另一位同志"):
        _decide(session, made, who=people.CLERK)
    assert _listed(session) == []

    _decide(session, made)

    assert _listed(session) == [(TITLE, shown)]
    assert ticket.state is State.CLOSED
    assert verify.verify(session).ok


def test_it_goes_with_the_consent(session):
    made = _draft(session, a_ticket(session, State.CLOSED))
    _answer(session, made, named=True)
    _decide(session, made)

    _answer(session, made, agrees=False)

    assert (made.stage, made.named, _listed(session)) == (CaseState.WITHDRAWN, False, [])
    with pytest.raises(Conflict, match="不用再答复"):
        _answer(session, made)


def test_a_refusal_ends_it_and_other_words_may_be_tried(session):
    ticket = a_ticket(session, State.CLOSED)
    made = _draft(session, ticket)
    with pytest.raises(Conflict, match="已经有案例"):
        _draft(session, ticket)

    _answer(session, made, agrees=False)

    assert made.stage is CaseState.REFUSED
    again = _draft(session, ticket, text=f"{TEXT}又快又好。")
    _answer(session, again)
    with pytest.raises(Invalid):
        _decide(session, again, publish=False)
    assert _decide(session, again, publish=False, note="不典型").stage is CaseState.REJECTED


@pytest.mark.parametrize("said_", ["砚禾齿轮很高兴", "找陶见禾问", "见 EQ-2026-00001"])
def test_its_words_name_nobody(session, said_):
    ticket = a_ticket(session, State.CLOSED, contact_person="陶见禾")
    told = said_.replace("EQ-2026-00001", ticket.number)

    for field, given in (("title", {"title": told[:60]}), ("text", {"text": f"{told}，{TEXT}"})):
        with pytest.raises(Invalid) as refused:
            _draft(session, ticket, **given)
        assert set(refused.value.errors) == {field}


def test_never_what_is_confidential_a_complaint_open_or_not_satisfied(session):
    about = {"kind": Kind.COMPLAINT, "complained_unit": people.TRANSPORT_UNIT}
    for ticket in (
        a_ticket(session, State.CLOSED, confidential=True),
        a_ticket(session, State.CLOSED, **about),
        a_ticket(session, State.CONFIRMED),
    ):
        assert not service.may_draft(work_of(session, people.CLERK), ticket)
        with pytest.raises(Conflict):
            _draft(session, ticket)


@pytest.mark.parametrize("who", [people.OWNER, people.POWER, people.DISPATCHER, people.CHIEF, people.GUIDE])
def test_others_draft_nothing(session, who):
    with pytest.raises(NotAllowed):
        _draft(session, a_ticket(session, State.CLOSED), who)


def test_nobody_else_answers_for_the_enterprise_or_publishes(session):
    made = _draft(session, a_ticket(session, State.CLOSED))

    with pytest.raises(NotAllowed):
        _answer(session, made, who=people.CLERK)
    for who in (people.POWER, people.GUIDE, people.STRANGER):
        with pytest.raises(NotFound):
            _answer(session, made, who=who)
    _answer(session, made)
    with pytest.raises(NotAllowed):
        _decide(session, made, who=people.OWNER)


# Doors


@pytest.fixture(autouse=True)
def hands(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: ELEVEN)


def _posted(client, path, **given):
    return client.post(path, data={"csrf_token": token_of(client, path), **given}, follow_redirects=True)


def test_from_the_ticket_to_the_list_and_away_again(as_, session):
    ticket = a_ticket(session, State.CLOSED)
    session.commit()
    clerk, owner, closer = as_(people.CLERK), as_(people.OWNER), as_(people.CLOSER)
    path = f"{ticket.link}/case"
    wrong = _posted(clerk, path, title="砚禾齿轮专线", text=TEXT)
    assert wrong.status_code == 422
    assert TEXT in said(wrong), "what was typed stays"
    assert "等企业同意" in said(_posted(clerk, path, title=TITLE, text=TEXT))
    id_ = session.scalars(select(SuccessCase.id).order_by(SuccessCase.id.desc())).first()

    assert TEXT in said(owner.get(f"/cases/{id_}/answer"))
    assert "等审核发布" in said(_posted(owner, f"/cases/{id_}/answer", answer="anonymous"))
    assert clerk.get(f"/cases/{id_}/decide").status_code == 409
    assert as_(people.POWER).get(f"/cases/{id_}/decide").status_code == 404
    deciding = said(closer.get(f"/cases/{id_}/decide"))
    assert TEXT in deciding, "whoever publishes reads what they publish"
    assert "企业不让写它的名字" in deciding
    assert "已发布" in said(_posted(closer, f"/cases/{id_}/decide", decision="publish"))
    for who in (people.STRANGER, people.POWER, people.CHIEF):
        page = said(as_(who).get("/cases"))
        assert TITLE in page
        assert "砚禾" not in page
        assert ticket.number not in page
    token = token_of(owner, ticket.link)
    gone = owner.post(f"/cases/{id_}/withdraw", data={"csrf_token": token}, follow_redirects=True)
    assert "企业收回了同意" in said(gone)
    assert TITLE not in said(as_(people.STRANGER).get("/cases"))


def test_by_program(app, session):
    ticket = a_ticket(session, State.CLOSED)
    headers = {}
    for who in (people.CLERK, people.OWNER, people.CLOSER, people.STRANGER):
        token = signing.issue_token(work_of(session, who), accounts.user_by_name(session, who), "试验")
        headers[who] = {"Authorization": f"Bearer {token}"}
    session.commit()
    client, path = app.test_client(), f"{V1}/tickets/{ticket.number}/cases"

    def _post(who, where, **given):
        return client.post(where, headers=headers[who], json=given)

    assert _post(people.OWNER, path, title=TITLE, text=TEXT).status_code == 403
    assert _post(people.STRANGER, path, title=TITLE, text=TEXT).status_code == 404
    assert _post(people.CLERK, path, title=TITLE).status_code == 422
    made = _post(people.CLERK, path, title=TITLE, text=TEXT)
    assert (made.status_code, made.json["state"]) == (201, "asked")
    where = f"{V1}/cases/{made.json['id']}"
    assert _post(people.OWNER, f"{where}/consent", agrees=True, named=True).json["state"] == "agreed"
    assert _post(people.CLERK, f"{where}/decide", publish=True).status_code == 409
    assert _post(people.CLOSER, f"{where}/decide", publish=True).json["state"] == "published"
    (shown,) = client.get(f"{V1}/cases", headers=headers[people.STRANGER]).json["items"]
    assert (shown["title"], shown["enterprise_name"]) == (TITLE, "砚禾齿轮")
    assert _post(people.OWNER, f"{where}/consent", agrees=False).json["state"] == "withdrawn"
    assert client.get(f"{V1}/cases", headers=headers[people.STRANGER]).json["items"] == []
