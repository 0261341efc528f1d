"""The hard cases of the loop as people meet them: owners and leaders on a phone, staff at a desk."""

import re
from datetime import timedelta

from playwright.sync_api import expect

from chainhub.core import clock
from chainhub.tickets.workflow import State
from tests import people
from tests.builders import a_ticket
from tests.files import PDF, picture


def _filed(county, state: State, title: str, hours: float = 2, **given) -> str:
    """The number of a matter that the people of the county have carried this far."""
    with county.history() as session:
        return a_ticket(session, state, clock.now() - timedelta(hours=hours), title=title, **given).number


def _send(somebody, number: str) -> None:
    """Send the form and wait until the ticket is there again, before somebody else goes on."""
    somebody.page.locator("#form .btn-primary").click()
    somebody.page.wait_for_url(f"**/tickets/{number}")


def _day(days: int) -> str:
    return (clock.now() + timedelta(days=days)).date().isoformat()


def test_two_units_work_on_one_matter_and_the_lead_does_not_finish_without_the_other(troupe, county):
    number = _filed(county, State.ACCEPTED, "专线要过路口")

    # 卢景和 sends it to the power company, and the crossing to 交通运输局 with a day of its own.
    dispatcher = troupe(people.DISPATCHER).go(f"/tickets/{number}/act/dispatch")
    dispatcher.page.locator("#form summary").filter(has_text="协办单位").click()
    dispatcher.fill(
        lead_unit=people.POWER_UNIT,
        **{
            "co_units-0-unit": people.TRANSPORT_UNIT,
            "co_units-0-text": "路口挖开以后恢复路面",
            "co_units-0-due_on": _day(10),
        },
    ).shot("dispatch")
    dispatcher.page.locator("#form .btn-primary").click()
    dispatcher.reads("待签收", "路口挖开以后恢复路面")

    # Both sign. The lead says it is done, and reads whose part is still missing.
    troupe(people.POWER).act(number, "签收")
    troupe(people.TRANSPORT).act(number, "签收")
    lead = (
        troupe(people.POWER).go(f"/tickets/{number}/act/resolve").fill(outcome="solved", reply="电接好了。")
    )
    lead.page.locator("#form .btn-primary").click()
    lead.reads("交通运输局").shot("lead-waits-for-the-part")
    expect(lead.page.locator("textarea[name=reply]")).to_have_value("电接好了。")

    # The part is handed in, and now it goes.
    troupe(people.TRANSPORT).act(number, "协办反馈", note="路面恢复了，当天放行。")
    lead.act(number, "办结", outcome="solved", reply="电接好了，路面也恢复了。")
    lead.reads("待审核")


def test_a_consultation_ends_in_parts_and_the_firm_reads_what_was_agreed(troupe, county):
    number = _filed(county, State.HANDLING, "走路面还是绿化带")

    # 宋以宁 calls the units to one table; the owner reads that they sit together.
    clerk = troupe(people.CLERK).go(f"/tickets/{number}/act/convene").fill(question="走路面还是走绿化带？")
    for unit in (people.TRANSPORT_UNIT, people.POWER_UNIT):
        clerk.page.locator(f"#form [name=units][value={unit}]").check()
    clerk.shot("convene").page.locator("#form .btn-primary").click()
    clerk.reads("会商中")
    troupe(people.OWNER, "phone").go(f"/tickets/{number}").reads("会商").shot("owner-consulting")

    # What they agree becomes a part with a day.
    clerk.go(f"/tickets/{number}/act/conclude").fill(minutes="走北侧绿化带。")
    clerk.page.locator("#form summary").filter(has_text="议定事项").click()
    clerk.fill(
        **{
            "decisions-0-unit": people.TRANSPORT_UNIT,
            "decisions-0-text": "办跨路顶管许可",
            "decisions-0-due_on": _day(10),
        }
    )
    clerk.page.locator("#form .btn-primary").click()
    clerk.reads("办理中", "办跨路顶管许可").shot("concluded")
    troupe(people.TRANSPORT).go(f"/tickets/{number}").reads("办跨路顶管许可")


def test_a_leader_says_one_sentence_on_a_phone_and_the_unit_answers_it(troupe, county):
    number = _filed(county, State.HANDLING, "等电投产")
    word = "等电一天损失一天，请把停电窗口排到天。"

    # 郑怀谷 has two minutes.
    chief = troupe(people.CHIEF, "phone").go(f"/tickets/{number}").press("批示").sees("h1", "批示")
    chief.fill(text=word, unit=people.POWER_UNIT, due_on=_day(5)).shot("instruct")
    _send(chief, number)
    chief.reads(word, "等回复").shot("instructed")

    # It stands on top of the unit's page, word for word; the owner reads nothing of it.
    unit = troupe(people.POWER).go(f"/tickets/{number}").reads(word).press("回复批示")
    _send(unit.fill(note="停电窗口定在周六上午。"), number)
    unit.reads("停电窗口定在周六上午。").shot("answered")
    troupe(people.OWNER, "phone").go(f"/tickets/{number}").reads_nothing_of(word, "停电窗口定在周六上午")

    # 宋以宁 asks for a 督办, the county's office signs it.
    _send(troupe(people.CLERK).go(f"/tickets/{number}/supervise").fill(note="请说明送电的日子。"), number)
    office = troupe(people.LIAISON).go("/mine/supervisions").reads("等电投产").shot("to-sign")
    _send(office.go(f"/tickets/{number}").press("签发"), number)
    _send(unit.go(f"/tickets/{number}").press("反馈督办").fill(note="下周一送电。"), number)
    unit.reads("下周一送电。").shot("supervision-answered")


