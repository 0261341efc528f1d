"""The doors for people: status, one visible word, one refusal."""

import re

import pytest
from lxml import html
from sqlalchemy import select

from chainhub.county.directory.models import Enterprise
from chainhub.tickets import sought
from chainhub.tickets.workflow import State
from tests import people
from tests.builders import a_ticket
from tests.web_client import act, said, token_of


@pytest.fixture
def now_is_real(session):
    """Doors read the clock, so the tickets of these tests are made at this very moment."""
    from chainhub.core import clock

    return clock.now()


def test_who_is_not_signed_in_is_sent_to_the_door(client):
    answer = client.get("/tickets")

    assert answer.status_code == 303
    assert "/sign-in" in answer.location


@pytest.mark.parametrize("username", people.EVERYBODY)
def test_everybody_has_a_home(as_, username):
    answer = as_(username).get("/")

    assert answer.status_code == 200
    assert "非涉密系统" in said(answer)


def test_the_owner_files_a_matter_in_his_own_words_and_gets_a_number(as_):
    owner = as_(people.OWNER)
    answer = owner.post(
        "/tickets/new",
        data={
            "csrf_token": token_of(owner, "/tickets/new"),
            "once": "a1",
            "content": "厂门口公交站牌挡视线。大货车出门看不见左边来车。",
            "contact_phone": "139****2076",
        },
        follow_redirects=True,
    )

    assert answer.status_code == 200
    assert "已收到" in said(answer)
    assert re.search(r"EQ-\d{4}-\d{5}", said(answer))


def test_a_double_click_makes_one_ticket(as_):
    owner = as_(people.OWNER)
    data = {"csrf_token": token_of(owner, "/tickets/new"), "once": "a1", "content": "厂门口公交站牌挡视线。"}

    first = owner.post("/tickets/new", data=data)
    again = owner.post("/tickets/new", data=data)

    assert first.status_code == again.status_code == 303
    assert first.location == again.location


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "这一项要填"),
        ("字" * 100_000, "最多 20000 字，现在 100000 字"),
        ("带\x00字符的", "不能保存的字符"),
    ],
)
def test_bad_input_is_told_in_words_and_what_was_typed_is_kept(as_, content, words):
    owner = as_(people.OWNER)
    data = {
        "csrf_token": token_of(owner, "/tickets/new"),
        "once": "a1",
        "content": content,
        "contact_phone": "13900001234",
    }

    answer = owner.post("/tickets/new", data=data)

    assert answer.status_code == 422
    assert words in said(answer)
    assert "13900001234" in answer.get_data(as_text=True)
    if content and "\x00" not in content:
        assert content in answer.get_data(as_text=True)


def test_a_script_is_shown_as_text(as_, session):
    ticket = a_ticket(session, title="<script>alert(1)</script>", content="<script>alert(2)</script>")
    session.commit()

    page = as_(people.CLERK).get(f"/tickets/{ticket.number}").get_data(as_text=True)

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(2)" in page


@pytest.mark.parametrize("path", ["", "/act/accept", "/receipt"])
def test_somebody_elses_ticket_is_a_page_that_is_not_there(as_, session, path):
    ticket = a_ticket(session)
    session.commit()

    assert as_(people.STRANGER).get(f"/tickets/{ticket.number}{path}").status_code in {403, 404}
    assert as_(people.STRANGER).get(f"/tickets/{ticket.number}").status_code == 404


@pytest.mark.parametrize("username", ["xitong", "anquan", "shenji"])
def test_an_administrator_reads_no_tickets(as_, session, username):
    ticket = a_ticket(session)
    session.commit()

    assert as_(username).get("/tickets").status_code == 403
    assert as_(username).get(f"/tickets/{ticket.number}").status_code == 403


def test_an_unknown_action_is_a_page_that_does_not_exist(as_, session):
    ticket = a_ticket(session)
    session.commit()

    assert as_(people.CLERK).get(f"/tickets/{ticket.number}/act/explode").status_code == 404


def test_the_buttons_are_the_moves(as_, session):
    ticket = a_ticket(session)
    session.commit()

    page = as_(people.CLERK).get(f"/tickets/{ticket.number}").get_data(as_text=True)

    assert set(re.findall(rf"/tickets/{ticket.number}/act/(\w+)", page)) == {
        "accept",
        "answer",
        "decline",
        "request_info",
        "reclassify",
        "contact",
        "merge",
    }


