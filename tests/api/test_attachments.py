"""Files of a ticket by program: who may, who may not see, and what a download may do."""

from io import BytesIO

import pytest
from sqlalchemy import select

from chainhub.documents.attachments.models import Attachment
from chainhub.tickets.models import Ticket, TicketEvent
from chainhub.tickets.workflow import Action, State
from tests import files, people
from tests.api.calling import given, refused
from tests.builders import a_ticket

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

CONTENT = "厂门口公交站牌挡视线，大货车出门看不见左边来车。"
NEW = "/tickets/new"
ADDS = (
    people.OWNER,
    people.GUIDE,
    people.CLERK,
    people.CLOSER,
    people.DISPATCHER,
    people.REVIEWER,
    people.POWER,
    people.POWER_DEPUTY,
)
READS = (people.CHIEF, people.PRINCIPAL, people.LIAISON)
SEES_NOTHING = (people.STRANGER, people.TRANSPORT, people.CALLER)
STAFF = (people.CLERK, people.DISPATCHER, people.POWER, people.CHIEF)


@pytest.fixture
def ticket(session) -> Ticket:
    made = a_ticket(session, State.HANDLING)
    session.commit()
    return made


def _send(program, number: str, content: bytes = files.PDF, name: str = "增容申请.pdf", **fields):
    return program.post(f"/tickets/{number}/attachments", **files.form(file=(content, name), **fields))


@pytest.mark.parametrize("username", ADDS)
def test_who_handles_or_requested_it_attaches_and_it_stands_in_the_history(caller, session, ticket, username):
    (made,) = given(_send(caller(username), ticket.number), 201)["items"]

    assert (made["name"], made["type"], made["internal"]) == ("增容申请.pdf", "application/pdf", False)
    event = session.scalars(
        select(TicketEvent).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.seq.desc())
    ).first()
    assert event.action is Action.ATTACH
    assert event.source is event.target is State.HANDLING
    assert event.data["files"] == [
        {"id": made["id"], "name": "增容申请.pdf", "size": len(files.PDF), "sha256": made["sha256"]}
    ]
    assert session.get(Attachment, made["id"]).event_seq == event.seq


@pytest.mark.parametrize("username", READS)
def test_who_only_reads_is_refused_and_may_download(caller, ticket, username):
    (made,) = given(_send(caller(people.OWNER), ticket.number), 201)["items"]

    refused(_send(caller(username), ticket.number), 403)
    assert given(caller(username).get(f"/tickets/{ticket.number}/attachments"))["items"] == [made]
    answer = caller(username).get(made["url"].removeprefix("/api/v1"))
    assert answer.data == files.PDF


@pytest.mark.parametrize("username", [*SEES_NOTHING, "xitong", "anquan", "shenji"])
def test_whose_ticket_it_is_not_finds_nothing(caller, ticket, username):
    (made,) = given(_send(caller(people.OWNER), ticket.number), 201)["items"]

    refused(_send(caller(username), ticket.number), 404)
    refused(_send(caller(username), ticket.number, b"x"), 404)
    refused(caller(username).get(f"/tickets/{ticket.number}/attachments"), 404)
    refused(caller(username).get(made["url"].removeprefix("/api/v1")), 404)


def test_what_is_internal_is_hidden_from_the_firm_and_its_guide(caller, ticket):
    path = f"/tickets/{ticket.number}"
    (made,) = given(_send(caller(people.POWER), ticket.number, name="内部核算.pdf", internal="true"), 201)[
        "items"
    ]
    own = made["url"].removeprefix("/api/v1")

    for username in (people.OWNER, people.GUIDE):
        assert given(caller(username).get(f"{path}/attachments"))["items"] == []
        refused(caller(username).get(own), 404)
        assert "内部核算" not in caller(username).get(f"{path}/events").text
    for username in STAFF:
        assert given(caller(username).get(f"{path}/attachments"))["items"] == [made]
        assert caller(username).get(own).status_code == 200
        assert (
            "内部核算"
            in given(caller(username).get(f"{path}/events"))["items"][0]["data"]["files"][0]["name"]
        )


