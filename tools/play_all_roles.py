"""Carry tickets through the whole loop of a running demonstration, as its people would, and check every step.

    python tools/play_all_roles.py --base http://127.0.0.1:8000 --tickets 300
    python tools/play_all_roles.py --waiting --tickets 2000

With --waiting it files nothing and takes up what waits to be accepted for the enterprise it plays: what was imported.
Everybody signs in through the page. Every fifth ticket goes through the HTML forms alone, the others through the
JSON API; the state is read back by the enterprise after every step. On the way stale pages, moves that the state
does not allow and duties that must be separated are tried, and must be refused. Ends by itself; the first answer
that is not as expected ends it at once, with that answer. It writes into what it is pointed at, so: this machine only.
"""

import argparse
import ipaddress
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPMessage
from http.cookiejar import CookieJar
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, Request, build_opener

OWNER, GUIDE, CLERK, CLOSER = "qiye", "zhidaoyuan", "dangwei", "dangwei2"
DISPATCHER, REVIEWER, POWER, TRANSPORT, CALLER = "zhuanban", "zhuanban2", "bumen", "bumen2", "huifang"
PEOPLE = (OWNER, GUIDE, CLERK, CLOSER, DISPATCHER, REVIEWER, POWER, TRANSPORT, CALLER)
FIRM, POWER_UNIT, TRANSPORT_UNIT = "e_yanhe_chilun", "power_supply", "transport"
SECONDS = 30  # that one answer may take
FORMS_EVERY = 5  # every n-th ticket goes through the pages alone

Given = Mapping[str, Any]


class Unexpected(Exception):
    """An answer that is not as it should be."""


# What people do


@dataclass(frozen=True)
class Step:
    """One deed: by whom, what, with what, and where the ticket then stands. `refused` is the status of a refusal."""

    who: str
    action: str
    state: str
    given: Given = field(default_factory=dict)
    refused: int = 0
    stale: bool = False


@dataclass(frozen=True)
class Path:
    """One way through the loop: who files it, what follows."""

    name: str
    filer: str
    steps: tuple[Step, ...]


def _taken() -> tuple[Step, ...]:
    return (
        Step(DISPATCHER, "accept", "submitted", refused=403),
        Step(CLERK, "accept", "accepted", {"contacted_person": "陶见禾"}),
    )


def _sent(unit: str, handler: str) -> tuple[Step, ...]:
    return (
        Step(DISPATCHER, "dispatch", "dispatched", {"lead_unit": unit, "note": "请先打电话问清楚。"}),
        Step(handler, "acknowledge", "handling"),
        Step(handler, "contact", "handling", {"person": "陶见禾"}),
    )


def _resolved(handler: str) -> tuple[Step, ...]:
    return (
        Step(handler, "progress", "handling", {"note": "已经到现场看过，下周动工。"}),
        Step(handler, "resolve", "resolved", {"outcome": "solved", "reply": "办好了，请看一下。"}),
    )


_REVIEWED = (Step(REVIEWER, "pass_review", "reviewed"),)
_RATED = (Step(OWNER, "confirm", "confirmed", {"rating": "satisfied"}),)
_CLOSED = (Step(CLOSER, "close", "closed"),)
_AT_POWER = (*_taken(), *_sent(POWER_UNIT, POWER))
_DONE = (*_REVIEWED, *_RATED, *_CLOSED)
_RETURN = {"reason_code": "function", "note": "这件事不在我单位职责里。"}
_AT_RETURN = (
    *_taken(),
    Step(DISPATCHER, "dispatch", "dispatched", {"lead_unit": POWER_UNIT}),
    Step(POWER, "return", "disputed", _RETURN),
    Step(DISPATCHER, "uphold_return", "disputed", {"note": "自己裁自己"}, refused=409),
)

