"""Everyday help, told to the end: words at hand, several at once, away and gone, a chat that becomes a ticket."""

import re
from io import BytesIO

import pytest

from chainhub.tickets.workflow import Action, State
from tests import files, people
from tests.builders import a_ticket, move, submitted
from tests.people import NOW, china

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

ELEVEN = china(2026, 3, 2, 11)


def test_words_at_hand_a_note_that_stays_inside_and_what_must_be_done(stage, session):
    ticket = a_ticket(session, State.HANDLING, category="safety", title="消防通道整改")
    session.commit()
    stage.later(ELEVEN)
    page = ticket.link

    # 宋以宁 keeps a standard reply for this category and this verb; the unit puts it in with one tap.
    clerk = stage(people.CLERK)
    given = {
        "action": "progress",
        "category": "safety",
        "label": "约好现场",
        "text": "{单位}周三到{企业}现场看。",
    }
    clerk.send("/replies", **given).reads("约好现场")
    unit = stage(people.POWER).go(f"{page}/act/progress").reads("约好现场", "发给企业：砚禾齿轮")
    offer = unit.link(r'name="insert" value="\d+"[^>]*>约好现场').split('"')[3]
    filled = unit.post(f"{page}/act/progress", note="打过电话了。", insert=offer).get_data(as_text=True)
    assert "县供电公司周三到砚禾齿轮现场看。" in filled
    assert "打过电话了。" in filled
    unit.send(f"{page}/act/progress", note="县供电公司周三到砚禾齿轮现场看。").reads("进展记下了")

    # A note is another form on another ground, and says who reads it; the firm reads the one and never the other.
    unit.go(f"{page}/note").in_order("只给工作人员看", "企业和指导员看不到", "发给企业：砚禾齿轮")
    unit.send(f"{page}/note", note="门卫王师傅配合。").reads("门卫王师傅配合。", "企业看不到")
    owner = stage(people.OWNER).go(page).reads("周三到砚禾齿轮现场看").reads_nothing_of("王师傅", "内部备注")
    owner.go("/inbox").reads("周三到砚禾齿轮现场看").reads_nothing_of("王师傅")

    # Nothing is resolved past what must be done; what is done has a name and a time.
    done = {"outcome": "solved", "reply": "通道清开了。"}
    unit.refused(422, f"{page}/act/resolve", **done).reads("必须做完")
    for item in ("site", "measures"):
        unit.send(f"{page}/checklist", page, item=item, done="y")
    unit.go(page).reads("2 / 3", "韩砚", "3月2日 11:00")
    owner.go(page).reads_nothing_of("办理清单", "到现场看过")


def test_several_at_once_and_every_row_says_what_became_of_it(stage, session):
    tickets = [submitted(session, title=f"第{one}件") for one in "一二三"]
    session.commit()
    stage.later(ELEVEN)
    picks = [f"{one.number}:{one.version}" for one in tickets]

    # One of the three was withdrawn a moment ago: the other two go on, and the third says why not.
    stage(people.OWNER).send(f"{tickets[2].link}/act/withdraw", note="自己解决了")
    clerk = stage(people.CLERK).go("/").reads("接单", "第一件", "第二件")
    clerk.send("/tickets/bulk", "/", action="accept", pick=picks)
    clerk.reads("接单 2 件，1 件没办成", "选了 3 件：办成 2 件，没办成 1 件", "没办成的都没动")
    clerk.send("/tickets/bulk", "/", action="accept", pick=picks[:2]).reads("跳过 2 件")
    assert [stage.fresh(one).state for one in tickets] == [State.ACCEPTED, State.ACCEPTED, State.WITHDRAWN]

    # Dispatch asks for a unit for each; each unit finds its own alone.
    dispatcher = stage(people.DISPATCHER)
    picks = [f"{one.number}:{one.version}" for one in tickets[:2]]
    dispatcher.send("/tickets/bulk", "/", action="dispatch", pick=picks).reads("一起派单 2 件", "第一件")
    units = (people.POWER_UNIT, people.TRANSPORT_UNIT)
    chosen = {f"unit-{one.number}": unit for one, unit in zip(tickets, units, strict=False)}
    dispatcher.send("/tickets/bulk", "/", action="dispatch", ready="y", pick=picks, **chosen).reads(
        "办成 2 件"
    )
    stage(people.POWER).go("/").reads("第一件").reads_nothing_of("第二件")
    stage(people.TRANSPORT).go("/").reads("第二件").reads_nothing_of("第一件")

    # Closing several: what somebody handled alone is refused in its own row.
    ready, mine = a_ticket(session, State.CONFIRMED), a_ticket(session, State.RESOLVED)
    session.commit()
    picks = [f"{one.number}:{one.version}" for one in (ready, mine)]
    closer = stage(people.CLOSER).go("/").reads(ready.number)
    closer.send("/tickets/bulk", "/", action="close", pick=picks).reads("办成 1 件，没办成 1 件")
    assert stage.fresh(ready).state is State.CLOSED


