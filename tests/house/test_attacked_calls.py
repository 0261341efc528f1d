"""Every call of the API under attack: bodies that are none, fields that are nobody's to set, codes and days that are not.

The calls are found in the description (`calls.py`). Each attack is undone.
"""

import json
import re
from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from chainhub.county.people import service as accounts
from chainhub.county.people.models import User
from tests import people
from tests.api.calling import V1
from tests.house.calls import Call, every_call
from tests.house.siege import nothing
from tests.people import work_of

pytestmark = [pytest.mark.slow, pytest.mark.one_database]

LONG = "a" * 99_999 + "长"
SCRIPT = "<script>alert(1)</script>"
NOT_THEIRS = {
    "state": "closed",
    "number": "EQ-2026-99999",
    "hands": {"close": [1]},
    "round": 9,
    "created_at": "2020-01-01T00:00:00+08:00",
    "filed_by_id": 1,
    "is_open": False,
    "id": 1,
    "role": "sysadmin",
    "__class__": "x",
}
BODIES: tuple[tuple[bytes, str], ...] = (
    (b"", "application/json"),
    (b"[]", "application/json"),
    (b"null", "application/json"),
    (b'"text"', "application/json"),
    (b"{", "application/json"),
    (b"{" * 5000, "application/json"),
    (b"[" * 100_000, "application/json"),
    (b'{"note": "\\ud800"}', "application/json"),
    (b'{"note": "\\u0000x"}', "application/json"),
    (b'{"note": NaN}', "application/json"),
    (b"\xff\xfe{}", "application/json; charset=utf-16"),
    (b"note=1", "application/x-www-form-urlencoded"),
    (b"<a/>", "text/xml"),
    (b"{}", ""),
)
VALUES: tuple[object, ...] = (
    None, " ", "no_such_code", SCRIPT, "坏\x01\u202e了👨‍👩‍👧", "坏\x00了", -1, 10**20, True, [], {}, [[[]]],
    "0000-99-99", "9999-12-31", "0001-01-01T00:00:00+08:00", "2026-03-20T10:00:00",
)  # fmt: skip


@pytest.fixture(scope="module")
def calls(siege) -> list[Call]:
    return list(every_call(siege))


@pytest.fixture(scope="module")
def tokens(siege) -> dict[str, str]:
    mode = {"join_transaction_mode": "create_savepoint", "expire_on_commit": False}
    found = {}
    with Session(siege.connection, **mode) as session:
        for username in {*people.EVERYBODY, "d_science_technology_head"}:
            work = work_of(session, username)
            found[username] = accounts.issue_token(work, session.get_one(User, work.actor.id), "attack")
        session.commit()
    return found


@pytest.fixture
def send(siege, tokens):
    """Make a call, undo it, and return what was wrong with the answer."""
    client = siege.app.test_client()

    def _send(call: Call, name: str, **options) -> list[str]:
        headers = {"Authorization": f"Bearer {tokens[call.username]}", **options.pop("headers", {})}
        with siege.undone(call.username):
            before = siege.rows()
            answer = client.post(call.path, headers=headers, **options)
            return [f"{call.operation} [{name[:60]}]: {one}" for one in _faults(siege, answer, before)]

    return _send


_CHINESE = re.compile("[\u4e00-\u9fff]")


def _words(said: object) -> Iterator[str]:
    """Give every sentence of the errors of an answer, however deep it stands."""
    if isinstance(said, str):
        yield said
    for one in said.values() if isinstance(said, dict) else said if isinstance(said, list) else ():
        yield from _words(one)


def _faults(siege, answer, before) -> Iterator[str]:
    if answer.status_code >= 500:
        yield str(answer.status_code)
        return
    if answer.status_code >= 400:
        if siege.rows() != before:
            yield f"{answer.status_code}, but rows were written"
        if answer.mimetype != "application/problem+json":
            yield f"{answer.status_code} in another shape: {answer.mimetype}"
        elif not _CHINESE.search(answer.json["title"]):
            yield f"{answer.status_code} without a Chinese word"
        else:
            strange = [one for one in _words(answer.json.get("errors", {})) if not _CHINESE.search(one)]
            if strange:
                yield f"{answer.status_code} in another language: {strange}"


def test_a_body_that_is_none_is_refused_in_the_one_shape(calls, send):
    nothing(
        [
            said
            for call in calls
            for body, kind in (BODIES if "actions" not in call.path or "accept" in call.path else BODIES[:4])
            for said in send(call, repr(body[:20]), data=body, content_type=kind)
        ]
    )


def test_no_value_of_any_field_breaks_anything(calls, send):
    wrong, tried = [], set()
    for call in calls:
        for name in call.schema.get("properties", {}):
            if (name, "actions" in call.path) in tried and name in {"note", "version"}:
                continue
            tried.add((name, "actions" in call.path))
            for value in (*VALUES, LONG):
                sent = json.dumps({**call.body(), name: value})
                wrong += send(call, f"{name}={value!r}", data=sent, content_type="application/json")

    nothing(wrong)


def test_what_is_nobodys_to_set_is_refused_and_not_set(siege, calls, tokens):
    """Mass assignment: a state, a number, a time in the body of whatever is sent."""
    client, wrong = siege.app.test_client(), []
    for call in calls:
        if not call.schema:
            continue
        for name, value in NOT_THEIRS.items():
            if name in call.schema.get("properties", {}):
                continue
            headers = {"Authorization": f"Bearer {tokens[call.username]}"}
            with siege.undone(call.username):
                before = siege.rows()
                answer = client.post(call.path, headers=headers, json={**call.body(), name: value})
                if answer.status_code < 400 or siege.rows() != before:
                    wrong.append(f"{call.operation} takes {name}: {answer.status_code}")

    nothing(wrong)


