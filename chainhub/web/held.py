"""What was typed on a page that is too old: it stays in sight, and after signing in one more press sends it.

Only what a page of ours has sent is offered to be sent again, as its Origin says. What another site sends in somebody's
name is never put before them as their own words. Files do not survive: no browser gives one back to a form.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

import orjson
from flask import Response, current_app, make_response, render_template, request, url_for
from werkzeug.exceptions import HTTPException

FIELD = "held"
_NEVER = "chainhub_never_held"
_OURS = frozenset({"csrf_token", "form_key", FIELD})
UNSEEN = _OURS | {"version", "once", "sure", "previewed", "token", "next"}
_MOST = 300_000  # characters; more is shown, but not carried through the sign-in
_CHOSEN = re.compile(r"[\w.:@/+-]{0,60}", re.ASCII)  # a code, a number, a day: chosen rather than written
View = TypeVar("View", bound=Callable[..., object])
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Held:
    """A form that did not get through: where it was going, what was in it."""

    action: str
    fields: Pairs
    files: bool = False

    @property
    def texts(self) -> list[str]:
        """What was written, without what was chosen."""
        return _texts(self.fields)


def never(view: View) -> View:
    """Say of a door that what is sent to it is never shown again: it takes passwords."""
    setattr(view, _NEVER, True)
    return view


def texts() -> list[str]:
    """Return what somebody wrote in the form of this request, to be shown with a refusal."""
    return _texts(_sent())


def _texts(fields: Iterable[tuple[str, str]]) -> list[str]:
    return [value for name, value in fields if name not in UNSEEN and not _CHOSEN.fullmatch(value.strip())]


def _sent() -> Pairs:
    """Return the form of this request; nothing of one that is too large to read or takes passwords."""
    view = current_app.view_functions.get(request.endpoint or "")
    if request.method != "POST" or getattr(view, _NEVER, False):
        return ()
    try:
        return tuple(request.form.items(multi=True))
    except HTTPException:  # too large, or no form at all
        return ()


def is_ours() -> bool:
    """Say whether a page of this site has sent this request."""
    source = request.headers.get("Origin") or request.headers.get("Referer") or ""
    return bool(request.host) and urlsplit(source).netloc == request.host


def now() -> Held | None:
    """Return the form of this request, to be sent again; None where it is not ours, empty or too large."""
    fields = tuple(pair for pair in _sent() if pair[0] not in _OURS)
    view = current_app.view_functions.get(request.endpoint or "")
    if not is_ours() or getattr(view, _NEVER, False) or sum(len(value) for _, value in fields) > _MOST:
        return None
    return Held(request.full_path.rstrip("?"), fields, any(one.filename for one in request.files.values()))


def write(held: Held) -> str:
    """Return what a sign-in form carries along."""
    return orjson.dumps([held.action, held.fields, held.files]).decode()


def read(written: str, is_local: Callable[[str], str]) -> Held | None:
    """Return what a sign-in form has carried, or None for what we have not written. Pure."""
    try:
        action, fields, files = orjson.loads(written)
        pairs = tuple((str(name), str(value)) for name, value in fields)
    except (ValueError, TypeError):
        return None
    return Held(action, pairs, bool(files)) if isinstance(action, str) and is_local(action) else None


def expired() -> Response:
    """Answer a form that comes after the sign-in has ended: what was written, and the way to send it."""
    return _page(now(), "登录过期了，没有交上", sign_in=True)


def stale() -> Response:
    """Answer a form whose page is too old: what was written, and the same once more with a fresh token."""
    return _page(now(), "页面放得太久，没有提交", sign_in=False)


def again(held: Held) -> Response:
    """Show somebody who has just signed in what they were about to send."""
    return _page(held, "登录好了，刚才的还没有交", sign_in=False, status=200)


def _page(held: Held | None, title: str, *, sign_in: bool, status: int = 400) -> Response:
    page = render_template(
        "held.html",
        title=title,
        held=held,
        texts=held.texts if held else texts(),
        chosen=[pair for pair in held.fields if pair[1] not in held.texts] if held else [],
        written=[pair for pair in held.fields if pair[1] in held.texts] if held else [],
        carried=write(held) if held else "",
        sign_in_url=url_for("people.sign_in") if sign_in else "",
        back=_back(held.action if held else request.full_path.rstrip("?")),
    )
    return make_response(page, status)


def _back(path: str) -> str:
    """Return the page that the form stands on: its own address where that can be looked at, else home."""
    adapter = current_app.url_map.bind("")
    return path if "GET" in adapter.allowed_methods(path.partition("?")[0]) else "/"
