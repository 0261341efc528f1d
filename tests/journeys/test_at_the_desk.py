"""What happens at a desk: two windows, several at once, keys; and large type on a phone."""

import re
from datetime import timedelta

from playwright.sync_api import expect

from chainhub.core import clock
from chainhub.tickets.outsiders import service as outsiders
from chainhub.tickets.workflow import State
from tests import people
from tests.builders import a_ticket
from tests.people import work_of


def _made(county, state: State, *titles: str) -> list[str]:
    """The numbers of matters in a state, an hour old."""
    with county.history() as session:
        at = clock.now() - timedelta(hours=1)
        return [
            a_ticket(session, state, at, title=title, content=f"{title}，请帮忙。").number for title in titles
        ]


def test_a_page_that_was_overtaken_says_by_whom_and_keeps_the_words(troupe, county):
    (number,) = _made(county, State.SUBMITTED, "叉车充电桩不够")

    # 宋以宁 opens the form, and the telephone rings. 闻述之 meanwhile accepts it.
    slow = troupe(people.CLERK).go(f"/tickets/{number}/act/accept").fill(note="打过电话了，先接下。")
    troupe(people.CLOSER).act(number, "接单", contacted_person="陶见禾")

    # She sends what she has: nothing is done twice, she reads who was faster, and her words are there to copy.
    slow.page.locator("#form .btn-primary").click()
    slow.reads("没有接单", "闻述之", "待派单").shot("overtaken")
    expect(slow.page.locator("textarea")).to_have_value("打过电话了，先接下。")
    slow.press("看最新的").reads("叉车充电桩不够")


def test_the_same_person_in_two_windows_sends_only_once(troupe, county):
    (number,) = _made(county, State.SUBMITTED, "食堂燃气表走得快")
    clerk = troupe(people.CLERK)
    other = clerk.context.new_page()
    for page in (clerk.page, other):
        page.goto(f"{county.url}/tickets/{number}/act/accept")

    other.locator("#form .btn-primary").click()
    other.wait_for_url(f"**/tickets/{number}")
    clerk.page.locator("#form .btn-primary").click()

    clerk.reads("没有接单", "待派单").shot("second-window")


def test_several_are_struck_off_with_check_boxes(troupe, county):
    numbers = _made(county, State.CONFIRMED, "班车坐不上", "检测要跑外市", "贴息材料要几份")
    closer = troupe(people.CLOSER).go("/")

    # Nothing is chosen, so there is no bar; with the first tick it comes and counts along.
    bar = closer.page.locator("#bulk-bar")
    expect(bar).to_be_hidden()
    for number in numbers[:2]:
        closer.page.locator(f"#row-{number} input[name=pick]").check()
    expect(bar).to_contain_text("选中 2 件")
    expect(bar).to_contain_text("都能销号")
    closer.shot("two-picked")

    bar.get_by_role("button", name="销号").click()

    closer.reads("办成 2 件", *numbers[:2]).shot("bulk-done")
    closer.press("接着处理").reads("贴息材料要几份").reads_nothing_of("班车坐不上")


def test_a_desk_without_a_mouse(troupe, county):
    _made(county, State.SUBMITTED, "一号门路灯不亮", "二号门路灯不亮", "三号门路灯不亮")
    clerk = troupe(people.CLERK).go("/")
    keys = clerk.page.keyboard
    rows = clerk.page.locator("tr[data-row]")

    # J goes down, K goes up, the cursor is where the focus is.
    for key in "jjk":
        keys.press(key)
    expect(rows.nth(0)).to_have_class("row pickable has-verb cursor")
    keys.press("j")
    expect(rows.nth(1)).to_have_class("row pickable has-verb cursor")
    expect(rows.nth(1).locator("a.title")).to_be_focused()
    clerk.shot("cursor-on-the-second")

    # Enter opens what the cursor stands on; ? shows the keys; / goes to the search.
    wanted = rows.nth(1).get_attribute("data-url")
    keys.press("Enter")
    clerk.page.wait_for_url(f"**{wanted}")
    clerk.go("/")
    keys.press("?")
    expect(clerk.page.locator("dialog#keys")).to_be_visible()
    clerk.shot("keys")
    keys.press("Escape")
    expect(clerk.page.locator("dialog#keys")).to_be_hidden()
    keys.press("/")
    expect(clerk.page.locator("#search")).to_be_focused()
    keys.type("路灯")
    keys.press("Enter")
    clerk.reads("一号门路灯不亮", "3 件").shot("search")


def test_picking_with_x_and_letting_go_with_escape(troupe, county):
    (number,) = _made(county, State.CONFIRMED, "键盘选一件")
    closer = troupe(people.CLOSER).go("/")
    keys = closer.page.keyboard
    rows = [row.get_attribute("id") for row in closer.page.locator("tr[data-row]").all()]

    for _ in range(rows.index(f"row-{number}") + 1):
        keys.press("j")
    keys.press("x")
    expect(closer.page.locator("#bulk-bar")).to_contain_text("选中 1 件")
    keys.press("Escape")

    expect(closer.page.locator("#bulk-bar")).to_be_hidden()


def test_large_type_stays_on_and_goes_off(troupe, county):
    (number,) = _made(county, State.HANDLING, "电动车棚漏雨")
    owner = troupe(people.OWNER, "phone").go("/").shot("standard")

    owner.press("长辈模式")
    size = "getComputedStyle(document.querySelector('main p')).fontSize"
    assert owner.page.evaluate(size) == "22px"
    owner.shot("large-home")
    for path, name in (
        ("/tickets/new", "large-submit"),
        (f"/tickets/{number}", "large-ticket"),
        ("/tickets", "large-list"),
    ):
        owner.go(path).shot(name)
        assert owner.page.evaluate("document.documentElement.scrollWidth") <= 360
    owner.go(f"/tickets/{number}").reads("第 5 步，共 8 步：办理")

    owner.press("标准模式")
    expect(owner.page.locator("html.elder")).to_have_count(0)


def test_large_type_still_says_what_the_firm_does_not_see(troupe, county):
    (number,) = _made(county, State.HANDLING, "抵押登记没有准信")
    with county.history() as session:
        asked = outsiders.Question("云岭银行汶上支行", "顾知微", "抵押登记要几天？", 3)
        outsiders.ask(work_of(session, people.POWER, clock.now()), number, asked)
    unit = troupe(people.POWER, "phone").go("/").press("长辈模式")

    unit.go(f"/tickets/{number}").sees("#ticket-outside .card-head", "企业看不到").shot("large-inside")
    assert unit.page.evaluate("document.documentElement.scrollWidth") <= 360

    unit.press("标准模式")


def test_the_filters_stand_in_the_address(troupe, county):
    _made(county, State.SUBMITTED, "待接单的一件")
    clerk = troupe(people.CLERK).go("/tickets")

    # A filter is a link: it changes the address, shows its × and is taken off again.
    clerk.press("办到哪").press("待接单")
    clerk.page.wait_for_url(re.compile(r"/tickets\?state=submitted$"))
    clerk.reads("待接单的一件").shot("filtered")
    clerk.page.locator("a.chip-on").click()
    clerk.page.wait_for_url("**/tickets")
