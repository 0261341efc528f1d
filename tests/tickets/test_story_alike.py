"""What is alike and what comes back, told to the end: merged and undone, pooled, noted afterwards, appealed, restarted."""

import pytest

from chainhub.tickets.workflow import State
from tests import people
from tests.builders import a_ticket, submitted
from tests.people import NOW, china

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

AGAIN = "我们新厂房的10千伏专线增容，申请交了三周了没有准信，设备开不了机。"
ELEVEN = china(2026, 3, 2, 11)


def _number(reader) -> str:
    return reader.link(r"EQ-2026-\d{5}")


@pytest.fixture
def neighbour(session) -> str:
    """The owner of another enterprise of the same chain."""
    from sqlalchemy import select

    from chainhub.county.people.models import GrantRow, User

    query = (
        select(User.username)
        .join(GrantRow)
        .where(GrantRow.role == "enterprise", GrantRow.ref.startswith("e_"), GrantRow.ref != people.FIRM)
    )
    return session.scalar(query.order_by(User.id).limit(1))


def test_the_same_matter_of_two_firms_is_merged_in_sight_of_both_and_undone(stage, session, neighbour):
    first = submitted(session)
    session.commit()
    stage.later(ELEVEN)

    # The neighbour types the same: nothing of the other firm is shown, and it files all the same.
    other = stage(neighbour)
    other.send("/tickets/new/guess", "/tickets/new", content=AGAIN).reads_nothing_of(first.number)
    other.send("/tickets/new", once="n1", content=AGAIN).reads("已收到").reads_nothing_of(first.number)
    second = f"/tickets/{_number(other)}"

    # 陶见禾 types it a second time: his own first one is named while he types.
    owner = stage(people.OWNER)
    owner.send("/tickets/new/guess", "/tickets/new", content=AGAIN).reads("报过相似的", first.number)

    # At triage the clerk sees it, and merges with one tap and a word.
    clerk = stage(people.CLERK).go(f"{second}/act/accept").reads("报过相似的", first.number, first.title)
    merge = clerk.link(r"/tickets/[\w-]+/act/merge\?into=[\w-]+")
    clerk.go(merge)
    clerk.send(f"{second}/act/merge", merge, into=first.number, note="同一条专线").reads("已合并办理")
    clerk.go("/tickets?flag=merged").reads(second.rpartition("/")[2])

    # Both requesters keep their own in sight; the second reads what became of it, and is told.
    other.go(second).reads("已合并办理", AGAIN)
    other.go("/inbox").reads("合并办理")
    other.shut(first.link)
    owner.go(first.link).reads("待接单")
    owner.shut(second)

    # It was not the same after all: undone, it stands where it stood, with both lines in its history.
    clerk.send(f"{second}/act/unmerge", note="不是同一条线").reads("待接单", "撤销合并", "合并办理")
    other.go(second).in_order("经过", "撤销合并", "合并办理")
    other.go("/inbox").reads("单独接着办")


def test_many_tickets_hang_on_one_task_and_none_is_closed_by_it(stage, session, neighbour):
    mine, theirs = submitted(session), submitted(session, username=neighbour, title="园区电不够")
    session.commit()
    stage.later(ELEVEN)

    # The task force ticks both in the list; the pool is a task of its own with a day.
    dispatcher = stage(people.DISPATCHER)
    path = f"/common/new?pick={mine.number}&pick={theirs.number}"
    dispatcher.go(path).reads(mine.title, "园区电不够")
    given = {"title": "园区专线容量不够", "category": "energy", "post": "deputy", "due_on": "2026-04-01"}
    dispatcher.send("/common/new", path, pick=[mine.number, theirs.number], **given)
    dispatcher.reads("园区专线容量不够", "2 件诉求", "2 家企业", mine.number, theirs.number)
    issue = dispatcher.go("/common").link(r"/common/\d+")

    # Each firm sees the task and its own ticket, and nobody else's.
    owner = stage(people.OWNER).go(f"/tickets/{mine.number}").reads("属于共性问题", "园区专线容量不够")
    owner.go(issue).reads("您家的诉求", mine.number).reads_nothing_of(theirs.number, "园区电不够")

    # Progress and conclusion are told to all; the tickets go on as they were.
    dispatcher.send(f"{issue}/progress", issue, note="负荷测算做完了。").reads("负荷测算做完了。")
    owner.go("/inbox").reads("园区专线容量不够")
    dispatcher.send(f"{issue}/close", issue, note="4 月起扩容。").reads("4 月起扩容。")
    owner.go(f"/tickets/{mine.number}").reads("结论：4 月起扩容。", "待接单", "共性问题有结论")
    stage(neighbour).go(f"/tickets/{theirs.number}").reads("结论：4 月起扩容。")


