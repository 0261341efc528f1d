"""Fixtures of the doors of this room."""

from tests.county.browsing import browser, moment

__all__ = ["browser", "moment"]
