"""Who else is looking, as a beat of an open page: reading alone writes nothing."""

from flask import make_response
from flask.typing import ResponseReturnValue
from markupsafe import escape

from chainhub.tickets.service import presence
from chainhub.tickets.views.door import PEOPLE, bp
from chainhub.web import doors, presses


@bp.post("/tickets/<number>/looking")
@doors.signed_in(*PEOPLE)
@presses.harmless_twice
def looking(number: str) -> ResponseReturnValue:
    with doors.work() as work:
        words = presence.beat(work, number)
    return make_response(str(escape(words)))
