"""Fixtures of the county's doors."""

from tests.county.browsing import browser, moment

__all__ = ["browser", "moment"]
