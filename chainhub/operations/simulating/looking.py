"""A simulated county at the end of a day, read once for all that is asked of it, and what was seen the days before."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from chainhub.core.actor import Actor
from chainhub.core.work import Work
from chainhub.core.worktime import Calendar
from chainhub.county import known
from chainhub.notices.models import Notice
from chainhub.notices.outgoing import Outgoing
from chainhub.operations.simulating.habits import chance_of
from chainhub.reminders.models import Clock, Said
from chainhub.tickets import queries
from chainhub.tickets.models import Ticket, TicketEvent

LOOKED_AT = 4  # accounts whose sight and lists are counted after every day
_CHUNK = 400


@dataclass(slots=True)
class Memory:
    """What was seen on the days before."""

    calendar: int = 0  # its version
    version: dict[int, int] = field(default_factory=dict)  # ticket → as it was last looked at
    numbers: dict[str, tuple[int, str]] = field(default_factory=dict)  # number → id and content's title
    notice: int = 0  # the last one looked at
    said: int = 0
    outgoing: int = 0  # the last row of the outbox
    at: datetime | None = None  # when it was looked at last


@dataclass(frozen=True, slots=True)
class Look:
    """The county at a moment, read once for all the questions."""

    session: Session
    now: datetime
    swept: datetime  # the last moment in working time at which the whole timetable ran
    seed: int
    accounts: Mapping[str, Actor]
    names: Mapping[str, int]  # of people → id
    memory: Memory
    tickets: Sequence[Ticket]
    fresh: Sequence[Ticket]  # open, or changed since the day before
    events: Mapping[int, Sequence[TicketEvent]]  # of the fresh
    running: Mapping[int, Sequence[Clock]]  # of tickets, by their id
    clocks: Sequence[Clock]  # everything that runs
    calendar: Calendar

    @classmethod
    def at(
        cls,
        session: Session,
        now: datetime,
        swept: datetime,
        seed: int,
        accounts: Mapping[str, Actor],
        memory: Memory,
    ) -> "Look":
        """Read the county as it is now."""
        tickets = session.scalars(select(Ticket).order_by(Ticket.number)).all()
        fresh = [one for one in tickets if one.is_open or memory.version.get(one.id) != one.version]
        events: defaultdict[int, list[TicketEvent]] = defaultdict(list)
        for ids in in_chunks([one.id for one in fresh]):
            found = select(TicketEvent).where(TicketEvent.ticket_id.in_(ids)).order_by(TicketEvent.seq)
            for event in session.scalars(found):
                events[event.ticket_id].append(event)
        clocks = session.scalars(select(Clock).where(Clock.stopped_at.is_(None)).order_by(Clock.id)).all()
        running: defaultdict[int, list[Clock]] = defaultdict(list)
        for clock in clocks:
            if clock.owner_kind == queries.OWNER:
                running[clock.owner_id].append(clock)
        named = {one.name: one.id for one in accounts.values() if one.id is not None}
        return cls(
            session,
            now,
            swept,
            seed,
            accounts,
            named,
            memory,
            tickets,
            fresh,
            events,
            running,
            clocks,
            known.of(session).calendar,
        )

    def work(self, actor: Actor) -> Work:
        """Return somebody's work at this moment."""
        return Work(self.session, actor, self.now, self.calendar)

    def sample(self) -> list[Actor]:
        """Return the accounts that are looked at today: others every day, with what is lent to them."""
        chance = chance_of(self.seed, "sample", self.now.isoformat())
        names = chance.sample(sorted(self.accounts), min(LOOKED_AT, len(self.accounts)))
        return [known.standing_in(self.session, self.accounts[name], self.now) for name in names]


def in_chunks(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    """Return ids in handfuls that any database takes in one statement."""
    return (ids[place : place + _CHUNK] for place in range(0, len(ids), _CHUNK))


def remember(look: Look) -> None:
    """Keep what was seen for the next day's look."""
    memory = look.memory
    memory.calendar = look.calendar.version
    memory.version = {one.id: one.version for one in look.tickets}
    memory.numbers = {one.number: (one.id, one.title) for one in look.tickets}
    memory.notice = look.session.scalar(select(func.max(Notice.id))) or 0
    memory.outgoing = look.session.scalar(select(func.max(Outgoing.id))) or 0
    memory.at = look.now
    memory.said = look.session.scalar(select(func.max(Said.id))) or 0
