"""The pages of monthly reports: the list, one with its figures and words, publishing, signing, checking, 调整, files."""

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from chainhub.core.errors import Conflict, Invalid
from chainhub.core.limits import local
from chainhub.core.typed import clean
from chainhub.core.work import Work
from chainhub.statistics import periods
from chainhub.statistics.reports import presenting, reading, scheduling, weekly, wishes
from chainhub.statistics.reports.reading import READERS
from chainhub.statistics.reports.service import checking, publishing
from chainhub.statistics.reports.terms import SECTIONS, TEXT_MOST, WHY_MOST, MonthlyStage, Period
from chainhub.tickets import uploads
from chainhub.web import doors, presses

bp = Blueprint("reports", __name__)  # its pages lie among those of statistics


# The list


@bp.get("/statistics/reports")
@doors.signed_in(*READERS)
def index() -> ResponseReturnValue:
    """List reports, the newest first."""
    with doors.reading() as work:
        return _index(work, None, 200)


@bp.post("/statistics/reports")
@doors.signed_in(*READERS)
@presses.harmless_twice
def begin() -> ResponseReturnValue:
    """Begin the report of a month; one that was begun is found."""
    try:
        with doors.work() as work:
            month = periods.read(_line(request.form, "month"))
            chain = _line(request.form, "chain")
            publishing.demand_maker(work, chain)
            if month is None:
                raise Invalid(errors={"month": ["月份要写成 2026-10 这样。"]})
            link = publishing.draft(work, Period(month, chain), _line(request.form, "why")).link
    except Invalid as refusal:
        with doors.reading() as work:
            return _index(work, refusal, 422)
    return redirect(link, code=303)


def _index(work: Work, refusal: Invalid | None, status: int) -> ResponseReturnValue:
    before = doors.before()
    found, after = reading.listed(work, before=before)
    made = [one for one in reading.scopes(work) if reading.makes(work.actor, one)]
    typed = request.form if refusal else {}
    page = render_template(
        "statistics/reports/index.html",
        reports=[presenting.line(work, one) for one in found],
        scopes=[(one, reading.scope_name(work, one)) for one in made],
        month=typed.get("month") or publishing.last_month(local(work.now).date()).written,
        chain=typed.get("chain", ""),
        why=typed.get("why", ""),
        why_most=WHY_MOST,
        errors={name: "；".join(said) for name, said in refusal.errors.items()} if refusal else {},
        schedule=wishes.of(work) if "" in made else None,
        next_url=url_for(".index", before=after) if after else "",
        first_url=url_for(".index") if before is not None else "",
    )
    return make_response(page, status)


@bp.post("/statistics/reports/schedule")
@doors.signed_in(*READERS)
@presses.harmless_twice
def schedule() -> ResponseReturnValue:
    """Say what is made and told by itself."""
    with doors.work() as work:
        scheduling.change(work, wishes.Schedule("monthly" in request.form, "weekly" in request.form))
    flash("记下了，从现在起照这样。")
    return redirect(url_for(".index"), code=303)


# One report


@bp.get("/statistics/reports/<int:id_>")
@doors.signed_in(*READERS)
def show(id_: int) -> ResponseReturnValue:
    """Show a report: its figures, lists and words, and what may be done with it now."""
    with doors.reading() as work:
        found = reading.find(work, id_)
        said = reading.said(work, found)
        published = found.stage is not MonthlyStage.DRAFT
        return render_template(
            "statistics/reports/show.html",
            report=found,
            title=reading.title(work, found),
            line=presenting.line(work, found),
            parts=presenting.parts(said),
            editions=[presenting.line(work, one) for one in reading.editions(work, found)],
            published=published,
            makes=reading.makes(work.actor, found.chain),
            may_sign=_may_sign(work, id_),
            errors={},
            why="",
        )


def _may_sign(work: Work, id_: int) -> bool:
    found = reading.find(work, id_)
    if found.stage is not MonthlyStage.PUBLISHED or not reading.signs(work.actor, found.chain):
        return False
    try:
        publishing.demand_signable(work, id_)
    except Conflict:
        return False
    return True


@bp.route("/statistics/reports/<int:id_>/text", methods=["GET", "POST"])
@doors.signed_in(*READERS)
@presses.harmless_twice
def text(id_: int) -> ResponseReturnValue:
    """Word a draft."""
    if request.method == "GET":
        with doors.reading() as work:
            return _text(work, id_, None, 200)
    try:
        with doors.work() as work:
            typed = {one.name: clean(request.form.get(one.name, "")) for one in SECTIONS}
            link = publishing.write(work, id_, _version(request.form), typed).link
    except Invalid as refusal:
        with doors.reading() as work:
            return _text(work, id_, refusal, 422)
    flash("存好了，还没有发布。")
    return redirect(link, code=303)


def _text(work: Work, id_: int, refusal: Invalid | None, status: int) -> ResponseReturnValue:
    found = publishing.demand_draft(work, id_)
    words = {
        one.name: clean(request.form.get(one.name, "")) if refusal else found.text.get(one.name, "")
        for one in SECTIONS
    }
    page = render_template(
        "statistics/reports/text.html",
        report=found,
        title=reading.title(work, found),
        sections=[(one, words[one.name]) for one in SECTIONS],
        most=TEXT_MOST,
        errors={name: "；".join(said) for name, said in refusal.errors.items()} if refusal else {},
    )
    return make_response(page, status)


@bp.post("/statistics/reports/<int:id_>/publish")
@doors.signed_in(*READERS)
def publish(id_: int) -> ResponseReturnValue:
    """Publish a draft: figures, lists and words are frozen."""
    with doors.work() as work:
        link = publishing.publish(work, id_, _version(request.form)).link
    flash("发布了，数字、清单和文字都定住了。签发以前它是月报，签发以后才是通报。")
    return redirect(link, code=303)


