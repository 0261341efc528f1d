"""Signing in with a password: what is counted, when an account is locked, what a refusal says.

A wrong password is a result, not an exception, so that the count is committed although the sign-in is
refused. An account name that does not exist is counted and locked like one that does: the answers do not
tell them apart.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from chainhub.audit import service as audit
from chainhub.core.actor import Actor
from chainhub.core.errors import NotSignedIn, Refusal, TooFast
from chainhub.core.limits import local
from chainhub.core.settings import REMEMBER_DAYS_MOST
from chainhub.core.work import Work
from chainhub.core.worktime import Calendar
from chainhub.county.people import passwords, queries
from chainhub.county.people.models import EndedSession, SignInFailure, User
from chainhub.county.people.queries import Account
from chainhub.county.people.rules import FAILURES_MOST, LOCK, SOURCE_FAILURES_MOST, username_of

_NO_CALENDAR = Calendar(worked={}, known_years=())  # nothing here is counted in working time
_ANY_COOKIE_LIVES = timedelta(days=REMEMBER_DAYS_MOST)  # at most; an idle session ends sooner
_KEPT = 96 * LOCK  # a day; older counts of addresses are swept away by the next one


@dataclass(frozen=True, slots=True)
class Examined:
    """One try, with the password already compared; nothing is written yet."""

    username: str
    source: str
    is_right: bool
    new_hash: str | None = None  # of a password kept with parameters of yesterday


@dataclass(frozen=True, slots=True)
class SignIn:
    """What became of one try: an account or a refusal. Commit first, ask afterwards."""

    account: Account | None
    refusal: Refusal | None

    def demand(self) -> Account:
        """Return the account. Raises NotSignedIn or TooFast, with the sentence for the person."""
        if self.account is None:
            raise self.refusal or NotSignedIn("请先登录。")
        return self.account


def authenticate(session: Session, username: str, password: str, source: str, now: datetime) -> SignIn:
    """Try a password from an address. Counts failures: commit what comes out, then `demand` the account."""
    return settle(session, examine(session, username, password, source, now), now)


def examine(session: Session, username: str, password: str, source: str, now: datetime) -> Examined:
    """Compare the password. Slow on purpose and reads only, so that nobody else waits for it."""
    name, key = username_of(username), passwords.digest(f"address {source}")
    user = queries.user_by_name(session, name)
    if _blocked(session, user, name, key, now) is not None:
        return Examined(name, key, is_right=False)

    stored = user.password_hash if user else None
    is_right = passwords.matches(stored, password) and user is not None and _opens(user, now)
    outdated = is_right and stored is not None and passwords.is_outdated(stored)
    return Examined(name, key, is_right=is_right, new_hash=passwords.hashed(password) if outdated else None)


def settle(session: Session, examined: Examined, now: datetime) -> SignIn:
    """Count the try and decide. Tries at one account wait for each other, so none slips past a lock."""
    user = session.scalar(
        select(User)
        .where(User.username == examined.username)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    blocked = _blocked(session, user, examined.username, examined.source, now)
    if blocked is not None:
        return SignIn(None, blocked)
    if user is None or not examined.is_right or not _opens(user, now):
        return SignIn(None, _failed(session, user, examined, now))
    return SignIn(_succeeded(session, user, examined, now), None)


def _opens(user: User, now: datetime) -> bool:
    return user.is_active and (user.ends_at is None or now < user.ends_at)


def end_session(session: Session, sid: str, now: datetime) -> None:
    """Note that a sign-in has ended, so that no copy of its cookies opens anything. Twice is once."""
    make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = make(EndedSession).values(sid=sid, until=now + _ANY_COOKIE_LIVES)
    session.execute(row.on_conflict_do_nothing(index_elements=["sid"]))


def has_forgettable(session: Session, now: datetime) -> bool:
    """Say whether the cookies of some ended sign-in are void by now."""
    return session.scalar(select(EndedSession.sid).where(EndedSession.until <= now).limit(1)) is not None


def forget_sessions(session: Session, now: datetime) -> None:
    """Forget the ended sign-ins whose cookies are void by now."""
    session.execute(delete(EndedSession).where(EndedSession.until <= now))


def _blocked(session: Session, user: User | None, name: str, source: str, now: datetime) -> Refusal | None:
    until = _tallied(session, source, SOURCE_FAILURES_MOST, now)
    if until is not None:
        return TooFast(
            f"从您这里输错密码的次数太多，请在 {_at(until)} 以后再试；急用请联系系统管理员。",
            retry_after=_seconds(until, now),
            code="source_locked",
        )
    until = user.locked_until if user else _tallied(session, _name_key(name), FAILURES_MOST, now)
    if until is not None and until > now:
        return TooFast(_locked(until), retry_after=_seconds(until, now), code="account_locked")
    return None


def _failed(session: Session, user: User | None, examined: Examined, now: datetime) -> Refusal:
    _tally(session, examined.source, SOURCE_FAILURES_MOST, now)
    if user is None:
        failures = _tally(session, _name_key(examined.username), FAILURES_MOST, now)
    else:
        failures = user.failures = user.failures + 1
    left = FAILURES_MOST - failures
    if left > 0:
        return NotSignedIn(
            f"登录名或密码不对。再错 {left} 次会锁 15 分钟；忘了密码，请找系统管理员重置。",
            code="wrong_password",
        )
    if user is not None:
        _lock(session, user, now)
    return NotSignedIn(_locked(now + LOCK), code="wrong_password")


def _lock(session: Session, user: User, now: datetime) -> None:
    user.failures, user.locked_until = 0, now + LOCK
    _note(session, user, now, "account_locked")


def _succeeded(session: Session, user: User, examined: Examined, now: datetime) -> Account | None:
    user.failures, user.locked_until = 0, None
    if examined.new_hash is not None:
        user.password_hash = examined.new_hash
    _note(session, user, now, "sign_in")
    return queries.account(session, user.id)


def _note(session: Session, user: User, now: datetime, action: str) -> None:
    actor = Actor(id=user.id, username=user.username, name=user.name)
    audit.record(Work(session, actor, now, _NO_CALENDAR), action, f"{user.username} {user.name}")


def demand_calm(session: Session, key: str, most: int, now: datetime) -> None:
    """Refuse where `most` tries under a key came to nothing within a quarter of an hour. Raises TooFast."""
    until = _tallied(session, passwords.digest(key), most, now)
    if until is not None:
        raise TooFast(f"从您这里试的次数太多，请在 {_at(until)} 以后再试。", retry_after=_seconds(until, now))


def strike(session: Session, key: str, most: int, now: datetime) -> None:
    """Count one more try that came to nothing under a key."""
    _tally(session, passwords.digest(key), most, now)


def _name_key(name: str) -> str:
    return passwords.digest(f"name {name}")


def _tallied(session: Session, key: str, most: int, now: datetime) -> datetime | None:
    """Return until when a tally that is full bars the way."""
    since = session.scalar(
        select(SignInFailure.since).where(SignInFailure.source == key, SignInFailure.count >= most)
    )
    return since + LOCK if since is not None and since + LOCK > now else None


def _tally(session: Session, key: str, most: int, now: datetime) -> int:
    """Count one more failure within the window; a tally that has just become full begins its lock now."""
    session.execute(delete(SignInFailure).where(SignInFailure.since <= now - _KEPT))
    make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    over = SignInFailure.since <= now - LOCK
    fresh = {
        "count": case((over, 1), else_=SignInFailure.count + 1),
        "since": case((over, now), else_=SignInFailure.since),
    }
    count = session.execute(
        make(SignInFailure)
        .values(source=key, count=1, since=now)
        .on_conflict_do_update(index_elements=["source"], set_=fresh)
        .returning(SignInFailure.count)
    ).scalar_one()
    if count == most:
        session.execute(update(SignInFailure).where(SignInFailure.source == key).values(since=now))
    return count


def _locked(until: datetime) -> str:
    return f"密码连续输错 {FAILURES_MOST} 次，这个账号锁到 {_at(until)}。到时再试，或者请系统管理员解锁。"


def _at(until: datetime) -> str:
    return local(until).strftime("%H:%M")


def _seconds(until: datetime, now: datetime) -> int:
    return max(1, int((until - now).total_seconds()))
