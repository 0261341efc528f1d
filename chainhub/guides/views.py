"""The pages of visits: the list, logging one on a phone, one visit, correcting it, its problems, the month, coverage."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from chainhub.core.actor import Role, ScopeKind
from chainhub.core.errors import Invalid
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.guides import forms, presenting, queries, rules
from chainhub.guides.models import GuideVisit
from chainhub.guides.rules import VisitKind
from chainhub.guides.service import duties, visiting
from chainhub.web import doors, presses

bp = Blueprint("visits", __name__, template_folder="templates")


@bp.get("/visits")
@doors.signed_in(*queries.READERS)
def index() -> ResponseReturnValue:
    """Show this month's firms and what was logged, the newest first."""
    with doors.reading() as work:
        before = doors.before()
        page = queries.visits(work, before=before)
        month = rules.month_of(local(work.now).date())
        own = queries.firms_of(work.actor)
        return render_template(
            "visits/index.html",
            visits=presenting.visits(work, page.items),
            months=presenting.duties(work, queries.months_of(work, own, month)) if own else [],
            month=rules.month_text(month),
            may_log=visiting.may_log(work),
            of_firm=Role.ENTERPRISE in work.actor.roles,
            oversees=bool(work.actor.roles & frozenset(queries.OVERSEERS)),
            more=[
                ("半年报告", url_for("guide_papers.reports")),
                ("年度考核", url_for("guide_papers.grades")),
            ]
            if Role.GUIDE in work.actor.roles
            else [],
            next_url=f"{url_for('.index')}?{urlencode({'before': page.after})}" if page.after else "",
            first_url=url_for(".index") if before is not None else "",
        )


@bp.route("/visits/new", methods=["GET", "POST"])
@doors.signed_in(Role.GUIDE)
@presses.harmless_twice
def new() -> ResponseReturnValue:
    """Log a visit. The key in the form makes a second sending find the first."""
    if request.method == "GET":
        with doors.reading() as work:
            typed = {
                "enterprise": request.args.get("enterprise", ""),
                "on": local(work.now).date().isoformat(),
                "kind": VisitKind.TALK.value,
                "once": uuid4().hex,
            }
            return _form(work, typed, {}, 200)
    try:
        with doors.work() as work:
            logged = visiting.log(work, forms.draft(request.form))
            link, number = logged.visit.link, logged.ticket.number if logged.ticket else ""
    except Invalid as refusal:
        with doors.reading() as work:
            return _form(work, request.form, refusal.errors, 422)
    flash(f"记下了，问题报成诉求了，编号 {number}。" if number else "记下了，本月走访已落实。")
    return redirect(link, code=303)


def _form(
    work: Work,
    typed: Mapping[str, Any],
    errors: Mapping[str, Any],
    status: int,
    visit: GuideVisit | None = None,
) -> ResponseReturnValue:
    cared = sorted(work.actor.refs(Role.GUIDE, ScopeKind.ENTERPRISE))
    names = queries.names(work.session, cared[: queries.PAGE_MOST])
    titles = request.form.getlist("policy_title") if request.method == "POST" else typed.get("titles", [])
    sources = request.form.getlist("policy_source") if request.method == "POST" else typed.get("sources", [])
    rows = max(forms.POLICY_ROWS, len(titles))
    padded = [
        (titles[i] if i < len(titles) else "", sources[i] if i < len(sources) else "") for i in range(rows)
    ]
    today = local(work.now).date()
    first = rules.month_of(visit.on) if visit else rules.earliest(work.calendar, today)
    page = render_template(
        "visits/visit_form.html",
        typed=typed,
        errors=errors,
        firms=[(code, names[code]) for code in cared if code in names],
        kinds=list(VisitKind),
        policies=padded[: rules.POLICIES_MOST],
        first=first.isoformat(),
        last=today.isoformat(),
        visit=visit,
        back_url=visit.link if visit else url_for(".index"),
    )
    return make_response(page, status)