PATHS: tuple[Path, ...] = (
    Path("normal", OWNER, (*_AT_POWER, *_resolved(POWER), *_DONE)),
    Path(
        "return upheld",
        OWNER,
        (
            *_AT_RETURN,
            Step(REVIEWER, "uphold_return", "accepted", {"note": "退得对，改派。"}),
            *_sent(TRANSPORT_UNIT, TRANSPORT),
            *_resolved(TRANSPORT),
            *_DONE,
        ),
    ),
    Path(
        "return rejected",
        OWNER,
        (
            *_AT_RETURN,
            Step(REVIEWER, "reject_return", "dispatched", {"note": "就归你单位。"}),
            Step(POWER, "return", "dispatched", _RETURN, refused=409),
            Step(POWER, "acknowledge", "handling"),
            *_resolved(POWER),
            *_DONE,
        ),
    ),
    Path(
        "ask for more",
        OWNER,
        (
            *_AT_POWER,
            Step(POWER, "ask_info", "awaiting_info", {"note": "请补一份平面图。"}),
            Step(POWER, "resolve", "awaiting_info", {"outcome": "solved", "reply": "不等了"}, refused=409),
            Step(OWNER, "supply_info", "handling", {"note": "图补好了。"}),
            *_resolved(POWER),
            *_DONE,
        ),
    ),
    Path(
        "ask at intake",
        GUIDE,
        (
            Step(CLERK, "request_info", "info_requested", {"note": "请写明在哪个厂区。"}),
            Step(OWNER, "supply_info", "submitted", {"note": "在南厂区。"}),
            *_AT_POWER,
            *_resolved(POWER),
            *_DONE,
        ),
    ),
    Path(
        "send back",
        OWNER,
        (
            *_AT_POWER,
            *_resolved(POWER),
            Step(REVIEWER, "send_back", "handling", {"note": "没写哪天做完。"}),
            *_resolved(POWER),
            *_DONE,
        ),
    ),
    Path(
        "reopen",
        OWNER,
        (
            *_AT_POWER,
            *_resolved(POWER),
            *_REVIEWED,
            Step(
                OWNER, "reopen", "handling", {"rating": "no", "reason_code": "not_solved", "note": "又停了。"}
            ),
            *_resolved(POWER),
            *_DONE,
        ),
    ),
    Path(
        "answer",
        OWNER,
        (
            Step(CLERK, "answer", "reviewed", {"reply": "按现行政策可以办，到窗口交一张表就行。"}),
            *_RATED,
            Step(CLERK, "close", "confirmed", refused=409),  # who answered does not strike off
            *_CLOSED,
        ),
    ),
    Path(
        "answer by the guide",
        GUIDE,
        (Step(GUIDE, "answer", "reviewed", {"reply": "这件事我替您问过了。"}), *_RATED, *_CLOSED),
    ),
    Path(
        "decline",
        OWNER,
        (
            Step(CLERK, "decline", "declined", {"reason_code": "in_court", "note": "法院已经立案。"}),
            Step(CLERK, "accept", "declined", refused=409),
        ),
    ),
    Path("withdraw", OWNER, (*_taken(), Step(OWNER, "withdraw", "withdrawn", {"note": "自己解决了。"}))),
    Path(
        "call-back",
        CLERK,
        (
            *_AT_POWER,
            *_resolved(POWER),
            *_REVIEWED,
            Step(CALLER, "call_failed", "reviewed", {"note": "上午打了一次，没人接。"}),
            Step(CALLER, "call_failed", "reviewed", {"note": "再打一次。"}, refused=409),  # another day
            Step(CALLER, "confirm", "confirmed", {"rating": "mostly"}),
            *_CLOSED,
        ),
    ),
    Path(
        "reclassify, with a stale page",
        OWNER,
        (
            *_taken(),
            Step(DISPATCHER, "reclassify", "accepted", {"category": "other", "note": "说不清归谁。"}),
            Step(DISPATCHER, "dispatch", "accepted", {"lead_unit": POWER_UNIT}, refused=409, stale=True),
            *_sent(POWER_UNIT, POWER),
            *_resolved(POWER),
            *_DONE,
        ),
    ),
)

KINDS = ("help", "problem", "inquiry", "complaint", "suggestion")
ONE_QUESTION = frozenset({"inquiry", "suggestion"})
URGENCIES = ("normal", "normal", "urgent", "complex")
MATTERS = (
    ("energy", "车间变压器带不动新设备，想增容。"),
    ("labour", "夜班招不到人，想请人社帮忙办一场招聘。"),
    ("logistics", "厂门口的路口货车拐不过来，想划一条待转线。"),
    ("finance", "续贷卡在评估上，想请金融中心协调。"),
    ("policy", "技改补贴报上去半年没有消息。"),
)


# Doors


