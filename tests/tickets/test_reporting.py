"""报进展: once a period the contact is reminded; waiting stops it; what is short needs none."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from chainhub.core.worktime import Workdays
from chainhub.county.people import queries as persons
from chainhub.notices.models import Notice
from chainhub.reminders import jobs, rules
from chainhub.reminders.models import Clock
from chainhub.reminders.rules import Ladder, Reading
from chainhub.tickets import desk, queries
from chainhub.tickets.terms import Kind, Outcome
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.builders import a_ticket, as_clock, move
from tests.people import NOW, china, work_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

DUE = china(2026, 3, 9, 17, 30)  # Monday, 5 workdays after Monday 2 March


def _sweep(session, at):
    work = as_clock(session, at)
    jobs.handle(work, jobs.find(work, 200))
    session.flush()


def _told(session, username=people.POWER):
    user = persons.user_by_name(session, username)
    texts = session.scalars(select(Notice.text).where(Notice.user_id == user.id).order_by(Notice.id)).all()
    return [text for text in texts if "进展" in text]


def _running(session, ticket):
    return queries.clocks_to_move(session, ticket.id)[1]


def test_the_moments_of_a_periodic_ladder(calendar):
    reading = Reading(NOW, Workdays(5))

    moments = rules.rungs(calendar, reading, Ladder.PERIODIC, DUE)

    assert [one.at for one in moments] == [
        china(2026, 3, 9, 8, 30),
        china(2026, 3, 16, 8, 30),
        china(2026, 3, 23, 8, 30),
        china(2026, 3, 30, 8, 30),
        china(2026, 4, 7, 8, 30),  # Monday 6 April is 清明
    ]


def test_the_contact_is_reminded_once_a_period_and_nobody_above(session):
    ticket = a_ticket(session, State.HANDLING)
    assert _running(session, ticket).due_at == DUE
    for hour in (9, 10, 15):
        _sweep(session, china(2026, 3, 9, hour))
    assert len(_told(session)) == 1
    assert "该报进展了" in _told(session)[0]
    _sweep(session, china(2026, 3, 16, 9))
    assert len(_told(session)) == 2
    assert _told(session, people.POWER_DEPUTY) == []


def test_a_report_begins_a_new_period(session):
    ticket = a_ticket(session, State.HANDLING)
    move(session, ticket, people.POWER, Action.PROGRESS, china(2026, 3, 5, 10), note="看过现场")

    _sweep(session, china(2026, 3, 9, 9))

    assert _told(session) == []
    assert _running(session, ticket).due_at == china(2026, 3, 12, 17, 30)


def test_waiting_for_somebody_else_stops_it_and_the_end_of_handling_ends_it(session):
    ticket = a_ticket(session, State.HANDLING)
    move(session, ticket, people.POWER, Action.ASK_INFO, china(2026, 3, 4, 10), note="缺平面图")
    _sweep(session, china(2026, 3, 9, 9))
    assert _told(session) == []
    move(session, ticket, people.OWNER, Action.SUPPLY_INFO, china(2026, 3, 9, 10), note="补上了")
    assert _running(session, ticket).due_at == china(2026, 3, 12, 17, 30)
    at = china(2026, 3, 10, 10)
    move(session, ticket, people.POWER, Action.RESOLVE, at, outcome=Outcome.SOLVED, reply="办好了")
    assert _running(session, ticket) is None
    _sweep(session, china(2026, 3, 20, 9))
    assert _told(session) == []


def test_what_takes_no_longer_than_a_period_needs_no_report(session):
    ticket = a_ticket(session, State.HANDLING, kind=Kind.HELP)

    assert _running(session, ticket) is None


def test_it_stands_on_the_desk_when_it_is_due(session):
    ticket = a_ticket(session, State.HANDLING)

    def listed(at):
        groups = desk.desk(work_of(session, people.POWER, at)).groups
        return [row.number for group in groups if group.label == "报进展" for row in group.rows]

    assert listed(NOW + timedelta(days=1)) == []
    assert listed(china(2026, 3, 9, 9)) == [ticket.number]
    assert listed(china(2026, 3, 20, 9)) == [ticket.number]
    move(session, ticket, people.POWER, Action.PROGRESS, china(2026, 3, 20, 10), note="看过现场")
    assert listed(china(2026, 3, 20, 11)) == []


def test_the_deadline_of_the_ticket_is_not_touched(session):
    ticket = a_ticket(session, State.HANDLING)

    own = session.scalars(
        select(Clock.kind).where(Clock.owner_kind == "ticket", Clock.owner_id == ticket.id)
    ).all()

    assert "report" not in own
    assert ticket.due_at == china(2026, 3, 23, 17, 30)
