"""The doors: signing in and out, idle time, passwords, large type, accounts and grants."""

import re

import pytest
from sqlalchemy import update

from chainhub.county.people import queries
from chainhub.county.people.models import User
from tests.county.browsing import PASSWORD, Browser
from tests.people import EVERYBODY, OWNER, POWER

SYSADMIN, SECADMIN, AUDITOR = "xitong", "anquan", "shenji"
GOOD = "lvshu-hehua-2026"


def _user(session, username):
    return queries.user_by_name(session, username)


def _is_in(browser):
    return browser.get("/inbox").status_code == 200


# Signing in


@pytest.mark.parametrize("username", EVERYBODY)
def test_every_demonstration_account_is_on_the_page_and_opens(browser, username):
    assert f'value="{username}"' in browser.get("/sign-in").text

    answer = browser.sign_in(username)

    assert (answer.status_code, answer.location) == (303, "/")
    assert _is_in(browser)


def test_outside_a_demonstration_no_account_is_offered(browser, session):
    from chainhub.county.state import CountyState

    session.execute(update(CountyState).values(demo=False))
    session.commit()

    shown = browser.get("/sign-in").text

    assert PASSWORD not in shown
    assert "换个身份看看" not in shown


def test_a_wrong_password_keeps_the_name_and_not_the_password(browser):
    answer = browser.sign_in(OWNER, "not-the-password")

    assert answer.status_code == 422
    assert f'value="{OWNER}"' in answer.text
    assert "not-the-password" not in answer.text
    assert "登录名或密码不对" in answer.text
    assert not _is_in(browser)


def test_an_empty_form_says_what_is_missing(browser):
    answer = browser.sign_in("", "")

    assert answer.status_code == 422
    assert "请填登录名" in answer.text
    assert "请填密码" in answer.text


def test_five_failures_are_kept_although_each_was_refused(browser, moment):
    for _ in range(5):
        assert browser.sign_in(OWNER, "wrong").status_code == 422

    locked = browser.sign_in(OWNER)
    assert locked.status_code == 429
    assert locked.headers["Retry-After"] == "900"
    assert "锁到 09:35" in locked.text

    moment.pass_(minutes=15)
    assert browser.sign_in(OWNER).status_code == 303


def test_a_page_asked_for_before_signing_in_is_opened_afterwards(browser):
    asked = browser.get("/inbox?before=9")
    assert asked.status_code == 303
    assert asked.location == "/sign-in?next=/inbox?before%3D9"

    assert browser.sign_in(OWNER, next_="/inbox?before%3D9").location == "/inbox?before=9"


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example", "https://evil.example/", "/\\evil.example", "/%09/evil.example"]
)
def test_signing_in_leads_nowhere_else(browser, elsewhere):
    assert browser.sign_in(OWNER, next_=elsewhere).location == "/"


def test_who_is_signed_in_is_sent_on_from_the_sign_in_page(browser):
    browser.sign_in(OWNER)

    assert browser.get("/sign-in?next=/inbox").location == "/inbox"


@pytest.mark.parametrize(
    "url", ["/sign-in", "/sign-out", "/elder", "/password", "/inbox/read", "/admin/accounts/new"]
)
def test_a_form_without_its_token_is_refused(browser, url):
    browser.sign_in(SYSADMIN)

    assert browser.client.post(url, data={"username": OWNER, "password": PASSWORD}).status_code == 400


def test_signing_in_begins_a_new_session(browser):
    browser.get("/sign-in")
    before = browser.cookie("chainhub").value

    browser.sign_in(OWNER)

    assert browser.cookie("chainhub").value != before


def test_signing_out_ends_the_session(browser):
    browser.sign_in(OWNER, remember=True)

    answer = browser.post("/sign-out", page="/inbox")

    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert browser.cookie("chainhub_remember") is None
    assert not _is_in(browser)


# Idle time and being remembered


