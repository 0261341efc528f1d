"""Whose a matter is, whether it was filed before, and what many have in common: as people meet it on their pages."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from chainhub.core import clock
from chainhub.tickets.workflow import State
from tests import people
from tests.builders import a_ticket

pytestmark = pytest.mark.slow

AGAIN = "新车间的蒸汽管道漏汽，压力上不去，锅炉房说不归他们管。"


def _filed(county, state: State, hours: float = 2, **given) -> str:
    with county.history() as session:
        return a_ticket(session, state, clock.now() - timedelta(hours=hours), **given).number


@pytest.mark.parametrize("script", [True, False])
def test_the_list_says_whose_it_is_and_one_tap_fills_it_in(troupe, county, script):
    number = _filed(
        county, State.ACCEPTED, title="站牌挡视线", content="公交站牌挡视线。", category="logistics"
    )

    # 卢景和 reads whom the list names and why; nothing is chosen for him.
    dispatcher = troupe(people.DISPATCHER, "desktop", java_script_enabled=script)
    dispatcher.go(f"/tickets/{number}/act/dispatch").reads("清单上归谁", "公交与班车由它主办", "写到“公交”")
    unit = dispatcher.page.locator("#form [name=lead_unit]")
    assert unit.input_value() == ""

    # He looks the list up, too, and then takes what it says. What he had typed stays.
    dispatcher.page.locator("#look").fill("货车通行证")
    dispatcher.page.get_by_role("button", name="搜清单").click()
    expect(dispatcher.page.locator("#lookup")).to_contain_text("公安局")
    dispatcher.page.locator("#form [name=note]").fill("请先看现场")
    dispatcher.page.locator(f"#suggested button[name=fill][value={people.TRANSPORT_UNIT}]").first.click()
    expect(unit).to_have_value(people.TRANSPORT_UNIT)
    expect(dispatcher.page.locator("#form [name=note]")).to_have_value("请先看现场")
    dispatcher.page.locator("#form .btn-primary").click()
    dispatcher.reads("待签收")


def test_the_owner_is_told_that_he_said_it_before_and_the_clerk_merges_in_one_tap(troupe, county):
    first = _filed(county, State.ACCEPTED, title="蒸汽管漏汽", content="新车间蒸汽管道漏汽，压力上不去。")

    # 陶见禾 has forgotten; while he types he reads it. He files all the same: nobody stands in his way.
    owner = troupe(people.OWNER, "phone").go("/tickets/new")
    owner.page.locator("textarea").fill(AGAIN)
    expect(owner.page.locator("#alike")).to_contain_text(first)
    owner.page.locator("#form .btn-primary").click()
    owner.reads("已收到", first)
    second = re.search(r"EQ-\d{4}-\d{5}", owner.page.locator(".receipt-number").inner_text())[0]

    # 宋以宁 sees the two side by side.
    clerk = troupe(people.CLERK).go(f"/tickets/{second}")
    clerk.page.get_by_role("link", name="像是报过的").click()
    clerk.reads("像是报过的")
    clerk.page.locator(f"a[href$='/act/merge?into={first}']").click()
    expect(clerk.page.locator("#form [name=into]")).to_have_value(first)
    clerk.page.locator("#form .btn-primary").click()
    clerk.reads("已合并办理")


def test_what_many_have_in_common_becomes_one_task_and_closes_nothing(troupe, county):
    numbers = [
        _filed(county, State.HANDLING, title=f"北路排水堵了{place}", content="北路排水堵了，一下雨就淹。")
        for place in "甲乙"
    ]

    # 卢景和 ticks both in the list and puts them to one task.
    dispatcher = troupe(people.DISPATCHER).go("/tickets?q=北路排水")
    for number in numbers:
        dispatcher.page.get_by_label(f"选中 {number}").check()
    dispatcher.page.get_by_role("button", name="把选中的列入共性问题").click()
    due = (clock.now() + timedelta(days=20)).date().isoformat()
    dispatcher.page.locator("#title").fill("园区北路排水")
    dispatcher.page.locator("#due_on").fill(due)
    dispatcher.page.locator("#form .btn-primary").click()
    dispatcher.reads("园区北路排水", "2 件诉求").shot("issue")

    # The owner reads it on his ticket; then what came of it. His ticket is still being handled.
    owner = troupe(people.OWNER, "phone").go(f"/tickets/{numbers[0]}").reads("属于共性问题", "园区北路排水")
    dispatcher.page.locator("#note").fill("四月疏浚，雨季前完工。")
    dispatcher.page.get_by_role("button", name="作为结论").click()
    dispatcher.reads("有结论了")
    owner.go(f"/tickets/{numbers[1]}").reads("四月疏浚，雨季前完工。", "办理中")
