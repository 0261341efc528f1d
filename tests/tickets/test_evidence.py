"""Evidence by category: what the rulebook demands is what the form says, the service checks and the page shows."""

import re
from datetime import timedelta
from io import BytesIO

import pytest

from chainhub.core.errors import Invalid
from chainhub.county import known
from chainhub.county.rulebook.models import RuleText
from chainhub.county.state import touch
from chainhub.documents.attachments import service as attachments
from chainhub.documents.attachments import storing
from chainhub.documents.attachments.service import Upload
from chainhub.tickets import queries
from chainhub.tickets.service import attaching, checklists, evidencing
from chainhub.tickets.terms import DissatisfiedReason, Evidence
from chainhub.tickets.workflow import Action, State
from tests import files, people
from tests.builders import a_ticket, move
from tests.people import NOW, work_of
from tests.web_client import act, said, token_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

A, S = Action, State
NOON = NOW.replace(hour=11)
DONE = {"outcome": "solved", "reply": "路面修好了"}


@pytest.fixture
def attach(session, tmp_path):
    """Somebody attaches a file to a ticket."""
    storage = storing.opened("", tmp_path / "attachments")

    def _attach(ticket, who=people.POWER, content=None, name="现场.jpg", at=NOON):
        sound = attachments.examine([Upload(name, BytesIO(content or files.picture()))])
        with storage.keeping() as shelf:
            attaching.attach(work_of(session, who, at), shelf, ticket.number, sound)

    return _attach


def _resolve(session, ticket, at=NOON, **given):
    return move(session, ticket, people.POWER, A.RESOLVE, at, **{**DONE, **given})


def test_a_photo_is_demanded_of_the_unit_in_this_round(session, attach):
    ticket = a_ticket(session, S.HANDLING, category="land_road")
    attach(ticket, people.OWNER)  # shows the trouble, not the cure
    attach(ticket, content=files.PDF, name="方案.pdf")
    with pytest.raises(Invalid, match="要有照片才能办结"):
        _resolve(session, ticket)
    assert ticket.state is S.HANDLING

    attach(ticket)
    _resolve(session, ticket)

    later = NOON + timedelta(hours=1)
    move(session, ticket, people.REVIEWER, A.PASS_REVIEW, later)
    again = {"contacted": True, "solved": False, "note": "又塌了"}
    move(session, ticket, people.OWNER, A.REOPEN, later, reason_code=DissatisfiedReason.NOT_SOLVED, **again)
    with pytest.raises(Invalid, match="本轮还没有"):
        _resolve(session, ticket, later)


def test_any_file_will_do_where_a_file_is_demanded(session, attach):
    ticket = a_ticket(session, S.HANDLING, category="land_title")
    with pytest.raises(Invalid, match="要有附件"):
        _resolve(session, ticket)

    attach(ticket, content=files.PDF, name="不动产权证.pdf")

    assert _resolve(session, ticket).state is S.RESOLVED


def _tick(session, ticket):
    """Do everything on the category's list: it is asked for besides, and has tests of its own."""
    work = work_of(session, people.POWER, NOON - timedelta(minutes=30))
    for one in checklists.of(work, ticket):
        checklists.tick(work, ticket.number, one.code, done=True)


def test_the_enterprises_word_has_a_name_and_a_time(session):
    ticket = a_ticket(session, S.HANDLING, category="arrears_company")  # the second level follows the first
    _tick(session, ticket)
    for wrong in ({}, {"word_by": ""}, {"word_by": "陶见禾", "word_at": NOON + timedelta(days=1)}):
        with pytest.raises(Invalid) as refused:
            _resolve(session, ticket, **wrong)
        assert set(refused.value.errors) <= {"word_by", "word_at"}

    _resolve(session, ticket, word_by="陶见禾", word_at=NOON - timedelta(minutes=20))

    assert queries.last_event(session, ticket.id).data["word_by"] == "陶见禾"


