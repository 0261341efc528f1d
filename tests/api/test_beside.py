"""By program: the paper of a 批示, photos of a 随手转办, who else is looking."""

import pytest

from chainhub.tickets.service import passing
from chainhub.tickets.workflow import State
from tests import files, people
from tests.api.calling import given, refused
from tests.builders import a_ticket
from tests.people import CHIEF, CLERK, GUIDE, LIAISON, OWNER, POWER, POWER_DEPUTY, STRANGER, TRANSPORT

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

WORD = {"text": "请拿出方案，报我。", "unit": people.POWER_UNIT, "due_on": "2026-03-06"}


@pytest.fixture
def ticket(session):
    made = a_ticket(session, State.HANDLING)
    session.commit()
    return made


def test_a_handwriting_is_added_by_who_wrote_it_down_and_stays_with_the_staff(caller, ticket):
    word = {**WORD, "on_behalf_of": "县长 栾既明"}
    made = given(caller(LIAISON).post(f"/tickets/{ticket.number}/instructions", json=word), 201)
    path = f"/instructions/{made['id']}/scan"

    refused(caller(STRANGER).post(path, **files.form(file=(files.PDF, "a.pdf"))), 404)
    refused(caller(OWNER).post(path, **files.form(file=(files.PDF, "a.pdf"))), 404)
    for username in (CHIEF, POWER, CLERK):
        refused(caller(username).post(path, **files.form(file=(files.PDF, "a.pdf"))), 403)
    refused(caller(LIAISON).post(path, json={}), 422)
    refused(caller(LIAISON).post(path, **files.form(file=(b"MZ", "a.jpg"))), 422)
    refused(caller(LIAISON).post(path, **files.form(file=(files.PDF, "a.pdf"), note="x")), 422)
    sent = files.form(file=(files.from_a_phone(), "批示件.jpg"))
    (one,) = given(caller(LIAISON).post(path, **sent), 201)["items"]

    assert (one["name"], one["type"], one["internal"]) == ("批示件.jpg", "image/jpeg", True)
    seen = given(caller(POWER).get(f"/tickets/{ticket.number}/attachments"))["items"]
    assert [each["id"] for each in seen] == [one["id"]]
    assert given(caller(OWNER).get(f"/tickets/{ticket.number}/attachments"))["items"] == []


def test_a_photo_goes_along_with_what_was_passed_on(caller):
    text = {"text": "砚禾齿轮停电了，找陶总 13912342076", "enterprise": people.FIRM}
    made = given(caller(GUIDE).post("/pass-on", json=text), 201)
    path = f"/pass-on/{made['id']}/attachments"

    def photo():  # a stream is read once
        return files.form(file=(files.from_a_phone(), "电表.jpg"))

    refused(caller(OWNER).post(path, **photo()), 403)
    refused(caller(CLERK).post(path, **photo()), 404)
    refused(caller(GUIDE).post(path, **files.form(file=(b"", "空.jpg"))), 422)
    (one,) = given(caller(GUIDE).post(path, **photo()), 201)["items"]
    assert (one["name"], one["type"]) == ("电表.jpg", "image/jpeg")

    number = given(caller(OWNER).post(f"/pass-on/{made['id']}/confirm", json={}))["ticket"]
    listed = given(caller(CLERK).get(f"/tickets/{number}/attachments"))["items"]
    assert [each["sha256"] for each in listed] == [one["sha256"]]
    refused(caller(GUIDE).post(path, **photo()), 409, "wrong_state")


def test_who_else_is_looking_is_told_among_the_staff_alone(caller, ticket):
    path = f"/tickets/{ticket.number}/looking"

    assert given(caller(POWER).post(path)) == {"words": ""}
    assert given(caller(POWER_DEPUTY).post(path)) == {"words": "韩砚也在看"}
    assert given(caller(OWNER).post(path)) == {"words": ""}
    assert "陶" not in given(caller(POWER).post(path))["words"]
    refused(caller(TRANSPORT).post(path), 404)


def test_the_service_refuses_by_itself(session):
    from chainhub.core.errors import NotFound
    from tests.people import work_of

    made = passing.write(work_of(session, GUIDE), passing.Word(people.FIRM, "", "停电了"))
    for username in (CLERK, OWNER, STRANGER):
        with pytest.raises(NotFound):
            passing.demand_own(work_of(session, username), made.id)
