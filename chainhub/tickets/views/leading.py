"""批示 and 督办 on pages: to give, to answer, to ask for, to sign. Each is a form of its own, opened from the ticket."""

from collections.abc import Callable, Sequence

from flask import flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from chainhub.core.actor import Role
from chainhub.core.errors import Invalid
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI
from chainhub.county import known
from chainhub.documents.attachments.service import FIELD, Sound
from chainhub.documents.attachments.storing import Shelf
from chainhub.tickets import forms, queries, uploads
from chainhub.tickets.models import Supervision, Ticket
from chainhub.tickets.presenting import leading as presenting
from chainhub.tickets.rules import moment_text
from chainhub.tickets.service import addressing, attaching, instructions, supervisions
from chainhub.tickets.views.door import PEOPLE, bp
from chainhub.tickets.views.reading import ticket_page
from chainhub.web import doors

Made = tuple[Ticket, forms.ActForm]
Does = Callable[[Work, forms.ActForm], str]
Keeps = Callable[[Work, Ticket, forms.ActForm, Shelf, Sequence[Sound]], str]
_ANSWERED_IN = (
    3  # workdays that a form of 批示 begins with: the project's choice, to be changed by whoever writes
)


@bp.route("/tickets/<number>/instruct", methods=["GET", "POST"])
@doors.signed_in(*PEOPLE)
@doors.body_most(uploads.BODY_MOST)
def instruct(number: str) -> ResponseReturnValue:
    def _make(work: Work) -> Made:
        ticket = queries.own(work, number)
        standing = instructions.demand(work, ticket)
        units = [(unit.code, unit.name) for unit in addressing.addressees(work, ticket)]
        made = forms.for_instruction(
            units, transcribes=Role.LIAISON in standing, speaks=Role.LEADER in standing
        )
        form = made()
        if request.method == "GET":  # two lines on a phone: to whom and until when is likely enough
            today = work.now.astimezone(SHANGHAI).date()
            form["unit"].data = ticket.lead_unit_code if ticket.lead_unit_code in dict(units) else ""
            form["due_on"].data = work.calendar.add_workdays(today, _ANSWERED_IN).isoformat()
        return ticket, form

    def _do(work: Work, form: forms.ActForm) -> str:
        instructions.give(work, number, instructions.Word(**form.given()))
        return "批示记下了，已经告诉承办单位。"

    line = "原文照登，放在诉求最上面。承办单位回复了会告诉您。"
    return beside_page("批示", line, _make, _do, scan="手写批示的照片或扫描件")


@bp.route("/instructions/<int:id_>/answer", methods=["GET", "POST"])
@doors.signed_in(*PEOPLE)
def answer_instruction(id_: int) -> ResponseReturnValue:
    def _make(work: Work) -> Made:
        ticket, found, _ = instructions.demand_answer(work, id_)
        line = f"{found.on_behalf_of or found.given_by}，{moment_text(found.due_at)} 前回复"
        return ticket, forms.for_answer("办了什么")().over(found.text, line)

    def _do(work: Work, form: forms.ActForm) -> str:
        instructions.answer(work, id_, form.given()["note"])
        return "批示回复了。"

    return beside_page("回复批示", "回复会告诉批示的领导。", _make, _do)


@bp.route("/tickets/<number>/supervise", methods=["GET", "POST"])
@doors.signed_in(*PEOPLE)
def supervise(number: str) -> ResponseReturnValue:
    def _make(work: Work) -> Made:
        ticket = queries.own(work, number)
        supervisions.demand_draft(work, ticket)
        return ticket, forms.for_supervision()()

    def _do(work: Work, form: forms.ActForm) -> str:
        given = form.given()
        supervisions.propose(work, number, given["note"], int(given.get("level", 1)))
        return "督办拟好了，等人签发。"

    return beside_page("提请督办", "这是草稿，有人签发了才算数。", _make, _do)


@bp.route("/supervisions/<int:id_>/sign", methods=["GET", "POST"])
@doors.signed_in(*PEOPLE)
def sign_supervision(id_: int) -> ResponseReturnValue:
    def _make(work: Work) -> Made:
        ticket, found, _ = supervisions.demand_signer(work, id_)
        return ticket, forms.for_signature(found.level)().over("", _why(work, found))

    def _do(work: Work, form: forms.ActForm) -> str:
        given = form.given()
        signed = supervisions.sign(work, id_, level=int(given["level"]), note=given.get("note", ""))
        return f"{supervisions.paper(signed)}签发了，已经告诉单位负责人。"

    line = "单位要在 2 个工作日内反馈。产业链党委签的是提醒函。"
    return beside_page("签发督办", line, _make, _do)


