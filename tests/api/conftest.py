"""A clock that stands where a test puts it, and a program for everybody."""

from collections.abc import Callable

import pytest

from chainhub.core import clock
from chainhub.county.people import queries as people_queries
from chainhub.county.people import service as people
from chainhub.web.database import db
from tests.api.calling import Caller, Hands
from tests.people import NOW, work_of


@pytest.fixture(autouse=True)
def hands(monkeypatch) -> Hands:
    found = Hands(NOW)
    monkeypatch.setattr(clock, "now", lambda: found.at)
    return found


@pytest.fixture
def caller(app, client) -> Callable[[str], Caller]:
    """Return a program with a token of somebody, issued without the slow comparison of a password."""
    known: dict[str, Caller] = {}

    def _call(username: str) -> Caller:
        if username not in known:
            with app.app_context():
                user = people_queries.user_by_name(db.session(), username)
                token = people.issue_token(work_of(db.session(), username), user, "试验")
                db.session.commit()
            known[username] = Caller(client, token)
        return known[username]

    return _call
