"""What one asks and another decides, told through the pages: 延期, 挂账, 会商, 加急, 不计入考核, and their own lists."""

import re
from datetime import timedelta

import pytest

from tests import people
from tests.people import NOW, POWER_UNIT, TRANSPORT_UNIT, china
from tests.reminders.passing import run_timetable

pytestmark = pytest.mark.slow


def _address(person, number: str, word: str) -> str:
    found = re.search(rf"/requests/\d+/{word}", person.page(f"/tickets/{number}"))
    assert found, f"{person.username} is not offered to {word}"
    return found[0]


def test_an_extension_keeps_both_dates_and_the_firm_reads_the_new_one(story):
    number = story.handled()  # a problem: 15 workdays, to Monday 23 March
    link = f"/tickets/{number}"
    unit, decider = story(people.POWER), story(people.DISPATCHER)

    unit.is_refused(
        f"{link}/ask/extension", "最多延 10 个工作日", reason="变压器排产到下月。", until="2026-04-30"
    )
    unit.sends(f"{link}/ask/extension", "延期申请交上去了", reason="变压器排产到下月。", until="2026-03-27")

    # It waits: grey, in its own list, and the due date stands. Nobody is asked twice, and who asked does not decide.
    unit.reads(link, "延期待批", "3月23日", "待批")
    assert "申请延期" not in unit.verbs(number)
    assert "/approve" not in unit.page(link)
    decider.told("申请延期，请在3月3日 17:30 前批").reads("/", "待我决定的申请", "1")
    decider.reads("/mine/requests", "延期", number)
    story(people.CLERK).reads_nothing_of("/mine/requests", number)
    story(people.OWNER).reads_nothing_of(link, "变压器排产").not_told("延期")

    decider.sends(_address(decider, number, "approve"), "已同意", form=link, note="只这一次")
    unit.told("延期申请已同意").reads(link, "3月23日 17:30 改为 3月27日 17:30", "3月27日")
    story(people.OWNER).told("专班同意延到3月27日 17:30", "变压器排产到下月").reads(
        link, "3月23日", "3月27日"
    )
    decider.reads_nothing_of("/mine/requests", number)
    unit.finds_nothing(f"{link}/ask/extension", 409)


def test_waiting_is_asked_for_granted_listed_and_decided_again_at_its_review(story, session):
    number = story.handled()
    link = f"/tickets/{number}"
    unit, clerk = story(people.POWER), story(people.CLERK)
    wait = {"reason_code": "planning", "until": "2026-03-20", "reason": "等电网规划批复。"}
    unit.sends(f"{link}/ask/carry_over", "挂账申请交上去了", **wait)
    clerk.reads("/mine/requests", "挂账", number)

    clerk.sends(_address(clerk, number, "approve"), form=link, note="同意")

    # Not hidden as closed: its own list, by the day of its review; to the firm 长期跟踪, never 挂账.
    for who in (people.CLERK, people.POWER, people.CHIEF):
        story(who).reads("/mine/waits", number, "3月20日")
    story(people.OWNER).told("转为长期跟踪，3月20日 前再定").reads(link, "长期跟踪").reads_nothing_of(
        link, "挂账"
    )
    story(people.OWNER).finds_nothing("/mine/waits", 403)

    # The day comes: it does not go on in silence. The committee is given the decision, and the second wait is the chief's.
    story.at(china(2026, 3, 20, 9, 0))
    run_timetable(session, story.now)
    session.commit()
    clerk = story(people.CLERK).told("挂账到了复查日").reads("/", "挂账复查", number)
    assert "挂账" not in clerk.verbs(number)
    chief = story(people.CHIEF)
    chief.does(number, "carry_over", reason_code="planning", note="批复要到下月。", review_on="2026-04-10")
    clerk.reads("/mine/waits", number, "4月10日").reads_nothing_of("/", "挂账复查")
    clerk.does(number, "resume", "县供电公司在办", note="批复下来了。")
    story(people.POWER).told("恢复办理，请接着办").reads_nothing_of("/mine/waits", number)


def test_a_consultation_that_is_asked_for_is_convened_by_the_approval(story):
    number = story.handled()
    link = f"/tickets/{number}"
    unit, clerk = story(people.POWER), story(people.CLERK)
    units = [POWER_UNIT, TRANSPORT_UNIT]
    unit.sends(f"{link}/ask/consultation", "会商申请交上去了", reason="走路面还是走绿化带？", units=units)

    clerk.reads("/mine/requests", "会商", number)
    clerk.sends(_address(clerk, number, "approve"), "会商中", form=link)
    story(people.TRANSPORT).told("请参加会商：走路面还是走绿化带？")
    unit.reads(link, "走路面还是走绿化带？", "会商中")


def test_the_firm_asks_to_hurry_and_the_limit_is_the_urgent_one(story):
    number = story.handled()
    link = f"/tickets/{number}"
    owner, clerk = story(people.OWNER), story(people.CLERK)
    owner.sends(f"{link}/ask/expedite", "加急申请交上去了", reason="周五要投产，等不了三周。")
    owner.reads(link, "加急", "待批")
    story(people.POWER).reads(link, "周五要投产，等不了三周。")

    clerk.sends(_address(clerk, number, "approve"), form=link)

    owner.told("加急申请已同意").reads(link, "紧急", "已同意")
    story(people.POWER).reads(link, "3月3日", "紧急")


def test_what_is_not_granted_changes_nothing_and_says_why(story):
    number = story.handled()
    link = f"/tickets/{number}"
    owner, clerk = story(people.OWNER), story(people.CLERK)
    owner.sends(f"{link}/ask/expedite", reason="周五要投产，等不了三周。")

    clerk.sends(_address(clerk, number, "reject"), "不同意", form=link, note="设备下月才到，按期办。")

    owner.told("加急申请不同意", "设备下月才到").reads(link, "普通", "不同意")
    story(people.POWER).reads(link, "3月23日")


def test_an_exclusion_is_the_chiefs_and_stays_in_sight(story):
    number = story.handled()
    link = f"/tickets/{number}"
    story(people.POWER).sends(f"{link}/ask/exclusion", reason="断供三周是厂家原因，不是我们拖的。")
    chief = story(people.CHIEF)
    for who in (people.DISPATCHER, people.CLERK):
        assert "/approve" not in story(who).page(link)
        story(who).reads_nothing_of("/mine/requests", number)
    story(people.PRINCIPAL).reads_nothing_of("/mine/requests", number)
    chief.told("申请不计入考核").reads("/mine/requests", "不计入考核", number)

    chief.sends(_address(chief, number, "approve"), form=link, note="属实")

    story(people.CLERK).reads(link, "不计入考核", "已同意", "属实", "断供三周是厂家原因")
    story(people.OWNER).reads_nothing_of(link, "不计入考核", "断供三周")


def test_what_nobody_decides_in_time_stays_open_and_the_due_date_stands(story, session):
    number = story.handled()
    link = f"/tickets/{number}"
    story(people.POWER).sends(f"{link}/ask/extension", reason="变压器排产到下月。", until="2026-03-27")

    story.at(NOW + timedelta(days=2))
    run_timetable(session, story.now)
    session.commit()

    story(people.DISPATCHER).reads("/mine/requests", number, "批晚了")
    story(people.POWER).reads(link, "延期待批", "3月23日").reads_nothing_of(link, "改为")
