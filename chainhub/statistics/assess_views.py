"""The pages of 考核: ranking, weights, appeals. Reading is open to all whose figures are compared."""

from urllib.parse import urlencode

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from chainhub.core.actor import Role
from chainhub.core.errors import Invalid
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.documents.attachments import rules as files
from chainhub.documents.attachments import service as attachments
from chainhub.statistics import forms, periods, ranking, weighing
from chainhub.statistics.appeals import presenting, queries, service
from chainhub.statistics.appeals.terms import Verdict
from chainhub.statistics.reach import READERS
from chainhub.statistics.showing import Choice
from chainhub.statistics.terms import Cut, Month, month_of
from chainhub.tickets import uploads
from chainhub.web import doors
from chainhub.web.chinese import ChineseForm

bp = Blueprint("assessment", __name__, template_folder="templates")
_MONTHS = 6  # that are one tap away
_DECIDERS = (Role.COMMITTEE,)


@bp.get("/statistics/ranking")
@doors.signed_in(*READERS)
def rank() -> ResponseReturnValue:
    """Show a month's ranking of units, or of chains."""
    with doors.reading() as work:
        month, cut = ranking.asked(work, request.args.get("month", ""), request.args.get("of", ""))
        this = month_of(work.now)
        return render_template(
            "statistics/ranking.html",
            page=ranking.page(work, month, cut),
            month=month,
            cuts=[Choice(f"排{one.label}", _rank_url(month, one), one is cut) for one in ranking.OF],
            months=[_month_choice(this.plus(-place), month, cut) for place in range(_MONTHS)],
            cut=cut.value,
        )


def _month_choice(one: Month, month: Month, cut: Cut) -> Choice:
    return Choice(one.text, _rank_url(one, cut), one == month)


def _rank_url(month: Month, cut: Cut) -> str:
    return f"{url_for('.rank')}?{urlencode({'month': month.written, 'of': cut.value})}"


# Weights


@bp.get("/statistics/weights")
@doors.signed_in(*weighing.MAY_READ)
def weights() -> ResponseReturnValue:
    """Show the weights of 综合: what holds, what is to come, what was, each with who and why."""
    with doors.reading() as work:
        return render_template(
            "statistics/weights.html",
            rows=presenting.scales(work, weighing.listed(work)),
            edit_url=url_for(".edit_weights") if work.actor.roles & set(weighing.KEEPERS) else "",
        )


@bp.route("/admin/weights", methods=["GET", "POST"])
@doors.signed_in(*weighing.KEEPERS)
def edit_weights() -> ResponseReturnValue:
    """Set the weights from a day to come."""
    with doors.reading() as work:
        named = weighing.difficulties(work)
        scale = weighing.latest(work)
    form = forms.for_weights(named)()
    if request.method == "GET":
        forms.fill(form, scale)
        return _weights_page(form, 200)
    if not form.validate():
        return _weights_page(form, 422)
    try:
        with doors.work() as work:
            kept = weighing.keep(work, forms.change(form, named))
    except Invalid as refusal:
        _blame(form, refusal)
        return _weights_page(form, 422)
    since = kept.from_on
    flash(f"记下了，{since.year}年{since.month}月{since.day}日起照新的算。" if since else "记下了。")
    return redirect(url_for(".weights"), code=303)


def _weights_page(form: ChineseForm, status: int) -> ResponseReturnValue:
    hard = [one for one in form if one.name.startswith(forms.HARD)]
    page = render_template(
        "statistics/weights_edit.html",
        form=form,
        hard=hard,
        hard_open=any(one.errors or (one.data or "1") != "1" for one in hard),
        back_url=url_for(".weights"),
    )
    return make_response(page, status)


def _blame(form: ChineseForm, refusal: Invalid) -> None:
    for name, said in refusal.errors.items():
        if name in form:
            form[name].errors = list(said)
    if not form.errors:
        form.form_errors.append(
            next((one for said in refusal.errors.values() for one in said), refusal.title)
        )


# Appeals


@bp.get("/statistics/appeals")
@doors.signed_in(*READERS)
def appeals() -> ResponseReturnValue:
    """List every appeal of the county, the newest first; which ticket it is about sees who sees the ticket."""
    said = request.args.get("standing", "")
    standing = Verdict(said) if said in set(Verdict) else None
    below = doors.before()
    with doors.reading() as work:
        found, after = queries.page(work, standing, before=below)
        here = url_for(".appeals", standing=standing.value) if standing else url_for(".appeals")
        more = "&" if standing else "?"
        return render_template(
            "statistics/appeals.html",
            rows=[presenting.row(work, one) for one in found],
            tabs=[
                Choice("全部", url_for(".appeals"), standing is None),
                *(
                    Choice(one.label, url_for(".appeals", standing=one.value), one is standing)
                    for one in Verdict
                ),
            ],
            next_url=f"{here}{more}before={after}" if after else "",
            first_url=here if below is not None else "",
        )


