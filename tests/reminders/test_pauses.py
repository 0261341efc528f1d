"""Waiting eats nothing: not the day that was left to a unit, and not the calm of whoever waited.

Each was found by the simulated county (`chainhub simulate --check`).
"""

import pytest

from chainhub.reminders.models import Said
from chainhub.tickets.service import requests
from chainhub.tickets.service.requests import Asked
from chainhub.tickets.terms import Kind, Outcome, RequestKind
from chainhub.tickets.workflow import Action
from tests import people
from tests.builders import move
from tests.people import china, work_of
from tests.reminders.passing import clock_of, in_hand, run_timetable, rungs_told

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

A = Action
MONDAY = china(2026, 3, 2, 9)


def _sent_back(session):
    """A ticket of five workdays that was handed in on its last day, and sent back a workday later with one day left."""
    ticket = in_hand(session, MONDAY, Kind.HELP)
    assert ticket.due_at == china(2026, 3, 9, 17, 30)
    done = {"outcome": Outcome.SOLVED, "reply": "修好了"}
    move(session, ticket, people.TRANSPORT, A.RESOLVE, china(2026, 3, 9, 16), **done)
    move(session, ticket, people.REVIEWER, A.SEND_BACK, china(2026, 3, 9, 17), note="没写日期")
    assert ticket.due_at == china(2026, 3, 10, 17, 30)  # at least one workday remains
    return ticket


def test_a_day_that_was_left_is_not_eaten_by_waiting_for_the_enterprise(session):
    ticket = _sent_back(session)

    move(session, ticket, people.TRANSPORT, A.ASK_INFO, china(2026, 3, 10, 9), note="缺平面图")

    assert ticket.due_at == china(2026, 3, 17, 17, 30)  # 3-10 and the five workdays of the wait

    move(session, ticket, people.OWNER, A.SUPPLY_INFO, china(2026, 3, 12, 20), note="补好了")

    assert ticket.due_at == china(2026, 3, 12, 17, 30)


def test_when_the_enterprise_never_answers_the_unit_is_not_late_by_that(session):
    ticket = _sent_back(session)
    move(session, ticket, people.TRANSPORT, A.ASK_INFO, china(2026, 3, 9, 17, 10), note="缺平面图")

    run_timetable(session, china(2026, 3, 16, 17, 30))  # 待补充 is over

    assert ticket.due_at == china(2026, 3, 17, 17, 30)
    run_timetable(session, china(2026, 3, 17, 8, 31))
    told = {line.split()[3] for line in rungs_told(session, ticket, "unit")}
    assert "plus_1" not in told


def test_an_extension_counts_from_the_day_that_was_left(session):
    ticket = _sent_back(session)
    clock_of(session, ticket, "unit").floor_at = china(2026, 3, 13, 17, 30)
    work = work_of(session, people.TRANSPORT, china(2026, 3, 9, 17, 20))
    clock = clock_of(session, ticket, "unit")
    requests.reminders.recompute(work, clock)
    assert clock.due_at == china(2026, 3, 13, 17, 30)

    asked = requests.ask(
        work, ticket.number, Asked(RequestKind.EXTENSION, "等设备", china(2026, 3, 17).date())
    )
    requests.decide(work_of(session, people.DISPATCHER, china(2026, 3, 10, 9)), asked.id, approve=True)

    assert asked.after_at == clock.due_at == ticket.due_at == china(2026, 3, 17, 17, 30)


def test_after_a_wait_that_was_used_to_its_end_only_the_highest_rung_speaks(session):
    ticket = in_hand(session, MONDAY, Kind.HELP)
    move(session, ticket, people.TRANSPORT, A.ASK_INFO, china(2026, 3, 9, 10), note="缺平面图")
    due = ticket.due_at
    assert due == china(2026, 3, 16, 17, 30)

    # The scheduler was off: the wait ends two workdays after its cap, and what came meanwhile is due at once.
    run_timetable(session, china(2026, 3, 18, 9))
    run_timetable(session, china(2026, 3, 18, 9, 1))

    clock = clock_of(session, ticket, "unit")
    said = {row.rung: row.silent for row in session.query(Said).filter_by(clock_id=clock.id, due_at=due)}
    assert said["plus_2"] is False
    assert all(silent for rung, silent in said.items() if rung not in {"plus_2", "halfway"})


def test_an_enterprise_that_is_reminded_late_is_reminded_once(session):
    """Two rungs in the same words at the same moment are one reminder."""
    ticket = in_hand(session, MONDAY, Kind.HELP)
    move(session, ticket, people.TRANSPORT, A.ASK_INFO, china(2026, 3, 2, 10), note="缺平面图")

    run_timetable(session, china(2026, 3, 6, 8, 31), "reminders")  # days 2 and 4 at once

    told = rungs_told(session, ticket, "supply_handling")
    assert told == [
        "03-06 08:31 supply_handling yellow qiye",
        "03-06 08:31 supply_handling yellow zhidaoyuan",
    ]
