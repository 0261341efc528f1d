"""Call-backs: who is called, on which days, and what stands on the ticket of every answer and every call."""

from datetime import timedelta

import pytest

from chainhub.core.errors import Conflict
from chainhub.county import known
from chainhub.county.rulebook.models import RuleText
from chainhub.county.state import touch
from chainhub.reminders.models import Clock
from chainhub.tickets import desk, queries, rules
from chainhub.tickets.service import answers
from chainhub.tickets.terms import DissatisfiedReason
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.builders import a_ticket, move
from tests.people import NOW, china, work_of
from tests.reminders.passing import run_timetable

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

A, S = Action, State
SILENT = china(2026, 3, 10, 9)  # five workdays after Monday 2 March, and a morning


def _kinds(session, ticket) -> set[str]:
    return {clock.kind for clock in queries.running_clocks(session, [ticket.id]) if isinstance(clock, Clock)}


def _share(session, share: int) -> None:
    session.add(RuleText(name="callbacks", value={"share": share}, from_at=NOW))
    touch(session)
    session.flush()
    known.forget(session)


def test_the_sample_follows_from_the_number_alone():
    numbers = [f"EQ-2026-{serial:05d}" for serial in range(1, 2001)]

    drawn = [number for number in numbers if rules.is_sampled(number, 1, 30)]

    assert 520 <= len(drawn) <= 680
    assert set(drawn) <= {number for number in numbers if rules.is_sampled(number, 1, 60)}
    assert all(rules.is_sampled(number, 1, 100) for number in numbers)
    assert not any(rules.is_sampled(number, 1, 0) for number in numbers)
    assert drawn != [number for number in numbers if rules.is_sampled(number, 2, 30)]


def test_all_silent_ones_are_called_unless_the_county_says_a_share(session):
    called, left = a_ticket(session, S.REVIEWED), a_ticket(session, S.REVIEWED)
    run_timetable(session, SILENT, "callback")
    assert "callback" in _kinds(session, called)

    _share(session, 0)
    other = a_ticket(session, S.REVIEWED)
    run_timetable(session, SILENT + timedelta(days=1), "callback")

    assert "not_rated" in _kinds(session, other)
    assert "callback" in _kinds(session, left)


def test_two_calls_that_reach_nobody_lie_on_different_workdays(session):
    ticket = a_ticket(session, S.REVIEWED)
    friday_night, saturday = china(2026, 3, 13, 20), china(2026, 3, 14, 10)
    move(session, ticket, people.CALLER, A.CALL_FAILED, friday_night, note="没人接")

    for at in (saturday, china(2026, 3, 16, 10)):  # all three count for Monday
        with pytest.raises(Conflict, match="换一个工作日"):
            move(session, ticket, people.CALLER, A.CALL_FAILED, at, note="又没人接")
    move(session, ticket, people.CALLER, A.CALL_FAILED, china(2026, 3, 17, 10), note="又没人接")

    assert "not_rated" in _kinds(session, ticket)


def test_a_callers_home_has_the_calls_of_today(session):
    ticket, other = a_ticket(session, S.REVIEWED), a_ticket(session, S.REVIEWED)
    run_timetable(session, SILENT, "callback")
    move(session, ticket, people.CALLER, A.CALL_FAILED, SILENT, note="没人接")

    def _listed(at):
        page = desk.desk(work_of(session, people.CALLER, at))
        return {row.number for group in page.groups for row in group.rows}

    assert _listed(SILENT + timedelta(hours=1)) == {other.number}
    assert _listed(china(2026, 3, 11, 9)) == {ticket.number, other.number}


def test_every_answer_of_every_round_is_kept_and_shown_to_whom_it_concerns(session):
    ticket = a_ticket(session, S.REVIEWED)
    noon = NOW.replace(hour=11)
    move(session, ticket, people.CALLER, A.CALL_FAILED, noon, note="没人接")
    said = {"reason_code": DissatisfiedReason.NOT_SOLVED, "note": "一合闸就跳"}
    move(session, ticket, people.OWNER, A.REOPEN, noon, contacted=True, solved=False, **said)
    later = noon + timedelta(hours=1)
    move(session, ticket, people.POWER, A.RESOLVE, later, outcome="solved", reply="换了空开")
    move(session, ticket, people.REVIEWER, A.PASS_REVIEW, later)
    fine = {"contacted": True, "solved": True, "satisfaction": "mostly"}
    move(session, ticket, people.OWNER, A.CONFIRM, later, **fine)

    def _read(who):
        return [one.action for one in answers.of(work_of(session, who), ticket)]

    assert _read(people.CLERK) == [A.CALL_FAILED, A.REOPEN, A.CONFIRM]
    assert _read(people.OWNER) == [A.REOPEN, A.CONFIRM]


def test_they_stand_on_the_page(as_, session):
    ticket = a_ticket(session, S.REVIEWED)
    said = {"reason_code": DissatisfiedReason.NOT_SOLVED, "note": "一合闸就跳"}
    at = NOW.replace(hour=11)
    move(session, ticket, people.OWNER, A.REOPEN, at, contacted=True, solved=False, **said)
    session.commit()

    clerk = as_(people.CLERK).get(f"/tickets/{ticket.number}").get_data(as_text=True)
    unit = as_(people.POWER).get(f"/tickets/{ticket.number}").get_data(as_text=True)

    for page in (clerk, unit):
        assert "第 1 轮" in page
        assert "问题没解决" in page
    assert "一合闸就跳" in clerk
    assert "一合闸就跳" not in unit  # units read the reason, not the words


def test_the_home_of_a_caller_says_so_through_http(as_, session):
    ticket = a_ticket(session, S.REVIEWED)
    run_timetable(session, SILENT, "callback")
    session.commit()

    page = as_(people.CALLER).get("/").get_data(as_text=True)

    assert "今天要打的回访" in page
    assert ticket.number in page
