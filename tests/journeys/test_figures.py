"""The figures in a browser: a leader looks on a phone, a unit appeals, a month is published and signed, a ledger is taken
along, somebody inspects, a hall looks at the wall."""

import re
from datetime import timedelta

import pytest

from chainhub.core import clock
from chainhub.core.limits import local
from chainhub.tickets.terms import Kind, Satisfaction
from chainhub.tickets.workflow import Action, State
from tests import files, people
from tests.builders import a_ticket, move
from tests.journeys import conftest

LATE, DONE = "停电检修等不来", "雨棚漏水修好了"


@pytest.fixture(scope="module")
def county(empty_county, tmp_path_factory):
    """One county for this file, with six matters that are closed and one that runs late."""
    for made in conftest._served(empty_county, tmp_path_factory.mktemp("figures")):
        with made.history() as session:
            _told(session, clock.now())
        yield made


def _told(session, now) -> None:
    for place in range(6):
        begun = now - timedelta(days=45 + place)
        ticket = a_ticket(session, State.REVIEWED, at=begun, title=f"{DONE}{place}")
        said = {"contacted": True, "solved": True, "satisfaction": Satisfaction.SATISFIED}
        move(session, ticket, people.OWNER, Action.CONFIRM, begun + timedelta(days=1), **said)
        move(session, ticket, people.CLOSER, Action.CLOSE, begun + timedelta(days=1, hours=1))
    a_ticket(session, State.HANDLING, at=now - timedelta(days=20), kind=Kind.HELP, title=LATE)


def test_a_leader_sees_on_a_phone_where_it_is_stuck_and_every_column_is_a_door(troupe):
    leader = troupe(people.PRINCIPAL, "phone").go("/").reads("哪里卡住了", "等您一句话", LATE).shot("leader")

    place = leader.page.locator("[data-chart=columns]")
    place.scroll_into_view_if_needed()
    place.locator("canvas").wait_for()
    leader.shot("charts")
    at = place.evaluate(
        """one => {
            const chart = window.echarts.getInstanceByDom(one), all = chart.getOption().series[0].data;
            const last = all.map((value, place) => value > 0 ? place : -1).filter(place => place >= 0)[0];
            return chart.convertToPixel({seriesIndex: 0}, [last, all[last] / 2]);
        }"""
    )
    box = place.bounding_box()
    leader.page.mouse.click(box["x"] + at[0] - 6, box["y"] + at[1])
    leader.page.wait_for_url("**/statistics/cases?**")
    leader.reads(DONE)

    rows = leader.go("/").page.locator("[data-chart=rows]")
    rows.scroll_into_view_if_needed()
    rows.locator("canvas").wait_for()
    drawn = rows.evaluate("one => window.echarts.getInstanceByDom(one).getOption()")
    table = leader.page.locator("#hot-table tbody tr")
    assert drawn["yAxis"][0]["data"] == table.locator("th").all_text_contents()
    told = [[str(one) for one in series["data"]] for series in drawn["series"]]
    assert [list(pair) for pair in zip(*told, strict=True)] == [
        one.locator("td").all_text_contents() for one in table.all()
    ]
    assert leader.page.locator("[data-chart] canvas").count() == 3

    leader.go("/").page.locator(".stuck a.btn").first.click()
    leader.sees("h1", "批示")


def test_without_the_chart_the_table_stands_there(troupe):
    leader = troupe(people.PRINCIPAL, java_script_enabled=False).go("/")

    assert leader.page.locator("[data-chart]").first.is_hidden()
    assert leader.page.locator("#months-table").count() == 1


