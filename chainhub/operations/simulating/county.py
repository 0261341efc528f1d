"""A simulated county's units of work: who is there, whose turn it is, one transaction for one use case, and sudden death."""

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, event, select
from sqlalchemy.orm import Session

from chainhub.core.actor import THE_CLOCK, Actor, Post, Role, ScopeKind
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI, Calendar
from chainhub.county import known
from chainhub.county.directory.models import Enterprise
from chainhub.county.people import queries as people
from chainhub.county.people.models import User
from chainhub.county.people.rules import Holders

Given = TypeVar("Given")


class Died(BaseException):
    """The process that did a use case is gone: nothing above it hears of it, whatever it meant to do."""


@dataclass(frozen=True, slots=True)
class House:
    """An enterprise as the play needs it."""

    code: str
    name: str
    chain: str
    contact: str


class County:
    """The people of the database, and the units of work that are done in their names."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.accounts: dict[str, Actor] = {}
        self.names: dict[int, str] = {}
        with Session(engine) as session:
            for user in session.scalars(select(User).order_by(User.username)):
                account = people.account(session, user.id)
                if account is not None:
                    self.accounts[user.username] = account.actor
                    self.names[user.id] = user.username
            facts = known.of(session)
            self.holders: Holders = facts.holders
            self.directory = facts.directory
            self.houses: Mapping[str, House] = {
                one.code: House(one.code, one.short, one.chain_code, one.contact)
                for one in session.scalars(select(Enterprise).order_by(Enterprise.position))
            }
        self.calendar: Calendar = facts.calendar
        self._absences = facts.absences
        self._lives: int | None = None  # statements until the process dies
        event.listen(engine, "before_cursor_execute", self._count)

    def leave(self) -> None:
        """Take the ear off the engine."""
        event.remove(self.engine, "before_cursor_execute", self._count)

    # Who

    def holding(self, role: Role, scope: ScopeKind, ref: str = "", post: Post | None = None) -> list[str]:
        """Return the account names of those who hold a role over a scope; those of a post come first."""
        held = self.holders.of_role(role, scope, ref)
        return [
            self.names[one.user_id]
            for one in sorted(held, key=lambda one: (one.post is not post, self.names[one.user_id]))
        ]

    def present(self, usernames: list[str], at: datetime) -> list[str]:
        """Return who acts for some people at a moment: themselves, or while they are away who stands in (AB角)."""
        away = self._absences.substitutes(at.astimezone(SHANGHAI).date())
        found = []
        for one in usernames:
            stands_in, _ = away.get(self.accounts[one].id or 0, (None, ""))
            found.append(self.names[stands_in] if stands_in is not None else one)
        return list(dict.fromkeys(found))

    # Units of work

    @contextmanager
    def work(self, username: str, at: datetime) -> Iterator[Work]:
        """Open a unit of work of somebody at a moment and commit it, as a door does."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield self.as_(session, username, at)
        self._absences = known.of(session).absences

    @contextmanager
    def by_clock(self, at: datetime) -> Iterator[Work]:
        """Open a unit of work of the clock and commit it, as the scheduler does."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield Work(session, THE_CLOCK, at, known.of(session).calendar)

    def as_(self, session: Session, username: str, at: datetime) -> Work:
        """Return somebody's work in a session that is open, with what is lent to them that day."""
        self.calendar = known.of(session).calendar
        actor = known.standing_in(session, self.accounts[username], at)
        return Work(session, actor, at, self.calendar)

    # Sudden death

    def dying(self, after: int, deed: Callable[[], Given]) -> bool:
        """Do a thing in a process that dies after so many statements; say whether it died before it was done.

        What a process had open ends with it. Here frames of the dead may stand in a cycle and keep a cursor, and SQLite
        keeps the lock of a closed connection until its last cursor is gone: so they are cleared away.
        """
        self._lives = after
        died = False
        try:
            deed()
        except Died:
            died = True
        finally:
            self._lives = None
        if died:
            gc.collect()
        return died

    def _count(self, _connection: Connection, *_statement: Any) -> None:
        if self._lives is None:
            return
        self._lives -= 1
        if self._lives < 0:
            self._lives = None  # what is rolled back is rolled back by somebody else
            raise Died
