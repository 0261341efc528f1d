"""Two forms that nobody can mix up: the note for the staff first, the word to the enterprise beneath, each in its own colour."""

from flask import flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from chainhub.core.errors import Invalid
from chainhub.core.work import Work
from chainhub.tickets import forms, queries, rules
from chainhub.tickets.service import moving, noting
from chainhub.tickets.views.door import PEOPLE, bp
from chainhub.tickets.views.reading import ticket_page
from chainhub.tickets.workflow import Action
from chainhub.web import doors


@bp.route("/tickets/<number>/note", methods=["GET", "POST"])
@doors.signed_in(*PEOPLE)
def note(number: str) -> ResponseReturnValue:
    if request.method == "GET":
        with doors.reading() as work:
            noting.demand(work, queries.own(work, number))
            return _page(work, number, forms.for_answer("备注")(), 200)
    refusal: Invalid | None = None
    try:
        with doors.work() as work:
            noting.demand(work, queries.own(work, number))
            form = forms.for_answer("备注")()
            if not form.validate():
                return _page(work, number, form, 422)
            link = noting.note(work, number, form.given()["note"]).link
    except Invalid as error:
        refusal = error
    if refusal is None:
        flash("备注记下了，企业看不到。")
        return redirect(link, code=303)
    with doors.reading() as work:
        form = forms.for_answer("备注")()
        form.validate()
        form.note.errors = list(refusal.errors.get("note", [refusal.title]))
        return _page(work, number, form, 422)


def _page(work: Work, number: str, form: forms.ActForm, status: int) -> ResponseReturnValue:
    ticket = queries.own(work, number)
    may_tell = any(row.action is Action.PROGRESS for row in moving.moves(work, ticket))
    page = render_template(
        "tickets/note.html",
        page=ticket_page(work, ticket),
        form=form,
        tell_url=f"{ticket.link}/act/{Action.PROGRESS.value}" if may_tell else "",
        readers=rules.reader_words(
            Action.PROGRESS, queries.enterprise_name(work.session, ticket.enterprise_code)
        ),
    )
    return make_response(page, status)
