"""主办/协办 with 分办 and 审签, told through the pages: who reads what, step by step."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from chainhub.tickets.models import Part, Ticket
from tests import people
from tests.builders import endorsing
from tests.people import NOW, POWER_UNIT, TRANSPORT_UNIT, china
from tests.reminders.passing import run_timetable

pytestmark = pytest.mark.slow

ASKED = {
    "lead_unit": POWER_UNIT,
    "note": "请尽快勘察",
    "co_units-0-unit": TRANSPORT_UNIT,
    "co_units-0-text": "路口挖开以后恢复路面",
    "co_units-0-due_on": "2026-03-12",
}


def test_two_units_one_accountable_each_with_its_own_receipt_clock_and_hand_in(story, session):
    number = story.accepted()
    link = f"/tickets/{number}"

    # 卢景和 sends it out: one lead, one co-unit with a day of its own. Each is told what it was sent, and no more.
    dispatcher = story(people.DISPATCHER)
    dispatcher.does(
        number, "dispatch", "待签收", "主办 县供电公司", "协办 交通运输局", "路口挖开以后恢复路面", **ASKED
    )
    lead, other = story(people.POWER), story(people.TRANSPORT)
    lead.told("派给您单位主办，请签收").reads("/", "签收", number)
    other.told("请您单位协办，3月12日（周四）17:30前反馈").reads("/", "协办", number)
    other.not_told("派给您单位主办")
    assert other.verbs(number) == {"签收", "退单", "报进展", "协办反馈"}
    assert "办结" not in other.verbs(number)

    # A delivery row each: one has signed, the other has not.
    other.does(number, "acknowledge")
    rows = session.execute(select(Part.unit_code, Part.acknowledged_at, Part.handed_in_at)).all()
    assert [(row.unit_code, row.acknowledged_at is None, row.handed_in_at) for row in rows] == [
        (TRANSPORT_UNIT, False, None)
    ]
    dispatcher.reads(link, "县供电公司还没签收")
    lead.does(number, "acknowledge", "县供电公司在办")

    # Within the unit: 分办 by name. The firm reads nothing of it.
    deputy = story(people.POWER_DEPUTY)
    deputy.does(number, "assign", "交营销科、韩砚办", person=people.POWER, office="营销科", note="先去现场")
    lead.told("分给您办")
    owner = story(people.OWNER)
    owner.reads(link, "县供电公司在办").reads_nothing_of(link, "营销科", "先去现场", "分办")
    other.reads(link, "供电公司").reads_nothing_of(link, "/act/resolve")

    # The lead wants to finish, and reads whose part is missing; what was typed stays.
    resolve = f"{link}/act/resolve"
    lead.is_refused(resolve, "交通运输局的协办还没交", outcome="solved", reply="电接好了，可以送电。")
    other.does(number, "hand_in", note="路面恢复了，当天放行。")
    lead.told("交通运输局交了协办：路面恢复了，当天放行。")
    owner.not_told("路面恢复了")
    assert other.verbs(number) == set()
    other.reads(link, "现在不用您做什么")
    lead.does(number, "resolve", "待审核", outcome="solved", reply="电接好了，路面也恢复了。")

    # Statistics can tell the lead from who helped: the lead's list has it, the helper's as lead has not.
    dispatcher.reads(f"/tickets?unit={POWER_UNIT}", number).reads_nothing_of(
        f"/tickets?unit={TRANSPORT_UNIT}", number
    )
    ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
    session.refresh(ticket)
    assert (ticket.lead_unit_code, ticket.responsible_unit_code, ticket.co_units) == (
        POWER_UNIT,
        POWER_UNIT,
        [TRANSPORT_UNIT],
    )


def test_the_lead_goes_ahead_without_a_part_with_a_reason_that_stands(story):
    number = story.accepted()
    story(people.DISPATCHER).does(number, "dispatch", **ASKED)
    lead = story(people.POWER)
    lead.does(number, "acknowledge")

    lead.does(
        number,
        "resolve",
        "待审核",
        outcome="solved",
        reply="电接好了。",
        override_reason="路口改走架空，不用挖。",
    )

    story(people.REVIEWER).reads(f"/tickets/{number}", "路口改走架空，不用挖。", "已免办")
    story(people.TRANSPORT).reads_nothing_of("/", number).reads(f"/tickets/{number}", "现在不用您做什么")
    story(people.OWNER).reads_nothing_of(f"/tickets/{number}", "架空")


def test_a_part_is_returned_and_another_person_rules_while_the_lead_works_on(story, session):
    number = story.accepted()
    link = f"/tickets/{number}"
    story(people.DISPATCHER).does(number, "dispatch", **ASKED)
    lead, other = story(people.POWER), story(people.TRANSPORT)
    lead.does(number, "acknowledge")

    other.does(number, "return", reason_code="area", note="那条路归开发区管。")
    lead.reads(link, "县供电公司在办", "退单待裁定")
    story(people.OWNER).reads_nothing_of(link, "归开发区管", "退单")
    story(people.REVIEWER).told("交通运输局退回协办，请裁定")

    # Whoever sent it does not rule on it: the verb is not even drawn.
    assert "退单不成立" not in story(people.DISPATCHER).verbs(number)
    story(people.REVIEWER).reads(f"{link}/act/reject_return", "哪个协办单位的退单", "交通运输局")
    story(people.REVIEWER).does(number, "reject_return", note="红线以内归交通局。", unit=TRANSPORT_UNIT)
    other.told("协办退单不成立，请接着办")
    assert "退单" not in other.verbs(number)
    story(people.POWER).reads(link, "县供电公司在办")

    # Nobody signs: the receipt runs out, it counts as received, and the deadline stands where it was.
    story.at(china(2026, 3, 2, 14, 30))
    run_timetable(session, story.now)
    session.commit()
    story(people.TRANSPORT).reads(link, "3月12日").reads("/", number)


def test_who_endorses_reads_it_first_and_the_firm_learns_nothing_of_it(story, session):
    endorsing(session, on=True)
    session.commit()
    number = story.handled()
    link = f"/tickets/{number}"
    contact, deputy = story(people.POWER), story(people.POWER_DEPUTY)

    contact.does(number, "resolve", "待审签", outcome="solved", reply="电接好了，可以送电。")
    deputy.told("请审签").reads("/", "审签", number)
    assert {"审签", "审签不通过"} <= deputy.verbs(number)
    assert not {"审签", "审签不通过"} & contact.verbs(number)
    contact.finds_nothing(f"{link}/act/endorse", 409)
    story(people.OWNER).not_told("审签").reads_nothing_of(link, "审签不通过", "电接好了")
    story(people.REVIEWER).reads_nothing_of("/", number)

    # She sends it back within the unit; the unit's own clock has never stopped.
    deputy.does(number, "refuse_endorse", "县供电公司在办", note="写上哪天送电。")
    contact.told("审签没有通过，请改好再办结").reads(link, "写上哪天送电。")
    story.at(NOW + timedelta(hours=1))
    story(people.POWER).does(number, "resolve", outcome="solved", reply="电接好了，3月5日上午送电。")
    story(people.POWER_DEPUTY).does(number, "endorse", "待审核", note="同意")
    story(people.REVIEWER).told("单位已办结，请审核").reads("/", number)
    story(people.OWNER).reads_nothing_of(link, "写上哪天送电", "同意")
