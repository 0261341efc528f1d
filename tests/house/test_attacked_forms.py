"""Every form of every page under attack: nothing breaks, nothing is half done, what was typed stays, no script comes out.

The forms are found on the pages (`targets.py`). Each attack is undone before the next, so all of them meet one county.
"""

import html
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from chainhub.core import clock
from chainhub.core.db import Base
from chainhub.tickets.papers import layouts
from chainhub.tickets.papers.kinds import PaperKind
from chainhub.web import presses
from chainhub.web.database import db
from tests import files
from tests.house import targets
from tests.house.targets import CHOICES, DAYS, TEXTS, Scene, Target
from tests.people import NOW
from tests.web_client import sign_in, token_of

pytestmark = [pytest.mark.slow, pytest.mark.one_database]

LONG = "a" * 99_999 + "长"
SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
STRANGE = {
    "nul": "门口\x00路坏了",
    "strange": "=cmd|'/c calc'!A1 %s%n{{7*7}}${7*7}{0.__class__} 门\x01\x02\x08口\x1b[31m\x7f\u202e\u200b\ufeff👨‍👩‍👧‍👦🛣️",
}
DATES = ("0000-99-99", "9999-12-31", "0001-01-01", "2026-02-30", "今天", "-1", "2026-03-20T25:61")
NUMBERS = ("-1", "1" + "0" * 20, "NaN", "1e9", "٣", "０", " 1", "")
NOT_COUNTED = {"press", "sign_in_failure", "presence", "alembic_version"}
WITHOUT_TEXT = {"people.password", "people.sign_in"}  # what is typed there is never shown again
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
        return self.as_(target.username).post(target.path, data=data, **options)

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
            scene = targets.staged(session)
        made = Siege(standing_app, connection, scene)
        made.targets = targets.aimed(standing_app, scene, made.as_)
        yield made
        with standing_app.app_context():
            db.session.remove()
        outer.rollback()
    patch.undo()


def test_no_form_stays_outside(siege):
    there = {
        rule.endpoint
        for rule in siege.app.url_map.iter_rules()
        if rule.methods & {"POST", "PUT", "PATCH", "DELETE"} and not rule.rule.startswith("/api/")
    }

    assert there - {endpoint for endpoint, _ in siege.targets} == set()
    acted = {word for endpoint, word in siege.targets if endpoint == "tickets.act"}
    assert {one.value for one in targets.acted()} - acted == set()


def _every(siege: Siege, attack: Callable[[Target], Iterator[tuple[str, str, MultiDict]]]) -> list[str]:
    """Send every form with what an attack makes of it; return what was wrong with the answers."""
    wrong = []
    for target in siege.targets.values():
        for name, typed, data in attack(target):
            with siege.undone(target.username):
                before = siege.rows()
                answer = siege.send(target, data)
                wrong += [
                    f"{target} [{name}]: {said}" for said in _faults(siege, target, answer, before, typed)
                ]
    return wrong


def _faults(siege: Siege, target: Target, answer: TestResponse, before, typed: str) -> Iterator[str]:
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


def test_what_somebody_would_send_is_taken(siege):
    """So that the attacks reach what lies behind the form."""
    refused = []
    for target in siege.targets.values():
        with siege.undone(target.username):
            data = target.filled()
            for name in target.named("file"):
                data.add(name, (BytesIO(_FITS.get(target.endpoint, files.PDF)), "文件.pdf"))
            answer = siege.send(target, data)
            if answer.status_code >= 400:
                refused.append(f"{target}: {answer.status_code} {_words(answer)}")

    _nothing(refused)


_FITS = {
    "workdays.import_notice": b'{"year": 2027, "days": [{"name": "x", "date": "2027-01-01", "isOffDay": true}]}',
    "tickets.template": layouts.default(PaperKind.MINUTES),
}


def _nothing(wrong: list[str]) -> None:
    assert not wrong, "\n".join(wrong)


def _words(answer: TestResponse) -> str:
    page = answer.get_data(as_text=True)
    found = re.findall(
        r"(?:data-advice|field-error|form-error)[^>]*>(?:<span[^>]*>[^<]*</span>)?([^<]+)", page
    )
    return " ".join(found)[:200]


def _as_others(target: Target) -> bool:
    """Say whether a form is read by the same lines as others that are tried: a few verbs stand for all."""
    return target.endpoint == "tickets.act" and target.word not in {
        "accept",
        "dispatch",
        "conclude",
        "confirm",
    }


def _empty(target: Target):
    yield "empty", "", MultiDict()
    blank = target.filled()
    for name in target.named(*TEXTS, *DAYS):
        blank[name] = "   \r\n "
    yield "blank", "", blank


def _long(target: Target):
    names = [name for name in target.named(*TEXTS) if not re.search(r"-[1-9]-", name)]
    if not names:
        return
    every = target.filled()
    for name in names:  # the first line of a list stands for all
        every[name] = LONG
    yield "long", LONG, every
    if not _as_others(target):
        one = target.filled()
        one[names[-1]] = LONG  # alone, so that no other field is what is refused
        yield f"long {names[-1]}", LONG, one


def _script(target: Target):
    data = target.filled()
    for name in target.named(*TEXTS):
        data[name] = SCRIPT
    yield "script", "", data
    for name in target.named("hidden", "select", "radio", "checkbox"):
        if name not in {"csrf_token", presses.FIELD} and (
            target.endpoint != "tickets.act" or name != "version"
        ):
            data = target.filled()
            data[name] = SCRIPT
            yield f"script {name}", "", data


