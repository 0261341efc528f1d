"""One county and everything that can be sent to it, and what is wrong with an answer. Each attack is undone."""

import html
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from sqlalchemy import Connection, select, text
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from chainhub.assignments.service import proposing
from chainhub.core import clock
from chainhub.core.db import Base
from chainhub.core.media import Medium
from chainhub.notices import codes, outfit
from chainhub.notices.outfit import Outfit
from chainhub.notices.outgoing import OneTimeCode
from chainhub.web.database import db
from tests import people
from tests.house import errand_scenes, scenes, targets
from tests.house.scenes import Scene
from tests.house.targets import Target
from tests.notices.doubles import ADDRESS, HOME, SECRET, Post
from tests.people import NOW
from tests.web_client import sign_in, token_of

NOT_COUNTED = {"press", "sign_in_failure", "presence", "alembic_version"}
WITHOUT_TEXT = {
    "people.password",
    "people.sign_in",
    "codes.enter",
    "ways.confirm",
}  # what is typed there is never shown again: passwords and codes
_ADVICE = re.compile(r'data-advice|id="errors"|field-error|class="flash flash-error"|role="alert"')


@dataclass
class Siege:
    """One county and everything that can be sent to it. What an attack does is undone after it."""

    app: object
    connection: Connection
    scene: Scene
    targets: dict[tuple[str, str], Target] = field(default_factory=dict)
    clients: dict = field(default_factory=dict)
    tokens: dict = field(default_factory=dict)

    def as_(self, username: str):
        if username not in self.clients:
            self.clients[username] = self.app.test_client()
            if username:
                assert sign_in(self.clients[username], username).status_code == 303
        return self.clients[username]

    def token(self, username: str) -> str:
        if username not in self.tokens:
            self.tokens[username] = token_of(self.as_(username), "/password" if username else "/sign-in")
        return self.tokens[username]

    @contextmanager
    def undone(self, username: str) -> Iterator[None]:
        """Do something, and undo it: in the database and in the cookies."""
        client, _ = self.as_(username), self.token(username)
        cookies = dict(client._cookies)
        before = self.connection.begin_nested()
        try:
            yield
        finally:
            with self.app.app_context():
                db.session.remove()
            before.rollback()
            client._cookies = cookies

    def send(self, target: Target, data: MultiDict, **options) -> TestResponse:
        token = self.token(target.username)
        if options.pop("with_token", True):
            data.setdefault("csrf_token", token)
            data["csrf_token"] = token
        if "file" in {one.kind for one in target.controls}:
            options.setdefault("content_type", "multipart/form-data")
        answer = self.as_(target.username).post(target.path, data=data, **options)
        answer.request.environ[
            "wsgi.input"
        ].close()  # the client keeps a large body in a file, and never shuts it
        return answer

    def rows(self) -> tuple[int, ...]:
        """Count every table, and add up the versions of all tickets."""
        return tuple(self.connection.execute(_COUNTS).one())


_TABLES = sorted(name for name in Base.metadata.tables if name not in NOT_COUNTED)
_COUNTS = text(
    "SELECT "
    + ", ".join(f'(SELECT count(*) FROM "{name}")' for name in _TABLES)
    + ", (SELECT sum(version) FROM ticket)"
)


@pytest.fixture(scope="module")
def siege(standing_app, engine) -> Iterator[Siege]:
    patch = pytest.MonkeyPatch()
    patch.setattr(clock, "now", lambda: NOW.replace(hour=11))
    with engine.connect() as connection:
        outer = connection.begin()
        with standing_app.app_context():
            db.session.remove()
            db.session.session_factory.configure(bind=connection, join_transaction_mode="create_savepoint")
            db._app_engines[standing_app] = {None: connection}
        mode = {"join_transaction_mode": "create_savepoint", "expire_on_commit": False}
        with Session(connection, **mode) as session:
            scene = scenes.staged(session)
        senders = {medium: Post() for medium in (Medium.EMAIL, Medium.SMS, Medium.WECOM)}
        errand_scenes.lay(standing_app.extensions["chainhub_storage"])
        outfit.equip(connection, Outfit(senders, SECRET, HOME))
        made = Siege(standing_app, connection, scene)
        sent = _codes(made)
        made.targets = targets.aimed(standing_app, scene, made.as_)
        made.targets |= _of_a_large_county(made)
        for endpoint, digits in sent.items():
            targets.write_in(made.targets, (endpoint, ""), "code", digits)
        yield made
        with standing_app.app_context():
            db.session.remove()
        outer.rollback()
    patch.undo()


def _of_a_large_county(siege: Siege) -> dict[tuple[str, str], Target]:
    """The button that a county has which is too large to wait for its proposal."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(proposing, "PAIRS_AT_ONCE", 0)
        page = siege.as_(people.CLERK).get("/guides").get_data(as_text=True)
    found = targets.forms(siege.app, people.CLERK, "/guides", page)
    return {(one.endpoint, ""): one for one in found if one.endpoint == "errands.propose"}


def _codes(siege: Siege) -> dict[str, str]:
    """Have a code sent to somebody who signs in and to a new address; return them by the form that asks for each."""
    for username, path, given in (
        ("", "/sign-in/code", {"number": ADDRESS[Medium.SMS]}),
        (people.OWNER, "/mine/media/email/address", {"address": ADDRESS[Medium.EMAIL]}),
    ):
        data = {"csrf_token": siege.token(username), **given}
        assert siege.as_(username).post(path, data=data).status_code == 303
    with Session(siege.connection, join_transaction_mode="create_savepoint") as session:
        found = {row.purpose: codes.digits(SECRET, row) for row in session.scalars(select(OneTimeCode))}
    return {"codes.enter": found[codes.SIGN_IN], "ways.confirm": found[codes.VERIFY]}


def every(siege: Siege, attack: Callable[[Target], Iterator[tuple[str, str, MultiDict]]]) -> list[str]:
    """Send every form with what an attack makes of it; return what was wrong with the answers."""
    wrong = []
    for target in siege.targets.values():
        for name, typed, data in attack(target):
            with siege.undone(target.username):
                before = siege.rows()
                answer = siege.send(target, data)
                wrong += [
                    f"{target} [{name}]: {said}" for said in faults(siege, target, answer, before, typed)
                ]
    return wrong


def faults(siege: Siege, target: Target, answer: TestResponse, before, typed: str) -> Iterator[str]:
    page = answer.get_data(as_text=True)
    if answer.status_code >= 500:
        yield f"{answer.status_code}"
        return
    if "Traceback" in page or "<script>alert" in page or "<img src=x" in page:
        yield "something comes out that must not"
    if answer.status_code >= 400:
        if siege.rows() != before:
            yield f"{answer.status_code}, but rows were written"
        if not _ADVICE.search(page):
            yield f"{answer.status_code} without a word of what to do"
        if typed and target.endpoint not in WITHOUT_TEXT and typed not in html.unescape(page):
            yield f"{answer.status_code} and what was typed is gone"
    elif answer.status_code in {302, 303}:
        after = siege.as_(target.username).get(answer.location).get_data(as_text=True)
        if "<script>alert" in after or "<img src=x" in after:
            yield f"{answer.location} runs a script"


def nothing(wrong: list[str]) -> None:
    assert not wrong, "\n".join(wrong)