def test_every_five_workdays_the_firm_hears_something(stage, session):
    ticket = a_ticket(session, State.HANDLING)
    session.commit()
    unit = stage(people.POWER).go("/").reads_nothing_of("该报进展了")

    stage.later(china(2026, 3, 9, 9), "reminders")
    unit = stage(people.POWER)
    unit.go("/inbox").reads("该报进展了")
    unit.go("/").reads("报进展", ticket.number)
    unit.send(f"{ticket.link}/act/progress", note="变压器到货了。")
    stage(people.OWNER).go("/inbox").reads("有新进展：变压器到货了。")


def test_who_is_away_is_stood_in_for_and_the_history_says_so(stage, session):
    waiting = a_ticket(session, State.DISPATCHED, title="等签收的")
    session.commit()
    stage.later(ELEVEN)
    other = stage(people.TRANSPORT)
    other.shut(waiting.link)

    # 韩砚 is away for three days; the substitute has the tasks and the notices, and reads for whom.
    unit = stage(people.POWER)
    given = {"from_on": "2026-03-03", "until_on": "2026-03-05", "reason": "培训"}
    unit.refused(422, "/leave", **given, substitute="nobody").reads("没有记上")
    unit.send("/leave", **given, substitute=people.TRANSPORT).reads("请假记下了", "代办，培训")
    other.shut(waiting.link)

    stage.later(china(2026, 3, 3, 9))
    other = stage(people.TRANSPORT).go("/").reads("等签收的")
    other.send(f"{waiting.link}/act/acknowledge").reads("办理中", "代")
    later = submitted(session, NOW, title="请假时派来的")
    move(session, later, people.CLERK, Action.ACCEPT, NOW)
    session.commit()
    stage(people.DISPATCHER).send(f"{later.link}/act/dispatch", lead_unit=people.POWER_UNIT)
    other.go("/inbox").reads("派给您单位主办")

    # The day after the last one it is over by itself; what the substitute did keeps both names.
    stage.later(china(2026, 3, 6, 9))
    stage(people.TRANSPORT).shut(waiting.link)
    stage(people.POWER).go(waiting.link).reads("代")


def test_who_leaves_hands_over_and_nothing_is_left_without_an_owner(stage, session):
    ticket = a_ticket(session, State.HANDLING, title="分给韩砚的")
    move(session, ticket, people.POWER, Action.ASSIGN, NOW, person=people.POWER)
    waiting = a_ticket(session, State.DISPATCHED, title="在岗位上的")
    session.commit()
    stage.later(ELEVEN)

    unit = stage(people.POWER).go("/leave").reads("工作交接")
    unit.go("/handovers").reads("分给韩砚的", "分给本人", "在岗位上的", "在岗位上", "2 件")
    unit.refused(422, "/handovers", person=people.POWER, successor=people.TRANSPORT).reads(
        "请安全管理员先授权"
    )
    unit.send("/handovers", person=people.POWER, successor=people.POWER_DEPUTY, note="图纸在柜子里")
    unit.reads("工作交接单", "分给韩砚的", "图纸在柜子里", "分给本人，已改", waiting.number)

    deputy = stage(people.POWER_DEPUTY)
    deputy.go("/inbox").reads("韩砚的工作交给您了，还在办的 2 件")
    deputy.go(ticket.link).reads("交洪叙舟办。韩砚工作交接").reads_nothing_of("交fenguan")
    stage(people.POWER).go("/handovers").reads("交接单")
    stage(people.OWNER).go(ticket.link).reads_nothing_of("工作交接")


