"""What is kept in the repository: text that people wrote, no link to a place of one machine, nothing that is built."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
IGNORED = [line.strip("/") for line in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()]


def _left_out(path: Path) -> bool:
    """Tell whether .gitignore names the path or a folder that it lies in."""
    within = path.relative_to(ROOT)
    return any(
        part == ".git" or any(Path(part).match(name) for name in IGNORED if "/" not in name)
        for part in within.parts
    ) or any(within.is_relative_to(name) for name in IGNORED if "/" in name)


def _kept() -> list[Path]:
    """Return the files that git keeps, or where there is no checkout, those that it would."""
    listed = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "-C", str(ROOT), "ls-files", "-z"],
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        return [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in ROOT.rglob("*") if not _left_out(path) and not path.is_dir()]


@pytest.fixture(scope="module")
def kept() -> list[Path]:
    found = _kept()
    assert ROOT / "pyproject.toml" in found
    return found


def test_no_link_is_kept(kept):
    assert [str(path.relative_to(ROOT)) for path in kept if path.is_symlink()] == []


def test_nothing_that_is_built_is_kept(kept):
    assert [str(path.relative_to(ROOT)) for path in kept if _left_out(path)] == []


def test_an_environment_is_left_out_as_a_folder_and_as_a_link():
    assert ".venv" in IGNORED  # with a slash behind it, git leaves out folders alone


def test_all_that_is_kept_is_text(kept):
    assert [
        str(path.relative_to(ROOT)) for path in kept if path.exists() and b"\0" in path.read_bytes()
    ] == []
