"""The pages of half-year reports and yearly grades, and the template of the report."""

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from chainhub.core.actor import Role
from chainhub.core.errors import Invalid
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.documents.papers import filling
from chainhub.documents.papers import service as papers
from chainhub.documents.papers.rules import SIZE_MOST
from chainhub.documents.papers.service import FIELD
from chainhub.guides import forms, queries, rules
from chainhub.guides import papers as layouts
from chainhub.guides.models import GuideReport
from chainhub.guides.rules import Grade, ReportStage
from chainhub.guides.service import grading, reporting
from chainhub.tickets import uploads
from chainhub.tickets.rules import moment_text
from chainhub.web import doors, presses

bp = Blueprint("guide_papers", __name__, template_folder="templates")


# Reports


@bp.route("/guide-reports", methods=["GET", "POST"])
@doors.signed_in(*reporting.READERS)
@presses.harmless_twice
def reports() -> ResponseReturnValue:
    """List reports; begin one, prefilled."""
    if request.method == "POST":
        with doors.work() as work:
            link = reporting.begin(work, forms.day(forms.line(request.form, "half"))).link
        return redirect(link, code=303)
    with doors.reading() as work:
        before = doors.before()
        found, after = reporting.listed(work, before=before)
        writes = Role.GUIDE in work.actor.roles
        begun = {one.half_on for one in found if one.guide_id == work.actor.id}
        halves = reporting.halves(local(work.now).date()) if writes else ()
        return render_template(
            "visits/reports.html",
            reports=[(one.link, rules.half_text(one.half_on), one.guide_name, one.stage) for one in found],
            halves=[(one.isoformat(), rules.half_text(one)) for one in halves if one not in begun],
            handed=ReportStage.HANDED_IN,
            next_url=url_for(".reports", before=after) if after else "",
            first_url=url_for(".reports") if before is not None else "",
            back_url=url_for("visits.index") if writes else url_for("home.index"),
        )


@bp.route("/guide-reports/<int:id_>", methods=["GET", "POST"])
@doors.signed_in(*reporting.READERS)
def report(id_: int) -> ResponseReturnValue:
    """Show a report; keep what was written, or hand it in."""
    if request.method == "GET":
        with doors.reading() as work:
            return _report(work, reporting.own(work, id_), None, 200)
    hands_in = request.form.get("word") == "hand_in"
    text = forms.text(request.form, "text")
    try:
        with doors.work() as work:
            version = forms.number(request.form.get("version", ""))
            link = reporting.write(work, id_, version, text, hand_in=hands_in).link
    except Invalid as refusal:
        with doors.reading() as work:
            return _report(work, reporting.own(work, id_), refusal, 422)
    flash("交上去了，派出单位看得到了。" if hands_in else "存好了，还没交。")
    return redirect(link, code=303)


def _report(work: Work, found: GuideReport, refusal: Invalid | None, status: int) -> ResponseReturnValue:
    handed = found.handed_in_at
    page = render_template(
        "visits/report.html",
        report=found,
        half=rules.half_text(found.half_on),
        text=forms.text(request.form, "text") if refusal else found.text,
        error="；".join(refusal.errors.get("text", [refusal.title])) if refusal else "",
        writes=found.guide_id == work.actor.id and found.stage is ReportStage.DRAFT,
        handed=moment_text(handed, year=local(work.now).year) if handed else "",
        back_url=url_for(".reports"),
    )
    return make_response(page, status)


@bp.get("/guide-reports/<int:id_>/report.docx")
@doors.signed_in(*reporting.READERS)
def report_file(id_: int) -> Response:
    """Give a report as .docx."""
    with doors.reading() as work:
        found = reporting.own(work, id_)
        name = f"{rules.half_text(found.half_on)}指导员工作报告.docx"
        return uploads.docx(name, reporting.printed(work, found))


# Grades


@bp.get("/guide-grades")
@doors.signed_in(*grading.READERS)
def grades() -> ResponseReturnValue:
    """List grades as they were given: a guide's own, or those of the unit that one heads."""
    with doors.reading() as work:
        before = doors.before()
        found, after = grading.listed(work, before=before)
        named = queries.people(work.session, {one.guide_id for one in found})
        return render_template(
            "visits/grades.html",
            sent=[(one.name, url_for(".grade", id_=one.id)) for one in grading.sent(work)],
            grades=[
                (
                    named.get(one.guide_id, ""),
                    one.year,
                    one.grade.label,
                    one.why,
                    one.by,
                    moment_text(one.at, year=0),
                )
                for one in found
            ],
            next_url=url_for(".grades", before=after) if after else "",
            first_url=url_for(".grades") if before is not None else "",
            back_url=url_for("home.index"),
        )


