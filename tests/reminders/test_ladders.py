"""Time travel at the desk: who hears of which rung, and when. Whatever is not listed must not have been said."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from chainhub.core.actor import Role
from chainhub.county import known, state
from chainhub.county.people.models import GrantRow
from chainhub.notices.models import Notice
from chainhub.notices.rules import NoticeKind
from chainhub.reminders import jobs
from chainhub.reminders.models import Said
from chainhub.tickets import presenting
from chainhub.tickets.terms import Kind, Urgency
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.builders import a_ticket, move, submitted
from tests.people import actor, china, work_of
from tests.reminders.passing import clock_of, in_hand, run_timetable, rungs_told, stroll, walk

A, S = Action, State
HALF_HOUR = timedelta(minutes=30)

# 交通运输局: 蒲青川 bumen2 经办人, 路长风 d_transport_deputy 分管 (and AB角), 鞠平川 d_transport_head 主要负责人.
# 链长 郑怀谷 lingdao. The liaisons draft the 督办.

FIFTEEN_DAYS = [
    "10-16 08:31 unit halfway bumen2",
    "10-26 08:31 unit yellow bumen2",
    "10-26 08:31 unit yellow d_transport_deputy",
    "10-27 08:31 unit due bumen2",
    "10-28 08:31 unit plus_1 d_transport_deputy",
    "10-29 08:31 unit plus_2 d_transport_head",
    "10-29 08:31 unit plus_2 ld_liaison",
    "10-29 08:31 unit plus_2 lianluo",
    "11-03 08:31 unit plus_5 lingdao",
]


@pytest.mark.slow
def test_fifteen_workdays_from_before_the_national_holiday(session):
    start = china(2026, 9, 30, 16, 20)  # a Wednesday; 10-01 to 10-07 off, Saturday 10-10 worked
    ticket = in_hand(session, start, Kind.PROBLEM)
    assert ticket.due_at == china(2026, 10, 27, 17, 30)

    walk(session, start, china(2026, 11, 8))

    assert rungs_told(session, ticket) == FIFTEEN_DAYS


def test_five_workdays_are_half_over_on_a_saturday_worked_in_exchange(session):
    start = china(2026, 9, 30, 16, 20)
    ticket = in_hand(session, start, Kind.HELP)

    walk(session, start, china(2026, 10, 25), "reminders")

    assert rungs_told(session, ticket) == [
        "10-10 08:31 unit halfway bumen2",  # Saturday 10 October is worked
        "10-12 08:31 unit yellow bumen2",
        "10-12 08:31 unit yellow d_transport_deputy",
        "10-13 08:31 unit due bumen2",
        "10-14 08:31 unit plus_1 d_transport_deputy",
        "10-15 08:31 unit plus_2 d_transport_head",
        "10-15 08:31 unit plus_2 ld_liaison",
        "10-15 08:31 unit plus_2 lianluo",
        "10-20 08:31 unit plus_5 lingdao",
    ]


def test_one_workday_has_neither_halfway_nor_a_yellow_before_its_start(session):
    start = china(2026, 9, 18, 15)  # a Friday before a worked Sunday
    ticket = in_hand(session, start, Kind.INQUIRY)

    walk(session, start, china(2026, 10, 9), "reminders")

    assert rungs_told(session, ticket) == [
        "09-20 08:31 unit due bumen2",  # Sunday 20 September is worked
        "09-21 08:31 unit plus_1 d_transport_deputy",
        "09-22 08:31 unit plus_2 d_transport_head",
        "09-22 08:31 unit plus_2 ld_liaison",
        "09-22 08:31 unit plus_2 lianluo",
        "09-28 08:31 unit plus_5 lingdao",  # 25 to 27 September are off
    ]


def test_hour_limits_run_over_a_plain_saturday_into_a_worked_sunday(session):
    start = china(2026, 9, 18, 16)  # a Friday
    ticket = submitted(session, start)

    stroll(session, start + timedelta(minutes=1), china(2026, 9, 21, 12), HALF_HOUR, "reminders")

    assert rungs_told(session, ticket) == [
        "09-18 17:31 first_call three_quarters dangwei",  # 1.5 of 2 hours are over as the day ends
        "09-20 09:01 first_call due dangwei",
        "09-20 09:01 first_call due dangwei2",
        "09-20 10:01 intake three_quarters dangwei",
        "09-20 11:01 intake due dangwei",
        "09-20 11:01 intake due dangwei2",
        "09-21 08:31 first_call next_day dangwei2",
        "09-21 08:31 first_call next_day dw_all",
        "09-21 08:31 intake next_day dangwei2",
        "09-21 08:31 intake next_day dw_all",
    ]


@pytest.mark.slow
def test_four_hours_to_acknowledge_end_by_themselves_and_never_reach_the_deputy(session):
    friday = china(2026, 10, 9, 16, 30)
    ticket = submitted(session, friday)
    move(session, ticket, people.CLERK, A.ACCEPT, friday, contacted_person="陶见禾")
    move(session, ticket, people.DISPATCHER, A.DISPATCH, friday, lead_unit=people.TRANSPORT_UNIT)

    stroll(session, friday + timedelta(minutes=1), china(2026, 10, 13, 12), HALF_HOUR)

    assert rungs_told(session, ticket, "acknowledge") == [
        "10-10 10:31 acknowledge three_quarters bumen2",  # Saturday 10 October is worked
        "10-10 11:31 acknowledge due bumen2",
        "10-10 11:31 acknowledge due d_transport_deputy",
    ]
    assert ticket.state is S.HANDLING
    assert rungs_told(session, ticket, "unit_contact") == [
        "10-10 16:01 unit_contact three_quarters bumen2",
        "10-10 17:01 unit_contact due bumen2",
        "10-10 17:01 unit_contact due d_transport_deputy",
        "10-12 08:31 unit_contact next_day d_transport_deputy",
    ]


def test_urgent_minutes_run_on_a_saturday_evening_and_stop_for_the_night(session):
    saturday = china(2026, 10, 17, 21, 40)
    ticket = submitted(session, saturday, urgency=Urgency.URGENT)

    stroll(
        session, saturday + timedelta(minutes=1), china(2026, 10, 19, 9), timedelta(minutes=10), "reminders"
    )

    told = rungs_told(session, ticket, "first_call")
    assert told == [
        "10-18 07:11 first_call due dangwei",
        "10-18 07:11 first_call due dangwei2",
        "10-18 07:11 first_call three_quarters dangwei",  # 07:02:30; the next look is at 07:11
        "10-19 08:31 first_call next_day dangwei2",
        "10-19 08:31 first_call next_day dw_all",
    ]
    assert [line.replace("intake", "first_call") for line in rungs_told(session, ticket, "intake")] == told


@pytest.mark.slow
def test_an_urgent_dispatch_has_an_hour_of_the_wall_clock(session):
    saturday = china(2026, 10, 17, 21, 40)
    ticket = submitted(session, saturday, urgency=Urgency.URGENT)
    move(session, ticket, people.CLERK, A.ACCEPT, saturday, contacted_person="陶见禾")
    assert ticket.due_at == china(2026, 10, 18, 7, 40)

    stroll(session, saturday + timedelta(minutes=1), china(2026, 10, 18, 9), timedelta(minutes=10))

    assert rungs_told(session, ticket) == [
        "10-18 07:31 dispatch three_quarters zhuanban",
        "10-18 07:41 dispatch due zhuanban",
        "10-18 07:41 dispatch due zhuanban2",
    ]


@pytest.mark.slow
def test_while_the_enterprise_is_asked_it_alone_is_reminded_and_the_unit_not_at_all(session):
    monday = china(2026, 9, 28, 9)
    ticket = in_hand(session, monday, Kind.HELP)
    move(session, ticket, people.TRANSPORT, A.ASK_INFO, china(2026, 9, 28, 10), note="缺平面图")

    walk(session, monday, china(2026, 10, 10, 17, 29))

    assert rungs_told(session, ticket) == [
        "09-30 08:31 supply_handling halfway qiye",
        "09-30 08:31 supply_handling halfway zhidaoyuan",
        "10-09 08:31 supply_handling yellow qiye",
        "10-09 08:31 supply_handling yellow zhidaoyuan",
    ]
    assert ticket.state is S.AWAITING_INFO


def test_after_the_pause_the_ladder_moves_with_it(session):
    monday = china(2026, 9, 28, 9)
    ticket = in_hand(session, monday, Kind.HELP)
    move(session, ticket, people.TRANSPORT, A.ASK_INFO, china(2026, 9, 28, 10), note="缺平面图")

    walk(
        session, monday, china(2026, 10, 26), "reminders", "expire_info"
    )  # nobody supplies: after 5 workdays handling goes on

    assert rungs_told(session, ticket, "unit") == [
        "10-14 08:31 unit halfway bumen2",
        "10-15 08:31 unit yellow bumen2",
        "10-15 08:31 unit yellow d_transport_deputy",
        "10-16 08:31 unit due bumen2",
        "10-19 08:31 unit plus_1 d_transport_deputy",
        "10-20 08:31 unit plus_2 d_transport_head",
        "10-20 08:31 unit plus_2 ld_liaison",
        "10-20 08:31 unit plus_2 lianluo",
        "10-23 08:31 unit plus_5 lingdao",
    ]


@pytest.mark.slow
def test_the_enterprise_is_reminded_to_evaluate_and_never_reported(session):
    start = china(2026, 10, 12, 9)
    ticket = a_ticket(session, S.REVIEWED, start)

    walk(session, start, china(2026, 10, 19, 17, 29))

    assert {line for line in rungs_told(session, ticket) if "qiye" in line} == {
        "10-14 08:31 evaluation halfway qiye",
        "10-16 08:31 evaluation yellow qiye",
    }
    assert not [line for line in rungs_told(session, ticket, "evaluation") if "lingdao" in line]


def test_what_is_asked_before_acceptance_is_reminded_of_and_nothing_more(session):
    start = china(2026, 10, 12, 9)
    ticket = a_ticket(session, S.INFO_REQUESTED, start)

    walk(session, start, china(2026, 11, 2), "reminders")

    assert [line for line in rungs_told(session, ticket, "supply") if "qiye" in line] == [
        "10-14 08:31 supply halfway qiye",
        "10-16 08:31 supply yellow qiye",
    ]
    assert not rungs_told(session, ticket, "intake")


def test_a_stopped_clock_says_nothing_more(session):
    start = china(2026, 9, 30, 16, 20)
    ticket = in_hand(session, start, Kind.PROBLEM)
    walk(session, start, china(2026, 10, 16, 12), "reminders")
    assert rungs_told(session, ticket) == FIFTEEN_DAYS[:1]

    move(session, ticket, people.OWNER, A.WITHDRAW, china(2026, 10, 16, 14), note="自己解决了")
    walk(session, china(2026, 10, 16, 14), china(2026, 11, 5), "reminders")

    assert rungs_told(session, ticket) == FIFTEEN_DAYS[:1]


def test_a_paused_clock_is_silent_even_if_a_sweep_that_began_before_asks_for_it(session):
    start = china(2026, 9, 30, 16, 20)
    ticket = in_hand(session, start, Kind.PROBLEM)
    at = china(2026, 10, 16, 8, 31)
    found = jobs.find(work_of(session, "clock", at), 10)
    assert clock_of(session, ticket, "unit").id in found
    move(session, ticket, people.TRANSPORT, A.ASK_INFO, at, note="缺图")

    jobs.handle(work_of(session, "clock", at), found)

    assert rungs_told(session, ticket) == []
    assert clock_of(session, ticket, "unit").look_again_at is None


def test_a_rung_that_came_during_a_pause_of_one_morning_is_said_after_it(session):
    start = china(2026, 9, 30, 16, 20)
    ticket = in_hand(session, start, Kind.PROBLEM)
    move(session, ticket, people.TRANSPORT, A.ASK_INFO, china(2026, 10, 27, 8), note="缺图")
    run_timetable(session, china(2026, 10, 27, 8, 31))
    move(session, ticket, people.OWNER, A.SUPPLY_INFO, china(2026, 10, 27, 9), note="给")
    assert ticket.due_at == china(2026, 10, 27, 17, 30)  # the same day: the pause took no workday

    run_timetable(session, china(2026, 10, 27, 9, 1))

    assert "10-27 09:01 unit due bumen2" in rungs_told(session, ticket)


def test_a_change_that_moves_no_deadline_loses_no_rung(session):
    start = china(2026, 9, 30, 16, 20)
    ticket = in_hand(session, start, Kind.PROBLEM)
    at = china(2026, 10, 16, 8, 30)  # the moment of halfway, before the sweep

    move(session, ticket, people.CLERK, A.RECLASSIFY, at, category="labour", note="是用工的事")
    run_timetable(session, at + timedelta(minutes=1))

    assert rungs_told(session, ticket) == FIFTEEN_DAYS[:1]


def test_a_confidential_ticket_reaches_neither_chain_chief_nor_liaison_nor_guide(session):
    start = china(2026, 9, 30, 16, 20)
    ticket = in_hand(session, start, Kind.PROBLEM, confidential=True)
    asked = in_hand(session, start, Kind.HELP, confidential=True)
    move(session, asked, people.TRANSPORT, A.ASK_INFO, start + timedelta(minutes=5), note="缺图")

    walk(session, start, china(2026, 11, 8), "reminders")

    outside = ("lingdao", "lianluo", "ld_liaison")
    assert rungs_told(session, ticket) == [line for line in FIFTEEN_DAYS if not line.endswith(outside)]
    assert rungs_told(session, asked, "supply_handling") == [
        "10-09 08:31 supply_handling halfway qiye",
        "10-12 08:31 supply_handling yellow qiye",
    ]


@pytest.mark.slow
def test_a_confidential_ticket_that_nobody_evaluates_is_not_told_to_the_callers(session):
    start = china(2026, 10, 12, 9)
    ticket = a_ticket(session, S.REVIEWED, start, confidential=True)

    walk(session, start, china(2026, 10, 28), times=("08:31", "17:31"))

    callers = {actor(session, name).id for name in ("huifang", "hf_second")}
    heard = session.scalars(select(Notice.user_id).where(Notice.text.contains(ticket.number))).all()
    assert not callers & set(heard)
    assert (ticket.state, ticket.satisfaction) == (S.CONFIRMED, None)  # it ends not rated; nobody hangs


def test_the_first_workday_after_is_an_overdue_notice_and_the_light_is_red(session):
    start = china(2026, 9, 30, 16, 20)
    ticket = in_hand(session, start, Kind.PROBLEM)
    walk(session, china(2026, 10, 15), china(2026, 10, 28, 9), "reminders")

    kinds = dict(
        session.execute(
            select(Notice.key, Notice.kind).where(
                Notice.key.startswith(f"clock:{clock_of(session, ticket, 'unit').id}:")
            )
        ).all()
    )
    by_rung = {key.rsplit(":", 1)[1]: kind for key, kind in kinds.items()}
    assert by_rung == {
        "halfway": NoticeKind.REMINDER,
        "yellow": NoticeKind.REMINDER,
        "due": NoticeKind.REMINDER,
        "plus_1": NoticeKind.OVERDUE,
    }
    calendar = work_of(session, "clock").calendar
    colours = {
        at: presenting.light(ticket, at, calendar).colour
        for at in (
            china(2026, 10, 25, 12),
            china(2026, 10, 26, 8, 30),
            china(2026, 10, 27, 17, 29),
            china(2026, 10, 28, 8, 30),
        )
    }
    assert list(colours.values()) == ["green", "yellow", "yellow", "red"]


def test_a_post_is_looked_up_when_the_rung_is_said_so_that_a_staff_change_counts(session):
    start = china(2026, 9, 30, 16, 20)
    ticket = in_hand(session, start, Kind.PROBLEM)
    walk(session, start, china(2026, 10, 20), "reminders")
    _hand_over(session, "bumen2", "d_commerce_contact")

    walk(session, china(2026, 10, 20), china(2026, 10, 27, 12), "reminders")

    told = rungs_told(session, ticket)
    assert "10-16 08:31 unit halfway bumen2" in told
    assert "10-27 08:31 unit due d_commerce_contact" in told
    assert "10-27 08:31 unit due bumen2" not in told


def _hand_over(session, leaver: str, successor: str) -> None:
    grant = session.scalars(
        select(GrantRow).where(
            GrantRow.user_id == actor(session, leaver).id, GrantRow.role == Role.DEPARTMENT
        )
    ).one()
    grant.user_id = actor(session, successor).id
    state.touch(session)
    session.flush()
    known.forget(session)


# When the scheduler was away


@pytest.mark.parametrize(
    ("asleep_from", "awake_at", "late"),
    [
        (china(2026, 10, 26, 7), china(2026, 10, 27, 8, 31), FIFTEEN_DAYS[1:4]),  # a day
        (china(2026, 10, 24, 7), china(2026, 10, 30, 9), FIFTEEN_DAYS[1:8]),  # a week
        (china(2026, 10, 1), china(2026, 11, 9, 9), FIFTEEN_DAYS),  # longer than everything
    ],
)
def test_a_scheduler_that_was_dead_says_each_missed_rung_once(session, asleep_from, awake_at, late):
    start = china(2026, 9, 30, 16, 20)
    ticket = in_hand(session, start, Kind.PROBLEM)
    walk(session, start, asleep_from, "reminders")

    walk(
        session,
        awake_at - timedelta(minutes=1),
        china(2026, 11, 11),
        "reminders",
        times=("08:31", f"{awake_at:%H:%M}", "17:31"),
    )

    moment = f"{awake_at:%m-%d %H:%M}"
    expected = sorted(
        [line if line not in late else f"{moment} {line.split(' ', 2)[2]}" for line in FIFTEEN_DAYS]
    )
    assert rungs_told(session, ticket) == expected


def test_what_was_missed_waits_for_working_time(session):
    start = china(2026, 9, 30, 16, 20)
    ticket = in_hand(session, start, Kind.PROBLEM)

    walk(
        session, china(2026, 10, 17, 8), china(2026, 10, 19, 8, 20)
    )  # a plain weekend, and the night after it
    assert rungs_told(session, ticket) == []
    run_timetable(session, china(2026, 10, 19, 8, 31))

    assert rungs_told(session, ticket) == ["10-19 08:31 unit halfway bumen2"]


def test_what_is_urgent_does_not_wait_for_working_time(session):
    saturday = china(2026, 10, 17, 10)
    ticket = submitted(session, saturday, urgency=Urgency.URGENT)

    run_timetable(session, china(2026, 10, 17, 14))

    assert {line.split()[1] for line in rungs_told(session, ticket, "first_call")} == {"14:00"}


def test_a_second_sweep_at_the_same_moment_says_nothing_new(session):
    in_hand(session, china(2026, 9, 30, 16, 20), Kind.PROBLEM)
    at = china(2026, 10, 29, 8, 31)
    first = run_timetable(session, at)["reminders"]
    count = select(func.count()).select_from(Notice)
    said = session.scalar(count), session.scalar(select(func.count()).select_from(Said))

    second = run_timetable(session, at)["reminders"]

    assert (first.done, second.done) == (2, 0)  # the unit's half, and the report
    assert (session.scalar(count), session.scalar(select(func.count()).select_from(Said))) == said


def test_a_sweep_that_holds_ids_of_yesterday_says_nothing_twice(session):
    ticket = in_hand(session, china(2026, 9, 30, 16, 20), Kind.PROBLEM)
    at = china(2026, 10, 16, 8, 31)
    ids = jobs.find(work_of(session, "clock", at), 10)
    jobs.handle(work_of(session, "clock", at), ids)

    jobs.handle(work_of(session, "clock", at + timedelta(minutes=1)), ids)

    assert rungs_told(session, ticket) == FIFTEEN_DAYS[:1]