def _unknown(target: Target):
    for name in target.named(*CHOICES):
        data = target.filled()
        data[name] = "no_such_code"
        yield f"unknown {name}", "", data


def _strange(target: Target):
    for kind, said in STRANGE.items():
        data = target.filled()
        for name in target.named(*TEXTS):
            data[name] = said
        if target.named(*TEXTS):
            yield kind, "", data


def _dates(target: Target):
    for name in target.named(*DAYS):
        for said in DATES:
            data = target.filled()
            data[name] = said
            yield f"{name}={said}", "", data


def _numbers(target: Target):
    for name in target.named("hidden", "number"):
        if name in {"csrf_token", presses.FIELD} or _as_others(target) and name == "version":
            continue
        for said in NUMBERS:
            data = target.filled()
            data[name] = said
            yield f"{name}={said}", "", data


@pytest.mark.parametrize("attack", [_empty, _long, _script, _unknown, _strange, _dates, _numbers])
def test_nothing_gives_way(siege, attack):
    _nothing(_every(siege, attack))


def test_what_is_on_no_list_is_never_taken(siege):
    taken = []
    for target in siege.targets.values():
        for name in target.named("select", "radio"):
            data = target.filled()
            data[name] = "no_such_code"
            with siege.undone(target.username):
                before = siege.rows()
                if siege.send(target, data).status_code < 400 and siege.rows() != before:
                    taken.append(f"{target} {name}")

    _nothing(taken)


BAD_FILES = {
    "none": (b"", "空.png"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "x.svg"),
    "html as png": (b"<html><script>alert(1)</script></html>", "x.png"),
    "polyglot": (b"GIF89a/*" + b"<script>alert(1)</script>", "x.gif"),
    "broken jpg": (files.picture()[:200], "x.jpg"),
    "huge name": (b"MZ" + b"\0" * 300, "长" * 5000 + ".exe"),
    "path": (b"%PDF-1.4 no end", "../../../../etc/passwd\x00.png"),
    "zip": (files.zipped(a="b"), "<script>alert(1)</script>.docx"),
}


def test_no_wrong_file_gets_in(siege):
    wrong = []
    for target in siege.targets.values():
        for field_ in target.named("file"):
            for name, (content, called) in BAD_FILES.items():
                data = target.filled()
                data.add(field_, (BytesIO(content), called))
                with siege.undone(target.username):
                    before = siege.rows()
                    answer = siege.send(target, data)
                    if answer.status_code < 400:
                        wrong.append(f"{target} [{name}]: taken")
                    wrong += [
                        f"{target} [{name}]: {said}" for said in _faults(siege, target, answer, before, "")
                    ]

    _nothing(wrong)


def test_without_the_token_of_its_page_nothing_is_done(siege):
    wrong = []
    for target in siege.targets.values():
        for name, token in (("none", None), ("wrong", "x.y.z"), ("empty", "")):
            data = target.filled()
            data.pop("csrf_token", None)
            if token is not None:
                data["csrf_token"] = token
            with siege.undone(target.username):
                before = siege.rows()
                answer = siege.send(target, data, with_token=False)
                if answer.status_code != 400:
                    wrong.append(f"{target} [{name}]: {answer.status_code}")
                wrong += [f"{target} [{name}]: {said}" for said in _faults(siege, target, answer, before, "")]

    _nothing(wrong)


def test_a_body_that_is_no_form_does_nothing(siege):
    bodies = (
        ("[1,2]", "application/json"),
        ("[" * 50_000, "application/json"),
        ("no parts", "multipart/form-data; boundary=none"),
        ("no boundary", "multipart/form-data"),
        ("a=1&" * 2000, "application/x-www-form-urlencoded"),
        ("note=%ED%A0%80%ED%BF%BF&content=%C0%80%FF", "application/x-www-form-urlencoded"),
    )
    wrong = []
    for target in siege.targets.values():
        for body, kind in bodies[:1] if _as_others(target) else bodies:
            with siege.undone(target.username):
                before = siege.rows()
                headers = {"X-CSRFToken": siege.token(target.username)}
                answer = siege.as_(target.username).post(
                    target.path, data=body, content_type=kind, headers=headers
                )
                wrong += [f"{target} [{kind}]: {said}" for said in _faults(siege, target, answer, before, "")]

    _nothing(wrong)


TWICE = {
    "people.elder": "on, and off again",
    "audit.verify": "each look is written down",
    "tickets.phone": "each look is written down",
    "tickets.hand_out_link": "each handing out is written down",
    "people.reset": "each gives a new password, shown once",
}
"""What may leave a trace each time it is sent, and why."""


def test_a_form_that_is_sent_twice_is_done_once(siege):
    wrong = []
    for target in siege.targets.values():
        if target.endpoint in TWICE:
            continue
        with siege.undone(target.username):
            data = target.filled()
            first = siege.send(target, data.copy())
            once = siege.rows()
            second = siege.send(target, data.copy())
            if siege.rows() != once:
                wrong.append(f"{target}: {first.status_code}, then {second.status_code}, and twice the rows")
            if second.status_code >= 500:
                wrong.append(f"{target}: {second.status_code}")

    _nothing(wrong)


def test_every_form_has_a_key_of_its_own(siege):
    scripts = {"tickets.guess", "tickets.looking"}
    keyless = {
        endpoint
        for (endpoint, _), one in siege.targets.items()
        if endpoint not in scripts and presses.FIELD not in one.named("hidden")
    }

    assert keyless == set()
