"""What can be aimed at: every form of every page, found on the pages themselves, with a person who may send it.

The map of addresses says what there is; `scenes.py` says who opens which page. A form that no scene shows is missed by
name in the test, so that a new one cannot stay outside.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from chainhub.tickets.workflow import TABLE, State
from tests import people
from tests.builders import SOON
from tests.house.scenes import WHO, Scene, acted
from tests.people import NOW

TEXTS = frozenset({"text", "textarea", "search", "tel", "password", ""})
DAYS = frozenset({"date", "datetime-local"})
CHOICES = frozenset({"select", "radio", "checkbox"})
SAYS = {
    "username": people.OWNER,
    "name": "王小测",
    "phone": "13800001234",
    "contact_phone": "13800001234",
    "contact_person": "陶见禾",
    "person": people.POWER,
    "password": "chainhub-demo",
    "successor": people.POWER_DEPUTY,
    "substitute": people.CLOSER,
    "old": "chainhub-demo",
    "new": "yige-xin-mima-2026",
    "again": "yige-xin-mima-2026",
    "keywords": "专线、增容",
    "place": "1",
    "contacted_person": "陶见禾",
    "word_by": "陶见禾",
    "title": "厂门口的路",
    "content": "厂门口的路坏了三个月，车进不来。",
}
"""What somebody would write in a field of this name; anywhere else a sentence will do."""


TODAY = NOW.date()
_THERE = {
    ("tickets.backfill", "raised_on"): str(TODAY - timedelta(days=2)),
    ("tickets.backfill", "solved_on"): str(TODAY - timedelta(days=1)),
    ("tickets.reply_up", "replied_on"): str(TODAY),
    ("tickets.handovers", "successor"): people.POWER_DEPUTY,
    ("people.new_account", "username"): "wangxiaoce",
    ("people.new_account", "enterprise_code"): "",
    ("leave.index", "from_on"): str(TODAY + timedelta(days=7)),
    ("leave.index", "until_on"): str(TODAY + timedelta(days=8)),
    ("tickets.ask", "until"): str(TODAY + timedelta(days=23)),
    ("tickets.submit", "channel"): "superior",
    ("tickets.copy", "person"): people.TRANSPORT,
    ("visits.new", "enterprise"): people.FIRM,
    ("guide_papers.grade", "year"): str(NOW.year),
    ("codes.ask", "number"): "13900002077",
    ("reports.begin", "month"): "2026-02",
    ("ways.propose", "address"): "lin@example.cn",
    ("routines.act", "address"): "https://example.cn/minutes",
    ("outgoing.test", "to"): "lin@example.cn",
    ("guides.new_guide", "username"): people.GUIDE,
    ("guides.new_guide", "capacity"): "3",
    ("guides.reduce", "less"): "1",
    ("guides.reduce", "back_on"): "2026-06-01",
    ("guides.leave", "on"): "2026-03-02",
    ("guides.pair", "tie"): "pin",
    ("guides.firm_wishes", "wish2"): "",
    ("guides.firm_wishes", "wish3"): "",
    ("guides.guide_wishes", "wish2"): "",
    ("guides.guide_wishes", "wish3"): "",
    ("around.decide", "due_on"): "2028-01-10",  # after the session that was held
}
"""What a field of this name is to hold in one form alone."""
_CHOSEN = {"role": "committee", "scope": "chain:equipment", "post": "contact"}


@dataclass(frozen=True)
class Control:
    """One field of a form as the page has it."""

    name: str
    kind: str  # text, textarea, select, radio, checkbox, hidden, date, file …
    value: str = ""
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Target:
    """One form: who sends it, from which page, to which address, with what in it."""

    username: str  # empty: nobody is signed in
    where: str
    path: str
    endpoint: str
    word: str  # of an address that serves several verbs: which
    controls: tuple[Control, ...] = ()
    button: tuple[str, str] = ("", "")

    def __str__(self) -> str:
        return f"{self.endpoint} {self.word} {self.username} {self.path}"

    def named(self, *kinds: str) -> list[str]:
        """Return the names of the fields of these kinds."""
        return list(dict.fromkeys(one.name for one in self.controls if one.kind in kinds))

    def filled(self) -> MultiDict:
        """Return the form as somebody would send it."""
        found: MultiDict = MultiDict()
        for one in self.controls:
            if (self.endpoint, one.name) in _THERE:
                found[one.name] = _THERE[self.endpoint, one.name]
                continue
            if one.kind == "file":
                continue
            if one.kind in {"radio", "checkbox"} and one.name in found:
                continue
            found.add(one.name, _said(one))
        if self.button[0]:
            found[self.button[0]] = self.button[1]
        return found


def _said(one: Control) -> str:
    if one.kind == "select":
        if one.name.startswith(("co_units-", "decisions-")) or one.name in {
            "complained_unit",
            "into",
            "enterprise_code",
        }:
            return ""
        if one.name in _CHOSEN:
            return _CHOSEN[one.name]
        return one.value or next((option for option in one.options if option), "")
    if one.kind == "date":
        return one.value or SOON.isoformat()
    if one.kind == "datetime-local":
        return ""
    if one.kind in TEXTS:
        return one.value or SAYS.get(one.name, "写明情况，请办理。")
    return one.value


ACTING = ("tickets.act", "tickets.resolve")
"""The doors of the verbs: one for all, and one of its own where files may come with it."""


def aimed(app: Flask, scene: Scene, as_: Callable[[str], FlaskClient]) -> dict[tuple[str, str], Target]:
    """Return every form that is found, by endpoint and the word in its address."""
    found: dict[tuple[str, str], Target] = {}
    for one in _of_scripts(scene):
        found[one.endpoint, ""] = one
    for username, where in scene.pages:
        page = as_(username).get(where)
        if page.status_code == 200:
            for one in forms(app, username, where, page.get_data(as_text=True)):
                found.setdefault((one.endpoint, _kind_of(one)), one)
    merges = scene.numbers[State.HANDLING], scene.numbers[State.ACCEPTED]
    for action in sorted(acted()):
        states = {row.source for row in TABLE if row.action is action}
        numbers = [
            *scene.special.get(action, ()),
            *(scene.numbers[one] for one in sorted(states) if one in scene.numbers),
        ]
        who = {one for row in TABLE if row.action is action for one in row.who}
        for username, number in ((u, n) for n in numbers for part in sorted(who) for u in WHO.get(part, ())):
            if any((door, action.value) in found for door in ACTING):
                break
            where = f"/tickets/{number}/act/{action.value}"
            page = as_(username).get(where)
            if page.status_code == 200:
                for one in forms(app, username, where, page.get_data(as_text=True)):
                    if one.endpoint in ACTING:
                        found[one.endpoint, action.value] = one
    write_in(found, ("tickets.act", "merge"), "into", merges[0])
    write_in(found, ("tickets.add_to_common", ""), "tickets", merges[1])
    return found


def write_in(found: dict, key: tuple[str, str], name: str, value: str) -> None:
    """Let a text field of one form hold what only this county has."""
    if key in found:
        controls = (replace(one, value=value) if one.name == name else one for one in found[key].controls)
        found[key] = replace(found[key], controls=tuple(controls))


def _of_scripts(scene: Scene) -> Iterator[Target]:
    """Give what a script sends from pages that have no form for it."""
    yield Target(
        people.OWNER,
        "/tickets/new",
        "/tickets/new/guess",
        "tickets.guess",
        "",
        (Control("csrf_token", "hidden"), Control("content", "textarea"), Control("enterprise", "hidden")),
    )
    looking = f"/tickets/{scene.busy}/looking"
    yield Target(
        people.CLERK,
        f"/tickets/{scene.busy}",
        looking,
        "tickets.looking",
        "",
        (Control("csrf_token", "hidden"),),
    )


def _kind_of(one: Target) -> str:
    """Tell forms of one address apart by who sends them, where what they ask for differs by that."""
    return f"{one.word} {one.username}" if one.endpoint in _BY_WHOM else one.word


_BY_WHOM = {"tickets.submit", "tickets.instruct", "tickets.whistle"}


def forms(app: Flask, username: str, where: str, page: str) -> Iterator[Target]:
    """Give every form of a page that writes."""
    adapter = app.url_map.bind("localhost")
    for form in html.document_fromstring(page).forms:
        if (form.get("method") or "").lower() != "post":
            continue
        path = form.get("action") or where
        try:
            endpoint, values = adapter.match(path.partition("?")[0], method="POST")
        except HTTPException as error:
            raise AssertionError(f"{where}: a form leads to {path}, where nobody takes it") from error
        word = str(values.get("word") or values.get("action") or "")
        buttons = [one for one in form.iter("button") if one.get("type", "submit") == "submit"]
        named = next((one for one in buttons if one.get("name") and one.get("name") != "insert"), None)
        plain = any(not one.get("name") and one.get("class") != "unseen" for one in buttons)
        pressed = ("", "") if plain or named is None else (named.get("name"), named.get("value") or "")
        yield Target(username, where, path, endpoint, word, tuple(_controls(form)), pressed)


def _controls(form) -> Iterator[Control]:
    for one in form.iter("input", "textarea", "select"):
        name = one.get("name")
        if not name or one.get("disabled") is not None:
            continue
        if one.tag == "select":
            options = tuple(option.get("value", option.text or "") for option in one.iter("option"))
            chosen = next(
                (o.get("value", o.text or "") for o in one.iter("option") if o.get("selected") is not None),
                "",
            )
            yield Control(name, "select", chosen, options)
        elif one.tag == "textarea":
            yield Control(name, "textarea", (one.text or "").strip())
        else:
            yield Control(name, (one.get("type") or "text").lower(), one.get("value") or "")
