"""Which clock a reader is told about, and why it runs out when it does, in words and day by day."""

from datetime import timedelta

import pytest

from chainhub.reminders import service as reminders
from chainhub.tickets import deadlines, queries
from chainhub.tickets.clockwork import ClockKind
from chainhub.tickets.service import submitting
from chainhub.tickets.terms import DissatisfiedReason, Kind, Urgency
from chainhub.tickets.workflow import ENDS, Action, State
from tests import people
from tests.builders import REACHABLE, a_ticket, move, submitted
from tests.people import china, work_of
from tests.reminders.passing import clock_of, in_hand

A, S = Action, State
START = china(2026, 9, 30, 16, 20)  # a Wednesday
PLAIN = "9月30日 16:20 派单；15 个工作日；跳过10月1日—7日；10月10日（六）补班计入；→ 10月27日 17:30"
WAITED = f"{PLAIN}。10月12日—14日等企业补充，停 2 个工作日；→ 10月29日 17:30。"


def _told(session, ticket, username, at=START):
    return deadlines.explain(work_of(session, username, at), ticket, queries.clocks(session, ticket.id))


def _marks(told) -> str:
    return " ".join(step.mark for step in told.steps)


def _asked_and_supplied(session):
    ticket = in_hand(session, START, Kind.PROBLEM)
    move(session, ticket, people.TRANSPORT, A.ASK_INFO, china(2026, 10, 12, 9), note="缺图")
    return move(session, ticket, people.OWNER, A.SUPPLY_INFO, china(2026, 10, 14, 9), note="图")


@pytest.mark.parametrize(
    "username", [people.TRANSPORT, people.CLERK, people.DISPATCHER, people.CHIEF, people.OWNER]
)
def test_fifteen_workdays_are_told_alike_to_unit_and_enterprise(session, username):
    told = _told(session, in_hand(session, START, Kind.PROBLEM), username)

    assert told.text == PLAIN
    assert (told.due, told.provisional) == (china(2026, 10, 27, 17, 30), False)


def test_every_day_has_its_mark(session):
    told = _told(session, in_hand(session, START, Kind.PROBLEM), people.TRANSPORT)

    assert _marks(told) == (
        "派单 休 休 休 休 休 休 休 1 2 班 3 休 4 5 6 7 8 休 休 9 10 11 12 13 休 休 14 到期"
    )
    assert told.steps[10].why == "第 3 个工作日（补班）"
    assert told.steps[1].why == "国庆节放假"
    assert (told.steps[0].counted, told.steps[0].why) == (False, "起算日不计")


def test_a_running_pause_is_told_with_its_cap(session):
    ticket = in_hand(session, START, Kind.PROBLEM)
    move(session, ticket, people.TRANSPORT, A.ASK_INFO, china(2026, 10, 12, 9), note="缺图")

    told = _told(session, ticket, people.TRANSPORT)

    assert told.text == f"{PLAIN}。10月12日起等企业补充，至多停 5 个工作日；→ 11月3日 17:30。"
    assert _marks(told).count("停") == 5


def test_a_pause_that_is_over_is_told_with_what_it_took(session):
    ticket = _asked_and_supplied(session)

    assert _told(session, ticket, people.TRANSPORT).text == WAITED
    assert (
        _told(session, ticket, people.OWNER).text == WAITED
    )  # waiting for the enterprise pauses the promise too


def test_the_time_of_a_review_is_told_to_the_unit_and_is_none_of_the_promise(session):
    ticket = _asked_and_supplied(session)
    move(session, ticket, people.TRANSPORT, A.RESOLVE, china(2026, 10, 15, 9), outcome="solved", reply="好了")
    move(session, ticket, people.REVIEWER, A.SEND_BACK, china(2026, 10, 19, 9), note="没写时间")

    unit, promise = _told(session, ticket, people.TRANSPORT), _told(session, ticket, people.OWNER)

    assert unit.text == f"{WAITED}10月15日—19日审核，停 2 个工作日；→ 11月2日 17:30。"
    assert promise.text == WAITED
    assert (unit.due, promise.due) == (china(2026, 11, 2, 17, 30), china(2026, 10, 29, 17, 30))
    assert [step.why for step in unit.steps if step.mark == "停"] == ["等企业补充暂停"] * 2 + ["审核暂停"] * 2


def test_a_workday_given_at_least_is_told(session):
    ticket = in_hand(session, china(2026, 10, 12, 9), Kind.INQUIRY)
    move(
        session, ticket, people.TRANSPORT, A.RESOLVE, china(2026, 10, 13, 16), outcome="solved", reply="好了"
    )
    move(session, ticket, people.REVIEWER, A.SEND_BACK, china(2026, 10, 13, 17), note="没说清")

    told = _told(session, ticket, people.TRANSPORT)

    assert "剩余时间不足，顺延；→ 10月14日 17:30" in told.text
    assert told.due == ticket.due_at == china(2026, 10, 14, 17, 30)


def test_a_year_without_a_notice_is_marked_provisional(session):
    told = _told(session, in_hand(session, china(2026, 12, 21, 9), Kind.PROBLEM), people.TRANSPORT)

    assert told.text == "12月21日 09:00 派单；15 个工作日；→ 2027年1月11日 17:30（暂定，待放假通知核定）"
    assert told.provisional


