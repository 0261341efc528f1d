"""Errands on pages: asking for a ledger, bringing one, how far it is, confirming, fetching the file."""

from io import BytesIO

from flask import Blueprint, Response, current_app, flash, make_response, redirect, render_template, request
from flask import url_for as url
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField
from wtforms import RadioField

from chainhub.core.actor import Role
from chainhub.core.errors import Invalid, NotFound
from chainhub.documents.attachments import rules as files
from chainhub.documents.attachments import storing
from chainhub.documents.attachments.storing import Storage
from chainhub.documents.papers.rules import XLSX
from chainhub.operations import importing
from chainhub.operations.errands import queries, rules, service, showing
from chainhub.operations.errands.models import Errand
from chainhub.tickets import masking, sought
from chainhub.tickets.forms import options
from chainhub.tickets.inspections import service as inspections
from chainhub.tickets.mine import STAFF
from chainhub.web import doors, presses
from chainhub.web.chinese import ChineseForm

bp = Blueprint("errands", __name__, template_folder="templates")
BODY_MOST = rules.FILE_MOST + 1024 * 1024  # bytes of a request that brings a ledger
ZIP = "application/zip"


class ExportForm(ChineseForm):
    """Whether whole numbers are needed, and why."""

    reason = RadioField(
        "个人信息",
        choices=options(
            [
                ("", "号码脱敏（138****1234）"),
                *((one, f"写全号码：{one}") for one in masking.REASONS),
            ]
        ),
        default="",
        description="写全的只有您经办的诉求；选的理由会记入日志。",
    )


class ImportForm(ChineseForm):
    """The file that is brought."""

    file = FileField(
        "台账文件",
        description=f"xlsx，一次最多 {importing.ROWS_MOST} 行、20 MB。先看会怎样，您确认了才写入。",
    )


def storage() -> Storage:
    """Return where this application keeps its files."""
    found: Storage = current_app.extensions["chainhub_storage"]
    return found


@bp.get("/errands")
@doors.signed_in(*STAFF)
def index() -> ResponseReturnValue:
    """Show one's own errands, the newest first."""
    before = doors.before()
    with doors.reading() as work:
        found, after = queries.page(work.session, work.actor.id or 0, before=before)
        return render_template(
            "errands/list.html",
            errands=[showing.errand(work, one) for one in found],
            import_url=url(".bring") if service.may_import(work) else "",
            export_url=url(".export") if service.may_export(work) else "",
            next_url=url(".index", before=after) if after else "",
            first_url=url(".index") if before is not None else "",
        )


@bp.route("/errands/export", methods=["GET", "POST"])
@doors.signed_in(*STAFF)
def export() -> ResponseReturnValue:
    """Ask for the ledger of what the list showed; its filters stand in the address."""
    form, args = ExportForm(), sought.kept(request.args.to_dict(flat=False))
    if form.validate_on_submit():
        with doors.work() as work:
            link = service.ask_export(work, args, form.reason.data or "").link
        return redirect(link, code=303)
    with doors.reading() as work:
        service.demand_export(work)
        if not service.may_have_numbers(work):
            del form.reason
        page = render_template(
            "errands/export.html",
            form=form,
            words=sought.words(work, args),
            most=rules.EXPORT_MOST,
            back_url=url("tickets.index", **args),  # type: ignore[arg-type]  # several values of one name
        )
    return make_response(page, 422 if form.is_submitted() else 200)


@bp.route("/errands/import", methods=["GET", "POST"])
@doors.signed_in(Role.COMMITTEE)
@doors.body_most(BODY_MOST)
def bring() -> ResponseReturnValue:
    """Bring a ledger: the file as a whole is looked at here, its rows by the scheduler."""
    form = ImportForm()
    with doors.reading() as work:
        service.demand_import(work)
    if not form.is_submitted():
        return _bring_page(form, 200)
    if not form.validate():
        return _bring_page(form, 422)
    try:
        link = brought(_sent()).link
    except Invalid as refusal:
        said = [word for words in refusal.errors.values() for word in words] or [refusal.title]
        form.file.errors = said
        return _bring_page(form, 422)
    return redirect(link, code=303)


