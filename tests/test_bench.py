"""The measuring instrument itself: a small run measures everything and writes its page."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.slow
def test_a_quick_run_measures_everything_and_keeps_what_is_written_by_hand(tmp_path: Path):
    page = tmp_path / "performance.md"
    page.write_text("old\n<!-- by hand: begin -->\nkept\n<!-- by hand: end -->\nold", encoding="utf-8")

    done = subprocess.run(
        [sys.executable, "-m", "bench", "--quick", "--databases", "sqlite", "--out", str(page)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    written = page.read_text(encoding="utf-8")
    assert "<!-- by hand: begin -->\nkept\n<!-- by hand: end -->" in written
    for part in ("## Against the targets", "## Pages", "## Four clients", "## Search", "sweep: clocks due"):
        assert part in written
    assert "old" not in written


@pytest.mark.slow
def test_a_small_county_shows_how_the_sweep_of_a_million_is_measured():
    """A thousand due in a county of a thousand; docs/reliability.md has the figures of a million."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.million", "--sizes", "1000", "--databases", "sqlite"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "| sqlite | 1,000 | 1,000 |" in done.stdout