@bp.route("/tickets/<number>/assessment", methods=["GET", "POST"])
@doors.signed_in(Role.DEPARTMENT)
@doors.body_most(files.BODY_MOST)
def appeal(number: str) -> ResponseReturnValue:
    """Appeal against a case that counts in a figure of one's unit."""
    form = forms.AppealForm()
    if request.method == "GET" or not form.validate():
        with doors.reading() as work:
            return _appeal_page(work, number, form, 200 if request.method == "GET" else 422)
    with doors.reading() as work:
        service.demand(work, number, _against(work, number))
    try:
        sent = uploads.sent()
        sound = attachments.examine(sent) if sent else []
        with uploads.storage().keeping() as shelf, doors.work() as work:
            made = service.ask(work, number, _against(work, number), form.reason.data or "", shelf, sound)
            id_ = made.id
    except Invalid as refusal:
        _blame(form, refusal)
        with doors.reading() as work:
            return _appeal_page(work, number, form, 422)
    flash("申诉交上去了，产业链党委会在期限内决定，结果告诉您。")
    return redirect(url_for(".one_appeal", id_=id_), code=303)


def _against(work: Work, number: str) -> service.Against:
    args = request.args
    month = periods.read(args.get("month", ""))
    return service.against(work, number, args.get("figure", ""), args.get("unit", ""), month)


def _appeal_page(work: Work, number: str, form: ChineseForm, status: int) -> ResponseReturnValue:
    about = _against(work, number)
    ticket = service.demand(work, number, about)
    page = render_template(
        "statistics/appeal_new.html",
        form=form,
        ticket=ticket,
        about=about.words,
        unit=known.of(work.session).directory.unit_name(about.unit),
        formula=about.figure.formula,
        taken=files.TAKEN,
        back_url=url_for("statistics.index"),
    )
    return make_response(page, status)


@bp.get("/statistics/appeals/<int:id_>")
@doors.signed_in(*READERS)
def one_appeal(id_: int) -> ResponseReturnValue:
    """Show an appeal, and to whoever decides on it the form."""
    with doors.reading() as work:
        return _one(work, id_)


@bp.post("/statistics/appeals/<int:id_>/files")
@doors.signed_in(Role.DEPARTMENT)
@doors.body_most(files.BODY_MOST)
def add_files(id_: int) -> ResponseReturnValue:
    """Add what proves an appeal that nobody has decided."""
    form = forms.ProofForm()
    with doors.reading() as work:
        service.demand_addition(work, id_)
        if not form.validate():
            return _one(work, id_, form)
    try:
        sound = uploads.examined()
        with uploads.storage().keeping() as shelf, doors.work() as work:
            _, made = service.add_files(work, shelf, id_, sound)
            count = len(made)
    except Invalid as refusal:
        _blame(form, refusal)
        with doors.reading() as work:
            return _one(work, id_, form)
    flash(f"补上了 {count} 个附件。")
    return redirect(url_for(".one_appeal", id_=id_), code=303)


@bp.post("/statistics/appeals/<int:id_>/decide")
@doors.signed_in(*_DECIDERS)
def decide(id_: int) -> ResponseReturnValue:
    """Decide on an appeal."""
    form = forms.DecisionForm()
    with doors.reading() as work:
        service.demand_decision(work, id_)
        if not form.validate():
            return _one(work, id_, form)
    try:
        with doors.work() as work:
            found = service.decide(
                work, id_, uphold=form.decision.data == "uphold", note=form.note.data or ""
            )
            said = found.standing.label
    except Invalid as refusal:
        _blame(form, refusal)
        with doors.reading() as work:
            return _one(work, id_, form)
    flash(f"记下了：{said}。已经告诉申诉的单位。")
    return redirect(url_for(".one_appeal", id_=id_), code=303)


def _one(
    work: Work, id_: int, sent: forms.DecisionForm | forms.ProofForm | None = None
) -> ResponseReturnValue:
    """Show an appeal with the forms that this reader has: one of them may be what was sent and refused."""
    ticket, found = service.find(work, id_)
    decision = sent if isinstance(sent, forms.DecisionForm) else forms.DecisionForm(formdata=None)
    proof = sent if isinstance(sent, forms.ProofForm) else forms.ProofForm(formdata=None)
    page = render_template(
        "statistics/appeal.html",
        appeal=presenting.detail(work, ticket, found),
        form=sent or decision,
        decision=decision,
        may_decide=service.may_decide(work, found),
        decide_url=url_for(".decide", id_=id_),
        proof=proof,
        may_add=service.may_add(work, found),
        add_url=url_for(".add_files", id_=id_),
        taken=files.TAKEN,
        back_url=url_for(".appeals"),
    )
    return make_response(page, 422 if sent else 200)
