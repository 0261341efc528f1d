"""提醒方式 and 对外发送: who may, what is refused in which words, what is shown and what is not."""

import re

import pytest
from sqlalchemy import select

from chainhub.audit.models import AuditEntry
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound, TooFast
from chainhub.core.media import Medium
from chainhub.county import known
from chainhub.county.people.reaches import ReachRow
from chainhub.notices import choosing, codes, outbox, service, trying
from chainhub.notices.manners import Fate
from chainhub.notices.outgoing import OneTimeCode, Outgoing
from chainhub.notices.rules import NoticeKind
from chainhub.notices.senders.sending import Refused, Unreachable
from tests import people
from tests.notices.doubles import SECRET, Post, delivered, equipped, reached
from tests.people import NOW, work_of

pytestmark = pytest.mark.slow


@pytest.fixture
def post(session):
    made = Post()
    equipped(session, email=made, sms=made, wecom=made)
    session.commit()
    return made


def _code(session):
    row = session.scalars(select(OneTimeCode).order_by(OneTimeCode.id.desc())).first()
    return codes.digits(SECRET, row)


def test_an_address_is_used_once_its_code_came_back(session, post):
    work = work_of(session, people.OWNER)
    owner = work.actor.id

    assert choosing.propose(work, Medium.EMAIL, " yan@example.cn ") == "ya***@example.cn"
    assert Medium.EMAIL not in known.of(session).reaches.media(owner)
    delivered(session, NOW)
    assert post.sent[0].address == "yan@example.cn"
    assert post.sent[0].code == _code(session)

    assert not choosing.confirm(work, Medium.EMAIL, "000000" if _code(session) != "000000" else "111111")
    assert choosing.confirm(work, Medium.EMAIL, _code(session))
    assert known.of(session).reaches.address(owner, Medium.EMAIL) == "yan@example.cn"


def test_a_code_holds_five_minutes_five_tries_and_once(session, post):
    work = work_of(session, people.OWNER)
    choosing.propose(work, Medium.EMAIL, "yan@example.cn")
    right = _code(session)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    late = work_of(session, people.OWNER, NOW + codes.HOLDS)
    assert not choosing.confirm(late, Medium.EMAIL, right)
    for _ in range(codes.TRIES_MOST):
        assert not choosing.confirm(work, Medium.EMAIL, wrong)
    assert not choosing.confirm(work, Medium.EMAIL, right)

    again = work_of(session, people.OWNER, NOW + codes.PAUSE)
    choosing.propose(again, Medium.EMAIL, "yan@example.cn")
    assert choosing.confirm(again, Medium.EMAIL, _code(session))
    assert not choosing.confirm(again, Medium.EMAIL, _code(session))


def test_codes_to_one_address_are_few(session, post):
    at = NOW
    for _ in range(codes.HOUR_MOST):
        choosing.propose(work_of(session, people.OWNER, at), Medium.SMS, "139 0000 2076")
        with pytest.raises(TooFast, match="刚要过一次"):
            choosing.propose(work_of(session, people.OWNER, at), Medium.SMS, "13900002076")
        at += codes.PAUSE
    with pytest.raises(TooFast, match="太多了"):
        choosing.propose(work_of(session, people.POWER, at), Medium.SMS, "13900002076")


def test_no_row_holds_the_digits(session, post):
    choosing.propose(work_of(session, people.OWNER), Medium.EMAIL, "yan@example.cn")
    right = _code(session)

    row = session.scalars(select(Outgoing)).one()
    code = session.scalars(select(OneTimeCode)).one()
    assert right not in row.text + row.key + code.salt
    assert "yan" not in code.address


def test_a_code_that_is_too_late_is_not_sent(session, post):
    choosing.propose(work_of(session, people.OWNER), Medium.EMAIL, "yan@example.cn")

    delivered(session, NOW + codes.HOLDS)

    assert post.sent == []
    assert session.scalars(select(Outgoing.fate)).one() is Fate.CANCELLED


def test_another_address_is_proven_anew(session, post):
    owner = reached(session, people.OWNER, Medium.EMAIL)

    choosing.propose(work_of(session, people.OWNER), Medium.EMAIL, "other@example.cn")

    assert known.of(session).reaches.address(owner, Medium.EMAIL) is None


