"""The pages of the responsibility list: reading and searching it, changing a line after a look at real tickets."""

import hashlib
from datetime import date
from urllib.parse import urlencode

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from chainhub.core.actor import GUESTS, Role
from chainhub.core.errors import Invalid
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI
from chainhub.county import known
from chainhub.county.responsibilities import queries as listed
from chainhub.county.responsibilities import rules, service
from chainhub.county.responsibilities.models import Responsibility
from chainhub.county.responsibilities.service import Line
from chainhub.tickets.responsible import rerouting
from chainhub.tickets.responsible.forms import LineForm, form_for
from chainhub.tickets.responsible.rerouting import Preview
from chainhub.tickets.responsible.showing import line_view
from chainhub.tickets.returns.views import READERS
from chainhub.tickets.views.door import bp
from chainhub.web import doors

STAFF = tuple(one for one in Role if one not in {Role.ENTERPRISE, Role.CLOCK, *GUESTS})
"""Everybody of the staff reads the list; it holds no ticket and no enterprise."""
_LOOKUP_MOST = 8
_ARGS = ("q", "category", "unit", "ended")


@bp.get("/responsibilities")
@doors.signed_in(*STAFF)
def responsibilities() -> ResponseReturnValue:
    with doors.reading() as work:
        directory = known.of(work.session).directory
        wanted = _wanted(work)
        found = listed.page(work.session, wanted, after=listed.place(request.args.get("after", "")))
        may_change = rules.may_change(work.actor)
        tops = [one for one in directory.categories.values() if one.parent is None]
        return render_template(
            "tickets/responsibilities.html",
            lines=[line_view(one, directory, may_change=may_change) for one in found.items],
            args={name: request.args.get(name, "") for name in _ARGS},
            categories=[(one.code, one.label) for one in tops],
            units=[(one.code, one.short) for one in directory.units.values() if one.handles],
            next_url=_address(after=found.after) if found.after else "",
            first_url=_address() if request.args.get("after") else "",
            clear_url=url_for(".responsibilities") if any(request.args.get(one) for one in _ARGS) else "",
            add_url=url_for(".add_responsibility") if rules.may_try(work.actor) else "",
            returns_url=url_for(".returns") if work.actor.roles & set(READERS) else "",
            add_label="加一条" if may_change else "试一条",
            may_change=may_change,
        )


def _wanted(work: Work) -> listed.Wanted:
    args, directory = request.args, known.of(work.session).directory
    category = args.get("category", "")
    on = None if args.get("ended") else work.now.astimezone(SHANGHAI).date()
    within = directory.within(category) if category in directory.categories else frozenset()
    return listed.Wanted(args.get("q", "").strip(), args.get("unit", ""), within, on)


def _address(**changes: str) -> str:
    kept = {name: request.args[name] for name in _ARGS if request.args.get(name)} | changes
    return f"{url_for('.responsibilities')}?{urlencode(kept)}" if kept else url_for(".responsibilities")


def lookup(work: Work, q: str) -> list[Responsibility]:
    """Return the first lines in force that hold some words: what the dispatch form shows of the list."""
    if not q.strip():
        return []
    on = work.now.astimezone(SHANGHAI).date()
    return list(listed.page(work.session, listed.Wanted(q.strip(), on=on), limit=_LOOKUP_MOST).items)


@bp.get("/responsibilities/lookup")
@doors.signed_in(Role.TASK_FORCE)
def look_up() -> ResponseReturnValue:
    """Answer a piece of the dispatch page: what the list says of some words, each with a button that fills."""
    with doors.reading() as work:
        directory = known.of(work.session).directory
        q = request.args.get("look", "")
        rows = [line_view(one, directory, may_change=False) for one in lookup(work, q)]
        return render_template("tickets/_lookup.html", looked=q.strip(), looked_up=rows)


@bp.route("/responsibilities/new", methods=["GET", "POST"])
@doors.signed_in(Role.COMMITTEE, Role.TASK_FORCE)
def add_responsibility() -> ResponseReturnValue:
    return _edit(None)


@bp.route("/responsibilities/<int:id_>/edit", methods=["GET", "POST"])
@doors.signed_in(Role.COMMITTEE, Role.TASK_FORCE)
def edit_responsibility(id_: int) -> ResponseReturnValue:
    return _edit(id_)


def _edit(id_: int | None) -> ResponseReturnValue:
    if request.method == "GET":
        with doors.reading() as work:
            form = _form(work)
            _begin(work, form, id_)
            return _page(work, form, id_, 200)
    try:
        with doors.work() as work:
            form = _form(work)
            if not form.validate():
                return _page(work, form, id_, 422)
            line = form.line()
            seen = form.previewed.data == digest(line) and "again" not in request.form
            if not seen:
                return _previewed(work, form, line, id_)
            kept = service.add(work, line) if id_ is None else service.change(work, id_, line)
            there = url_for(".responsibilities", category=kept.category_code)
    except Invalid as refusal:
        return _refused(id_, refusal)
    flash("权责清单改好了，从写的日期起用。改动记在审计日志里。")
    return redirect(there, code=303)


def digest(line: Line) -> str:
    """Return what tells one line from another: what is kept must be what was previewed."""
    return hashlib.sha256(repr(line).encode()).hexdigest()[:16]


def _previewed(work: Work, form: LineForm, line: Line, id_: int | None) -> ResponseReturnValue:
    found = rerouting.preview(work, line, id_)
    form.previewed.data = digest(line)
    return _page(work, form, id_, 200, found)


def _refused(id_: int | None, refusal: Invalid) -> ResponseReturnValue:
    with doors.reading() as work:
        form = _form(work)
        form.validate()
        for name, said in refusal.errors.items():
            if name in form:
                form[name].errors = list(said)
        if not form.errors:
            form.form_errors.append(refusal.title)
        return _page(work, form, id_, 422)


def _form(work: Work) -> LineForm:
    return form_for(known.of(work.session).directory)()


def _begin(work: Work, form: LineForm, id_: int | None) -> None:
    if id_ is None:
        form.from_on.data = _today(work).isoformat()
        form.share.data = rules.Share.LEAD.value
        form.category.data = request.args.get("category", "")
        return
    line = service.line_of(service.find(work, id_))
    for name in ("category", "unit", "basis", "belongs", "beyond", "place"):
        form[name].data = getattr(line, name)
    form.share.data = line.share.value
    form.keywords.data = "、".join(line.keywords)
    form.from_on.data = line.from_on.isoformat()
    form.until_on.data = line.until_on.isoformat() if line.until_on else ""


def _today(work: Work) -> date:
    return work.now.astimezone(SHANGHAI).date()


def _page(
    work: Work, form: LineForm, id_: int | None, status: int, found: Preview | None = None
) -> ResponseReturnValue:
    page = render_template(
        "tickets/responsibility_edit.html",
        form=form,
        title="改一条" if id_ is not None else "加一条",
        preview=found,
        may_keep=rules.may_change(work.actor),
        back_url=url_for(".responsibilities"),
    )
    return make_response(page, status)