def test_strange_addresses_are_no_accident(siege, tokens):
    client, wrong = siege.app.test_client(), []
    strange = (
        "0",
        "-1",
        "9" * 30,
        "%00",
        "..%2f..%2fetc",
        "%ED%A0%80",
        "x" * 3000,
        "%0d%0aX:1",
        "EQ-2026-00001%00",
    )
    with siege.app.test_request_context():
        rules = list(siege.app.url_map.iter_rules())
    for rule in rules:
        if not rule.arguments or rule.endpoint.endswith("static"):
            continue
        for said in strange:
            path = rule.rule
            for name in rule.arguments:
                begin = path.index(":" + name + ">") if f":{name}>" in path else path.index(f"<{name}>")
                begin = path.rindex("<", 0, begin + 1)
                path = path[:begin] + said + path[path.index(">", begin) + 1 :]
            headers = {"Authorization": f"Bearer {tokens[people.CLERK]}"}
            for method in rule.methods & {"GET", "POST"}:
                user = client if path.startswith("/api/") else siege.as_(people.CLERK)
                answer = user.open(path, method=method, headers=headers)
                if answer.status_code >= 500:
                    wrong.append(f"{method} {path[:80]}: {answer.status_code}")
                if "X" in answer.headers:
                    wrong.append(f"{method} {path[:80]}: a header was written")

    nothing(wrong)


def test_strange_questions_are_no_accident(siege, tokens):
    """What stands behind the question mark: searches, cursors, filters."""
    names = (
        "q", "cursor", "after", "before", "state", "unit", "category", "kind", "light", "order", "limit", "chain",
        "enterprise", "due_before", "from_day", "to_day", "flag", "route", "look", "pick", "next", "to", "verdict",
    )  # fmt: skip
    values = ("\x00", "长" * 300 + "_%_'\"--;" * 20, "9" * 30, '"a" OR * ((((')
    client, wrong = siege.app.test_client(), []
    headers = {"Authorization": f"Bearer {tokens[people.CLERK]}"}
    pages = [
        rule.rule for rule in siege.app.url_map.iter_rules() if "GET" in rule.methods and not rule.arguments
    ]
    for path in pages:
        if path in {"/readyz", "/metrics"} or path.startswith("/static"):
            continue
        for value in values:
            asked = dict.fromkeys(names, value)
            tries = [{name: value} for name in names] if path == f"{V1}/tickets" else [asked]
            for one in tries:
                user = (
                    client
                    if path.startswith("/api/")
                    else siege.as_("xitong" if "/admin/" in path else people.CLERK)
                )
                answer = user.get(path, query_string=one, headers=headers)
                if answer.status_code >= 500:
                    wrong.append(f"{path} {next(iter(one))}={value[:20]!r}: {answer.status_code}")

    nothing(wrong)


REFUSED = {
    "confirm_guides": 409,
    "ask": 409,
    "reply_up": 409,
    "whistle": 409,
    "confirm_whistle": 409,
    "refuse_whistle": 409,
    "supervise": 409,
    "sign_supervision": 409,
    "drop_supervision": 409,
    "echo_common_issue": 409,
    "switch_medium": 409,
    "attach": 422,
    "add_to_appeal": 422,
    "ask_import": 422,
    "scan": 422,
    "photograph": 422,
    "record_site_visit": 422,
    "draft_case": 409,
    "decide_case": 409,
    "act_resolve": 422,
    "act_merge": 404,
    "bulk": 422,
    "open_common_issue": 422,
    "add_common_tickets": 422,
    "put_topic_back": 409,
    "confirm_address": 422,
    "open_rotation": 409,
    "join_rotation": 409,
    "announce_session": 409,
    "pin_session": 409,
    "reschedule_session": 409,
    "hold_session": 409,
    "write_up_session": 409,
    "close_session": 409,
    "ask_swap": 409,
    "upload_to_session": 422,
    "decide_at_session": 409,
    "rate_session": 403,
    "forgive_rotation": 422,
    "write_up_occasion": 409,
    "reschedule_occasion": 409,
    "ask_visit": 409,
}
"""Calls that this county refuses as it stands, or that take more than a body: what their own body is answered with."""


def test_what_somebody_would_send_is_taken(siege, calls, tokens):
    """So that the attacks reach what lies behind the shape of a body."""
    client, wrong = siege.app.test_client(), []
    for call in calls:
        with siege.undone(call.username):
            headers = {"Authorization": f"Bearer {tokens[call.username]}"}
            answer = client.post(call.path, headers=headers, json=call.body())
            if answer.status_code >= 400 and answer.status_code != REFUSED.get(call.operation):
                wrong.append(f"{call.operation} {call.path}: {answer.status_code} {answer.json}")

    nothing(wrong)


def test_every_call_that_writes_is_among_them(siege, calls):
    there = {
        rule.endpoint.partition(".")[2]
        for rule in siege.app.url_map.iter_rules()
        if rule.rule.startswith("/api/") and rule.methods & {"POST", "PUT", "PATCH", "DELETE"}
    }

    assert {one.operation for one in calls} == there
