"""What each row of the table does to clocks, written out row by row; and what must hold for every row."""

import itertools

import pytest

from chainhub.core.worktime import WallMinutes, Workdays
from chainhub.tickets import clockwork
from chainhub.tickets.clockwork import (
    REQUESTER_CLOCKS,
    SILENT_CLOCKS,
    STATE_CLOCK,
    UNIT_CLOCKS,
    ClockKind,
    Plan,
    Standing,
    limit_name,
    matter_of,
    plan,
    rework_limit,
)
from chainhub.tickets.terms import Kind, Urgency
from chainhub.tickets.workflow import ENDS, OPEN, TABLE, Action, State

A, S = Action, State
CALLED = {"contacted_person": "陶见禾"}
NEVER = Standing()
PROMISED = Standing(promise_runs=True)
REACHED = Standing(unit_contacted=True)
AT_WORK = Standing(promise_runs=True, unit_runs=True)
WAITING = Standing(promise_runs=True, unit_runs=True, wait=Workdays(9))
ONE_CALL, TWO_CALLS = Standing(calls_failed=1), Standing(calls_failed=2)

BOTH = "unpause:promise unpause:rework unpause:unit"
REVIVED = "revive:promise revive+pause:rework revive+pause:unit"
PAUSED = "pause:part:5 pause:rework:5 pause:unit:5"
PAUSED_9 = PAUSED.replace("5", "9")
UNPAUSED = "unpause:part unpause:rework unpause:unit"
ANSWERED = "-promise -rework -unit -unit_contact"

