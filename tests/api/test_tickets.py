"""Filing, finding and reading tickets."""

import pytest

from tests.api.calling import BODY, V1, given, refused
from tests.people import (
    CALLER,
    CHIEF,
    CLERK,
    DISPATCHER,
    FIRM,
    GUIDE,
    NOW,
    OWNER,
    POWER,
    POWER_UNIT,
    REVIEWER,
    STRANGER,
    TRANSPORT,
    china,
)

SHAPE = {
    "number", "title", "content", "state", "version", "chain", "enterprise", "category", "kind", "urgency", "channel",
    "lead_unit", "co_units", "due_at", "due_provisional", "promise_due_at", "light", "clocks", "created_at", "updated_at",
    "actions",
}  # fmt: skip


@pytest.fixture
def ticket(caller):
    return given(caller(OWNER).submit(), 201)


@pytest.fixture
def dispatched(caller, ticket):
    number = ticket["number"]
    given(caller(CLERK).act(number, "accept", 1, contacted_person="陶见禾"))
    return given(caller(DISPATCHER).act(number, "dispatch", 2, lead_unit=POWER_UNIT, note="请抓紧"))


# Filing


def test_an_enterprise_files_a_ticket(caller):
    response = caller(OWNER).submit()

    found = given(response, 201)
    assert set(found) >= SHAPE
    assert (found["state"], found["version"], found["enterprise"]) == ("submitted", 1, FIRM)
    assert response.headers["Location"] == f"{V1}/tickets/{found['number']}"
    assert found["created_at"] == "2026-03-02T09:20:00+08:00"
    assert found["due_at"] == "2026-03-02T14:50:00+08:00"  # 4 working hours, lunch left out
    assert found["channel"] == "api"


def test_title_and_content_are_enough(caller):
    found = given(caller(OWNER).post("/tickets", json={"title": "电", "content": "停电了"}), 201)

    assert (found["kind"], found["category"], found["urgency"]) == (None, None, "normal")


def test_texts_are_trimmed(caller):
    found = given(caller(OWNER).submit(title="  增容\n申请 ", content=" 等电\r\n很久了 "), 201)

    assert (found["title"], found["content"]) == ("增容 申请", "等电\n很久了")


def test_the_same_key_gives_the_same_ticket(caller):
    program = caller(OWNER)

    first, again = given(program.submit("k-1"), 201), given(program.submit("k-1"), 200)

    assert again["number"] == first["number"]
    assert len(given(program.get("/tickets"))["items"]) == 1


def test_the_same_key_with_another_body_is_422(caller):
    program = caller(OWNER)
    program.submit("k-1")

    refused(program.submit("k-1", title="别的事"), 422, "key_reused")

    assert len(given(program.get("/tickets"))["items"]) == 1


def test_the_key_of_somebody_else_is_another_key(caller):
    first = given(caller(OWNER).submit("k-1"), 201)

    second = given(caller(GUIDE).submit("k-1", enterprise=FIRM), 201)

    assert second["number"] != first["number"]


def test_a_key_that_is_too_long_is_422(caller):
    assert "Idempotency-Key" in refused(caller(OWNER).submit("k" * 101), 422)["errors"]


def test_a_committee_files_on_behalf(caller):
    found = given(caller(CLERK).submit(enterprise=FIRM, channel="phone"), 201)

    assert (found["enterprise"], found["channel"]) == (FIRM, "phone")


def test_a_department_may_not_file_whatever_it_sends(caller):
    refused(caller(POWER).post("/tickets", json={"nonsense": 1}), 403, "not_allowed")


def test_a_guide_files_only_for_enterprises_in_its_care(caller):
    assert "enterprise" in refused(caller(GUIDE).submit(enterprise="e_yunzhu_jidian"), 422)["errors"]


@pytest.mark.parametrize(
    ("given_", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "字" * 61}, "title"),
        ({"content": "字" * 20_001}, "content"),
        ({"content": "字"}, "content"),
        ({"content": ["停电"]}, "content"),
        ({"kind": "nonsense"}, "kind"),
        ({"urgency": 1}, "urgency"),
        ({"category": "nonsense"}, "category"),
        ({"confidential": "true"}, "confidential"),
        ({"title": "空\x00字"}, "title"),
        ({"enterprise": "x\x00"}, "enterprise"),
        ({"state": "closed"}, "state"),
    ],
)
def test_a_bad_field_is_named(caller, given_, field):
    body = refused(caller(OWNER).submit(**given_), 422, "invalid")

    assert set(body["errors"]) == {field}


