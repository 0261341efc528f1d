"""走访核查: who records what was seen on the spot, who reads it, and that its photos prove a cure."""

from io import BytesIO

import pytest
from sqlalchemy import select

from chainhub.core import clock
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.county.people import queries as accounts
from chainhub.county.people import service as signing
from chainhub.documents.attachments import service as attachments
from chainhub.documents.attachments import storing
from chainhub.documents.attachments.service import Upload
from chainhub.notices.models import Notice
from chainhub.operations import verify
from chainhub.tickets import queries
from chainhub.tickets.onsite import service
from chainhub.tickets.onsite.service import Seen
from chainhub.tickets.workflow import Action, State
from tests import files, people
from tests.api.calling import V1
from tests.builders import a_ticket, move
from tests.people import NOW, work_of
from tests.web_client import said, token_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

ELEVEN = NOW.replace(hour=11)
SEEN = Seen("韩砚等 2 人", "变压器基础已经浇好", "陶见禾")


@pytest.fixture
def record(session, tmp_path):
    """Somebody records a visit, with a photo if one is given."""
    storage = storing.opened("", tmp_path / "attachments")

    def _record(ticket, who=people.POWER, seen=SEEN, *contents):
        sound = [attachments.examine([Upload("现场.jpg", BytesIO(one))])[0] for one in contents]
        with storage.keeping() as shelf:
            return service.record(work_of(session, who, ELEVEN), shelf, ticket.number, seen, sound)

    return _record


def test_a_visit_is_a_line_that_both_sides_read(session, record):
    ticket = a_ticket(session, State.HANDLING)
    before = ticket.version, ticket.state, ticket.due_at

    made = record(ticket)

    line = queries.last_event(session, ticket.id)
    assert (line.action, line.body, line.data["people"]) == (Action.SITE_VISIT, "县供电公司", "韩砚等 2 人")
    assert (ticket.version, ticket.state, ticket.due_at) == (before[0] + 1, *before[1:])
    told = session.scalars(select(Notice).where(Notice.key == f"visit:{made.id}")).one()
    assert told.user_id == people.actor(session, people.OWNER).id
    assert verify.verify(session).ok


@pytest.mark.parametrize("who", [people.POWER, people.GUIDE])
def test_a_photo_from_the_spot_proves_the_cure(session, record, who):
    ticket = a_ticket(session, State.HANDLING, category="land_road")
    done = {"outcome": "solved", "reply": "路面修好了"}
    record(ticket, who)
    with pytest.raises(Invalid) as refused:
        move(session, ticket, people.POWER, Action.RESOLVE, ELEVEN, **done)
    assert "evidence" in refused.value.errors

    record(ticket, who, SEEN, files.picture())

    assert move(session, ticket, people.POWER, Action.RESOLVE, ELEVEN, **done).state is State.RESOLVED


@pytest.mark.parametrize("who", [people.OWNER, people.CHIEF, people.LIAISON])
def test_nobody_else_records_one(session, record, who):
    ticket = a_ticket(session, State.HANDLING)

    with pytest.raises(NotAllowed):
        record(ticket, who)
    with pytest.raises(NotFound):
        record(ticket, people.TRANSPORT)


def test_it_lies_between_the_filing_and_now_while_the_ticket_is_open(session, record):
    ticket = a_ticket(session, State.HANDLING)

    for at in (NOW.replace(hour=8), ELEVEN.replace(hour=12)):
        with pytest.raises(Invalid) as refused:
            record(ticket, people.POWER, Seen("韩砚", "看过了", visited_at=at))
        assert "visited_at" in refused.value.errors
    with pytest.raises(Conflict, match="已销号"):
        record(a_ticket(session, State.CLOSED), people.CLERK)


# Doors


@pytest.fixture(autouse=True)
def hands(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: ELEVEN)


def test_on_a_phone_with_a_photo(as_, session):
    ticket = a_ticket(session, State.HANDLING)
    session.commit()
    guide, path = as_(people.GUIDE), f"/tickets/{ticket.number}/visit"
    typed = {"csrf_token": token_of(guide, path), "people": "指导员"}
    lacking = guide.post(path, data={**typed, "result": ""})
    assert lacking.status_code == 422
    assert 'value="指导员"' in lacking.get_data(as_text=True)

    photo = (BytesIO(files.picture()), "现场.jpg")
    done = guide.post(path, data={**typed, "result": "基础浇好了", "file": photo}, follow_redirects=True)

    for page in (said(done), *(said(as_(one).get(ticket.link)) for one in (people.OWNER, people.POWER))):
        assert "基础浇好了" in page
        assert "现场.jpg" in page
    assert as_(people.OWNER).get(path).status_code == 403
    assert as_(people.TRANSPORT).get(path).status_code == 404


def test_by_program(app, session):
    ticket = a_ticket(session, State.HANDLING)
    headers = {}
    for who in (people.POWER, people.OWNER, people.TRANSPORT):
        work = work_of(session, who)
        token = signing.issue_token(work, accounts.user_by_name(session, who), "试验")
        headers[who] = {"Authorization": f"Bearer {token}"}
    session.commit()
    client, path = app.test_client(), f"{V1}/tickets/{ticket.number}/site-visits"
    given = {"people": "韩砚", "result": "看过了"}
    photo = {"file": (BytesIO(files.picture()), "a.jpg")}

    assert client.post(path, headers=headers[people.OWNER], data=given).status_code == 403
    assert client.post(path, headers=headers[people.TRANSPORT], data=given).status_code == 404
    assert client.post(path, headers=headers[people.POWER], json=given).status_code == 422
    made = client.post(
        path, headers=headers[people.POWER], data={**given, **photo}, content_type="multipart/form-data"
    )
    assert (made.status_code, made.json["photos"]) == (201, 1)
    assert [one["result"] for one in client.get(path, headers=headers[people.OWNER]).json["items"]] == [
        "看过了"
    ]
