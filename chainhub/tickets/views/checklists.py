"""Keeping the checklists of the categories: what must be ticked before a matter is resolved."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from chainhub.core.errors import Invalid
from chainhub.core.work import Work
from chainhub.tickets.service import checklist_keeping as keeping
from chainhub.tickets.views.door import bp
from chainhub.web import doors


@bp.get("/admin/checklists")
@doors.signed_in(*keeping.KEEPERS)
def checklists() -> ResponseReturnValue:
    with doors.reading() as work:
        rows = keeping.of_all(work)
        has = {one.code for one in rows}
        left = [
            (url_for(".checklist_of", code=code), words)
            for code, words in keeping.choices(work)
            if code not in has
        ]
        return make_response(render_template("tickets/checklists.html", rows=rows, left=left))


@bp.route("/admin/checklists/<code>/edit", methods=["GET", "POST"])
@doors.signed_in(*keeping.KEEPERS)
def checklist_of(code: str) -> ResponseReturnValue:
    if request.method == "GET":
        with doors.reading() as work:
            return _page(work, code, keeping.written(keeping.of(work, code).entries), "", 200)
    text = request.form.get(keeping.FIELD, "")
    try:
        with doors.work() as work:
            label = keeping.keep(work, code, keeping.read(text)).label
    except Invalid as refusal:
        said = "".join(refusal.errors.get(keeping.FIELD, [refusal.title]))
        with doors.reading() as work:
            return _page(work, code, text, said, 422)
    flash(f"“{label}”的办理清单从现在起照新的办。")
    return redirect(url_for(".checklists"), code=303)


def _page(work: Work, code: str, text: str, error: str, status: int) -> ResponseReturnValue:
    listed = keeping.of(work, code)
    page = render_template(
        "tickets/checklist_edit.html",
        listed=listed,
        text=text,
        error=error,
        must=keeping.MUST,
        most=keeping.ITEMS_MOST,
        back_url=url_for(".checklists"),
    )
    return make_response(page, status)
