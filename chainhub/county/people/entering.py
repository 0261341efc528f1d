"""What the doors do before anybody is signed in, and when somebody leaves: each with a commit of its own."""

import ipaddress

from flask import current_app, request

from chainhub.core import clock
from chainhub.core.settings import Settings
from chainhub.county.people import service
from chainhub.county.people.queries import Account
from chainhub.web import doors, engine


def enter(username: str, password: str) -> Account:
    """Return who signs in. Raises NotSignedIn or TooFast after the failure has been counted and committed.

    The password is compared before the writing transaction opens: comparing is slow on purpose.
    """
    session, now = doors.session(), clock.now()
    if not session.in_transaction():
        engine.read_only(session)
    examined = service.examine(session, username, password, source(), now)
    engine.writing(session)
    outcome = service.settle(session, examined, now)
    session.commit()
    return outcome.demand()


def source() -> str:
    """Return from where a try comes, as the failures of one address are counted.

    A proxy that nobody has said to trust lends its own address to everybody behind it, so one stranger's wrong
    tries would bar them all. Behind a neighbour that forwards, it is therefore the address that the neighbour
    names that counts, beside the neighbour's own. Nobody but this count believes it: whoever makes addresses up
    gets a new count, and still five tries at each account. From the open internet such headers count for nothing.
    """
    settings: Settings = current_app.extensions["chainhub_settings"]
    peer = request.remote_addr or ""
    if settings.trusted_proxies or not _is_neighbour(peer):
        return peer
    named = request.headers.get("X-Forwarded-For") or request.headers.get("X-Real-IP")
    named = named or request.headers.get("Forwarded", "")
    nearest = named.rpartition(",")[2].strip()  # what the proxy next to us has added stands last
    return f"{peer} {nearest}".strip()


def _is_neighbour(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return (getattr(found, "ipv4_mapped", None) or found).is_private  # loopback is


def demand_calm(what: str, most: int) -> None:
    """Refuse an address from which too many tries of something came to nothing. Raises TooFast."""
    session, now = doors.session(), clock.now()
    if not session.in_transaction():
        engine.read_only(session)
    service.demand_calm(session, f"{what} {source()}", most, now)
    session.rollback()  # what follows opens its own transaction


def strike(what: str, most: int) -> None:
    """Count a try that came to nothing, and commit that."""
    session = doors.session()
    session.rollback()
    engine.writing(session)
    service.strike(session, f"{what} {source()}", most, clock.now())
    session.commit()


def leave(sid: str | None) -> None:
    """End a sign-in for every browser that carries it, and commit that; without one there is nothing to end."""
    if sid is None:
        return
    session = doors.session()
    engine.writing(session)
    service.end_session(session, sid, clock.now())
    session.commit()
