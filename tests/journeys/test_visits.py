"""A guide visits a firm with the phone offline, the firm answers with one tap, the committee sees the month at a glance."""

import re

from playwright.sync_api import expect

from chainhub.core import clock
from chainhub.core.limits import local
from chainhub.guides.service import duties
from tests import people
from tests.people import work_of

OWN_COUNTY = True
PROBLEM = "厂门口的路坏了三个月，大车进不来。"
KEPT = "Object.keys(localStorage).filter(one => one.startsWith('later:')).length"


def _laid(county) -> None:
    begun = local(clock.now()).replace(day=1, hour=0, minute=5)
    with county.history() as session:
        duties.lay(work_of(session, "clock", begun), [1, 2, 3])


def test_a_visit_is_logged_on_a_phone_with_its_problem(troupe, county):
    _laid(county)
    guide = troupe(people.GUIDE, "phone").go("/visits").shot("visits-before")
    guide.press("记一次走访").shot("visit-form")

    guide.fill(enterprise=people.FIRM, met="陶厂长", done="看了新厂房，讲了技改补贴怎么报。")
    guide.press("送了政策 没有就不填")
    guide.page.get_by_label("标题").first.fill("技术改造补贴办法")
    guide.page.get_by_label("文号").first.fill("汶政发〔2026〕3号")
    guide.press("听到一个问题 写了就成一件诉求")
    guide.page.locator("#problem").fill(PROBLEM)
    guide.shot("visit-filled").press("记下")
    guide.reads("砚禾齿轮", "技术改造补贴办法（汶政发〔2026〕3号）", "报成诉求了").shot("visit")
    number = guide.number()

    # The firm reads the visit and its ticket, and who its guide is; the ticket leads back.
    owner = troupe(people.OWNER, "phone").go("/visits").reads("已走访", "指导员：裴时雨").shot("firm-visits")
    owner.go(f"/tickets/{number}").reads("大车进不来").press("走访时报的").reads("陶厂长")

    # The committee sees the month, and the card of the firm.
    clerk = troupe(people.CLERK).go("/").press("走访情况").reads("1/26", "26/26", "不排名").shot("coverage")
    clerk.page.locator("a", has_text="参阅卡").last.click()
    clerk.page.wait_for_load_state()
    clerk.reads("调研参阅卡").shot("card")
    troupe(people.PRINCIPAL, "phone").go("/visits/coverage").reads("77/77").shot("coverage-county")


def test_a_visit_without_a_network_waits_on_the_phone_and_goes_by_itself(troupe, county):
    guide = troupe(people.GUIDE, "phone").go("/visits/new")
    guide.fill(enterprise=people.FIRM, met="李主任", done="车间停电两次，记下来了。")
    guide.page.context.set_offline(True)
    guide.page.get_by_role("button", name="记下").click()
    line = guide.page.locator("[data-later-line]")
    expect(line).to_contain_text("有 1 次走访存在这台设备上")
    guide.shot("visit-offline")
    assert guide.page.evaluate(KEPT) == 1

    # A second one, while there is still none.
    guide.fill(enterprise="e_hengming_jingji", met="赵会计", done="问了社保补贴。")
    guide.page.get_by_role("button", name="记下").click()
    expect(line).to_contain_text("有 2 次走访存在这台设备上")

    guide.page.context.set_offline(False)
    expect(line).to_contain_text("都交上去了", timeout=60_000)
    assert guide.page.evaluate(KEPT) == 0
    guide.go("/visits").reads("车间停电两次", "问了社保补贴")
    assert len(re.findall("车间停电两次", guide.text())) == 1


def test_a_refused_visit_comes_back_into_the_form(troupe, county):
    guide = troupe(people.GUIDE, "phone").go("/visits/new")
    guide.fill(enterprise=people.FIRM, met="李主任", done="好")
    guide.page.context.set_offline(True)
    guide.page.get_by_role("button", name="记下").click()
    line = guide.page.locator("[data-later-line]")
    expect(line).to_contain_text("有 1 次走访")

    guide.page.context.set_offline(False)
    expect(line).to_contain_text("请改好再记", timeout=60_000)
    expect(guide.page.locator("#met")).to_have_value("李主任")
    guide.fill(done="好，都正常。")
    guide.press("记下").reads("都正常")


def test_a_firm_needs_no_visit_this_month(troupe, county):
    _laid(county)
    owner = troupe(people.OWNER, "phone").go("/visits").press("本月无需走访")
    owner.reads("知道了，本月不来走访").shot("waived").press("还是请指导员来")
    owner.reads("还没走访").shot("asked")
