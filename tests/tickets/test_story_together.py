"""会商, 提级, 吹哨报到, 上级转办 and the four routes, told through the pages."""

import re
from datetime import timedelta

import pytest

from tests import people
from tests.people import FIRM, NOW, POWER_UNIT, TRANSPORT_UNIT
from tests.reminders.passing import run_timetable

pytestmark = pytest.mark.slow

UNHAPPY = {"contacted": "yes", "solved": "no", "reason_code": "not_solved"}


def test_a_consultation_is_convened_concluded_and_its_decisions_become_parts(story):
    number = story.handled()
    link = f"/tickets/{number}"
    clerk, unit, other = story(people.CLERK), story(people.POWER), story(people.TRANSPORT)
    other.finds_nothing(link)

    clerk.does(
        number, "convene", "会商中",
        question="走路面还是走绿化带？", units=[POWER_UNIT, TRANSPORT_UNIT], at="2026-03-04T14:00", place="专班会议室",
    )  # fmt: skip
    other.told("请参加会商：走路面还是走绿化带？")
    story(people.OWNER).told("正在组织有关单位一起会商").reads(link, "会商")
    unit.reads(link, "专班会议室", "3月4日 14:00", "会商中")
    assert "办结" not in unit.verbs(number)  # the unit waits, in the open
    clerk.reads("/", "会商结论", number)

    # What they agree is a part with a unit and a day; the firm reads the minutes.
    clerk.does(
        number, "conclude", "办跨路顶管许可",
        **{
            "minutes": "走北侧绿化带，交通局先办许可。",
            "decisions-0-unit": TRANSPORT_UNIT,
            "decisions-0-text": "办跨路顶管许可",
            "decisions-0-due_on": "2026-03-12",
        },
    )  # fmt: skip
    other.told("请您单位协办，3月12日").reads(link, "办跨路顶管许可").reads("/", "协办", number)
    unit.told("会商有了结论，请接着办").reads(link, "县供电公司在办", "走北侧绿化带")
    story(people.OWNER).told("会商有了结论，接着办").reads(link, "走北侧绿化带")
    clerk.reads(link, "会商纪要")


def test_dissatisfied_twice_goes_up_and_may_end_in_a_reasoned_word_that_still_counts(story):
    number = story.handled()
    link = f"/tickets/{number}"
    unit, reviewer, owner = story(people.POWER), story(people.REVIEWER), story(people.OWNER)
    for once, verb in (("增容办了一半。", "reopen"), ("增容只能到这一步。", "escalate")):
        unit.does(number, "resolve", outcome="partly", reply=once)
        reviewer.does(number, "pass_review")
        owner.told("有答复了").does(number, verb, note="合闸就跳，机器还是开不了。", **UNHAPPY)
    owner.reads(link, "会商中")

    # The unit reads the reason, never the words; the committee reads both, and has the consultation on its desk.
    unit.reads(link, "问题没解决").reads_nothing_of(link, "合闸就跳")
    clerk = story(people.CLERK).told("企业两次不满意，提级协调，请组织会商").reads(link, "合闸就跳")
    clerk.reads("/", "会商结论", number)
    assert "终结认定" in clerk.verbs(number)

    clerk.does(number, "determine", "待销号", reasons="电网余量已到上限，2027年扩建后再办。")
    owner.told("作了终结认定：电网余量已到上限").reads(link, "电网余量已到上限")
    story(people.CLOSER).does(number, "close", "已销号")
    story(people.CHIEF).reads("/tickets?unhappy=1", number)  # still counted as dissatisfied


def test_one_whistle_calls_several_units_and_each_reports_in(story, session):
    number = story.handled()
    link = f"/tickets/{number}"
    why = "路面要挖开，电、路要当面一起定。"
    owner, clerk, other = story(people.OWNER), story(people.CLERK), story(people.TRANSPORT)

    # 陶见禾 blows; it counts once the committee says whom it calls.
    owner.sends(f"{link}/whistle", "吹哨了，等产业链党委确认", reason=why)
    other.finds_nothing(link)
    clerk.told("企业吹哨，请确认要叫哪些单位").reads(link, why, "待确认")
    confirm = re.search(r"/whistles/\d+/confirm", clerk.page(link))[0]
    assert confirm not in story(people.DISPATCHER).page(link)
    clerk.is_refused(confirm, "这一项要填", form=confirm)
    clerk.sends(confirm, "已经告诉各单位", units=[POWER_UNIT, TRANSPORT_UNIT], note="带图纸来")

    # Each is told and finds it on top at home; one reports in with time and people.
    for who in (people.POWER, people.TRANSPORT):
        story(who).told("吹哨，请您单位在3月2日（周一）11:20前报到").reads("/", "吹哨报到", number)
    other.sends(f"{link}/report-in", "报到了", people="蒲青川等2人", at="2026-03-02T10:30", note="带图纸来。")
    owner.told("交通运输局报到，蒲青川等2人").reads(link, "蒲青川等2人，3月2日 10:30 到", "等报到", "已报到")
    other.reads_nothing_of("/", "吹哨报到")

    # Who is late is said to be; the firm ends its own whistle, and who has not come is told that it need not.
    story.at(NOW + timedelta(hours=6))
    run_timetable(session, story.now)
    session.commit()
    unit = story(people.POWER).told("吹哨报到").reads(link, "逾期没有报到")
    owner = story(people.OWNER)
    end = re.search(r"/whistles/\d+/end", owner.page(link))[0]
    unit.finds_nothing(end, 403)
    owner.sends(end, "解哨了", note="交通局定了，供电电话里说好了。")
    unit.told("解哨了，不用再报到").reads(link, "已解哨").reads_nothing_of("/", "吹哨报到")