@pytest.mark.parametrize(
    ("username", "minutes"), [(POWER, 30), (OWNER, 30), (SYSADMIN, 15), (SECADMIN, 15), (AUDITOR, 15)]
)
def test_an_idle_session_ends_sooner_for_administrators(browser, moment, username, minutes):
    browser.sign_in(username)

    moment.pass_(minutes=minutes)
    assert _is_in(browser)

    moment.pass_(minutes=minutes, seconds=1)
    assert not _is_in(browser)


def test_a_session_in_use_goes_on(browser, moment):
    browser.sign_in(POWER)

    for _ in range(10):
        moment.pass_(minutes=20)
        assert _is_in(browser)


def test_an_enterprise_may_stay_signed_in_on_its_own_phone(browser, moment):
    browser.sign_in(OWNER, remember=True)

    assert browser.cookie("chainhub_remember") is not None
    moment.pass_(days=29)
    assert _is_in(browser)


@pytest.mark.parametrize("username", [one for one in EVERYBODY if one != OWNER])
def test_nobody_else_is_remembered(browser, moment, username):
    browser.sign_in(username, remember=True)

    assert browser.cookie("chainhub_remember") is None
    moment.pass_(minutes=31)
    assert not _is_in(browser)


# Large type


def test_large_type_is_a_button_away_before_and_after_signing_in(browser, session):
    answer = browser.post("/elder", {"next": "/sign-in?"})
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert 'class="elder"' in browser.get("/sign-in").text

    browser.post("/elder", {"next": "//evil.example"})
    assert 'class="elder"' not in browser.get("/sign-in").text

    browser.sign_in(OWNER)
    browser.post("/elder", {"next": "/inbox"}, page="/inbox")
    session.expire_all()
    assert _user(session, OWNER).elder


def test_large_type_follows_the_person_to_another_phone(app, browser):
    browser.sign_in(OWNER)
    browser.post("/elder", page="/inbox")

    other = Browser(app)
    other.sign_in(OWNER)
    assert 'class="elder"' in other.get("/inbox").text

    other.post("/elder", page="/inbox")
    assert 'class="elder"' not in other.get("/inbox").text


# Passwords


def test_a_first_password_must_be_changed_before_anything_else(browser, session):
    session.execute(update(User).where(User.username == POWER).values(must_change_password=True))
    session.commit()
    browser.sign_in(POWER)

    for url in ("/", "/inbox", "/tickets"):
        assert browser.get(url).location == "/password"
    assert "先换成只有您自己知道的" in browser.get("/password").text

    answer = browser.post("/password", {"old": PASSWORD, "new": GOOD, "again": GOOD}, page="/password")
    assert (answer.status_code, answer.location) == (303, "/")
    assert _is_in(browser)


def test_changing_the_password_signs_out_everywhere_else(app, browser):
    other = Browser(app)
    for one in (browser, other):
        one.sign_in(POWER)

    browser.post("/password", {"old": PASSWORD, "new": GOOD, "again": GOOD}, page="/password")

    assert _is_in(browser)
    assert not _is_in(other)


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"old": "wrong", "new": GOOD, "again": GOOD}, "原来的密码不对"),
        ({"old": PASSWORD, "new": GOOD, "again": "other"}, "两次填的不一样"),
        ({"old": PASSWORD, "new": "", "again": ""}, "请填新密码"),
        ({"old": PASSWORD, "new": "short1", "again": "short1"}, "至少 10 个字符"),
    ],
)
def test_a_bad_change_of_password_comes_back_without_the_passwords(browser, given, word):
    browser.sign_in("q_chunyu_shengwu")

    answer = browser.post("/password", given, page="/password")

    assert answer.status_code == 422
    assert word in answer.text
    assert GOOD not in answer.text


# Accounts


