"""A browser without a screen: it fetches a page, takes the token of its form, and submits."""

import re
from datetime import timedelta

import pytest

from chainhub.core import clock
from tests.people import NOW

PASSWORD = "chainhub-demo"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Moment:
    """The time it is for the doors, to be moved by a test."""

    def __init__(self, at) -> None:
        self.at = at

    def pass_(self, **span) -> None:
        self.at += timedelta(**span)


class Browser:
    """One phone or desk: its own cookies."""

    def __init__(self, app) -> None:
        self.client = app.test_client()

    def get(self, url, **said):
        return self.client.get(url, **said)

    def post(self, url, data=None, *, page="/sign-in", **said):
        """Submit a form; the token comes from `page`, as it would from the page with the form."""
        shown = self.client.get(page, follow_redirects=True).text
        found = _TOKEN.search(shown)
        return self.client.post(url, data={"csrf_token": found[1] if found else "", **(data or {})}, **said)

    def sign_in(self, username, password=PASSWORD, *, remember=False, next_=None):
        given = {"username": username, "password": password}
        if remember:
            given["remember"] = "y"
        return self.post("/sign-in" + (f"?next={next_}" if next_ else ""), given)

    def cookie(self, name):
        return self.client.get_cookie(name)


@pytest.fixture
def moment(monkeypatch):
    """The moment of the doors' clock: Monday 2 March 2026, 09:20, unless a test moves it."""
    found = Moment(NOW)
    monkeypatch.setattr(clock, "now", lambda: found.at)
    return found


@pytest.fixture
def browser(app, moment):
    return Browser(app)