@pytest.mark.parametrize(
    ("medium", "typed", "said"),
    [
        (Medium.EMAIL, "no address", "邮箱写得不对"),
        (Medium.SMS, "12345", "手机号是 11 位"),
    ],
)
def test_an_address_that_is_none_is_refused_in_words(session, post, medium, typed, said):
    with pytest.raises(Invalid) as refusal:
        choosing.propose(work_of(session, people.OWNER), medium, typed)
    assert said in refusal.value.errors["address"][0]


def test_what_is_not_set_up_here_is_not_offered(session, post):
    work = work_of(session, people.OWNER)

    assert [way.medium for way in choosing.ways(work)] == [Medium.EMAIL, Medium.SMS, Medium.WECOM]
    with pytest.raises(NotFound):
        choosing.propose(work, Medium.WECHAT, "oYan_0123456789")
    with pytest.raises(Conflict, match="验证码确认"):
        choosing.switch(work, Medium.EMAIL, on=True)


def test_a_robot_needs_no_proof_and_names_nothing(session, post):
    work = work_of(session, people.OWNER)
    choosing.switch(work, Medium.WECOM, on=True)

    service.enqueue(work, [work.actor.id], NoticeKind.TASK, "请您评价", key="k", urgent=True)
    delivered(session, NOW)

    assert post.sent[0].address == work.actor.phone
    choosing.switch(work, Medium.WECOM, on=False)
    assert work.actor.id not in known.of(session).reaches.people()


def test_what_the_county_demands_cannot_be_switched_off(session, post):
    from chainhub.county.rulebook.models import RuleText
    from chainhub.county.state import touch

    session.add(RuleText(name="media", value={"enterprise": ["wecom"]}, from_at=NOW))
    touch(session)
    session.flush()
    known.forget(session)

    with pytest.raises(Conflict, match="县里要求"):
        choosing.switch(work_of(session, people.OWNER), Medium.WECOM, on=False)


# Trying, by the administrator


def test_a_test_says_what_came_back_and_leaves_a_line_in_the_log(session, post):
    work = work_of(session, "xitong")
    trial = trying.prepared(work, Medium.EMAIL, "yan@example.cn")
    tried = trying.run(trial)
    trying.note(work, trial, tried)

    assert (tried.ok, tried.said) == (True, "收下了")
    assert [line.text for line in post.sent[0].lines] == [trying.WORDS]
    line = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (line.action, line.about, line.data) == (
        "test_medium",
        "邮件 ya***@example.cn",
        {"text": "通了：收下了"},
    )


def test_a_test_that_fails_says_why(session, post):
    post.fails = [Unreachable("连不上：Connection refused")]

    tried = trying.run(trying.prepared(work_of(session, "xitong"), Medium.EMAIL, "yan@example.cn"))

    assert (tried.ok, tried.said) == (False, "连不上：Connection refused")


def test_only_the_system_administrator_tries_and_retries(session, post):
    for username in people.EVERYBODY:
        if username == "xitong":
            continue
        work = work_of(session, username)
        with pytest.raises(NotAllowed):
            trying.prepared(work, Medium.EMAIL, "yan@example.cn")
        with pytest.raises(NotAllowed):
            outbox.retry_all(work)
        with pytest.raises(NotAllowed):
            outbox.retry(work, 1)


# Through the doors


def _dead(session, post):
    owner = reached(session, people.OWNER, Medium.EMAIL)
    post.fails = [Refused("550 没有这个人")]
    work = work_of(session, "clock", NOW)
    service.enqueue(work, [owner], NoticeKind.REMINDER, "EQ-2026-00001《配方》快到期", key="k", urgent=True)
    delivered(session, NOW)
    session.commit()
    return session.scalars(select(Outgoing.id)).one()