def test_the_owner_answers_by_a_link_without_signing_in_and_it_is_done_again(troupe, county):
    number = _filed(county, State.REVIEWED, "配电房漏水")

    # 闻述之 shows the link; it stands in the history that she did.
    clerk = troupe(people.CLOSER).go(f"/tickets/{number}/answer-link").press("出示链接（会记下）")
    link = clerk.page.locator("#link").input_value().replace(county.url, "")
    clerk.shot("link")

    # Whoever opens it is nobody to the county: opening does nothing, and he says what was not done.
    visitor = troupe(people.OWNER, "phone", signed_in=False).go(link).reads("办得怎么样").shot("opened")
    visitor.page.locator("#more summary").click()
    visitor.fill(contacted="yes", solved="no", satisfaction="dissatisfied")
    visitor.fill(reason_code="not_solved", note="一下雨还是漏。")
    visitor.shot("chosen").page.locator("#form .btn-primary").click()
    visitor.page.wait_for_url("**/answered")
    visitor.shot("thanked")

    # A second tap counts for nothing; the unit has it again.
    visitor.go(link).reads_nothing_of("联系了，解决了，满意")
    unit = troupe(people.POWER).go(f"/tickets/{number}").reads("办理中").reads_nothing_of("一下雨还是漏")
    unit.shot("again")


def test_a_photo_of_the_owner_goes_along_and_a_paper_of_the_staff_stays_with_them(troupe, county):
    # 陶见禾 takes a photo of it.
    owner = troupe(people.OWNER, "phone").go("/tickets/new").fill(content="车间屋顶漏雨，照片里圈出来了。")
    photo = {"name": "屋顶.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    owner.page.locator("#form input[type=file]").set_input_files(photo)
    owner.shot("with-a-photo").press("提交").reads("已收到").shot("receipt")
    number = owner.number()
    clerk = troupe(people.CLERK).go(f"/tickets/{number}").reads("屋顶.jpg")

    # 宋以宁 adds a paper for the staff alone.
    paper = {"name": "内部测算.pdf", "mimeType": "application/pdf", "buffer": PDF}
    clerk.page.locator("#attach-file").set_input_files(paper)
    clerk.page.locator("#attach-internal").check()
    clerk.press("上传").reads("内部测算.pdf", "企业看不到").shot("files")
    owner.go(f"/tickets/{number}").reads("屋顶.jpg").reads_nothing_of("内部测算").shot("owner-files")


def test_what_was_said_in_passing_is_confirmed_with_one_tap_and_ticked_off_at_the_unit(troupe, county):
    # The guide pastes what 陶见禾 said in the group.
    guide = troupe(people.GUIDE, "phone").go("/pass-on")
    guide.page.locator("#text").fill("砚禾齿轮 陶总：叉车充电桩太少，排队要两小时。")
    guide.press("认一认").shot("read")
    guide.fill(enterprise=people.FIRM, content="叉车充电桩太少，排队要两小时。")
    guide.press("发给企业确认").reads("等企业点一下").shot("passed")

    # He taps once, and it is his own.
    owner = troupe(people.OWNER, "phone").go("/").reads("替您记的，对吗？").shot("asked")
    owner.page.get_by_role("button", name=re.compile("对，就这样报.*叉车充电桩")).click()
    owner.reads("已收到")

    # At the unit, what must be done is ticked before it may end; a note to the staff is no reply to the firm.
    number = _filed(county, State.HANDLING, "消防通道整改", category="safety")
    unit = (
        troupe(people.POWER).go(f"/tickets/{number}/act/resolve").fill(outcome="solved", reply="整改好了。")
    )
    unit.page.locator("#form .btn-primary").click()
    unit.reads("必须做完").shot("must-be-done")
    unit.go(f"/tickets/{number}")
    for _ in range(2):
        unit.page.locator("#ticket-checklist button:has-text('做了')").first.click()
        unit.page.wait_for_load_state()
    unit.reads("2 / 3").shot("ticked")
    unit.press("写内部备注").fill(note="门卫那边王师傅配合。")
    unit.page.locator("#form .btn-primary").click()
    unit.reads("门卫那边王师傅配合。")
    unit.act(number, "办结", outcome="solved", reply="通道清开了，有专人管。", override_reason="照片隔天补。")
    troupe(people.OWNER, "phone").go(f"/tickets/{number}").reads("通道清开了").reads_nothing_of("王师傅")


def test_a_list_marks_one_word_of_the_navigation_and_the_owner_reads_no_word_of_the_office(troupe, county):
    _filed(county, State.CARRIED_OVER, "电网规划没批", content="电网规划没批，专线接不上。")

    # Of the words above 替企业报 only that one is underlined.
    clerk = troupe(people.CLERK).go("/tickets/new")
    expect(clerk.page.locator("header [aria-current=page]").locator("visible=true")).to_have_text("替企业报")

    # 陶见禾 says it again, and reads where the first stands in words that are his.
    owner = troupe(people.OWNER, "phone").go("/tickets/new").fill(content="电网规划没批，专线接不上。")
    owner.press("提交").reads("长期跟踪").reads_nothing_of("挂账").shot("receipt")
    assert owner.page.evaluate("document.documentElement.scrollWidth") <= 360

    # Who leads a chain finds the sheet of codes on the first page.
    troupe(people.DISPATCHER).go("/").press("企业二维码").reads("剪开发给企业").shot("sheet")
