"""报进展: while a unit handles what takes longer, it says how it stands every so many workdays.

The period is a clock beside the ticket's own: it begins with handling, begins anew with every report, stands still
while the unit waits for somebody else, and ends with handling. The contact is reminded once a period, nobody above.
"""

from chainhub.core.actor import Role, ScopeKind
from chainhub.core.work import Work
from chainhub.core.worktime import Workdays
from chainhub.county import known
from chainhub.reminders import service as reminders
from chainhub.reminders.models import Clock
from chainhub.reminders.rules import Ladder
from chainhub.reminders.service import Holder, Owner
from chainhub.tickets import clockwork, queries
from chainhub.tickets.clockwork import ClockKind
from chainhub.tickets.models import Ticket
from chainhub.tickets.service import clocks
from chainhub.tickets.workflow import PAUSED, Action, State

OWNER = queries.REPORT_OWNER  # owner_kind of the clock; its owner_id is the ticket's
_AT_WORK = frozenset({State.HANDLING, *PAUSED})


def follow(work: Work, ticket: Ticket, source: State | None, action: Action, running: Clock | None) -> None:
    """Let the period that runs follow what was just done to a ticket, or begin one."""
    target = ticket.state
    if source not in _AT_WORK and target is not State.HANDLING:
        return
    reported = action is Action.PROGRESS
    if source is target and not reported:
        return
    clock = running
    if clock is not None and (reported or target not in _AT_WORK):
        reminders.stop(work, clock, action.value)
        clock = None
    if clock is None and target is State.HANDLING and _every(work, ticket) is not None:
        _begin(work, ticket)
    elif clock is not None and target in PAUSED and source is State.HANDLING:
        reminders.pause(work, clock, None)
    elif clock is not None and target is State.HANDLING:
        reminders.unpause(work, clock)


def _every(work: Work, ticket: Ticket) -> Workdays | None:
    """Return how often the unit reports: as the county says, where the matter takes longer than that."""
    every = known.of(work.session).book.limit_or_none(
        ClockKind.REPORT.value, clockwork.matter_of(ticket.kind), ticket.urgency.value, work.now
    )
    whole = clocks.limit_of(work, ticket, ClockKind.UNIT, work.now)
    if not isinstance(every, Workdays) or not isinstance(whole, Workdays):
        return None
    return every if whole.count > every.count else None


def _begin(work: Work, ticket: Ticket) -> None:
    every = _every(work, ticket)
    if every is None or ticket.lead_unit_code is None:
        return
    owner = Owner(OWNER, ticket.id, ticket.about, ticket.link, ticket.chain_code, ticket.confidential)
    held = Holder(Role.DEPARTMENT.value, ScopeKind.UNIT.value, ticket.lead_unit_code)
    clock = reminders.begin(
        work, owner, ClockKind.REPORT, every, held, ladder=Ladder.PERIODIC, round_=ticket.round
    )
    work.session.add(clock)


def due_again(work: Work, clock: Clock) -> None:
    """Compute anew when the report is due."""
    reminders.recompute(work, clock)
