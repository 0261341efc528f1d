"""Six people carry one matter from 报送 to 销号, on a phone and on a desktop; everybody sees where it stands."""

import pytest
from playwright.sync_api import expect

from tests import people

PLEA = "厂门口公交站牌挡视线。大货车出门看不见左边来车，上周差点出事，请帮忙挪一挪。"


@pytest.mark.parametrize("device", ["phone", "desktop"])
def test_six_people_carry_one_matter_to_its_end(troupe, device):
    # 陶见禾 has ten minutes between two calls: three questions, his own words, nothing to choose.
    owner = troupe(people.OWNER, device)
    owner.reads("我的事办到哪了").shot("owner-home")
    owner.press("说一件事").reads("有人打电话找您").fill(content=PLEA).shot("owner-submit")
    owner.press("提交").reads("已收到", "有人打电话找您").shot("owner-receipt")
    number = owner.number()
    owner.press("看办到哪了").reads("厂门口公交站牌挡视线", "陶见禾")
    owner.shot("owner-ticket")
    _assert_stands_at(owner, number, "接单")

    # 宋以宁 finds it on her desk; she rings him up first, and accepting records the call.
    clerk = troupe(people.CLERK, device)
    clerk.reads("今天我要处理什么", "厂门口公交站牌挡视线").shot("clerk-desk")
    clerk.act(number, "接单", contacted_person="陶见禾", note="电话问清了：站牌离大门八米。")
    _assert_stands_at(clerk, number, "派单")

    # She sets the category, so that the likely unit stands first for whoever dispatches.
    clerk.act(number, "更正分类", category="logistics", kind="help", note="企业没有选")

    # 卢景和 dispatches: the units that usually do this stand on top and say so.
    dispatcher = troupe(people.DISPATCHER, device)
    dispatcher.go(f"/tickets/{number}/act/dispatch")
    first = dispatcher.page.locator("#form [name=lead_unit] option").nth(1)
    expect(first).to_contain_text("清单上主办")
    assert first.get_attribute("value") == people.TRANSPORT_UNIT
    dispatcher.act(number, "派单", lead_unit=people.TRANSPORT_UNIT, note="请先到现场看一看。")
    _assert_stands_at(dispatcher, number, "签收")

    # 蒲青川 of 交通运输局 signs for it, rings up, reports, and says that it is done.
    unit = troupe(people.TRANSPORT, device)
    unit.reads("签收", "厂门口公交站牌挡视线").shot("unit-desk")
    unit.act(number, "签收")
    unit.act(number, "首次联系", person="陶见禾", note="约了明天上午看现场。")
    unit.act(number, "报进展", note="现场看过了，站牌往东挪十二米，公交公司周四施工。")
    owner.go("/").reads("站牌往东挪十二米").shot("owner-home-progress")
    _assert_stands_at(owner, number, "办理")
    unit.act(number, "办结", outcome="solved", reply="站牌已往东挪了十二米，出门左边看得清了。")
    _assert_stands_at(unit, number, "审核")

    # 顾远行 reviews; she neither handled nor will close it.
    reviewer = troupe(people.REVIEWER, device)
    reviewer.reads("审核", "厂门口公交站牌挡视线").shot("reviewer-desk")
    reviewer.act(number, "审核通过")

    # The owner is asked on his own home page, and answers three questions.
    owner.go("/").reads("等您一句话").shot("owner-home-asked")
    owner.act(
        number,
        "说说办得怎么样",
        contacted="yes",
        solved="yes",
        satisfaction="satisfied",
        note="挪得快，谢谢。",
    )
    _assert_stands_at(owner, number, "销号")

    # 闻述之, who has touched nothing of it, strikes it off.
    closer = troupe(people.CLOSER, device)
    closer.reads("销号", "厂门口公交站牌挡视线").shot("closer-desk")
    closer.act(number, "销号")
    for somebody in (owner, clerk, dispatcher, unit, reviewer, closer):
        somebody.go(f"/tickets/{number}").reads("已销号").shot(f"{somebody.username}-end")
    owner.go("/").reads("已办完", "厂门口公交站牌挡视线").shot("owner-home-done")


def _assert_stands_at(somebody, number, step):
    """The step bar says where it stands, to whoever looks."""
    somebody.go(f"/tickets/{number}")
    expect(somebody.page.locator("#ticket-steps [aria-current=step] .step-label")).to_contain_text(step)