@bp.route("/supervisions/<int:id_>/drop", methods=["GET", "POST"])
@doors.signed_in(*PEOPLE)
def drop_supervision(id_: int) -> ResponseReturnValue:
    def _make(work: Work) -> Made:
        ticket, found, _ = supervisions.demand_signer(work, id_)
        return ticket, forms.for_answer("为什么不签发")().over("", _why(work, found))

    def _do(work: Work, form: forms.ActForm) -> str:
        supervisions.drop(work, id_, form.given()["note"])
        return "这份督办没有签发，留在诉求里备查。"

    return beside_page("不签发督办", "草稿留在诉求里，写明为什么不签发。", _make, _do)


@bp.route("/supervisions/<int:id_>/answer", methods=["GET", "POST"])
@doors.signed_in(*PEOPLE)
def answer_supervision(id_: int) -> ResponseReturnValue:
    def _make(work: Work) -> Made:
        ticket, found, _ = supervisions.demand_answer(work, id_)
        return ticket, forms.for_answer("办了什么")().over("", _why(work, found))

    def _do(work: Work, form: forms.ActForm) -> str:
        supervisions.answer(work, id_, form.given()["note"])
        return "反馈交上去了。"

    return beside_page("反馈督办", "反馈会告诉签发的人。", _make, _do)


def _why(work: Work, found: Supervision) -> str:
    """Return to whom and why, as the page of the ticket says it."""
    directory = known.of(work.session).directory
    return presenting.supervision(found, directory, may_sign=False, may_answer=False).line


def beside_page(
    action: str,
    line: str,
    make: Callable[[Work], Made],
    do: Does | None = None,
    *,
    scan: str = "",
    scan_hint: str = "只给工作人员看，和诉求的附件放在一起。",
    keeps: Keeps | None = None,
) -> ResponseReturnValue:
    """Show a form, or take it: what is refused comes back with what was typed.

    With `scan` it asks for a paper too, which is kept for the staff; a deed that `keeps` takes the files itself.
    """
    scanned, deed = (scan, scan_hint), keeps or _with_paper(do)
    if request.method == "GET":
        with doors.reading() as work:
            return _drawn(work, action, line, *make(work), 200, scanned)
    refusal: Invalid | None = None
    said = link = scan_error = ""
    try:
        files = uploads.examined() if scan and uploads.sent() else []
        with uploads.storage().keeping() as shelf, doors.work() as work:
            ticket, form = make(work)
            if not form.validate():
                return _drawn(work, action, line, ticket, form, 422, scanned)
            link, said = ticket.link, deed(work, ticket, form, shelf, files)
    except Invalid as error:
        refusal = error
    if refusal is None:
        flash(said)
        return redirect(link, code=303)
    with doors.reading() as work:
        ticket, form = make(work)
        form.validate()
        for name, words in refusal.errors.items():
            if name in form:
                form[name].errors = list(words)
            elif name == FIELD:
                scan_error = "".join(words)
        if scan_error or not form.errors:
            form.form_errors.append(scan_error or refusal.title)
        return _drawn(work, action, line, ticket, form, 422, scanned, scan_error)


def _with_paper(do: Does | None) -> Keeps:
    """Return a deed that keeps what came with it for the staff."""

    def _deed(work: Work, ticket: Ticket, form: forms.ActForm, shelf: Shelf, files: Sequence[Sound]) -> str:
        said = do(work, form) if do is not None else ""
        if files:
            attaching.attach_paper(work, shelf, ticket.number, files)
        return said

    return _deed


def _drawn(
    work: Work,
    action: str,
    line: str,
    ticket: Ticket,
    form: forms.ActForm,
    status: int,
    scanned: tuple[str, str],
    scan_error: str = "",
) -> ResponseReturnValue:
    page = render_template(
        "tickets/ask.html",
        page=ticket_page(work, ticket),
        action=action,
        form=form,
        back_url=ticket.link,
        line=line,
        scan=scanned[0],
        scan_hint=scanned[1],
        scan_error=scan_error,
    )
    return make_response(page, status)
