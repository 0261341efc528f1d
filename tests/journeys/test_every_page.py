"""Every page of every role: nothing that axe calls serious, no sideways scroll on a phone, light on the line."""

import gzip
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from chainhub.core import clock
from chainhub.tickets.workflow import State
from tests import people
from tests.builders import REACHABLE, a_ticket
from tests.journeys.stage import DESKTOP, PHONE, ROOT, Somebody

AXE = ROOT / "chainhub/web/static/vendor/axe.min.js"
LIGHT = 80_000  # bytes of HTML, CSS and scripts together, compressed, before charts
SIDES = ("phone", "desktop")
_SHAPE = re.compile(
    r"/(?:[A-Z]{2}-\d{4}-\d{5}|e_\w+|\d+)(?=/|$)"
    r"|(?:(?<=^/admin/checklists)|(?<=^/admin/papers)|(?<=^/admin/jobs))/[\w-]+"  # one page for each of a list
)
_LEFT_OUT = re.compile(r"^/(static|healthz|readyz|metrics|api)\b|\.(ics|docx|xlsx)$")
_AXE_RUN = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations
    .filter(one => ["serious", "critical"].includes(one.impact))
    .map(one => one.id + ": " + one.nodes.slice(0, 3).map(node => node.target.join(" ") + " " + (node.any[0] || node.all[0] || node.none[0] || {}).message).join(" | "))"""
_LINK = re.compile(r'<a\b[^>]*\shref="(/[^"#]*)"')
_WIDE = """() => [...document.querySelectorAll('body *')]
    .filter(one => one.getBoundingClientRect().right > innerWidth + 1 && getComputedStyle(one).position !== 'fixed')
    .slice(0, 3).map(one => one.tagName + '.' + one.className)"""


@pytest.fixture(scope="module")
def matters(shared_county) -> dict[State, str]:
    """One matter in every state that can be reached, all of one enterprise."""
    with shared_county.history() as session:
        at = clock.now() - timedelta(hours=2)
        return {
            state: a_ticket(session, state, at, title=f"走到“{state.label}”的一件").number
            for state in REACHABLE
        }


@pytest.mark.parametrize("username", people.EVERYBODY)
def test_every_page_of(username, troupe, matters):
    somebody = troupe(
        username, "desktop", bypass_csp=True
    )  # axe is injected; the pages themselves allow no such thing
    faults: list[str] = []

    for path, status, html in _pages(somebody, matters):
        if status != 200:
            faults.append(f"{path}: {status}")
            continue
        faults += [f"{path} {one}" for one in _faults(somebody)]
        if (weight := _weight(somebody, html)) > LIGHT:
            faults.append(f"{path}: {weight} bytes on the line")

    assert not faults, "\n".join(faults)


def test_the_pages_of_a_stranger(troupe, matters):
    visitor = troupe(people.OWNER, "desktop", signed_in=False, bypass_csp=True)
    for path in ("/sign-in", "/nirgends"):
        visitor.go(path)
        assert not _faults(visitor), path


def test_a_form_with_mistakes(troupe, matters):
    owner = troupe(people.OWNER, "desktop", bypass_csp=True).go("/tickets/new")
    owner.page.locator("#form .btn-primary").click()
    owner.reads("处要改")

    assert not _faults(owner)


_forms: set[str] = set()
_seen: set[str] = set()
"""How pages are built that were looked into already: the same page of another person breaks no other rule."""
_BUILD = """() => {
    const there = id => document.getElementById(id) ? 'found' : 'lost';
    const several = (one, name) => (one.getAttribute(name) || '').split(/ +/).filter(Boolean).map(there).join(' ');
    const said = one => [...one.attributes]
        .filter(at => !/^(href|src|value|id|for|action|d|points|x|y|cx|cy|width|height|content|aria-(labelledby|describedby|controls|label))$/.test(at.name))
        .map(at => at.name + '=' + at.value.replace(/[0-9]+/g, '0')).sort().join(' ');
    const leads = one => ['for', 'aria-labelledby', 'aria-describedby', 'aria-controls', 'list', 'headers']
        .filter(name => one.hasAttribute(name)).map(name => name + ' ' + several(one, name)).join(' ');
    const has = one => ['href', 'id', 'aria-label', 'alt', 'title', 'value', 'placeholder'].filter(name => one.getAttribute(name)).join(' ');
    const build = one => {
        const words = [...one.childNodes].some(part => part.nodeType === 3 && part.data.trim()) ? '…' : '';
        return `<${one.tagName} ${said(one)} ${leads(one)} ${has(one)}>${words}${[...new Set([...one.children].map(build))].join('')}`;
    };
    const ids = [...document.querySelectorAll('[id]')].map(one => one.id);
    const twice = ids.length - new Set(ids).size;
    return twice + build(document.documentElement);
}"""


def _pages(somebody: Somebody, matters: dict[State, str]) -> Iterator[tuple[str, int, str]]:
    """Walk through what this person can reach by links: each kind of page once; the form of a verb once for everybody."""
    found: set[str] = set()
    queue = ["/", "/inbox", "/password"]
    for path in queue:
        bare = path.partition("?")[0]
        shape = _SHAPE.sub("/…", bare)
        if shape in found or _LEFT_OUT.search(bare) or shape in _forms:
            continue
        if "/act/" in shape:
            _forms.add(shape)
        found.add(shape)
        answer = somebody.page.goto(somebody.county.url + path)
        html = answer.text() if answer.status == 200 else ""
        yield path, answer.status, html
        if "/act/" not in shape:
            queue += _links(html)
        if shape == "/tickets":
            queue += [
                link
                for number in matters.values()
                for link in _links(_text(somebody, f"/tickets/{number}"))
                if "/act/" in link
            ]


def _text(somebody: Somebody, path: str) -> str:
    """A page, read without drawing it; nothing where it is not for this person."""
    answer = somebody.page.request.get(somebody.county.url + path)
    return answer.text() if answer.status == 200 else ""


def _links(html: str) -> list[str]:
    """The addresses that a page leads to."""
    return [link.replace("&amp;", "&") for link in _LINK.findall(html)]


def _faults(somebody: Somebody) -> list[str]:
    page, found = somebody.page, []
    fresh = (build := page.evaluate(_BUILD)) not in _seen
    _seen.add(build)
    if fresh:
        page.add_script_tag(path=AXE)
    for side, size in (("360", PHONE), ("1440", DESKTOP)):
        page.set_viewport_size(size["viewport"])
        if fresh:
            found += [f"({side}) {one}" for one in page.evaluate(_AXE_RUN)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"({side}) scrolls sideways: {page.evaluate(_WIDE)}")
    somebody.page.set_viewport_size(PHONE["viewport"])
    return found


_sizes: dict[str, int] = {}


def _weight(somebody: Somebody, html: str) -> int:
    """Bytes of the page and of the styles and scripts that it names, each compressed."""
    total = len(gzip.compress(html.encode()))
    for name in re.findall(r'(?:src|href)="(/static/[^"]+\.(?:css|js)[^"]*)"', html):
        if name not in _sizes:
            _sizes[name] = len(gzip.compress(somebody.page.request.get(somebody.county.url + name).body()))
        total += _sizes[name]
    return total