def test_elsewhere_nothing_is_demanded(session):
    ticket = a_ticket(session, S.HANDLING)

    assert evidencing.demanded(work_of(session, people.POWER), ticket) is Evidence.NONE
    assert _resolve(session, ticket).state is S.RESOLVED


def test_a_rule_that_came_later_does_not_hold_up_what_was_resolved_before_it(session):
    ticket = a_ticket(session, S.CONFIRMED)
    session.add(RuleText(name="evidence", value={"energy": "photo"}, from_at=NOON + timedelta(hours=1)))
    touch(session)
    session.flush()
    known.forget(session)

    move(session, ticket, people.CLOSER, A.CLOSE, NOON + timedelta(hours=2))

    assert ticket.state is S.CLOSED
    fresh = a_ticket(session, S.HANDLING, at=NOON + timedelta(hours=2))
    with pytest.raises(Invalid):
        _resolve(session, fresh, NOON + timedelta(hours=4))


def test_what_is_asked_stands_on_the_form(as_, session):
    photo = a_ticket(session, S.HANDLING, category="land_road")
    word = a_ticket(session, S.HANDLING, category="arrears")
    _tick(session, word)
    plain = a_ticket(session, S.HANDLING)
    session.commit()
    unit = as_(people.POWER)

    assert "要有照片才能办结" in unit.get(f"/tickets/{photo.number}/act/resolve").get_data(as_text=True)
    refused = act(unit, photo.number, "resolve", **DONE)
    assert refused.status_code == 422
    assert "请先上传照片" in said(refused)
    assert "路面修好了" in refused.get_data(as_text=True)
    form = unit.get(f"/tickets/{word.number}/act/resolve").get_data(as_text=True)
    assert 'name="word_by"' in form
    assert act(unit, word.number, "resolve", **DONE).status_code == 422
    assert act(unit, word.number, "resolve", **DONE, word_by="陶见禾").status_code == 303
    assert 'name="word_by"' not in unit.get(f"/tickets/{plain.number}/act/resolve").get_data(as_text=True)


def test_the_photo_comes_with_the_form_and_stays_when_something_else_is_wrong(as_, session):
    """No browser gives a file back to a form: what was chosen is on the ticket, whatever else is refused."""
    ticket = a_ticket(session, S.HANDLING, category="land_road")
    session.commit()
    unit, path = as_(people.POWER), f"/tickets/{ticket.number}/act/resolve"
    form = unit.get(path).get_data(as_text=True)
    assert 'enctype="multipart/form-data"' in form
    token = token_of(unit, path)

    def send(version, content=None, **given):
        data = {"csrf_token": token, "version": version, **given}
        if content is not None:
            data["file"] = (BytesIO(content), "现场.jpg")
        return unit.post(path, data=data)

    wrong = send(ticket.version, b"no picture at all", **DONE)
    assert (wrong.status_code, "路面修好了" in wrong.text) == (422, True)
    assert attachments.of(session, attaching.owner(ticket), with_internal=True) == []
    wrong = send(ticket.version, files.picture(), outcome="solved")  # no reply
    assert wrong.status_code == 422
    assert "已经传了 1 个" in said(wrong)
    seen = re.search(r'name="version"[^>]*value="(\d+)"', wrong.text)[1]
    session.expire_all()
    assert int(seen) == ticket.version

    assert send(seen, **DONE).status_code == 303

    session.expire_all()
    assert ticket.state is S.RESOLVED
    assert len(attachments.of(session, attaching.owner(ticket), with_internal=True)) == 1


def test_who_may_not_resolve_leaves_no_file_behind(as_, session):
    ticket = a_ticket(session, S.HANDLING, category="land_road")
    session.commit()
    clerk = as_(people.CLERK)
    data = {"csrf_token": token_of(clerk, f"/tickets/{ticket.number}"), "version": ticket.version, **DONE}
    sent = {**data, "file": (BytesIO(files.picture()), "现场.jpg")}

    assert clerk.post(f"/tickets/{ticket.number}/act/resolve", data=sent).status_code == 403

    assert attachments.of(session, attaching.owner(ticket), with_internal=True) == []
