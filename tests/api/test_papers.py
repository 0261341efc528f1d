"""文书 of a ticket by program: listed, issued once, fetched."""

import pytest

from chainhub.tickets.workflow import State
from tests import people
from tests.api.calling import V1, given, refused
from tests.builders import a_ticket

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite


def test_a_program_lists_issues_and_fetches_papers(caller, session):
    ticket = a_ticket(session, State.DISPATCHED)
    session.commit()
    program, path = caller(people.DISPATCHER), f"/tickets/{ticket.number}/papers"

    listed = given(program.get(path))["items"]
    assert [(one["kind"], one["number"], one["may_issue"]) for one in listed] == [
        ("assignment_slip", None, True),
        ("case_sheet", None, True),
    ]
    made = given(program.post(path, json={"kind": "assignment_slip", "subject": listed[0]["subject"]}), 201)
    assert (made["number"], made["label"], made["may_issue"]) == ("2026-0001", "交办单", False)
    assert given(program.post(path, json={"kind": "assignment_slip"}), 201) == made
    file = program.get(made["url"].removeprefix(V1))
    assert file.data.startswith(b"PK")
    assert file.headers["Content-Disposition"].startswith("attachment; ")


def test_papers_are_refused_to_programs_in_the_one_shape(caller, session):
    ticket = a_ticket(session, State.DISPATCHED)
    session.commit()
    path = f"/tickets/{ticket.number}/papers"

    refused(caller(people.DISPATCHER).post(path, json={"kind": "love_letter"}), 422, "invalid")
    refused(caller(people.DISPATCHER).post(path, json={"kind": "closure_form"}), 403, "not_allowed")
    refused(caller(people.CLERK).post(path, json={"kind": "closure_form"}), 409, "forbidden_now")
    refused(caller(people.OWNER).post(path, json={"kind": "case_sheet"}), 403, "not_allowed")
    refused(caller(people.STRANGER).get(path), 404, "not_found")
    refused(caller(people.DISPATCHER).get(f"{path}/99"), 404, "not_found")
