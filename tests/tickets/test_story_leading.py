"""批示 and 督办, told to the end: a word by phone, a handwriting written down, a draft that is signed, a letter."""

from io import BytesIO

import pytest

from chainhub.tickets.workflow import State
from tests import files, people
from tests.builders import a_ticket
from tests.people import china

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

WORD = "等电一天损失一天。\n请把停电窗口排到天。"
WRITTEN = "请周五前拿出方案，报我。"
ELEVEN = china(2026, 3, 2, 11)


@pytest.fixture
def ticket(session, stage):
    made = a_ticket(session, State.HANDLING)
    session.commit()
    stage.later(ELEVEN)
    return made


def test_two_lines_on_a_phone_stand_on_top_are_answered_and_come_back(stage, ticket):
    page = f"/tickets/{ticket.number}"

    # 郑怀谷 writes two lines; they stand above everything else, word for word.
    chief = stage(people.CHIEF).go(page).reads("批示")
    chief.send(f"{page}/instruct", text=WORD, unit=people.POWER_UNIT, due_on="2026-03-06")
    chief.reads("批示记下了", "请把停电窗口排到天。", "等回复", "批给县供电公司，3月6日")
    chief.go("/mine/instructions").reads(ticket.title, "等回复")

    # The unit is told, has it on its list, and reads it before the steps and the actions.
    unit = stage(people.POWER)
    unit.go("/inbox").reads("批示")
    unit.go("/mine/instructions").reads(ticket.number, "等电一天损失一天。")
    unit.go(page).in_order("等电一天损失一天。", "回复批示", "您现在可以")
    answer = unit.link(r"/instructions/\d+/answer")

    # Neither the firm nor its guide read of it, nor does a unit that has nothing to do with it.
    for username in (people.OWNER, people.GUIDE):
        stage(username).go(page).reads_nothing_of("停电窗口", "批示")
    stage(people.TRANSPORT).shut(page)

    # It is answered once, and the answer is back with who gave it.
    unit.go(answer).in_order("请把停电窗口排到天。", "3月6日", "办了什么")
    unit.refused(422, answer, note="").reads("有 1 处要改")
    unit.send(answer, note="停电窗口定在周六上午。").reads("批示回复了", "停电窗口定在周六上午。", "已回复")
    unit.go("/mine/instructions").reads("没有等回复的批示")
    chief.go("/inbox").reads(ticket.number)
    chief.go("/mine/instructions?state=answered").reads("回复：停电窗口定在周六上午。")
    chief.go(page).in_order("请把停电窗口排到天。", "停电窗口定在周六上午。", "经过")
    unit.shut(answer, 409)


def test_the_liaison_writes_down_what_was_written_by_hand_with_a_scan(stage, ticket):
    page = f"/tickets/{ticket.number}"
    word = {"text": WRITTEN, "unit": people.POWER_UNIT, "due_on": "2026-03-06"}

    # 代录 says whose word it is; a scan that is no picture is refused, and what was typed stays.
    liaison = stage(people.LIAISON)
    liaison.refused(422, f"{page}/instruct", **word).reads("有 1 处要改")
    word["on_behalf_of"] = "县委副书记、县长 栾既明"
    wrong = (BytesIO(b"MZ" + b"0" * 64), "批示件.jpg")
    liaison.refused(422, f"{page}/instruct", **word, file=wrong).reads("不是能收的文件", WRITTEN)
    scan = (BytesIO(files.from_a_phone()), "批示件.jpg")
    liaison.send(f"{page}/instruct", **word, file=scan).reads(WRITTEN, "栾既明", "代录", "批示件.jpg")

    # The scan lies with the staff; the firm knows of neither.
    where = liaison.link(r"/tickets/[\w-]+/attachments/\d+")
    content = stage(people.POWER).client.get(where).data
    assert content.startswith(b"\xff\xd8")
    assert files.PLACE.encode() not in content
    stage(people.OWNER).go(page).reads_nothing_of(WRITTEN, "批示件")
    stage(people.OWNER).shut(where)

    # The principal whose word it is reads the answer on the ticket, the liaison on the list.
    unit = stage(people.POWER).go(page)
    unit.send(unit.link(r"/instructions/\d+/answer"), note="方案拿出来了。")
    stage(people.PRINCIPAL).go(page).reads("方案拿出来了。")
    liaison.go("/mine/instructions?state=answered").reads("方案拿出来了。")
    liaison.go("/inbox").reads(ticket.number)


