"""Fixtures of the journeys: a served county, a browser, people per test.

Pictures of every step go to the folder that CHAINHUB_SHOTS names; without it none are taken.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests import machine
from tests.conftest import _HASH
from tests.journeys.stage import Album, County, Troupe, seeded

_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever needs the browser is slow: no journey can forget its mark."""
    for item in items:
        if Path(item.path).is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def shots() -> Path | None:
    """Where pictures go, for whoever wants to look at them: a story is told by what it asserts, not by pictures."""
    given = os.environ.get("CHAINHUB_SHOTS")
    return Path(given) if given else None


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole folder; closed with it, so that no other test runs inside Playwright's loop."""
    found = machine.chromium()
    assert found, "no Chromium: run `python tests/machine.py` first, as `make test` does"
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=found, args=_ARGUMENTS)
        yield made
        made.close()


@pytest.fixture(scope="session")
def empty_county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A county without a history, made once and copied for each file."""
    file = tmp_path_factory.mktemp("seeded") / "chainhub.db"
    seeded(f"sqlite:///{file}", _HASH)
    return file


@pytest.fixture(scope="package")
def shared_county(empty_county: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    """One county for all journeys that look at their own matters alone, served by the real command."""
    yield from _served(empty_county, tmp_path_factory.mktemp("county"))


@pytest.fixture
def own_county(empty_county: Path, tmp_path: Path) -> Iterator[County]:
    """A county for one journey alone: for those that move the clock or break something."""
    yield from _served(empty_county, tmp_path)


def _served(empty_county: Path, folder: Path) -> Iterator[County]:
    shutil.copy(empty_county, folder / "chainhub.db")
    made = County(folder)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def county(request: pytest.FixtureRequest) -> County:
    """The county of a journey: the shared one, unless its file asks for one of its own."""
    own = getattr(request.module, "OWN_COUNTY", False)
    return request.getfixturevalue("own_county" if own else "shared_county")


@pytest.fixture
def troupe(
    browser: Browser, county: County, shots: Path | None, request: pytest.FixtureRequest
) -> Iterator[Troupe]:
    """Call people onto the stage: `troupe(people.OWNER, "phone")`. No page may break while they play."""
    name = request.node.name.removeprefix("test_").replace("[", "-").replace("]", "")
    made = Troupe(browser, county, Album(shots and shots / name))
    yield made
    accidents = made.leave()
    assert not accidents, accidents
