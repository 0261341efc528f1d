"""Two stories that must hold on a screen: away and gone, and an answer by a link that goes up in the end."""

from datetime import timedelta

from chainhub.core import clock
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.builders import a_ticket, move


def test_who_is_away_is_stood_in_for_and_who_leaves_hands_over(troupe, county):
    at = clock.now() - timedelta(hours=3)
    with county.history() as session:
        ticket = a_ticket(session, State.HANDLING, at, title="交接时在办的")
        move(session, ticket, people.POWER, Action.ASSIGN, at + timedelta(hours=1), person=people.POWER)
        number = ticket.number

    # 韩砚 is away from today: 交通运输局's colleague has the work, and the page says for whom.
    day = clock.now() + timedelta(hours=8)
    unit = troupe(people.POWER).go("/leave")
    unit.fill(from_on=day.date().isoformat(), until_on=day.date().isoformat(), substitute=people.TRANSPORT)
    unit.page.locator("#form .btn-primary").click()
    unit.reads("请假记下了").shot("leave")
    troupe(people.TRANSPORT).go(f"/tickets/{number}").reads("交接时在办的")
    unit.page.locator("summary").filter(has_text="取消").click()
    unit.press("确定取消").reads("请假取消了")

    # The administrator would close the account, and reads first what is open.
    admin = troupe("xitong").go(f"/admin/accounts?q={people.POWER}")
    row = admin.page.locator(f"#account-{people.POWER}")
    row.locator("summary").filter(has_text="停用").click()
    row.locator("button").filter(has_text="确定停用").click()
    admin.reads("先交接，再停用账号", "分给韩砚本人还在办的").shot("asked-first")
    admin.press("请他们办工作交接").reads("已请")

    # 韩砚 finds the word in the inbox, hands over, and the paper is there to be signed.
    unit.go("/inbox").reads("办工作交接")
    unit.go("/handovers").reads("交接时在办的").fill(successor=people.POWER_DEPUTY, note="图纸在柜子里。")
    unit.page.locator("#form .btn-primary").click()
    unit.page.wait_for_url("**/handovers/*")
    unit.reads("工作交接单", number, "图纸在柜子里。").shot("paper")
    troupe(people.POWER_DEPUTY, "phone").go("/inbox").reads("韩砚的工作交给您了")


def test_dissatisfied_twice_by_a_link_goes_up(troupe, county):
    at = clock.now() - timedelta(hours=3)
    said = {"contacted": True, "solved": False, "reason_code": "not_solved", "note": "还是漏"}
    done = {"outcome": "solved", "reply": "换了防水层。"}
    with county.history() as session:
        ticket = a_ticket(session, State.REVIEWED, at, title="配电房又漏水")
        later = at + timedelta(hours=1)
        move(session, ticket, people.OWNER, Action.REOPEN, later, **said)
        move(session, ticket, people.POWER, Action.RESOLVE, later, **done)
        move(session, ticket, people.REVIEWER, Action.PASS_REVIEW, later)
        number = ticket.number

    clerk = troupe(people.CLOSER).go(f"/tickets/{number}/answer-link").press("出示链接（会记下）")
    link = clerk.page.locator("#link").input_value().replace(county.url, "")
    visitor = troupe(people.OWNER, "phone", signed_in=False).go(link).reads("换了防水层。")
    visitor.page.locator("#more summary").click()
    visitor.reads("请产业链党委组织会商")
    visitor.fill(contacted="yes", solved="no", satisfaction="dissatisfied")
    visitor.fill(reason_code="not_solved", note="一下雨还是漏。").shot("again")
    visitor.page.locator("#form .btn-primary").click()
    visitor.page.wait_for_url("**/answered")

    clerk.go(f"/tickets/{number}").reads("会商中", "第 2 轮", "提级协调", "一下雨还是漏。").shot("escalated")
    troupe(people.CLERK).go("/inbox").reads("企业两次不满意，提级协调")
    troupe(people.POWER).go(f"/tickets/{number}").reads("会商中").reads_nothing_of("一下雨还是漏")
