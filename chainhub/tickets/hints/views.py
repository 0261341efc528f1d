"""The administrator's page of hints, and what the doors of filing and acting take from this room."""

from collections.abc import Mapping

from flask import render_template, request
from flask.typing import ResponseReturnValue

from chainhub.core.actor import Role
from chainhub.core.work import Work
from chainhub.tickets.hints import service, showing
from chainhub.tickets.hints.rules import What
from chainhub.tickets.models import Ticket
from chainhub.tickets.views.door import bp
from chainhub.tickets.workflow import Action
from chainhub.web import doors

SHOWN = "hinted"  # the field by which a form says which hints it showed


@bp.get("/admin/hints")
@doors.signed_in(Role.SYSADMIN)
def hint_models() -> ResponseReturnValue:
    """Show what was learnt, how well it tells, and whether people follow it."""
    with doors.reading() as work:
        return render_template(
            "tickets/hint_models.html", models=showing.models(work), tries=showing.tries(work)
        )


def filed(work: Work, ticket: Ticket) -> None:
    """Note whether a category was chosen as the form of filing suggested it."""
    _note(work, ticket, {What.CATEGORY: ticket.category_code or ""})


def moved(work: Work, ticket: Ticket, action: Action) -> None:
    """Note whether an action went as its form suggested."""
    what = showing.DECIDED.get(action)
    if what is not None:
        chosen = ticket.category_code if what is What.CATEGORY else ticket.lead_unit_code
        _note(work, ticket, {what: chosen or ""})


def _note(work: Work, ticket: Ticket, chosen: Mapping[What, str]) -> None:
    shown = request.form.getlist(SHOWN)
    if shown:
        service.record(work, ticket, shown, chosen)