# (action, from, to, given, facts): - stopped, + started, with 5 workdays as the cap of a pause
ROWS: list[tuple[Action, State | None, State, dict, Standing, str]] = [
    (A.SUBMIT, None, S.SUBMITTED, {}, NEVER, "+first_call +intake"),
    (A.ACCEPT, S.SUBMITTED, S.ACCEPTED, {}, NEVER, "-intake +dispatch"),
    (A.ACCEPT, S.SUBMITTED, S.ACCEPTED, CALLED, NEVER, "-intake -first_call +dispatch"),
    (A.ANSWER, S.SUBMITTED, S.REVIEWED, {}, NEVER, f"-intake -first_call {ANSWERED} +evaluation"),
    (A.ANSWER, S.ACCEPTED, S.REVIEWED, {}, PROMISED, f"-dispatch -first_call {ANSWERED} +evaluation"),
    (A.DECLINE, S.SUBMITTED, S.DECLINED, {}, NEVER, "-*"),
    (A.REQUEST_INFO, S.SUBMITTED, S.INFO_REQUESTED, {}, NEVER, "-intake +supply"),
    (A.SUPPLY_INFO, S.INFO_REQUESTED, S.SUBMITTED, {}, NEVER, "-supply +intake"),
    (
        A.ASK_INFO,
        S.HANDLING,
        S.AWAITING_INFO,
        {},
        PROMISED,
        "pause:promise:5 pause:rework:5 pause:unit:5 +supply_handling",
    ),
    (A.SUPPLY_INFO, S.AWAITING_INFO, S.HANDLING, {}, PROMISED, f"-supply_handling {BOTH}"),
    (A.EXPIRE_INFO, S.AWAITING_INFO, S.HANDLING, {}, PROMISED, f"-supply_handling {BOTH}"),
    (A.RECLASSIFY, S.SUBMITTED, S.SUBMITTED, {}, NEVER, ""),
    (A.RECLASSIFY, S.ACCEPTED, S.ACCEPTED, {}, NEVER, ""),
    (A.RECLASSIFY, S.HANDLING, S.HANDLING, {}, PROMISED, ""),
    (A.DISPATCH, S.ACCEPTED, S.DISPATCHED, {}, NEVER, "-dispatch +acknowledge +unit +promise"),
    (A.DISPATCH, S.ACCEPTED, S.DISPATCHED, {}, PROMISED, "-dispatch +acknowledge +unit"),
    (A.ACKNOWLEDGE, S.DISPATCHED, S.HANDLING, {}, PROMISED, "-acknowledge +unit_contact"),
    (A.ACKNOWLEDGE, S.DISPATCHED, S.HANDLING, {}, REACHED, "-acknowledge"),
    (A.RETURN, S.DISPATCHED, S.DISPUTED, {}, PROMISED, "-acknowledge -unit_contact +ruling"),
    (A.RETURN, S.HANDLING, S.DISPUTED, {}, PROMISED, "-unit_contact +ruling"),
    (A.UPHOLD_RETURN, S.DISPUTED, S.ACCEPTED, {}, PROMISED, "-ruling -unit -rework +dispatch"),
    (A.REJECT_RETURN, S.DISPUTED, S.DISPATCHED, {}, PROMISED, "-ruling +acknowledge"),
    (A.CONTACT, S.SUBMITTED, S.SUBMITTED, {}, NEVER, "-first_call -unit_contact"),
    (A.CONTACT, S.ACCEPTED, S.ACCEPTED, {}, NEVER, "-first_call -unit_contact"),
    (A.CONTACT, S.HANDLING, S.HANDLING, {}, PROMISED, "-first_call -unit_contact"),
    (A.PROGRESS, S.HANDLING, S.HANDLING, {}, PROMISED, ""),
    (A.RESOLVE, S.HANDLING, S.RESOLVED, {}, PROMISED, f"{ANSWERED} +review"),
    (A.SEND_BACK, S.RESOLVED, S.HANDLING, {}, NEVER, f"-review {REVIVED}"),
    (A.PASS_REVIEW, S.RESOLVED, S.REVIEWED, {}, NEVER, "-review +evaluation"),
    (A.CONFIRM, S.REVIEWED, S.CONFIRMED, {}, NEVER, "-evaluation -callback -not_rated +closing"),
    (A.LAPSE, S.REVIEWED, S.CONFIRMED, {}, TWO_CALLS, "-evaluation -callback -not_rated +closing"),
    (A.REOPEN, S.REVIEWED, S.HANDLING, {}, NEVER, "-evaluation -callback -not_rated +rework +promise"),
    (A.REOPEN, S.REVIEWED, S.ACCEPTED, {}, NEVER, "-evaluation -callback -not_rated +dispatch"),
    (A.REOPEN, S.CONFIRMED, S.HANDLING, {}, NEVER, "-closing +rework +promise"),
    (A.REOPEN, S.CONFIRMED, S.ACCEPTED, {}, NEVER, "-closing +dispatch"),
    (A.CALL_FAILED, S.REVIEWED, S.REVIEWED, {}, NEVER, "-evaluation -callback +callback"),
    (A.CALL_FAILED, S.REVIEWED, S.REVIEWED, {}, ONE_CALL, "-evaluation -callback +not_rated"),
    (
        A.CALL_FAILED,
        S.REVIEWED,
        S.REVIEWED,
        {},
        TWO_CALLS,
        "-evaluation -callback",
    ),  # 未评价 runs on as it began
    (A.CLOSE, S.CONFIRMED, S.CLOSED, {}, NEVER, "-*"),
    (A.BACKFILL, None, S.REVIEWED, {}, NEVER, "+evaluation"),
    (A.APPEAL, S.DECLINED, S.SUBMITTED, {}, NEVER, "+intake"),
    (A.CLOSE_INCOMPLETE, S.INFO_REQUESTED, S.INCOMPLETE, {}, NEVER, "-*"),
    (A.CLOSE_INCOMPLETE, S.HANDLING, S.INCOMPLETE, {}, PROMISED, "-*"),
    (A.RESTART, S.INCOMPLETE, S.SUBMITTED, {}, NEVER, "+intake"),
    (A.MERGE, S.SUBMITTED, S.MERGED, {}, NEVER, "-*"),
    (A.MERGE, S.ACCEPTED, S.MERGED, {}, NEVER, "-*"),
    (A.UNMERGE, S.MERGED, None, {}, NEVER, " ".join(f"revive+pause:{kind.value}" for kind in ClockKind)),
    (A.ASSIGN, S.HANDLING, S.HANDLING, {}, PROMISED, ""),
    (A.CONVENE, S.ACCEPTED, S.CONSULTING, {}, NEVER, f"-dispatch {PAUSED} +consultation"),
    (A.CONVENE, S.HANDLING, S.CONSULTING, {}, AT_WORK, f"{PAUSED} +consultation"),
    (
        A.ESCALATE,
        S.REVIEWED,
        S.CONSULTING,
        {},
        NEVER,
        f"-evaluation -callback -not_rated {PAUSED} +consultation",
    ),
    (A.CONCLUDE, S.CONSULTING, S.HANDLING, {}, AT_WORK, f"-consultation {UNPAUSED}"),
    (A.CONCLUDE, S.CONSULTING, S.HANDLING, {}, NEVER, f"-consultation {UNPAUSED} +rework +promise"),
    (A.CONCLUDE, S.CONSULTING, S.ACCEPTED, {}, NEVER, f"-consultation {UNPAUSED} +dispatch"),
    (A.DETERMINE, S.CONSULTING, S.CONFIRMED, {}, NEVER, f"-consultation {UNPAUSED} +closing"),
    (A.CARRY_OVER, S.HANDLING, S.CARRIED_OVER, {}, WAITING, f"-carry_over_decision {PAUSED_9}"),
    (
        A.CARRY_OVER,
        S.CARRIED_OVER,
        S.CARRIED_OVER,
        {},
        WAITING,
        f"-carry_over_decision {UNPAUSED} {PAUSED_9}",
    ),
    (A.RESUME, S.CARRIED_OVER, S.HANDLING, {}, AT_WORK, f"-carry_over_decision {UNPAUSED}"),
    (A.RESOLVE, S.HANDLING, S.ENDORSING, {}, AT_WORK, ""),
    (A.ENDORSE, S.ENDORSING, S.RESOLVED, {}, AT_WORK, f"{ANSWERED} +review"),
    (A.REFUSE_ENDORSE, S.ENDORSING, S.HANDLING, {}, AT_WORK, ""),
    (A.RECHECK, S.CLOSED, S.ACCEPTED, {}, NEVER, "+dispatch"),
    (A.RECHECK_FINE, S.CLOSED, S.CLOSED, {}, NEVER, ""),
    *((A.WITHDRAW, row.source, S.WITHDRAWN, {}, PROMISED, "-*") for row in TABLE if row.action is A.WITHDRAW),
]
WALKED = [row for row in TABLE if not row.part]  # a part's own clocks are its own matter
YES_NO = (False, True)
FACTS = [
    Standing(promise, contacted, calls, unit)
    for promise, contacted, calls, unit in itertools.product(YES_NO, YES_NO, (0, 1, 2, 3), YES_NO)
]


