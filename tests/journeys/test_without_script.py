"""The whole path in a browser that runs no script at all: everything is a link or a form."""

import pytest

from tests import people


@pytest.mark.parametrize("device", ["phone"])
def test_one_matter_to_its_end_without_javascript(troupe, device):
    def on(username: str):
        return troupe(username, device, java_script_enabled=False)

    # Filed, with a mistake first: the page comes back with the words and everything that was typed.
    owner = on(people.OWNER)
    owner.press("说一件事").fill(content="急", contact_phone="13900002076")
    owner.press("提交").reads("有 1 处要改", "太短了")
    assert owner.page.locator("[name=contact_phone]").input_value() == "13900002076"
    owner.shot("owner-mistake")
    owner.fill(content="宿舍热水晚上不热，工人意见大。").press("再提交").reads("已收到")
    number = owner.number()

    on(people.CLERK).act(number, "接单", contacted_person="陶见禾")
    on(people.DISPATCHER).act(number, "派单", lead_unit=people.POWER_UNIT)
    unit = on(people.POWER)
    unit.act(number, "签收")
    unit.act(number, "首次联系", person="陶见禾")
    unit.act(number, "报进展", note="查了，是夜里限电。")
    unit.act(number, "办结", outcome="solved", reply="宿舍那一路夜里不再限电。")
    on(people.REVIEWER).act(number, "审核通过")
    owner.act(number, "说说办得怎么样", contacted="yes", solved="yes", satisfaction="satisfied")

    # Struck off with a check box: without a script the bar stands there from the beginning.
    closer = on(people.CLOSER).go("/").shot("closer-desk")
    closer.page.locator(f"#row-{number} input[name=pick]").check()
    closer.page.locator("#bulk-bar button[name=action][value=close]").click()
    closer.reads("办成 1 件", number).shot("closer-done")
    owner.go(f"/tickets/{number}").reads("已销号")
