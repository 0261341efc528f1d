"""The state machine sees what it is there to see: each of its promises is broken on purpose, behind the services' back.

A machine that finds nothing may be one that looks at nothing. Here a row is written as no service would write it, and
the machine's own run must end with the name of the promise. The same machine left alone ends well.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import initialize, run_state_machine_as_test
from sqlalchemy import select

from chainhub.core.actor import Role
from chainhub.notices.models import Notice
from chainhub.notices.rules import NoticeKind
from chainhub.reminders.models import Clock
from chainhub.tickets import queries
from chainhub.tickets.models import Ticket
from chainhub.tickets.service import history
from chainhub.tickets.terms import Urgency
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.tickets.test_state_machine import Loop

pytestmark = pytest.mark.slow

Break = Callable[["Sabotaged", Ticket], None]


class Sabotaged(Loop):
    """The machine over one ticket that a unit handles, with one row that nobody should have written."""

    sabotage: Break | None = None
    confidential = False

    @initialize()
    def begin(self) -> None:
        Loop.begin(
            self,
            hour=9,
            begun=State.HANDLING,
            urgency=Urgency.NORMAL,
            confidential=self.confidential,
            endorsed=False,
        )
        self.every_promise_holds()
        if self.sabotage is not None:
            (ticket,) = self.walk.tickets
            type(self).sabotage(self, ticket)
            self.session.flush()


def _unit_clock(machine: Sabotaged, ticket: Ticket) -> Clock:
    wanted = (Clock.owner_kind == queries.OWNER, Clock.owner_id == ticket.id, Clock.kind == "unit")
    return machine.session.scalars(select(Clock).where(*wanted)).one()


def a_due_date_moves_without_an_event(machine: Sabotaged, ticket: Ticket) -> None:
    """As a 延期 would move it, and nobody asked for one."""
    clock = _unit_clock(machine, ticket)
    ticket.due_at = clock.due_at = clock.due_at + timedelta(days=7)


def an_extension_is_written_into_the_clock_alone(machine: Sabotaged, ticket: Ticket) -> None:
    _unit_clock(machine, ticket).extension = 3


def a_second_unit_answers(machine: Sabotaged, ticket: Ticket) -> None:
    ticket.responsible_unit_code = people.TRANSPORT_UNIT


def no_unit_answers(machine: Sabotaged, ticket: Ticket) -> None:
    ticket.responsible_unit_code = None


def a_move_is_made_that_no_row_lists(machine: Sabotaged, ticket: Ticket) -> None:
    """From 办理中 past the review, its line well written and tied to the one before."""
    source, ticket.state, ticket.version = ticket.state, State.REVIEWED, ticket.version + 1
    ticket.updated_at = machine.walk.now
    machine.session.flush()
    work = machine.walk.work(people.REVIEWER)
    history.append(work, ticket, Action.PASS_REVIEW, source, {}, role=Role.TASK_FORCE, body="专班")


def a_state_changes_without_a_line(machine: Sabotaged, ticket: Ticket) -> None:
    ticket.state = State.RESOLVED


def a_clock_runs_without_its_watch(machine: Sabotaged, ticket: Ticket) -> None:
    _unit_clock(machine, ticket).look_again_at = None


def a_clock_stops_without_an_event(machine: Sabotaged, ticket: Ticket) -> None:
    _unit_clock(machine, ticket).stopped_at = machine.walk.now - timedelta(minutes=7)


def somebody_hears_what_they_may_not_see(machine: Sabotaged, ticket: Ticket) -> None:
    notice = Notice(
        user_id=machine.walk.actors[people.TRANSPORT].id,
        kind=NoticeKind.NEWS,
        text="您看不到的一件有进展了",
        link=ticket.link,
        key="sabotage",
        created_at=machine.walk.now,
    )
    machine.session.add(notice)


BREAKS: tuple[tuple[Break, str], ...] = (
    (a_due_date_moves_without_an_event, "due_dates_are_explained"),
    (an_extension_is_written_into_the_clock_alone, "due_dates_are_explained"),
    (a_second_unit_answers, "one_unit_answers"),
    (no_unit_answers, "one_unit_answers"),
    (a_move_is_made_that_no_row_lists, "history_follows_the_table"),
    (a_state_changes_without_a_line, "history_follows_the_table"),
    (a_clock_runs_without_its_watch, "watches_are_set"),
    (a_clock_stops_without_an_event, r"EQ-2026-\d+', 'unit'"),  # an assertion of the machine's own
    (somebody_hears_what_they_may_not_see, "您看不到的一件有进展了"),
)


def _run(machine: type[Sabotaged], session) -> None:
    Loop.session, Loop.met = session, set()
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=1,
            stateful_step_count=1,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            report_multiple_bugs=False,
            suppress_health_check=tuple(HealthCheck),
        ),
    )


@pytest.mark.parametrize(("sabotage", "promise"), BREAKS, ids=lambda one: getattr(one, "__name__", ""))
def test_the_machine_reports_a_promise_that_was_broken(session, sabotage, promise):
    secret = sabotage is somebody_hears_what_they_may_not_see
    machine = type("Broken", (Sabotaged,), {"sabotage": sabotage, "confidential": secret})

    with pytest.raises(AssertionError, match=promise):
        _run(machine, session)


@pytest.mark.parametrize("confidential", [False, True])
def test_left_alone_it_ends_well(session, confidential):
    _run(type("Sound", (Sabotaged,), {"confidential": confidential}), session)
