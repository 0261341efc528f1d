"""A notice of the State Council arrives while clocks run: what is recomputed, who is told, what stays as it was."""

import json

import pytest
from sqlalchemy import select

from chainhub.audit.models import AuditEntry
from chainhub.county import known
from chainhub.county.people.models import User
from chainhub.county.workdays import service as workdays
from chainhub.notices.models import Notice
from chainhub.reminders.models import Clock, Said
from chainhub.tickets import presenting, queries
from chainhub.tickets.terms import Kind
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.builders import a_ticket, move, submitted
from tests.people import china, work_of
from tests.reminders.passing import clock_of, in_hand, run_timetable, rungs_told, walk

pytestmark = pytest.mark.slow

A, S = Action, State
START = china(2026, 9, 30, 16, 20)  # a Wednesday; +15 workdays is Tuesday 27 October


def _import(session, at, off=(), worked=(), year=2026):
    days = [{"date": on, "name": "调整", "isOffDay": True} for on in off]
    days += [{"date": on, "name": "调整", "isOffDay": False} for on in worked]
    content = json.dumps({"year": year, "days": days}).encode()
    workdays.import_notice(work_of(session, "xitong", at), f"{year}.json", content)
    known.forget(session)


def _moved(session, ticket) -> list[tuple[str, str]]:
    clocks = [clock.id for clock in queries.clocks(session, ticket.id)]
    rows = session.execute(
        select(User.username, Notice.text, Notice.key)
        .join(User, User.id == Notice.user_id)
        .where(Notice.key.startswith("moved:"))
        .order_by(Notice.id)
    )
    return [(row.username, row.text) for row in rows if int(row.key.split(":")[1]) in clocks]


def _audited(session, ticket) -> list[dict]:
    rows = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.action == "recompute", AuditEntry.about == ticket.number)
        .order_by(AuditEntry.id)
    )
    return [row.data for row in rows]


def _light(session, ticket, at) -> str:
    return presenting.light(ticket, at, work_of(session, "clock").calendar).colour


def test_a_new_day_off_moves_unit_promise_and_ticket_and_is_told_once(session):
    ticket = in_hand(session, START, Kind.PROBLEM)
    monday = china(2026, 10, 12, 10)
    _import(session, monday, off=["2026-10-20"])

    run_timetable(session, monday)
    run_timetable(session, monday.replace(hour=11))

    due = china(2026, 10, 28, 17, 30)
    assert clock_of(session, ticket, "unit").due_at == clock_of(session, ticket, "promise").due_at == due
    assert (ticket.due_at, ticket.promise_due_at) == (due, due)
    assert ticket.yellow_at == china(2026, 10, 27, 8, 30)
    assert _moved(session, ticket) == [
        ("bumen2", f"{ticket.about}：本单位时限有变，原10月27日（周二）17:30，现10月28日（周三）17:30。")
    ]
    assert _audited(session, ticket) == [
        {"clock": kind, "before": "2026-10-27T17:30:00+08:00", "after": "2026-10-28T17:30:00+08:00"}
        for kind in ("unit", "promise")
    ]


def test_the_audit_line_names_the_ticket_but_not_its_matter(session):
    ticket = in_hand(session, START, Kind.PROBLEM)
    _import(session, china(2026, 10, 12, 10), off=["2026-10-20"])

    run_timetable(session, china(2026, 10, 12, 10))

    assert _audited(session, ticket)
    assert not [row for row in session.scalars(select(AuditEntry)) if ticket.title in row.about]


def test_after_the_move_the_ladder_is_that_of_the_new_date(session):
    ticket = in_hand(session, START, Kind.PROBLEM)
    _import(session, china(2026, 10, 12, 10), off=["2026-10-20"])

    walk(session, china(2026, 10, 12, 10), china(2026, 11, 6), "reminders", "recompute")

    assert rungs_told(session, ticket) == [
        "10-16 08:31 unit halfway bumen2",
        "10-27 08:31 unit yellow bumen2",
        "10-27 08:31 unit yellow d_transport_deputy",
        "10-28 08:31 unit due bumen2",
        "10-29 08:31 unit plus_1 d_transport_deputy",
        "10-30 08:31 unit plus_2 d_transport_head",
        "10-30 08:31 unit plus_2 ld_liaison",
        "10-30 08:31 unit plus_2 lianluo",
        "11-04 08:31 unit plus_5 lingdao",
    ]


