"""Every page by every role that meets tickets: nothing breaks, and nobody reads what is somebody else's.

Made from the map of addresses, so that a new door is tried by itself. The rows of a county that are hard to keep apart
stand behind it: a confidential complaint with a note, a whistle, a request, a supervision and a handover.
"""

import json

import pytest
from werkzeug.routing import AnyConverter, IntegerConverter

from chainhub.core import clock
from chainhub.county.people import service as accounts
from chainhub.county.people.models import User
from chainhub.tickets.service import handing, noting, passing, requests, supervisions, whistles
from chainhub.tickets.terms import Kind, RequestKind
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.builders import a_ticket, move
from tests.people import NOW, work_of
from tests.web_client import token_of, words_of

pytestmark = [pytest.mark.slow, pytest.mark.one_database]

TITLE = "丙戌号配方外泄"
CONTENT = "辰巳号车间的配方被人抄走，午未号电话里说过。"
NOTE = "申酉内部备注"
HEARD = "戊己号锅炉漏水"
NAMED = {"kind": Kind.COMPLAINT, "complained_unit": people.TRANSPORT_UNIT, "confidential": True}
INSIDE = {people.OWNER, people.CLERK, people.CLOSER, people.DISPATCHER, people.REVIEWER}
INSIDE |= {people.POWER, people.POWER_DEPUTY}
EVERY_ROLE = (
    people.OWNER,
    people.STRANGER,
    people.GUIDE,
    people.CLERK,
    people.DISPATCHER,
    people.TRANSPORT,  # complained of
    people.CHIEF,
    people.LIAISON,
    people.CALLER,
)
SOME = ("accept", "dispatch", "resolve", "confirm")  # by each side; the rest stand in test_doors
MAY_BE_AWAY = "/readyz"  # says 503 while no scheduler runs
LEAVES = {"people.sign_out", "people.sign_in"}  # after them it is nobody who knocks


@pytest.fixture(autouse=True)
def hands(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW.replace(hour=11))


@pytest.fixture
def secret(session):
    """A confidential complaint about 交通运输局 in the hands of 供电公司, with everything that may stand beside one."""
    at = NOW.replace(hour=10)
    ticket = a_ticket(session, State.HANDLING, title=TITLE, content=CONTENT, **NAMED)
    move(session, ticket, people.POWER, Action.ASSIGN, at, person=people.POWER)
    noting.note(work_of(session, people.CLERK, at), ticket.number, NOTE)
    whistles.blow(work_of(session, people.CLERK, at), ticket.number, "都来", [people.POWER_UNIT])
    asked = requests.Asked(RequestKind.CONSULTATION, "请会商")
    requests.ask(work_of(session, people.POWER, at), ticket.number, asked)
    supervisions.propose(work_of(session, people.CLERK, at), ticket.number, NOTE)
    handing.hand_over(work_of(session, people.POWER, at), people.POWER, people.POWER_DEPUTY, NOTE)
    word = passing.Word(people.FIRM, HEARD, f"{HEARD}，请派人看")
    passing.write(work_of(session, people.GUIDE, at), word)
    session.commit()
    return ticket.number


@pytest.mark.parametrize("username", EVERY_ROLE)
def test_whatever_page_is_asked_for_it_answers_and_tells_nothing_of_others(app, as_, secret, username):
    client = as_(username)
    token = token_of(client, "/password")

    for rule, path in _addresses(app, secret):
        if path.startswith("/api/"):
            continue
        if "GET" in rule.methods:
            _judge(client.get(path), username, path, secret)
        if "POST" in rule.methods and rule.endpoint not in LEAVES:
            _judge(client.post(path, data={"csrf_token": token}), username, path, secret)
    _judge(client.get(f"/tickets?q={TITLE}"), username, "search", secret)


def _judge(answer, username: str, path: str, number: str) -> None:
    assert answer.status_code < 500 or path.endswith(MAY_BE_AWAY), f"{username} {path}: {answer.status_code}"
    text = words_of(answer)
    if answer.mimetype and answer.mimetype.endswith("json") and text:
        text = json.dumps(json.loads(text), ensure_ascii=False)
    secrets = [] if username in INSIDE else [TITLE, CONTENT[:8], NOTE]
    if username not in INSIDE and number not in path and path != "search":
        secrets.append(number)
    if username == people.OWNER:
        secrets.append(NOTE)
    if username not in {people.OWNER, people.GUIDE}:
        secrets.append(HEARD)
    for secret in secrets:
        assert path == "search" and secret == TITLE or secret not in text, f"{username} {path}: {secret}"


def _addresses(app, number: str):
    """Every route with its variable parts filled: the ticket, each action, the first of every other row."""
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        for rule in app.url_map.iter_rules():
            if rule.endpoint == "static" or rule.endpoint.endswith(".static"):
                continue
            for action in SOME if "action" in rule.arguments else ("",):
                values = {
                    name: _value(name, converter, number, action)
                    for name, converter in rule._converters.items()
                }
                method = "GET" if "GET" in rule.methods else None
                yield rule, adapter.build(rule.endpoint, values, method=method)


def _value(name: str, converter, number: str, action: str):
    if isinstance(converter, IntegerConverter):
        return 1
    if isinstance(converter, AnyConverter):
        return sorted(converter.items)[0] if hasattr(converter, "items") else "yes"
    return {"number": number, "action": action}.get(name, "x")


@pytest.mark.parametrize("username", EVERY_ROLE)
def test_whatever_a_program_asks_for_it_answers_and_tells_nothing_of_others(app, session, secret, username):
    work = work_of(session, username)
    token = accounts.issue_token(work, session.get_one(User, work.actor.id), "every route")
    session.commit()
    client, headers = app.test_client(), {"Authorization": f"Bearer {token}"}

    for rule, path in _addresses(app, secret):
        if not path.startswith("/api/"):
            continue
        if "GET" in rule.methods:
            _judge(client.get(path, headers=headers), username, path, secret)
        if "POST" in rule.methods:
            _judge(client.post(path, headers=headers, json={}), username, path, secret)
    _judge(client.get(f"/api/v1/tickets?q={TITLE}", headers=headers), username, "search", secret)
