"""退单 without ping-pong, told through the pages: who the list names, who rules, and where the list turns out unclear."""

import re
from datetime import timedelta

import pytest

from tests import people
from tests.people import NOW, POWER_UNIT, TRANSPORT_UNIT

pytestmark = pytest.mark.slow

BUS = {"content": "厂门口公交站牌挡视线，货车出门看不见左边来车。", "kind": "help", "category": "logistics"}


def test_the_list_names_whose_it_is_and_a_changed_line_is_tried_on_real_tickets(story):
    number = story.accepted(**BUS)
    form = f"/tickets/{number}/act/dispatch"

    # 卢景和 reads whose it is and why; he looks the list up as well. Nothing is chosen for him.
    dispatcher = story(people.DISPATCHER)
    page = dispatcher.page(form)
    assert "清单上归谁" in page
    assert "（清单上主办）" in page
    assert "selected" not in page.partition('name="lead_unit"')[2].partition("</select>")[0]
    dispatcher.reads(f"{form}?look=货车通行证", "公安局")
    dispatcher.does(number, "dispatch", "待签收", lead_unit=TRANSPORT_UNIT)

    # His head tries another line: which of the tickets that were really sent would have gone elsewhere? Nothing is kept.
    head = story(people.REVIEWER)
    line = {
        "category": "logistics",
        "unit": POWER_UNIT,
        "share": "lead",
        "place": "1",
        "from_on": "2026-01-01",
    }
    tried = head.tries("/responsibilities/new", **line, keywords="公交站牌、站牌")
    assert "会派给别的单位" in tried
    assert f'href="/tickets/{number}"' in tried
    assert "县供电公司" in tried.partition("会派给</th>")[2]
    dispatcher.reads_nothing_of("/responsibilities?q=站牌", "公交站牌、站牌")

    # Only what was looked at is kept.
    seen = re.search(r'name="previewed"[^>]*value="([0-9a-f]{16})"', tried)[1]
    head.sends("/responsibilities/new", "权责清单改好了", **line, keywords="公交站牌、站牌", previewed=seen)
    dispatcher.reads("/responsibilities?q=站牌", "县供电公司")
    story(people.OWNER).finds_nothing("/responsibilities", 403)


def test_a_return_is_ruled_on_once_by_another_person_and_the_unit_stays_responsible(story):
    number = story.accepted()
    link = f"/tickets/{number}"
    story(people.DISPATCHER).does(number, "dispatch", lead_unit=POWER_UNIT)
    unit = story(people.POWER)
    unit.is_refused(f"{link}/act/return", "这一项要填", note="配电房在园区里，不归我们。")
    unit.does(number, "return", "退单待裁定", reason_code="authority", note="配电房产权在园区，不归我们。")

    # The firm reads that it is being settled whose it is, and not what they wrote.
    owner = story(people.OWNER).reads(link, "专班裁定退单").reads_nothing_of(link, "产权在园区")
    owner.not_told("退单")

    # Whoever sent it does not rule; another of the task force finds it at home.
    story(people.DISPATCHER).finds_nothing(f"{link}/act/reject_return", 409)
    ruler = story(people.REVIEWER).told("单位退单，请裁定").reads("/", "裁定退单", number)
    ruler.does(number, "reject_return", "待签收", note="表前线路归供电公司。")
    unit.told("退单不成立，请您单位签收").reads(link, "表前线路归供电公司。")

    # It is final: it cannot be returned again, not by the form's address either.
    assert "退单" not in unit.verbs(number)
    unit.finds_nothing(f"{link}/act/return", 409)
    unit.does(number, "acknowledge", "县供电公司在办")


def test_returns_seen_together_show_where_the_list_is_unclear(story):
    for place in "甲乙丙":
        number = story.accepted(
            content=f"{place}车间的专线增容三周没有准信。", kind="problem", category="energy"
        )
        story(people.DISPATCHER).does(number, "dispatch", lead_unit=POWER_UNIT)
        story(people.POWER).does(number, "return", reason_code="function", note="路由要先批，归交通局。")
        story(people.REVIEWER).does(number, "uphold_return", "待派单", note="派错了")
        story(people.DISPATCHER).told("请派单").does(number, "dispatch", lead_unit=TRANSPORT_UNIT)
    story.at(NOW + timedelta(minutes=30))

    clerk = story(people.CLERK)
    clerk.reads(
        "/returns",
        "共 3 次",
        "成立率 100%",
        "县供电公司",
        "用能",
        "清单哪里不清楚",
        "成立的退到了哪里",
        "交通运输局",
    )
    # Every number opens exactly what it counts, with whom it went to.
    opened = re.search(r'href="(/returns/list\?[^"]+)"', clerk.page("/returns"))
    assert opened
    clerk.reads(opened[1], "3 次", "职能：路由要先批，归交通局。", "改派交通运输局")
    story(people.POWER).finds_nothing("/returns", 403)
    story(people.OWNER).finds_nothing("/returns", 403)