def test_too_long_says_by_how_much(caller):
    body = refused(caller(OWNER).submit(title="字" * 61), 422)

    assert body["errors"]["title"] == ["最多 60 字，现在 61 字，请删掉 1 字。"]


def test_a_hundred_thousand_characters_are_refused_in_words(caller):
    assert "content" in refused(caller(OWNER).submit(content="字" * 100_000), 422)["errors"]


# Reading


def test_a_ticket_is_read_by_those_who_see_it(caller, ticket):
    for username in (OWNER, GUIDE, CLERK, DISPATCHER, CHIEF):
        assert given(caller(username).get(f"/tickets/{ticket['number']}"))["title"] == BODY["title"]


@pytest.mark.parametrize("username", [STRANGER, POWER, CALLER, "xitong", "shenji"])
@pytest.mark.parametrize("path", ["", "/events", "/deadline"])
def test_a_stranger_gets_404(caller, ticket, username, path):
    refused(caller(username).get(f"/tickets/{ticket['number']}{path}"), 404, "not_found")


@pytest.mark.parametrize("number", ["EQ-2026-99999", "%00", "x" * 21, "EQ%2F1", "%F0%9F%90%BC"])
@pytest.mark.parametrize("path", ["", "/events", "/deadline"])
def test_what_is_not_there_is_404(caller, number, path):
    refused(caller(CLERK).get(f"/tickets/{number}{path}"), 404)


def test_actions_say_what_must_be_given(caller, ticket):
    found = given(caller(CLERK).get(f"/tickets/{ticket['number']}"))["actions"]

    decline = next(one for one in found if one["action"] == "decline")
    assert decline["label"] == "不予受理"
    reason, note = decline["fields"]
    assert (reason["type"], reason["required"]) == ("choice", True)
    assert {"value": "in_court", "label": "已进入诉讼、仲裁或复议"} in reason["choices"]
    assert (note["name"], note["max_length"]) == ("note", 2000)


def test_whoever_may_do_nothing_is_offered_nothing(caller, ticket):
    assert given(caller(CHIEF).get(f"/tickets/{ticket['number']}"))["actions"] == []


def test_an_inquiry_is_only_asked_whether_the_answer_was_clear(caller):
    number = given(caller(OWNER).submit(kind="inquiry"), 201)["number"]
    caller(CLERK).act(number, "answer", 1, reply="到政务大厅三号窗口办。")

    found = given(caller(OWNER).get(f"/tickets/{number}"))["actions"]

    confirm = next(one for one in found if one["action"] == "confirm")
    assert {one["name"]: one["required"] for one in confirm["fields"]} == {"clear": True, "note": False}


def test_clocks_are_told_one_by_one(caller, dispatched):
    clocks = {
        one["kind"]: one for one in given(caller(CLERK).get(f"/tickets/{dispatched['number']}"))["clocks"]
    }

    assert clocks["first_call"]["light"] == "blue"
    assert clocks["first_call"]["stopped_at"] == NOW.isoformat()
    assert clocks["unit"]["unit"] == POWER_UNIT
    assert clocks["unit"]["holder"] == {"role": "department", "scope": f"unit:{POWER_UNIT}"}
    assert (clocks["unit"]["limit"], clocks["unit"]["paused"], clocks["unit"]["light"]) == (
        "15d",
        False,
        "green",
    )
    assert clocks["unit"]["due_at"] == clocks["promise"]["due_at"] == "2026-03-23T17:30:00+08:00"


@pytest.mark.parametrize(
    ("username", "shown"),
    [(OWNER, "13900002076"), (CLERK, "139****2076"), (CHIEF, "139****2076"), (GUIDE, "139****2076")],
)
def test_a_phone_is_shown_to_its_owner_alone(caller, ticket, username, shown):
    assert given(caller(username).get(f"/tickets/{ticket['number']}"))["contact_phone"] == shown


# Finding