@pytest.mark.parametrize("username", [one for one in EVERYBODY if one != SYSADMIN])
@pytest.mark.parametrize("url", ["/admin/accounts", "/admin/accounts/new", "/admin/workdays"])
def test_the_system_administrators_pages_are_closed_to_everybody_else(browser, username, url):
    browser.sign_in(username)

    assert browser.get(url).status_code == 403


@pytest.mark.parametrize(
    ("username", "url"),
    [
        (SYSADMIN, "/admin/grants"),
        (SYSADMIN, "/admin/audit"),
        (SECADMIN, "/admin/audit"),
        (AUDITOR, "/admin/grants"),
        (POWER, "/admin/grants"),
        (POWER, "/admin/audit"),
    ],
)
def test_the_three_administrators_are_separated(browser, username, url):
    browser.sign_in(username)

    assert browser.get(url).status_code == 403


@pytest.mark.parametrize("username", [SYSADMIN, SECADMIN, AUDITOR])
def test_no_administrator_reads_tickets(browser, username):
    browser.sign_in(username)

    assert browser.get("/tickets").status_code == 403


def test_an_account_is_opened_and_its_password_shown_once(app, browser):
    browser.sign_in(SYSADMIN)

    answer = browser.post(
        "/admin/accounts/new",
        {"username": "wangshuhui", "name": "王书卉", "title": "科员", "unit_code": "power_supply"},
        page="/admin/accounts/new",
    )

    assert answer.status_code == 200
    once = re.search(r'id="once">([^<]+)<', answer.text)[1]
    assert once not in browser.get("/admin/accounts?q=wangshuhui").text
    newcomer = Browser(app)
    assert newcomer.sign_in("wangshuhui", once).status_code == 303
    assert newcomer.get("/inbox").location == "/password"


def test_a_bad_new_account_comes_back_with_what_was_typed(browser):
    browser.sign_in(SYSADMIN)

    answer = browser.post(
        "/admin/accounts/new",
        {"username": OWNER, "name": "王书卉", "phone": "打不通", "unit_code": "power_supply"},
        page="/admin/accounts/new",
    )
    assert answer.status_code == 422
    assert "电话只写数字" in answer.text
    assert "王书卉" in answer.text

    answer = browser.post(
        "/admin/accounts/new", {"username": OWNER, "name": "王书卉"}, page="/admin/accounts/new"
    )
    assert answer.status_code == 422
    assert "已经有这个登录名" in answer.text
    assert "王书卉" in answer.text


def test_an_account_is_disabled_and_enabled_from_the_list(app, browser, session):
    power = _user(session, POWER).id
    theirs = Browser(app)
    theirs.sign_in(POWER)
    browser.sign_in(SYSADMIN)

    answer = browser.post(f"/admin/accounts/{power}/disable", page="/admin/accounts")
    assert (answer.status_code, answer.location) == (303, f"/admin/accounts?q={POWER}")
    assert "已停用" in browser.get(answer.location).text
    assert not _is_in(theirs)

    browser.post(f"/admin/accounts/{power}/enable", page="/admin/accounts")
    assert theirs.sign_in(POWER).status_code == 303


def test_a_locked_account_is_unlocked_from_the_list(app, browser, session):
    theirs = Browser(app)
    for _ in range(5):
        theirs.sign_in(POWER, "wrong")
    browser.sign_in(SYSADMIN)
    assert "锁到 09:35" in browser.get(f"/admin/accounts?q={POWER}").text

    browser.post(f"/admin/accounts/{_user(session, POWER).id}/unlock", page="/admin/accounts")

    assert theirs.sign_in(POWER).status_code == 303


def test_a_reset_password_is_shown_once_and_must_be_changed(app, browser, session):
    browser.sign_in(SYSADMIN)
    user = _user(session, "lz_textile")

    answer = browser.post(f"/admin/accounts/{user.id}/reset", page="/admin/accounts")

    once = re.search(r'id="once">([^<]+)<', answer.text)[1]
    theirs = Browser(app)
    assert theirs.sign_in("lz_textile", once).status_code == 303
    assert theirs.get("/").location == "/password"


