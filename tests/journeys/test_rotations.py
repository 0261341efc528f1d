"""Whose turn it is, in a browser: the committee arranges, two enterprises exchange, a leader looks, a phone subscribes."""

import re
import urllib.error
import urllib.request
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from chainhub.core import clock
from chainhub.rotations.models import Rotation
from tests import people
from tests.journeys import conftest
from tests.rotations import staging

CHAIN = staging.CHAIN


@pytest.fixture(scope="module")
def county(empty_county, tmp_path_factory):
    """One county for this file: a rotation is of a chain, and the chain is everybody's."""
    yield from conftest._served(empty_county, tmp_path_factory.mktemp("rotations"))


@pytest.fixture
def turning(county):
    """The chain rotates: opened at the first need. Gives (session's address, hosts' account, code, name) in order."""
    with county.history() as session:
        rotation = session.scalars(select(Rotation).where(Rotation.chain_code == CHAIN)).one_or_none()
        rotation = rotation or staging.opened(session, clock.now())
        today = clock.now().date()
        coming = [one for one in staging.salons(session, rotation) if one.on and one.on > today]
        codes = [staging.hosts(session, one)[0] for one in coming]
        return [
            (one.link, staging.owner_of(session, code), code) for one, code in zip(coming, codes, strict=True)
        ]


def test_the_committee_arranges_looks_saves_and_announces(troupe):
    clerk = troupe(people.CLERK).go("/rotations")
    if clerk.offer("开始轮值").count():
        clerk.reads("还没有开始轮值").press("开始轮值")
    clerk.reads("轮到谁了", "规矩").shot("year")

    clerk.press("缓办").sees("h1", "缓办")
    first = clerk.page.locator("#form [name=enterprise] option").nth(1).get_attribute("value")
    until = clock.now().date() + timedelta(days=300)
    clerk.fill(enterprise=first, from_on=f"{clock.now().date()}", until_on=f"{until}", why="设备大修")
    clerk.press("看看影响").sees("h1", "会动到谁").reads("设备大修。还没有保存").shot("preview")
    clerk.press("保存，并通知这些企业" if clerk.offer("保存，并通知这些企业").count() else "保存")
    clerk.reads("改好了", "缓办，要补")
    clerk.press("变更记录").reads("设备大修", "宋以宁")

    clerk.go("/rotations").page.locator(".salon-card-next a").first.click()
    clerk.sees("#why-title", "为什么是这天、这家").press("发通知")
    clerk.page.locator("#form .btn-primary").click()
    clerk.sees(".crumb", "已通知").shot("announced")


def test_an_enterprise_asks_for_a_swap_and_the_other_agrees_on_a_phone(troupe, turning):
    (link, asks, _), (other, asked, code) = turning[3], turning[4]
    one = troupe(asks).go("/rotations")
    one.reads("您家排第", "承办。").shot("place")
    one.go(link).press("提出换期").sees("h1", "提出换期")
    number = other.rpartition("/")[2]
    one.fill(other=f"{number}:{code}", why="那周有客户验厂").press("去问对方").reads("问过对方了")

    two = troupe(asked, "phone").go("/rotations")
    two.reads("等答复", "那周有客户验厂").shot("asked")
    two.press("同意").reads("换了")
    mine = two.text().partition("您家排第")[2][:40]
    one.go("/rotations").reads("您家排第")
    assert mine != one.text().partition("您家排第")[2][:40]
    two.go("/inbox").reads("日子变了")


@pytest.mark.parametrize("device", ["phone", "desktop"])
def test_a_leader_understands_the_year_without_scrolling_far(troupe, turning, device):
    year = date.fromisoformat(f"{clock.now().year + 1}-01-01").year
    leader = troupe(people.CHIEF, device).go(f"/rotations?chain={CHAIN}&year={year}")
    leader.sees("h1", f"红色沙龙 {year} 年").shot("leader")

    cards = leader.page.locator(".salon-card")
    assert cards.count() == 6
    for place in range(6):
        assert re.search(r"\d+月\d+日\s*周.\s*\S+.*已排", cards.nth(place).inner_text(), re.DOTALL)
    height = 900 if device == "desktop" else 800 * 2  # one look at the desk, two on a phone
    box = cards.last.bounding_box()
    assert box["y"] + box["height"] < height
    assert leader.page.evaluate("document.documentElement.scrollWidth") <= leader.page.viewport_size["width"]
    assert not leader.offer("改规则").count()


def test_a_phone_subscribes_and_lets_go(troupe, turning, county):
    owner = troupe(people.OWNER, "phone").go("/rotations").press("订阅日历")
    owner.fill(what=f"chain:{CHAIN}").press("要一个地址").reads("只显示这一次").shot("address")
    address = owner.page.locator("input[readonly]").input_value()

    assert _opened(address).startswith("BEGIN:VCALENDAR")
    owner.go("/calendars").reads_nothing_of(address)
    owner.page.locator("summary").filter(has_text="停用").first.click()
    owner.page.locator("details[open] button").first.click()
    owner.reads("停用了")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        _opened(address)


def _opened(address: str) -> str:
    with urllib.request.urlopen(address, timeout=10) as answer:
        return answer.read().decode()


def test_the_office_plans_a_meeting_and_the_unit_marks_it_done_on_a_phone(troupe, county):
    office = troupe(people.LIAISON).go("/rotations").press("例行工作")
    office.reads("还没有排例行工作").press("联席会议")
    office.fill(body=f"department:{people.POWER_UNIT}", title="供电联席会议").press("排上")
    office.reads("每月一次", "县供电公司").shot("routine")

    unit = troupe(people.POWER, "phone").go("/routines").reads("供电联席会议").shot("year")
    assert unit.page.evaluate("document.documentElement.scrollWidth") <= 360
    office.press("改规则").fill(week="1", why="月初开").press("看看影响").reads("还没有保存")
    office.press("保存，并通知负责的人").reads("改好了")
    unit.go("/inbox").reads("供电联席会议")