def test_a_unit_appeals_and_another_person_decides(troupe):
    unit = troupe(people.POWER, "phone").go("/statistics/cases?figure=handling_on_time").reads(LATE)
    unit.page.get_by_role("link", name=re.compile("^申诉")).first.click()
    unit.fill(reason="停电是企业自己要求改期的，有通知。").shot("appeal")
    unit.page.locator("#form .btn-primary").click()
    unit.reads("等决定", "前决定")
    proof = {"name": "停电通知.pdf", "mimeType": "application/pdf", "buffer": files.PDF}
    unit.page.locator("#proof input[type=file]").set_input_files(proof)
    unit.shot("proof").press("传上去").reads("补上了 1 个附件", "附件 1 个")

    clerk = troupe(people.CLERK).go("/")
    clerk.page.get_by_role("link", name=re.compile("考核申诉待决定")).click()
    clerk.page.get_by_role("link", name=LATE).first.click()
    clerk.reads("您来决定").fill(decision="uphold", note="有停电通知为证。")
    clerk.page.locator("#form .btn-primary").click()
    clerk.reads("申诉成立", "有停电通知为证")

    unit.go("/statistics/cases?figure=exempted").reads(LATE, "有停电通知为证").shot("exempted")


def test_a_month_is_drafted_published_signed_and_computed_anew(troupe):
    month = (local(clock.now()).replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
    clerk = troupe(people.CLERK).go("/statistics/reports")
    clerk.page.locator("#month").fill(month)
    clerk.press("起草，或者接着写").reads("总量与同比环比", "草稿").shot("draft")
    link = clerk.page.url
    clerk.press("发布").press("确定发布").reads("等链长签发").shot("published")

    chief = troupe(people.CHIEF)
    chief.page.goto(link)
    chief.press("签发").press("确定签发").reads("通报").shot("signed")
    chief.press("从历史重算核对").reads("一样")
    with chief.page.expect_download() as coming:
        chief.page.goto(link)
        chief.press("下载 docx")
    assert coming.value.suggested_filename.endswith(".docx")


def test_a_ledger_is_asked_for_made_and_taken_along(troupe, county):
    clerk = troupe(people.CLERK).go("/tickets?state=closed").press("导出台账").sees("h1", "导出台账")
    clerk.page.locator("#form .btn-primary").click()
    clerk.reads("看现在到哪了").shot("asked")
    county.tick(clock.now())

    clerk.reads("做好了").shot("ready")
    with clerk.page.expect_download() as coming:
        clerk.press("下载")
    assert coming.value.suggested_filename.endswith(".xlsx")


def test_somebody_inspects_and_sees_masked_what_was_chosen_and_nothing_else(troupe):
    number = troupe(people.CLOSER).go("/tickets?state=closed").number()
    closer = troupe(people.CLOSER).go("/inspections/new")
    closer.fill(body="县委第三巡察组", reason="优化营商环境专项巡察", numbers=number).press("下一步")
    closer.reads("县委第三巡察组", "1 件诉求").fill(name="周巡视").press("开一个账号").reads("账号开好了")
    login, once = re.search(r"jc-\w+", closer.text())[0], closer.page.locator("#once").inner_text()
    closer.shot("opened").press("记好了，回去")

    inspector = troupe(login, signed_in=False).sign_in(once)
    inspector.page.locator("[name=old]").fill(once)
    inspector.page.locator("[name=new]").fill("xun-cha-2026-kan")
    inspector.page.locator("[name=again]").fill("xun-cha-2026-kan")
    inspector.page.locator("#form .btn-primary").click()
    inspector.go("/").reads("县委第三巡察组", number).reads_nothing_of(LATE, "陶见禾").shot("inspector")
    inspector.page.get_by_role("link", name=re.compile(DONE)).first.click()
    inspector.reads(number).reads_nothing_of("陶见禾").shot("inspected")

    closer.press("停用").press("确定停用").reads("停了")
    inspector.page.reload()
    inspector.sees("h1", "企业有事，说一声")  # the door


def test_the_wall_names_no_enterprise_and_no_matter(troupe):
    wall = troupe(people.LIAISON)
    wall.page.set_viewport_size({"width": 1920, "height": 1080})
    wall.go("/board")

    wall.sees("h1", "产业链党委协同平台").shot("wall")
    wall.reads_nothing_of(LATE, DONE, "砚禾", "陶见禾")
    assert wall.page.evaluate("document.documentElement.scrollHeight <= window.innerHeight + 1")
