"""Letting time pass: the timetable at a chosen moment, step after step, inside the test's own transaction."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from chainhub.core import sweeps
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI
from chainhub.county.people.models import User
from chainhub.notices.models import Notice
from chainhub.reminders.models import Clock
from chainhub.tickets import queries
from chainhub.tickets.models import Ticket
from chainhub.tickets.terms import Kind
from chainhub.tickets.workflow import Action
from chainhub.timetable import TIMETABLE
from tests import people
from tests.builders import move, submitted
from tests.people import work_of

DAY_STEPS = ("00:30", "08:29", "08:31", "12:15", "17:31", "21:55")
"""Night, before and after opening, lunch, closing, evening: an unwanted reminder would be said at one of them."""


_LOOP = ("chainhub.tickets", "chainhub.reminders", "chainhub.notices")
OF_THE_LOOP = frozenset(job.name for job in TIMETABLE if job.find.__module__.startswith(_LOOP))
"""The jobs that act on matters; those of other rooms find nothing where only matters are played."""


def run_timetable(session: Session, at: datetime, *names: str) -> dict[str, sweeps.Swept]:
    """Run every job of the loop, or the named ones of any room, as the clock at a moment."""

    @contextmanager
    def open_work() -> Iterator[Work]:
        with session.begin_nested():
            yield work_of(session, "clock", at)

    return {
        job.name: sweeps.run(job.find, job.handle, open_work, name=job.name)
        for job in TIMETABLE
        if job.name in (names or OF_THE_LOOP)
    }


def walk(
    session: Session, start: datetime, end: datetime, *names: str, times: Sequence[str] = DAY_STEPS
) -> None:
    """Let time pass from start to end, looking several times on every single day."""
    day = start.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    while day <= end:
        for time in times:
            hour, minute = map(int, time.split(":"))
            at = day.replace(hour=hour, minute=minute)
            if start < at <= end:
                run_timetable(session, at, *names)
        day += timedelta(days=1)


def stroll(session: Session, start: datetime, end: datetime, step: timedelta, *names: str) -> None:
    """Let time pass in equal steps."""
    at = start
    while at <= end:
        run_timetable(session, at, *names)
        at += step


def rungs_told(session: Session, ticket: Ticket, *kinds: str) -> list[str]:
    """Return what the clocks of a ticket have said, in order: `10-16 08:31 unit halfway bumen2`."""
    clocks = {clock.id: clock.kind for clock in queries.clocks(session, ticket.id)}
    rows = session.execute(
        select(Notice.key, Notice.created_at, User.username)
        .join(User, User.id == Notice.user_id)
        .where(Notice.key.startswith("clock:"))
    )
    found = []
    for key, at, username in rows:
        _, clock_id, _, rung = key.split(":")
        kind = clocks.get(int(clock_id))
        if kind and (not kinds or kind in kinds):
            found.append(f"{at.astimezone(SHANGHAI):%m-%d %H:%M} {kind} {rung} {username}")
    return sorted(found)


def clock_of(session: Session, ticket: Ticket, kind: str) -> Clock:
    """Return the newest clock of a kind."""
    return [clock for clock in queries.clocks(session, ticket.id) if clock.kind == kind][-1]


def in_hand(session: Session, at: datetime, kind: Kind, unit: str = people.TRANSPORT_UNIT, **given) -> Ticket:
    """A ticket dispatched at this moment to 交通运输局, acknowledged and contacted at once: only its limit runs."""
    before = at - timedelta(minutes=3)
    ticket = submitted(session, before, kind=kind, **given)
    move(session, ticket, people.CLERK, Action.ACCEPT, before, contacted_person="陶见禾")
    move(session, ticket, people.DISPATCHER, Action.DISPATCH, at, lead_unit=unit)
    doer = people.TRANSPORT if unit == people.TRANSPORT_UNIT else people.POWER
    move(session, ticket, doer, Action.ACKNOWLEDGE, at + timedelta(minutes=1))
    move(session, ticket, doer, Action.CONTACT, at + timedelta(minutes=2), person="陶见禾")
    return ticket
