"""Whatever the description allows, and much that it does not: never an accident, never an answer it does not name."""

from dataclasses import dataclass, field

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from chainhub.core.actor import Role
from chainhub.tickets.workflow import TABLE, Party, State
from chainhub.web.database import db
from tests import builders
from tests.people import CALLER, CLERK, DISPATCHER, OWNER, POWER

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
V1 = "/api/v1"
BY = {
    Role.COMMITTEE: CLERK,
    Role.TASK_FORCE: DISPATCHER,
    Role.DEPARTMENT: POWER,
    Role.CALLER: CALLER,
    Party.REQUESTER: OWNER,
}


@dataclass
class Range:
    """Tickets to aim at, one in every state that can be reached, made when first asked for and after each hit."""

    app: object
    tickets: dict[State, tuple[str, int]] = field(default_factory=dict)

    def ticket(self, state: State) -> tuple[str, int]:
        if state not in self.tickets:
            with self.app.app_context():
                made = builders.a_ticket(db.session(), state)
                self.tickets[state] = (made.number, made.version)
                db.session.commit()
        return self.tickets[state]


@pytest.mark.slow
@pytest.mark.one_database
def test_the_description_is_true(app, caller):
    _try_all(app, caller, CLERK, GenerationMode.POSITIVE)


@pytest.mark.slow
@pytest.mark.one_database("postgresql")  # the one that takes less as it comes
def test_what_the_description_forbids_is_refused(app, caller):
    _try_all(app, caller, OWNER, GenerationMode.NEGATIVE)


def _try_all(app, caller, username, mode):
    described = schemathesis.openapi.from_wsgi(f"{V1}/openapi.json", app)
    targets = Range(app)

    for operation in described.get_all_operations():
        _guess(operation.ok(), mode, caller, username, targets)


def _guess(operation, mode, caller, username, targets):
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=6, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def _one(case):
        who, state = _aim(case, username, targets)
        headers = {**(case.headers or {}), **caller(who).headers}
        case.headers = headers
        response = case.call_and_validate(headers=headers, checks=CHECKS)
        if case.method == "POST" and response.status_code == 200:
            targets.tickets.pop(state, None)  # it has moved on

    _one()


def _aim(case, username, targets):
    """Let half of the guesses hit: a ticket that is there, its version, and somebody whose move it is."""
    if case.path == f"{V1}/tickets" and isinstance(case.body, dict):
        for name in ("category", "enterprise"):  # a code that was guessed is never one that is there
            case.body.pop(name, None)
    if "number" not in (case.path_parameters or {}) or len(str(case.path_parameters["number"])) % 2:
        return username, None
    action = case.path.rsplit("/", 1)[-1]
    row = next((row for row in TABLE if row.action == action and row.source in builders.REACHABLE), None)
    state = row.source if row else State.HANDLING
    case.path_parameters["number"], version = targets.ticket(state)
    if isinstance(case.body, dict) and isinstance(case.body.get("version"), int):
        case.body["version"] = version
    return next((BY[one] for one in row.who if one in BY), username) if row else username, state
