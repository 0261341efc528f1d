"""What was typed survives a bad line and a closed page, and goes when it has really been sent."""

from datetime import timedelta

from playwright.sync_api import expect

from chainhub.core import clock
from chainhub.tickets.workflow import State
from tests import people
from tests.builders import a_ticket

NOTE = "今天去现场量了电缆走向，明天出方案。"


def test_a_draft_survives_and_goes_when_it_is_sent(troupe, county):
    with county.history() as session:
        at = clock.now() - timedelta(hours=1)
        number = a_ticket(session, State.HANDLING, at, title="厂门口电缆走向", content="要量一下。").number
    form = f"/tickets/{number}/act/progress"
    unit = troupe(people.POWER).go(form)
    box = unit.page.get_by_label("进展", exact=True)

    # The line breaks while it is sent, and the page is closed in anger.
    box.fill(NOTE)
    unit.page.context.set_offline(True)
    unit.press("发给企业：砚禾齿轮")
    unit.reads("网络不通")
    unit.page.context.set_offline(False)
    unit.go("/").go(form).reads("上次写了没交上去的").shot("restored")
    expect(box).to_have_value(NOTE)

    # Refused for being empty it stays; sent, it is gone.
    unit.press("发给企业：砚禾齿轮")
    unit.reads(NOTE).go(form)
    expect(box).to_have_value("")
    unit.reads_nothing_of("上次写了没交上去的")

    # What is not wanted any more goes with one tap, and everything at signing out.
    box.fill("先写一半")
    unit.go(form).press("不要了")
    expect(box).to_have_value("")
    box.fill("又写一半")
    unit.page.locator(".who summary").click()
    unit.press("退出")
    assert unit.page.evaluate("Object.keys(localStorage).filter(one => one.startsWith('draft:')).length") == 0


def test_what_the_form_points_elsewhere_leaves_no_draft(troupe, county):
    owner = troupe(people.OWNER, "phone").go("/tickets/new")
    box = owner.page.locator("#content")
    kept = "Object.keys(localStorage).filter(one => one.startsWith('draft:')).length"
    box.fill("车间门口路灯不亮。")
    assert owner.page.evaluate(kept) == 1

    # 12388 is where this belongs: he goes there, and the device remembers nothing of it.
    box.fill("办证的科长收红包，不给就不办。")
    expect(owner.page.locator("[data-pointed]")).to_contain_text("12388")
    owner.page.wait_for_function(f"() => {kept} === 0")  # as soon as the answer has settled in the page
    box.press_sequentially("就是他")
    assert owner.page.evaluate(kept) == 0
    owner.go("/").go("/tickets/new")
    expect(box).to_have_value("")
    owner.reads_nothing_of("红包", "上次写了没交上去的")
