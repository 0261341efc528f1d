"""The table itself, walked whole: every listed pair succeeds, every unlisted pair is refused."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from chainhub.core.actor import Role
from chainhub.core.errors import Conflict, NotAllowed, NotFound, Refusal
from chainhub.tickets import fields, queries
from chainhub.tickets.models import Ticket
from chainhub.tickets.service import moving
from chainhub.tickets.terms import Route
from chainhub.tickets.workflow import BESIDE, ENDS, LED, OPEN, TABLE, Action, State, find_move, rows
from tests import people
from tests.builders import REACHABLE, SAMPLE, a_ticket, move, submitted
from tests.people import NOW, actor, work_of

BY_HAND = [
    action for action in Action if any(row.who - {Role.CLOCK} for row in TABLE if row.action is action)
]
WHO_DOES = {
    Action.ACCEPT: people.CLERK,
    Action.ANSWER: people.CLERK,
    Action.DECLINE: people.CLERK,
    Action.REQUEST_INFO: people.CLERK,
    Action.ASK_INFO: people.POWER,
    Action.SUPPLY_INFO: people.OWNER,
    Action.RECLASSIFY: people.CLERK,
    Action.DISPATCH: people.DISPATCHER,
    Action.ACKNOWLEDGE: people.POWER,
    Action.RETURN: people.POWER,
    Action.UPHOLD_RETURN: people.REVIEWER,
    Action.REJECT_RETURN: people.REVIEWER,
    Action.PROGRESS: people.POWER,
    Action.RESOLVE: people.POWER,
    Action.SEND_BACK: people.REVIEWER,
    Action.PASS_REVIEW: people.REVIEWER,
    Action.CONFIRM: people.OWNER,
    Action.REOPEN: people.OWNER,
    Action.CALL_FAILED: people.CALLER,
    Action.CLOSE: people.CLOSER,
    Action.WITHDRAW: people.OWNER,
    Action.APPEAL: people.OWNER,
    Action.RESTART: people.OWNER,
    Action.ASSIGN: people.POWER,
    Action.HAND_IN: people.TRANSPORT,
    Action.ENDORSE: people.POWER_DEPUTY,
    Action.REFUSE_ENDORSE: people.POWER_DEPUTY,
    Action.ESCALATE: people.OWNER,
    Action.RECHECK: people.OWNER,
    Action.RECHECK_FINE: people.OWNER,
}
FACTS: dict[tuple[Action, State], dict] = {
    (Action.CLOSE_INCOMPLETE, State.HANDLING): {"info_lapsed": True},
    (Action.ESCALATE, State.REVIEWED): {"reopened": 1, "dissatisfied": 1},
    (Action.DETERMINE, State.CONSULTING): {"dissatisfied": 2},
    (Action.CONVENE, State.ACCEPTED): {"route": Route.HARD},
}
"""What must be so of a ticket beside its state."""
LATER = {(Action.CLOSE_INCOMPLETE, State.INFO_REQUESTED): NOW + timedelta(days=9)}


def _who(action: Action, state: State) -> str:
    if action is Action.CONTACT:
        return people.CLERK if state in {State.SUBMITTED, State.ACCEPTED} else people.POWER
    if action is Action.CARRY_OVER and state is State.CARRIED_OVER:
        return people.CHIEF  # a second time it is the leader's
    return WHO_DOES.get(action, people.CLERK)


def _given(action: Action, state: State) -> dict:
    row = next(iter(rows(action, state)), None)
    given = {name: SAMPLE.get(name) for name in (row.needs if row else ())}
    if "reason_code" in given:
        given["reason_code"] = next(iter(fields.field(action, "reason_code").choices))
    if action is Action.RECLASSIFY:
        given["category"] = "labour"
    if action is Action.CONFIRM:
        given |= {"contacted": True, "solved": True, "satisfaction": "satisfied"}
    if action is Action.ASSIGN:
        given["person"] = people.POWER
    if action in {Action.REOPEN, Action.ESCALATE}:
        given |= {"contacted": True, "solved": False}
    return given


def _actor(session, action: Action, state: State):
    return actor(session, _who(action, state))


BUILT = [row for row in TABLE if not row.part and row.source in REACHABLE and row.who - {Role.CLOCK}]


@pytest.mark.parametrize(
    ("action", "state"),
    sorted({(row.action, row.source) for row in BUILT}),
    ids=lambda one: one.value,
)
def test_every_listed_move_succeeds_and_leads_where_the_table_says(session, action, state):
    ticket = a_ticket(session, state)
    for name, value in FACTS.get((action, state), {}).items():
        setattr(ticket, name, value)
    row = find_move(action, state, moving.rules.holds(queries.facts(session, ticket)))
    target = row.target or ticket.merged_from
    given = _given(action, state)
    if action is Action.MERGE:
        given["into"] = submitted(session).number

    move(
        session,
        ticket,
        _who(action, state),
        action,
        LATER.get((action, state), NOW.replace(hour=11)),
        **given,
    )

    assert ticket.state is target
    assert ticket.is_open is (target in OPEN)


@pytest.mark.parametrize("state", REACHABLE, ids=lambda one: one.value)
def test_every_unlisted_move_is_refused_and_changes_nothing(session, state):
    ticket = a_ticket(session, state)
    version = ticket.version

    for action in BY_HAND:
        if rows(action, state) or action in {Action.SUBMIT, Action.BACKFILL}:
            continue
        with pytest.raises(Refusal) as refused:
            move(session, ticket, _who(action, state), action, NOW.replace(hour=11))
        assert refused.value.title
        sees = session.scalar(
            select(Ticket.id).where(Ticket.id == ticket.id, queries.visible(_actor(session, action, state)))
        )
        assert isinstance(refused.value, (Conflict, NotAllowed) if sees else NotFound)
    assert (ticket.state, ticket.version) == (state, version)


@pytest.mark.parametrize("state", REACHABLE, ids=lambda one: one.value)
def test_nobody_but_those_listed_may_walk_a_row(session, state):
    ticket = a_ticket(session, state)
    version = ticket.version

    for username in people.EVERYBODY:
        work = work_of(session, username, NOW.replace(hour=11))
        listed = {row.action for row in moving.moves(work, ticket)}
        for action in BY_HAND:
            if action in listed or action in {Action.SUBMIT, Action.BACKFILL}:
                continue
            with pytest.raises(Refusal):
                moving.move(work, ticket.number, moving.Step(action, version, _given(action, state)))
    assert ticket.version == version


def test_every_state_can_be_left_or_is_an_end():
    left = {row.source for row in TABLE if row.target is not row.source}

    assert left >= OPEN
    assert State.WITHDRAWN in ENDS - left


def test_every_field_of_every_row_is_described():
    for row in TABLE:
        for name in row.fields:
            assert fields.field(row.action, name).label


def test_rows_of_one_action_and_state_are_told_apart_by_their_conditions():
    for action, state in {(row.action, row.source) for row in TABLE}:
        found = rows(action, state)
        assert len(found) == len({(row.when, row.part) for row in found})
        leads = [
            row for row in found if not row.part
        ]  # a co-unit's row of the same name is told apart by who
        assert len(leads) <= 1 or all(row.when for row in leads)


def test_the_law_is_whole():
    """Every action of domain section 2 has a row, but for what stands beside the table and moves nothing."""
    assert {row.action for row in TABLE} == set(Action) - BESIDE
    assert LED < BESIDE
