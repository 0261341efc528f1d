"""The templates of papers, kept by the system administrator: to fetch, to replace, to put back."""

from dataclasses import dataclass

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from chainhub.core.actor import Role
from chainhub.core.errors import Invalid
from chainhub.documents.papers.rules import SIZE_MOST
from chainhub.documents.papers.service import FIELD
from chainhub.tickets import rules, uploads
from chainhub.tickets.papers import layouts
from chainhub.tickets.papers.kinds import PaperKind
from chainhub.tickets.service import paper_templates
from chainhub.tickets.service.paper_templates import TemplateFacts
from chainhub.tickets.views.door import bp
from chainhub.web import doors, presses

PAPERS_BESIDE = (
    "chainhub_papers_beside"  # what gives the rows of papers that rooms above have; the app hands it in
)
_KIND = f"<any({','.join(PaperKind)}):kind>"


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """One paper's template in words; `own` says that the county put it in place."""

    label: str
    line: str
    own: bool
    url: str


@bp.get("/admin/papers")
@doors.signed_in(Role.SYSADMIN)
def templates() -> ResponseReturnValue:
    with doors.reading() as work:
        rows = [_row(one) for one in paper_templates.of_all(work)]
        rows += [one for more in current_app.extensions[PAPERS_BESIDE] for one in more(work)]
    return render_template("tickets/templates.html", rows=rows)


def _row(one: TemplateFacts) -> TemplateRow:
    where = url_for(".template", kind=one.kind.value)
    if one.own is None:
        return TemplateRow(one.kind.label, "默认的版式", own=False, url=where)
    line = f"{one.own.name}，{one.own.by_name} {rules.moment_text(one.own.at)} 换上"
    return TemplateRow(one.kind.label, line, own=True, url=where)


@bp.route(f"/admin/papers/{_KIND}", methods=["GET", "POST"])
@doors.signed_in(Role.SYSADMIN)
def template(kind: str) -> ResponseReturnValue:
    paper = paper_templates.named(kind)
    if request.method == "GET":
        return _page(paper, "", 200)
    sent = next(iter(uploads.sent(FIELD)), None)
    try:
        if sent is None:
            raise Invalid(errors={FIELD: ["请先选一个 docx 文件。"]})
        content = sent.stream.read(SIZE_MOST + 1)
        with doors.work() as work:
            paper_templates.keep(work, paper, sent.name, content)
    except Invalid as refusal:
        return _page(paper, "".join(refusal.errors.get(FIELD, [refusal.title])), 422)
    flash(f"{paper.label}从现在起用新模板。")
    return redirect(url_for(".template", kind=paper.value), code=303)


def _page(paper: PaperKind, error: str, status: int) -> ResponseReturnValue:
    with doors.reading() as work:
        row = next(_row(one) for one in paper_templates.of_all(work) if one.kind is paper)
    page = render_template(
        "tickets/template.html",
        kind=paper.value,
        row=row,
        places=[(f"{{{{ {name} }}}}", example) for name, example in paper_templates.places(paper)],
        error=error,
        back_url=url_for(".templates"),
    )
    return page, status


@bp.post(f"/admin/papers/{_KIND}/reset")
@doors.signed_in(Role.SYSADMIN)
@presses.harmless_twice
def reset_template(kind: str) -> ResponseReturnValue:
    paper = paper_templates.named(kind)
    with doors.work() as work:
        changed = paper_templates.put_back(work, paper)
    flash(f"{paper.label}恢复默认的版式了。" if changed else f"{paper.label}本来就是默认的版式。")
    return redirect(url_for(".template", kind=paper.value), code=303)


@bp.get(f"/admin/papers/{_KIND}/template.docx")
@doors.signed_in(Role.SYSADMIN)
def template_file(kind: str) -> Response:
    paper = paper_templates.named(kind)
    with doors.reading() as work:
        return uploads.docx(f"{paper.label}模板.docx", paper_templates.current(work, paper))


@bp.get(f"/admin/papers/{_KIND}/default.docx")
@doors.signed_in(Role.SYSADMIN)
def default_file(kind: str) -> Response:
    paper = paper_templates.named(kind)
    return uploads.docx(f"{paper.label}默认模板.docx", layouts.default(paper))


@bp.get(f"/admin/papers/{_KIND}/sample.docx")
@doors.signed_in(Role.SYSADMIN)
def sample_file(kind: str) -> Response:
    paper = paper_templates.named(kind)
    with doors.reading() as work:
        return uploads.docx(f"{paper.label}样张.docx", paper_templates.sample(work, paper))
