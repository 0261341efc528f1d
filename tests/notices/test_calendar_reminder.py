"""From 1 November each system administrator is told once that next year's notice is missing."""

from datetime import timedelta

from sqlalchemy import select

from chainhub.core.actor import Role, ScopeKind
from chainhub.county import known
from chainhub.county.people.models import GrantRow
from chainhub.county.people.queries import user_by_name
from chainhub.county.workdays import service as workdays
from chainhub.notices import jobs
from chainhub.notices.models import Notice
from tests.county.test_workday_import import _content
from tests.people import POWER, china, work_of

OCTOBER, NOVEMBER = china(2026, 10, 31, 12), china(2026, 11, 1, 0, 5)


def _run(session, at):
    work = work_of(session, "clock", at)
    ids = jobs.find_uninformed(work, 100)
    jobs.remind_of_calendar(work, ids)
    return ids


def _told(session):
    return session.execute(select(Notice.user_id, Notice.key, Notice.link).order_by(Notice.id)).all()


def test_in_october_nobody_is_told(session):
    assert _run(session, OCTOBER) == []
    assert _told(session) == []


def test_from_november_on_the_system_administrator_is_told_once(session):
    sysadmin = user_by_name(session, "xitong").id

    assert _run(session, NOVEMBER) == [sysadmin]
    assert _run(session, NOVEMBER + timedelta(days=20)) == []

    assert [tuple(one) for one in _told(session)] == [(sysadmin, "calendar:2027", "/admin/workdays")]


def test_a_new_system_administrator_is_told_too(session):
    _run(session, NOVEMBER)
    newcomer = user_by_name(session, POWER).id
    session.add(
        GrantRow(user_id=newcomer, role=Role.SYSADMIN, scope=ScopeKind.COUNTY, ref="", started_at=NOVEMBER)
    )
    session.flush()

    assert _run(session, NOVEMBER) == [newcomer]


def test_each_year_has_its_own_reminder(session):
    _run(session, NOVEMBER)
    workdays.import_notice(work_of(session, "xitong", NOVEMBER), "2027.json", _content())
    known.forget(session)
    assert _run(session, NOVEMBER) == []

    _run(session, china(2027, 11, 1, 9))

    assert [one.key for one in _told(session)] == ["calendar:2027", "calendar:2028"]


def test_a_notice_imported_between_finding_and_telling_silences(session):
    ids = jobs.find_uninformed(work_of(session, "clock", NOVEMBER), 100)
    workdays.import_notice(work_of(session, "xitong", NOVEMBER), "2027.json", _content())
    known.forget(session)

    jobs.remind_of_calendar(work_of(session, "clock", NOVEMBER), ids)

    assert _told(session) == []