def test_what_an_administrator_may_not_do_is_not_drawn(browser, session):
    browser.sign_in(SYSADMIN)

    own = browser.get(f"/admin/accounts?q={SYSADMIN}").text
    watcher = browser.get(f"/admin/accounts?q={AUDITOR}").text

    assert "/disable" not in own
    assert "/reset" not in own
    assert "/reset" not in watcher
    answer = browser.post(f"/admin/accounts/{_user(session, SYSADMIN).id}/disable", page="/admin/accounts")
    assert answer.status_code == 409


def test_the_list_of_accounts_turns_its_pages(browser):
    browser.sign_in(SYSADMIN)
    first = browser.get("/admin/accounts").text

    following = re.search(r'href="(/admin/accounts\?after=[^"]+)"', first)[1].replace("&amp;", "&")
    second = browser.get(following).text

    names = [set(re.findall(r'id="account-([^"]+)"', page)) for page in (first, second)]
    assert len(names[0]) == 50
    assert not names[0] & names[1]


def test_an_account_that_is_not_there_is_a_page_that_is_not_there(browser):
    browser.sign_in(SYSADMIN)

    assert browser.post("/admin/accounts/999999/disable", page="/admin/accounts").status_code == 404


# Grants


def _give(browser, **given):
    asked = {"person": POWER, "role": "department", "scope": "unit:transport", "post": "contact", **given}
    return browser.post("/admin/grants", asked, page="/admin/grants")


def test_a_grant_is_given_and_ended(browser):
    browser.sign_in(SECADMIN)

    answer = _give(browser)
    assert (answer.status_code, answer.location) == (303, "/admin/grants")
    shown = browser.get("/admin/grants").text
    end_url = re.search(r'action="(/admin/grants/\d+/end)"', shown)[1]
    assert "韩砚" in shown

    assert browser.post(end_url, page="/admin/grants").status_code == 303
    assert end_url not in browser.get("/admin/grants").text


def test_a_person_may_be_named_by_a_name_that_only_one_bears(browser):
    browser.sign_in(SECADMIN)

    assert _give(browser, person="韩砚").status_code == 303


@pytest.mark.parametrize(
    ("given", "status", "word"),
    [
        ({"person": ""}, 422, "请填登录名或姓名"),
        ({"person": "查无此人"}, 422, "没有“查无此人”"),
        ({"scope": "chain:equipment"}, 422, "职能部门管的是一个单位"),
        ({"role": ""}, 422, "请选角色"),
        ({"role": "clock"}, 422, "有 1 处要改"),
        ({"post": ""}, 422, "请选岗位"),
        ({"role": "auditor", "scope": "county", "post": ""}, 409, "不能再当审计员"),
        ({"person": AUDITOR}, 409, "三员分设"),
        ({"person": SECADMIN}, 403, "不能改自己的授权"),
    ],
)
def test_a_bad_grant_comes_back_with_what_was_typed(browser, given, status, word):
    browser.sign_in(SECADMIN)

    answer = _give(browser, **given)

    assert answer.status_code == status
    assert word in answer.text
    if given.get("person") != "":
        assert f'value="{given.get("person", POWER)}"' in answer.text


def test_two_persons_of_one_name_are_told_apart_by_their_account_names(browser, session):
    session.execute(update(User).where(User.username.in_([POWER, OWNER])).values(name="王强"))
    session.commit()
    browser.sign_in(SECADMIN)

    answer = _give(browser, person="王强")

    assert answer.status_code == 422
    assert "叫“王强”的有 2 位，请填登录名：bumen、qiye" in answer.text


def test_ones_own_grant_has_no_button(browser, session):
    browser.sign_in(SECADMIN)

    shown = browser.get(f"/admin/grants?q={SECADMIN}").text

    assert "安全管理员" in shown
    assert "/end" not in shown