class _NoRedirect(HTTPRedirectHandler):
    """An answer 303 is an answer; whoever wants the next page asks for it."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        return None


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    text: str
    location: str

    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.text)
        return found


class Person:
    """Somebody with a browser of their own, and a program that acts in their name."""

    def __init__(self, base: str, username: str, password: str) -> None:
        self.base, self.username = base, username
        self._browser = build_opener(HTTPCookieProcessor(CookieJar()), _NoRedirect())
        self._program = build_opener(_NoRedirect())
        self._sign_in(password)
        issued = self._ask_api(
            "POST", "/tokens", {"username": username, "password": password, "name": "演练"}
        )
        self._token = str(_expect(issued, 200, 201).data()["token"])

    def _sign_in(self, password: str) -> None:
        form = self.form("/sign-in", {"username", "password"})
        sent = self.send("/sign-in", form | {"username": self.username, "password": password})
        _expect(sent, 303)
        if _expect(self.get("/"), 200, 303).location.startswith("/sign-in"):
            raise Unexpected(f"{self.username} is not signed in after signing in")

    def get(self, path: str) -> Answer:
        """Look at a page."""
        return _open(self._browser, Request(self.base + path))  # this machine only

    def send(self, path: str, fields: Given) -> Answer:
        """Send a form."""
        return _open(self._browser, Request(self.base + path, urlencode(fields).encode()))

    def form(self, path: str, names: set[str]) -> dict[str, str]:
        """Open a page and return what is filled in already in the form that has these fields."""
        reader = _Forms()
        reader.feed(_expect(self.get(path), 200).text)
        found = next((one for one in reader.forms if names <= one.names), None)
        if found is None:
            raise Unexpected(f"{path} has no form with {', '.join(sorted(names))}")
        return found.filled

    def ask(self, method: str, path: str, body: Given | None = None, **headers: str) -> Answer:
        """Ask the API."""
        return self._ask_api(method, path, body, Authorization=f"Bearer {self._token}", **headers)

    def _ask_api(self, method: str, path: str, body: Given | None = None, **headers: str) -> Answer:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        data = json.dumps(body).encode() if body is not None else None
        if data is not None:
            sent["Content-Type"] = "application/json"
        request = Request(f"{self.base}/api/v1{path}", data, sent, method=method)
        return _open(self._program, request)


def _open(opener: Any, request: Request) -> Answer:
    try:
        with opener.open(request, timeout=SECONDS) as got:
            return Answer(got.status, got.read().decode(), "")
    except HTTPError as answer:
        with answer:
            return Answer(answer.code, answer.read().decode(), answer.headers.get("Location", ""))


def _expect(answer: Answer, *statuses: int) -> Answer:
    if answer.status not in statuses:
        raise Unexpected(
            f"{answer.status} instead of {' or '.join(map(str, statuses))}:\n{answer.text[:3000]}"
        )
    return answer


@dataclass
class _Form:
    names: set[str] = field(default_factory=set)
    filled: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    """Reads which fields the forms of a page have, and what they are filled with."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[_Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(_Form())
        name = given.get("name", "")
        if not name or not self.forms or tag not in {"input", "select", "textarea", "button"}:
            return
        self.forms[-1].names.add(name)
        chosen = given.get("type") not in {"radio", "checkbox"} or "checked" in given
        if tag == "input" and chosen:
            self.forms[-1].filled[name] = given.get("value", "")


# The play


