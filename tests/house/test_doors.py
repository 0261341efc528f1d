"""Every door is guarded, lets nobody in whom its guard does not name, and breaks for nobody."""

import re
from dataclasses import dataclass

import pytest
from flask import Flask
from werkzeug.routing import AnyConverter, IntegerConverter, Rule

from chainhub.tickets.workflow import Action, State
from chainhub.web import doors
from tests import people
from tests.builders import a_ticket
from tests.web_client import token_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite


PUBLIC = {
    "people.sign_in",
    "people.sign_out",
    "people.elder",
    "tickets.report",  # whoever read the code of an enterprise is told what to do, and nothing else
    "operations.healthz",
    "operations.readyz",
    "operations.metrics",  # loopback or a token of its own
    "api.index",
    "api.openapi",
    "api_people.issue_token",
    "codes.ask",  # signing in by text message
    "codes.enter",
    "tickets.answer_link",  # its address is signed: who has it is who was asked
    "tickets.answer_by_link",
    "tickets.answered",
    "tickets.outside_answer",  # the same: an outside party has no account
    "tickets.outside_answered",
    "tickets.outside_thanks",
    "around.arrive",  # the code at a venue: signed, good on its day; whoever stands there signs in
    "around.arrive_now",
    "around.arrived",
    "calendars.feed",  # a calendar program cannot sign in: its address is secret, and revocable
    "calendars.rotation_feed",
}
"""Doors that anybody may open, signed in or not. A new one is a decision: it is written down here."""

SOME = (
    Action.ACCEPT,
    Action.CONFIRM,
    Action.RESOLVE,
    Action.MERGE,
)  # by each side, and one that is not built yet
NOBODYS = "CH-2026-99999"  # a number that was never given out
OUTSIDERS = (
    people.STRANGER,  # an enterprise of another chain
    people.GUIDE,  # looks after another enterprise
    people.CLERK,  # of another chain
    people.DISPATCHER,
    people.POWER,  # a unit that it was never sent to
    people.CHIEF,  # of another chain
    people.PRINCIPAL,  # of the whole county, but it is confidential
    people.CALLER,
    people.LIAISON,
)


TITLE = "保密的一件：配方被人抄了"


@dataclass(frozen=True)
class Door:
    """One address with one method, its variable parts filled."""

    endpoint: str
    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@pytest.fixture
def secret(session):
    """A confidential ticket of a chemical enterprise, seen by its owner and her own chain alone."""
    ticket = a_ticket(session, State.SUBMITTED, username="q_jietan_biaochu", confidential=True, title=TITLE)
    session.commit()
    return ticket.number


def test_every_route_has_a_guard_or_is_on_the_short_list(app):
    with app.app_context():
        guards = {rule.endpoint: doors.guard_of(rule.endpoint) for rule in _rules(app)}

    assert not sorted(name for name, guard in guards.items() if guard is None)
    assert {name for name, guard in guards.items() if guard and guard.public} == PUBLIC


def test_who_is_not_signed_in_comes_through_no_other_door(app, client, secret):
    for door in _doors(app, secret):
        if door.endpoint in PUBLIC:
            continue
        answer = client.open(door.path, method=door.method)

        # Without a token of the page a POST is refused even before it is asked who sends it.
        assert answer.status_code in ({303} if door.method == "GET" else {303, 400}), str(door)
        assert answer.status_code == 400 or "/sign-in" in answer.location, str(door)


@pytest.mark.parametrize("username", people.EVERYBODY)
def test_every_page_answers_everybody_and_opens_to_those_it_names(app, as_, session, secret, username):
    client = as_(username)
    roles = people.actor(session, username).roles

    for door in _doors(app, secret):
        if door.method != "GET" or door.endpoint in PUBLIC:
            continue
        status = client.get(door.path).status_code

        with app.app_context():
            guard = doors.guard_of(door.endpoint)
        assert status < 500, f"{door}: {status}"
        if guard.roles and not guard.roles & roles:
            assert status in {403, 404}, f"{door}: {status}"
        elif "/x/" in f"{door.path}/":
            assert status in {403, 404}, f"{door}: {status}"  # nobody's code
        elif "<" not in door.endpoint and secret not in door.path and "1" not in door.path:
            assert status == 200, f"{door}: {status}"


@pytest.mark.parametrize("username", OUTSIDERS)
def test_a_strangers_ticket_is_not_there_whatever_door_is_tried(app, as_, session, secret, username):
    client = as_(username)
    roles = people.actor(session, username).roles
    token = token_of(client, "/password")

    actions = tuple(Action) if username in {people.STRANGER, people.CLERK} else SOME

    for door, same in zip(_doors(app, secret, actions), _doors(app, NOBODYS, actions), strict=True):
        if secret not in door.path:
            continue
        with app.app_context():
            guard = doors.guard_of(door.endpoint)
        given = {"csrf_token": token, "version": "1", "note": "看看在不在"}
        answer = client.open(door.path, method=door.method, data=given if door.method == "POST" else None)
        never = client.open(same.path, method=same.method, data=given if same.method == "POST" else None)

        # What is somebody else's and what never was are told apart by nothing in the answer.
        if door.endpoint == "tickets.answer" and answer.status_code == 303:
            continue  # “没说清楚” leads to the form, which is not there
        assert answer.status_code == (404 if guard.roles & roles or not guard.roles else 403), (
            f"{door}: {answer.status_code}"
        )
        assert _plain(answer, secret) == _plain(never, NOBODYS), str(door)


def test_a_confidential_ticket_is_in_nobodys_list_and_search(as_, secret):
    for username in OUTSIDERS:
        client = as_(username)
        for path in ("/", "/tickets", f"/tickets?q={secret}", "/tickets?q=保密", "/inbox"):
            assert TITLE not in client.get(path).get_data(as_text=True), f"{username} {path}"


def _plain(answer, number: str) -> str:
    """The answer without what differs between any two: the number that was asked for, the token and the key of its forms."""
    text = re.sub(r'name="(?:csrf_token|form_key)"[^>]*value="[^"]+"', "", answer.get_data(as_text=True))
    return text.replace(number, "…")


def _rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def _doors(app: Flask, number: str, actions: tuple[Action, ...] = SOME) -> list[Door]:
    """Every route for people, with each method; in place of its variable parts a ticket, an action, the id 1."""
    found = []
    with app.test_request_context():
        for rule in _rules(app):
            if rule.rule.startswith("/api/"):
                continue  # its door is a token: tests/api
            for values in _fillings(rule, number, actions):
                path = app.url_map.bind("localhost").build(
                    rule.endpoint, values, method="GET" if "GET" in rule.methods else None
                )
                found += [
                    Door(rule.endpoint, method, path) for method in sorted(rule.methods & {"GET", "POST"})
                ]
    return found


def _fillings(rule: Rule, number: str, actions: tuple[Action, ...]) -> list[dict[str, object]]:
    if "action" in rule.arguments:
        return [{**_filling(rule, number), "action": action} for action in actions]
    return [_filling(rule, number)]


def _filling(rule: Rule, number: str) -> dict[str, object]:
    values: dict[str, object] = {}
    for name, converter in rule._converters.items():
        if isinstance(converter, IntegerConverter):
            values[name] = 1
        elif isinstance(converter, AnyConverter):
            values[name] = sorted(converter.items)[0] if hasattr(converter, "items") else "yes"
        else:
            values[name] = number if name == "number" else "x"
    return values