def test_a_supervision_is_a_draft_until_a_named_person_signs_it(stage, ticket):
    page = f"/tickets/{ticket.number}"

    # 宋以宁 asks for one. It is a draft: the unit does not know.
    clerk = stage(people.CLERK)
    clerk.send(f"{page}/supervise", note="企业催了两次", level="2").reads("督办拟好了", "待签发")
    stage(people.POWER).go(page).reads_nothing_of("企业催了两次", "待签发")
    stage(people.POWER).go("/mine/supervisions").reads("没有等反馈的督办").reads_nothing_of("待签发")

    # The liaison of the county's office finds it on the list, and signs it with name and level.
    office = stage(people.LIAISON).go("/mine/supervisions").reads("待签发", "企业催了两次", "去签发")
    sign = office.go(page).link(r"/supervisions/\d+/sign")
    office.go(sign).in_order("企业催了两次", "几级")  # whoever signs reads what they sign
    office.send(sign, level="2", note="请说明原因").reads("督办签发了", "二级督办", "待反馈", "3月4日")
    office.reads("汤述 3月2日 11:00 签发，3月4日 17:30 前反馈。请说明原因")
    office.shut(sign, 409)

    # The unit is told, sees whose name stands under it, and answers; who signed reads it.
    stage(people.POWER_DEPUTY).go("/inbox").reads("督办")
    unit = stage(people.POWER).go("/mine/supervisions").reads(ticket.number, "等反馈")
    answer = unit.go(page).reads("二级督办", "请说明原因").link(r"/supervisions/\d+/answer")
    unit.go(answer).in_order("企业催了两次", "办了什么")
    unit.send(answer, note="变压器到货了，明天送电。").reads("已反馈")
    office.go("/inbox").reads(ticket.number)
    office.go("/mine/supervisions?state=answered").reads("反馈：变压器到货了，明天送电。")
    stage(people.OWNER).go(page).reads_nothing_of("督办", "变压器到货了")

    # The list of what was ever supervised has it; the tag on the ticket is gone, since nothing waits any more.
    clerk.go("/tickets?flag=supervised").reads(ticket.number)
    assert '<span class="tag">督办</span>' not in clerk.go(page).page


def test_in_a_committees_own_name_it_is_a_letter(stage, ticket):
    page = f"/tickets/{ticket.number}"
    stage(people.DISPATCHER).send(f"{page}/supervise", note="三周没有动静").reads("等人签发")

    closer = stage(people.CLOSER)
    sign = closer.go(page).link(r"/supervisions/\d+/sign")
    closer.send(sign, level="1", note="请抓紧").reads("提醒函签发了", "一级提醒函", "产业链党委")

    unit = stage(people.POWER).go(page).reads("一级提醒函", "待反馈")
    unit.send(unit.link(r"/supervisions/\d+/answer"), note="本周送电。").reads("本周送电。")
    closer.go(page).reads("反馈：本周送电。")

    # One that nobody signs keeps why, and the unit never hears of it.
    stage(people.DISPATCHER).send(f"{page}/supervise", note="再催一次")
    drop = closer.go(page).link(r"/supervisions/\d+/drop")
    closer.send(drop, note="刚有进展，不用催").reads("没有签发", "刚有进展，不用催")
    stage(people.POWER).go(page).reads_nothing_of("再催一次", "刚有进展")
