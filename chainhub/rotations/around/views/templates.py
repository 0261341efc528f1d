"""The templates of papers of sessions and of recurring work, kept by the system administrator: to fetch, to replace, to put back."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from chainhub.core.actor import Role
from chainhub.core.errors import Invalid
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.documents.papers import filling
from chainhub.documents.papers import service as kept
from chainhub.documents.papers.rules import SIZE_MOST, Values
from chainhub.documents.papers.service import FIELD
from chainhub.rotations.around.papers import kinds, layouts
from chainhub.rotations.around.papers.kinds import SalonPaper
from chainhub.rotations.around.views.door import docx
from chainhub.rotations.routines import papers as routines
from chainhub.rotations.routines.papers import RoutinePaper
from chainhub.web import doors, presses

bp = Blueprint("salon_papers", __name__, template_folder="../../templates")
_Sort = SalonPaper | RoutinePaper
_SORTS: Mapping[str, _Sort] = {one.value: one for one in (*SalonPaper, *RoutinePaper)}
_KIND = f"<any({','.join(_SORTS)}):kind>"


def rows(work: Work) -> list[dict[str, object]]:
    """Return these papers for the page that lists all papers. Raises NotAllowed."""
    return [_row(work, kind) for kind in _SORTS.values()]


def _row(work: Work, kind: _Sort) -> dict[str, object]:
    kept.demand_keeper(work)
    own = kept.kept(work.session).get(kind.value)
    line = "默认的版式"
    if own is not None:
        at = local(own.at)
        line = f"{own.name}，{own.by_name} {at.month}月{at.day}日 {at:%H:%M} 换上"
    return {
        "label": kind.label,
        "line": line,
        "own": own is not None,
        "url": url_for("salon_papers.template", kind=kind.value),
    }


@bp.route(f"/admin/papers/{_KIND}", methods=["GET", "POST"])
@doors.signed_in(Role.SYSADMIN)
def template(kind: str) -> ResponseReturnValue:
    paper = _SORTS[kind]
    if request.method == "GET":
        return _page(paper, "", 200)
    sent = next((one for one in request.files.getlist(FIELD) if one.filename), None)
    try:
        if sent is None:
            raise Invalid(errors={FIELD: ["请先选一个 docx 文件。"]})
        content = sent.stream.read(SIZE_MOST + 1)
        with doors.work() as work:
            kept.keep(work, kind, sent.filename or "", content, _sample(paper))
    except Invalid as refusal:
        return _page(paper, "".join(refusal.errors.get(FIELD, [refusal.title])), 422)
    flash(f"{paper.label}从现在起用新模板。")
    return redirect(url_for(".template", kind=kind), code=303)


def _page(paper: _Sort, error: str, status: int) -> ResponseReturnValue:
    with doors.reading() as work:
        row = _row(work, paper)
    page = render_template(
        "tickets/template.html",
        kind=paper.value,
        row=row,
        places=[(f"{{{{ {name} }}}}", example) for name, example in _places(paper)],
        error=error,
        back_url=url_for("tickets.templates"),
    )
    return page, status


def _sample(paper: _Sort) -> Values:
    return kinds.SAMPLES[paper] if isinstance(paper, SalonPaper) else routines.SAMPLES[paper]


def _default(paper: _Sort) -> bytes:
    return layouts.default(paper) if isinstance(paper, SalonPaper) else routines.default(paper)


def _places(paper: _Sort) -> Sequence[tuple[str, str]]:
    listed: list[tuple[str, str]] = []
    for name, value in _sample(paper).items():
        if isinstance(value, str):
            listed.append((name, value))
        else:
            listed.extend((f"{name}.{field}", example) for field, example in value[0].items())
    return listed


@bp.post(f"/admin/papers/{_KIND}/reset")
@doors.signed_in(Role.SYSADMIN)
@presses.harmless_twice
def reset_template(kind: str) -> ResponseReturnValue:
    with doors.work() as work:
        changed = kept.put_back(work, kind)
    label = _SORTS[kind].label
    flash(f"{label}恢复默认的版式了。" if changed else f"{label}本来就是默认的版式。")
    return redirect(url_for(".template", kind=kind), code=303)


def _current(work: Work, paper: _Sort) -> bytes:
    kept.demand_keeper(work)
    return kept.template(work.session, paper.value) or _default(paper)


@bp.get(f"/admin/papers/{_KIND}/template.docx")
@doors.signed_in(Role.SYSADMIN)
def template_file(kind: str) -> Response:
    paper = _SORTS[kind]
    with doors.reading() as work:
        return docx(f"{paper.label}模板.docx", _current(work, paper))


@bp.get(f"/admin/papers/{_KIND}/default.docx")
@doors.signed_in(Role.SYSADMIN)
def default_file(kind: str) -> Response:
    paper = _SORTS[kind]
    return docx(f"{paper.label}默认模板.docx", _default(paper))


@bp.get(f"/admin/papers/{_KIND}/sample.docx")
@doors.signed_in(Role.SYSADMIN)
def sample_file(kind: str) -> Response:
    paper = _SORTS[kind]
    with doors.reading() as work:
        return docx(f"{paper.label}样张.docx", filling.fill(_current(work, paper), _sample(paper)))
