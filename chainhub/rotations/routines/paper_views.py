"""The pages of an occasion's papers: what they say is prepared, a number is given, the .docx is fetched."""

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from chainhub.core.work import Work
from chainhub.rotations import forms as shapes
from chainhub.rotations.around.views import door
from chainhub.rotations.forms import BaseForm
from chainhub.rotations.routines import fields, forms, presenting, queries
from chainhub.rotations.routines.models import Occasion, Routine
from chainhub.rotations.routines.papers import SHORT, RoutinePaper
from chainhub.rotations.routines.service import papers
from chainhub.web import doors, presses

bp = Blueprint("occasion_papers", __name__, template_folder="../templates")
_KIND = f"<any({','.join(RoutinePaper)}):kind>"


def shown(work: Work, one: Occasion, routine: Routine) -> dict[str, object]:
    """Return what the page of an occasion says of its papers."""
    said = papers.prepared(work.session, [one.id])[one.id]
    there = papers.issued(work.session, one)
    listed = [
        (
            papers.title(routine, kind),
            there[kind].number if kind in there else "",
            url_for(
                "occasion_papers.paper" if kind in there else "occasion_papers.issue", id_=one.id, kind=kind
            ),
        )
        for kind in RoutinePaper
        if kind in there or papers.may_issue(work, one, routine, kind)
    ]
    prepare = url_for("occasion_papers.prepare", id_=one.id) if papers.may_prepare(work, one, routine) else ""
    return {"said": said, "papers": listed, "prepare_url": prepare}


@bp.route("/occasions/<int:id_>/prepare", methods=["GET", "POST"])
@doors.signed_in(*queries.STAFF)
def prepare(id_: int) -> ResponseReturnValue:
    """Ask where, about what and who comes; notice and minutes are made from it."""
    version = shapes.number(request.form.get("version", ""))
    with doors.work() if request.method == "POST" else doors.reading() as work:
        one, routine = papers.demand_preparer(work, id_)
        form: BaseForm = forms.for_fields(fields.PREPARE, {})()
        if request.method == "POST" and form.validate():
            papers.prepare(work, id_, version, form.given())
            flash("记下了，出通知和纪要时照这个写。")
            return redirect(url_for("routines.occasion", id_=id_), code=303)
        if request.method == "GET":
            said = papers.prepared(work.session, [id_])[id_]
            form.version.data = str(one.version)
            for name in fields.PREPARE:
                form[name].data = getattr(said, name)
        page = render_template(
            "routines/prepare.html",
            form=form,
            about=f"{presenting.on_day(one)}{routine.title}",
            back_url=one.link,
        )
        return make_response(page, 200 if request.method == "GET" else 422)


@bp.post(f"/occasions/<int:id_>/{_KIND}/issue")
@doors.signed_in(*queries.STAFF)
@presses.harmless_twice
def issue(id_: int, kind: str) -> ResponseReturnValue:
    """Give a paper its number."""
    with doors.work() as work:
        made = papers.issue(work, id_, RoutinePaper(kind))
        said = f"{made.title}{SHORT[RoutinePaper(kind)]} {made.number} 编好了，可以下载。"
    flash(said)
    return redirect(url_for("routines.occasion", id_=id_), code=303)


@bp.get(f"/occasions/<int:id_>/{_KIND}.docx")
@doors.signed_in(*queries.STAFF)
def paper(id_: int, kind: str) -> ResponseReturnValue:
    """Answer a paper that has its number."""
    with doors.reading() as work:
        return door.docx(*papers.download(work, id_, RoutinePaper(kind)))
