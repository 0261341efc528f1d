"""A deadline that moves announces itself once to whoever holds it, with before and after (domain, section 3)."""

from collections.abc import Iterable
from datetime import datetime

from chainhub.core.work import Work
from chainhub.county import known
from chainhub.notices import service as notices
from chainhub.notices.rules import NoticeKind
from chainhub.reminders import jobs as ladders
from chainhub.reminders import rules
from chainhub.reminders.models import Clock
from chainhub.tickets import clockwork
from chainhub.tickets.clockwork import ClockKind
from chainhub.tickets.models import Ticket
from chainhub.tickets.terms import Urgency
from chainhub.tickets.workflow import State

Moved = Iterable[tuple[Clock, datetime]]
"""Clocks whose due date moved, each with the one before."""
_TOLD_AS_A_TASK = frozenset({State.SUBMITTED, State.ACCEPTED})  # anew, with the due date that holds now


def tell(
    work: Work, clock: Clock, before: datetime, kept_from: str | None, *, cause: str, urgent: bool = False
) -> None:
    """Tell who holds a clock that its due date moved. `cause` tells one move from another.

    The unit's own clock speaks; the promise beside it is read on the page.
    """
    if ClockKind(clock.kind) in clockwork.SILENT_CLOCKS:
        return
    who = ladders.recipients(clock, ("contact",), known.of(work.session).holders)
    words = rules.moved_words(clock.label, clock.about, before, clock.due_at)
    notices.enqueue(
        work,
        who - {work.actor.id},
        NoticeKind.MOVED,
        words,
        key=f"moved:{clock.id}:{cause}",
        link=clock.link,
        kept_from=kept_from,
        urgent=urgent,
    )


def tell_of(work: Work, ticket: Ticket, moved: Moved) -> None:
    """Tell of the deadlines that a change of a ticket's classification moved."""
    if ticket.state in _TOLD_AS_A_TASK:
        return
    for clock, before in moved:
        urgent = ticket.urgency is Urgency.URGENT
        cause = f"{ticket.version}v"
        tell(work, clock, before, ticket.complained_unit_code, cause=cause, urgent=urgent)