@bp.route("/guide-grades/<int:id_>", methods=["GET", "POST"])
@doors.signed_in(Role.DEPARTMENT)
def grade(id_: int) -> ResponseReturnValue:
    """Give the yearly grade of a guide whom one's unit has sent."""
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        said = next((one for one in Grade if one.value == request.form.get("grade")), None)
        try:
            with doors.work() as work:
                year = forms.number(request.form.get("year", ""))
                grading.give(work, id_, year, said, forms.line(request.form, "why"))
            flash("定好了，指导员看得到。改了会再留一条，以最后一条为准。")
            return redirect(url_for(".grades"), code=303)
        except Invalid as refusal:
            errors = {name: list(words) for name, words in refusal.errors.items()}
    with doors.reading() as work:
        page = render_template(
            "visits/grade.html",
            whom=grading.find(work, id_),
            years=grading.years(work),
            grades=list(Grade),
            typed=request.form,
            errors=errors,
            back_url=url_for(".grades"),
        )
    return make_response(page, 422 if errors else 200)


# The template of the report


_KIND = f"<any({layouts.KIND}):kind>"


@bp.route(f"/admin/guide-papers/{_KIND}", methods=["GET", "POST"])
@doors.signed_in(Role.SYSADMIN)
def template(kind: str) -> ResponseReturnValue:
    """Show the template of the report, and put the county's own in place."""
    if request.method == "GET":
        return _template("", 200)
    sent = next(iter(uploads.sent(FIELD)), None)
    try:
        if sent is None:
            raise Invalid(errors={FIELD: ["请先选一个 docx 文件。"]})
        content = sent.stream.read(SIZE_MOST + 1)
        with doors.work() as work:
            papers.keep(work, kind, sent.name, content, layouts.SAMPLE)
    except Invalid as refusal:
        return _template("".join(refusal.errors.get(FIELD, [refusal.title])), 422)
    flash(f"{layouts.LABEL}从现在起用新模板。")
    return redirect(url_for(".template", kind=kind), code=303)


def _template(error: str, status: int) -> ResponseReturnValue:
    with doors.reading() as work:
        papers.demand_keeper(work)
        own = papers.kept(work.session).get(layouts.KIND)
    line = f"{own.name}，{own.by_name} {moment_text(own.at)} 换上" if own else "默认的版式"
    page = render_template(
        "tickets/template.html",
        kind=layouts.KIND,
        row={"label": layouts.LABEL, "line": line, "own": own is not None},
        places=[(f"{{{{ {name} }}}}", example) for name, example in layouts.SAMPLE.items()],
        error=error,
        back_url=url_for("tickets.templates"),
    )
    return make_response(page, status)


@bp.post(f"/admin/guide-papers/{_KIND}/reset")
@doors.signed_in(Role.SYSADMIN)
@presses.harmless_twice
def reset_template(kind: str) -> ResponseReturnValue:
    """Let the default hold again."""
    with doors.work() as work:
        papers.put_back(work, kind)
    flash(f"{layouts.LABEL}恢复默认的版式了。")
    return redirect(url_for(".template", kind=kind), code=303)


@bp.get(f"/admin/guide-papers/{_KIND}/template.docx")
@doors.signed_in(Role.SYSADMIN)
def template_file(kind: str) -> Response:
    """Give the template that is in force."""
    with doors.reading() as work:
        return uploads.docx(
            f"{layouts.LABEL}模板.docx", papers.template(work.session, kind) or layouts.default()
        )


@bp.get(f"/admin/guide-papers/{_KIND}/default.docx")
@doors.signed_in(Role.SYSADMIN)
def default_file(kind: str) -> Response:
    """Give the default template."""
    return uploads.docx(f"{layouts.LABEL}默认模板.docx", layouts.default())


@bp.get(f"/admin/guide-papers/{_KIND}/sample.docx")
@doors.signed_in(Role.SYSADMIN)
def sample_file(kind: str) -> Response:
    """Give a report of invented facts."""
    with doors.reading() as work:
        template = papers.template(work.session, kind) or layouts.default()
    return uploads.docx(f"{layouts.LABEL}样张.docx", filling.fill(template, layouts.SAMPLE))
