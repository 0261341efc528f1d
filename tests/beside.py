"""Real data that lies beside the checkout on some machines. A test that wants it says so where it is missing."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


def beside(name: str) -> Path:
    """The path of a data file, or a skip that names what is missing."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{name} is not beside this checkout; it cross-checks what other tests assert without it")
    return path