def test_what_was_solved_on_the_spot_is_noted_with_its_true_days_and_answered(stage):
    stage.later(ELEVEN)
    guide = stage(people.GUIDE)
    given = {
        "title": "门口路灯不亮",
        "content": "三盏路灯不亮，当场联系路灯所修好。",
        "enterprise": people.FIRM,
        "reply": "当天下午修好。",
        "raised_on": "2026-02-27",
        "solved_on": "2026-02-28",
    }
    guide.refused(422, "/tickets/backfill", **{**given, "solved_on": "2026-02-26"}).reads("当天下午修好。")
    guide.send("/tickets/backfill", **given).reads("待评价", "2026年2月27日", "2026年2月28日")
    number = _number(guide)

    owner = stage(people.OWNER).go("/").reads("等您一句话", "门口路灯不亮", "当天下午修好。")
    given = {"contacted": "yes", "solved": "yes", "satisfaction": "satisfied"}
    owner.send(f"/tickets/{number}/act/confirm", **given).reads("待销号", "联系了，解决了，满意")


def test_a_refusal_is_looked_at_once_more_by_another_clerk(stage, session):
    ticket = submitted(session)
    session.commit()
    stage.later(ELEVEN)
    page = ticket.link

    clerk = stage(people.CLERK)
    clerk.send(f"{page}/act/decline", reason_code="not_county", note="归市里管，请找市能源局。")
    clerk.reads("不予受理")
    owner = stage(people.OWNER).go(page).reads("不予受理", "归市里管，请找市能源局。", "申请复核")
    owner.send(f"{page}/act/appeal", note="专线在县里，去年是县里批的。").reads("待接单")

    # Who refused it does not decide again; the colleague is told and takes it.
    clerk.shut(f"{page}/act/accept", 409).reads("另一位")
    other = stage(people.CLOSER)
    other.go("/inbox").reads("申请复核")
    other.send(f"{page}/act/accept", contacted_person="陶见禾").reads("待派单")
    owner.go(page).in_order("经过", "接单", "申请复核", "不予受理", "报送")

    # A second refusal is final: there is no second 复核.
    again = submitted(session, NOW, title="另一件")
    session.commit()
    clerk.send(f"{again.link}/act/decline", reason_code="in_court", note="法院已立案")
    owner.send(f"{again.link}/act/appeal", note="还没立案。")
    other.send(f"{again.link}/act/decline", reason_code="in_court", note="查过了，确已立案")
    owner.go(again.link).reads("不予受理").reads_nothing_of("act/appeal")


def test_what_was_never_sent_in_ends_apart_and_begins_again(stage, session):
    ticket = a_ticket(session, State.AWAITING_INFO)
    session.commit()
    page = ticket.link
    stage.later(china(2026, 3, 3, 9))
    stage(people.OWNER).go("/").reads("等您一句话", "缺平面图")
    stage(people.POWER).shut(f"{page}/act/close_incomplete", 409)

    # Five workdays of silence: handling goes on by itself, and now the unit may end it.
    stage.later(china(2026, 3, 10, 9), "expire_info")
    unit = stage(people.POWER).go(page).reads("办理中", "补充逾期（系统自动）")
    unit.send(f"{page}/act/close_incomplete", note="缺平面图，催过两次").reads("材料未补齐")
    owner = stage(people.OWNER)
    owner.go("/inbox").reads("材料一直没有补齐")
    owner.go(page).reads("材料未补齐", "重新办理")
    stage(people.CLERK).go("/tickets?state=incomplete").reads(ticket.number)

    # Within six months it begins again, and the clerk is told.
    owner.send(f"{page}/act/restart", note="平面图画好了。").reads("待接单")
    stage(people.CLERK).go("/inbox").reads("材料补齐了，请接着办")
    stage(people.CLERK).go(page).in_order("经过", "重新办理", "材料未补齐", "补充逾期")