def test_a_list_holds_what_one_sees(caller, dispatched):
    number = dispatched["number"]
    for username, sees in (
        (OWNER, True),
        (POWER, True),
        (CLERK, True),
        (TRANSPORT, False),
        (STRANGER, False),
    ):
        found = given(caller(username).get("/tickets"))["items"]
        assert ([one["number"] for one in found] == [number]) is sees


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=dispatched", True),
        ("state=submitted&state=dispatched", True),
        ("state=submitted", False),
        ("chain=equipment&unit=power_supply&category=energy&kind=problem&urgency=normal", True),
        ("unit=transport", False),
        ("light=green", True),
        ("light=red", False),
        ("enterprise=e_yanhe_chilun", True),
        ("enterprise=e_nobody", False),
        ("q=增容", True),
        ("q=降价", False),
        ("due_before=2026-03-23T17:30:01%2B08:00", True),
        ("due_before=2026-03-23T17:30:01+08:00", True),  # the plus sign that an address turns into a space
        ("due_before=2026-03-23", False),
        ("due_before=2026-03-24", True),
        ("order=due", True),
        ("state=&chain=&q=", True),
    ],
)
def test_filters_narrow(caller, dispatched, query, found):
    assert bool(given(caller(CLERK).get(f"/tickets?{query}"))["items"]) is found


@pytest.mark.parametrize(
    "query",
    [
        "state=nonsense", "kind=x", "urgency=x", "light=x", "order=x", "chain=x", "unit=x", "category=x",
        "limit=0", "limit=201", "limit=1.5", "limit=99999999999999999999", "limit=-1",
        "due_before=morgen", "due_before=2026-03-23T17:30:00", "due_before=0001-01-01T00:00:00%2B08:00",
        "due_before=9999-12-31T23:59:59-08:00", "q=%00", "enterprise=%00", "nonsense=1",
        "cursor=x", "cursor=%00", "cursor=WzFd",
        "cursor=WyJuZXdlc3QiLCIiLDk5OTk5OTk5OTk5XQ",  # ["newest","",99999999999]
        "order=due&cursor=WyJkdWUiLCIyMDI2LTAxLTAxVDAwOjAwOjAwIiw1XQ",  # a moment without a zone
        "order=due&cursor=WyJkdWUiLCIwMDAxLTAxLTAxVDAwOjAwOjAwKzA4OjAwIiwxXQ",  # the year 1
    ],
)  # fmt: skip
def test_a_bad_filter_is_422(caller, query):
    refused(caller(CLERK).get(f"/tickets?{query}"), 422, "invalid")


@pytest.mark.parametrize("order", ["newest", "due"])
def test_pages_have_no_gap_and_no_repetition(caller, order):
    filed = [given(caller(OWNER).submit(title=f"第 {n} 件"), 201)["number"] for n in range(5)]

    found, cursor = [], ""
    while cursor is not None:
        page = given(caller(CLERK).get(f"/tickets?limit=2&order={order}&cursor={cursor}"))
        found.extend(one["number"] for one in page["items"])
        cursor = page["next_cursor"]

    assert found == (filed if order == "due" else filed[::-1])


def test_an_item_names_its_enterprise(caller, ticket):
    (item,) = given(caller(CLERK).get("/tickets"))["items"]

    assert item["enterprise_name"] == "砚禾齿轮"
    assert "content" not in item


def test_a_confidential_ticket_is_not_in_a_leaders_list(caller):
    given(caller(OWNER).submit(confidential=True), 201)

    assert given(caller(CHIEF).get("/tickets"))["items"] == []
    assert len(given(caller(CLERK).get("/tickets"))["items"]) == 1


# History


def test_history_is_told_newest_first(caller, dispatched):
    found = given(caller(CLERK).get(f"/tickets/{dispatched['number']}/events"))["items"]

    assert [(one["seq"], one["action"], one["source"], one["target"]) for one in found] == [
        (3, "dispatch", "accepted", "dispatched"),
        (2, "accept", "submitted", "accepted"),
        (1, "submit", None, "submitted"),
    ]
    assert found[0]["data"] == {"lead_unit": POWER_UNIT, "note": "请抓紧"}
    assert (found[0]["body"], found[0]["actor"]) == ("装备制造专班", "卢景和")
    assert found[0]["at"] == NOW.isoformat()


def test_history_comes_in_pages(caller, dispatched):
    path = f"/tickets/{dispatched['number']}/events"
    first = given(caller(CLERK).get(f"{path}?limit=2"))
    second = given(caller(CLERK).get(f"{path}?limit=2&cursor={first['next_cursor']}"))

    assert [one["seq"] for one in (*first["items"], *second["items"])] == [3, 2, 1]
    assert second["next_cursor"] is None


