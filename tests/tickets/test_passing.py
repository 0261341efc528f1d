"""随手转办 from a pasted chat to a ticket of the firm's own."""

from io import BytesIO

import pytest

from chainhub.core.errors import Conflict, Invalid, NotFound
from chainhub.documents.attachments import service as attachments
from chainhub.tickets import queries
from chainhub.tickets.service import attaching, passing
from chainhub.tickets.terms import Channel
from chainhub.tickets.workflow import State
from tests import files, people
from tests.people import NOW, work_of
from tests.web_client import said, token_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

WORD = passing.Word(people.FIRM, "", "变压器坏了，停了半条线。", "energy", "陶见禾", "13912342076")


def test_the_firms_tap_makes_it_a_ticket_of_its_own_once(session):
    made = passing.write(work_of(session, people.GUIDE), WORD)
    owner = work_of(session, people.OWNER)
    assert [one.id for one in passing.waiting(owner)] == [made.id]

    ticket = passing.confirm(owner, made.id)

    assert passing.confirm(owner, made.id) is ticket
    assert (ticket.state, ticket.filed_by_id, ticket.channel) == (
        State.SUBMITTED,
        owner.actor.id,
        Channel.WECHAT_GROUP,
    )
    assert (ticket.title, ticket.category_code) == ("变压器坏了，停了半条线", "energy")
    assert queries.last_event(session, ticket.id).body == "企业"
    assert not passing.waiting(owner)


def test_the_firm_corrects_or_says_that_it_is_none_of_theirs(session):
    owner = work_of(session, people.OWNER)
    one, other = (passing.write(work_of(session, people.CLERK), WORD) for _ in range(2))
    assert passing.confirm(owner, one.id, "是一号线的变压器。").content == "是一号线的变压器。"
    passing.decline(owner, other.id)
    with pytest.raises(Conflict):
        passing.confirm(owner, other.id)
    with pytest.raises(Conflict):
        passing.decline(owner, one.id)


def test_nobody_else_confirms_and_nobody_writes_for_a_firm_that_is_not_theirs(session):
    made = passing.write(work_of(session, people.GUIDE), WORD)
    for username in (people.STRANGER, people.GUIDE, people.CLERK):
        with pytest.raises(NotFound):
            passing.confirm(work_of(session, username), made.id)
        assert not passing.waiting(work_of(session, username))
    with pytest.raises(Invalid) as refusal:
        passing.write(
            work_of(session, people.GUIDE), passing.Word("q_nowhere", "", "x", "y", contact_phone="1")
        )
    assert set(refusal.value.errors) == {"enterprise", "content", "category", "contact_phone"}


def test_from_the_chat_to_the_receipt_by_pages(as_, session):
    guide, owner = as_(people.GUIDE), as_(people.OWNER)
    token = token_of(guide, "/pass-on")
    read = guide.post(
        "/pass-on", data={"csrf_token": token, "step": "read", "text": "砚禾齿轮停电了，找陶总 13912342076"}
    )
    page = read.get_data(as_text=True)
    assert f'value="{people.FIRM}" selected' in page
    assert 'value="陶总"' in page
    sent = {
        "csrf_token": token,
        "enterprise": people.FIRM,
        "title": "",
        "content": "砚禾齿轮停电了",
        "contact_phone": "12",
    }
    again = guide.post("/pass-on", data=sent)
    assert again.status_code == 422
    assert "砚禾齿轮停电了" in again.get_data(as_text=True)
    photo = (BytesIO(files.picture()), "电表.jpg")
    done = guide.post("/pass-on", data={**sent, "contact_phone": "", "photos": photo})
    assert done.status_code == 303, said(done)
    assert "替您记的，对吗" in said(owner.get("/"))
    made = passing.waiting(work_of(session, people.OWNER))[0]
    assert owner.get(f"/pass-on/{made.id}").status_code == 200
    answer = owner.post(f"/pass-on/{made.id}", data={"csrf_token": token_of(owner, "/")})
    assert answer.location.endswith("/receipt")
    session.expire_all()
    work = work_of(session, people.OWNER, NOW)
    ticket = passing.confirm(work, made.id)
    assert [one.name for one in attachments.of(session, attaching.owner(ticket), with_internal=False)] == [
        "电表.jpg"
    ]
    for username in (people.POWER, people.CHIEF, people.OWNER):
        assert as_(username).get("/pass-on").status_code == 403
