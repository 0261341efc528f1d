"""The pages on which the kinds of assignment are kept: label, ratio, term, duties."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from chainhub.assignments import forms
from chainhub.assignments.kinds import Kind
from chainhub.assignments.service import kind_keeping as keeping
from chainhub.assignments.views.door import bp
from chainhub.core.errors import Conflict, Invalid
from chainhub.web import doors


@bp.get("/admin/assignment-kinds")
@doors.signed_in(*keeping.KEEPERS)
def kept_kinds() -> ResponseReturnValue:
    """Show every kind with its rule, and where it is changed."""
    with doors.reading() as work:
        rows = [(one, url_for(".kept_kind", code=one.code)) for one in keeping.editable(work)]
        return make_response(render_template("assignments/kept_kinds.html", rows=rows))


@bp.route("/admin/assignment-kinds/<code>", methods=["GET", "POST"])
@doors.signed_in(*keeping.KEEPERS)
def kept_kind(code: str) -> ResponseReturnValue:
    """Ask what a kind is to be from now on, and keep it."""
    with doors.work() if request.method == "POST" else doors.reading() as work:
        kind = keeping.of(work, code)
        form = forms.KeptKindForm()
        if request.method == "GET":
            form.stand(kind)
            return _page(form, kind, 200)
        if not form.validate():
            return _page(form, kind, 422)
        try:
            with work.session.begin_nested():
                label = keeping.keep(work, code, keeping.read(form.data)).label
        except (Invalid, Conflict) as refusal:
            errors = getattr(refusal, "errors", {}) or {"slots": [refusal.title]}
            forms.put(form, Invalid(errors=errors))
            return _page(form, kind, 422)
    flash(f"“{label}”从现在起照新的办，已经登记的不变。")
    return redirect(url_for(".kept_kinds"), code=303)


def _page(form: forms.KeptKindForm, kind: Kind, status: int) -> ResponseReturnValue:
    title, back = f"改{kind.label}", url_for(".kept_kinds")
    return make_response(
        render_template("assignments/ask.html", form=form, title=title, back_url=back), status
    )
