"""The auditor's page: reading, searching, checking."""

import re

import pytest
from sqlalchemy import select

from chainhub.audit import queries, service
from chainhub.audit.models import AuditEntry
from tests.people import EVERYBODY, work_of

AUDITOR = "shenji"


def _verdict(monkeypatch, app, verdict):
    monkeypatch.setitem(app.extensions, "chainhub_verify", lambda _session: verdict)


@pytest.fixture
def auditor(browser, app, monkeypatch):
    _verdict(monkeypatch, app, (True, ["历史 0 条。", "全部对得上。"]))
    browser.sign_in(AUDITOR)
    return browser


def _record(session, action="add_grant", about="bumen 韩砚", **data):
    entry = service.record(work_of(session, "anquan"), action, about, data)
    session.commit()
    return entry


def test_a_deed_is_shown_in_words(auditor, session):
    _record(session, role="department", scope="unit:transport", post="contact")

    shown = auditor.get("/admin/audit").text

    assert "2026-03-02 09:20:00" in shown
    assert "anquan" in shown
    assert "授权" in shown
    assert "bumen 韩砚；角色 职能部门，范围 unit:transport，岗位 经办人" in shown


def test_a_deed_without_a_word_is_shown_as_it_is_stored(auditor, session):
    _record(session, action="something_new")

    assert "something_new" in auditor.get("/admin/audit").text


@pytest.mark.parametrize(
    ("q", "found"), [("韩砚", 1), ("结束授权", 1), ("anquan", 2), ("add_grant", 1), ("%", 0), ("没有的", 0)]
)
def test_the_log_is_searched_by_person_deed_and_thing(session, q, found):
    from chainhub.audit import words

    _record(session)
    _record(session, action="end_grant", about="qiye 陶见禾")

    assert len(queries.entries(session, q=q, actions=words.actions_called(q))) == found


def test_the_log_turns_its_pages_newest_first(auditor, session):
    for n in range(70):
        _record(session, about=f"第{n}件")

    first = auditor.get("/admin/audit?q=件").text
    following = re.search(r'href="(/admin/audit\?[^"]*before=\d+)"', first)[1].replace("&amp;", "&")
    second = auditor.get(following).text

    said = [[int(n) for n in re.findall(r"第(\d+)件", page)] for page in (first, second)]
    assert said == [list(range(69, 19, -1)), list(range(19, -1, -1))]


def test_a_check_is_a_deed_and_its_result_stays_on_the_page(auditor, session):
    answer = auditor.post("/admin/audit/verify", page="/admin/audit")

    assert (answer.status_code, answer.location) == (303, "/admin/audit#verify")
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.who, entry.action, entry.data["ok"]) == (AUDITOR, "verify_audit", True)
    shown = auditor.get("/admin/audit").text
    assert "完整" in shown
    assert "全部对得上。" in shown
    assert "再验一次" in shown


def test_a_check_that_fails_says_where(auditor, app, monkeypatch):
    _verdict(monkeypatch, app, (False, ["审计日志第 7 条对不上。"]))

    auditor.post("/admin/audit/verify", page="/admin/audit")

    shown = auditor.get("/admin/audit").text
    assert "对不上" in shown
    assert "审计日志第 7 条对不上。" in shown


@pytest.mark.parametrize("username", [one for one in EVERYBODY if one != AUDITOR])
def test_the_log_is_the_auditors_alone(browser, username):
    browser.sign_in(username)

    assert browser.get("/admin/audit").status_code == 403
    assert browser.post("/admin/audit/verify", page="/inbox").status_code == 403


def test_reading_the_log_changes_nothing(auditor, session):
    before = session.scalars(select(AuditEntry.id)).all()

    auditor.get("/admin/audit")

    assert session.scalars(select(AuditEntry.id)).all() == before