def test_a_stale_page_says_who_was_faster_and_keeps_the_words(as_, session):
    ticket = a_ticket(session)
    session.commit()
    act(as_(people.CLERK), ticket.number, "accept", contacted_person="陶见禾")

    clerk = as_(people.CLOSER)
    data = {"csrf_token": token_of(clerk, "/tickets/new"), "version": "1", "note": "我也要接"}
    answer = clerk.post(f"/tickets/{ticket.number}/act/accept", data=data)

    assert answer.status_code == 409
    assert "宋以宁" in said(answer)
    assert "我也要接" in answer.get_data(as_text=True)


def test_a_missing_field_comes_back_with_what_was_typed(as_, session):
    ticket = a_ticket(session, State.ACCEPTED)
    session.commit()

    answer = act(as_(people.DISPATCHER), ticket.number, "dispatch", note="请尽快", lead_unit="")

    assert answer.status_code == 422
    assert "这一项要填" in said(answer)
    assert "请尽快" in answer.get_data(as_text=True)


def test_an_unknown_unit_is_refused(as_, session):
    ticket = a_ticket(session, State.ACCEPTED)
    session.commit()

    answer = act(as_(people.DISPATCHER), ticket.number, "dispatch", lead_unit="moon_office")

    assert answer.status_code == 422


def test_six_people_carry_one_ticket_through_the_pages(as_):
    owner = as_(people.OWNER)
    data = {
        "csrf_token": token_of(owner, "/tickets/new"),
        "once": "z",
        "content": "班车早高峰坐不上。",
        "kind": "help",
    }
    number = re.search(r"EQ-\d{4}-\d{5}", owner.post("/tickets/new", data=data).location)[0]

    steps = [
        (people.CLERK, "accept", {"contacted_person": "陶见禾"}),
        (people.DISPATCHER, "dispatch", {"lead_unit": people.TRANSPORT_UNIT}),
        (people.TRANSPORT, "acknowledge", {}),
        (people.TRANSPORT, "contact", {"person": "陶见禾"}),
        (people.TRANSPORT, "progress", {"note": "在调车"}),
        (people.TRANSPORT, "resolve", {"outcome": "solved", "reply": "早高峰加了一班。"}),
        (people.REVIEWER, "pass_review", {}),
        (people.OWNER, "confirm", {"contacted": "yes", "solved": "yes", "satisfaction": "satisfied"}),
        (people.CLOSER, "close", {}),
    ]
    for who, action, given in steps:
        answer = act(as_(who), number, action, **given)
        assert answer.status_code == 303, (action, said(answer)[:800])

    assert "已销号" in said(owner.get(f"/tickets/{number}"))


def test_several_are_struck_off_at_once_with_a_result_for_each(as_, session, now_is_real):
    good = a_ticket(session, State.CONFIRMED, now_is_real)
    other = a_ticket(session, State.SUBMITTED, now_is_real)
    session.commit()
    closer = as_(people.CLOSER)

    answer = closer.post(
        "/tickets/bulk",
        data={
            "csrf_token": token_of(closer, "/tickets/new"),
            "action": "close",
            "pick": [f"{good.number}:{good.version}", f"{other.number}:{other.version}", "EQ-2000-00001:1"],
        },
    )

    assert answer.status_code == 200
    assert "办成 1 件" in said(answer)
    assert "没办成 2 件" in said(answer)


def test_search_finds_any_two_characters(as_, session):
    ticket = a_ticket(session, title="新厂房增容", content="等电投产，十千伏专线。")
    session.commit()
    clerk = as_(people.CLERK)

    for words in ("专线", "千伏", "增容", ticket.number, "砚禾", "线"):
        assert ticket.number in clerk.get("/tickets", query_string={"q": words}).get_data(as_text=True), words
    assert ticket.number not in clerk.get("/tickets", query_string={"q": "用工"}).get_data(as_text=True)


@pytest.mark.parametrize("q", ["%", "--", "()", "😀", "'\"", "_"])
def test_a_search_for_signs_alone_finds_nothing_and_says_so(as_, session, q):
    a_ticket(session)
    session.commit()

    answer = as_(people.CLERK).get("/tickets", query_string={"q": q})

    assert answer.status_code == 200
    assert "没有找到" in said(answer)


@pytest.mark.parametrize("version", ["²", "9" * 5000, "-1", "x"])
def test_a_version_that_is_none_is_a_stale_page(as_, session, version):
    ticket = a_ticket(session)
    session.commit()

    assert act(as_(people.CLERK), ticket.number, "accept", version=version).status_code == 409


