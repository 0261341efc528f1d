"""Asking for something that another decides: 延期, 挂账, 会商, 加急, 不计入考核."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from chainhub.core.errors import Conflict, Invalid, NotFound
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.tickets import forms, queries
from chainhub.tickets.models import Ticket
from chainhub.tickets.service import requests
from chainhub.tickets.terms import RequestKind
from chainhub.tickets.views.door import PEOPLE, bp
from chainhub.tickets.views.reading import ticket_page
from chainhub.web import doors


@bp.route("/tickets/<number>/ask/<word>", methods=["GET", "POST"])
@doors.signed_in(*PEOPLE)
def ask(number: str, word: str) -> ResponseReturnValue:
    kind = _kind(word)
    if request.method == "POST":
        return _ask(number, kind)
    with doors.reading() as work:
        ticket = queries.own(work, number)
        if kind not in requests.may_ask(work, ticket):
            requests.demand(work, ticket, kind)
        return _page(work, ticket, kind, _form(work, kind), 200)


def _kind(word: str) -> RequestKind:
    if word not in {one.value for one in RequestKind}:
        raise NotFound("没有这一页。请从诉求的页面上点进来。")
    return RequestKind(word)


def _form(work: Work, kind: RequestKind) -> forms.ActForm:
    form: forms.ActForm = forms.for_request(kind, known.of(work.session).directory)()
    return form


def _page(
    work: Work, ticket: Ticket, kind: RequestKind, form: forms.ActForm, status: int
) -> ResponseReturnValue:
    page = render_template(
        "tickets/ask.html",
        page=ticket_page(work, ticket),
        action=f"申请{kind.label}",
        form=form,
        back_url=ticket.link,
        line=_LINES[kind],
    )
    return make_response(page, status)


_LINES = {
    RequestKind.EXTENSION: "由专班在 1 个工作日内批；没批下来以前，原来的时限照旧。一轮只能延一次，最多 10 个工作日。",
    RequestKind.CARRY_OVER: "由产业链党委在 1 个工作日内定，第二次由链长定。最长 30 天，到期再定，不会没声没响。",
    RequestKind.CONSULTATION: "由产业链党委在 1 个工作日内定。会商期间本单位的时限停着，对企业承诺的时限不停。",
    RequestKind.EXPEDITE: "由产业链党委在 1 个工作日内定。定下来就按紧急的时限办。",
    RequestKind.EXCLUSION: "由链长在 1 个工作日内定，定了的都单独列出来。",
}


def _ask(number: str, kind: RequestKind) -> ResponseReturnValue:
    refusal: Invalid | None = None
    try:
        with doors.work() as work:
            ticket = queries.own(work, number)
            form = _form(work, kind)
            if not form.validate():
                return _page(work, ticket, kind, form, 422)
            requests.ask(work, number, requests.Asked(kind=kind, **form.given()))
    except Invalid as error:
        refusal = error
    if refusal is None:
        flash(f"{kind.label}申请交上去了。")
        return redirect(url_for(".show", number=number), code=303)
    with doors.reading() as work:
        form = _form(work, kind)
        form.validate()
        for name, said in refusal.errors.items():
            if name in form:
                form[name].errors = list(said)
        if not form.errors:
            form.form_errors.append(refusal.title)
        return _page(work, queries.own(work, number), kind, form, 422)


@bp.post("/requests/<int:id_>/<any(approve, reject):word>")
@doors.signed_in(*PEOPLE)
def decide(id_: int, word: str) -> ResponseReturnValue:
    note = request.form.get("note", "").strip()
    try:
        with doors.work() as work:
            ticket, _ = requests.find(work, id_)
            link = ticket.link
            decided = requests.decide(work, id_, approve=word == "approve", note=note[:2000])
            said = f"{decided.kind.label}申请：{decided.state.label}。"
    except Conflict as refusal:
        return _refused(id_, refusal, note)
    flash(said)
    return redirect(link, code=303)


def _refused(id_: int, refusal: Conflict, note: str) -> ResponseReturnValue:
    with doors.reading() as work:
        ticket, _ = requests.find(work, id_)
        page = render_template(
            "stale.html",
            title="没有批成",
            line=refusal.title,
            link=ticket.link,
            link_label="回到这件诉求",
            kept=[("批的意见", note)] if note else [],
        )
    return make_response(page, refusal.status)