def _bring_page(form: ImportForm, status: int) -> ResponseReturnValue:
    return make_response(render_template("errands/import.html", form=form, back_url=url(".index")), status)


def _sent() -> tuple[str, bytes]:
    """Return the name and the content of the file that came in. Raises Invalid."""
    sent = next((one for one in request.files.getlist("file") if one.filename), None)
    if sent is None:
        raise Invalid("请先选文件。")
    content = sent.stream.read(rules.FILE_MOST + 1)
    if len(content) > rules.FILE_MOST:
        raise Invalid(f"一个文件最多 {rules.FILE_MOST // 1024 // 1024} MB，请分成几份再传。")
    return files.shown_name(sent.filename or ""), content


def brought(sent: tuple[str, bytes] | None = None) -> Errand:
    """Take a ledger in: what is none is refused before anything is kept. Raises Invalid, NotAllowed, Conflict."""
    name, content = sent or _sent()
    with doors.reading() as work:
        service.demand_import(work)
    rows = len(importing.read_table(content).rows)
    place, saved = storing.place(), False
    storage().keep(place, BytesIO(content))
    try:
        with doors.work() as work:
            made = service.ask_import(work, name, place, rows)
        saved = True
    finally:
        if not saved:
            storage().remove(place)
    return made


@bp.get("/errands/<int(max=2147483647):id_>")
@doors.signed_in(*STAFF)
def show(id_: int) -> ResponseReturnValue:
    """Show how far an errand is, and what came of it; the page refreshes itself while something is to come."""
    with doors.reading() as work:
        page = showing.errand(work, service.own(work, id_))
        return render_template("errands/show.html", page=page, back_url=url(".index"))


@bp.post("/inspections/<int(max=2147483647):id_>/pack")
@doors.signed_in(Role.COMMITTEE)
def pack(id_: int) -> ResponseReturnValue:
    """Ask for the pack of an inspection."""
    with doors.work() as work:
        link = service.ask_pack(work, inspections.own(work, id_)).link
    return redirect(link, code=303)


@bp.post("/errands/proposals")
@doors.signed_in(Role.COMMITTEE)
def propose() -> ResponseReturnValue:
    """Ask for a proposal of who looks after whom, of a county too large to wait for."""
    with doors.work() as work:
        link = service.ask_proposal(work).link
    return redirect(link, code=303)


@bp.post("/errands/<int(max=2147483647):id_>/confirm")
@doors.signed_in(*STAFF)
def confirm(id_: int) -> ResponseReturnValue:
    """Let an import be written."""
    with doors.work() as work:
        link = service.confirm(work, id_).link
    flash("好，这就写入。")
    return redirect(link, code=303)


@bp.post("/errands/<int(max=2147483647):id_>/cancel")
@doors.signed_in(*STAFF)
def cancel(id_: int) -> ResponseReturnValue:
    """Let go of an errand."""
    with doors.work() as work:
        link = service.cancel(work, id_).link
    flash("不做了，什么都没有写入。")
    return redirect(link, code=303)


@bp.post("/errands/<int(max=2147483647):id_>/fetch")
@doors.signed_in(*STAFF)
@presses.harmless_twice
def fetch(id_: int) -> ResponseReturnValue:
    """Hand out the file: once, to who asked; a press, not an address that anything could open ahead of time."""
    return handed_out(id_)


def handed_out(id_: int) -> Response:
    """Return the file of an errand, in pieces. Raises NotFound, NotAllowed, Conflict."""
    with doors.work() as work:
        found = service.fetch(work, id_)
        place, name, size = found.stored_as, found.file_name, found.size
    keeps = storage()
    if keeps.digest(place) is None:
        raise NotFound("这个文件不在了，请重新导出。")
    response = Response(keeps.pieces(place), mimetype=ZIP if name.endswith(".zip") else XLSX)
    response.headers["Content-Length"] = str(size)
    response.headers["Content-Disposition"] = files.disposition(name, inline=False)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response
