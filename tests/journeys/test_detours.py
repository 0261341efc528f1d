"""The ways that are not straight: the wrong unit, something missing, an owner who is not satisfied."""

from datetime import timedelta

from playwright.sync_api import expect

from chainhub.core import clock
from chainhub.tickets.terms import Kind
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.builders import a_ticket, move, submitted
from tests.journeys.stage import County

REMARK = "说是装好了，闸一合就跳，来的人连工具都没带"


def _on_the_way(county: County, state: State, minutes: int = 90, **given) -> str:
    """The number of a matter that the people of the county have carried this far, a little while ago."""
    with county.history() as session:
        return a_ticket(session, state, clock.now() - timedelta(minutes=minutes), **given).number


def test_the_wrong_unit_returns_it_and_another_person_rules(troupe, county):
    # 卢景和 dispatches a bus stop to 交通运输局; it stands on the pole of the power company.
    number = _on_the_way(
        county, State.ACCEPTED, title="厂门口杆子挡路", content="厂门口一根杆子挡路，货车拐不进来。"
    )
    dispatcher = troupe(people.DISPATCHER).act(number, "派单", lead_unit=people.TRANSPORT_UNIT)

    # 蒲青川 has seen it: not his. He says whose it is; returning is possible once, within a workday.
    wrong = troupe(people.TRANSPORT)
    wrong.act(number, "退单", reason_code="authority", note="杆子产权是县供电公司的，请派给他们。")
    wrong.reads("退单")

    # Who dispatched does not judge his own dispatch: he is told why, and has no button for it.
    dispatcher.go(f"/tickets/{number}")
    assert not dispatcher.offer("派单更正").count()
    dispatcher.go(f"/tickets/{number}/act/uphold_return").reads(
        "这一单是您派出的，退单要由专班的另一位同志裁定"
    )
    dispatcher.shot("own-dispatch-refused")

    # 顾远行 upholds the return, and the matter waits for dispatch again.
    ruler = troupe(people.REVIEWER).go("/").reads("裁定退单", "厂门口杆子挡路").shot("ruler-desk")
    ruler.act(number, "派单更正", note="产权在供电公司，改派。")

    # The right unit signs for it. The owner reads who has it now, and nothing of the quarrel.
    dispatcher.act(number, "派单", lead_unit=people.POWER_UNIT, note="杆子是你们的。")
    troupe(people.POWER).act(number, "签收")
    owner = troupe(people.OWNER, "phone").go(f"/tickets/{number}").reads("县供电公司")
    owner.reads_nothing_of("产权是县供电公司的，请派给他们", "改派").shot("owner-after-return")


def test_the_unit_asks_for_a_drawing_and_the_owner_sends_it_from_his_phone(troupe, county):
    number = _on_the_way(county, State.HANDLING, title="车间后墙渗水", content="车间后墙一下雨就渗水。")

    # 韩砚 cannot go on without a drawing; while she waits, her clock and the promise stand still.
    unit = troupe(people.POWER)
    unit.act(number, "请企业补充", note="请发一张平面图，标出后墙的位置。")
    unit.reads("待企业补充").shot("unit-waits")

    # 陶见禾 finds the question on his first page, answers it in place, and the unit goes on.
    owner = troupe(people.OWNER, "phone").go("/").reads("等您一句话", "车间后墙渗水").shot("owner-asked")
    owner.act(number, "补充材料", note="平面图发到韩主任邮箱了，后墙在图上标了红圈。")
    unit.go(f"/tickets/{number}").reads("后墙在图上标了红圈", "办理中").shot("unit-goes-on")


def test_a_dissatisfied_owner_has_it_done_again(troupe, county):
    number = _on_the_way(county, State.REVIEWED, title="变压器一合就跳", content="新装的变压器一合就跳。")

    # 陶见禾 says that it is not solved, and says it bluntly.
    owner = troupe(people.OWNER, "phone").go("/").reads("等您一句话", "变压器一合就跳").shot("owner-asked")
    owner.act(number, "不满意，请重办", contacted="yes", solved="no", reason_code="not_solved", note=REMARK)

    # The unit reads the reason, never the words: nobody is to settle scores over them.
    unit = troupe(people.POWER).go("/").reads("重办").shot("unit-desk-rework")
    unit.go(f"/tickets/{number}").reads("问题没解决").reads_nothing_of(REMARK).shot("unit-reads-the-reason")
    for reader in (people.DISPATCHER, people.CHIEF, people.GUIDE):
        troupe(reader).go(f"/tickets/{number}").reads_nothing_of(REMARK)
    troupe(people.CLERK).go(f"/tickets/{number}").reads(REMARK).shot("clerk-reads-the-words")

    # The second round, to the end.
    unit.act(number, "办结", outcome="solved", reply="换了断路器，当着陶总的面合闸试了三次。")
    troupe(people.REVIEWER).act(number, "审核通过")
    owner.go("/").reads("换了断路器")
    owner.act(number, "说说办得怎么样", contacted="yes", solved="yes", satisfaction="mostly")
    troupe(people.CLOSER).act(number, "销号")
    owner.go(f"/tickets/{number}").reads("已销号").shot("owner-end")
    expect(owner.page.locator("#ticket-steps")).to_contain_text("销号")


def test_an_inquiry_asks_one_question_and_one_tap_answers_it(troupe, county):
    # A question that needed no unit: the clerk answered it, and the owner taps once.
    with county.history() as session:
        at = clock.now() - timedelta(hours=1)
        ticket = submitted(
            session, at, title="设备抵税怎么办", content="设备抵税去年的还能补吗？", kind=Kind.INQUIRY
        )
        move(
            session,
            ticket,
            people.CLERK,
            Action.ANSWER,
            at + timedelta(minutes=20),
            reply="能补，3月31日前带发票来。",
        )
        number = ticket.number

    owner = troupe(people.OWNER, "phone").go("/").reads("能补，3月31日前带发票来").shot("owner-two-buttons")
    card = owner.page.locator(f"#ticket-{number}")
    expect(card.get_by_role("button", name="没说清楚")).to_be_visible()
    card.get_by_role("button", name="清楚了").click()
    owner.reads("谢谢您").shot("owner-thanked")
    troupe(people.CLOSER).act(number, "销号")