def test_a_code_on_the_wall_leads_to_a_form_with_the_firm_in_it(stage):
    stage.later(ELEVEN)
    owner = stage(people.OWNER)
    owner.go(f"/enterprises/{people.FIRM}/qr").reads("企业有事，扫一扫", f"/report/{people.FIRM}")
    stage.visitor().go(f"/report/{people.FIRM}").reads("登录，说一件事", "没有账号").reads_nothing_of("砚禾")

    guide = stage(people.GUIDE).go(f"/report/{people.FIRM}").reads("替企业说一件事")
    assert f'<option selected value="{people.FIRM}">' in guide.page
    guide.send("/tickets/new", once="q1", enterprise=people.FIRM, content="门口站牌挡视线，出门看不见车。")
    owner.go("/").reads("门口站牌挡视线")
    owner.go("/inbox").reads("替您报送了")


def test_a_chat_and_a_photo_become_a_ticket_when_the_firm_says_so(stage):
    stage.later(ELEVEN)
    guide, owner = stage(people.GUIDE), stage(people.OWNER)
    text = "砚禾齿轮 陶总：叉车充电桩太少，排队要两小时。13912342076"

    # What was pasted is read, looked at, and sent to the firm: it is no ticket yet.
    guide.send("/pass-on", step="read", text=text).reads("看看读得对不对")
    assert f'value="{people.FIRM}" selected' in guide.page
    assert 'value="陶总"' in guide.page
    given = {"enterprise": people.FIRM, "content": "叉车充电桩太少，排队要两小时。"}
    photo = (BytesIO(files.from_a_phone()), "排队.jpg")
    guide.send("/pass-on", **given, photos=photo).reads("发给企业了", "等企业点一下")
    stage(people.CLERK).go("/tickets?q=充电桩").reads_nothing_of("叉车充电桩太少")
    guide.send("/pass-on", enterprise=people.FIRM, content="食堂的饭太咸。")

    # One tap makes it the firm's own, photo and all; what is none of theirs is told to who wrote it.
    owner.go("/inbox").reads("替您记")
    owner.go("/").reads("替您记的，对吗？", "叉车充电桩太少", "食堂的饭太咸")
    first, second = (int(one) for one in sorted(re.findall(r'id="passed-(\d+)"', owner.page), key=int))
    owner.send(f"/pass-on/{first}", "/").reads("已收到")
    owner.send(f"/pass-on/{second}/decline", "/").reads("已经告诉转办的同志")
    guide.go("/pass-on").reads("企业确认了，已报送", "企业说不是他们的事")
    clerk = stage(people.CLERK).go("/").reads("叉车充电桩太少")
    clerk.go(clerk.link(r"/tickets/EQ-2026-\d{5}")).reads("排队.jpg", "微信群", "砚禾齿轮")


def test_before_the_festival_what_can_still_be_closed_is_on_one_list_arrears_first(stage, session):
    at = china(2026, 2, 2, 8, 30)
    stage.at = at
    plain = a_ticket(session, State.SUBMITTED, at, title="路灯不亮")
    owed = a_ticket(session, State.SUBMITTED, at, title="货款拖了半年", category="arrears")
    session.commit()
    stage.later(china(2026, 2, 2, 10))

    clerk = stage(people.CLERK).go("/").reads("节前清零", "还有 10 个工作日")
    clerk.go("/before-festival").in_order("货款拖了半年", "路灯不亮").reads("未派单 2 件", owed.number)
    stage(people.CLERK).send(f"{plain.link}/act/decline", reason_code="not_county", note="归市里管。")
    clerk.go("/before-festival").reads("未派单 1 件").reads_nothing_of("路灯不亮")
    stage(people.OWNER).shut("/before-festival", 403)
