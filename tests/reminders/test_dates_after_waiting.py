"""A deadline that moved while a matter waited announces itself once when the wait is over: before and after (domain 3)."""

import pytest
from sqlalchemy import select

from chainhub.county.people.models import User
from chainhub.notices.models import Notice
from chainhub.tickets.terms import Kind, Outcome
from chainhub.tickets.workflow import Action
from tests import people
from tests.builders import move, submitted
from tests.people import china
from tests.reminders.passing import in_hand, run_timetable

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

A = Action
MONDAY = china(2026, 3, 2, 9)


def _told(session, username, since):
    """What somebody was told from a moment on that names a date before."""
    rows = session.scalars(
        select(Notice.text)
        .join(User, User.id == Notice.user_id)
        .where(User.username == username, Notice.created_at >= since)
        .order_by(Notice.id)
    )
    return [text for text in rows if "原3月" in text]


def _waiting(session):
    ticket = in_hand(session, MONDAY, Kind.HELP)
    assert ticket.due_at == china(2026, 3, 9, 17, 30)
    waits = {"reason_code": "superior", "note": "等批复", "review_on": china(2026, 3, 20).date()}
    move(session, ticket, people.CLERK, A.CARRY_OVER, china(2026, 3, 4, 10), **waits)
    return ticket


def test_who_takes_it_up_again_reads_both_dates_in_the_task(session):
    ticket = _waiting(session)

    at = china(2026, 3, 12, 10)
    move(session, ticket, people.CLERK, A.RESUME, at, note="批下来了")

    assert ticket.due_at == china(2026, 3, 17, 17, 30)  # six workdays were waited
    [said] = _told(session, people.TRANSPORT, at)
    assert "恢复办理，请接着办，3月17日（周二）17:30前（原3月9日 17:30）办结。" in said


def test_a_wait_that_moved_nothing_names_no_date_before(session):
    ticket = _waiting(session)

    at = china(2026, 3, 4, 15)
    move(session, ticket, people.CLERK, A.RESUME, at, note="批下来了")

    assert ticket.due_at == china(2026, 3, 9, 17, 30)
    assert _told(session, people.TRANSPORT, at) == []


def test_the_enterprise_answers_late_and_the_unit_reads_both_dates_once(session):
    ticket = in_hand(session, MONDAY, Kind.HELP)
    move(session, ticket, people.TRANSPORT, A.ASK_INFO, china(2026, 3, 3, 10), note="缺平面图")
    at = china(2026, 3, 5, 9)
    move(session, ticket, people.OWNER, A.SUPPLY_INFO, at, note="补好了")

    [said] = _told(session, people.TRANSPORT, at)
    assert "企业已补充，请接着办，3月11日（周三）17:30前（原3月9日 17:30）办结。" in said


def test_when_the_enterprise_never_answers_the_clock_tells_both_dates(session):
    ticket = in_hand(session, MONDAY, Kind.HELP)
    move(session, ticket, people.TRANSPORT, A.ASK_INFO, china(2026, 3, 3, 10), note="缺平面图")
    at = china(2026, 3, 10, 17, 30)
    run_timetable(session, at, "expire_info")

    [said] = _told(session, people.TRANSPORT, at)
    assert "（原3月9日 17:30）" in said


def test_what_is_sent_back_names_the_date_before(session):
    ticket = in_hand(session, MONDAY, Kind.HELP)
    done = {"outcome": Outcome.SOLVED, "reply": "修好了"}
    move(session, ticket, people.TRANSPORT, A.RESOLVE, china(2026, 3, 5, 16), **done)
    at = china(2026, 3, 6, 10)
    move(session, ticket, people.REVIEWER, A.SEND_BACK, at, note="没写日期")

    [said] = _told(session, people.TRANSPORT, at)
    assert "审核退回，请看退回原因，3月10日（周二）17:30前（原3月9日 17:30）办结。" in said


def test_a_co_unit_whose_part_waited_along_is_told_its_own_dates(session):
    before = china(2026, 3, 2, 8, 57)
    ticket = _with_a_part(session, before)
    waits = {"reason_code": "superior", "note": "等批复", "review_on": china(2026, 3, 20).date()}
    move(session, ticket, people.CLERK, A.CARRY_OVER, china(2026, 3, 3, 10), **waits)
    at = china(2026, 3, 6, 10)
    move(session, ticket, people.CLERK, A.RESUME, at, note="批下来了")

    [lead] = _told(session, people.TRANSPORT, at)
    [part] = _told(session, people.POWER, at)
    assert "恢复办理" in lead
    assert "时限有变，原3月4日（周三）17:30，现3月9日（周一）17:30。" in part


def _with_a_part(session, at):
    ticket = submitted(session, at, kind=Kind.HELP)
    move(session, ticket, people.CLERK, A.ACCEPT, at, contacted_person="陶见禾")
    parts = [{"unit": people.POWER_UNIT}]
    move(
        session,
        ticket,
        people.DISPATCHER,
        A.DISPATCH,
        MONDAY,
        lead_unit=people.TRANSPORT_UNIT,
        co_units=parts,
    )
    move(session, ticket, people.TRANSPORT, A.ACKNOWLEDGE, china(2026, 3, 2, 9, 1))
    return ticket
