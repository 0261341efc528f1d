"""The inbox and its doors."""

import re

import pytest
from sqlalchemy import select

from chainhub.county.people.queries import user_by_name
from chainhub.notices import service
from chainhub.notices.models import Notice
from chainhub.notices.rules import NoticeKind
from tests.people import NOW, OWNER, POWER, work_of


def _tell(session, text="县供电公司办好了", key="k", link="/inbox?from=notice", username=OWNER):
    user = user_by_name(session, username)
    service.enqueue(work_of(session, "clock"), [user.id], NoticeKind.NEWS, text, key=key, link=link)
    session.commit()
    return session.scalars(select(Notice).where(Notice.user_id == user.id, Notice.key == key)).one().id


def _is_read(session, notice_id):
    session.expire_all()
    return session.get(Notice, notice_id).read_at is not None


def test_looking_at_the_inbox_reads_nothing(browser, session):
    notice = _tell(session)
    browser.sign_in(OWNER)

    shown = browser.get("/inbox").text

    assert "县供电公司办好了" in shown
    assert "今天 09:20" in shown
    assert "没看：" in shown
    assert not _is_read(session, notice)


def test_opening_a_message_marks_it_and_leads_on(browser, session):
    notice, other = _tell(session), _tell(session, key="other")
    browser.sign_in(OWNER)

    answer = browser.post(f"/inbox/{notice}/open", page="/inbox")

    assert (answer.status_code, answer.location) == (303, "/inbox?from=notice")
    assert _is_read(session, notice)
    assert not _is_read(session, other)


@pytest.mark.parametrize("link", ["", "https://evil.example/", "//evil.example"])
def test_a_message_leads_nowhere_else(browser, session, link):
    notice = _tell(session, link=link)
    browser.sign_in(OWNER)

    assert browser.post(f"/inbox/{notice}/open", page="/inbox").location == "/inbox"


def test_a_message_that_was_read_is_a_plain_link(browser, session):
    notice = _tell(session)
    browser.sign_in(OWNER)
    browser.post(f"/inbox/{notice}/open", page="/inbox")

    shown = browser.get("/inbox").text

    assert 'href="/inbox?from=notice"' in shown
    assert f"/inbox/{notice}/open" not in shown


def test_everything_is_read_at_once_but_only_ones_own(browser, session):
    mine, theirs = _tell(session), _tell(session, username=POWER)
    browser.sign_in(OWNER)

    assert browser.post("/inbox/read", page="/inbox").status_code == 303

    assert _is_read(session, mine)
    assert not _is_read(session, theirs)


def test_somebody_elses_message_is_not_there(browser, session):
    theirs = _tell(session, username=POWER)
    browser.sign_in(OWNER)

    assert browser.post(f"/inbox/{theirs}/open", page="/inbox").status_code == 404
    assert not _is_read(session, theirs)


def test_the_inbox_turns_its_pages_newest_first(browser, session):
    for n in range(60):
        _tell(session, f"第{n}条", key=f"k{n}")
    browser.sign_in(OWNER)

    first = browser.get("/inbox").text
    following = re.search(r'href="(/inbox\?before=\d+)"', first)[1]
    second = browser.get(following).text

    said = [re.findall(r"第(\d+)条", page) for page in (first, second)]
    assert [int(n) for n in said[0]] == list(range(59, 9, -1))
    assert [int(n) for n in said[1]] == list(range(9, -1, -1))
    assert "回到第一页" in second


def test_an_empty_inbox_says_so(browser):
    browser.sign_in(OWNER)

    assert "还没有消息" in browser.get("/inbox").text


def test_an_inbox_wants_somebody(browser):
    assert browser.get("/inbox").location.startswith("/sign-in")


def test_the_same_thing_is_told_once(session):
    _tell(session)
    _tell(session, "又说一遍")

    assert session.scalars(select(Notice.text)).all() == ["县供电公司办好了"]
    assert session.scalars(select(Notice.created_at)).one() == NOW


def test_every_page_says_how_many_messages_one_has_not_read(browser, session):
    said = re.compile(r'/inbox">消息(?: <span class="count">([^<]+)</span>)?')
    _tell(session, username=POWER)
    browser.sign_in(OWNER)
    seen = [said.search(browser.get("/").text)[1]]
    for number, more in ((1, 1), (2, 1), (99, 97), (100, 1), (130, 30)):
        for place in range(more):
            _tell(session, key=f"{number}-{place}")
        seen.append(said.search(browser.get("/inbox").text)[1])

    browser.post("/inbox/read", page="/inbox")
    seen.append(said.search(browser.get("/inbox").text)[1])

    assert seen == [None, "1", "2", "99", "99+", "99+", None]
