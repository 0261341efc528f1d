"""Importing a notice at the level of the service: what holds afterwards, and what is remembered."""

import json
from datetime import date

import pytest
from sqlalchemy import func, select

from chainhub.audit.models import AuditEntry
from chainhub.core.errors import Invalid, NotAllowed
from chainhub.core.worktime import Workdays
from chainhub.county import known
from chainhub.county.state import CountyState
from chainhub.county.workdays import queries, service
from chainhub.county.workdays.models import WorkdayException, WorkdayNotice
from chainhub.county.workdays.rules import Source
from tests.beside import beside
from tests.people import EVERYBODY, china, work_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

SYSADMIN = "xitong"
LATE = china(2026, 11, 5, 9)  # a Thursday

# Invented days; the notice of 2027 is not out at that moment.
DAYS_2027 = [
    ("2026-12-31", "元旦", True),  # a Thursday of the year before
    ("2027-01-01", "元旦", True),
    ("2027-01-02", "元旦", True),
    ("2027-01-09", "元旦", False),  # a Saturday worked in exchange
    ("2027-02-05", "春节", True),
    ("2027-02-08", "春节", True),
]


def _content(days=DAYS_2027, year=2027):
    listed = [{"name": name, "date": on, "isOffDay": off} for on, name, off in days]
    return json.dumps({"year": year, "days": listed}).encode()


def _import(session, content=None, at=LATE, name="2027.json", by=SYSADMIN):
    result = service.import_notice(work_of(session, by, at), name, content or _content())
    known.forget(session)
    return result


def _calendar(session):
    return known.of(session).calendar


def test_an_imported_year_is_known_and_its_days_hold(session):
    before = _calendar(session)
    assert not before.is_known(date(2027, 1, 4))

    result = _import(session)

    after = _calendar(session)
    assert after.is_known(date(2027, 1, 4))
    assert after.version == before.version + 1
    assert not after.is_workday(date(2027, 1, 1))
    assert after.is_makeup(date(2027, 1, 9))
    assert after.day_name(date(2027, 1, 9)) == "元旦"
    assert result.text == "已导入 2027 年放假通知，放假 5 天，补班 1 天；与现在的日历有 5 天不同。"


def test_a_notice_may_change_a_day_of_the_year_before(session):
    assert _calendar(session).is_workday(date(2026, 12, 31))

    _import(session)

    assert not _calendar(session).is_workday(date(2026, 12, 31))
    assert queries.years(session, _calendar(session), 2027)[-2].source is Source.LIBRARY


def test_a_deadline_is_provisional_until_the_notice_is_in(session):
    start = china(2026, 12, 28, 10)  # a Monday
    before = _calendar(session).due(start, Workdays(5))

    _import(session)

    after = _calendar(session).due(start, Workdays(5))
    assert (before.at, before.provisional) == (china(2027, 1, 4, 17, 30), True)
    assert (after.at, after.provisional) == (china(2027, 1, 6, 17, 30), False)


def test_the_same_notice_again_is_skipped_in_whatever_form(session):
    _import(session)
    version = _calendar(session).version
    table = "日期,名称,是否放假\n" + "".join(
        f"{on},{name},{'是' if off else '否'}\n" for on, name, off in DAYS_2027
    )

    again = _import(session, table.encode(), name="2027.csv")

    assert again.skipped
    assert "已经导入过" in again.text
    assert _calendar(session).version == version
    assert session.scalar(select(func.count()).select_from(WorkdayNotice)) == 1


def test_a_later_notice_wins_day_by_day(session):
    _import(session)

    _import(session, _content([("2027-02-08", "春节", False), ("2027-02-09", "春节", True)]))

    calendar = _calendar(session)
    assert calendar.is_workday(date(2027, 2, 8))
    assert not calendar.is_workday(date(2027, 2, 9))
    assert not calendar.is_workday(date(2027, 2, 5))
    assert session.scalar(select(func.count()).select_from(WorkdayException)) == len(DAYS_2027) + 2


def test_the_notice_in_force_changes_nothing(session):
    content = beside("data/holidays/2026.json").read_bytes()

    found = service.preview(work_of(session, SYSADMIN, LATE), "2026.json", content)

    assert list(found.changes) == []
    assert found.text == "2026 年放假通知，放假 33 天，补班 6 天；与现在的日历没有不同。"


def test_an_import_of_2026_keeps_the_workdays_of_2026(session):
    _import(session, beside("data/holidays/2026.json").read_bytes(), name="2026.json")

    facts = next(one for one in queries.years(session, _calendar(session), 2027) if one.year == 2026)
    assert (facts.source, len(facts.off), len(facts.makeup), facts.workdays) == (Source.NOTICE, 33, 6, 248)


def test_a_preview_writes_nothing(session):
    found = service.preview(work_of(session, SYSADMIN, LATE), "2027.json", _content())

    assert len(found.changes) == 5
    assert found.known_since == ""
    assert session.scalar(select(func.count()).select_from(WorkdayNotice)) == 0
    assert session.scalar(select(func.count()).select_from(AuditEntry)) == 0

    _import(session)
    assert (
        service.preview(work_of(session, SYSADMIN, LATE), "2027.json", _content()).known_since == "2026-11-05"
    )


def test_an_import_stands_in_the_audit_log_and_moves_the_countys_stamp(session):
    before = session.scalar(select(CountyState.stamp))

    _import(session, name="放假通知.json")

    entry = session.scalars(select(AuditEntry)).one()
    assert (entry.who, entry.action, entry.about) == (
        SYSADMIN,
        "import_workdays",
        "2027 年放假通知（放假通知.json）",
    )
    assert (entry.data["days"], entry.data["changed"]) == (6, 5)
    assert session.scalar(select(CountyState.stamp)) != before


def test_a_bad_file_is_refused_with_its_rows(session):
    with pytest.raises(Invalid) as refused:
        _import(session, "日期,名称,是否放假\n2027-13-01,元旦,是\n".encode(), name="x.csv")

    assert refused.value.errors == {"file": ["第 2 行：日期“2027-13-01”看不懂，请写成 2026-01-01。"]}


@pytest.mark.parametrize("username", [one for one in EVERYBODY if one != SYSADMIN])
def test_only_the_system_administrator_imports(session, username):
    with pytest.raises(NotAllowed):
        _import(session, by=username)


@pytest.mark.parametrize(("at", "year"), [(china(2026, 10, 31, 23, 59), None), (china(2026, 11, 1), 2027)])
def test_the_reminder_is_due_from_the_first_of_november_in_shanghai(session, at, year):
    assert service.reminder_due(work_of(session, SYSADMIN, at)) == year


def test_no_reminder_is_due_once_the_notice_is_in(session):
    _import(session)

    assert service.reminder_due(work_of(session, SYSADMIN, LATE)) is None
