"""What is pure behind the JSON door: redaction, choice of the clock, cursors, trimming."""

import pytest
from marshmallow import ValidationError

from chainhub.core.actor import Role
from chainhub.core.errors import Invalid
from chainhub.reminders.models import Clock
from chainhub.tickets import deadlines, rules, schemas
from chainhub.tickets.clockwork import ClockKind
from chainhub.tickets.terms import Kind, Satisfaction
from chainhub.tickets.workflow import Action, Party, State
from chainhub.web import api as web
from tests.people import NOW

OWNER = frozenset({Role.ENTERPRISE, Party.REQUESTER})
SAID = {"note": "原话", "reason_code": "perfunctory"}


@pytest.fixture
def hands():
    """Nothing here asks for the time."""


@pytest.mark.parametrize("action", [Action.REOPEN, Action.ESCALATE])
@pytest.mark.parametrize(
    ("standing", "reads"),
    [
        (OWNER, True),
        ({Role.COMMITTEE}, True),
        ({Role.CALLER}, True),
        ({Role.DEPARTMENT}, False),
        ({Role.TASK_FORCE}, False),
        ({Role.LEADER}, False),
        ({Role.GUIDE}, False),
        (set(), False),
        ({Role.DEPARTMENT, Role.COMMITTEE}, True),
    ],
)
def test_a_remark_is_for_the_committee_alone(action, standing, reads):
    found = rules.redacted(action, SAID, frozenset(standing))

    assert found["reason_code"] == "perfunctory"
    assert ("note" in found) is reads


@pytest.mark.parametrize(
    "action", [Action.RETURN, Action.UPHOLD_RETURN, Action.REJECT_RETURN, Action.SEND_BACK, Action.DISPATCH]
)
@pytest.mark.parametrize(
    ("standing", "reads"),
    [
        (OWNER, False),
        ({Role.GUIDE}, False),
        ({Party.FILER}, False),
        ({Role.GUIDE, Party.FILER}, False),
        ({Role.DEPARTMENT}, True),
        ({Role.LEADER}, True),
        ({Role.COMMITTEE, Party.FILER}, True),
        (set(), True),
    ],
)
def test_what_the_staff_write_to_each_other_stays_inside(action, standing, reads):
    assert ("note" in rules.redacted(action, SAID, frozenset(standing))) is reads


@pytest.mark.parametrize("action", [Action.DECLINE, Action.REQUEST_INFO, Action.ASK_INFO, Action.PROGRESS])
def test_what_is_addressed_to_the_enterprise_is_read_by_it(action):
    assert rules.redacted(action, SAID, OWNER) == SAID


def test_redaction_leaves_the_history_as_it_is():
    data = dict(SAID)

    rules.redacted(Action.REOPEN, data, frozenset())

    assert data == SAID


def _clock(kind, stopped=None):
    return Clock(kind=kind.value, started_at=NOW, due_at=NOW, stopped_at=stopped, round=1)


@pytest.mark.parametrize(
    ("state", "kinds", "staff", "firm"),
    [
        (State.SUBMITTED, [ClockKind.FIRST_CALL, ClockKind.INTAKE], ClockKind.INTAKE, ClockKind.FIRST_CALL),
        (
            State.DISPATCHED,
            [ClockKind.UNIT, ClockKind.PROMISE, ClockKind.ACKNOWLEDGE],
            ClockKind.UNIT,
            ClockKind.PROMISE,
        ),
        (State.HANDLING, [ClockKind.REWORK, ClockKind.PROMISE], ClockKind.REWORK, ClockKind.PROMISE),
        (State.ACCEPTED, [ClockKind.DISPATCH, ClockKind.PROMISE], ClockKind.DISPATCH, ClockKind.PROMISE),
        (State.REVIEWED, [ClockKind.CALLBACK], ClockKind.CALLBACK, ClockKind.CALLBACK),
        (State.REVIEWED, [ClockKind.NOT_RATED], ClockKind.NOT_RATED, ClockKind.NOT_RATED),
        (State.CLOSED, [], None, None),
    ],
)
def test_everybody_is_told_of_their_clock(state, kinds, staff, firm):
    clocks = [_clock(ClockKind.PROMISE, stopped=NOW), *(_clock(kind) for kind in kinds)]

    for standing, expected in (({Role.DEPARTMENT}, staff), (OWNER, firm), ({Role.GUIDE}, firm)):
        found = deadlines.clock_for(state, clocks, frozenset(standing))
        assert (ClockKind(found.kind) if found else None) is expected


def test_every_clock_has_its_word():
    assert set(deadlines.START_VERBS) == set(ClockKind)


def test_a_cursor_comes_back():
    assert web.read_cursor(web.write_cursor("e_砚禾"), str) == "e_砚禾"
    assert web.read_cursor(web.write_cursor(17), int) == 17


@pytest.mark.parametrize(
    ("cursor", "kind"),
    [("x", str), ("", str), (web.write_cursor(17), str), (web.write_cursor("17"), int), (web.write_cursor("a\x00"), str),
     (web.write_cursor(2**31), int), (web.write_cursor(-1), int), (web.write_cursor(True), int)],
)  # fmt: skip
def test_a_cursor_that_was_never_given_out_is_refused(cursor, kind):
    with pytest.raises(Invalid):
        web.read_cursor(cursor, kind)


def test_choices_are_loaded_as_members():
    given = schemas.for_action(Action.CONFIRM)().load(
        {
            "version": 3,
            "contacted": True,
            "solved": True,
            "satisfaction": "mostly",
            "note": "  ",
            "clear": None,
        }
    )

    assert given == {"version": 3, "contacted": True, "solved": True, "satisfaction": Satisfaction.MOSTLY}


def test_a_kind_may_be_left_to_the_staff():
    given = schemas.for_action(Action.SUBMIT)().load(
        {"title": "电", "content": "停电了", "kind": "", "category": None}
    )

    assert given == {"title": "电", "content": "停电了"}
    assert schemas.for_action(Action.SUBMIT)().load({**given, "kind": "help"})["kind"] is Kind.HELP


def test_the_clock_has_no_body():
    with pytest.raises(KeyError):
        schemas.for_action(Action.LAPSE)


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "\ud800", "x\udfff"])
def test_what_no_database_keeps_is_refused(text):
    with pytest.raises(ValidationError):
        schemas.for_action(Action.WITHDRAW)().load({"version": 1, "note": f"为什么{text}"})
