"""The documentation says what the code says: generated pages are fresh, settings and commands are named, links lead somewhere."""

import importlib
import pkgutil
import re
from pathlib import Path

import click
import pytest

import chainhub
from chainhub.cli import cli
from chainhub.core.settings import SETTINGS
from chainhub.core.words import Labelled
from tools import generate_docs

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_FENCE = re.compile(r"```.*?```", re.DOTALL)


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", generate_docs.GENERATED)
def test_a_generated_page_is_what_the_code_generates(name):
    assert _read(name) == generate_docs.GENERATED[name](), f"{name} is stale; run `make docs`"


def test_the_check_tells_a_stale_page(tmp_path):
    for name, make in generate_docs.GENERATED.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(make(), encoding="utf-8")
    assert generate_docs.stale(tmp_path) == []

    (tmp_path / "docs/settings.md").write_text("old", encoding="utf-8")

    assert generate_docs.stale(tmp_path) == ["docs/settings.md"]


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda one: one.name)
def test_every_setting_is_explained(setting):
    assert f"`{setting.variable}`" in _read("docs/settings.md")
    assert f"#{setting.variable}={setting.default}\n" in _read("config/example.env")


def _commands(group: click.Group, above: str = "chainhub") -> list[str]:
    found = []
    for name, command in group.commands.items():
        path = f"{above} {name}"
        found.extend(_commands(command, path) if isinstance(command, click.Group) else [path])
    return found


@pytest.mark.parametrize("command", _commands(cli))
def test_every_command_stands_in_the_contract(command):
    assert re.search(rf"`{command}[ `\[]", _read("docs/contract.md")), command


@pytest.mark.parametrize("target", re.findall(r"^([a-z-]+):.*##", _read("Makefile"), re.MULTILINE))
def test_every_target_of_make_stands_in_the_contract(target):
    if target != "help":
        assert f"`make {target}`" in _read("docs/contract.md"), target


def test_the_changelog_begins_with_what_is_unreleased():
    headings = re.findall(r"^## (.+)$", _read("CHANGELOG.md"), re.MULTILINE)

    assert headings[0] == "Unreleased"


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {words.replace(" ", "-") for words in plain}


@pytest.mark.parametrize("page", PAGES, ids=lambda one: str(one.relative_to(ROOT)))
def test_every_link_to_a_local_file_leads_there(page):
    broken = []
    for target in _LINK.findall(_FENCE.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.exists() or (anchor and there.suffix == ".md" and anchor not in _anchors(there)):
            broken.append(target)

    assert not broken


@pytest.mark.parametrize(
    "term", [one for one in generate_docs.TERMS if one.where], ids=lambda one: one.chinese
)
def test_a_word_of_the_glossary_is_found_where_it_is_said_to_be(term):
    text = _read(term.where).lower()

    assert all(name in text for name in term.identifier.split(" / "))


def test_the_glossary_shows_every_enum_that_people_read():
    listed = {kind for _, kind, _ in generate_docs.ENUMS}

    assert _labelled() == listed


def _labelled() -> set[type[Labelled]]:
    names = [one.name for one in pkgutil.walk_packages(chainhub.__path__, "chainhub.")]
    for name in names:
        if ".migrations" not in name and not name.endswith("__main__"):
            importlib.import_module(name)
    return {kind for kind in Labelled.__subclasses__() if kind.__module__.startswith("chainhub.")}


@pytest.mark.parametrize("page", PAGES, ids=lambda one: str(one.relative_to(ROOT)))
def test_no_page_speaks_of_paths_on_somebodys_machine(page):
    assert not re.search(r"/(work|home|root|Users)/", page.read_text(encoding="utf-8"))
