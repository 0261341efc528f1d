"""Telling a story through HTTP without a screen: who opens what, what they read there, and how time passes."""

import re
from datetime import datetime
from html import unescape

from chainhub.tickets.models import Ticket
from tests.reminders.passing import run_timetable
from tests.web_client import said, sign_in, token_of

_VERSION = re.compile(r'name="version"[^>]*value="(\d+)"')


def _plain(words: str) -> str:
    """Return words as they are compared: a space that a tag has left behind is none."""
    return re.sub(r"\s+", "", unescape(words))


class Stage:
    """A county in which time stands where the story puts it; people come in one by one, each with own cookies."""

    def __init__(self, app, session, at: datetime) -> None:
        self._app = app
        self._session = session
        self._readers: dict[str, Reader] = {}
        self.at = at

    def __call__(self, username: str) -> "Reader":
        """Somebody, signed in; a new sign-in after time has passed, as an idle one has ended."""
        if username not in self._readers:
            reader = self._readers[username] = self.visitor()
            answer = sign_in(reader.client, username)
            assert answer.status_code == 303, said(answer)
        return self._readers[username]

    def visitor(self) -> "Reader":
        """Somebody who is nobody to the county."""
        return Reader(self._app.test_client())

    def later(self, at: datetime, *jobs: str) -> None:
        """Let time pass until a moment; with jobs, let the clock do them then."""
        assert at >= self.at
        self.at = at
        self._readers.clear()
        if jobs:
            self._session.expire_all()  # what was done through pages
            run_timetable(self._session, at, *jobs)
            self._session.commit()

    def fresh(self, ticket: Ticket) -> Ticket:
        """A ticket as it is after what others did."""
        self._session.expire_all()
        return ticket


class Reader:
    """One person with one browser, who knows only what the page says."""

    def __init__(self, client) -> None:
        self.client = client
        self.page = ""
        self.words = ""

    def go(self, path: str) -> "Reader":
        """Open an address."""
        return self._take(self.client.get(path, follow_redirects=True))

    def send(self, path: str, opened: str | None = None, **given) -> "Reader":
        """Open a form (on the page `opened`, else at its own address), send it, and arrive where it leads."""
        return self._take(self.post(path, opened, **given))

    def refused(self, status: int, path: str, opened: str | None = None, **given) -> "Reader":
        """Send a form that is not taken; the answer is read."""
        return self._take(self.post(path, opened, **given), status)

    def post(self, path: str, opened: str | None = None, **given):
        """Send a form with what its page hides in it."""
        page = self.client.get(opened or path).get_data(as_text=True)
        version = _VERSION.search(page)
        hidden = {"version": version[1]} if version else {}
        data = {"csrf_token": token_of(self.client, opened or path), **hidden, **given}
        return self.client.post(path, data=data, follow_redirects=True)

    def shut(self, path: str, status: int = 404) -> "Reader":
        """An address that this person does not come into."""
        return self._take(self.client.get(path), status)

    def reads(self, *words: str) -> "Reader":
        """The last page says all of these."""
        for one in words:
            assert _plain(one) in self.words, f"“{one}” is not in: {self.words}"
        return self

    def reads_nothing_of(self, *words: str) -> "Reader":
        """The last page, hidden parts too, says none of these."""
        for one in words:
            assert one not in self.page, f"“{one}” is in: {self.words}"
        return self

    def in_order(self, *words: str) -> "Reader":
        """The last page says these one after the other."""
        at = 0
        for one in words:
            found = self.words.find(_plain(one), at)
            assert found >= 0, f"“{one}” does not come after the words before it ({words}): {self.words}"
            at = found + 1
        return self

    def link(self, pattern: str) -> str:
        """The first address on the last page that matches."""
        found = re.search(pattern, self.page)
        assert found, f"{pattern} is not in: {self.page}"
        return found[0].replace("&amp;", "&")

    def _take(self, answer, status: int = 200) -> "Reader":
        self.page = answer.get_data(as_text=True)
        self.words = _plain(said(answer))
        assert answer.status_code == status, (answer.status_code, answer.request.path, self.words)
        return self
