"""Noting what was solved on the spot (现场办结补录)."""

from flask import make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from chainhub.core.actor import Role
from chainhub.core.errors import Invalid
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.tickets import forms
from chainhub.tickets.service import submitting
from chainhub.tickets.views.door import bp
from chainhub.tickets.workflow import Action, rows
from chainhub.web import doors


@bp.route("/tickets/backfill", methods=["GET", "POST"])
@doors.signed_in(Role.GUIDE, Role.COMMITTEE)
def backfill() -> ResponseReturnValue:
    if request.method == "POST":
        return _note()
    with doors.reading() as work:
        return _page(_form(work), 200)


def _form(work: Work) -> forms.ActForm:
    firms = [(one.code, one.short) for one in submitting.may_file_for(work)]
    row = rows(Action.BACKFILL, None)[0]
    form: forms.ActForm = forms.for_move(row, known.of(work.session).directory, enterprises=firms)()
    return form


def _page(form: forms.ActForm, status: int) -> ResponseReturnValue:
    return make_response(render_template("tickets/backfill.html", form=form), status)


def _note() -> ResponseReturnValue:
    refusal: Invalid | None = None
    try:
        with doors.work() as work:
            form = _form(work)
            if not form.validate():
                return _page(form, 422)
            link = submitting.backfill(work, form.given()).ticket.link
    except Invalid as error:
        refusal = error
    if refusal is None:
        return redirect(link, code=303)
    with doors.reading() as work:
        form = _form(work)
        form.validate()
        for name, said in refusal.errors.items():
            if name in form:
                form[name].errors = list(said)
        if not form.errors:
            form.form_errors.append(refusal.title)
        return _page(form, 422)
