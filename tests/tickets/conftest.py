"""The stages of the stories: the application, and a clock that stands where the story puts it."""

import pytest

from chainhub.core import clock
from tests.people import NOW
from tests.tickets.story import Story
from tests.tickets.storytelling import Stage


@pytest.fixture
def story(app, monkeypatch) -> Story:
    """People at their pages, on Monday 2 March 2026 at 9:20 until the story says otherwise."""
    made = Story(app)
    monkeypatch.setattr(clock, "now", lambda: made.now)
    return made


@pytest.fixture
def stage(app, session, monkeypatch) -> Stage:
    """The same with a session beside the pages, to ask what is stored."""
    made = Stage(app, session, NOW)
    monkeypatch.setattr(clock, "now", lambda: made.at)
    return made