def test_what_a_superior_sent_has_its_number_and_limit_from_the_first_and_a_reply_at_the_end(story, session):
    clerk = story(people.CLERK)
    number = clerk.files(
        enterprise=FIRM, content="12345 转来：厂门口路灯不亮。", channel="superior", kind="help", category="amenities",
        superior_source="12345", superior_number="JN202603020017", superior_due_on="2026-03-06",
    )  # fmt: skip
    link = f"/tickets/{number}"
    clerk.reads(link, "上级转办", "12345", "JN202603020017", "3月6日", "回复上级")
    clerk.reads("/tickets?referred=1", number, "上级 3月6日")
    story(people.OWNER).reads_nothing_of(link, "JN202603020017", "上级转办")

    # The unit that handles it reads until when; the day before, the committee is reminded by a clock of its own.
    clerk.does(number, "accept", contacted_person="陶见禾")
    story(people.DISPATCHER).does(number, "dispatch", lead_unit=POWER_UNIT)
    story(people.POWER).reads(link, "JN202603020017", "3月6日")
    story.at(NOW + timedelta(days=3))
    run_timetable(session, story.now)
    session.commit()
    clerk = story(people.CLERK).told("上级期限")
    clerk.is_refused(
        f"{link}/referral/reply", "回复日期", reply="路灯已经修好，企业认可。", replied_on="2026-03-09"
    )
    clerk.sends(f"{link}/referral/reply", "记下了", reply="路灯已经修好，企业认可。", replied_on="2026-03-05")
    clerk.reads(link, "3月5日 回复：路灯已经修好，企业认可。").reads_nothing_of(link, "改登记")


@pytest.mark.parametrize(
    ("route", "who", "home"),
    [
        ("daily", people.GUIDE, "直接答复（日常）"),
        ("hard", people.CLERK, "联席会议"),
        ("special", people.DISPATCHER, "派单"),
        ("key", people.DISPATCHER, "派单"),
    ],
)
def test_each_route_lies_on_somebodys_desk(story, route, who, home):
    number = story(people.OWNER).files(content="研发费用加计扣除怎么报？", kind="help", category="tax_fee")
    story(people.CLERK).does(number, "accept", contacted_person="陶见禾", route=route)

    story(who).reads("/", home, number)
    story(people.CLERK).reads(f"/tickets?route={route}", number)
    others = {people.GUIDE: people.DISPATCHER, people.CLERK: people.DISPATCHER}.get(who, people.GUIDE)
    story(others).reads_nothing_of("/", number) if others == people.DISPATCHER else None
    if route == "key":
        story(people.CHIEF).told("重点诉求，请您过问")
    else:
        story(people.CHIEF).not_told(number)
    story(people.OWNER).reads_nothing_of(f"/tickets/{number}", "链长过问", "联席会议：")


def test_what_is_hard_is_talked_over_before_anybody_is_sent_it(story):
    number = story(people.OWNER).files(
        content="厂房跨两个镇，手续谁都不认。", kind="problem", category="land"
    )
    link = f"/tickets/{number}"
    clerk = story(people.CLERK)
    clerk.does(number, "accept", contacted_person="陶见禾", route="hard")

    clerk.does(number, "convene", "会商中", question="归哪个镇办？", units=[TRANSPORT_UNIT])
    clerk.does(number, "conclude", "待派单", minutes="由供电公司牵头，一家办到底。")
    story(people.DISPATCHER).told("请派单").does(number, "dispatch", "待签收", lead_unit=POWER_UNIT)
    story(people.OWNER).reads(link, "由供电公司牵头")
