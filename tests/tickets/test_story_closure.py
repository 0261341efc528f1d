"""Closure that is true, told to the end: proof, calls on different days, one tap, twice dissatisfied, four weeks later."""

from io import BytesIO

import pytest

from chainhub.tickets.workflow import State
from tests import files, people
from tests.builders import a_ticket, submitted
from tests.people import china

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

ELEVEN = china(2026, 3, 2, 11)
FINE = {"contacted": "yes", "solved": "yes", "satisfaction": "satisfied"}
BAD = {"contacted": "yes", "solved": "no", "reason_code": "not_solved", "note": "一下雨还是漏"}


def _photo(name: str = "修好了.jpg"):
    return (BytesIO(files.from_a_phone()), name)


def test_a_road_is_mended_when_a_photo_of_the_unit_says_so(stage, session):
    ticket = a_ticket(session, State.HANDLING, category="land_road", title="厂门口的路塌了")
    session.commit()
    stage.later(ELEVEN)
    page = ticket.link

    # A photo of the owner shows the trouble, not the cure.
    stage(people.OWNER).send(f"{page}/attachments", page, file=_photo("塌了.jpg")).reads("塌了.jpg")
    unit = stage(people.POWER).go(f"{page}/act/resolve").reads("照片")
    done = {"outcome": "solved", "reply": "路面修好了。"}
    unit.refused(422, f"{page}/act/resolve", **done).reads("要有照片才能办结", "路面修好了。")
    unit.send(f"{page}/attachments", page, file=_photo()).reads("修好了.jpg")
    unit.send(f"{page}/act/resolve", **done).reads("待审核")
    stage(people.REVIEWER).send(f"{page}/act/pass_review").reads("待评价")
    stage(people.OWNER).go(page).reads("路面修好了。", "修好了.jpg")


def test_what_is_owed_ends_by_the_firms_word(stage, session):
    ticket = a_ticket(session, State.HANDLING, category="arrears", title="货款拖了半年")
    session.commit()
    stage.later(ELEVEN)
    page, unit = ticket.link, stage(people.POWER)
    while "没做" in unit.go(page).words and "办理清单" in unit.words:
        item = unit.link(r'name="item" value="[\w]+"><input type="hidden" name="done" value="y"').split('"')[
            3
        ]
        unit.send(f"{page}/checklist", page, item=item, done="y")

    done = {"outcome": "solved", "reply": "对方付清了。"}
    unit.refused(422, f"{page}/act/resolve", **done).reads("请写明是企业哪位认可的")
    unit.send(f"{page}/act/resolve", **done, word_by="陶见禾").reads("待审核", "陶见禾认可")


def test_two_calls_that_reach_nobody_lie_on_two_days_and_end_as_not_rated(stage, session):
    ticket = a_ticket(session, State.REVIEWED)
    session.commit()
    page = ticket.link

    # Five workdays of silence: somebody who did not handle it is to call.
    stage.later(china(2026, 3, 10, 9), "callback")
    caller = stage(people.CALLER).go("/").reads("今天要打的回访", ticket.number)
    caller.go("/inbox").reads(ticket.number)
    caller.send(f"{page}/act/call_failed", note="响了没人接").reads("没打通，记下了")
    caller.shut(f"{page}/act/call_failed", 409).reads("换一个工作日")
    assert ticket.number not in caller.go("/").words

    # The next workday she tries again; the firm reads nothing of either call.
    stage.later(china(2026, 3, 11, 9))
    caller = stage(people.CALLER).go("/").reads("今天要打的回访", ticket.number)
    caller.send(f"{page}/act/call_failed", note="关机").reads("没打通，记下了")
    stage(people.OWNER).go(page).reads_nothing_of("未接通", "关机", "没人接")
    stage(people.CLERK).go(page).in_order("评价和回访", "响了没人接", "关机")

    # Five workdays later it ends as not rated: never as satisfied.
    stage.later(china(2026, 3, 18, 17, 45), "lapse")
    clerk = stage(people.CLERK).go(page).reads("待销号", "未评价").reads_nothing_of("满意")
    clerk.go("/").reads(ticket.number)
    stage(people.CLOSER).send(f"{page}/act/close").reads("已销号")


