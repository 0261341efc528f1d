"""What every door uses: who is there, may they come in, and one unit of work with one commit."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from flask import current_app, g, request
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from chainhub.core import clock
from chainhub.core.actor import GUESTS, Actor, Role
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn
from chainhub.core.work import Work
from chainhub.core.worktime import Calendar
from chainhub.web import engine, presses
from chainhub.web.database import db

View = TypeVar("View", bound=Callable[..., object])
GUARD = "chainhub_guard"
BODY_MOST = "chainhub_body_most"
BY_FIELD = "chainhub_by_field"


@dataclass(frozen=True, slots=True)
class Guard:
    """Who may use a route: anybody, any signed-in person, or holders of some roles."""

    public: bool = False
    roles: frozenset[Role] = frozenset()


def public(view: View) -> View:
    """Open a route to everybody."""
    setattr(view, GUARD, Guard(public=True))
    return view


def signed_in(*roles: Role) -> Callable[[View], View]:
    """Open a route to signed-in persons; with roles, to their holders alone."""

    def guarded(view: View) -> View:
        setattr(view, GUARD, Guard(roles=frozenset(roles)))
        return view

    return guarded


def anybody_signed_in(view: View) -> View:
    """Open a route to every signed-in person, whoever is let in for a time included."""
    return signed_in(*Role)(view)


def body_most(size: int) -> Callable[[View], View]:
    """Let a route take a larger body than others do, in bytes: one that files come through."""

    def widened(view: View) -> View:
        setattr(view, BODY_MOST, size)
        return view

    return widened


def says_by_field(view: View) -> View:
    """Say of a route that its form itself names the field with what cannot be kept, and shows everything else again."""
    setattr(view, BY_FIELD, True)
    return view


def widen() -> None:
    """Allow this request the body that its route takes. Asked after the guard, so that no stranger sends it."""
    size = getattr(current_app.view_functions.get(request.endpoint or ""), BODY_MOST, None)
    if size is not None:
        request.max_content_length = size


def demand_storable() -> None:
    """Refuse what no database keeps as text: it is never typed by accident. Bodies of the API say so by field."""
    if any("\x00" in str(value) for value in (request.view_args or {}).values()):
        raise NotFound("没有这一页，请核对网址。")
    by_field = getattr(current_app.view_functions.get(request.endpoint or ""), BY_FIELD, False)
    if by_field or request.path.startswith("/api/"):
        return
    said = (value for source in (request.args, request.form) for _, value in source.items(multi=True))
    if any("\x00" in value for value in said):
        raise Invalid("里面有不能保存的字符，请删掉再提交。")


def guard_of(endpoint: str | None) -> Guard | None:
    """Return the guard of a route, or None where somebody forgot one (a house test forbids that)."""
    view = current_app.view_functions.get(endpoint or "")
    found = getattr(view, GUARD, None)
    if found is None and view is not None:
        found = getattr(getattr(view, "view_class", None), GUARD, None)
    return found if isinstance(found, Guard) else None


def admit(guard: Guard, actor: Actor | None) -> None:
    """Let an actor pass a guard, or refuse."""
    if guard.public:
        return
    if actor is None:
        raise NotSignedIn("请先登录。")
    if actor.roles & GUESTS and not guard.roles & GUESTS:
        raise NotAllowed("迎检账号只能看选出来的诉求，这一页不开放。")
    if guard.roles and not guard.roles & actor.roles:
        raise NotAllowed("这一页不对您的角色开放。")


def session() -> Session:
    """Return this request's database session."""
    return db.session()


def actor() -> Actor:
    """Return who is signed in. Raises NotSignedIn if nobody is."""
    account = getattr(g, "account", None)
    if account is None:
        raise NotSignedIn("请先登录。")
    found: Actor = account.actor
    return found


def before() -> int | None:
    """Return the id below which a page begins, as the address says it; nonsense begins at the newest."""
    said = request.args.get("before", "")
    return int(said) if re.fullmatch(r"[0-9]{1,9}", said) else None


CalendarOf = Callable[[Session], Calendar]


@contextmanager
def work(by: Actor | None = None) -> Iterator[Work]:
    """Open a unit of work that writes, and commit it: the only commit of a request.

    `by` is for a door where nobody signs in; elsewhere it is whoever is signed in.
    """
    here = session()
    engine.writing(here)
    try:
        opened = Work(here, by or actor(), clock.now(), _calendar(here))
        presses.claim(here, opened.actor, opened.now)
        yield opened
        here.commit()
    except StaleDataError as error:
        here.rollback()
        raise Conflict("这件诉求刚刚有了新的进展，请刷新后再操作。", code="stale") from error
    except IntegrityError as error:
        here.rollback()
        raise Conflict("刚刚有人同时保存了同样的内容，请刷新看看再试。", code="conflict") from error
    except OperationalError as error:
        here.rollback()
        raise database_busy(error) from error
    except BaseException:
        here.rollback()
        raise


@contextmanager
def reading(by: Actor | None = None, *, in_one: bool = False) -> Iterator[Work]:
    """Open a unit of work that only reads; nothing is committed. `by` as for `work`, `in_one` as for `engine.read_only`."""
    here = session()
    if in_one:
        here.rollback()
    if not here.in_transaction():
        engine.read_only(here, in_one=in_one)
    yield Work(here, by or actor(), clock.now(), _calendar(here))


def _calendar(here: Session) -> Calendar:
    found: CalendarOf = current_app.extensions["chainhub_calendar"]
    return found(here)


def database_busy(error: OperationalError) -> Exception:
    """Return what a database that is busy or away means to a person; the cause stays chained."""
    from chainhub.web.errors import Unavailable

    return Unavailable(str(error.orig))
