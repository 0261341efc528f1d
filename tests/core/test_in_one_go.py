"""Writes that go out in one go: all of them stand, or none, and what is refused is said in SQLAlchemy's words."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from chainhub.core.db import add_rows, in_one_go, set_rows
from chainhub.county.directory.models import Chain, Enterprise
from chainhub.county.people.models import User
from chainhub.notices.models import Notice
from chainhub.notices.rules import NoticeKind
from tests.people import NOW, OWNER

pytestmark = pytest.mark.slow
CHAINS, FIRMS, NOTICES = Chain.__table__, Enterprise.__table__, Notice.__table__


def _chain(code):
    return {"code": code, "name": code, "short": code, "prefix": code[:4], "position": 9}


def _firm(session, code, chain):
    """Return a row of an enterprise like one that is there, of another chain."""
    there = session.execute(select(FIRMS).limit(1)).mappings().one()
    return {**there, "code": code, "name": code, "short": code, "chain_code": chain}


def _count(session):
    return session.scalar(select(func.count()).select_from(Chain))


def _break_off(session):
    with in_one_go(session):
        add_rows(session, CHAINS, [_chain("aaaa")])
        raise ZeroDivisionError


def test_what_was_given_stands_when_the_block_ends(session):
    before = _count(session)

    with in_one_go(session):
        add_rows(session, CHAINS, [_chain("aaaa")])
        add_rows(session, CHAINS, [_chain("bbbb"), _chain("cccc")])

    assert _count(session) == before + 3


def test_a_row_may_hang_on_another_of_the_same_block(session):
    with in_one_go(session):
        add_rows(session, CHAINS, [_chain("aaaa")])
        add_rows(session, FIRMS, [_firm(session, "NEU1", "aaaa")])

    assert session.get(Enterprise, "NEU1").chain_code == "aaaa"


def test_adding_and_changing_go_out_together(session):
    owner = session.scalar(select(User.id).where(User.username == OWNER))
    said = {
        "user_id": owner,
        "kind": NoticeKind.NEWS,
        "text": "一",
        "link": "",
        "key": "a",
        "created_at": NOW,
    }
    add_rows(session, NOTICES, [said])
    id_ = session.scalar(select(Notice.id).where(Notice.key == "a"))

    with in_one_go(session):
        add_rows(session, NOTICES, [{**said, "key": "b"}, {**said, "key": "a"}], ("user_id", "key"))
        set_rows(session, NOTICES, [{"id": id_, "read_at": NOW + timedelta(hours=1)}])
        add_rows(session, NOTICES, [{**said, "key": "b", "text": "二"}], ("user_id", "key"))

    found = session.execute(select(Notice.key, Notice.text, Notice.read_at).order_by(Notice.key)).all()
    assert [tuple(one) for one in found] == [("a", "一", NOW + timedelta(hours=1)), ("b", "一", None)]


def test_an_empty_block_is_no_statement(session):
    before = _count(session)

    with in_one_go(session):
        add_rows(session, CHAINS, [])

    assert _count(session) == before


def test_a_row_that_is_refused_is_an_integrity_error_and_nothing_stands(session):
    before = _count(session)

    with pytest.raises(IntegrityError, match="chain"), session.begin_nested(), in_one_go(session):
        add_rows(session, CHAINS, [_chain("aaaa"), _chain("aaaa"), _chain("dddd")])

    assert _count(session) == before


def test_a_row_that_cannot_be_written_at_all_is_said_as_what_it_is(session):
    with pytest.raises(IntegrityError, match="name"), session.begin_nested(), in_one_go(session):
        add_rows(session, CHAINS, [{"code": "bbbb"}])


def test_after_a_block_that_was_broken_off_rows_are_written_where_they_are_given(session):
    before = _count(session)

    with pytest.raises(ZeroDivisionError), session.begin_nested():
        _break_off(session)
    add_rows(session, CHAINS, [_chain("bbbb")])

    assert _count(session) == before + 1
