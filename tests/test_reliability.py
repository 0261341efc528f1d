"""Nothing is lost when processes are killed: a short run of the instrument whose long run stands in docs/reliability.md."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
SHORT = ("--kills", "3", "--pause", "0.8", "--tickets", "150", "--ringing", "40", "--restart-every", "3")


def test_no_promise_is_broken_when_schedulers_and_web_workers_are_killed():
    """Three kills on each database, and one restart of PostgreSQL under everybody."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "bench.reliability", *SHORT],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    for database in ("sqlite", "postgresql"):
        assert f"{database}: 3 kills in" in done.stdout
    assert "1 restarts of the server" in done.stdout
    assert "BROKEN" not in done.stdout
