"""What no linter knows of this house: who may move a ticket, who may look at the clock, what may be swallowed."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = sorted((ROOT / "chainhub").rglob("*.py"))

CLOCK = "chainhub/core/clock.py"
MAY_LOOK_AT_THE_CLOCK = {
    "chainhub/app.py",  # hands the clock to sign-in; asks nothing itself
    "chainhub/cli/checking.py",  # commands, here and in the next four
    "chainhub/cli/files.py",
    "chainhub/cli/opening.py",
    "chainhub/cli/playing.py",
    "chainhub/cli/running.py",
    "chainhub/scheduler.py",  # the process that is the clock
    "chainhub/web/engine.py",  # how long a connection stood idle
    "chainhub/web/doors.py",  # the one unit of work of a request
    "chainhub/web/signing.py",  # idle time of a session
    "chainhub/county/people/entering.py",  # before anybody is signed in there is no unit of work
    "chainhub/operations/views.py",  # /readyz and /metrics
    "chainhub/notices/delivering.py",  # how long one medium has been sending
    "chainhub/notices/senders/calling.py",  # how long a server dawdles
}
"""The doors. Everybody else is given `now`."""
_READS_TIME = {
    "now",
    "utcnow",
    "today",
    "time",
    "time_ns",
    "monotonic",
    "perf_counter",
    "localtime",
    "gmtime",
}
_OF_TIME = {"datetime", "date", "time", "clock"}
MAY_CATCH_ALL = {"chainhub/core/sweeps.py", "chainhub/web/doors.py"}
"""A sweep lets one bad row sink nobody; a door rolls back and raises again."""


def _name(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


@cache
def _parsed(file: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))


def _nodes(kind: type | tuple[type, ...], files: list[Path] = CODE) -> Iterator[tuple[str, ast.AST]]:
    for file in files:
        for node in _parsed(file):
            if isinstance(node, kind):
                yield _name(file), node


def test_only_the_service_of_tickets_moves_a_ticket():
    found = set()
    for name, node in _nodes((ast.Assign, ast.AnnAssign, ast.AugAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            for part in ast.walk(target):
                if (
                    isinstance(part, ast.Attribute)
                    and part.attr == "state"
                    and isinstance(part.ctx, ast.Store)
                ):
                    found.add((name, node.lineno))

    assert [one for one in sorted(found) if not one[0].startswith("chainhub/tickets/service/")] == []
    assert found, "nobody moves a ticket: this test looks at the wrong thing"


def test_no_ticket_is_moved_behind_the_services_back():
    """Neither `setattr(ticket, "state", …)` nor an UPDATE that sets `state`."""
    found = []
    for name, node in _nodes(ast.Call):
        said = ast.unparse(node.func)
        if said == "setattr" and "state" in ast.unparse(node.args[1]):
            found.append((name, node.lineno))
        if said.endswith(".values") and any(one.arg == "state" for one in node.keywords) and "update" in said:
            found.append((name, node.lineno))

    assert [one for one in found if not one[0].startswith("chainhub/tickets/service/")] == []


def test_only_doors_look_at_the_clock():
    found = set()
    for name, node in _nodes(ast.Call):
        func = node.func
        if (
            isinstance(func, ast.Attribute)
            and func.attr in _READS_TIME
            and ast.unparse(func.value).split(".")[-1] in _OF_TIME
        ):
            found.add(name)

    assert found <= MAY_LOOK_AT_THE_CLOCK | {CLOCK}
    assert found >= MAY_LOOK_AT_THE_CLOCK, f"take off the list: {MAY_LOOK_AT_THE_CLOCK - found}"


def test_only_one_file_asks_the_machine_for_the_time():
    found = {
        name
        for name, node in _nodes(ast.Call)
        if isinstance(node.func, ast.Attribute)
        and node.func.attr in _READS_TIME
        and ast.unparse(node.func.value) in {"datetime", "date", "time", "datetime.datetime", "datetime.date"}
    }

    assert found == {CLOCK}


def test_nothing_is_swallowed():
    silent = []
    for name, node in _nodes(ast.ExceptHandler):
        catches_all = node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"}
        does_nothing = all(isinstance(one, ast.Pass) or _is_ellipsis(one) for one in node.body)
        if does_nothing or (catches_all and name not in MAY_CATCH_ALL):
            silent.append(f"{name}:{node.lineno}")

    assert silent == []


def _is_ellipsis(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and node.value.value is ...


def test_nothing_is_printed_and_nothing_reads_the_environment_below_the_entry_points():
    entries = {"chainhub/cli/__init__.py", "chainhub/cli/opening.py"}
    found = {
        f"{name}:{node.lineno}"
        for name, node in _nodes(ast.Attribute)
        if ast.unparse(node) in {"os.environ", "os.getenv"} and name not in entries
    }

    assert found == set()


@pytest.mark.parametrize("room", ["service", "queries"])
def test_nobody_commits_but_the_doors(room):
    """A use case never commits: the door has the only commit of a request."""
    files = [file for file in CODE if file.stem == room or f"/{room}/" in file.as_posix()]
    found = [
        f"{name}:{node.lineno}"
        for name, node in _nodes(ast.Call, files)
        if isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]

    assert found == []


def test_every_sweep_stands_in_the_timetable():
    """Each `jobs.py` is on the one screen of background work; no file starts a thread of its own."""
    timetable = (ROOT / "chainhub/timetable.py").read_text(encoding="utf-8")
    for file in CODE:
        if file.name == "jobs.py":
            assert (
                f"from chainhub.{file.parent.relative_to(ROOT / 'chainhub').as_posix().replace('/', '.')} import jobs"
                in timetable
            )

    threads = {
        name
        for name, node in _nodes(ast.Attribute)
        if ast.unparse(node) in {"threading.Thread", "threading.Timer"}
    }
    assert threads == set()