def test_what_is_past_already_says_its_highest_rung_only(session):
    ticket = in_hand(session, START, Kind.PROBLEM)
    walk(session, START, china(2026, 10, 26, 12), "reminders", times=("08:31",))
    before = rungs_told(session, ticket)
    _import(session, china(2026, 10, 26, 14), worked=["2026-10-17", "2026-10-18", "2026-10-24", "2026-10-25"])

    run_timetable(session, china(2026, 10, 26, 14), "recompute")
    walk(session, china(2026, 10, 26, 14), china(2026, 10, 28, 12), "reminders", times=("08:31", "14:01"))

    assert ticket.due_at == china(2026, 10, 23, 17, 30)  # 逾期 2 already
    assert [line for line in rungs_told(session, ticket) if line not in before] == [
        "10-26 14:01 unit plus_2 d_transport_head",
        "10-26 14:01 unit plus_2 ld_liaison",
        "10-26 14:01 unit plus_2 lianluo",
        "10-28 08:31 unit plus_5 lingdao",
    ]
    silent = session.scalars(
        select(Said.rung)
        .where(Said.clock_id == clock_of(session, ticket, "unit").id, Said.silent)
        .order_by(Said.id)
    ).all()
    assert silent == ["halfway", "yellow", "due", "plus_1"]


def test_a_later_due_takes_the_red_away_and_its_rungs_are_said_for_the_new_date(session):
    ticket = in_hand(session, START, Kind.PROBLEM)
    walk(session, START, china(2026, 10, 28, 9), "reminders", times=("08:31",))
    assert _light(session, ticket, china(2026, 10, 28, 9)) == "red"
    before = rungs_told(session, ticket)

    _import(session, china(2026, 10, 28, 9), off=["2026-10-26", "2026-10-27"])
    run_timetable(session, china(2026, 10, 28, 9))
    walk(session, china(2026, 10, 28, 9), china(2026, 11, 3), "reminders")

    assert ticket.due_at == china(2026, 10, 29, 17, 30)
    assert _light(session, ticket, china(2026, 10, 28, 9, 1)) == "yellow"
    assert len(_moved(session, ticket)) == 1
    assert [line for line in rungs_told(session, ticket) if line not in before] == [
        "10-29 08:31 unit due bumen2",  # yellow is past and was said for the old date
        "10-30 08:31 unit plus_1 d_transport_deputy",
        "11-02 08:31 unit plus_2 d_transport_head",
        "11-02 08:31 unit plus_2 ld_liaison",
        "11-02 08:31 unit plus_2 lianluo",
    ]


def test_a_notice_that_is_taken_back_is_told_as_well(session):
    ticket = in_hand(session, START, Kind.PROBLEM)
    for day, given in (
        (12, {"off": ["2026-10-20"]}),
        (13, {"worked": ["2026-10-20"]}),
        (14, {"off": ["2026-10-20", "2026-12-31"]}),
    ):
        _import(session, china(2026, 10, day, 10), **given)
        run_timetable(session, china(2026, 10, day, 10))

    told = [text.rsplit("现", 1)[1] for _who, text in _moved(session, ticket)]
    assert told == ["10月28日（周三）17:30。", "10月27日（周二）17:30。", "10月28日（周三）17:30。"]
    assert len(_audited(session, ticket)) == 6


def test_a_notice_that_moves_nothing_is_not_told(session):
    ticket = in_hand(session, START, Kind.PROBLEM)
    _import(session, china(2026, 10, 12, 10), off=["2026-12-24"])

    swept = run_timetable(session, china(2026, 10, 12, 10))["recompute"]

    assert swept.done == 3  # the unit, the promise, the report
    assert (_moved(session, ticket), _audited(session, ticket)) == ([], [])
    assert clock_of(session, ticket, "unit").calendar_version == work_of(session, "clock").calendar.version


