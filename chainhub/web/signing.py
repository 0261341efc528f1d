"""Sessions and tokens: who a request comes from. Idle time is kept in the signed cookie, so reading writes nothing.

Each sign-in has an id, which begins with the second it was made in and is random from there. Session cookie and
remember cookie both carry it, so that both end with it.
"""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from flask import Flask, Request, flash, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user, login_user, logout_user, user_loaded_from_cookie
from flask_login.utils import decode_cookie
from sqlalchemy.orm import Session

from chainhub.core import clock
from chainhub.core.actor import ADMINISTRATORS, Actor, Role
from chainhub.core.errors import NotAllowed, NotSignedIn
from chainhub.core.settings import Settings
from chainhub.web import doors, engine, held

_REMEMBER = "chainhub_remember"
_FORGET = "_remember"  # Flask-Login's mark in the session by which the remember cookie is taken away
_SEEN = "seen"
_SEEN_EVERY = 60  # seconds between two refreshes of the cookie
manager = LoginManager()


class AccountLike(Protocol):
    """What the door needs to know of an account."""

    actor: Actor
    epoch: int
    is_active: bool
    elder: bool
    must_change_password: bool
    unread: int


class Accounts(Protocol):
    """Where accounts are looked up; handed in by the application, since this room knows no feature."""

    def by_session(self, session: Session, user_id: int, sid: str) -> AccountLike | None: ...
    def by_token(self, session: Session, token: str) -> AccountLike | None: ...


_WRITTEN = re.compile(r"([0-9]{1,10}):([0-9]{1,10}):(([0-9a-f]{8,9})-[\w-]{8,40})", re.ASCII)
_WRITTEN_BEFORE = re.compile(r"[0-9]+:[0-9]+", re.ASCII)  # by versions that gave a sign-in no id


@dataclass(frozen=True, slots=True)
class Identity:
    """What a cookie says: whose it is, under which epoch, of which sign-in, made when."""

    user_id: int
    epoch: int
    sid: str
    made_at: int  # seconds since 1970

    @classmethod
    def read(cls, written: str) -> "Identity | None":
        """Return what is written, or None for what nobody here has written."""
        found = _WRITTEN.fullmatch(written)
        return cls(int(found[1]), int(found[2]), found[3], int(found[4], 16)) if found else None


def _new_sid() -> str:
    return f"{_now():08x}-{secrets.token_urlsafe(16)}"


