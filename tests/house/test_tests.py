"""The tests themselves: none is lost by its name or by a namesake, none talks to the world."""

import ast
from collections import Counter
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
FILES = sorted(
    file for file in TESTS.rglob("*.py") if file.name.startswith("test_") or file.name == "conftest.py"
)


def _called(file: Path) -> str:
    return file.relative_to(TESTS).as_posix()


def _is_fixture(node: ast.FunctionDef) -> bool:
    return any("fixture" in ast.unparse(one) for one in node.decorator_list)


def _functions(file: Path) -> list[ast.FunctionDef]:
    """Functions of a module and methods of its test classes."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            found += [one for one in node.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
    return found


@pytest.mark.parametrize("file", FILES, ids=_called)
def test_every_function_is_a_test_a_fixture_a_hook_or_something_they_use(file):
    """A function that nobody calls is a test that lost its name."""
    text = file.read_text(encoding="utf-8")
    used = Counter(node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name))
    lost = [
        f"{node.name} (line {node.lineno})"
        for node in _functions(file)
        if not node.name.startswith(("test_", "pytest_")) and not _is_fixture(node) and not used[node.name]
    ]

    assert lost == []


@pytest.mark.parametrize("file", FILES, ids=_called)
def test_no_test_is_overwritten_by_a_namesake(file):
    names = Counter(node.name for node in _functions(file))

    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("file", FILES, ids=_called)
def test_no_test_is_left_out_in_silence(file):
    """Neither skipped nor expected to fail: what cannot run fails (contract, `make test`)."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    said = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}

    forbidden = {
        "pytest.skip",
        "pytest.mark.skip",
        "pytest.mark.skipif",
        "pytest.mark.xfail",
        "pytest.importorskip",
    }
    assert said & forbidden == set()


def test_the_network_of_the_tests_ends_at_this_machine():
    """The guard of tests/network.py is on: a connection to anywhere else is refused."""
    import socket

    with socket.socket(socket.AF_INET) as outside, pytest.raises(RuntimeError, match="no test talks"):
        outside.connect(("192.0.2.1", 80))  # an address that RFC 5737 keeps for examples
