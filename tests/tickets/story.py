"""What a story is told with: people who each have a browser of their own, a clock that goes on, and what they read."""

import html
import re
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests import people
from tests.people import NOW
from tests.web_client import said, sign_in

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_VERSION = re.compile(r'name="version"[^>]*value="(\d+)"')
_NUMBER = re.compile(r"[A-Z]{2}-\d{4}-\d{5}")
_SIGNED_IN = timedelta(minutes=20)  # shorter than somebody may be idle


class Person:
    """Somebody who knows what their pages say, and nothing else."""

    def __init__(self, client: FlaskClient, username: str) -> None:
        self.client = client
        self.username = username

    def page(self, path: str) -> str:
        """A page as it came."""
        answer = self.client.get(path)
        assert answer.status_code == 200, (self.username, path, answer.status_code)
        return html.unescape(answer.get_data(as_text=True))

    def reads(self, path: str, *words: str) -> "Person":
        """Assert that a page says all of these, markup and spaces aside."""
        self._finds(_plain(self.page(path)), words, path)
        return self

    def _finds(self, text: str, words: tuple[str, ...], where: str) -> None:
        for one in words:
            assert _tight(one) in _tight(text), f"{self.username} reads no “{one}” on {where}: {text}"

    def reads_nothing_of(self, path: str, *words: str) -> "Person":
        """Assert that a page holds none of these, hidden parts and addresses included."""
        page = self.page(path)
        for one in words:
            assert one not in page, f"{self.username} reads “{one}” on {path}"
        return self

    def finds_nothing(self, path: str, status: int = 404) -> "Person":
        """Assert that somebody does not come to a page."""
        answer = self.client.get(path)
        assert answer.status_code == status, (self.username, path, answer.status_code)
        return self

    def told(self, *words: str) -> "Person":
        """Assert what stands in somebody's inbox."""
        return self.reads("/inbox", *words)

    def not_told(self, *words: str) -> "Person":
        """Assert what does not."""
        return self.reads_nothing_of("/inbox", *words)

    def sends(self, path: str, *words: str, form: str = "", **given: Any) -> str:
        """Open a form (at `form` where it stands elsewhere), send it, and assert what the next page says; return that."""
        answer = self._post(path, form or path, given)
        assert answer.status_code == 303, (self.username, path, answer.status_code, said(answer))
        text = _plain(self.page(answer.location))
        self._finds(text, words, f"the page after {path}")
        return text

    def tries(self, path: str, *, form: str = "", **given: Any) -> str:
        """Send a form that answers with a page of its own, as a trial does; return that."""
        answer = self._post(path, form or path, given)
        assert answer.status_code == 200, (self.username, path, answer.status_code)
        return html.unescape(answer.get_data(as_text=True))

    def does(self, number: str, action: str, *words: str, **given: Any) -> str:
        """Press a verb of a ticket, fill in its form, send it; return the page after it."""
        return self.sends(f"/tickets/{number}/act/{action}", *words, **given)

    def is_refused(self, path: str, *words: str, status: int = 422, form: str = "", **given: Any) -> None:
        """Send a form and assert that it is refused in these words, what was typed still there."""
        answer = self._post(path, form or path, given)
        text = _plain(html.unescape(answer.get_data(as_text=True)))
        assert answer.status_code == status, (self.username, path, answer.status_code, text)
        self._finds(text, words, path)
        typed = [one for one in given.values() if isinstance(one, str) and len(one) > 8]
        assert all(one in html.unescape(answer.get_data(as_text=True)) for one in typed), typed

    def files(self, **given: Any) -> str:
        """File a matter and return its number."""
        found = _NUMBER.search(self.sends("/tickets/new", "已收到", **given))
        assert found
        return found[0]

    def verbs(self, number: str) -> set[str]:
        """The verbs that a ticket's page awaits of them, by what stands on them."""
        card = self.page(f"/tickets/{number}").partition('id="ticket-actions"')[2].partition("</section>")[0]
        return {
            re.sub(r"<[^>]+>", "", one).strip() for one in re.findall(r'<a class="btn.*?</a>', card, re.S)
        }

    def _post(self, path: str, form: str, given: dict[str, Any]) -> TestResponse:
        page = self.client.get(form).get_data(as_text=True)
        token, seen = _TOKEN.search(page), _VERSION.search(page)
        assert token, (self.username, form, page[:500])
        data = {"csrf_token": token[1], **({"version": seen[1]} if seen else {}), **given}
        return self.client.post(path, data=data)


class Story:
    """The people of a story by their names, and what time it is."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.now = NOW
        self._signed_in: dict[str, tuple[datetime, Person]] = {}

    def at(self, moment: datetime) -> None:
        """Let it be this moment."""
        self.now = moment

    def __call__(self, username: str) -> Person:
        """Somebody at their browser; whoever was away too long signs in anew."""
        at, person = self._signed_in.get(username, (None, None))
        if person is None or at is None or self.now - at > _SIGNED_IN:
            client = self.app.test_client()
            assert sign_in(client, username).status_code == 303
            person = Person(client, username)
            self._signed_in[username] = (self.now, person)
        return person

    def accepted(self, **given: Any) -> str:
        """A matter that 陶见禾 filed and 宋以宁 took in, by its number."""
        matter = {
            "content": "新厂房设备到了，10千伏专线增容三周没有准信。",
            "kind": "problem",
            "category": "energy",
        }
        number = self(people.OWNER).files(**{**matter, **given})
        self(people.CLERK).does(number, "accept", contacted_person="陶见禾")
        return number

    def handled(self, **given: Any) -> str:
        """The same, dispatched to 供电公司 and signed for there."""
        number = self.accepted(**given)
        self(people.DISPATCHER).does(number, "dispatch", lead_unit=people.POWER_UNIT)
        self(people.POWER).does(number, "acknowledge")
        return number


def _plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def _tight(text: str) -> str:
    return re.sub(r"\s+", "", text)
