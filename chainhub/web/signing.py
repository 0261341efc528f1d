"""Sessions and tokens: who a request comes from. Idle time is kept in the signed cookie, so reading writes nothing."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from flask import Flask, Request, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user, login_user, logout_user, user_loaded_from_cookie
from sqlalchemy.orm import Session

from chainhub.core import clock
from chainhub.core.actor import ADMINISTRATORS, Actor, Role
from chainhub.core.errors import NotAllowed, NotSignedIn
from chainhub.core.settings import Settings
from chainhub.web import doors, engine

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


class Accounts(Protocol):
    """Where accounts are looked up; handed in by the application, since this room knows no feature."""

    def by_id(self, session: Session, user_id: int) -> AccountLike | None: ...
    def by_token(self, session: Session, token: str) -> AccountLike | None: ...


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The user object of Flask-Login around an account."""

    account: AccountLike

    is_authenticated = True
    is_anonymous = False

    @property
    def is_active(self) -> bool:
        return self.account.is_active

    def get_id(self) -> str:
        return f"{self.account.actor.id}:{self.account.epoch}"


def register(app: Flask, settings: Settings, accounts: Accounts) -> None:
    """Hang sign-in and the guards on the application."""
    app.config.update(
        SESSION_COOKIE_NAME="chainhub",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.cookie_secure,
        REMEMBER_COOKIE_NAME="chainhub_remember",
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SECURE=settings.cookie_secure,
        REMEMBER_COOKIE_DURATION=timedelta(days=settings.remember_days),
    )
    manager.init_app(
        app, add_context_processor=False
    )  # its processor would ask the database again on the page that says the database is away
    idle = settings.idle_minutes * 60

    @manager.user_loader  # type: ignore[untyped-decorator]  # the package ships no types
    def _load(identity: str) -> SignedIn | None:
        user_id, _, epoch = identity.partition(":")
        account = accounts.by_id(_reading(), int(user_id)) if user_id.isdigit() else None
        if account is None or not account.is_active or str(account.epoch) != epoch:
            return None
        return SignedIn(account) if _still_here(account, idle) else None

    @user_loaded_from_cookie.connect_via(app)  # type: ignore[untyped-decorator]  # the same
    def _remembered(_app: Flask, user: SignedIn) -> None:
        session[_SEEN] = int(clock.now().timestamp())

    @app.before_request
    def _who() -> ResponseReturnValue | None:
        guard = doors.guard_of(request.endpoint)
        g.account = None
        if request.endpoint is None or request.endpoint == "static":
            return None
        if guard is None:
            raise RuntimeError(f"route {request.endpoint} has no guard")
        g.account = _account(request, accounts)
        if g.account is None and not guard.public and not request.path.startswith("/api/"):
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
    if "_user_id" not in session and "chainhub_remember" not in incoming.cookies:
        return None
    user = current_user._get_current_object()  # the proxy of Flask-Login, resolved once
    return user.account if isinstance(user, SignedIn) else None


def _still_here(account: AccountLike, idle: int) -> bool:
    now = int(clock.now().timestamp())
    allowed = idle // 2 if account.actor.roles & ADMINISTRATORS else idle
    seen = session.get(_SEEN)
    if seen is None or now - seen > allowed:
        if "chainhub_remember" in request.cookies and Role.ENTERPRISE in account.actor.roles:
            session[_SEEN] = now
            return True
        session.clear()
        return False
    if now - seen > _SEEN_EVERY:
        session[_SEEN] = now
    return True


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
    session.permanent = False
    session[_SEEN] = int(clock.now().timestamp())
    login_user(SignedIn(account), remember=remember and Role.ENTERPRISE in account.actor.roles)


def sign_out() -> None:
    """End this session and forget this phone."""
    session.pop(_SEEN, None)
    logout_user()  # leaves a mark in the session by which the remember cookie is taken away


def demand_account() -> AccountLike:
    """Return the account of this request. Raises NotSignedIn."""
    account: AccountLike | None = getattr(g, "account", None)
    if account is None:
        raise NotSignedIn("请先登录。")
    return account