def _written(made: Plan) -> set[str]:
    return {
        *(["-*"] if made.stop_all else []),
        *(f"-{kind.value}" for kind in made.stop),
        *(f"unpause:{kind.value}" for kind in made.unpause),
        *(f"pause:{kind.value}:{cap.count if cap else '-'}" for kind, cap in made.pause.items()),
        *(f"revive{'+pause' if waits else ''}:{kind.value}" for kind, waits in made.revive.items()),
        *(f"+{kind.value}" for kind in made.start),
    }


def _name(value: object) -> str:
    return getattr(value, "value", None) or ("" if not value else "called" if value == CALLED else str(value))


@pytest.mark.parametrize(("action", "source", "target", "given", "facts", "expected"), ROWS, ids=_name)
def test_a_row_does_to_clocks_what_is_written_here(action, source, target, given, facts, expected):
    assert _written(plan(action, source, target, given, facts)) == set(expected.split())


def test_no_built_row_is_left_out():
    walked = {(action, source, target) for action, source, target, *_ in ROWS}

    assert walked == {(row.action, row.source, row.target) for row in WALKED}


def _every_plan():
    for row in TABLE:
        if row.target is None:
            continue  # unmerge leads back to the state before
        for given, facts in itertools.product(({}, CALLED), FACTS):
            yield row, facts, plan(row.action, row.source, row.target, given, facts)


def test_a_move_to_an_end_stops_everything_and_starts_nothing():
    for row, _facts, made in _every_plan():
        if row.target in ENDS and row.source is not row.target:
            assert made == Plan(stop_all=True), row
        else:
            assert not made.stop_all, row


def test_nothing_is_both_stopped_and_started_but_the_call_that_is_tried_again():
    for row, _facts, made in _every_plan():
        both = made.stop & set(made.start)
        assert both == (
            made.stop & {ClockKind.CALLBACK}
            if row.action is A.CALL_FAILED and made.start == (ClockKind.CALLBACK,)
            else set()
        ), row


def test_nothing_is_started_twice_by_one_move():
    for row, _facts, made in _every_plan():
        assert len(made.start) == len(set(made.start)), row
        assert not set(made.start) & set(made.revive), row


def test_a_states_clock_starts_whole_on_entering_and_stops_on_leaving():
    for row, _facts, made in _every_plan():
        if row.source is row.target or row.target in ENDS:
            continue
        if row.target in STATE_CLOCK:
            assert STATE_CLOCK[row.target] in made.start, row
        if row.source in STATE_CLOCK:
            assert STATE_CLOCK[row.source] in made.stop, row


WORK = UNIT_CLOCKS | {ClockKind.PART}


