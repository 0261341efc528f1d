"""The stage of a story: the application, and a clock that stands where the story puts it."""

import pytest

from chainhub.core import clock
from tests.tickets.story import Story


@pytest.fixture
def story(app, monkeypatch) -> Story:
    """People at their pages, on Monday 2 March 2026 at 9:20 until the story says otherwise."""
    made = Story(app)
    monkeypatch.setattr(clock, "now", lambda: made.now)
    return made