@bp.post("/statistics/reports/<int:id_>/sign")
@doors.signed_in(*READERS)
def sign(id_: int) -> ResponseReturnValue:
    """Sign a published report: it is a 通报 from here on."""
    with doors.work() as work:
        found = publishing.sign(work, id_, _version(request.form))
        link, number = found.link, found.number
    flash(f"签发了，编号 {number}，可以作为通报印发。")
    return redirect(link, code=303)


@bp.post("/statistics/reports/<int:id_>/edition")
@doors.signed_in(*READERS)
def edition(id_: int) -> ResponseReturnValue:
    """Begin another edition, which names the one that it corrects."""
    try:
        with doors.work() as work:
            old = reading.find(work, id_)
            link = publishing.draft(work, old.period, _line(request.form, "why")).link
    except Invalid as refusal:
        with doors.reading() as work:
            return _corrected(work, id_, refusal)
    return redirect(link, code=303)


@bp.get("/statistics/reports/<int:id_>/edition")
@doors.signed_in(*READERS)
def ask_edition(id_: int) -> ResponseReturnValue:
    """Ask why another edition is made."""
    with doors.reading() as work:
        return _corrected(work, id_, None)


def _corrected(work: Work, id_: int, refusal: Invalid | None) -> ResponseReturnValue:
    found = reading.find(work, id_)
    publishing.demand_maker(work, found.chain)
    page = render_template(
        "statistics/reports/edition.html",
        report=found,
        title=reading.title(work, found),
        why=_line(request.form, "why"),
        why_most=WHY_MOST,
        error="；".join(refusal.errors.get("why", [refusal.title])) if refusal else "",
    )
    return make_response(page, 422 if refusal else 200)


# Proving, and what happened since


@bp.get("/statistics/reports/<int:id_>/check")
@doors.signed_in(*READERS)
def check(id_: int) -> ResponseReturnValue:
    """Compute a published report anew from the history, and say whether it is equal."""
    with doors.reading() as work:
        found = reading.find(work, id_)
        return render_template(
            "statistics/reports/check.html",
            report=found,
            title=reading.title(work, found),
            verdict=checking.check(work, found, checking.TOUCHED_MOST),
        )


@bp.get("/statistics/reports/<int:id_>/since")
@doors.signed_in(*READERS)
def since(id_: int) -> ResponseReturnValue:
    """Show 调整: what came out otherwise since, with the tickets behind it."""
    with doors.reading() as work:
        found = reading.find(work, id_)
        changed = checking.adjustments(work, found)
        return render_template(
            "statistics/reports/since.html",
            report=found,
            title=reading.title(work, found),
            figures=presenting.adjusted(changed),
            tickets=presenting.since(work, changed),
            more=changed.more,
        )


@bp.get("/statistics/reports/<int:id_>/report.docx")
@doors.signed_in(*READERS)
def document(id_: int) -> Response:
    """Give a report as .docx, with its charts."""
    with doors.reading() as work:
        found = reading.find(work, id_)
        return uploads.docx(presenting.file_name(work, found, "docx"), presenting.document(work, found))


@bp.get("/statistics/reports/<int:id_>/annex.xlsx")
@doors.signed_in(*READERS)
def annex(id_: int) -> Response:
    """Give its annex as .xlsx: the tables, and the tickets behind each figure by number."""
    with doors.reading() as work:
        found = reading.find(work, id_)
        return uploads.xlsx(presenting.file_name(work, found, "xlsx"), presenting.annex(work, found))


def _line(form: MultiDict[str, str], name: str) -> str:
    return " ".join(clean(form.get(name, "")).split())


def _version(form: MultiDict[str, str]) -> int | None:
    said = form.get("version", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else None


# The week


@bp.get("/statistics/weekly")
@doors.signed_in(*READERS)
def week() -> ResponseReturnValue:
    """Show the brief of a week."""
    with doors.reading() as work:
        found, chain = _brief(work)
        this = weekly.week_of(local(work.now).date())
        names = [(one, reading.scope_name(work, one)) for one in reading.scopes(work)]
        return render_template(
            "statistics/reports/weekly.html",
            brief=found,
            chain=chain,
            scopes=names if len(names) > 1 else [],
            before_url=url_for(".week", week=found.week.plus(-1).written, chain=chain or None),
            after_url=url_for(".week", week=found.week.plus(1).written, chain=chain or None)
            if found.week < this
            else "",
            file_url=url_for(".week_document", week=found.week.written, chain=chain or None),
            annex_url=url_for(".week_annex", week=found.week.written, chain=chain or None),
        )


@bp.get("/statistics/weekly.docx")
@doors.signed_in(*READERS)
def week_document() -> Response:
    """Give the brief of a week as .docx."""
    with doors.reading() as work:
        found, _ = _brief(work)
        return uploads.docx(weekly.file_name(found, "docx"), weekly.document(found))


@bp.get("/statistics/weekly.xlsx")
@doors.signed_in(*READERS)
def week_annex() -> Response:
    """Give its annex as .xlsx: its tables, and each step that it counts by the number of its ticket."""
    with doors.reading() as work:
        found, _ = _brief(work)
        return uploads.xlsx(weekly.file_name(found, "xlsx"), weekly.annex(work, found))


def _brief(work: Work) -> tuple[weekly.Brief, str]:
    week, chain = request.args.get("week", ""), request.args.get("chain", "")
    return weekly.brief(work, weekly.read(week, local(work.now).date()), chain), chain
