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
def api(app):
    if "api_tickets" not in app.blueprints:  # WIRE
        from chainhub.app import csrf
        from chainhub.county.directory import api as d
        from chainhub.county.people import api as p
        from chainhub.tickets import api as t
        from chainhub.web import api as w
        w.register(app, csrf, (p.room, d.room, t.room), "0")
    return app


@pytest.fixture
def client(api):
    return api.test_client()


@pytest.fixture
def caller(client) -> Callable[[str], Caller]:
    """Return a program with a token of somebody, issued without the slow comparison of a password."""
    known: dict[str, Caller] = {}

    def call(username: str) -> Caller:
        if username not in known:
            user = people_queries.user_by_name(db.session(), username)
            token = people.issue_token(work_of(db.session(), username), user, "试验")
            db.session.commit()
            known[username] = Caller(client, token)
        return known[username]

    return call


@pytest.fixture
def session_of_app(api):
    """The session that requests of this test use."""
    return db.session()
