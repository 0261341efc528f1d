"""What both front doors share: one try at a password from the present request."""

from flask import request

from chainhub.core import clock
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
    examined = service.examine(session, username, password, request.remote_addr or "", now)
    engine.writing(session)
    outcome = service.settle(session, examined, now)
    session.commit()
    return outcome.demand()