def test_only_waiting_pauses_and_only_the_enterprises_own_silence_pauses_the_promise():
    for row, _facts, made in _every_plan():
        if row.part or (row.source is row.target and row.action is not A.CARRY_OVER):
            assert not made.pause, row
            continue
        paused = {
            S.AWAITING_INFO: UNIT_CLOCKS | {ClockKind.PROMISE},
            S.CONSULTING: WORK,
            S.CARRIED_OVER: WORK,
        }.get(row.target, set())
        assert set(made.pause) == paused, row
        if row.target is not S.CARRIED_OVER:  # it waits until the day of its review
            assert all(cap == Workdays(5) for cap in made.pause.values())


def test_neither_return_nor_ruling_touches_the_promise():
    for row, facts, made in _every_plan():
        if row.action in {A.RETURN, A.UPHOLD_RETURN, A.REJECT_RETURN, A.ACKNOWLEDGE} or (
            row.action is A.DISPATCH and facts.promise_runs
        ):
            assert ClockKind.PROMISE not in {
                *made.stop,
                *made.start,
                *made.pause,
                *made.unpause,
                *made.revive,
            }, row


def test_only_what_came_to_an_answer_ends_the_promise():
    ends = {row.action for row, _facts, made in _every_plan() if ClockKind.PROMISE in made.stop}

    assert ends == {A.RESOLVE, A.ENDORSE, A.ANSWER}
    within_the_unit = plan(A.RESOLVE, S.HANDLING, S.ENDORSING, {}, PROMISED)  # 审签 is on the unit's own time
    assert not within_the_unit.stop & {ClockKind.PROMISE, *UNIT_CLOCKS}


def test_every_open_state_has_a_clock_or_the_units():
    by_unit = {
        S.HANDLING,
        S.ENDORSING,
        S.CARRIED_OVER,
    }  # 挂账 waits in the open, with a review date of its own

    assert set(STATE_CLOCK) == OPEN - by_unit
    assert len(set(STATE_CLOCK.values())) == len(STATE_CLOCK)


def test_the_sorts_of_clocks_do_not_overlap():
    assert not UNIT_CLOCKS & REQUESTER_CLOCKS
    assert not SILENT_CLOCKS & (UNIT_CLOCKS | REQUESTER_CLOCKS)
    assert set(clockwork.AUTOMATIC) == {
        ClockKind.ACKNOWLEDGE,
        ClockKind.PART_RECEIPT,
        ClockKind.SUPPLY_HANDLING,
        ClockKind.EVALUATION,
        ClockKind.NOT_RATED,
    }


@pytest.mark.parametrize(
    ("kind", "matter"),
    [
        (Kind.INQUIRY, "inquiry"),
        (Kind.HELP, "ordinary"),
        (Kind.COMPLAINT, "ordinary"),
        (Kind.SUGGESTION, "ordinary"),
        (Kind.PROBLEM, "problem"),
        (None, "ordinary"),  # left to the staff
    ],
)
def test_each_kind_has_its_column_of_limits(kind, matter):
    assert matter_of(kind) == matter


@pytest.mark.parametrize(
    ("whole", "urgency", "again"),
    [
        (Workdays(1), Urgency.NORMAL, 3),
        (Workdays(5), Urgency.NORMAL, 3),
        (Workdays(6), Urgency.NORMAL, 3),
        (Workdays(7), Urgency.NORMAL, 4),
        (Workdays(15), Urgency.NORMAL, 8),
        (Workdays(30), Urgency.COMPLEX, 15),
        (Workdays(1), Urgency.URGENT, 1),
        (Workdays(15), Urgency.URGENT, 1),
        (WallMinutes(240), Urgency.NORMAL, 1),
    ],
)
def test_doing_it_again_has_half_the_limit_at_least_three_days_and_one_if_urgent(whole, urgency, again):
    assert rework_limit(whole, urgency) == Workdays(again)


def test_the_promise_and_the_rework_are_measured_by_the_units_limit():
    named = {kind: limit_name(kind) for kind in ClockKind if limit_name(kind) is not kind}

    assert named == {
        ClockKind.PROMISE: ClockKind.UNIT,
        ClockKind.REWORK: ClockKind.UNIT,
        ClockKind.PART_RECEIPT: ClockKind.ACKNOWLEDGE,
    }


def test_what_stands_beside_a_ticket_is_started_and_stopped_by_no_move():
    beside = {
        ClockKind.INSTRUCTION,
        ClockKind.SUPERVISION_FEEDBACK,
        ClockKind.REQUEST,
        ClockKind.REPORT_IN,
        ClockKind.SUPERIOR,
    }

    assert beside >= clockwork.BY_THE_DAY
    assert not any({*made.stop, *made.start, *made.pause} & beside for _row, _facts, made in _every_plan())
