"""Writes that go out one behind the other: all of them stand, or none, and what is refused is said in SQLAlchemy's words."""

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from chainhub.core.db import in_one_go
from chainhub.county.directory.models import Chain

pytestmark = pytest.mark.slow
_ADDING = insert(Chain.__table__)


def _chain(code):
    return {"code": code, "name": code, "short": code, "prefix": code[:4], "position": 9}


def _count(session):
    return session.scalar(select(func.count()).select_from(Chain))


def _send(session, *chains):
    with in_one_go(session):
        for chain in chains:
            session.connection().execute(_ADDING, chain)


def test_what_was_sent_stands_when_the_block_ends(session):
    before = _count(session)

    _send(session, _chain("aaaa"), [_chain("bbbb"), _chain("cccc")])

    assert _count(session) == before + 3


def test_a_row_that_is_refused_is_an_integrity_error_at_the_end_at_the_latest(session):
    before = _count(session)

    with pytest.raises(IntegrityError, match="chain"), session.begin_nested():
        _send(session, _chain("aaaa"), _chain("aaaa"), _chain("dddd"))

    assert _count(session) == before


def test_a_row_that_cannot_be_written_at_all_is_said_as_what_it_is(session):
    with pytest.raises(IntegrityError, match="name"), session.begin_nested():
        _send(session, _chain("aaaa"), {"code": "bbbb"})