def test_the_page_of_ways_walks_from_an_address_to_a_way_that_is_on(browser, session, post):
    browser.sign_in(people.OWNER)
    page = "/mine/media"
    assert "提醒方式" in browser.get(page).text

    bad = browser.post("/mine/media/email/address", {"address": "nonsense"}, page=page)
    assert (bad.status_code, "邮箱写得不对" in bad.text, "nonsense" in bad.text) == (422, True, True)
    asked = browser.post("/mine/media/email/address", {"address": "yan@example.cn"}, page=page)
    assert asked.status_code == 303
    assert "等您填验证码" in browser.get(page).text
    wrong = browser.post("/mine/media/email/code", {"code": "1"}, page=page)
    assert (wrong.status_code, "验证码不对" in wrong.text) == (422, True)
    right = browser.post("/mine/media/email/code", {"code": _code(session)}, page=page)
    assert right.status_code == 303
    session.expire_all()
    assert session.scalars(select(ReachRow.is_on)).all() == [True]
    assert browser.post("/mine/media/email/off", page=page).status_code == 303
    session.expire_all()
    assert session.scalars(select(ReachRow.is_on)).all() == [False]


def test_where_nothing_is_set_up_the_page_says_so(browser, session):
    equipped(session)
    browser.sign_in(people.OWNER)

    assert "别的方式县里还没有开" in browser.get("/mine/media").text


def test_the_administrators_page_says_why_and_not_what(browser, session, post):
    row = _dead(session, post)
    browser.sign_in("xitong")

    shown = browser.get("/admin/outgoing").text
    assert "550 没有这个人" in shown
    assert "配方" not in shown
    assert "EQ-2026" not in shown
    assert browser.post(f"/admin/outgoing/{row}/retry", page="/admin/outgoing").status_code == 303
    assert browser.post(f"/admin/outgoing/{row}/retry", page="/admin/outgoing").status_code == 404
    session.expire_all()
    assert session.get_one(Outgoing, row).fate is Fate.WAITING


def test_the_administrator_reads_what_became_of_every_message(browser, session, post):
    _dead(session, post)
    browser.sign_in("xitong")

    shown = {
        name: browser.get(f"/admin/outgoing?show={name}").text for name in ("waiting", "sent", "cancelled")
    }
    assert "没有等着发的" in shown["waiting"]
    assert "还没有发过" in shown["sent"]
    assert "没有不用发的" in shown["cancelled"]
    browser.post("/admin/outgoing/retry", page="/admin/outgoing")
    assert "以后发，上次：550 没有这个人" in browser.get("/admin/outgoing?show=waiting").text
    session.expire_all()
    delivered(session, session.scalar(select(Outgoing.look_at)))
    session.commit()
    sent = browser.get("/admin/outgoing?show=sent").text
    assert "发出，收下了" in sent
    assert "配方" not in sent


def test_everything_is_tried_again_with_one_button(browser, session, post):
    _dead(session, post)
    browser.sign_in("xitong")

    assert "全部再试" in browser.get("/admin/outgoing").text
    assert browser.post("/admin/outgoing/retry", page="/admin/outgoing").status_code == 303
    assert "1 条重新发" in browser.get("/admin/outgoing").text
    assert "都发出去了" in browser.get("/admin/outgoing").text


def test_the_administrator_sends_a_test_from_the_page(browser, session, post):
    browser.sign_in("xitong")
    page = "/admin/outgoing"

    good = browser.post("/admin/outgoing/test/email", {"to": "yan@example.cn"}, page=page)
    assert (good.status_code, "通了：收下了" in good.text) == (200, True)
    bad = browser.post("/admin/outgoing/test/email", {"to": "nonsense"}, page=page)
    assert (bad.status_code, "邮箱写得不对" in bad.text) == (422, True)
    not_set = browser.post("/admin/outgoing/test/feishu", page=page)
    assert (not_set.status_code, "还没有设置" in not_set.text) == (409, True)
    assert browser.post("/admin/outgoing/test/pigeon", page=page).status_code == 404


TO = {
    Medium.EMAIL: "yan@example.cn",
    Medium.SMS: "13900002076",
    Medium.WECHAT: "oYan_0123456789",
    Medium.WEBHOOK: "qiye",
}