@pytest.mark.parametrize("username", [people.OWNER, people.GUIDE])
def test_the_firms_side_hides_nothing(caller, ticket, username):
    wrong = refused(_send(caller(username), ticket.number, internal="true"), 422)

    assert set(wrong["errors"]) == {"internal"}
    assert given(caller(username).get(f"/tickets/{ticket.number}/attachments"))["items"] == []


def test_an_attachment_of_another_ticket_is_not_found_under_this_one(caller, session, ticket):
    other = a_ticket(session, State.SUBMITTED)
    session.commit()
    (made,) = given(_send(caller(people.OWNER), ticket.number), 201)["items"]

    refused(caller(people.OWNER).get(f"/tickets/{other.number}/attachments/{made['id']}"), 404)
    refused(caller(people.OWNER).get(f"/tickets/{ticket.number}/attachments/{10**20}"), 404)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "file"),
        ({"file": "words"}, "file"),
        ({"file": (b"MZ", "a.pdf")}, "file"),
        ({"file": (files.PDF, "a.pdf"), "internal": "perhaps"}, "internal"),
        ({"file": (files.PDF, "a.pdf"), "note": "x"}, "note"),
        ({"file": (files.PDF, "a.pdf"), "other": (b"x", "b.pdf")}, "other"),
    ],
)
def test_what_is_wrong_is_said_by_field(caller, ticket, body, field):
    answer = caller(people.POWER).post(f"/tickets/{ticket.number}/attachments", **files.form(**body))

    assert field in refused(answer, 422)["errors"]


def test_json_is_no_file(caller, ticket):
    wrong = refused(caller(people.POWER).post(f"/tickets/{ticket.number}/attachments", json={}), 422)

    assert "multipart/form-data" in wrong["errors"]["file"][0]


def test_an_end_takes_no_more(caller, session):
    ended = a_ticket(session, State.CLOSED)
    session.commit()

    refused(_send(caller(people.OWNER), ended.number), 409, "wrong_state")


# Sizes


def test_only_where_files_are_taken_a_large_body_is(caller, ticket):
    large = b"%PDF-1.4\n" + b"0" * (5 * 1024 * 1024) + b"%%EOF"

    given(_send(caller(people.POWER), ticket.number, large), 201)
    refused(caller(people.OWNER).post("/tickets", data=large, content_type="application/json"), 413)


def test_one_that_is_too_large_is_refused_in_words(caller, ticket):
    wrong = refused(_send(caller(people.POWER), ticket.number, b"%PDF-" + b"0" * (21 * 1024 * 1024)), 422)

    assert "21.0 MB，一个文件最多 20 MB" in wrong["errors"]["file"][0]


def test_a_stranger_at_the_door_sends_nothing_large(client, ticket):
    answer = client.post(
        f"/api/v1/tickets/{ticket.number}/attachments", data={"file": (BytesIO(files.PDF), "a.pdf")}
    )

    assert answer.status_code == 401


# Downloads


@pytest.mark.parametrize("door", ["", "/api/v1"])
def test_a_download_runs_nothing(as_, caller, ticket, door):
    (paper,) = given(_send(caller(people.POWER), ticket.number), 201)["items"]
    (photo,) = given(_send(caller(people.POWER), ticket.number, files.from_a_phone(), "现场.heic"), 201)[
        "items"
    ]

    for made, disposition, kind in (
        (paper, "attachment", "application/pdf"),
        (photo, "inline", "image/jpeg"),
    ):
        path = f"/tickets/{ticket.number}/attachments/{made['id']}"
        answer = caller(people.OWNER).get(path) if door else as_(people.OWNER).get(path)
        assert answer.status_code == 200
        assert answer.mimetype == kind
        assert answer.headers["Content-Disposition"].startswith(f"{disposition}; filename=")
        assert "filename*=UTF-8''%E" in answer.headers["Content-Disposition"]
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
    assert photo["name"] == "现场.jpg"
    assert files.PLACE.encode() not in answer.data