def test_the_same_form_with_another_text_is_told_and_can_be_sent_again(as_):
    owner = as_(people.OWNER)
    data = {"csrf_token": token_of(owner, "/tickets/new"), "once": "a1", "content": "第一件事情。"}
    owner.post("/tickets/new", data=data)

    answer = owner.post("/tickets/new", data=data | {"content": "另一件事情。"})

    assert answer.status_code == 422
    assert "刚才那件已经交了" in said(answer)
    once = re.search(r'name="once"[^>]*value="([^"]+)"', answer.get_data(as_text=True))[1]
    again = owner.post("/tickets/new", data=data | {"content": "另一件事情。", "once": once})
    assert again.status_code == 303


@pytest.mark.parametrize("content", ["\u200b\u200b", "\ufeff\ufeff\ufeff"])
def test_what_nobody_sees_is_no_matter(as_, content):
    owner = as_(people.OWNER)
    data = {"csrf_token": token_of(owner, "/tickets/new"), "once": "a1", "content": content}

    assert owner.post("/tickets/new", data=data).status_code == 422


@pytest.mark.parametrize("phone", ["138****1111", "*", "😀😀😀😀😀😀😀"])
def test_half_a_telephone_number_is_refused_in_words(as_, phone):
    owner = as_(people.OWNER)
    data = {
        "csrf_token": token_of(owner, "/tickets/new"),
        "once": "a1",
        "content": "一件事情。",
        "contact_phone": phone,
    }

    answer = owner.post("/tickets/new", data=data)

    assert answer.status_code == 422
    assert "号码不完整" in said(answer)


def test_filters_stand_in_the_address_and_paging_keeps_them(as_, session):
    for _ in range(52):
        a_ticket(session)
    session.commit()

    page = as_(people.CLERK).get("/tickets?state=submitted&category=energy").get_data(as_text=True)

    following = re.search(r'href="(/tickets\?[^"]*cursor=[^"]+)"', page)[1].replace("&amp;", "&")
    assert "state=submitted" in following
    assert "category=energy" in following
    assert as_(people.CLERK).get(following).status_code == 200


NARROWED = {
    "state": ("submitted", "待接单"),
    "chain": ("equipment", "装备制造"),
    "unit": (people.POWER_UNIT, "供电"),
    "co_unit": (people.POWER_UNIT, "供电"),
    "category": ("energy", "用能"),
    "kind": ("problem", "难题"),
    "undecided": ("category", "没定类别"),
    "channel": ("visit", "走访"),
    "urgency": ("urgent", "紧急"),
    "light": ("red", "逾期"),
    "due": ("7", "7 个工作日内到期"),
    "late": ("10", "6—10 个工作日"),
    "open": ("1", "没办完"),
    "ended": ("1", "已办完"),
    "unhappy": ("1", "企业不满意"),
    "flag": ("merged", "合并办理"),
    "enterprise": (people.FIRM, ""),
    "task": ("intake", "待接单"),
    "referred": ("1", "上级转办"),
    "route": ("key", "重点"),
}
"""By each name that the list's address knows, a value and what its chip says."""


@pytest.mark.parametrize("who", [people.CLERK, people.OWNER])
def test_whatever_narrows_the_list_is_seen_and_can_be_taken_off(as_, who):
    client = as_(who)
    assert NARROWED.keys() | {"q", "order"} == set(sought.KNOWN)
    for name, (value, words) in NARROWED.items():
        page = html.document_fromstring(client.get(f"/tickets?{name}={value}&order=due").data)
        (chip,) = page.xpath("//a[contains(@class, 'chip-on')]")
        assert words in chip.text_content(), name
        assert chip.get("href") == "/tickets?order=due", name


def test_the_name_of_an_enterprise_is_told_to_the_staff_alone(as_, session):
    other = session.scalars(select(Enterprise).where(Enterprise.code != people.FIRM).limit(1)).one()
    assert other.name in said(as_(people.CLERK).get(f"/tickets?enterprise={other.code}"))
    assert other.name not in said(as_(people.OWNER).get(f"/tickets?enterprise={other.code}"))


def test_a_cursor_that_nobody_gave_out_is_told_in_words(as_):
    answer = as_(people.CLERK).get("/tickets?cursor=garbage")

    assert answer.status_code == 422
    assert "第一页" in said(answer)
