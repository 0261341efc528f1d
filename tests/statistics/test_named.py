"""What disputes are about, each by its name: the figures say it, folded or not, as the reference does."""

from datetime import timedelta

import pytest

from chainhub.statistics.terms import Cut, Month
from chainhub.tickets.service import requests
from chainhub.tickets.service.requests import Asked
from chainhub.tickets.terms import DissatisfiedReason, Kind, Outcome, RequestKind, Satisfaction
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.builders import a_ticket, move, submitted
from tests.people import NOW, china, work_of

pytestmark = pytest.mark.slow

A, S = Action, State
HANDED_OVER = {"outcome": Outcome.SOLVED, "reply": "增容办好了"}
HAPPY = {"contacted": True, "solved": True, "satisfaction": Satisfaction.SATISFIED}
UNHAPPY = {
    "contacted": True,
    "solved": False,
    "reason_code": DissatisfiedReason.NOT_SOLVED,
    "note": "还是跳闸",
}
MARCH, APRIL = Month(2026, 3), Month(2026, 4)


def test_at_a_month_border_it_is_the_month_of_shanghai_that_counts(session, figure):
    """31 March 23:50 in Shanghai is 15:50 in UTC; eight hours later it is still 31 March there, and April here."""
    submitted(session, china(2026, 3, 31, 23, 50))
    submitted(session, china(2026, 4, 1, 0, 10), title="第二件")
    at = china(2026, 4, 2, 9)

    assert figure(at, "raised", month=MARCH).n == 1
    assert figure(at, "raised", month=APRIL).n == 1


def test_a_late_one_falls_in_the_month_in_which_it_was_due_whenever_it_is_done(session, figure):
    ticket = a_ticket(session, S.HANDLING, at=china(2026, 3, 10, 9), kind=Kind.HELP)  # 5 workdays: 17 March
    late = china(2026, 4, 2, 10)

    assert figure(late, "handling_on_time", month=MARCH).share == "0/1"  # it runs, and is broken already
    move(session, ticket, people.POWER, A.RESOLVE, late, **HANDED_OVER)

    assert figure(late, "handling_on_time", month=MARCH).share == "0/1"
    assert figure(late, "handling_on_time", month=APRIL).n == 0
    assert figure(late, "handling_on_time", cut=Cut.UNIT, key=people.POWER_UNIT).text == "0%"


def test_a_sunday_that_is_worked_counts_as_a_workday_and_a_holiday_does_not(session, figure):
    """2026-09-18 (Fri) to 09-24 (Thu): Sunday 20 September is worked, so five workdays; 25–27 September are off."""
    first = a_ticket(session, S.HANDLING, at=china(2026, 9, 18, 9))
    move(session, first, people.POWER, A.RESOLVE, china(2026, 9, 24, 16), **HANDED_OVER)
    second = a_ticket(session, S.HANDLING, at=china(2026, 9, 24, 9), title="第二件")
    move(session, second, people.POWER, A.RESOLVE, china(2026, 9, 28, 16), **HANDED_OVER)
    at = china(2026, 9, 29, 9)

    assert figure(at, "days_mean").value == 3  # 5 and 1
    assert figure(at, "days_p90").text == "5"
    assert figure(at, "days_median").text == "3"


def test_of_a_reopened_one_the_first_answer_counts_and_the_last_stands_beside(session, figure):
    ticket = a_ticket(session, S.REVIEWED)
    at = NOW + timedelta(hours=2)
    move(session, ticket, people.OWNER, A.REOPEN, at, **UNHAPPY)

    move(session, ticket, people.POWER, A.RESOLVE, at + timedelta(hours=1), **HANDED_OVER)
    move(session, ticket, people.REVIEWER, A.PASS_REVIEW, at + timedelta(hours=2))
    move(session, ticket, people.OWNER, A.CONFIRM, at + timedelta(hours=3), **HAPPY)
    after = at + timedelta(hours=4)

    assert figure(after, "satisfied").share == "0/1"
    assert figure(after, "last_satisfied").share == "1/1"
    assert figure(after, "solved").text == "0%"
    assert figure(after, "reopened").text == "100%"
    assert figure(after, "handling_on_time").share == "2/2"  # two rounds, two limits


def test_a_merged_one_is_raised_once_and_an_unmerged_one_by_itself(session, figure):
    kept = submitted(session)
    other = submitted(session, title="一样的事")
    at = NOW + timedelta(hours=1)
    move(session, other, people.CLERK, A.MERGE, at, into=kept.number)

    assert figure(at, "raised").n == 1
    assert figure(at, "merged").n == 1
    move(session, other, people.CLERK, A.UNMERGE, at + timedelta(hours=1), note="不是一回事")

    assert figure(at + timedelta(hours=1), "raised").n == 2
    assert figure(at + timedelta(hours=1), "merged").n == 0


