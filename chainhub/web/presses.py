"""One press of a button, one effect: a form that is sent twice, by a double tap or a line that broke, is done once.

Every form carries a key of its own. Key and content together are written down in the same transaction as the effect,
so the second of two waits for the first and then finds that it was done. Whoever goes back, changes a word and sends
again, sends something else. Programs give the key in the header `Idempotency-Key`.
"""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import uuid4

from flask import Flask, Response, current_app, g, has_request_context, request
from sqlalchemy import String, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from chainhub.core.actor import Actor
from chainhub.core.db import Base
from chainhub.core.errors import Conflict, Invalid
from chainhub.web import engine

FIELD = "form_key"
HEADER = "Idempotency-Key"
KEY_MOST = 100  # characters
KEPT = timedelta(days=2)  # nobody presses the same button twice later than that
_HARMLESS = "chainhub_harmless_twice"
_CLAIMED = "chainhub_press"
_NOT_CONTENT = frozenset({"csrf_token", FIELD})
View = TypeVar("View", bound=Callable[..., object])


class Press(Base):
    """A form or a call that was done, by what it was."""

    __tablename__ = "press"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)  # digest of who, where, which key
    digest: Mapped[str] = mapped_column(String(64))  # of what was sent
    at: Mapped[datetime] = mapped_column(index=True)


class Repeated(Exception):
    """The same form came a second time: it was done the first time, and stays done once."""


def harmless_twice(view: View) -> View:
    """Say of a door that sending it twice does no more than once, or answers the same: it needs no key."""
    setattr(view, _HARMLESS, True)
    return view


def is_harmless_twice(endpoint: str | None) -> bool:
    """Say whether a door was said to be so."""
    return bool(getattr(current_app.view_functions.get(endpoint or ""), _HARMLESS, False))


def register(app: Flask, open_session: Callable[[], Session]) -> None:
    """Make the key of a form known to every template; let go of the key of a request that came to nothing."""
    app.jinja_env.globals["form_key"] = lambda: uuid4().hex

    @app.after_request
    def _let_go(response: Response) -> Response:
        # What was refused, or only shown, was not done: the same may be sent again.
        key = g.get(_CLAIMED)
        done = (
            response.status_code < 400
            if request.path.startswith("/api/")
            else 300 <= response.status_code < 400
        )
        if key and not done:
            here = open_session()
            engine.writing(here)
            here.execute(delete(Press).where(Press.key == key))
            here.commit()
        return response


def claim(session: Session, by: Actor, now: datetime) -> None:
    """Write down that this request is done by what follows in its transaction; the first unit of work of it asks.

    Raises Repeated for a form, Conflict or Invalid for a call, where it was done before.
    """
    if not has_request_context() or request.method != "POST" or by.id is None or _CLAIMED in g:
        return
    if is_harmless_twice(request.endpoint):
        return
    setattr(g, _CLAIMED, "")
    if request.path.startswith("/api/"):
        _claim_call(session, by.id, now)
    elif given := request.form.get(FIELD, ""):
        digest = _digest(*_typed())
        made = Press(key=_digest(by.id, request.full_path, given, digest), digest=digest, at=now)
        if not _written(session, made):
            raise Repeated
        setattr(g, _CLAIMED, made.key)


def key_of_call() -> str:
    """Return the key that a program has given, or an empty text. Raises Invalid for one that cannot be kept."""
    key = request.headers.get(HEADER, "").strip()
    if len(key) > KEY_MOST or not key.isprintable():
        raise Invalid(errors={HEADER: [f"最多 {KEY_MOST} 个能显示的字符。"]})
    return key


def _claim_call(session: Session, user_id: int, now: datetime) -> None:
    given = key_of_call()
    if not given:
        return
    digest = (
        _digest(request.get_data(cache=True))
        if request.mimetype == "application/json"
        else _digest(*_typed())
    )
    made = Press(key=_digest(user_id, request.path, given), digest=digest, at=now)
    if _written(session, made):
        setattr(g, _CLAIMED, made.key)
        return
    if session.scalar(select(Press.digest).where(Press.key == made.key)) == digest:
        raise Conflict("这一次已经办过了，没有再办一遍。", code="already_done")
    raise Invalid("这个 Idempotency-Key 用过了，内容和那一次不一样。请换一个键。", code="key_reused")


def _written(session: Session, press: Press) -> bool:
    """Write a press down; say whether it is the first. It waits for one that is being done just now."""
    make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = make(Press).values(key=press.key, digest=press.digest, at=press.at)
    adding = row.on_conflict_do_nothing(index_elements=["key"]).returning(Press.key)
    return session.connection().execute(adding).first() is not None


def _typed() -> list[object]:
    files = [(name, one.filename) for name, one in request.files.items(multi=True)]
    said = [pair for pair in request.form.items(multi=True) if pair[0] not in _NOT_CONTENT]
    return [said, files, request.content_length if files else 0]


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()


def has_forgettable(session: Session, now: datetime) -> bool:
    """Say whether there are presses that nobody will repeat any more."""
    return session.scalar(select(Press.key).where(Press.at <= now - KEPT).limit(1)) is not None


def forget(session: Session, now: datetime) -> None:
    """Forget them in one statement."""
    session.execute(delete(Press).where(Press.at <= now - KEPT))


__all__: Sequence[str] = (
    "FIELD",
    "HEADER",
    "Press",
    "Repeated",
    "claim",
    "forget",
    "harmless_twice",
    "has_forgettable",
    "is_harmless_twice",
    "key_of_call",
    "register",
)
