"""The pages of recurring work: the year, one piece of it, one occasion; planning, changing, marking done."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from chainhub.core.errors import Invalid, NotFound
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.rotations import forms as shapes
from chainhub.rotations.days import Rhythm
from chainhub.rotations.forms import BaseForm, Firms
from chainhub.rotations.routines import fields, forms, paper_views, presenting, queries
from chainhub.rotations.routines.models import Occasion, Routine
from chainhub.rotations.routines.service import acting, laying, planning
from chainhub.rotations.routines.service.planning import Asked, Plan
from chainhub.rotations.routines.workflow import Action, Change, Kind, usual
from chainhub.web import doors

bp = Blueprint("routines", __name__, template_folder="../templates")


@bp.get("/routines")
@doors.signed_in(*queries.STAFF)
def index() -> ResponseReturnValue:
    """Show a year by months or as a list, what was missed, and all recurring work."""
    with doors.reading() as work:
        today = local(work.now).date()
        said = request.args.get("year", "")
        year = int(said) if said.isascii() and said.isdigit() and 2000 <= int(said) <= 2200 else today.year
        listed = request.args.get("view") == "list"
        rows = presenting.occasions(work, queries.of_year(work, year))
        return render_template(
            "routines/index.html",
            year=year,
            earlier=(_here(year - 1, listed=listed), year - 1),
            later=(_here(year + 1, listed=listed), year + 1),
            tabs=[("全年", _here(year), not listed), ("列表", _here(year, listed=True), listed)],
            listed=listed,
            months=[
                (
                    month,
                    month == today.month and year == today.year,
                    [one for one in rows if one.month == month],
                )
                for month in range(1, 13)
            ],
            rows=rows,
            undated=[one for one in rows if not one.month],
            missed=presenting.occasions(work, queries.missed(work)),
            routines=presenting.routines(work, queries.all_of(work)),
            may_plan=bool(planning.may_plan(work)),
            kinds=list(Kind),
        )


def _here(year: int, *, listed: bool = False) -> str:
    return url_for(".index", year=year, view="list" if listed else None)


@bp.route("/routines/new", methods=["GET", "POST"])
@doors.signed_in(*queries.PLANNERS)
def new() -> ResponseReturnValue:
    """Plan recurring work; what is usual for its kind is filled in."""
    kind = next((one for one in Kind if one.value == request.values.get("kind", "")), Kind.MEETING)
    with doors.work() if request.method == "POST" else doors.reading() as work:
        chains = planning.demand_planner(work)
        january = local(work.now).date().replace(month=1, day=1)
        listed: dict[str, Firms] = {
            "chain": [(code or _COUNTY, name) for code, name in chains.items()],
            "body": list(queries.bodies(work.session).items()),
        }
        form: BaseForm = forms.for_fields(fields.PLAN, listed, {"chain"})()
        if request.method == "GET":
            _prefill(form, usual(kind, january), "14:00", 7)
            form["title"].data = kind.label
            if len(chains) == 1:
                form["chain"].data = listed["chain"][0][0]
            return _new_page(kind, form, 200)
        if not form.validate():
            return _new_page(kind, form, 422)
        given = form.given()
        try:
            plan = Plan(
                kind,
                given["body"],
                _rhythm(january, given),
                given["starts"],
                given["lead_days"],
                given.get("title", ""),
                given["chain"].removeprefix(_COUNTY),
            )
            found = planning.plan(work, plan)
        except Invalid as refusal:
            shapes.put(form, refusal)
            work.session.rollback()
            return _new_page(kind, form, 422)
        link = found.link
    flash("排好了，近两年的日子都在下面，负责的人已经通知。")
    return redirect(link, code=303)


_COUNTY = "county"


def _new_page(kind: Kind, form: BaseForm, status: int) -> ResponseReturnValue:
    kinds = [(one.label, url_for(".new", kind=one.value), one is kind) for one in Kind]
    page = render_template("routines/new.html", kind=kind, kinds=kinds, form=form, back_url=url_for(".index"))
    return make_response(page, status)


def _prefill(form: BaseForm, beat: Rhythm, starts: str, lead: int) -> None:
    stands: dict[str, Any] = {
        "months": beat.months,
        "month": beat.month,
        "week": beat.week,
        "weekday": beat.weekday + 1,
        "starts": starts,
        "lead_days": lead,
    }
    for name, value in stands.items():
        form[name].data = value


def _rhythm(anchor_on: Any, given: dict[str, Any]) -> Rhythm:
    return Rhythm(anchor_on, given["months"], given["month"], given["week"], given["weekday"] - 1)


@bp.get("/routines/<int:id_>")
@doors.signed_in(*queries.STAFF)
def show(id_: int) -> ResponseReturnValue:
    """Show one piece of recurring work: its rule, its occasions, what may be changed."""
    with doors.reading() as work:
        found = queries.own(work, id_)
        after = request.args.get("after", "")
        everything = request.args.get("all") == "1"
        recent = None if everything or after else queries.lately(found, local(work.now).date())
        page = queries.page(work.session, found, since=recent, after=after)
        people = queries.people(work.session, queries.responsible(work.session, found))
        here = url_for(".show", id_=id_)
        return render_template(
            "routines/routine.html",
            routine=found,
            whose=presenting.whose(work, found),
            rule_line=presenting.rule_line(found),
            body=queries.body_name(work.session, found),
            people=[name for _, name in people],
            is_named=bool(queries.named(work.session, found)),
            rows=presenting.occasions(work, [(one, found) for one in page.items]),
            keeps=laying.keeps(work, found),
            changes=list(Change),
            next_url=f"{here}?{urlencode({'after': page.after})}" if page.after else "",
            first_url=here if after else "",
            all_url="" if everything else f"{here}?all=1",
            back_url=url_for(".index"),
        )


@bp.get("/routines/<int:id_>/history")
@doors.signed_in(*queries.STAFF)
def history(id_: int) -> ResponseReturnValue:
    """Show what was changed, the newest first."""
    with doors.reading() as work:
        found = queries.own(work, id_)
        before = doors.before()
        page = queries.events(work.session, found, before=before)
        here = url_for(".history", id_=id_)
        return render_template(
            "rotations/history.html",
            events=[presenting.event(one) for one in page.items],
            back_url=found.link,
            next_url=f"{here}?{urlencode({'before': page.after})}" if page.after else "",
            first_url=here if before is not None else "",
        )


@bp.route("/routines/<int:id_>/change/<string:word>", methods=["GET", "POST"])
@doors.signed_in(*queries.STAFF)
def change(id_: int, word: str) -> ResponseReturnValue:
    """Show the form of a change, then its whole effect, then save it."""
    wanted = next((one for one in Change if one.value == word), None)
    if wanted is None:
        raise NotFound("没有这一种改动，请从“例行工作”一页进入。")
    sure = request.form.get("sure") == "yes"
    with doors.work() if sure else doors.reading() as work:
        found = queries.own(work, id_)
        laying.demand_keeper(work, found)
        form = _change_form(work, found, wanted)
        if request.method == "GET":
            _stands(work, form, found, wanted)
            return _change_page(found, wanted, form, 200)
        if not form.validate():
            return _change_page(found, wanted, form, 422)
        asked = _asked(found, wanted, form.given())
        try:
            effect = planning.change(work, id_, asked) if sure else planning.preview(work, id_, asked)
        except Invalid as refusal:
            if sure:
                raise
            shapes.put(form, refusal)
            return _change_page(found, wanted, form, 422)
        link = found.link
        if not sure:
            given = [(name, value) for name, value in request.form.items(multi=True) if name in fields.FIELDS]
            return render_template(
                "routines/preview.html",
                change=wanted,
                before=[presenting.said(one) for one in effect.before],
                after=[presenting.said(one) for one in effect.after],
                given=given,
                here=url_for(".change", id_=id_, word=word),
                back_url=link,
                title=found.title,
            )
    flash("改好了，日子变了的已经通知负责的人。" if effect.before else "改好了，日子都没有变。")
    return redirect(link, code=303)


def _change_form(work: Work, found: Routine, wanted: Change) -> BaseForm:
    listed: dict[str, Firms] = {
        "body": list(queries.bodies(work.session).items()) if wanted is Change.BODY else [],
        "people": _people(work, found) if wanted is Change.PEOPLE else [],
    }
    form: BaseForm = forms.for_fields(fields.OF_CHANGE[wanted], listed)()
    return form


def _people(work: Work, found: Routine) -> Firms:
    return queries.people(work.session, queries.of_body(work.session, found.body, found.body_ref))


def _stands(work: Work, form: BaseForm, found: Routine, wanted: Change) -> None:
    if wanted is Change.RHYTHM:
        _prefill(form, queries.rhythm(found), found.starts, found.lead_days)
    elif wanted is Change.BODY:
        form["body"].data = f"{found.body.value}:{found.body_ref}"
    elif wanted is Change.PEOPLE:
        named = queries.named(work.session, found)
        form["people"].data = [username for username, _ in queries.people(work.session, named)]


def _asked(found: Routine, wanted: Change, given: dict[str, Any]) -> Asked:
    return Asked(
        wanted,
        given["why"],
        _rhythm(found.anchor_on, given) if wanted is Change.RHYTHM else None,
        given.get("starts", ""),
        given.get("lead_days", 0),
        given.get("body", ""),
        given.get("people", ()),
        given.get("from_on"),
    )


def _change_page(found: Routine, wanted: Change, form: BaseForm, status: int) -> ResponseReturnValue:
    page = render_template(
        "routines/change.html", change=wanted, form=form, back_url=found.link, title=found.title
    )
    return make_response(page, status)


# One occasion


@bp.get("/occasions/<int:id_>")
@doors.signed_in(*queries.STAFF)
def occasion(id_: int) -> ResponseReturnValue:
    """Show one occasion: its day with the reasons, what came of it, what may be done."""
    with doors.reading() as work:
        found = queries.own_occasion(work, id_)
        routine = work.session.get_one(Routine, found.routine_id)
        return render_template(
            "routines/occasion.html",
            occasion=found,
            routine=routine,
            view=presenting.occasions(work, [(found, routine)])[0],
            year=found.period_on.year,
            period=presenting.period(routine, found),
            people=[
                name for _, name in queries.people(work.session, queries.responsible(work.session, routine))
            ],
            body=queries.body_name(work.session, routine),
            offered=[
                (one.label, url_for(".act", id_=id_, word=one.value))
                for one in acting.offered(work, found, routine)
            ],
            events=[
                presenting.event(one)
                for one in queries.events(work.session, routine, occasion=id_, limit=20).items
            ],
            back_url=routine.link,
            beside=paper_views.shown(work, found, routine),
        )


@bp.route("/occasions/<int:id_>/act/<string:word>", methods=["GET", "POST"])
@doors.signed_in(*queries.STAFF)
def act(id_: int, word: str) -> ResponseReturnValue:
    """Show what an action asks for, and do it."""
    wanted = next((one for one in Action if one.value == word), None)
    if wanted is None:
        raise NotFound("没有这一步，请从“例行工作”一页进入。")
    version = shapes.number(request.form.get("version", ""))
    with doors.work() if request.method == "POST" else doors.reading() as work:
        found = queries.own_occasion(work, id_)
        acting.permit(work, found, wanted, version)
        title = work.session.get_one(Routine, found.routine_id).title
        form: BaseForm = forms.for_fields(fields.OF_ACTION[wanted], {})()
        if request.method == "GET":
            form.version.data = str(found.version)
            if "note" in form:
                form["note"].data, form["address"].data = found.note, found.address
            return _act_page(found, title, wanted, form, 200)
        if not form.validate():
            return _act_page(found, title, wanted, form, 422)
        try:
            acting.act(work, id_, wanted, version, form.given())
        except Invalid as refusal:
            shapes.put(form, refusal)
            work.session.rollback()
            return _act_page(found, title, wanted, form, 422)
    flash(f"{wanted.label}，记下了。")
    return redirect(url_for(".occasion", id_=id_), code=303)


def _act_page(
    found: Occasion, title: str, wanted: Action, form: BaseForm, status: int
) -> ResponseReturnValue:
    page = render_template(
        "routines/act.html",
        action=wanted,
        form=form,
        about=f"{presenting.on_day(found)}{title}",
        back_url=found.link,
    )
    return make_response(page, status)