def test_one_tap_by_a_link_then_a_second_dissatisfaction_goes_up_and_is_determined(stage, session):
    ticket = a_ticket(session, State.REVIEWED, title="配电房漏水")
    session.commit()
    stage.later(ELEVEN)
    page = ticket.link

    # 闻述之 shows the link. To look at it changes nothing; it is a dissatisfied answer, once.
    clerk = stage(people.CLOSER).send(f"{page}/answer-link").reads("您出示过这个链接，已经记下")
    link = clerk.link(r"/answer/[\w.\-]+")
    visitor = stage.visitor().go(link).reads("办得怎么样", "增容办好了", "配电房漏水")
    stage.visitor().go(link)
    assert stage.fresh(ticket).state is State.REVIEWED
    visitor.refused(422, link, contacted="yes", solved="no", satisfaction="dissatisfied").reads("处要改")
    visitor.send(link, **BAD, satisfaction="dissatisfied").reads("记下了，谢谢您")
    visitor.shut(link, 410).reads("评价过了")

    # It is done again. The unit reads the reason and not the words; the committee reads both.
    unit = stage(people.POWER)
    unit.go("/inbox").reads("企业不满意，请重办")
    unit.go("/").reads("重办", ticket.number)
    unit.go(page).reads("办理中", "问题没解决").reads_nothing_of("一下雨还是漏")
    clerk.go(page).reads("一下雨还是漏", "点链接评的")
    unit.send(f"{page}/act/resolve", outcome="solved", reply="换了防水层。").reads("待审核")
    stage(people.REVIEWER).send(f"{page}/act/pass_review")

    # Dissatisfied again, the owner is offered the way up alone; the committee has to sit down with the units.
    owner = stage(people.OWNER).go(page).reads("还是不满意，请提级协调").reads_nothing_of("act/reopen")
    owner.send(f"{page}/act/escalate", **BAD).reads("会商中", "提级协调")
    stage(people.CLERK).go("/inbox").reads("企业两次不满意，提级协调")
    clerk.go(page).in_order("第 1 轮", "重办", "第 2 轮", "提级协调", "经过")

    # It ends in a reasoned word, told to the firm, and still counts as dissatisfied.
    clerk.send(f"{page}/act/determine", reasons="屋面是房东的，县里已协调三次。").reads("待销号", "终结认定")
    owner.go("/inbox").reads("作了终结认定：屋面是房东的")
    owner.go(page).reads("屋面是房东的，县里已协调三次。")
    assert (stage.fresh(ticket).satisfaction, ticket.dissatisfied) == ("dissatisfied", 2)
    stage(people.CLERK).send(f"{page}/act/close").reads("已销号")


def test_an_inquiry_has_one_question(stage, session):
    ticket = submitted(session, kind="inquiry", title="研发费用怎么加计扣除")
    session.commit()
    stage.later(ELEVEN)
    stage(people.CLERK).send(f"{ticket.link}/act/answer", reply="按企业所得税法，可以加计扣除。")

    owner = stage(people.OWNER).go("/").reads("清楚了", "没说清楚").reads_nothing_of("解决了吗")
    owner.send(f"/tickets/{ticket.number}/answer/yes", "/").reads("记下了，谢谢您")
    owner.go(ticket.link).reads("待销号", "答复清楚")
    stage(people.CLERK).shut(f"{ticket.link}/act/close", 409)  # who answered it does not close it
    stage(people.CLOSER).send(f"{ticket.link}/act/close").reads("已销号")


def test_four_weeks_later_the_firm_is_asked_and_says_that_it_came_back(stage, session):
    ticket = a_ticket(session, State.CONFIRMED)
    session.commit()
    page = ticket.link
    stage.later(ELEVEN)
    stage(people.CLOSER).send(f"{page}/act/close").reads("已销号")

    # Twenty-eight days later: asked, in words of its own.
    stage.later(china(2026, 3, 30, 11, 5), "rechecks")
    owner = stage(people.OWNER)
    owner.go("/inbox").reads("销号四周了，问题有没有反复")
    owner.go(page).reads("又出现了", "没有反复")
    owner.send(f"{page}/act/recheck", note="又跳闸了。").reads("待派单")

    # It goes through everything once more; both closings stand in the history, in their order.
    stage(people.DISPATCHER).go("/").reads(ticket.number)
    stage(people.DISPATCHER).send(f"{page}/act/dispatch", lead_unit=people.POWER_UNIT)
    stage(people.POWER).send(f"{page}/act/acknowledge")
    stage(people.POWER).send(f"{page}/act/resolve", outcome="solved", reply="换了开关。")
    stage(people.REVIEWER).send(f"{page}/act/pass_review")
    owner.send(f"{page}/act/confirm", **FINE).reads("待销号")
    stage.later(china(2026, 3, 31, 9))
    stage(people.CLOSER).send(f"{page}/act/close").reads("已销号")
    stage(people.CLERK).go(page).in_order("经过", "3月31日 09:00", "又跳闸了。", "3月2日 11:00")
    stage.fresh(ticket)
    assert ticket.first_closed_at < ticket.closed_at