def test_what_is_excluded_leaves_every_rate_and_is_counted_by_itself(session, figure):
    ticket = a_ticket(session, S.HANDLING, at=china(2026, 3, 10, 9), kind=Kind.HELP)
    late = china(2026, 4, 2, 10)
    assert figure(late, "handling_on_time").share == "0/1"
    asked = requests.ask(
        work_of(session, people.POWER, late),
        ticket.number,
        Asked(RequestKind.EXCLUSION, "洪水断路，去不了现场"),
    )

    assert figure(late, "handling_on_time").share == "0/1"  # it was only asked for
    requests.decide(work_of(session, people.CHIEF, late), asked.id, approve=True)

    assert figure(late, "handling_on_time").text == "—"
    assert figure(late, "intake_on_time").n == 0
    assert figure(late, "excluded").n == 1
    assert figure(late, "raised").n == 1


def test_a_late_call_back_counts_in_the_month_in_which_it_reached_somebody(session, figure):
    ticket = a_ticket(session, S.REVIEWED, at=china(2026, 3, 30, 9))
    called = china(2026, 4, 15, 10)

    assert figure(called, "satisfied").text == "—"  # silence is no answer
    move(session, ticket, people.CALLER, A.CONFIRM, called, **HAPPY)

    assert figure(called, "satisfied", month=MARCH).n == 0
    assert figure(called, "satisfied", month=APRIL).share == "1/1"


def test_an_extension_keeps_it_in_time_and_the_rate_without_says_so(session, figure):
    ticket = a_ticket(session, S.HANDLING, at=china(2026, 3, 10, 9), kind=Kind.HELP)
    asked = requests.ask(
        work_of(session, people.POWER, china(2026, 3, 12, 9)),
        ticket.number,
        Asked(RequestKind.EXTENSION, "等变压器", until=china(2026, 3, 24).date()),
    )
    requests.decide(work_of(session, people.DISPATCHER, china(2026, 3, 12, 10)), asked.id, approve=True)
    done = china(2026, 3, 23, 10)
    move(session, ticket, people.POWER, A.RESOLVE, done, **HANDED_OVER)

    assert figure(done, "handling_on_time").text == "100%"
    assert figure(done, "handling_on_time_plain").text == "0%"


def test_a_return_that_is_upheld_is_charged_to_the_dispatch_and_not_to_the_unit(session, figure):
    ticket = a_ticket(session, S.DISPUTED)
    at = NOW + timedelta(hours=1)
    move(session, ticket, people.REVIEWER, A.UPHOLD_RETURN, at, note="应归交通")
    move(
        session, ticket, people.REVIEWER, A.DISPATCH, at + timedelta(hours=1), lead_unit=people.TRANSPORT_UNIT
    )
    after = at + timedelta(hours=2)

    assert figure(after, "dispatch_corrected").share == "1/2"
    assert figure(after, "return_rejected").share == "0/1"
    assert figure(after, "handling_on_time").n == 0
    assert figure(after, "dispatched", cut=Cut.UNIT, key=people.TRANSPORT_UNIT).n == 1


def test_a_question_stands_outside_the_rates_and_is_asked_whether_the_answer_was_clear(session, figure):
    ticket = submitted(session, kind=Kind.INQUIRY)
    move(session, ticket, people.CLERK, A.ANSWER, NOW + timedelta(hours=1), reply="可以在网上办")
    move(session, ticket, people.OWNER, A.CONFIRM, NOW + timedelta(hours=2), clear=True)
    at = NOW + timedelta(hours=3)

    assert figure(at, "clear").share == "1/1"
    assert figure(at, "satisfied").n == 0
    assert figure(at, "solved").text == "—"


def test_what_is_confidential_stands_in_no_figure(session, figure):
    a_ticket(session, S.HANDLING, at=china(2026, 3, 10, 9), kind=Kind.HELP, confidential=True)
    at = china(2026, 4, 2, 10)

    assert figure(at, "raised").n == 0
    assert figure(at, "handling_on_time").n == 0


def test_carried_over_ones_are_told_apart_and_stay_out_of_the_days(session, figure):
    ticket = a_ticket(session, S.CARRIED_OVER)
    back = NOW + timedelta(days=3)
    move(session, ticket, people.CLERK, A.RESUME, back, note="规划批了")
    move(session, ticket, people.POWER, A.RESOLVE, back + timedelta(hours=1), **HANDED_OVER)
    at = back + timedelta(hours=2)

    assert figure(at, "carried").n == 1
    assert figure(at, "days_carried").n == 1
    assert figure(at, "days_mean").text == "—"


def test_what_came_back_after_it_was_closed_is_no_longer_closed(session, figure):
    ticket = a_ticket(session, S.CLOSED)
    at = NOW + timedelta(days=1)
    assert figure(at, "closed").n == 1
    move(session, ticket, people.OWNER, A.RECHECK, at, note="又跳闸了")

    assert figure(at, "closed").n == 0
    assert figure(at, "came_back").text == "100%"
