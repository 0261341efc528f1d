"""Lists of guides and of assignments come in as files; what is there already is skipped, a bad row says why."""

from contextlib import contextmanager
from io import BytesIO

import pytest
from sqlalchemy import select

from chainhub.assignments.models import Guide
from chainhub.core.actor import THE_CLOCK
from chainhub.documents import sheet_writing
from chainhub.operations import rolls
from tests import people
from tests.assignments.staging import id_of, running, settled
from tests.people import work_of

pytestmark = [pytest.mark.slow, pytest.mark.one_database]


def _run(session, kind, headers, *rows):
    target = BytesIO()
    sheet_writing.write(target, "名册", headers, rows)

    @contextmanager
    def _work():
        with session.begin_nested():
            yield work_of(session, "clock")

    return rolls.run(
        _work,
        kind,
        ("名册.xlsx", target.getvalue()),
        THE_CLOCK,
        dry_run=False,
        say=lambda _done, _total: None,
    )


def test_guides_and_whom_they_have_are_read_from_files(session):
    settled(session)
    headers = ("登录名", "产业链", "专长", "最多带几家")
    report = _run(
        session,
        rolls.Kind.GUIDES,
        headers,
        (people.TRANSPORT, "装备制造", "数控、环保", "2"),
        (people.TRANSPORT, "", "", ""),
        ("没有这个人", "", "", ""),
        (people.GUIDE, "天上", "", "9"),
    )
    assert (report.done, report.skipped, report.failed) == (1, 1, 2)
    made = session.scalars(select(Guide).where(Guide.user_id == id_of(session, people.TRANSPORT))).one()
    assert (made.industries, made.skills, made.capacity) == (["equipment"], ["数控", "环保"], 2)

    report = _run(
        session,
        rolls.Kind.ASSIGNMENTS,
        ("企业编码", "登录名"),
        (people.FIRM, people.GUIDE),
        (people.FIRM, people.TRANSPORT),
        ("e_nowhere", people.GUIDE),
    )
    assert (report.done, report.skipped, report.failed) == (0, 1, 2)
    assert any("已经有一名牵头的指导员" in words for _, words in report.failures)
    assert running(session).user_id == id_of(session, people.GUIDE)
