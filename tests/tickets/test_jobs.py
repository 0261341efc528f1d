"""What happens to tickets by itself, at the limit and not before; the clock is an actor like any other."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from chainhub.audit.models import DailySeal
from chainhub.county.people.models import User
from chainhub.notices.models import Notice
from chainhub.operations import verify
from chainhub.tickets import jobs, queries
from chainhub.tickets.models import TicketEvent
from chainhub.tickets.terms import DissatisfiedReason, Kind, Satisfaction, Urgency
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.builders import a_ticket, as_clock, move, submitted
from tests.people import china
from tests.reminders.passing import clock_of, in_hand, run_timetable

A, S = Action, State
MONDAY = china(2026, 10, 12, 9)
MINUTE = timedelta(minutes=1)
HAPPY = {"contacted": True, "solved": True, "satisfaction": Satisfaction.SATISFIED}


def _running(session, ticket) -> set[str]:
    return {clock.kind for clock in queries.running_clocks(session, [ticket.id])}


def _told(session, words: str) -> set[str]:
    query = select(User.username).join(Notice, Notice.user_id == User.id).where(Notice.text.contains(words))
    return set(session.scalars(query))


def _dispatched(session, at=MONDAY, **given):
    ticket = submitted(session, at, **given)
    move(session, ticket, people.CLERK, A.ACCEPT, at, contacted_person="陶见禾")
    return move(session, ticket, people.DISPATCHER, A.DISPATCH, at, lead_unit=people.TRANSPORT_UNIT)


# 签收


@pytest.mark.parametrize(
    ("given", "at", "limit"),
    [
        ({}, MONDAY, china(2026, 10, 12, 14, 30)),
        ({}, china(2026, 10, 9, 16, 30), china(2026, 10, 10, 11, 30)),  # into the Saturday worked in exchange
        ({"urgency": Urgency.URGENT}, china(2026, 10, 17, 21, 40), china(2026, 10, 18, 7, 40)),
    ],
)
def test_it_is_acknowledged_by_itself_at_the_limit_and_not_before(session, given, at, limit):
    ticket = _dispatched(session, at, **given)
    due = ticket.due_at

    run_timetable(session, limit - MINUTE)
    assert ticket.state is S.DISPATCHED
    run_timetable(session, limit)

    assert ticket.state is S.HANDLING
    assert ticket.due_at == due  # it moves no deadline
    assert clock_of(session, ticket, "unit_contact").started_at == limit
    event = queries.last_event(session, ticket.id)
    assert (event.action, event.role, event.actor_id, event.actor_name) == (
        A.ACKNOWLEDGE,
        "clock",
        None,
        "系统自动",
    )
    assert ticket.responsible_unit_code == people.TRANSPORT_UNIT


def test_what_was_acknowledged_by_hand_is_left_alone(session):
    ticket = _dispatched(session)
    move(session, ticket, people.TRANSPORT, A.ACKNOWLEDGE, MONDAY + MINUTE)
    version = ticket.version

    for hour in (14, 15, 17):
        run_timetable(session, MONDAY.replace(hour=hour, minute=31))

    assert ticket.version == version


def test_who_was_faster_than_the_clock_wins(session):
    ticket = _dispatched(session)
    late = MONDAY.replace(hour=15)
    ids = jobs.find_unacknowledged(as_clock(session, late), 10)
    move(session, ticket, people.TRANSPORT, A.ACKNOWLEDGE, late)
    version = ticket.version

    jobs.acknowledge(as_clock(session, late), ids)

    assert (ids, ticket.version) == ([ticket.id], version)


def test_a_unit_that_had_called_before_its_return_is_not_asked_to_call_again(session):
    ticket = in_hand(session, MONDAY, Kind.PROBLEM)
    move(
        session,
        ticket,
        people.TRANSPORT,
        A.RETURN,
        MONDAY + 5 * MINUTE,
        reason_code="function",
        note="不归我们",
    )
    move(session, ticket, people.REVIEWER, A.REJECT_RETURN, MONDAY + 6 * MINUTE, note="归你们")

    run_timetable(session, MONDAY.replace(hour=15))

    assert ticket.state is S.HANDLING
    assert "unit_contact" not in _running(session, ticket)


# 请企业补充


def test_supply_expires_after_five_workdays_and_handling_goes_on(session):
    ticket = in_hand(session, MONDAY, Kind.PROBLEM)
    move(session, ticket, people.TRANSPORT, A.ASK_INFO, china(2026, 10, 13, 10), note="缺图")
    assert ticket.due_at == china(2026, 11, 9, 17, 30)  # 2 November and the pause to its cap of 5 workdays

    run_timetable(session, china(2026, 10, 20, 17, 29))
    assert ticket.state is S.AWAITING_INFO
    run_timetable(session, china(2026, 10, 20, 17, 30))

    assert ticket.state is S.HANDLING
    assert _running(session, ticket) == {"unit", "promise"}
    assert ticket.due_at == ticket.promise_due_at == china(2026, 11, 9, 17, 30)
    assert clock_of(session, ticket, "unit").look_again_at is not None
    assert _told(session, "企业逾期没有补充，请接着办") == {people.TRANSPORT}


def test_an_early_supply_gives_back_what_the_pause_did_not_take(session):
    ticket = in_hand(session, MONDAY, Kind.PROBLEM)
    move(session, ticket, people.TRANSPORT, A.ASK_INFO, china(2026, 10, 13, 10), note="缺图")

    move(session, ticket, people.OWNER, A.SUPPLY_INFO, china(2026, 10, 15, 10), note="图")
    run_timetable(session, china(2026, 10, 20, 17, 31))

    assert ticket.due_at == ticket.promise_due_at == china(2026, 11, 4, 17, 30)  # two workdays, not five
    assert ticket.state is S.HANDLING


def test_a_scheduler_that_comes_late_takes_no_more_than_the_cap(session):
    ticket = in_hand(session, MONDAY, Kind.PROBLEM)
    move(session, ticket, people.TRANSPORT, A.ASK_INFO, china(2026, 10, 13, 10), note="缺图")

    run_timetable(session, china(2026, 10, 30, 9))

    assert ticket.due_at == china(2026, 11, 9, 17, 30)
    assert ticket.state is S.HANDLING


def test_what_the_committee_asked_before_accepting_does_not_expire_by_itself(session):
    ticket = a_ticket(session, S.INFO_REQUESTED, MONDAY)

    run_timetable(session, china(2026, 11, 30, 9))

    assert ticket.state is S.INFO_REQUESTED


# 回访 and 未评价


def test_five_workdays_of_silence_raise_a_call(session):
    ticket = a_ticket(session, S.REVIEWED, MONDAY)
    assert ticket.due_at == china(2026, 10, 19, 17, 30)

    run_timetable(session, china(2026, 10, 19, 17, 29))
    assert _running(session, ticket) == {"evaluation"}
    run_timetable(session, china(2026, 10, 19, 17, 30))
    run_timetable(session, china(2026, 10, 19, 17, 40))

    assert _running(session, ticket) == {"callback"}
    assert ticket.state is S.REVIEWED
    assert ticket.due_at == china(2026, 10, 21, 17, 30)  # two workdays for the call
    assert _told(session, "电话回访") == {"huifang", "hf_second"}
    assert len(session.scalars(select(Notice).where(Notice.text.contains("电话回访"))).all()) == 2


def test_an_evaluation_in_time_raises_no_call(session):
    ticket = a_ticket(session, S.REVIEWED, MONDAY)
    move(session, ticket, people.OWNER, A.CONFIRM, china(2026, 10, 19, 17), **HAPPY)

    run_timetable(session, china(2026, 10, 19, 17, 30))

    assert _running(session, ticket) == {"closing"}
    assert _told(session, "电话回访") == set()


def _called_twice(session):
    ticket = a_ticket(session, S.REVIEWED, MONDAY)
    run_timetable(session, china(2026, 10, 19, 17, 30))
    move(session, ticket, people.CALLER, A.CALL_FAILED, china(2026, 10, 20, 10), note="没人接")
    assert _running(session, ticket) == {"callback"}
    move(session, ticket, people.CALLER, A.CALL_FAILED, china(2026, 10, 21, 10), note="没人接")
    return ticket


def test_two_failed_calls_and_five_workdays_end_it_not_rated_and_it_can_be_struck_off(session):
    ticket = _called_twice(session)
    assert _running(session, ticket) == {"not_rated"}
    assert ticket.due_at == china(2026, 10, 28, 17, 30)

    run_timetable(session, china(2026, 10, 28, 17, 29))
    assert ticket.state is S.REVIEWED
    run_timetable(session, china(2026, 10, 28, 17, 30))

    assert (ticket.state, ticket.satisfaction, ticket.dissatisfied) == (S.CONFIRMED, None, 0)
    assert queries.last_event(session, ticket.id).action is A.LAPSE
    assert _running(session, ticket) == {"closing"}
    move(session, ticket, people.CLOSER, A.CLOSE, china(2026, 10, 29, 9))
    assert (ticket.state, ticket.satisfaction) == (S.CLOSED, None)
    assert verify.verify(session).ok


def test_a_third_failed_call_does_not_prolong_the_waiting(session):
    ticket = _called_twice(session)
    move(session, ticket, people.CALLER, A.CALL_FAILED, china(2026, 10, 23, 10), note="还是没人接")

    assert [clock.kind for clock in queries.running_clocks(session, [ticket.id])] == ["not_rated"]
    run_timetable(session, china(2026, 10, 28, 17, 30))

    assert ticket.state is S.CONFIRMED
    assert _running(session, ticket) == {"closing"}


def test_an_answer_on_the_last_day_is_an_answer(session):
    ticket = _called_twice(session)
    move(session, ticket, people.OWNER, A.CONFIRM, china(2026, 10, 28, 17), **HAPPY)

    run_timetable(session, china(2026, 10, 28, 17, 30))

    assert ticket.satisfaction is Satisfaction.SATISFIED
    assert A.LAPSE not in {event.action for event in queries.events(session, ticket.id)}


def test_who_is_asked_again_after_a_rework_is_called_anew(session):
    ticket = _called_twice(session)
    move(
        session,
        ticket,
        people.OWNER,
        A.REOPEN,
        china(2026, 10, 22, 9),
        reason_code=DissatisfiedReason.NOT_SOLVED,
        note="没通",
        contacted=True,
        solved=False,
    )
    move(session, ticket, people.POWER, A.RESOLVE, china(2026, 10, 22, 10), outcome="solved", reply="又办了")
    move(session, ticket, people.REVIEWER, A.PASS_REVIEW, china(2026, 10, 22, 11))

    assert (ticket.calls_failed, _running(session, ticket)) == (0, {"evaluation"})
    run_timetable(session, china(2026, 10, 29, 17, 30))
    assert _running(session, ticket) == {"callback"}


# The promise


def test_a_direct_answer_after_an_upheld_return_ends_the_promise(session):
    ticket = a_ticket(session, S.DISPUTED, MONDAY)
    move(session, ticket, people.REVIEWER, A.UPHOLD_RETURN, MONDAY + timedelta(hours=1), note="退得对")
    assert _running(session, ticket) == {"dispatch", "promise"}

    move(session, ticket, people.CLERK, A.ANSWER, MONDAY + timedelta(hours=2), reply="到窗口就能办")

    assert _running(session, ticket) == {"evaluation"}


# The daily seal


def test_history_is_sealed_once_a_day(session):
    a_ticket(session, S.CLOSED, MONDAY)
    evening, after = (
        china(2026, 10, 12, 23, 59),
        china(2026, 10, 13, 0, 10),
    )  # what began at midnight has settled

    assert run_timetable(session, evening, "seal")["seal"].done == 1  # of the day before, empty
    for at in (evening, china(2026, 10, 13), after, after + timedelta(minutes=10), china(2026, 10, 13, 18)):
        run_timetable(session, at, "seal")

    seals = session.scalars(select(DailySeal).order_by(DailySeal.on)).all()
    assert [(one.on, one.events) for one in seals] == [(date(2026, 10, 11), 0), (date(2026, 10, 12), 8)]
    assert seals[1].sealed_at == after
    assert verify.verify(session).ok


def test_days_without_a_scheduler_are_sealed_together(session):
    a_ticket(session, S.CLOSED, MONDAY)
    run_timetable(session, china(2026, 10, 13, 1), "seal")
    a_ticket(session, S.CLOSED, china(2026, 10, 14, 9))

    run_timetable(session, china(2026, 10, 20, 9), "seal")

    seals = session.scalars(select(DailySeal).order_by(DailySeal.on)).all()
    assert [(one.on, one.events) for one in seals] == [(date(2026, 10, 12), 8), (date(2026, 10, 19), 8)]
    assert sum(one.events for one in seals) == session.scalar(select(func.count()).select_from(TicketEvent))
    assert verify.verify(session).ok