@pytest.mark.parametrize(
    ("urgency", "start", "text"),
    [
        (
            Urgency.NORMAL,
            china(2026, 9, 18, 16),
            "9月18日 16:00 报送；2 个工作小时；9月20日（日）补班计入；下班时间不计；→ 9月20日 09:00",
        ),
        (
            Urgency.URGENT,
            china(2026, 10, 17, 21, 40),
            "10月17日 21:40 报送；30 分钟；22:00—次日 07:00 不计；→ 10月18日 07:10",
        ),
    ],
)
def test_the_first_call_is_explained_by_hours_and_promised_on_the_receipt(session, urgency, start, text):
    work = work_of(session, people.OWNER, start)
    promised = submitting.promise_at(work, urgency)
    ticket = submitted(session, start, urgency=urgency)
    clock = clock_of(session, ticket, "first_call")
    read = reminders.reading(clock)

    told = work.calendar.explain(
        read.started_at, read.limit, read.pauses, start_verb=deadlines.start_verb(ticket, clock)
    )

    assert told.text == text
    assert told.due == clock.due_at == promised


def test_before_a_dispatch_the_clerk_is_told_of_the_acceptance_and_the_firm_of_the_call(session):
    ticket = submitted(session, china(2026, 9, 18, 16))

    assert _told(session, ticket, people.CLERK).text == (
        "9月18日 16:00 报送；4 个工作小时；9月20日（日）补班计入；下班时间不计；→ 9月20日 11:00"
    )
    for username in (
        people.OWNER,
        people.GUIDE,
    ):  # the page promises a call by then, so that is what is explained
        assert _told(session, ticket, username).text == (
            "9月18日 16:00 报送；2 个工作小时；9月20日（日）补班计入；下班时间不计；→ 9月20日 09:00"
        )


def test_a_firm_that_is_asked_is_told_until_when_it_may_answer(session):
    ticket = a_ticket(session, State.AWAITING_INFO)
    asked = clock_of(session, ticket, "supply_handling")

    assert _told(session, ticket, people.OWNER).due == asked.due_at


def test_while_the_task_force_rules_the_unit_reads_its_own_clock(session):
    ticket = a_ticket(session, S.DISPUTED, START)

    assert _told(session, ticket, people.POWER).due == clock_of(session, ticket, "unit").due_at


def test_after_a_redispatch_unit_and_enterprise_read_two_dates(session):
    ticket = a_ticket(session, S.DISPUTED, START)
    move(session, ticket, people.REVIEWER, A.UPHOLD_RETURN, china(2026, 10, 8, 9), note="退得对")
    move(
        session,
        ticket,
        people.DISPATCHER,
        A.DISPATCH,
        china(2026, 10, 8, 10),
        lead_unit=people.TRANSPORT_UNIT,
    )

    unit, promise = _told(session, ticket, people.TRANSPORT), _told(session, ticket, people.OWNER)

    assert (unit.due, promise.due) == (china(2026, 10, 28, 17, 30), china(2026, 10, 27, 17, 30))
    assert unit.text.startswith("10月8日 10:00 派单")
    assert promise.text.startswith("9月30日 16:30 派单")


@pytest.mark.parametrize("state", REACHABLE, ids=lambda one: one.value)
def test_what_is_explained_is_the_date_that_stands_on_the_ticket(session, state):
    ticket = a_ticket(session, state, START)

    told = _told(session, ticket, people.CLERK)

    assert (told is None) is (state in ENDS)
    if told is not None:
        assert told.due == ticket.due_at
        assert told.provisional is ticket.due_provisional
        assert told.text
        assert [step.mark for step in told.steps].count("到期") == 1


def test_every_clock_has_a_word_for_what_started_it():
    assert set(deadlines.START_VERBS) == set(ClockKind)


def test_the_word_for_what_started_a_clock_follows_what_happened(session):
    ticket = a_ticket(session, S.INFO_REQUESTED, START)
    move(session, ticket, people.OWNER, A.SUPPLY_INFO, START + timedelta(hours=1), note="型号")
    assert deadlines.start_verb(ticket, clock_of(session, ticket, "intake")) == "补充"

    disputed = a_ticket(session, S.DISPUTED, START)
    assert deadlines.start_verb(disputed, clock_of(session, disputed, "ruling")) == "退单"
    move(session, disputed, people.REVIEWER, A.REJECT_RETURN, START + timedelta(minutes=30), note="归你们")
    assert deadlines.start_verb(disputed, clock_of(session, disputed, "acknowledge")) == "退单不成立"

    wrong = a_ticket(session, S.DISPUTED, START)
    move(session, wrong, people.REVIEWER, A.UPHOLD_RETURN, START + timedelta(minutes=30), note="退得对")
    assert deadlines.start_verb(wrong, clock_of(session, wrong, "dispatch")) == "派单更正"


def test_a_rework_is_told_as_such_to_unit_and_enterprise(session):
    ticket = a_ticket(session, S.REVIEWED, START)
    unhappy = {
        "reason_code": DissatisfiedReason.NOT_SOLVED,
        "note": "没通",
        "contacted": True,
        "solved": False,
    }
    move(session, ticket, people.OWNER, A.REOPEN, china(2026, 10, 8, 9), **unhappy)

    unit, promise = _told(session, ticket, people.POWER), _told(session, ticket, people.OWNER)

    assert unit.text == "10月8日 09:00 重办；8 个工作日；10月10日（六）补班计入；→ 10月19日 17:30"
    assert promise.text == "10月8日 09:00 重办；15 个工作日；10月10日（六）补班计入；→ 10月28日 17:30"