@bp.get("/visits/<int:id_>")
@doors.signed_in(*queries.READERS)
def show(id_: int) -> ResponseReturnValue:
    """Show one visit with what came of it and how it was corrected."""
    with doors.reading() as work:
        visit = queries.own(work, id_)
        return render_template(
            "visits/visit.html",
            visit=presenting.visits(work, [visit])[0],
            changes=presenting.changes(work, visit, queries.changes(work.session, visit)),
            may_correct=visiting.may_correct(work, visit),
            may_raise=visiting.may_raise(work, visit),
            back_url=url_for(".index"),
        )


@bp.route("/visits/<int:id_>/correct", methods=["GET", "POST"])
@doors.signed_in(Role.GUIDE)
def correct(id_: int) -> ResponseReturnValue:
    """Correct a visit; what stood there stays in its history."""
    if request.method == "GET":
        with doors.reading() as work:
            visit = queries.own(work, id_)
            visiting.demand_correct(work, visit)
            delivered = queries.policies(work.session, [id_]).get(id_, ())
            stands = {
                "on": visit.on.isoformat(),
                "kind": visit.kind.value,
                "met": visit.met,
                "done": visit.done,
                "note": visit.note,
                "version": visit.version,
                "titles": [one.title for one in delivered],
                "sources": [one.source for one in delivered],
            }
            return _form(work, stands, {}, 200, visit)
    try:
        with doors.work() as work:
            version = forms.number(request.form.get("version", ""))
            why = forms.line(request.form, "why")
            link = visiting.correct(work, id_, version, forms.draft(request.form), why).link
    except Invalid as refusal:
        with doors.reading() as work:
            return _form(work, request.form, refusal.errors, 422, queries.own(work, id_))
    flash("改好了，改以前的样子留在记录里。")
    return redirect(link, code=303)


@bp.post("/visits/<int:id_>/problem")
@doors.signed_in(Role.GUIDE)
def problem(id_: int) -> ResponseReturnValue:
    """Make a ticket of what was heard, with one tap."""
    with doors.work() as work:
        number = visiting.raise_problem(work, id_, forms.text(request.form, "problem")).number
    flash(f"报成诉求了，编号 {number}。")
    return redirect(url_for(".show", id_=id_), code=303)


@bp.post("/visits/<any(waive, ask):word>")
@doors.signed_in(Role.ENTERPRISE)
@presses.harmless_twice
def choose(word: str) -> ResponseReturnValue:
    """Let a firm say that it needs no visit this month, or take that back."""
    code = forms.line(request.form, "enterprise")
    with doors.work() as work:
        if word == "waive":
            duties.waive(work, code)
        else:
            duties.ask_again(work, code)
    flash("知道了，本月不来走访。有事随时说。" if word == "waive" else "好的，已经请指导员来。")
    return redirect(url_for(".index"), code=303)


# Coverage


@bp.get("/visits/coverage")
@doors.signed_in(*queries.OVERSEERS)
def coverage() -> ResponseReturnValue:
    """Show how a month stands: of all, by chain, by guide, and firm by firm."""
    with doors.reading() as work:
        today = local(work.now).date()
        month = _month(request.args.get("month", ""), today)
        after = request.args.get("after", "")
        total, chains, guides = presenting.by_chain(work, queries.coverage(work, month))
        page = queries.firms(work, month, after=after)
        said = month.strftime("%Y-%m")
        earlier, later = presenting.month_links(month, today)
        more = urlencode({"month": said, "after": page.after})
        return render_template(
            "visits/coverage.html",
            month=rules.month_text(month),
            total=total,
            guided=presenting.together(list(queries.coverage(work, month).values())).guided_words,
            chains=chains,
            guides=guides,
            firms=presenting.duties(work, page.items),
            earlier=url_for(".coverage", month=earlier),
            later=url_for(".coverage", month=later) if later else "",
            next_url=f"{url_for('.coverage')}?{more}" if page.after else "",
            first_url=url_for(".coverage", month=said) if after else "",
            back_url=url_for(".index"),
        )


def _month(said: str, today: date) -> date:
    """Return the month that an address names, this one where it names none or one that is not yet."""
    found = forms.day(f"{said}-01")
    return found if found is not None and found <= today else rules.month_of(today)
