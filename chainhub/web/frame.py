"""The frame of every page: navigation, who is signed in, unread count. Filled by loaders that the application hands in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from flask import Flask, g, has_request_context, request, url_for
from sqlalchemy.exc import SQLAlchemyError

from chainhub.core.actor import GUESTS, Actor, Role


@dataclass(frozen=True, slots=True)
class NavItem:
    """One word of the navigation, the addresses under which it is the current one, and the pages it stands for."""

    label: str
    url: str
    under: tuple[str, ...]
    pages: tuple[tuple[str, str], ...] = ()  # where it stands for several: label and address of each


@dataclass(slots=True)
class Frame:
    """What `base.html` draws around a page."""

    signed_in: bool = False
    name: str = ""
    title: str = ""
    county: str = ""
    nav: Sequence[tuple[str, str, bool]] = field(default_factory=tuple)
    beside: Sequence[tuple[str, str, bool]] = field(default_factory=tuple)  # the pages of the current word
    unread: str = ""  # as it is said; empty: none
    elder: bool = False
    demo: bool = False
    search_url: str = "/tickets"
    query: str = ""
    home_url: str = "/"
    inbox_url: str = "/inbox"
    sign_out_url: str = "/sign-out"
    elder_url: str = "/elder"
    password_url: str = "/password"  # noqa: S105  # an address
    owner: bool = False
    may_search: bool = False
    guest: bool = False  # let in for a time: nothing of one's own but the password
    keeps_leave: bool = False  # whether somebody may stand in for this person (AB角)


def marked(items: Sequence[NavItem], path: str) -> tuple[tuple[str, str, bool], ...]:
    """Return the words of the navigation; of those above this address only the nearest is the current one. Pure."""

    def near(item: NavItem) -> int:
        return max((len(one) for one in (item.url, *item.under) if _is_above(one, path)), default=0)

    most = max((near(one) for one in items), default=0)
    return tuple((one.label, one.url, 0 < most == near(one)) for one in items)


def beside(items: Sequence[NavItem], path: str) -> tuple[tuple[str, str, bool], ...]:
    """Return the pages that share the current word of the navigation, if it stands for several. Pure."""
    current = {label for label, _, is_current in marked(items, path) if is_current}
    return tuple(
        (label, url, _is_above(url, path))
        for one in items
        if one.label in current
        for label, url in one.pages
    )


def _is_above(prefix: str, path: str) -> bool:
    return path == prefix or (prefix != "/" and path.startswith(prefix))


UNREAD_MOST = 100  # notices; more are not counted


def unread_text(number: int) -> str:
    """Return how many notices are unread as a page says it: nothing for none, 99+ where counting stopped."""
    return f"{UNREAD_MOST - 1}+" if number >= UNREAD_MOST else str(number or "")


_NOT_LENT = frozenset({Role.ENTERPRISE, Role.INSPECTOR, Role.LEADER, Role.SECADMIN, Role.AUDITOR})
Loader = Callable[[Actor], tuple[str, bool, Sequence[NavItem]]]


def register(app: Flask, load: Loader, county: Callable[[], tuple[str, bool]], asset_version: str) -> None:
    """Make `frame` and `asset_version` known to every template."""

    @app.context_processor
    def _frame() -> dict[str, object]:
        return {"frame": _build(load, county), "asset_version": asset_version}


def _build(load: Loader, county: Callable[[], tuple[str, bool]]) -> Frame:
    account = getattr(g, "account", None)
    elder = has_request_context() and request.cookies.get("elder") == "1"
    if account is None:
        try:
            name, demo = county()
        except SQLAlchemyError:  # a page that says the database is away must not need the database
            name, demo = "", False
        return Frame(county=name, demo=demo, elder=elder, sign_out_url=url_for("people.sign_out"))
    actor: Actor = account.actor
    try:
        name, demo, items = load(actor)
    except SQLAlchemyError:  # the same: the error page of a dead database still has a frame
        name, demo, items = "", False, ()
    owner = Role.ENTERPRISE in actor.roles
    path = request.path
    return Frame(
        signed_in=True,
        name=actor.name,
        title=actor.title or actor.unit_name,
        county=name,
        nav=marked(items, path),
        beside=beside(items, path),
        unread=unread_text(account.unread),
        elder=elder or account.elder,
        demo=demo,
        query=request.args.get("q", ""),
        owner=owner,
        guest=bool(actor.roles & GUESTS),
        keeps_leave=bool(actor.roles - _NOT_LENT),
        may_search=any("/tickets" in i.url for i in items),
    )