@pytest.mark.parametrize("medium", list(Medium))
def test_every_way_out_has_its_test_on_the_page(browser, session, medium):
    made = Post()
    equipped(session, **{medium.value: made})
    session.commit()
    browser.sign_in("xitong")
    page = "/admin/outgoing"

    assert f'action="/admin/outgoing/test/{medium.value}"' in browser.get(page).text
    tried = browser.post(f"/admin/outgoing/test/{medium.value}", {"to": TO.get(medium, "")}, page=page)

    assert (tried.status_code, "通了：收下了" in tried.text) == (200, True)
    assert made.words == [[trying.WORDS]]


@pytest.mark.parametrize("username", [people.OWNER, people.CLERK, "anquan", "shenji"])
def test_the_administrators_page_opens_to_nobody_else(browser, session, username):
    browser.sign_in(username)

    assert browser.get("/admin/outgoing").status_code == 403
    assert browser.post("/admin/outgoing/retry", page="/password").status_code == 403


# Signing in by text message


def test_an_enterprise_signs_in_by_a_code(browser, session, post, moment):
    reached(session, people.OWNER, Medium.SMS)
    session.commit()

    asked = browser.post("/sign-in/code", {"number": "139 0000 2076"}, page="/sign-in/code")
    assert (asked.status_code, asked.location) == (303, "/sign-in/code/enter")
    delivered(session, NOW)
    assert post.sent[0].address == "13900002076"
    wrong = browser.post("/sign-in/code/enter", {"code": "12"}, page="/sign-in/code/enter")
    assert (wrong.status_code, "验证码不对" in wrong.text) == (422, True)
    entered = browser.post(
        "/sign-in/code/enter", {"code": post.sent[0].code, "remember": "y"}, page="/sign-in/code/enter"
    )

    assert (entered.status_code, entered.location) == (303, "/")
    assert browser.cookie("chainhub_remember")
    assert "说一件事" in browser.get("/").text
    line = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert line.action == "sign_in_by_code"


def test_a_number_that_nobody_has_is_told_from_no_other(browser, session, post, moment):
    pages = []
    for number in ("13900002076", "13911112222"):
        answer = browser.post("/sign-in/code", {"number": number}, page="/sign-in/code")
        pages.append((answer.status_code, answer.location))
        shown = browser.get("/sign-in/code/enter").text
        pages.append(re.sub(r"139\*{4}\d{4}|value=\"[^\"]+\"", "", shown))
        wrong = browser.post("/sign-in/code/enter", {"code": "000000"}, page="/sign-in/code/enter")
        pages.append((wrong.status_code, "验证码不对" in wrong.text))

    assert pages[:3] == pages[3:]
    assert len(session.scalars(select(OneTimeCode.id)).all()) == 2
    assert len(session.scalars(select(Outgoing.id)).all()) == 1


def test_staff_do_not_sign_in_by_code(browser, session, post, moment):
    reached(session, people.CLERK, Medium.SMS)
    session.execute(ReachRow.__table__.update().values(address="13800001058"))
    session.commit()

    browser.post("/sign-in/code", {"number": "13800001058"}, page="/sign-in/code")

    assert session.scalars(select(Outgoing.id)).all() == []


def test_a_first_password_opens_nothing_once_its_owner_came_in_by_code(browser, session, post, moment):
    from chainhub.county.people.queries import user_by_name

    user = user_by_name(session, people.OWNER)
    user.must_change_password = True
    session.commit()
    browser.post("/sign-in/code", {"number": user.phone}, page="/sign-in/code")
    delivered(session, NOW)

    browser.post("/sign-in/code/enter", {"code": post.sent[0].code}, page="/sign-in/code/enter")

    assert browser.get("/").status_code == 200
    browser.post("/sign-out", page="/")
    assert browser.sign_in(people.OWNER).status_code == 422


def test_codes_asked_for_from_one_address_are_few(browser, session, post, moment):
    answers = [
        browser.post("/sign-in/code", {"number": f"139111122{n:02d}"}, page="/sign-in/code").status_code
        for n in range(22)
    ]

    assert answers[:20] == [303] * 20
    assert answers[-1] == 429


def test_without_a_gateway_there_is_no_such_door(browser, session):
    equipped(session)

    assert browser.get("/sign-in/code").status_code == 404
    assert browser.post("/sign-in/code", {"number": "13900002076"}, page="/sign-in").status_code == 404
    assert "短信验证码" not in browser.get("/sign-in").text
