"""An internal note is for the staff: it never reaches the enterprise's side, by whatever way."""

import re
from io import BytesIO

import pytest
from sqlalchemy import select

from chainhub.core.errors import Invalid, NotAllowed, NotFound
from chainhub.county.people import queries, service
from chainhub.documents import sheets
from chainhub.notices.models import Notice
from chainhub.operations import ledger_export
from chainhub.tickets import fields, listing, rules
from chainhub.tickets.listing import Filter
from chainhub.tickets.service import moving, noting
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.api.calling import V1
from tests.builders import a_ticket
from tests.people import work_of
from tests.web_client import said, token_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

SECRET = "老板上次态度不好，先不要答应"


@pytest.fixture
def noted(session):
    ticket = a_ticket(session, State.HANDLING)
    noting.note(work_of(session, people.POWER), ticket.number, SECRET)
    session.commit()
    return ticket


@pytest.mark.parametrize("username", [people.OWNER, people.GUIDE])
def test_a_note_never_reaches_the_enterprises_side(app, client, as_, session, noted, username, tmp_path):
    user = queries.user_by_name(session, username)
    token = service.issue_token(work_of(session, username), user, "试验")
    session.commit()
    headers = {"Authorization": f"Bearer {token}"}
    work = work_of(session, username)

    pages = [
        "/",
        "/tickets",
        f"/tickets/{noted.number}",
        "/inbox",
        f"/tickets?q={SECRET[:4]}",
    ]  # the page is what is printed
    read = [as_(username).get(path).get_data(as_text=True) for path in pages]
    for path in ("", "/events", "/deadline", "/attachments", "/requests", "/instructions"):
        read.append(client.get(f"{V1}/tickets/{noted.number}{path}", headers=headers).get_data(as_text=True))
    assert not [text for text in read if SECRET in text or "内部备注" in text]
    events = client.get(f"{V1}/tickets/{noted.number}/events", headers=headers).json["items"]
    assert "note" not in {one["action"] for one in events}
    assert not listing.page(work, Filter(q="先不要答应")).items, "no search finds it"
    assert not session.scalars(select(Notice).where(Notice.text.contains(SECRET[:6]))).all()
    assert "备注" not in moving.stale(work, noted).title, "not even that there is one"


def test_no_search_of_the_staff_finds_it_either_and_the_ledger_leaves_it_out(session, noted):
    assert not listing.page(work_of(session, people.CLERK), Filter(q="先不要答应")).items
    file = BytesIO()
    number = noted.number
    ledger_export.write(work_of(session, people.LIAISON), file)
    sheet, _ = sheets.read(file.getvalue())
    assert number in str(sheet.rows)
    assert SECRET not in str(sheet.rows)


@pytest.mark.parametrize("username", [people.POWER, people.CLERK, people.DISPATCHER, people.CHIEF])
def test_the_staff_read_it_as_what_the_enterprise_does_not_see(as_, noted, username):
    page = as_(username).get(f"/tickets/{noted.number}").get_data(as_text=True)

    assert SECRET in page
    assert "企业看不到" in page


def test_who_may_write_one(session, as_, noted):
    for username in (people.OWNER, people.GUIDE):
        with pytest.raises(NotAllowed):
            noting.note(work_of(session, username), noted.number, "x")
        assert as_(username).get(f"/tickets/{noted.number}/note").status_code == 403
        assert "/note" not in as_(username).get(f"/tickets/{noted.number}").get_data(as_text=True)
    with pytest.raises(NotFound):
        noting.note(work_of(session, people.TRANSPORT), noted.number, "x")
    for text in (" ", "字" * (fields.NOTE_MOST + 1)):
        with pytest.raises(Invalid):
            noting.note(work_of(session, people.POWER), noted.number, text)


def test_the_two_forms_say_who_will_read_them(as_, session, noted):
    client, path = as_(people.POWER), f"/tickets/{noted.number}/note"
    page = client.get(path).get_data(as_text=True)
    assert page.index("记下，只给工作人员看") < page.index("发给企业：砚禾齿轮"), "the safe one first"
    told = client.get(f"/tickets/{noted.number}/act/progress").get_data(as_text=True)
    button = re.search(r'class="btn btn-primary">([^<]+)<', told)
    assert button[1] == "发给企业：砚禾齿轮"
    assert "只给工作人员看" in client.get(f"/tickets/{noted.number}/act/assign").get_data(as_text=True)

    answer = client.post(path, data={"csrf_token": token_of(client, path), "note": "再等等"})
    assert answer.status_code == 303
    assert "再等等" in said(client.get(answer.location))
    assert "再等等" not in said(as_(people.OWNER).get(answer.location))


def test_every_verb_whose_words_are_hidden_from_the_enterprise_says_so():
    hidden = {
        one
        for one in Action
        if "note" not in rules.redacted(one, {"note": "x"}, frozenset({rules.Role.ENTERPRISE}))
    }

    assert not [one for one in hidden if rules.is_read_by_firm(one)]
