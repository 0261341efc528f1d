"""The templates: no script or style of their own, one token in every form, nothing undefined when they are drawn."""

import re
from pathlib import Path

import pytest
from jinja2 import StrictUndefined, meta

from chainhub.tickets.workflow import State
from tests import people
from tests.builders import REACHABLE, a_ticket

pytestmark = [pytest.mark.slow, pytest.mark.one_database]  # what a template names depends on no database


CHAINHUB = Path(__file__).resolve().parents[2] / "chainhub"
TEMPLATES = sorted(CHAINHUB.rglob("templates/**/*.html"))
STATIC = CHAINHUB / "web" / "static"
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_INLINE = {
    "a style attribute": re.compile(r"<[^>{]*\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "an event attribute": re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "a script without a file": re.compile(r"<script\b(?![^>]*\bsrc=)", re.IGNORECASE),
    "an address that is a script": re.compile(r"javascript:", re.IGNORECASE),
    "htmx code in an attribute": re.compile(r"\shx-(on|vals\s*=\s*['\"]js:)", re.IGNORECASE),
    "something from elsewhere": re.compile(r"(?:src|href)=['\"](?:https?:)?//", re.IGNORECASE),
    "text that is not escaped": re.compile(r"\|\s*safe\b|autoescape\s+false", re.IGNORECASE),
}
"""What the policy of the pages (script-src 'self', style-src 'self') would refuse, and what it would not see."""


def _called(file: Path) -> str:
    return file.relative_to(CHAINHUB).as_posix()


@pytest.mark.parametrize("file", TEMPLATES, ids=_called)
def test_a_template_brings_no_script_or_style_of_its_own(file):
    text = _COMMENT.sub("", file.read_text(encoding="utf-8"))

    assert [what for what, pattern in _INLINE.items() if pattern.search(text)] == []


@pytest.mark.parametrize("file", TEMPLATES, ids=_called)
def test_every_form_that_changes_something_carries_a_token(file):
    text = _COMMENT.sub("", file.read_text(encoding="utf-8"))
    for form in re.findall(r"<form\b.*?</form>", text, re.DOTALL | re.IGNORECASE):
        if re.search(r"method=['\"]post['\"]", form.partition(">")[0], re.IGNORECASE):
            assert "csrf()" in form, form[:200]


@pytest.fixture
def strict(app, monkeypatch):
    """The application, refusing whatever a template names that its view did not hand in."""
    monkeypatch.setattr(app.jinja_env, "undefined", StrictUndefined)
    app.jinja_env.cache.clear()
    yield app
    app.jinja_env.cache.clear()


@pytest.fixture
def numbers(session) -> dict[State, str]:
    found = {state: a_ticket(session, state).number for state in REACHABLE}
    session.commit()
    return found


_LINK = re.compile(r'href="(/(?!static)[^"#]*)"')
_SHAPE = re.compile(r"/(?:[A-Z]{2}-\d{4}-\d{5}|\d+)(?=/|$)")


@pytest.mark.parametrize("username", people.EVERYBODY)
def test_every_page_of_a_person_names_only_what_it_was_given(strict, as_, numbers, username):
    """Walk along the links of the pages, each kind of page once, each ticket in every state."""
    client = as_(username)
    seen: set[str] = set()
    queue = ["/", "/inbox", "/password", "/tickets?q=没有这样的", "/tickets?state=handling&due=7"]
    queue += [f"/tickets/{number}" for number in numbers.values()]
    drawn = 0

    for path in queue:
        bare = path.replace("&amp;", "&")
        shape = (
            bare
            if bare in queue[:5] or re.fullmatch(r"/tickets/[A-Z0-9-]+", bare)
            else _SHAPE.sub("/…", bare.partition("?")[0])
        )
        if shape in seen or shape.startswith("/api/"):
            continue
        seen.add(shape)
        answer = client.get(bare)
        assert answer.status_code < 500, f"{bare}: {answer.status_code}"
        drawn += answer.status_code == 200
        if answer.mimetype == "text/html":  # a file that is fetched leads nowhere
            queue += _LINK.findall(answer.get_data(as_text=True))

    assert drawn >= 3


@pytest.mark.parametrize("path", ["/sign-in", "/nirgends"])
def test_the_pages_for_strangers_name_only_what_they_were_given(strict, client, path):
    assert client.get(path).status_code in {200, 404}


@pytest.mark.parametrize("file", TEMPLATES, ids=_called)
def test_a_template_asks_no_database_and_reckons_no_dates(file):
    text = _COMMENT.sub("", file.read_text(encoding="utf-8"))

    assert not re.search(r"\.(query|session|execute|scalars|strftime|timestamp)\(", text)


@pytest.mark.parametrize("sheet", sorted(STATIC.glob("*.css")), ids=lambda one: one.name)
def test_a_style_sheet_closes_every_block_before_the_next_part(sheet):
    """An open block swallows all rules behind it, and no browser says so."""
    depth = 0
    for place, line in enumerate(sheet.read_text(encoding="utf-8").split("\n"), start=1):
        assert depth == 0 or not line.startswith((".", "@", "/* ----")), f"{sheet.name}:{place}: {line}"
        depth += line.count("{") - line.count("}")

    assert depth == 0


def test_a_part_that_is_kept_knows_nothing_but_its_facts(standing_app):
    """What is drawn once is shown to everybody with equal facts: nobody's name, no token, no address of this request."""
    drawn = re.compile(r"parts\.drawn\(\s*\"([^\"]+)\"")
    named = {
        name for file in CHAINHUB.rglob("*.py") for name in drawn.findall(file.read_text(encoding="utf-8"))
    }
    assert named

    env = standing_app.jinja_env
    for name in named:
        source, _, _ = env.loader.get_source(env, name)
        assert meta.find_undeclared_variables(env.parse(source)) == {"facts"}, name
