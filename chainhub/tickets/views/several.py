"""One verb for several tickets at once; a dispatch asks first to which unit each is to go."""

from collections.abc import Sequence

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue

from chainhub.core.actor import Role
from chainhub.core.errors import Invalid
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.responsibilities.rules import Share
from chainhub.tickets import fields, queries, together
from chainhub.tickets.models import Ticket
from chainhub.tickets.responsible import suggesting
from chainhub.tickets.responsible.suggesting import Named
from chainhub.tickets.service import moving
from chainhub.tickets.showing import PickView
from chainhub.tickets.together import Pick, Result
from chainhub.tickets.views.door import bp, version_of
from chainhub.tickets.workflow import Action
from chainhub.web import doors


@bp.post("/tickets/bulk")
@doors.signed_in(Role.COMMITTEE, Role.TASK_FORCE, Role.DEPARTMENT)
def bulk() -> ResponseReturnValue:
    """Do one thing to several tickets: each is its own transaction, each result is said."""
    name = request.form.get("action", "")
    if name not in {one.value for one in together.ACTIONS}:
        raise Invalid("这件事不能几件一起办，请打开诉求一件一件办。")
    action = Action(name)
    seen = dict(pick.partition(":")[::2] for pick in request.form.getlist("pick"))
    picks = [Pick(number, version_of(version)) for number, version in seen.items()]
    if action is Action.DISPATCH and picks:
        return _dispatch(picks)
    return _results(action, picks)


def _results(action: Action, picks: list[Pick]) -> ResponseReturnValue:
    outcome = together.do(action, picks)
    return make_response(
        render_template(
            "tickets/bulk_done.html",
            action=action.label,
            rows=outcome.rows,
            picked=len(outcome.rows),
            done=outcome.count(Result.DONE),
            skipped=outcome.count(Result.SKIPPED),
            failed=outcome.count(Result.FAILED),
        )
    )


def _dispatch(picks: list[Pick]) -> ResponseReturnValue:
    """Ask to which unit each ticket goes; what was chosen stays while one of them is still missing."""
    sent = "ready" in request.form
    note = request.form.get("note", "").strip()
    most = fields.field(Action.DISPATCH, "note").most
    chosen = {one.number: request.form.get(f"unit-{one.number}", "") for one in picks}
    if sent and all(chosen.values()) and len(note) <= most:
        given = {"note": note} if note else {}
        return _results(
            Action.DISPATCH,
            [Pick(one.number, one.version, {"lead_unit": chosen[one.number], **given}) for one in picks],
        )
    with doors.reading() as work:
        found = queries.own_several(work, [one.number for one in picks[: together.MOST]])
        named = suggesting.for_tickets(work, found)
        rows = [
            _row(work, ticket, _lead(named[ticket.id]), chosen[ticket.number], sent=sent) for ticket in found
        ]
        page = render_template(
            "tickets/bulk_dispatch.html",
            picks=[f"{one.number}:{one.version}" for one in picks],
            rows=rows,
            note=note,
            note_error=f"最多 {most} 字，现在 {len(note)} 字。" if len(note) > most else "",
            wrong=sent,
        )
    return make_response(page, 422 if sent else 200)


def _lead(named: Sequence[Named]) -> Named | None:
    return next((one for one in named if one.share is Share.LEAD), None)


def _row(work: Work, ticket: Ticket, lead: Named | None, unit: str, *, sent: bool) -> PickView:
    """Return one ticket with whom the responsibility list has lead it, else the usual unit, until somebody chooses.

    The unit complained of is no choice.
    """
    directory = known.of(work.session).directory
    about = ticket.complained_unit_code
    usual = directory.categories[ticket.category_code].units if ticket.category_code else ()
    likely = [lead.unit] if lead is not None else [one for one in usual if one != about]
    return PickView(
        ticket.number,
        ticket.title,
        directory.category_label(ticket.category_code) or "类别待定",
        unit if sent else next(iter(likely), ""),
        [(one.code, one.name) for one in directory.units.values() if one.handles and one.code != about],
        lead.reason if lead is not None else "",
        moving.dispatch_warning(work, ticket),
        "请选派给哪个单位。" if sent and not unit else "",
    )
