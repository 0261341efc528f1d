"""The other kinds of assignment as pages: 驻企干部, 联系点, 结对共建, 双导师."""

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from chainhub.assignments import choices, forms, kinds_view, queries
from chainhub.assignments.kinds import GUIDE, Kind
from chainhub.assignments.service import assigning
from chainhub.assignments.service.assigning import New
from chainhub.assignments.views.door import STAFF, bp
from chainhub.core.actor import Role
from chainhub.core.errors import Conflict, Invalid, NotFound
from chainhub.core.work import Work
from chainhub.web import doors
from chainhub.web.chinese import ChineseForm


@bp.get("/guides/kinds")
@doors.signed_in(*STAFF)
def kinds() -> ResponseReturnValue:
    with doors.reading() as work:
        every = [one for code, one in queries.all_kinds(work).items() if code != GUIDE]
        said = request.args.get("kind", "")
        kind = next((one for one in every if one.code == said), every[0])
        before = doors.before()
        rows, more = kinds_view.rows(work, kind, before)
        here = url_for(".kinds", kind=kind.code)
        return render_template(
            "assignments/kinds.html",
            every=every,
            kind=kind,
            rows=rows,
            keeps=bool(queries.decided(work)),
            next_url=f"{here}&before={more}" if more else "",
            first_url=here if before is not None else "",
        )


@bp.route("/guides/kinds/<kind>/new", methods=["GET", "POST"])
@doors.signed_in(Role.COMMITTEE)
def begin_kind(kind: str) -> ResponseReturnValue:
    """Ask for one more of a kind, and begin it; the ratio rule refuses in words."""
    writes = request.method == "POST"
    with doors.work() if writes else doors.reading() as work:
        wanted = queries.all_kinds(work).get(kind)
        if wanted is None or kind == GUIDE:
            raise NotFound("没有这一种结对，请从“各种结对”里选。")
        form: ChineseForm = forms.of_kind(wanted, choices.own_firms(work))()
        if not writes:
            return _page(form, wanted, 200)
        if not form.validate():
            return _page(form, wanted, 422)
        try:
            with work.session.begin_nested():
                assigning.begin(work, _new(work, wanted, form))
        except (Invalid, Conflict) as refusal:
            errors = getattr(refusal, "errors", {}) or {"helper": [refusal.title]}
            forms.put(form, Invalid(errors=errors))
            return _page(form, wanted, 422)
    flash("登记好了。")
    return redirect(url_for(".kinds", kind=kind), code=303)


def _new(work: Work, kind: Kind, form: ChineseForm) -> New:
    given: dict[str, Any] = {one.name: one.data or "" for one in form}
    user, helper = kinds_view.who(work, given["helper"])
    return New(kind.code, given["enterprise"], user, helper, given.get("person", ""), given.get("slot", ""))


def _page(form: ChineseForm, kind: Kind, status: int) -> ResponseReturnValue:
    back = url_for(".kinds", kind=kind.code)
    page = render_template("assignments/ask.html", form=form, title=f"登记{kind.label}", back_url=back)
    return make_response(page, status)
