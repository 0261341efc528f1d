"""What stands on a desk in the hard cases: a part, what waits to be endorsed, a consultation, a review."""

from datetime import timedelta

import pytest

from chainhub.tickets import desk, jobs
from chainhub.tickets.terms import Outcome
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.builders import a_ticket, endorsing, move
from tests.people import NOW, work_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

ELEVEN = NOW.replace(hour=11)


def _verbs(session, username, at=ELEVEN) -> dict[str, str]:
    page = desk.desk(work_of(session, username, at))
    return {group.label: row.verb for group in page.groups for row in group.rows}


def test_a_part_stands_on_the_desk_of_the_co_unit_until_it_is_handed_in(session):
    ticket = a_ticket(session, State.ACCEPTED)
    co = [{"unit": people.TRANSPORT_UNIT, "text": "恢复路面"}]
    move(session, ticket, people.DISPATCHER, Action.DISPATCH, lead_unit=people.POWER_UNIT, co_units=co)
    assert _verbs(session, people.TRANSPORT) == {"协办": "签收"}
    assert "签收协办" in desk.desk(work_of(session, people.TRANSPORT, ELEVEN)).urgent.headline
    move(session, ticket, people.TRANSPORT, Action.ACKNOWLEDGE)
    assert _verbs(session, people.TRANSPORT) == {"协办": "协办反馈"}
    move(session, ticket, people.TRANSPORT, Action.HAND_IN, note="路面好了")
    assert _verbs(session, people.TRANSPORT) == {}


def test_what_waits_to_be_endorsed_has_that_verb_for_who_endorses(session):
    endorsing(session, on=True)
    ticket = a_ticket(session, State.HANDLING)
    move(session, ticket, people.POWER, Action.CONTACT, NOW.replace(hour=10), person="陶见禾")
    move(session, ticket, people.POWER, Action.RESOLVE, ELEVEN, outcome=Outcome.SOLVED, reply="好了")

    assert _verbs(session, people.POWER_DEPUTY) == {"办理": "审签"}
    assert _verbs(session, people.POWER) == {"办理": ""}
    assert "审签" in desk.desk(work_of(session, people.POWER_DEPUTY, ELEVEN)).urgent.headline


def test_a_consultation_stands_on_the_committees_desk(session):
    a_ticket(session, State.CONSULTING)

    assert _verbs(session, people.CLERK) == {"会商结论": "会商结论"}


def test_what_is_to_be_reviewed_stands_there_from_its_day(session):
    ticket = a_ticket(session, State.CARRIED_OVER)
    at = ELEVEN + timedelta(days=21)
    assert _verbs(session, people.CLERK, at) == {}

    jobs.raise_review(work_of(session, "clock", at), [ticket.id])

    assert _verbs(session, people.CLERK, at) == {"挂账复查": "恢复办理"}
