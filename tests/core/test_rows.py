"""Rows written past the mapper: one statement, nothing twice, instants as they were."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from chainhub.core.db import add_rows, set_rows
from chainhub.county.people.models import User
from chainhub.notices.models import Notice
from chainhub.notices.rules import NoticeKind
from tests.people import NOW, OWNER

pytestmark = pytest.mark.slow
UNIQUE = ("user_id", "key")


@pytest.fixture
def row(session):
    owner = session.scalar(select(User.id).where(User.username == OWNER))

    def _row(key, **more):
        said = {
            "kind": NoticeKind.NEWS,
            "text": "“引号”、\\反斜线、换行\n、{花括号}",
            "link": "/inbox",
            "key": key,
        }
        return {"user_id": owner, **said, "created_at": NOW, **more}

    return _row


def _notices(session):
    return session.scalars(
        select(Notice).order_by(Notice.key).execution_options(populate_existing=True)
    ).all()


def test_rows_read_back_as_they_were_given(session, row):
    add_rows(
        session, Notice.__table__, [row("a"), row("b", created_at=NOW + timedelta(microseconds=1))], UNIQUE
    )

    first, second = _notices(session)
    assert (first.kind, first.text, first.created_at) == (NoticeKind.NEWS, row("a")["text"], NOW)
    assert second.created_at - first.created_at == timedelta(microseconds=1)


def test_what_is_there_already_is_left_and_the_rest_is_written(session, row):
    add_rows(session, Notice.__table__, [row("a")], UNIQUE)
    add_rows(session, Notice.__table__, [row("a", text="别的"), row("b"), row("b", text="第二次")], UNIQUE)

    assert [(one.key, one.text) for one in _notices(session)] == [
        ("a", row("a")["text"]),
        ("b", row("b")["text"]),
    ]


def test_rows_are_changed_by_their_id_and_others_are_not(session, row):
    add_rows(session, Notice.__table__, [row("a"), row("b"), row("c")], UNIQUE)
    first, second, _ = _notices(session)

    read = [{"id": first.id, "read_at": NOW}, {"id": second.id, "read_at": None}]
    set_rows(session, Notice.__table__, read)

    assert [one.read_at for one in _notices(session)] == [NOW, None, None]


def test_no_rows_are_no_statement(session):
    add_rows(session, Notice.__table__, [], UNIQUE)
    set_rows(session, Notice.__table__, [])

    assert _notices(session) == []
