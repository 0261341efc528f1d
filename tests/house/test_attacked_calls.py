"""Every call of the API under attack: bodies that are none, fields that are nobody's to set, codes and days that are not.

The operations are those of the description, so that a new one is tried by itself. Each attack is undone.
"""

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass

import pytest

from chainhub.county.people import service as accounts
from chainhub.county.people.models import User
from chainhub.tickets.workflow import TABLE, Action
from tests import people
from tests.api.calling import V1
from tests.builders import SOON
from tests.house.targets import WHO
from tests.house.test_attacked_forms import _nothing, siege  # noqa: F401  # the same county
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
SAYS = {
    "title": "厂门口的路",
    "content": "厂门口的路坏了三个月。",
    "text": "砚禾齿轮说锅炉漏水，请派人看。",
    "kind": "help",
    "category": "energy",
    "enterprise": people.FIRM,
    "unit": people.POWER_UNIT,
    "lead_unit": people.POWER_UNIT,
    "units": [people.POWER_UNIT],
    "due_on": SOON.isoformat(),
    "until": "2026-03-25",
    "review_on": SOON.isoformat(),
    "person": people.POWER,
    "people": "韩砚等 2 人",
    "username": people.OWNER,
    "password": "chainhub-demo",
    "name": "试验",
    "successor": people.POWER_DEPUTY,
    "substitute": people.CLOSER,
    "from_on": "2026-03-09",
    "until_on": "2026-03-10",
    "raised_on": "2026-02-25",
    "solved_on": "2026-02-26",
    "action": "answer",
    "label": "已办",
    "outcome": "solved",
    "share": "co",
    "on": True,
    "done": True,
    "item": "site",
    "level": 1,
    "source": "12345",
    "hosts": [people.FIRM],
    "other_session": 2,
    "months": 2,
    "month": 2,
    "week": 3,
    "weekday": 5,
    "starts": "14:00",
    "at_once": 1,
    "bar": 1,
    "chain": "equipment",
    "version": 1,
}


@dataclass(frozen=True)
class Call:
    """One operation: who calls it where, what it takes."""

    username: str
    path: str
    operation: str
    schema: dict

    def body(self) -> dict:
        """Return a body as somebody would send it: what is required, each by its name."""
        wanted = self.schema.get("required", [])
        return {name: deepcopy(self.given.get(name, SAYS.get(name, "写明情况"))) for name in wanted}

    @property
    def given(self) -> dict:
        """What this operation takes otherwise than others do."""
        return _THERE.get(self.operation, {})


_THERE: dict[str, dict] = {
    "ask": {"kind": "consultation"},
    "issue_paper": {"kind": "case_sheet"},
    "pin_session": {"on": SOON.isoformat()},
    "reschedule_session": {"on": SOON.isoformat()},
}


def _calls(siege) -> Iterator[Call]:  # noqa: F811
    """Give every operation that writes, at a ticket or a thing of this county."""
    described = siege.app.test_client().get(f"{V1}/openapi.json").json
    schemas = described["components"]["schemas"]
    for path, operations in described["paths"].items():
        if "post" not in operations:
            continue
        said = operations["post"]
        content = said.get("requestBody", {}).get("content", {}).get("application/json")
        named = content["schema"]["$ref"].rsplit("/", 1)[1] if content else ""
        username, number = _who(siege, path)
        where = path
        for part in ("number", "id_", "request", "code"):
            value = {"number": number, "code": people.POWER_UNIT}.get(part, "1")
            where = where.replace(f"{{{part}}}", value)
        yield Call(username, where, said["operationId"], schemas.get(named, {}))


BY = {
    "ask": people.POWER,
    "attach": people.OWNER,
    "checklist": people.POWER,
    "report-in": people.POWER,
    "instructions": people.CHIEF,
    "supervisions": people.CLERK,
    "requests": people.POWER,
    "handovers": people.POWER,
    "responsibilities": people.REVIEWER,
    "units": "xitong",
    "approve": people.CLERK,
    "reject": people.CLERK,
    "sign": people.CHIEF,
    "drop": people.CHIEF,
    "answer": people.POWER_DEPUTY,
    "progress": people.DISPATCHER,
    "close": people.DISPATCHER,
}


def _who(siege, path: str) -> tuple[str, str]:  # noqa: F811
    """Return who may make a call, and the number of a ticket at which it can be made."""
    words = path.removeprefix(V1).strip("/").split("/")
    if "actions" in words and words[0] == "tickets":
        action = Action(words[-1])
        listed = [row for row in TABLE if row.action is action]
        row = next((row for row in listed if row.source in siege.scene.numbers), listed[0])
        users = [name for part in sorted(row.who, key=str) for name in WHO.get(part, ())]
        special = siege.scene.special.get(action)
        return users[-1] if users else people.CLERK, special[0] if special else siege.scene.numbers[
            row.source
        ]
    mine = next((BY[word] for word in reversed(words) if word in BY), people.CLERK)
    if words[-1] in {"echo", "confirm"} and words[0] != "whistles":
        mine = people.OWNER
    return mine, siege.scene.busy


@pytest.fixture(scope="module")
def calls(siege) -> list[Call]:  # noqa: F811
    return list(_calls(siege))


@pytest.fixture(scope="module")
def tokens(siege) -> dict[str, str]:  # noqa: F811
    from sqlalchemy.orm import Session

    mode = {"join_transaction_mode": "create_savepoint", "expire_on_commit": False}
    found = {}
    with Session(siege.connection, **mode) as session:
        for username in {*people.EVERYBODY}:
            work = work_of(session, username)
            found[username] = accounts.issue_token(work, session.get_one(User, work.actor.id), "attack")
        session.commit()
    return found


@pytest.fixture
def send(siege, tokens):  # noqa: F811
    """Make a call, undo it, and return what was wrong with the answer."""
    client = siege.app.test_client()

    def _send(call: Call, name: str, **options) -> list[str]:
        headers = {"Authorization": f"Bearer {tokens[call.username]}", **options.pop("headers", {})}
        with siege.undone(call.username):
            before = siege.rows()
            answer = client.post(call.path, headers=headers, **options)
            return [f"{call.operation} [{name[:60]}]: {one}" for one in _faults(siege, answer, before)]

    return _send


def _faults(siege, answer, before) -> Iterator[str]:  # noqa: F811
    if answer.status_code >= 500:
        yield str(answer.status_code)
        return
    if answer.status_code >= 400:
        if siege.rows() != before:
            yield f"{answer.status_code}, but rows were written"
        if answer.mimetype != "application/problem+json":
            yield f"{answer.status_code} in another shape: {answer.mimetype}"
        elif not any("\u4e00" <= one <= "\u9fff" for one in answer.json["title"]):
            yield f"{answer.status_code} without a Chinese word"


def test_a_body_that_is_none_is_refused_in_the_one_shape(calls, send):
    _nothing(
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

    _nothing(wrong)


def test_what_is_nobodys_to_set_is_refused_and_not_set(siege, calls, tokens):  # noqa: F811
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

    _nothing(wrong)


def test_strange_addresses_are_no_accident(siege, tokens):  # noqa: F811
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

    _nothing(wrong)


def test_strange_questions_are_no_accident(siege, tokens):  # noqa: F811
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

    _nothing(wrong)


def test_every_call_that_writes_is_among_them(siege, calls):  # noqa: F811
    there = {
        rule.endpoint.partition(".")[2]
        for rule in siege.app.url_map.iter_rules()
        if rule.rule.startswith("/api/") and rule.methods & {"POST", "PUT", "PATCH", "DELETE"}
    }

    assert {one.operation for one in calls} == there
