"""Reading persons and what they hold."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    SQLColumnExpression,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session

from chainhub.core.actor import Actor, Grant, Post, Role, ScopeKind
from chainhub.core.db import read_rows
from chainhub.county import state
from chainhub.county.directory.models import Chain, Enterprise, Unit
from chainhub.county.people.absences import Absence, Absences
from chainhub.county.people.leaves import Leave
from chainhub.county.people.models import ApiToken, EndedSession, GrantRow, User
from chainhub.county.people.rules import DEMO_ACCOUNTS, Holders, Holding
from chainhub.county.state import CountyState

PAGE = 50

_ACTOR = (
    select(
        User.id,
        User.username,
        User.name,
        User.title,
        User.phone,
        User.unit_code,
        User.enterprise_code,
        User.is_active,
        User.epoch,
        User.elder,
        User.must_change_password,
        User.ends_at,
        Unit.short.label("unit_name"),
        GrantRow.role,
        GrantRow.scope,
        GrantRow.ref,
        GrantRow.post,
        *(column.label(f"county_{column.key}") for column in state.COLUMNS),
    )
    .select_from(User)
    .outerjoin(CountyState, true())  # one row: what the rest of the request would ask for next
    .outerjoin(GrantRow, (GrantRow.user_id == User.id) & GrantRow.ended_at.is_(None))
    .outerjoin(Unit, Unit.code == User.unit_code)
    .order_by(GrantRow.id)
)
# Built once: every request asks one of them.
_BY_ID = _ACTOR.where(User.id == bindparam("user_id"))
_BY_SESSION = _BY_ID.where(~exists().where(EndedSession.sid == bindparam("sid")))
_UNREAD = "unread"
_BY_TOKEN = _ACTOR.join(ApiToken, ApiToken.user_id == User.id).where(
    ApiToken.digest == bindparam("digest"),
    ApiToken.revoked_at.is_(None),
    ApiToken.expires_at > bindparam("now"),
)


@lru_cache
def _by_session(unread: ScalarSelect[int] | None) -> Select[*tuple[Any, ...]]:
    return _BY_SESSION if unread is None else _BY_SESSION.add_columns(unread.label(_UNREAD))


class Account:
    """Who is signed in: the actor, and what the door needs to know of the account."""

    __slots__ = ("actor", "elder", "ends_at", "epoch", "is_active", "must_change_password", "unread")

    def __init__(
        self,
        actor: Actor,
        *,
        epoch: int,
        is_active: bool,
        elder: bool,
        must_change_password: bool,
        ends_at: datetime | None = None,
        unread: int = 0,
    ) -> None:
        self.actor = actor
        self.epoch = epoch
        self.is_active = is_active
        self.elder = elder
        self.must_change_password = must_change_password
        self.ends_at = ends_at  # of an account for a time
        self.unread = unread  # notices; counted for a page alone

    def opens(self, now: datetime) -> bool:
        """Say whether it opens anything at a moment: it is not closed, and its time is not over."""
        return self.is_active and (self.ends_at is None or now < self.ends_at)


def account(session: Session, user_id: int) -> Account | None:
    """Return one account with its running grants, in one query."""
    return _account(session, read_rows(session, _BY_ID, {"user_id": user_id}).all())


def account_of_session(
    session: Session, user_id: int, sid: str, unread: ScalarSelect[int] | None = None
) -> Account | None:
    """Return the account of a sign-in that has not been ended, in one query.

    `unread`: what counts the unread notices of `user_id`; every page says how many there are, and would ask next.
    """
    rows = read_rows(session, _by_session(unread), {"user_id": user_id, "sid": sid}).all()
    return _account(session, rows)


def account_by_token(session: Session, digest: str, now: datetime) -> Account | None:
    """Return the account behind a token that still holds, in one query."""
    return _account(session, read_rows(session, _BY_TOKEN, {"digest": digest, "now": now}).all())


def user_by_name(session: Session, username: str) -> User | None:
    """Return the person with this account name."""
    return session.scalar(select(User).where(User.username == username))


def usernames(session: Session, ids: Sequence[int]) -> Mapping[int, str]:
    """Return the account names of some persons by their ids. One query."""
    if not ids:
        return {}
    rows = session.execute(select(User.id, User.username).where(User.id.in_(ids)))
    return {row.id: row.username for row in rows}


def holders(session: Session) -> Holders:
    """Return every running grant of every active person."""
    rows = session.execute(
        select(
            User.id,
            User.name,
            User.title,
            GrantRow.role,
            GrantRow.scope,
            GrantRow.ref,
            GrantRow.post,
            User.substitute_id,
            User.unit_code,
        )
        .join(GrantRow, GrantRow.user_id == User.id)
        .where(User.is_active, GrantRow.ended_at.is_(None))
        .order_by(GrantRow.id)
    )
    return Holders.of(Holding(*row) for row in rows)


ABSENCES_MOST = 500


def absences(session: Session) -> Absences:
    """Return the newest leaves that were not cancelled."""
    rows = session.execute(
        select(Leave.person_id, User.name, Leave.substitute_id, Leave.from_on, Leave.until_on)
        .join(User, User.id == Leave.person_id)
        .where(Leave.cancelled_at.is_(None))
        .order_by(Leave.id.desc())
        .limit(ABSENCES_MOST)
    )
    return Absences.of(Absence(*row) for row in rows)


@dataclass(frozen=True, slots=True)
class Person:
    """One line of the list of accounts."""

    id: int
    username: str
    name: str
    title: str
    where: str  # the unit or the enterprise
    is_active: bool
    locked_until: datetime | None
    must_change_password: bool
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class Granted:
    """One line of the list of grants."""

    id: int
    user_id: int
    username: str
    name: str
    role: Role
    post: Post | None
    scope: ScopeKind
    over: str  # what the scope is called; empty for the county
    started_at: datetime
    ended_at: datetime | None


def persons(session: Session, *, q: str = "", after: str = "", limit: int = PAGE) -> Sequence[Person]:
    """Return accounts by account name, from above `after`; `q` is sought in names and workplaces."""
    query = (
        select(
            User.id,
            User.username,
            User.name,
            User.title,
            func.coalesce(Unit.short, Enterprise.short, "").label("where"),
            User.is_active,
            User.locked_until,
            User.must_change_password,
        )
        .outerjoin(Unit, Unit.code == User.unit_code)
        .outerjoin(Enterprise, Enterprise.code == User.enterprise_code)
        .where(User.username > after)
        .order_by(User.username)
        .limit(limit)
    )
    if q:
        query = query.where(_holds(q, User.username, User.name, User.title, Unit.short, Enterprise.short))
    rows = session.execute(query).all()
    roles = _roles(session, [row.id for row in rows])
    return [Person(*row, roles.get(row.id, ())) for row in rows]


def grants(
    session: Session, *, q: str = "", before: int | None = None, limit: int = PAGE
) -> Sequence[Granted]:
    """Return running grants, newest first, from below `before`; a search finds the ended ones too."""
    query = (
        select(
            GrantRow.id,
            User.id.label("user_id"),
            User.username,
            User.name,
            GrantRow.role,
            GrantRow.post,
            GrantRow.scope,
            func.coalesce(Chain.short, Unit.short, Enterprise.short, GrantRow.ref).label("over"),
            GrantRow.started_at,
            GrantRow.ended_at,
        )
        .join(User, User.id == GrantRow.user_id)
        .outerjoin(Chain, and_(GrantRow.scope == ScopeKind.CHAIN, Chain.code == GrantRow.ref))
        .outerjoin(Unit, and_(GrantRow.scope == ScopeKind.UNIT, Unit.code == GrantRow.ref))
        .outerjoin(Enterprise, and_(GrantRow.scope == ScopeKind.ENTERPRISE, Enterprise.code == GrantRow.ref))
        .order_by(GrantRow.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(GrantRow.id < before)
    found = _holds(q, User.username, User.name, Chain.short, Unit.short, Enterprise.short)
    query = query.where(found if q else GrantRow.ended_at.is_(None))
    rows: Sequence[Any] = session.execute(query).all()
    return [Granted(*row) for row in rows]


def named(session: Session, typed: str) -> Sequence[User]:
    """Return who is meant by an account name, or else by a person's name: none, one or several."""
    by_username = user_by_name(session, typed.strip().lower())
    if by_username is not None:
        return [by_username]
    return session.scalars(select(User).where(User.name == typed.strip()).order_by(User.username)).all()