def test_history_checks_the_ticket_before_the_page(caller, dispatched):
    refused(caller(STRANGER).get(f"/tickets/{dispatched['number']}/events?limit=0"), 404)
    refused(caller(CLERK).get(f"/tickets/{dispatched['number']}/events?limit=0"), 422)
    refused(caller(CLERK).get(f"/tickets/{dispatched['number']}/events?cursor=WyJ4Il0"), 422)


def test_the_enterprise_does_not_read_what_the_staff_write_to_each_other(caller, dispatched):
    found = given(caller(OWNER).get(f"/tickets/{dispatched['number']}/events"))["items"]

    assert found[0]["data"] == {"lead_unit": POWER_UNIT}


def test_a_unit_sees_the_reason_and_not_the_remark(caller, dispatched):
    number = dispatched["number"]
    for username, action, said in (
        (POWER, "acknowledge", {}),
        (POWER, "resolve", {"outcome": "solved", "reply": "已送电。"}),
        (REVIEWER, "pass_review", {}),
        (OWNER, "reopen", {"reason_code": "perfunctory", "note": "糊弄", "contacted": True, "solved": False}),
    ):
        version = given(caller(CLERK).get(f"/tickets/{number}"))["version"]
        given(caller(username).act(number, action, version, **said))

    told = {
        username: given(caller(username).get(f"/tickets/{number}/events"))["items"][0]["data"]
        for username in (OWNER, CLERK, POWER, DISPATCHER, CHIEF)
    }

    assert {name: data.get("note") for name, data in told.items()} == {
        OWNER: "糊弄", CLERK: "糊弄", POWER: None, DISPATCHER: None, CHIEF: None,
    }  # fmt: skip
    assert {data["reason_code"] for data in told.values()} == {"perfunctory"}


# Deadline


def test_a_deadline_is_explained_day_by_day(caller, dispatched, hands):
    found = given(caller(POWER).get(f"/tickets/{dispatched['number']}/deadline"))

    assert (found["due_at"], found["provisional"]) == ("2026-03-23T17:30:00+08:00", False)
    assert found["steps"][0] == {"date": "2026-03-02", "counted": False, "why": "起算日不计"}
    assert found["steps"][1] == {"date": "2026-03-03", "counted": True, "why": "第 1 个工作日"}
    assert found["steps"][6] == {"date": "2026-03-08", "counted": False, "why": "周末"}
    assert sum(step["counted"] for step in found["steps"]) == 15
    assert "派单" in found["text"]


def test_waiting_for_the_enterprise_is_told_as_a_pause(caller, dispatched, hands):
    number = dispatched["number"]
    given(caller(POWER).act(number, "acknowledge", 3))
    hands.at = china(2026, 3, 4, 10)
    given(caller(POWER).act(number, "ask_info", 4, note="缺图纸"))
    hands.at = china(2026, 3, 6, 10)
    given(caller(OWNER).act(number, "supply_info", 5, note="图纸在此"))

    for username in (OWNER, POWER):
        found = given(caller(username).get(f"/tickets/{number}/deadline"))
        assert found["due_at"] == "2026-03-25T17:30:00+08:00"
        assert "等企业补充" in found["text"]


def test_the_enterprise_hears_of_the_promise_and_the_unit_of_its_own_clock(caller, dispatched, hands):
    number = dispatched["number"]
    hands.at = china(2026, 3, 3, 9)
    given(caller(POWER).act(number, "return", 3, reason_code="function", note="不归我们管"))
    given(caller(REVIEWER).act(number, "uphold_return", 4, note="改派"))
    hands.at = china(2026, 3, 4, 9)
    given(caller(DISPATCHER).act(number, "dispatch", 5, lead_unit="transport"))

    promise = given(caller(OWNER).get(f"/tickets/{number}/deadline"))
    unit = given(caller(TRANSPORT).get(f"/tickets/{number}/deadline"))

    assert promise["due_at"] == "2026-03-23T17:30:00+08:00"
    assert unit["due_at"] == "2026-03-25T17:30:00+08:00"


def test_a_ticket_that_has_ended_has_no_deadline(caller, ticket):
    given(caller(OWNER).act(ticket["number"], "withdraw", 1, note="不用了，谢谢"))

    found = given(caller(OWNER).get(f"/tickets/{ticket['number']}/deadline"))

    assert (found["due_at"], found["steps"]) == (None, [])
    assert "没有" in found["text"]
