"""The hard cases: appeals, merging, consultations, waiting in the open, second dissatisfaction, what comes back."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from chainhub.core.errors import Conflict, Invalid, NotFound
from chainhub.county.people.models import User
from chainhub.notices.models import Notice
from chainhub.reminders.models import Clock
from chainhub.tickets import jobs, queries
from chainhub.tickets.models import Part, Ticket
from chainhub.tickets.service import moving, submitting
from chainhub.tickets.service.moving import Step
from chainhub.tickets.terms import CarryOverReason, DissatisfiedReason, Kind, PartState, Satisfaction
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.builders import a_ticket, endorsing, move, submitted
from tests.people import NOW, china, work_of

A, S = Action, State
ELEVEN = NOW.replace(hour=11)
UNHAPPY = {
    "contacted": True,
    "solved": False,
    "reason_code": DissatisfiedReason.NOT_SOLVED,
    "note": "还是停电",
}
RATED = {"contacted": True, "solved": True, "satisfaction": Satisfaction.SATISFIED}
DONE = {"outcome": "solved", "reply": "又办了一遍"}


def _running(session, ticket) -> dict[str, Clock]:
    found = session.scalars(select(Clock).where(Clock.owner_id == ticket.id, Clock.stopped_at.is_(None)))
    return {clock.kind: clock for clock in found}


def _told(session, username) -> list[str]:
    who = work_of(session, username).actor.id
    return list(session.scalars(select(Notice.text).where(Notice.user_id == who).order_by(Notice.id)))


# 申请复核


def test_an_appeal_is_decided_by_another_clerk_and_only_once(session):
    ticket = a_ticket(session, S.DECLINED)
    move(session, ticket, people.OWNER, A.APPEAL, ELEVEN, note="法院说不归他们管")
    assert (ticket.state, set(_running(session, ticket))) == (S.SUBMITTED, {"intake"})

    with pytest.raises(Conflict, match="另一位同志"):
        move(session, ticket, people.CLERK, A.ACCEPT, ELEVEN)
    move(session, ticket, people.CLOSER, A.DECLINE, ELEVEN, reason_code="in_court", note="法院已立案")

    with pytest.raises(Conflict, match="复核只有一次"):
        move(session, ticket, people.OWNER, A.APPEAL, ELEVEN, note="再看一次")


# 材料未补齐


def test_what_was_never_supplied_ends_and_may_be_taken_up_again_for_half_a_year(session):
    ticket = a_ticket(session, S.INFO_REQUESTED)
    with pytest.raises(Conflict, match="过了才能"):
        move(session, ticket, people.CLERK, A.CLOSE_INCOMPLETE, ELEVEN, note="缺型号")

    late = ticket.due_at + timedelta(minutes=1)
    move(session, ticket, people.CLERK, A.CLOSE_INCOMPLETE, late, note="缺型号")
    assert (ticket.state, ticket.is_open, _running(session, ticket)) == (S.INCOMPLETE, False, {})
    assert any("6 个月内补齐" in text for text in _told(session, people.OWNER))

    with pytest.raises(Conflict, match="已满 6 个月"):
        move(session, ticket, people.OWNER, A.RESTART, late + timedelta(days=190), note="型号找到了")
    move(session, ticket, people.OWNER, A.RESTART, late + timedelta(days=180), note="型号找到了")
    assert (ticket.state, ticket.round, ticket.responsible_unit_code) == (S.SUBMITTED, 2, None)


def test_a_unit_may_end_it_only_after_its_question_has_lapsed(session):
    ticket = a_ticket(session, S.HANDLING)

    with pytest.raises(Conflict):
        move(session, ticket, people.POWER, A.CLOSE_INCOMPLETE, ELEVEN, note="缺平面图")


# 合并办理


@pytest.fixture
def pair(session) -> tuple[Ticket, Ticket]:
    target, other = (
        submitted(session),
        submitted(session, username=people.CLERK, enterprise="e_yunzhu_jidian"),
    )
    return target, other


@pytest.fixture
def merged(session, pair):
    target, other = pair
    move(session, other, people.CLERK, A.MERGE, ELEVEN, into=target.number)
    return target, other


def test_merged_tickets_wait_and_go_on_where_they_were(session, merged):
    _target, other = merged
    assert (other.state, _running(session, other)) == (S.MERGED, {})

    move(session, other, people.CLERK, A.UNMERGE, ELEVEN + timedelta(hours=3), note="不是一回事")

    assert (other.state, other.merged_into_id) == (S.SUBMITTED, None)
    running = _running(session, other)
    assert set(running) == {"first_call", "intake"}
    assert running["intake"].due_at > NOW.replace(hour=15, minute=20)  # the time it was merged is a pause


def test_a_ticket_is_not_merged_into_itself_nor_into_one_that_has_ended(session, pair):
    target, other = pair
    with pytest.raises(Invalid) as refused:
        move(session, other, people.CLERK, A.MERGE, ELEVEN, into=other.number)
    assert "不能并到自己" in refused.value.errors["into"][0]
    move(session, target, people.OWNER, A.WITHDRAW, ELEVEN, note="不办了")
    with pytest.raises(Invalid) as refused:
        move(session, other, people.CLERK, A.MERGE, ELEVEN, into=target.number)
    assert "已撤回" in refused.value.errors["into"][0]
    with pytest.raises(NotFound):
        move(session, other, people.CLERK, A.MERGE, ELEVEN, into="EQ-2026-99999")


def test_withdrawing_the_target_lets_the_others_go_on(session, merged):
    target, other = merged

    move(session, target, people.OWNER, A.WITHDRAW, ELEVEN + timedelta(hours=1), note="自己解决了")

    assert other.state is S.SUBMITTED
    line = queries.last_event(session, other.id)
    assert (line.action, line.role) == (A.UNMERGE, "clock")


def test_both_are_told_the_result(session, merged):
    target, other = merged
    move(session, target, people.CLERK, A.ANSWER, ELEVEN + timedelta(hours=1), reply="下周三恢复供电")

    firm = session.scalars(select(Notice.text).where(Notice.key.contains(f":merged:{other.id}"))).all()
    assert firm
    assert all(other.number in text for text in firm)


# 会商


def test_a_consultation_pauses_the_unit_and_never_the_promise(session):
    ticket = a_ticket(session, S.HANDLING)
    promise, unit = ticket.promise_due_at, ticket.due_at

    move(
        session,
        ticket,
        people.CLERK,
        A.CONVENE,
        ELEVEN,
        question="走路面还是绿化带",
        units=[people.TRANSPORT_UNIT],
    )

    running = _running(session, ticket)
    assert running["unit"].look_again_at is None
    assert running["unit"].due_at > unit  # it counts the pause to its cap
    assert running["promise"].due_at == promise
    assert any("请参加会商" in text for text in _told(session, people.TRANSPORT))

    move(
        session,
        ticket,
        people.CLERK,
        A.CONCLUDE,
        ELEVEN + timedelta(days=1),
        minutes="走绿化带，交通局恢复路面。",
        decisions=[{"unit": people.TRANSPORT_UNIT, "text": "恢复路面", "due_on": china(2026, 3, 12).date()}],
    )
    assert ticket.state is S.HANDLING
    assert _running(session, ticket)["unit"].due_at == china(
        2026, 3, 24, 17, 30
    )  # 23 March and one day of waiting
    part = session.scalars(select(Part).where(Part.ticket_id == ticket.id)).one()
    assert (part.unit_code, part.task, part.state) == (people.TRANSPORT_UNIT, "恢复路面", PartState.SENT)


def test_after_a_consultation_at_least_a_workday_remains(session):
    ticket = a_ticket(session, S.HANDLING, kind=Kind.INQUIRY)  # one workday: due on Tuesday at 17:30
    tuesday = china(2026, 3, 3, 16)
    move(session, ticket, people.CLERK, A.CONVENE, tuesday, question="怎么答", units=[people.TRANSPORT_UNIT])

    move(session, ticket, people.CLERK, A.CONCLUDE, tuesday + timedelta(minutes=30), minutes="照实答")

    assert ticket.due_at == china(2026, 3, 4, 17, 30)


def test_what_was_overdue_before_a_consultation_stays_overdue(session):
    ticket = a_ticket(session, S.HANDLING, kind=Kind.INQUIRY)
    wednesday = china(2026, 3, 4, 10)
    move(
        session, ticket, people.CLERK, A.CONVENE, wednesday, question="怎么答", units=[people.TRANSPORT_UNIT]
    )

    move(session, ticket, people.CLERK, A.CONCLUDE, wednesday + timedelta(minutes=30), minutes="照实答")

    assert ticket.due_at == china(2026, 3, 3, 17, 30)


# 提级协调, 终结认定


def _again_reviewed(session) -> Ticket:
    ticket = a_ticket(session, S.REVIEWED)
    move(session, ticket, people.OWNER, A.REOPEN, ELEVEN, **UNHAPPY)
    move(session, ticket, people.POWER, A.RESOLVE, ELEVEN + timedelta(hours=1), **DONE)
    return move(session, ticket, people.REVIEWER, A.PASS_REVIEW, ELEVEN + timedelta(hours=2))


def test_the_second_dissatisfaction_goes_up_and_not_round_again(session):
    ticket = _again_reviewed(session)
    with pytest.raises(Conflict, match="提级协调"):
        move(session, ticket, people.OWNER, A.REOPEN, ELEVEN + timedelta(hours=3), **UNHAPPY)

    move(session, ticket, people.OWNER, A.ESCALATE, ELEVEN + timedelta(hours=3), **UNHAPPY)

    assert (ticket.state, ticket.dissatisfied, ticket.escalated) == (S.CONSULTING, 2, True)
    assert set(_running(session, ticket)) == {"consultation"}
    assert any("提级协调" in text for text in _told(session, people.CLERK))


def test_a_conclusion_after_it_starts_the_work_anew(session):
    ticket = _again_reviewed(session)
    move(session, ticket, people.OWNER, A.ESCALATE, ELEVEN + timedelta(hours=3), **UNHAPPY)

    move(session, ticket, people.CLERK, A.CONCLUDE, ELEVEN + timedelta(hours=4), minutes="换一条线路")

    running = _running(session, ticket)
    assert ticket.state is S.HANDLING
    assert {"rework", "promise"} <= set(running)
    assert running["rework"].limit == "8d"  # max(3, ⌈15/2⌉)


def test_a_determination_ends_it_and_counts_as_dissatisfied(session):
    ticket = _again_reviewed(session)
    move(session, ticket, people.OWNER, A.ESCALATE, ELEVEN + timedelta(hours=3), **UNHAPPY)

    move(
        session,
        ticket,
        people.CLERK,
        A.DETERMINE,
        ELEVEN + timedelta(hours=4),
        reasons="线路改造省里明年才批",
    )

    assert (ticket.state, ticket.satisfaction) == (S.CONFIRMED, Satisfaction.DISSATISFIED)
    assert any("省里明年才批" in text for text in _told(session, people.OWNER))


def test_nobody_determines_after_one_dissatisfaction(session):
    ticket = a_ticket(session, S.CONSULTING)

    with pytest.raises(Conflict):
        move(session, ticket, people.CLERK, A.DETERMINE, ELEVEN, reasons="没办法")


# 挂账


def _wait(session, ticket, who, at, days=20):
    return move(
        session,
        ticket,
        who,
        A.CARRY_OVER,
        at,
        reason_code=CarryOverReason.PLANNING,
        note="等规划批复",
        review_on=(at + timedelta(days=days)).date(),
    )


@pytest.mark.parametrize("days", [0, 31, 400])
def test_a_review_lies_within_thirty_days(session, days):
    with pytest.raises(Invalid) as refused:
        _wait(session, a_ticket(session, S.HANDLING), people.CLERK, ELEVEN, days)

    assert "30 天" in refused.value.errors["review_on"][0]


def test_waiting_pauses_the_unit_tells_the_firm_and_never_resumes_in_silence(session):
    ticket = a_ticket(session, S.HANDLING)
    promise = ticket.promise_due_at
    _wait(session, ticket, people.CLERK, ELEVEN)

    running = _running(session, ticket)
    assert (running["unit"].look_again_at, running["promise"].due_at) == (None, promise)
    assert any("长期跟踪" in text for text in _told(session, people.OWNER))
    before, day = (
        work_of(session, "clock", china(2026, 3, 21, 23, 59)),
        work_of(session, "clock", china(2026, 3, 22, 8, 30)),
    )
    assert jobs.find_reviews(before, 10) == []

    jobs.raise_review(day, jobs.find_reviews(day, 10))

    assert ticket.state is S.CARRIED_OVER
    assert "carry_over_decision" in _running(session, ticket)
    assert jobs.find_reviews(day, 10) == []
    assert any("挂账到了复查日" in text for text in _told(session, people.CLERK))


def test_a_second_wait_is_the_leaders_to_grant(session):
    ticket = a_ticket(session, S.CARRIED_OVER)
    later = ELEVEN + timedelta(days=10)
    with pytest.raises(Conflict):
        _wait(session, ticket, people.CLERK, later)

    _wait(session, ticket, people.CHIEF, later)

    assert (ticket.state, ticket.waits) == (S.CARRIED_OVER, 2)
    move(session, ticket, people.CLERK, A.RESUME, later + timedelta(days=1), note="规划批了")
    running = _running(session, ticket)
    assert ticket.state is S.HANDLING
    assert running["unit"].look_again_at is not None
    with pytest.raises(Conflict):
        _wait(session, ticket, people.CLERK, later + timedelta(days=2))


# 审签


def test_a_resolution_waits_for_the_deputy_on_the_units_own_time(session):
    endorsing(session, on=True)
    ticket = a_ticket(session, S.HANDLING)
    move(session, ticket, people.POWER, A.RESOLVE, ELEVEN, **DONE)
    assert (ticket.state, "unit" in _running(session, ticket)) == (S.ENDORSING, True)
    assert any("请审签" in text for text in _told(session, people.POWER_DEPUTY))

    with pytest.raises(Conflict, match="分管负责人"):
        move(session, ticket, people.POWER, A.ENDORSE, ELEVEN)
    move(session, ticket, people.POWER_DEPUTY, A.REFUSE_ENDORSE, ELEVEN, note="写清哪天完工")
    assert ticket.state is S.HANDLING
    move(session, ticket, people.POWER, A.RESOLVE, ELEVEN, **DONE)
    move(session, ticket, people.POWER_DEPUTY, A.ENDORSE, ELEVEN)
    assert (ticket.state, "unit" in _running(session, ticket)) == (S.RESOLVED, False)
    move(session, ticket, people.REVIEWER, A.SEND_BACK, ELEVEN + timedelta(hours=2), note="没写完工时间")
    assert (ticket.state, "unit" in _running(session, ticket)) == (S.HANDLING, True)


# 分办


def test_a_unit_hands_it_to_one_of_its_own(session):
    ticket = a_ticket(session, S.HANDLING)
    with pytest.raises(Invalid) as refused:
        move(session, ticket, people.POWER, A.ASSIGN, ELEVEN, person=people.TRANSPORT)
    assert "不在本单位" in refused.value.errors["person"][0]

    move(session, ticket, people.POWER_DEPUTY, A.ASSIGN, ELEVEN, person=people.POWER, office="营销科")

    assert ticket.assigned_office == "营销科"
    assert any("分给您办" in text for text in _told(session, people.POWER))


# 销号后回访


def test_four_weeks_after_closing_the_firm_is_asked_once(session):
    ticket = a_ticket(session, S.CLOSED)
    early = work_of(session, "clock", ticket.closed_at + timedelta(days=27, hours=23))
    day = work_of(session, "clock", ticket.closed_at + timedelta(days=28))
    assert jobs.find_rechecks(early, 10) == []

    jobs.ask_again(day, jobs.find_rechecks(day, 10))

    assert jobs.find_rechecks(day, 10) == []
    assert sum("有没有反复" in text for text in _told(session, people.OWNER)) == 1


def test_what_came_back_is_dispatched_anew_and_both_closings_are_kept(session):
    ticket = a_ticket(session, S.CLOSED)
    first = ticket.first_closed_at
    move(session, ticket, people.OWNER, A.RECHECK, NOW + timedelta(days=29), note="又停电了")
    assert (ticket.state, ticket.round, ticket.is_open) == (S.ACCEPTED, 2, True)

    later = NOW + timedelta(days=29, hours=1)
    move(session, ticket, people.DISPATCHER, A.DISPATCH, later, lead_unit=people.POWER_UNIT)
    move(session, ticket, people.POWER, A.ACKNOWLEDGE, later)
    move(session, ticket, people.POWER, A.RESOLVE, later, **DONE)
    move(session, ticket, people.REVIEWER, A.PASS_REVIEW, later)
    move(session, ticket, people.OWNER, A.CONFIRM, later, **RATED)
    move(session, ticket, people.CLOSER, A.CLOSE, later)
    assert (ticket.first_closed_at, ticket.closed_at) == (first, later)


def test_no_relapse_is_noted_and_moves_nothing(session):
    ticket = a_ticket(session, S.CLOSED)

    move(session, ticket, people.OWNER, A.RECHECK_FINE, NOW + timedelta(days=29))

    assert (ticket.state, ticket.is_open) == (S.CLOSED, False)
    with pytest.raises(Conflict, match="已满 6 个月"):
        move(session, ticket, people.OWNER, A.RECHECK, NOW + timedelta(days=200), note="又停电了")


# 现场办结补录


SPOT = {
    "title": "门口路灯不亮",
    "content": "厂门口三盏路灯不亮，走访时当场联系路灯所修好。",
    "enterprise": people.FIRM,
    "reply": "当天下午修好。",
    "raised_on": china(2026, 2, 27).date(),
    "solved_on": china(2026, 2, 28).date(),
}


def test_what_was_solved_on_the_spot_waits_for_the_firms_word(session):
    filed = submitting.backfill(work_of(session, people.GUIDE), SPOT)

    ticket = filed.ticket
    assert (ticket.state, ticket.origin_kind) == (S.REVIEWED, "backfill")
    assert set(_running(session, ticket)) == {"evaluation"}
    assert any("请您说一声" in text for text in _told(session, people.OWNER))
    move(session, ticket, people.OWNER, A.CONFIRM, ELEVEN, **RATED)


@pytest.mark.parametrize(
    "wrong",
    [
        {"solved_on": china(2026, 2, 26).date()},
        {"solved_on": china(2026, 3, 3).date()},
        {"raised_on": china(2026, 3, 3).date(), "solved_on": china(2026, 3, 3).date()},
    ],
)
def test_its_dates_lie_in_the_past_and_in_order(session, wrong):
    with pytest.raises(Invalid) as refused:
        submitting.backfill(work_of(session, people.GUIDE), {**SPOT, **wrong})

    assert "solved_on" in refused.value.errors


def test_moves_offer_what_is_possible_and_nothing_twice(session):
    for state in (S.CONSULTING, S.CARRIED_OVER, S.CLOSED):
        ticket = a_ticket(session, state)
        for username in people.EVERYBODY:
            offered = [row.action for row in moving.moves(work_of(session, username, ELEVEN), ticket)]
            assert len(offered) == len(set(offered))


def test_who_is_invited_reads_when_and_where_and_is_led_to_no_page_that_they_may_not_see(session):
    ticket = a_ticket(session, S.HANDLING)
    given = {
        "question": "走路面还是绿化带" * 60,
        "units": [people.TRANSPORT_UNIT, people.POWER_UNIT],
        "at": china(2026, 3, 5, 10),
        "place": "专班会议室",
    }

    moving.move(work_of(session, people.CLERK, ELEVEN), ticket.number, Step(A.CONVENE, ticket.version, given))

    told = select(Notice).where(Notice.key.endswith(":invited"))
    links = {}
    for notice in session.scalars(told):
        assert notice.text.endswith("（3月5日（周四）10:00，专班会议室）")
        links[session.get_one(User, notice.user_id).username] = notice.link
    assert links[people.POWER] == ticket.link
    assert links[people.TRANSPORT] == ""  # not of the lead, no part: the page is not theirs