def _now() -> int:
    return int(clock.now().timestamp())


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The user object of Flask-Login around an account."""

    account: AccountLike
    sid: str = field(default_factory=_new_sid)

    is_authenticated = True
    is_anonymous = False

    @property
    def is_active(self) -> bool:
        return self.account.is_active

    def get_id(self) -> str:
        return f"{self.account.actor.id}:{self.account.epoch}:{self.sid}"


def register(app: Flask, settings: Settings, accounts: Accounts) -> None:
    """Hang sign-in and the guards on the application."""
    app.config.update(
        SESSION_COOKIE_NAME="chainhub",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.cookie_secure,
        REMEMBER_COOKIE_NAME=_REMEMBER,
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SECURE=settings.cookie_secure,
        REMEMBER_COOKIE_DURATION=timedelta(days=settings.remember_days),
    )
    manager.init_app(
        app, add_context_processor=False
    )  # its processor would ask the database again on the page that says the database is away
    manager.user_loader(_loader(accounts, settings))

    @user_loaded_from_cookie.connect_via(app)  # type: ignore[untyped-decorator]  # the same
    def _remembered(_app: Flask, user: SignedIn) -> None:
        session[_SEEN] = _now()

    @app.before_request
    def _who() -> ResponseReturnValue | None:
        guard = doors.guard_of(request.endpoint)
        g.account = g.sid = None
        if request.endpoint is None or request.endpoint == "static":
            return None
        if guard is None:
            raise RuntimeError(f"route {request.endpoint} has no guard")
        g.account = _account(request, accounts)
        if g.account is None and not guard.public and not request.path.startswith("/api/"):
            if request.method == "POST" and held.is_ours():
                return held.expired()
            return redirect(url_for("people.sign_in", next=_next(request)), code=303)
        doors.admit(guard, g.account.actor if g.account else None)
        if (
            g.account is not None
            and g.account.must_change_password
            and request.endpoint not in _WITHOUT_CHANGE
        ):
            if request.path.startswith("/api/"):
                raise NotAllowed("请先在网页上改掉初始密码，再用接口。", code="password_to_change")
            return redirect(url_for("people.password"), code=303)
        return None


def _loader(accounts: Accounts, settings: Settings) -> Callable[[str], SignedIn | None]:
    idle, remembered = settings.idle_minutes * 60, settings.remember_days * 86_400

    def _account_of(written: str, identity: Identity) -> AccountLike | None:
        account = accounts.by_session(_reading(), identity.user_id, identity.sid)
        if account is None or not account.is_active or account.epoch != identity.epoch:
            return None
        is_remembered = _remembers(written, account) and _now() - identity.made_at <= remembered
        return account if _still_here(account, idle, is_remembered=is_remembered) else None

    def _load(written: str) -> SignedIn | None:
        identity = Identity.read(written)
        g.sid = identity.sid if identity else None
        account = _account_of(written, identity) if identity else None
        if identity is None or account is None:
            _empty(written)
            return None
        return SignedIn(account, identity.sid)

    return _load


_WITHOUT_CHANGE = frozenset({"people.password", "people.sign_out", "people.elder"})


def _account(incoming: Request, accounts: Accounts) -> AccountLike | None:
    scheme, _, token = incoming.headers.get("Authorization", "").partition(" ")
    if incoming.path.startswith("/api/"):
        if scheme.lower() != "bearer" or not token:
            return None
        found = accounts.by_token(_reading(), token.strip())
        if found is None or not found.is_active:
            return None
        return found
    if not incoming.cookies.get(_REMEMBER, "").isascii():
        session[_FORGET] = "clear"
    if "_user_id" not in session and _REMEMBER not in incoming.cookies:
        return None
    user = current_user._get_current_object()  # the proxy of Flask-Login, resolved once
    return user.account if isinstance(user, SignedIn) else None


def _remembers(written: str, account: AccountLike) -> bool:
    """Say whether this browser brings a remember cookie of ours for this very sign-in."""
    return Role.ENTERPRISE in account.actor.roles and _remember_cookie() == written


def _remember_cookie() -> str | None:
    """Return what a remember cookie of ours says. The package breaks over one that is not of plain letters."""
    cookie = request.cookies.get(_REMEMBER, "")
    found: str | None = decode_cookie(cookie) if cookie.isascii() else None
    return found


def _still_here(account: AccountLike, idle: int, *, is_remembered: bool) -> bool:
    now = _now()
    allowed = idle // 2 if account.actor.roles & ADMINISTRATORS else idle
    seen = session.get(_SEEN)
    if (seen is None or now - seen > allowed) and not is_remembered:
        return False
    if seen is None or now - seen > _SEEN_EVERY:
        session[_SEEN] = now
    return True


def _empty(written: str) -> None:
    """Empty a session that opens nothing, and take its remember cookie away, so that it is not tried again."""
    session.clear()
    if _remember_cookie() in {written, None}:
        session[_FORGET] = "clear"
    if _WRITTEN_BEFORE.fullmatch(written):
        flash("系统升级过，请重新登录。")


def _reading() -> Session:
    here = doors.session()
    if not here.in_transaction():
        engine.read_only(here)
    return here


def _next(incoming: Request) -> str | None:
    return incoming.full_path.rstrip("?") if incoming.method == "GET" and incoming.path != "/" else None


def sign_in(account: AccountLike, *, remember: bool) -> None:
    """Begin a session; enterprises may be remembered on their own phone."""
    session.clear()
    g.pop("csrf_token", None)  # of the session that was: a page of this answer needs one of the new
    session.permanent = False
    session[_SEEN] = _now()
    remembered = remember and Role.ENTERPRISE in account.actor.roles
    login_user(SignedIn(account), remember=remembered)
    if not remembered and _REMEMBER in request.cookies:
        session[_FORGET] = "clear"


def sign_out() -> None:
    """Forget session and phone in this browser; whoever calls ends the sign-in itself, for copies of its cookies."""
    session.pop(_SEEN, None)
    logout_user()  # leaves a mark in the session by which the remember cookie is taken away


def sid() -> str | None:
    """Return the id of the sign-in that this browser's cookies carry, or None."""
    found: str | None = g.sid
    return found


def demand_account() -> AccountLike:
    """Return the account of this request. Raises NotSignedIn."""
    account: AccountLike | None = getattr(g, "account", None)
    if account is None:
        raise NotSignedIn("请先登录。")
    return account
