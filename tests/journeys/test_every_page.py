"""Every page of every role: nothing that axe calls serious, no sideways scroll on a phone, light on the line."""

import gzip
import re
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

    for path in _pages(somebody, matters):
        answer = somebody.page.goto(somebody.county.url + path)
        if answer.status != 200:
            faults.append(f"{path}: {answer.status}")
            continue
        faults += [f"{path} {one}" for one in _faults(somebody)]
        if (weight := _weight(somebody)) > LIGHT:
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


def _pages(somebody: Somebody, matters: dict[State, str]) -> list[str]:
    """What this person can reach by links: each kind of page once; the form of a verb once for everybody."""
    found: dict[str, str] = {}
    queue = ["/", "/inbox", "/password"]
    for path in queue:
        bare = path.partition("?")[0]
        shape = _SHAPE.sub("/…", bare)
        if shape in found or _LEFT_OUT.search(bare):
            continue
        if "/act/" in shape:
            if shape not in _forms:
                _forms.add(shape)
                found[shape] = path
            continue
        found[shape] = path
        queue += _links(somebody, path)
        if shape == "/tickets":
            queue += [
                link
                for number in matters.values()
                for link in _links(somebody, f"/tickets/{number}")
                if "/act/" in link
            ]
    return list(found.values())


def _links(somebody: Somebody, path: str) -> list[str]:
    """The addresses that a page leads to, read without drawing it."""
    answer = somebody.page.request.get(somebody.county.url + path)
    return (
        [link.replace("&amp;", "&") for link in _LINK.findall(answer.text())] if answer.status == 200 else []
    )


def _faults(somebody: Somebody) -> list[str]:
    page, found = somebody.page, []
    page.add_script_tag(path=AXE)
    for side, size in (("360", PHONE), ("1440", DESKTOP)):
        page.set_viewport_size(size["viewport"])
        found += [f"({side}) {one}" for one in page.evaluate(_AXE_RUN)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"({side}) scrolls sideways: {page.evaluate(_WIDE)}")
    somebody.page.set_viewport_size(PHONE["viewport"])
    return found


_sizes: dict[str, int] = {}


def _weight(somebody: Somebody) -> int:
    """Bytes of the page and of the styles and scripts that it names, each compressed."""
    html = somebody.page.request.get(somebody.page.url).text()
    total = len(gzip.compress(html.encode()))
    for name in re.findall(r'(?:src|href)="(/static/[^"]+\.(?:css|js)[^"]*)"', html):
        if name not in _sizes:
            _sizes[name] = len(gzip.compress(somebody.page.request.get(somebody.county.url + name).body()))
        total += _sizes[name]
    return total
