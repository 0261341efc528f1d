"""Fixtures of the operator's commands."""

from contextlib import contextmanager

import pytest
from sqlalchemy.orm import Session

from chainhub.core import clock
from chainhub.core.actor import THE_CLOCK
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.documents.attachments import storing
from tests.operations.errand_kit import turn
from tests.people import NOW


@pytest.fixture
def opening(connection):
    """What the command line hands in at a moment: each call is a unit of work of the clock, committed at its end."""

    def _at(at):
        @contextmanager
        def _opened():
            with Session(connection, join_transaction_mode="create_savepoint") as session, session.begin():
                yield Work(session, THE_CLOCK, at, known.of(session).calendar)

        return _opened

    return _at


@pytest.fixture
def opened(opening):
    """The same at the moment of the tests."""
    return opening(NOW)


@pytest.fixture
def scheduler(app, connection, opening):
    """The scheduler's turn at the moment of the pages, with the storage of the application."""
    storing.equip(connection, app.extensions["chainhub_storage"])

    def _turn() -> None:
        turn(opening(clock.now()))

    return _turn