def test_stopped_clocks_never_change(session):
    closed, resolved = a_ticket(session, S.CLOSED, START), a_ticket(session, S.RESOLVED, START)
    stopped = select(Clock).where(Clock.stopped_at.is_not(None)).order_by(Clock.id)
    columns = [column.key for column in Clock.__table__.columns]
    before = [[getattr(clock, name) for name in columns] for clock in session.scalars(stopped)]
    _import(session, china(2026, 10, 1, 10), off=["2026-10-08", "2026-10-20"])

    run_timetable(session, china(2026, 10, 1, 10))
    session.flush()
    session.expire_all()

    assert [[getattr(clock, name) for name in columns] for clock in session.scalars(stopped)] == before
    assert closed.due_at is None
    assert resolved.due_at == china(2026, 10, 9, 17, 30)  # its review runs, one workday; 10-08 is off now


def test_a_paused_clock_is_recomputed_and_stays_silent(session):
    ticket = in_hand(session, START, Kind.PROBLEM)
    move(session, ticket, people.TRANSPORT, A.ASK_INFO, china(2026, 10, 12, 9), note="缺图")
    assert ticket.due_at == china(2026, 11, 3, 17, 30)
    _import(session, china(2026, 10, 12, 10), off=["2026-10-30"])

    run_timetable(session, china(2026, 10, 12, 10))

    assert ticket.due_at == china(2026, 11, 4, 17, 30)
    assert clock_of(session, ticket, "unit").look_again_at is None
    assert rungs_told(session, ticket) == []


def test_the_enterprise_hears_that_its_own_clock_moved_but_not_the_promise(session):
    ticket = a_ticket(session, S.INFO_REQUESTED, china(2026, 10, 12, 9))
    _import(session, china(2026, 10, 13, 10), off=["2026-10-14"])

    run_timetable(session, china(2026, 10, 13, 10), "recompute")

    assert {who for who, text in _moved(session, ticket) if "待补充" in text} == {"qiye", "zhidaoyuan"}
    assert ticket.due_at == china(2026, 10, 20, 17, 30)


def test_hour_clocks_move_too(session):
    ticket = submitted(session, china(2026, 9, 18, 16))  # 4 hours: Friday 16:00 into the worked Sunday
    assert ticket.due_at == china(2026, 9, 20, 11)
    _import(session, china(2026, 9, 18, 16, 30), off=["2026-09-20"])

    run_timetable(session, china(2026, 9, 18, 16, 30))

    assert ticket.due_at == china(2026, 9, 21, 11)


def test_a_year_without_a_notice_is_provisional_until_it_comes(session):
    ticket = in_hand(session, china(2026, 12, 21, 9), Kind.PROBLEM)
    assert (ticket.due_at, ticket.due_provisional) == (china(2027, 1, 11, 17, 30), True)
    _import(
        session,
        china(2026, 12, 22, 9),
        off=["2027-01-01", "2027-01-02", "2027-01-03"],
        worked=["2027-01-09"],
        year=2027,
    )

    run_timetable(session, china(2026, 12, 22, 9))

    # 22 to 31 December are 8 workdays; Friday 1 January is off, Saturday 9 January is worked.
    assert (ticket.due_at, ticket.due_provisional) == (china(2027, 1, 11, 17, 30), False)
    assert not clock_of(session, ticket, "promise").provisional


def test_a_provisional_date_that_moves_is_told_with_before_and_after(session):
    ticket = in_hand(session, china(2027, 1, 4, 9), Kind.HELP)
    assert (ticket.due_at, ticket.due_provisional) == (china(2027, 1, 11, 17, 30), True)
    _import(session, china(2027, 1, 5, 9), off=["2027-01-08"], year=2027)

    run_timetable(session, china(2027, 1, 5, 9))

    assert (ticket.due_at, ticket.due_provisional) == (china(2027, 1, 12, 17, 30), False)
    assert [
        (who, "原1月11日（周一）17:30，现1月12日（周二）17:30" in text)
        for who, text in _moved(session, ticket)
    ] == [("bumen2", True)]
