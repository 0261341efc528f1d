"""A page that was left open too long: what was typed comes back, signing in again is all that it costs."""

import html
import re
from datetime import timedelta

import pytest
from lxml import html as pages
from sqlalchemy import func, select

from chainhub.core import clock
from chainhub.tickets.models import Ticket
from chainhub.tickets.workflow import State
from tests import people
from tests.builders import a_ticket
from tests.people import NOW
from tests.web_client import PASSWORD, sign_in, token_of

pytestmark = pytest.mark.slow

TYPED = "门口的路坏了，“三天”了 <b>还没有人来</b>"
OURS = {"Origin": "http://localhost"}


@pytest.fixture(autouse=True)
def hands(monkeypatch):
    """A clock that can be set forward: `hands[0] += timedelta(hours=1)`."""
    found = [NOW.replace(hour=11)]
    monkeypatch.setattr(clock, "now", lambda: found[0])
    return found


def _form(answer, place: str = "form"):
    """The address and the fields of a form of a page."""
    tree = pages.document_fromstring(answer.get_data(as_text=True))
    (form,) = [one for one in tree.forms if one.get("id") == place] or tree.forms[-1:]
    return form.get("action"), dict(form.form_values())


def _sign_in_form(answer):
    tree = pages.document_fromstring(answer.get_data(as_text=True))
    form = next(one for one in tree.forms if "/sign-in" in (one.get("action") or ""))
    return form.get("action"), dict(form.form_values())


def test_after_signing_in_again_the_form_is_there_with_its_content_and_is_sent_by_one_press(
    as_, session, hands
):
    ticket = a_ticket(session, State.HANDLING)
    session.commit()
    client, path = as_(people.POWER), f"/tickets/{ticket.number}/act/progress"
    data = _form(client.get(path))[1] | {"note": TYPED}
    hands[0] += timedelta(minutes=31)

    late = client.post(path, data=data, headers=OURS)
    assert late.status_code == 400
    assert "登录过期了" in late.get_data(as_text=True)
    assert TYPED in html.unescape(late.get_data(as_text=True))
    where, carried = _sign_in_form(late)
    asked = client.post(where, data=carried)
    assert asked.status_code == 200
    wrong = client.post("/sign-in", data=_form(asked)[1] | {"username": people.POWER, "password": "x"})
    assert wrong.status_code == 422
    back = client.post("/sign-in", data=_form(wrong)[1] | {"username": people.POWER, "password": PASSWORD})
    assert back.status_code == 200
    where, fields = _form(back)
    assert (where, fields["note"]) == (path, TYPED)
    done = client.post(where, data=fields, headers=OURS)

    assert done.status_code == 303
    assert TYPED in html.unescape(client.get(done.location).get_data(as_text=True))


def test_leaving_an_expired_session_ends_at_the_sign_in_page(as_, hands):
    client = as_(people.OWNER)
    token = token_of(client, "/password")
    hands[0] += timedelta(hours=5)

    answer = client.post("/sign-out", data={"csrf_token": token}, headers=OURS)

    assert (answer.status_code, answer.location) == (303, "/sign-in")


def test_leaving_twice_ends_there_as_well(app):
    client = app.test_client()
    sign_in(client, people.OWNER)
    token = token_of(client, "/password")
    client.post("/sign-out", data={"csrf_token": token})

    assert client.post("/sign-out", data={"csrf_token": token}).location == "/sign-in"


def test_a_page_from_before_somebody_signed_in_anew_is_sent_by_one_more_press(as_, session):
    client = as_(people.OWNER)
    data = _form(client.get("/tickets/new"))[1] | {"content": TYPED}
    data["csrf_token"] = "of.another.session"

    stale = client.post("/tickets/new", data=data, headers=OURS)
    assert stale.status_code == 400
    where, fields = _form(stale)
    assert fields["content"] == TYPED
    done = client.post(where, data=fields)

    assert "/receipt" in done.location


def test_what_another_site_sends_is_never_put_before_anybody_as_their_own(app):
    client = app.test_client()
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {}):
        answer = client.post("/tickets/new", data={"content": TYPED}, headers=headers)

        assert (answer.status_code, answer.location) == (303, "/sign-in")


def test_passwords_are_never_shown_again(as_):
    client = as_(people.OWNER)
    data = {"old": "geheim 1 alt", "new": "geheim 2 neu", "again": "geheim 2 neu", "csrf_token": "x"}
    page = client.post("/password", data=data, headers=OURS).get_data(as_text=True)

    assert "geheim" not in page


def test_what_is_carried_leads_nowhere_else(as_, app):
    client = app.test_client()
    first = client.get("/sign-in")
    for action in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        data = _form(first)[1] | {"username": people.OWNER, "password": PASSWORD}
        data["held"] = f'["{action}", [["note", "{TYPED[:4]}"]], false]'
        answer = client.post("/sign-in", data=data)
        assert (answer.status_code, answer.location) == (303, "/")
        client = app.test_client()
        first = client.get("/sign-in")


def test_a_refusal_of_any_kind_shows_what_was_typed(as_, session):
    ticket = a_ticket(session, State.CLOSED)
    session.commit()
    client = as_(people.CHIEF)
    token = token_of(client, "/password")

    answer = client.post(f"/tickets/{ticket.number}/instruct", data={"text": TYPED, "csrf_token": token})

    assert answer.status_code == 409
    assert TYPED in html.unescape(answer.get_data(as_text=True))


def test_the_same_form_twice_is_done_once_and_another_word_is_another_note(as_, session):
    ticket = a_ticket(session, State.HANDLING)
    session.commit()
    client, path = as_(people.CLERK), f"/tickets/{ticket.number}/note"
    data = _form(client.get(path))[1] | {"note": TYPED}
    version = session.scalar(select(Ticket.version).where(Ticket.id == ticket.id))

    first, second = client.post(path, data=data), client.post(path, data=data)
    assert (first.location, second.location) == (f"/tickets/{ticket.number}",) * 2
    assert "没有重复办" in client.get(second.location).get_data(as_text=True)
    session.expire_all()
    assert ticket.version == version + 1
    client.post(path, data=data | {"note": "另一句话"})

    session.expire_all()
    assert ticket.version == version + 2


def test_what_was_refused_may_be_sent_again_as_it_is(as_, session):
    client = as_(people.CLERK)
    data = _form(client.get("/pass-on"))[1]
    said = {"step": "", "enterprise": people.FIRM, "title": "", "content": "", "category": ""}
    data |= said | {"contact_person": "", "contact_phone": ""}
    assert client.post("/pass-on", data=data).status_code == 422
    assert client.post("/pass-on", data=data).status_code == 422


def test_a_program_that_repeats_a_call_with_its_key_does_it_once(app, session, as_):
    from chainhub.county.people import service as accounts
    from chainhub.county.people.models import User
    from tests.people import work_of

    ticket = a_ticket(session, State.HANDLING)
    work = work_of(session, people.CLERK)
    token = accounts.issue_token(work, session.get_one(User, work.actor.id), "试验")
    session.commit()
    path = f"/api/v1/tickets/{ticket.number}/notes"
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "n-1"}
    client = app.test_client()

    answers = [client.post(path, headers=headers, json={"note": note}) for note in ("一句", "一句", "两句")]

    assert [one.status_code for one in answers] == [201, 409, 422]
    assert [one.json["code"] for one in answers[1:]] == ["already_done", "key_reused"]
    assert session.scalar(select(func.count()).select_from(Ticket)) == 1
    assert re.search("已经办过", answers[1].json["title"])
