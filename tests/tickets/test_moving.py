"""The loop and its refusals, at the desk: state, clocks, history, notices are asserted."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.notices.models import Notice
from chainhub.operations import verify
from chainhub.reminders.models import Clock
from chainhub.tickets import queries, rules
from chainhub.tickets.clockwork import BY_THE_DAY, ClockKind
from chainhub.tickets.models import Submission, Ticket, TicketEvent
from chainhub.tickets.service import moving, submitting
from chainhub.tickets.terms import DissatisfiedReason, Kind, Outcome, ReturnReason, Satisfaction, Urgency
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.builders import a_ticket, move, submitted
from tests.people import NOW, actor, china, work_of

A, S = Action, State
HAPPY = {"contacted": True, "solved": True, "satisfaction": Satisfaction.SATISFIED}
UNHAPPY = {
    "reason_code": DissatisfiedReason.NOT_SOLVED,
    "note": "电还是没通",
    "contacted": True,
    "solved": False,
}


def _running(session: Session, ticket: Ticket) -> dict[str, Clock]:
    return {clock.kind: clock for clock in queries.running_clocks(session, [ticket.id])}


def _told(session: Session, username: str) -> list[str]:
    who = actor(session, username).id
    return list(session.scalars(select(Notice.text).where(Notice.user_id == who).order_by(Notice.id)))


def test_six_people_carry_one_ticket_from_filing_to_striking_off(session):
    ticket = a_ticket(session, S.CLOSED)

    actions = [event.action for event in reversed(queries.events(session, ticket.id))]
    assert actions == [
        A.SUBMIT,
        A.ACCEPT,
        A.DISPATCH,
        A.ACKNOWLEDGE,
        A.RESOLVE,
        A.PASS_REVIEW,
        A.CONFIRM,
        A.CLOSE,
    ]
    assert ticket.closed_at == ticket.first_closed_at
    assert not _running(session, ticket)
    assert verify.verify(session).ok


def test_a_number_tells_chain_and_year_and_is_never_given_twice(session):
    first, second = submitted(session), submitted(session)

    assert first.number.startswith("EQ-2026-")
    assert int(second.number[-5:]) == int(first.number[-5:]) + 1


def test_the_first_call_clock_stops_at_accepting_with_the_call(session):
    ticket = submitted(session)
    assert _running(session, ticket)["first_call"].due_at == china(2026, 3, 2, 11, 20)

    move(session, ticket, people.CLERK, A.ACCEPT, contacted_person="陶见禾")

    assert "first_call" not in _running(session, ticket)


def test_accepting_without_the_call_leaves_its_clock_running(session):
    ticket = submitted(session)

    move(session, ticket, people.CLERK, A.ACCEPT)
    assert "first_call" in _running(session, ticket)
    move(session, ticket, people.CLERK, A.CONTACT, person="陶见禾")

    assert "first_call" not in _running(session, ticket)


def test_unit_and_promise_are_two_clocks_from_the_dispatch(session):
    ticket = a_ticket(session, S.HANDLING)

    running = _running(session, ticket)
    assert running["unit"].due_at == running["promise"].due_at == china(2026, 3, 23, 17, 30)
    assert ticket.due_at == running["unit"].due_at


def test_an_upheld_return_keeps_the_promise_and_the_responsible_unit(session):
    ticket = a_ticket(session, S.DISPUTED)
    promised = _running(session, ticket)["promise"].due_at

    move(session, ticket, people.REVIEWER, A.UPHOLD_RETURN, NOW + timedelta(hours=1), note="退得对")

    assert ticket.state is S.ACCEPTED
    assert ticket.responsible_unit_code == people.POWER_UNIT
    assert "unit" not in _running(session, ticket)
    later = china(2026, 3, 4, 9)
    move(session, ticket, people.DISPATCHER, A.DISPATCH, later, lead_unit=people.TRANSPORT_UNIT)
    running = _running(session, ticket)
    assert running["promise"].due_at == promised
    assert running["unit"].due_at == china(2026, 3, 25, 17, 30)
    assert ticket.responsible_unit_code == people.POWER_UNIT
    move(session, ticket, people.TRANSPORT, A.ACKNOWLEDGE, later)
    assert ticket.responsible_unit_code == people.TRANSPORT_UNIT


def test_a_rejected_return_is_final(session):
    ticket = a_ticket(session, S.DISPUTED)
    move(session, ticket, people.REVIEWER, A.REJECT_RETURN, NOW + timedelta(minutes=30), note="归你们")

    with pytest.raises(Conflict, match="退单只有一次"):
        move(
            session,
            ticket,
            people.POWER,
            A.RETURN,
            NOW + timedelta(minutes=40),
            reason_code=ReturnReason.AREA,
            note="还是不归",
        )


def test_the_dispatcher_does_not_rule_on_the_return_of_its_own_dispatch(session):
    ticket = a_ticket(session, S.DISPUTED)

    with pytest.raises(Conflict, match="另一位同志"):
        move(session, ticket, people.DISPATCHER, A.UPHOLD_RETURN, note="退得对")


@pytest.mark.parametrize(
    ("urgency", "last", "too_late"),
    [
        (Urgency.NORMAL, china(2026, 3, 3, 17, 29), china(2026, 3, 3, 17, 30)),
        (Urgency.URGENT, china(2026, 3, 2, 10, 29), china(2026, 3, 2, 10, 31)),
    ],
)
def test_a_return_comes_within_a_workday_of_the_dispatch_or_an_hour_if_urgent(
    session, urgency, last, too_late
):
    ticket = a_ticket(session, S.DISPATCHED, urgency=urgency)
    work = work_of(session, people.POWER, last)
    assert A.RETURN in {row.action for row in moving.moves(work, ticket)}

    with pytest.raises(Conflict, match="已过"):
        move(session, ticket, people.POWER, A.RETURN, too_late, reason_code=ReturnReason.AREA, note="不归")


def test_asking_the_enterprise_pauses_both_clocks_and_supply_lets_them_run_on(session):
    ticket = a_ticket(session, S.AWAITING_INFO)
    paused = _running(session, ticket)
    assert paused["unit"].look_again_at is None
    assert paused["unit"].due_at == china(2026, 3, 30, 17, 30)  # counts the pause to its cap of 5 workdays

    move(session, ticket, people.OWNER, A.SUPPLY_INFO, china(2026, 3, 4, 10), note="图补好了")

    running = _running(session, ticket)
    assert running["unit"].due_at == running["promise"].due_at == china(2026, 3, 25, 17, 30)


def test_a_unit_asks_the_enterprise_twice_at_most(session):
    ticket = a_ticket(session, S.HANDLING)
    for day in (3, 5):
        move(session, ticket, people.POWER, A.ASK_INFO, china(2026, 3, day, 9), note="缺图")
        move(session, ticket, people.OWNER, A.SUPPLY_INFO, china(2026, 3, day, 10), note="图")

    with pytest.raises(Conflict, match="补充过 2 次"):
        move(session, ticket, people.POWER, A.ASK_INFO, china(2026, 3, 9, 9), note="还缺")


def test_review_time_is_not_the_units_but_is_the_promises(session):
    ticket = a_ticket(session, S.RESOLVED)

    move(session, ticket, people.REVIEWER, A.SEND_BACK, china(2026, 3, 5, 10), note="没写时间")

    running = _running(session, ticket)
    assert running["unit"].due_at == china(
        2026, 3, 26, 17, 30
    )  # resolved on the 2nd, sent back on the 5th: 3 days
    assert running["promise"].due_at == china(2026, 3, 23, 17, 30)


def test_a_unit_sent_back_at_the_last_moment_has_a_workday_left(session):
    ticket = a_ticket(session, S.HANDLING, kind=Kind.INQUIRY)
    assert ticket.due_at == china(2026, 3, 3, 17, 30)
    move(
        session,
        ticket,
        people.POWER,
        A.RESOLVE,
        china(2026, 3, 3, 17),
        outcome=Outcome.SOLVED,
        reply="可以办",
    )

    move(session, ticket, people.REVIEWER, A.SEND_BACK, china(2026, 3, 3, 17, 10), note="没说清")

    assert ticket.due_at == china(2026, 3, 4, 17, 30)


def test_a_unit_that_was_late_already_is_given_no_extra_day(session):
    ticket = a_ticket(session, S.HANDLING, kind=Kind.INQUIRY)
    move(
        session, ticket, people.POWER, A.RESOLVE, china(2026, 3, 4, 9), outcome=Outcome.SOLVED, reply="可以办"
    )

    move(session, ticket, people.REVIEWER, A.SEND_BACK, china(2026, 3, 4, 10), note="没说清")

    assert ticket.due_at < china(2026, 3, 4, 10)


@pytest.mark.parametrize(
    ("kind", "due"),
    [
        (Kind.PROBLEM, china(2026, 3, 12, 17, 30)),  # ⌈15/2⌉ = 8 workdays from Monday the 2nd
        (Kind.HELP, china(2026, 3, 5, 17, 30)),  # max(3, ⌈5/2⌉) = 3
    ],
)
def test_doing_it_again_has_half_the_time_and_at_least_three_days(session, kind, due):
    ticket = a_ticket(session, S.REVIEWED, kind=kind)

    move(session, ticket, people.OWNER, A.REOPEN, NOW + timedelta(hours=2), **UNHAPPY)

    assert (ticket.state, ticket.round) == (S.HANDLING, 2)
    assert _running(session, ticket)["rework"].due_at == due
    assert ticket.due_at == due
    assert "promise" in _running(session, ticket)


def test_a_ticket_that_was_only_answered_goes_back_to_be_dispatched(session):
    ticket = submitted(session, kind=Kind.HELP)
    move(session, ticket, people.CLERK, A.ANSWER, reply="可以到窗口办")

    move(session, ticket, people.OWNER, A.REOPEN, NOW + timedelta(hours=1), **UNHAPPY)

    assert (ticket.state, ticket.lead_unit_code) == (S.ACCEPTED, None)


def test_who_said_dissatisfied_may_still_have_it_done_again(session):
    ticket = a_ticket(session, S.REVIEWED)
    said = {"contacted": True, "solved": False, "satisfaction": Satisfaction.DISSATISFIED}
    move(session, ticket, people.OWNER, A.CONFIRM, NOW + timedelta(hours=1), **said)

    move(session, ticket, people.OWNER, A.REOPEN, NOW + timedelta(hours=2), **UNHAPPY)

    assert (ticket.state, ticket.dissatisfied, ticket.reopened) == (S.HANDLING, 1, 1)


def test_a_second_dissatisfaction_does_not_reopen_again(session):
    ticket = a_ticket(session, S.REVIEWED)
    move(session, ticket, people.OWNER, A.REOPEN, NOW + timedelta(hours=1), **UNHAPPY)
    move(
        session,
        ticket,
        people.POWER,
        A.RESOLVE,
        NOW + timedelta(hours=2),
        outcome=Outcome.SOLVED,
        reply="又办了",
    )
    move(session, ticket, people.REVIEWER, A.PASS_REVIEW, NOW + timedelta(hours=3))

    with pytest.raises(Conflict, match="已经重办过一次"):
        move(session, ticket, people.OWNER, A.REOPEN, NOW + timedelta(hours=4), **UNHAPPY)


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({}, {"contacted", "solved", "satisfaction"}),
        ({"clear": True}, {"contacted", "solved", "satisfaction"}),
        ({"contacted": True, "solved": True}, {"satisfaction"}),
    ],
)
def test_an_evaluation_answers_the_three_questions(session, given, wrong):
    ticket = a_ticket(session, S.REVIEWED)

    with pytest.raises(Invalid) as refused:
        move(session, ticket, people.OWNER, A.CONFIRM, NOW + timedelta(hours=1), **given)

    assert set(refused.value.errors) == wrong


def test_an_inquiry_is_only_asked_whether_the_answer_was_clear(session):
    ticket = a_ticket(session, S.REVIEWED, kind=Kind.INQUIRY)
    with pytest.raises(Invalid, match="有几处要改"):
        move(session, ticket, people.OWNER, A.CONFIRM, NOW + timedelta(hours=1), **HAPPY)

    move(session, ticket, people.OWNER, A.CONFIRM, NOW + timedelta(hours=1), clear=True)

    assert (ticket.state, ticket.satisfaction) == (S.CONFIRMED, None)


@pytest.mark.parametrize(
    ("doer", "action", "state", "given"),
    [
        (people.CLERK, A.ANSWER, S.SUBMITTED, {"reply": "可以"}),
    ],
)
def test_who_answered_does_not_strike_off(session, doer, action, state, given):
    ticket = a_ticket(session, state)
    move(session, ticket, doer, action, **given)
    move(session, ticket, people.OWNER, A.CONFIRM, NOW + timedelta(hours=1), **HAPPY)

    with pytest.raises(Conflict, match="要由别人来做"):
        move(session, ticket, doer, A.CLOSE, NOW + timedelta(hours=2))
    move(session, ticket, people.CLOSER, A.CLOSE, NOW + timedelta(hours=2))

    assert ticket.state is S.CLOSED


def test_dispatch_warns_when_one_person_would_be_reviewer_and_closer():
    assert not rules.somebody_can_close({7}, {7}, {})
    assert rules.somebody_can_close({7, 8}, {7}, {})
    assert not rules.somebody_can_close({7, 8}, {7}, {"resolve": [7]})


def test_two_failed_calls_are_made_on_different_days(session):
    ticket = a_ticket(session, S.REVIEWED)
    monday = china(2026, 3, 9, 10)
    move(session, ticket, people.CALLER, A.CALL_FAILED, monday, note="没人接")
    assert "callback" in _running(session, ticket)

    with pytest.raises(Conflict, match="换一个工作日"):
        move(session, ticket, people.CALLER, A.CALL_FAILED, monday + timedelta(hours=3), note="还是没人接")
    move(session, ticket, people.CALLER, A.CALL_FAILED, monday + timedelta(days=1), note="没人接")

    assert set(_running(session, ticket)) == {"not_rated"}


def test_a_caller_who_handled_it_does_not_call():
    facts = rules.Facts(S.REVIEWED, "equipment", "e", "u", "u", None, False, {"handled": [5]}, 0)

    said = rules.duty_refusal(_caller(5), A.CONFIRM, facts, frozenset({rules.Role.CALLER}))

    assert said is not None
    assert "没有经手" in said


def _caller(user_id: int):
    from chainhub.core.actor import Actor, Grant, Role, ScopeKind

    return Actor(user_id, "c", "回访员", (Grant(Role.CALLER, ScopeKind.COUNTY),))


def test_reclassifying_recomputes_the_limit_from_the_original_start(session):
    ticket = a_ticket(session, S.HANDLING, kind=Kind.HELP)
    assert ticket.due_at == china(2026, 3, 9, 17, 30)

    move(session, ticket, people.CLERK, A.RECLASSIFY, china(2026, 3, 5, 9), kind=Kind.PROBLEM, note="是难题")

    assert ticket.due_at == ticket.promise_due_at == china(2026, 3, 23, 17, 30)


def test_a_deadline_that_a_reclassification_moves_is_told_to_the_unit_once_with_before_and_after(session):
    ticket = a_ticket(session, S.HANDLING, kind=Kind.HELP)

    move(session, ticket, people.CLERK, A.RECLASSIFY, china(2026, 3, 5, 9), kind=Kind.PROBLEM, note="是难题")

    words = f"{ticket.about}：本单位时限有变，原3月9日（周一）17:30，现3月23日（周一）17:30。"
    assert [said for said in _told(session, people.POWER) if "时限有变" in said] == [words]
    firm = [said for said in _told(session, people.OWNER) if "时限有变" in said]
    assert firm == []  # the promise that moved with it is read on the page


def test_reclassifying_to_the_same_is_refused(session):
    ticket = submitted(session)

    with pytest.raises(Invalid, match="没有变"):
        move(session, ticket, people.CLERK, A.RECLASSIFY, kind=Kind.PROBLEM, note="同")


def test_a_stale_page_is_told_who_was_faster_and_when(session):
    ticket = submitted(session)
    seen = ticket.version
    move(session, ticket, people.CLERK, A.ACCEPT)

    with pytest.raises(moving.Stale, match="宋以宁.*09:20.*接单"):
        moving.move(work_of(session, people.CLOSER), ticket.number, moving.Step(A.ACCEPT, seen))


def test_two_clerks_at_once_end_in_one_move(session, connection):
    ticket = submitted(session)
    session.commit()
    session.execute(
        Ticket.__table__.update().where(Ticket.id == ticket.id).values(version=ticket.version + 1)
    )  # another process was faster between our read and our write
    with pytest.raises(StaleDataError):
        move(session, ticket, people.CLERK, A.ACCEPT)


@pytest.mark.parametrize(
    "username", [people.STRANGER, "xitong", "anquan", "shenji", people.CALLER, people.POWER]
)
def test_somebody_elses_ticket_is_not_there(session, username):
    ticket = submitted(session)

    with pytest.raises(NotFound):
        move(session, ticket, username, A.WITHDRAW, note="撤")


@pytest.mark.parametrize(
    "username", [people.GUIDE, people.CHIEF, people.PRINCIPAL, people.LIAISON, people.CALLER]
)
def test_a_confidential_ticket_is_seen_by_those_who_handle_it_alone(session, username):
    ticket = a_ticket(session, S.REVIEWED, confidential=True)

    for handler in (people.OWNER, people.CLERK, people.DISPATCHER, people.POWER):
        assert queries.own(work_of(session, handler), ticket.number)
    with pytest.raises(NotFound):
        queries.own(work_of(session, username), ticket.number)


def test_what_is_seen_but_not_ones_own_work_is_not_allowed(session):
    ticket = submitted(session)

    with pytest.raises(NotAllowed, match="不归您办"):
        move(session, ticket, people.CHIEF, A.ACCEPT)


def test_a_guide_files_for_its_enterprise_and_the_enterprise_stays_the_requester(session):
    ticket = submitted(session, username=people.GUIDE, enterprise=people.FIRM)

    assert ticket.enterprise_code == people.FIRM
    assert any("替您报送" in text for text in _told(session, people.OWNER))
    assert A.WITHDRAW in {row.action for row in moving.moves(work_of(session, people.OWNER), ticket)}


@pytest.mark.parametrize(
    ("username", "enterprise"),
    [
        (people.GUIDE, "e_chunyu_shengwu"),
        (people.GUIDE, None),
        (people.CLERK, "e_chunyu_shengwu"),
        (people.OWNER, "x"),
    ],
)
def test_nobody_files_for_an_enterprise_that_is_not_in_their_care(session, username, enterprise):
    with pytest.raises(Invalid) as refused:
        submitted(session, username=username, enterprise=enterprise)

    assert "enterprise" in refused.value.errors


@pytest.mark.parametrize("username", [people.POWER, people.DISPATCHER, people.CHIEF, "xitong"])
def test_who_may_not_file_is_told_who_may(session, username):
    with pytest.raises(NotAllowed, match="企业、指导员和产业链党委"):
        submitted(session, username=username)


def test_the_same_key_makes_one_ticket(session):
    work = work_of(session, people.OWNER)
    asked = {"title": "一件事", "content": "内容写在这里"}

    first = submitting.submit(work, asked, key="k1")
    again = submitting.submit(work, dict(asked), key="k1")

    assert (first.new, again.new) == (True, False)
    assert first.ticket.id == again.ticket.id
    assert session.scalar(select(func.count()).select_from(Submission)) == 1


def test_the_same_key_with_other_content_is_refused(session):
    work = work_of(session, people.OWNER)
    submitting.submit(work, {"title": "一件事", "content": "内容写在这里"}, key="k1")

    with pytest.raises(Invalid, match="另一件事"):
        submitting.submit(work, {"title": "一件事", "content": "别的内容"}, key="k1")


def test_each_move_tells_who_is_next_and_never_the_one_who_moved(session):
    ticket = a_ticket(session, S.DISPATCHED)

    assert any("请签收" in text for text in _told(session, people.POWER))
    assert any("请派单" in text for text in _told(session, people.DISPATCHER))
    assert not any("报送" in text for text in _told(session, people.OWNER))
    assert any(text.startswith(ticket.about) and "接单" in text for text in _told(session, people.OWNER))


def test_an_altered_line_of_history_is_found(session):
    ticket = a_ticket(session, S.CLOSED)
    assert verify.verify(session).ok
    event = queries.events(session, ticket.id)[3]
    session.execute(
        TicketEvent.__table__.update().where(TicketEvent.id == event.id).values(data={"reply": "改过的答复"})
    )
    session.expire_all()

    verdict = verify.verify(session)

    assert not verdict.ok
    assert any("对不上" in line for line in verdict.faults)


def test_a_removed_line_breaks_the_daily_seal(session):
    a_ticket(session, S.CLOSED)
    second = a_ticket(session, S.CLOSED)
    tomorrow = work_of(session, "clock", NOW + timedelta(days=1))
    for day in verify.days_to_seal(tomorrow):
        verify.seal(tomorrow, day)
    session.flush()
    assert verify.verify(session).ok

    session.execute(TicketEvent.__table__.delete().where(TicketEvent.ticket_id == second.id))

    assert any("封印" in line for line in verify.verify(session).faults)


def test_withdrawing_stops_every_clock(session):
    ticket = a_ticket(session, S.HANDLING)

    move(session, ticket, people.OWNER, A.WITHDRAW, NOW + timedelta(hours=1), note="自己解决了")

    assert not _running(session, ticket)
    assert ticket.due_at is None


def test_every_clock_has_a_limit_in_the_rulebook(session):
    ticket = submitted(session)
    from chainhub.tickets.service import clocks

    for kind in set(ClockKind) - BY_THE_DAY:
        for urgency in Urgency:
            ticket.urgency = urgency
            assert clocks.limit_of(work_of(session, "clock"), ticket, kind, NOW)
