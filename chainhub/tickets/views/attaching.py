"""The files of a ticket: putting one there, and looking at it."""

from dataclasses import replace

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from chainhub.core.errors import Invalid
from chainhub.tickets import queries, uploads
from chainhub.tickets.service import attaching
from chainhub.tickets.views.door import PEOPLE, bp
from chainhub.tickets.views.reading import ticket_page
from chainhub.web import doors


@bp.post("/tickets/<number>/attachments")
@doors.signed_in(*PEOPLE)
@doors.body_most(uploads.BODY_MOST)
def attach(number: str) -> ResponseReturnValue:
    """Take files. They are looked at before the transaction that writes: nobody waits for a large photo."""
    with doors.reading() as work:
        attaching.demand(work, number)
    try:
        files = uploads.examined()
        with uploads.storage().keeping() as shelf, doors.work() as work:
            attaching.attach(work, shelf, number, files, internal=bool(request.form.get("internal")))
    except Invalid as refusal:
        return _again(number, refusal)
    flash(f"{len(files)} 个附件传上去了。")
    return redirect(url_for(".show", number=number, _anchor="ticket-attachments"), code=303)


def _again(number: str, refusal: Invalid) -> ResponseReturnValue:
    said = "".join(one for errors in refusal.errors.values() for one in errors) or refusal.title
    with doors.reading() as work:
        page = replace(ticket_page(work, queries.own(work, number)), attach_error=said)
        return make_response(render_template("tickets/show.html", page=page), 422)


@bp.get("/tickets/<number>/attachments/<int:id_>")
@doors.signed_in(*PEOPLE)
def attachment(number: str, id_: int) -> ResponseReturnValue:
    with doors.reading() as work:
        return uploads.download(work, queries.own(work, number), id_)
