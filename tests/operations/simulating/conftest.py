"""A county of its own for a simulation, on either database: it commits for real."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

import config
from chainhub.operations import schema, seed
from tests.conftest import _HASH
from tests.people import china

END = china(2026, 10, 12, 18)


@pytest.fixture
def county(empty: Engine) -> Iterator[Engine]:
    """The model county with its people and no tickets, in a database of its own."""
    schema.upgrade(empty)
    with Session(empty) as session, session.begin():
        seed.seed_model(session, config.county, _HASH, now=china(2026, 9, 1))
    yield empty
    empty.dispose()