def is_demo(session: Session) -> bool:
    """Say whether this database is a demonstration."""
    return bool(session.scalar(select(CountyState.demo).where(CountyState.id == 1)))


def demo_persons(session: Session) -> Sequence[tuple[str, str, str]]:
    """Return (account name, role, name) of the demonstration accounts; nothing where this is none."""
    if not is_demo(session):
        return ()
    query = select(User.username, User.name).where(User.username.in_(DEMO_ACCOUNTS), User.is_active)
    names = {row.username: row.name for row in session.execute(query)}
    return [(one, role, names[one]) for one, role in DEMO_ACCOUNTS.items() if one in names]


def _holds(q: str, *columns: SQLColumnExpression[str]) -> ColumnElement[bool]:
    return or_(*(column.contains(q, autoescape=True) for column in columns))


def _roles(session: Session, ids: Sequence[int]) -> Mapping[int, tuple[Role, ...]]:
    rows = session.execute(
        select(GrantRow.user_id, GrantRow.role)
        .where(GrantRow.user_id.in_(ids), GrantRow.ended_at.is_(None))
        .order_by(GrantRow.id)
    )
    found: dict[int, tuple[Role, ...]] = {}
    for user_id, role in rows:
        if role not in found.get(user_id, ()):
            found[user_id] = (*found.get(user_id, ()), role)
    return found


def _account(session: Session, rows: Sequence[Any]) -> Account | None:  # SQLAlchemy rows, read just here
    if not rows:
        return None
    first = rows[0]
    if first.county_stamp is not None:
        standing = state.Standing(
            first.county_name, first.county_demo, first.county_stamp, first.county_calendar_version
        )
        state.remember(session, standing)
    grants = tuple(Grant(row.role, row.scope, row.ref, row.post) for row in rows if row.role is not None)
    actor = Actor(
        id=first.id,
        username=first.username,
        name=first.name,
        grants=grants,
        unit_code=first.unit_code,
        unit_name=first.unit_name or "",
        enterprise_code=first.enterprise_code,
        title=first.title,
        phone=first.phone,
    )
    return Account(
        actor,
        epoch=first.epoch,
        is_active=first.is_active,
        elder=first.elder,
        must_change_password=first.must_change_password,
        ends_at=first.ends_at,
        unread=first._mapping.get(_UNREAD, 0),
    )


def names(session: Session, ids: Collection[int]) -> list[str]:
    """Return how some persons are called, each with the title, fifty at most."""
    rows = session.execute(
        select(User.title, User.name).where(User.id.in_(ids), User.is_active).order_by(User.id).limit(PAGE)
    )
    return [f"{row.title} {row.name}".strip() for row in rows]