@dataclass
class Play:
    """The people, and what has been done so far."""

    people: Mapping[str, Person]
    run: str
    done: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    waiting: Sequence[Mapping[str, Any]] | None = None  # tickets that are there; None: each is filed
    paths: Counter[str] = field(default_factory=Counter)

    def ticket(self, place: int) -> None:
        """Carry one ticket from its filing to its end."""
        path = PATHS[place % len(PATHS)]
        kind = KINDS[(place // len(PATHS) + place) % len(KINDS)]
        by_form = place % FORMS_EVERY == 0
        if self.waiting is None:
            number = self._file(path, place, kind, by_form=by_form)
        else:
            number, kind = self.waiting[place]["number"], self.waiting[place]["kind"]
        try:
            state = self._follow(path, number, kind, by_form=by_form)
        except Unexpected as error:
            door = "forms" if by_form else "API"
            raise Unexpected(f"{number} ({path.name}, {kind}, {door}): {error}") from error
        self.ended[state] += 1
        self.paths[path.name] += 1

    def _follow(self, path: Path, number: str, kind: str, *, by_form: bool) -> str:
        seen = self._look(number, "submitted")
        before = seen
        for step in path.steps:
            version = before["version"] if step.stale else seen["version"]
            given = _given(step, kind)
            if by_form:
                self._by_form(step, number, version, given)
            else:
                self._by_api(step, number, version, given)
            now = self._look(number, step.state)
            if bool(step.refused) != (now["version"] == seen["version"]):
                raise Unexpected(f"{step.action} left version {now['version']} after {seen['version']}")
            before, seen = (before, now) if step.refused else (seen, now)
            self.done["refused" if step.refused else "moved"] += 1
        return str(seen["state"])

    def _file(self, path: Path, place: int, kind: str, *, by_form: bool) -> str:
        category, content = MATTERS[place % len(MATTERS)]
        said = {
            "title": f"演练 {self.run}-{place}：{content[:20]}",
            "content": content,
            "category": category,
            "kind": kind,
            "urgency": URGENCIES[place % len(URGENCIES)],
        }
        if path.filer != OWNER:
            said["enterprise"] = FIRM
        filer = self.people[path.filer]
        self.done["filed"] += 1
        if by_form:
            form = filer.form("/tickets/new", {"content", "csrf_token"})
            location = _expect(filer.send("/tickets/new", form | said), 303).location
            _expect(filer.get(location), 200)
            return location.split("/")[2]
        key = {"Idempotency_Key": f"{self.run}-{place}"}
        made = _expect(filer.ask("POST", "/tickets", said, **key), 201).data()
        again = _expect(filer.ask("POST", "/tickets", said, **key), 200, 201).data()
        if made["number"] != again["number"]:
            raise Unexpected(f"one key made two tickets: {made['number']}, {again['number']}")
        return str(made["number"])

    def _look(self, number: str, state: str) -> dict[str, Any]:
        seen = _expect(self.people[OWNER].ask("GET", f"/tickets/{number}"), 200).data()
        if seen["state"] != state:
            raise Unexpected(f"is {seen['state']}, should be {state}")
        return seen

    def _by_api(self, step: Step, number: str, version: int, given: Given) -> None:
        answer = self.people[step.who].ask(
            "POST", f"/tickets/{number}/actions/{step.action}", {"version": version, **given}
        )
        _judge(step, answer, 200)

    def _by_form(self, step: Step, number: str, version: int, given: Given) -> None:
        person, path = self.people[step.who], f"/tickets/{number}/act/{step.action}"
        if step.refused and not step.stale:
            _judge(step, person.get(path), 200)  # nobody is even shown a form that would be refused
            return
        form = person.form(path, {"version", "csrf_token", *given})
        filled = {name: {True: "yes", False: "no"}.get(value, value) for name, value in given.items()}
        answer = person.send(path, form | {"version": str(version)} | filled)
        _judge(step, answer, 303)
        if not step.refused:
            _expect(person.get(answer.location), 200)


def _waiting(owner: Person, most: int) -> list[Mapping[str, Any]]:
    """Return what the enterprise has filed and nobody has accepted, newest first."""
    found: list[Mapping[str, Any]] = []
    cursor = ""
    while len(found) < most:
        asked = urlencode({"state": "submitted", "limit": 100} | ({"cursor": cursor} if cursor else {}))
        page = _expect(owner.ask("GET", f"/tickets?{asked}"), 200).data()
        found.extend(page["items"])
        cursor = page["next_cursor"]
        if not cursor:
            break
    return found[:most]


def _judge(step: Step, answer: Answer, good: int) -> None:
    try:
        _expect(answer, step.refused or good)
    except Unexpected as error:
        raise Unexpected(f"{step.who} {step.action}: {error}") from error


def _given(step: Step, kind: str) -> Given:
    """Return what is given; a rating is asked in one question or in three, by the kind of the matter."""
    given = dict(step.given)
    rating = given.pop("rating", None)
    if rating is None:
        return given
    good = rating != "no"
    if kind in ONE_QUESTION:
        return given | {"clear": good}
    given |= {"contacted": True, "solved": good}
    return given | ({"satisfaction": rating} if step.action == "confirm" else {})


def _lines(play: Play, seconds: float) -> Iterator[str]:
    yield f"{play.done['filed']} filed, {play.done['moved']} moves, {play.done['refused']} refusals, {seconds:.0f} s"
    yield "ended: " + ", ".join(f"{state} {count}" for state, count in sorted(play.ended.items()))
    yield "paths: " + ", ".join(f"{name} {count}" for name, count in sorted(play.paths.items()))


def main() -> int:
    given = _arguments()
    began = time.monotonic()
    try:
        people = {name: Person(given.base, name, given.password) for name in PEOPLE}
        play = Play(people, f"{int(time.time()):x}")
        if given.waiting:
            play.waiting = _waiting(people[OWNER], given.tickets)
        _run(play, given.tickets if play.waiting is None else len(play.waiting))
    except Unexpected as error:
        print(f"NOT AS EXPECTED: {error}", file=sys.stderr)
        return 1
    except (URLError, TimeoutError, ConnectionError) as error:
        print(f"{given.base} does not answer: {error}", file=sys.stderr)
        return 2
    print("\n".join(_lines(play, time.monotonic() - began)))
    return 0


def _run(play: Play, tickets: int) -> None:
    for place in range(tickets):
        play.ticket(place)
        if sys.stderr.isatty():
            print(f"\r{place + 1}/{tickets}", end="", file=sys.stderr)
    if sys.stderr.isatty():
        print(file=sys.stderr)


def _arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--base", default="http://127.0.0.1:8000")
    parser.add_argument("--tickets", type=int, default=300)
    parser.add_argument("--waiting", action="store_true", help="take up what is there instead of filing")
    parser.add_argument("--password", default="chainhub-demo", help="of every demonstration account")
    given = parser.parse_args(arguments)
    given.base = given.base.rstrip("/")
    if urlsplit(given.base).scheme not in {"http", "https"} or not _here(urlsplit(given.base).hostname or ""):
        parser.error("--base must be an address of this very machine, such as http://127.0.0.1:8000")
    return given


def _here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


if __name__ == "__main__":
    sys.exit(main())
