"""A category's checklist: ticked with name and time, and nothing is resolved past what must be done."""

from datetime import timedelta

import pytest

from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.county.rulebook.rules import Book, CheckItem
from chainhub.tickets.service import checklists
from chainhub.tickets.terms import Outcome
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.api.calling import V1
from tests.builders import a_ticket, move
from tests.people import NOW, work_of
from tests.web_client import said, token_of

LATER = NOW + timedelta(hours=1)
DONE = {"outcome": Outcome.SOLVED, "reply": "整改好了。"}


def test_a_category_has_its_own_list_or_that_above_it():
    above, own = (CheckItem("a", "上", True),), (CheckItem("b", "下", False),)
    book = Book({}, {}, checklists={"safety": above, "safety_fire": own})

    assert book.checklist(["safety_fire", "safety"]) == own
    assert book.checklist(["safety_other", "safety"]) == above
    assert book.checklist([]) == ()


@pytest.fixture
def ticket(session):
    return a_ticket(session, State.HANDLING, category="safety")


@pytest.mark.slow
def test_what_must_be_done_is_done_before_it_is_resolved(session, ticket):
    work = work_of(session, people.POWER, LATER)
    with pytest.raises(Invalid) as refusal:
        move(session, ticket, people.POWER, Action.RESOLVE, LATER, **DONE, override_reason="来不及")
    assert "必须做完" in refusal.value.errors["override_reason"][0]
    for code in ("site", "measures"):
        checklists.tick(work, ticket.number, code, done=True)
    with pytest.raises(Invalid) as refusal:
        move(session, ticket, people.POWER, Action.RESOLVE, LATER, **DONE)
    assert "写明为什么不做" in refusal.value.errors["override_reason"][0]

    move(session, ticket, people.POWER, Action.RESOLVE, LATER, **DONE, override_reason="现场不许拍照")

    assert ticket.state is State.RESOLVED


@pytest.mark.slow
def test_a_tick_has_a_name_and_a_time_and_twice_is_once(session, ticket):
    work = work_of(session, people.POWER, LATER)
    checklists.tick(work, ticket.number, "site", done=True)
    checklists.tick(
        work_of(session, people.POWER_DEPUTY, LATER + timedelta(hours=1)), ticket.number, "site", done=True
    )

    first = checklists.of(work, ticket)[0]
    assert (first.done_by, first.done_at) == ("县供电公司 韩砚", LATER)
    checklists.tick(work, ticket.number, "site", done=False)
    assert checklists.of(work, ticket)[0].done_at is None


@pytest.mark.slow
def test_who_ticks_and_when(session, ticket):
    for username, refusal in (
        (people.OWNER, NotAllowed),
        (people.CLERK, NotAllowed),
        (people.TRANSPORT, NotFound),
    ):
        with pytest.raises(refusal):
            checklists.tick(work_of(session, username), ticket.number, "site", done=True)
    with pytest.raises(NotFound):
        checklists.tick(work_of(session, people.POWER), ticket.number, "nothing", done=True)
    move(session, ticket, people.POWER, Action.ASK_INFO, LATER, note="缺照片")
    with pytest.raises(Conflict):
        checklists.tick(work_of(session, people.POWER), ticket.number, "site", done=True)
    assert checklists.readable(work_of(session, people.OWNER), ticket) == []
    assert checklists.of(work_of(session, people.POWER), a_ticket(session)) == []


@pytest.mark.slow
def test_the_list_on_the_page_and_by_program(as_, client, session, ticket):
    from chainhub.county.people import queries, service

    user = queries.user_by_name(session, people.POWER)
    token = service.issue_token(work_of(session, people.POWER), user, "试验")
    session.commit()
    page, path = as_(people.POWER), f"/tickets/{ticket.number}"
    assert "到现场看过" in said(page.get(path))
    assert "到现场看过" not in said(as_(people.OWNER).get(path))
    sent = {"csrf_token": token_of(page, path), "item": "site", "done": "y"}
    assert page.post(f"{path}/checklist", data=sent).status_code == 303
    assert "1 / 3" in said(page.get(path))
    headers = {"Authorization": f"Bearer {token}"}
    answer = client.post(f"{V1}{path}/checklist", headers=headers, json={"item": "measures", "done": True})
    assert [bool(one["done_at"]) for one in answer.json["items"]] == [True, True, False]
    assert client.get(f"{V1}{path}/checklist", headers=headers).json["may_tick"] is True
    assert client.post(f"{V1}{path}/checklist", headers=headers, json={"item": "x"}).status_code == 422
