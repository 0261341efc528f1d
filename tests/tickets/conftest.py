"""A stage for the stories: the doors' clock stands where the story puts it."""

import pytest

from chainhub.core import clock
from tests.people import NOW
from tests.tickets.storytelling import Stage


@pytest.fixture
def stage(app, session, monkeypatch) -> Stage:
    made = Stage(app, session, NOW)
    monkeypatch.setattr(clock, "now", lambda: made.at)
    return made
