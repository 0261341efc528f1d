"""Ticking the checklist of a ticket's category."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from chainhub.core.actor import Role
from chainhub.tickets.service import checklists
from chainhub.tickets.views.door import bp
from chainhub.web import doors, presses


@bp.post("/tickets/<number>/checklist")
@doors.signed_in(Role.DEPARTMENT)
@presses.harmless_twice
def check(number: str) -> ResponseReturnValue:
    with doors.work() as work:
        done = request.form.get("done") == "y"
        checklists.tick(work, number, request.form.get("item", ""), done=done)
    return redirect(url_for(".show", number=number, _anchor="ticket-checklist"), code=303)
