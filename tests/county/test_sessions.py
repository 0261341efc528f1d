"""Sign-ins that have ended: a copied cookie is worth nothing after its owner has signed out."""

from datetime import timedelta

import pytest
from flask_login.utils import encode_cookie
from sqlalchemy import func, select

from chainhub.county.people import jobs, queries, service
from chainhub.county.people.models import EndedSession
from tests.asking import statements
from tests.county.browsing import Browser
from tests.people import NOW, OWNER, POWER, work_of

SESSION, REMEMBER = "chainhub", "chainhub_remember"


def _copy(app, browser, *names) -> Browser:
    """Somebody who has got hold of cookies of another browser."""
    thief = Browser(app)
    for name in names:
        thief.client.set_cookie(name, browser.cookie(name).value)
    return thief


def _is_in(browser) -> bool:
    return browser.get("/inbox").status_code == 200


def _ended(session) -> int:
    return session.scalar(select(func.count()).select_from(EndedSession))


@pytest.mark.parametrize("names", [(SESSION,), (REMEMBER,), (SESSION, REMEMBER)])
def test_a_copied_cookie_is_refused_after_its_owner_has_signed_out(app, browser, names):
    browser.sign_in(OWNER, remember=True)
    thief = _copy(app, browser, *names)
    assert _is_in(thief)

    browser.post("/sign-out", page="/inbox")

    assert not _is_in(thief)


def test_signing_out_ends_this_sign_in_and_no_other(app, browser):
    other = Browser(app)
    for one in (browser, other):
        one.sign_in(POWER)

    browser.post("/sign-out", page="/inbox")

    assert not _is_in(browser)
    assert _is_in(other)


def test_signing_out_twice_is_no_accident(app, browser, session):
    browser.sign_in(POWER)
    again = _copy(app, browser, SESSION)

    for one in (browser, again):
        assert one.post("/sign-out").status_code == 303

    assert _ended(session) == 1


def test_signing_in_again_ends_the_sign_in_before(app, browser):
    browser.sign_in(POWER)
    thief = _copy(app, browser, SESSION)
    token = browser.get("/password").text.split('name="csrf_token" value="')[1].split('"')[0]

    given = {"username": POWER, "password": "chainhub-demo", "csrf_token": token}
    browser.client.post("/sign-in", data=given)

    assert _is_in(browser)
    assert not _is_in(thief)


def test_a_remembered_sign_in_ends_by_itself_although_the_cookie_was_kept(app, browser, moment):
    browser.sign_in(OWNER, remember=True)
    thief = _copy(app, browser, REMEMBER)

    moment.pass_(days=30, seconds=1)

    assert not _is_in(thief)


def test_a_made_up_remember_cookie_keeps_no_idle_session_alive(app, browser, moment):
    browser.sign_in(OWNER)
    browser.client.set_cookie(REMEMBER, "anything")

    moment.pass_(minutes=31)

    assert not _is_in(browser)


@pytest.mark.parametrize("made_up", ["1:1|xx", "é|é", "|", ""])
def test_a_broken_remember_cookie_is_no_accident(browser, made_up):
    browser.client.set_cookie(REMEMBER, made_up)

    assert browser.get("/inbox").status_code == 303


def test_a_session_from_before_the_upgrade_is_asked_to_sign_in_again_in_words(browser, session):
    owner = queries.user_by_name(session, OWNER)
    browser.sign_in(OWNER)
    with browser.client.session_transaction() as kept:
        kept["_user_id"] = f"{owner.id}:{owner.epoch}"

    answer = browser.get("/inbox")

    assert (answer.status_code, answer.location) == (303, "/sign-in?next=/inbox")
    assert "系统升级过，请重新登录" in browser.get(answer.location).text
    assert "系统升级过" not in browser.get("/sign-in").text
    assert browser.sign_in(OWNER).status_code == 303


def test_a_remember_cookie_from_before_the_upgrade_is_taken_away(app, browser, session):
    owner = queries.user_by_name(session, OWNER)
    with app.app_context():
        browser.client.set_cookie(REMEMBER, encode_cookie(f"{owner.id}:{owner.epoch}"))

    assert browser.get("/inbox").status_code == 303
    assert "系统升级过，请重新登录" in browser.get("/sign-in").text
    assert browser.cookie(REMEMBER) is None
    assert browser.sign_in(OWNER).status_code == 303
    assert _is_in(browser)


@pytest.mark.parametrize(
    "identity", ["", "x", "1:1:", "x:1:y", "1:1:zz-zz", "1:1:1:1", "²:1:1-a", "9" * 20 + ":1:1-a"]
)
def test_a_strange_identity_is_nobody(browser, identity):
    browser.sign_in(OWNER)
    with browser.client.session_transaction() as kept:
        kept["_user_id"] = identity

    assert browser.get("/inbox").status_code == 303


def test_who_is_there_and_whether_they_have_signed_out_is_one_question(app, browser, connection):
    browser.sign_in(POWER)

    with statements(connection) as asked:
        browser.get("/password")

    about_people = [one for one in asked if "user_account" in one or "ended_session" in one]
    assert len(about_people) == 1
    assert "ended_session" in about_people[0]
    assert not [one for one in asked if one.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))]


def test_what_has_ended_is_kept_as_long_as_any_cookie_could_live(session):
    service.end_session(session, "a-b", NOW)
    session.flush()

    for days, left in ((0, 1), (89, 1), (91, 0)):
        work = work_of(session, "clock", NOW + timedelta(days=days))
        ids = jobs.find_forgettable(work, 100)
        assert bool(ids) is not bool(left)
        jobs.forget_sessions(work, ids)
        assert _ended(session) == left


@pytest.mark.parametrize("made_up", ["1:1|xx", "é|é"])
def test_a_broken_remember_cookie_beside_a_session_is_no_accident(browser, moment, made_up):
    browser.sign_in(OWNER)
    browser.client.set_cookie(REMEMBER, made_up)
    assert _is_in(browser)

    browser.client.set_cookie(REMEMBER, made_up)
    moment.pass_(minutes=31)

    assert browser.get("/inbox").status_code == 303
