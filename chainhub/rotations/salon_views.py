"""The pages of one session: what it is, what may be done with it, problems raised at it, exchanging it."""

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from chainhub.core.actor import Role
from chainhub.core.errors import Invalid, NotFound
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.rotations import days, fields, forms, presenting, queries
from chainhub.rotations.around import presenting as beside
from chainhub.rotations.around import rules
from chainhub.rotations.around.service import standing
from chainhub.rotations.forms import BaseForm
from chainhub.rotations.models import Rotation, Salon
from chainhub.rotations.service import holding, laying, packing, problems, swapping
from chainhub.rotations.workflow import Action, Part, SwapState
from chainhub.web import doors

bp = Blueprint("salons", __name__, template_folder="templates")
_VERDICTS = {"accept": SwapState.ACCEPTED, "refuse": SwapState.REFUSED, "withdraw": SwapState.WITHDRAWN}


def _names(work: Work, rotation: Rotation) -> dict[str, str]:
    return {one.code: one.name for one in queries.members(work.session, rotation)}


@bp.get("/salons/<int:id_>")
@doors.signed_in(*queries.PEOPLE)
def show(id_: int) -> ResponseReturnValue:
    """Show one session: its day and hosts with their reasons, its pack, its problems, what may be done."""
    with doors.reading() as work:
        found = queries.own_salon(work, id_)
        rotation = work.session.get_one(Rotation, found.rotation_id)
        place = standing.at(work, id_)
        names = _names(work, rotation)
        hosting = queries.hosts(work.session, [found]).get(found.id, ())
        staff = queries.is_staff(work.actor)
        around = beside.beside(work, place)
        before = around.before.salon if around.before else None
        offered = holding.offered(work, found)
        return render_template(
            "rotations/salon.html",
            salon=found,
            chain=known.of(work.session).directory.chains[rotation.chain_code].name,
            day=days.text(found.on) if found.on else "日子待定",
            word=rotation.name,
            starts=rotation.starts,
            hosts=[(names[one.enterprise_code], one.why) for one in hosting],
            hosted_by=presenting.hosted_by(hosting, names),
            skipped=list(found.skipped) if staff else [],
            around=around,
            offered=[(one.label, url_for(".act", id_=id_, action=one.value)) for one in offered],
            may_swap=_may_swap(work, rotation, found),
            may_raise=laying.keeps(work, rotation) and problems.may_raise(found),
            raised=problems.raised(work, found),
            last_raised=problems.raised(work, before) if before else [],
            events=[
                presenting.event(one, names)
                for one in queries.events(work.session, rotation, salon=id_, limit=20).items
            ]
            if staff
            else [],
            back_url=f"{rotation.link}&year={found.period_on.year}",
        )


def _may_swap(work: Work, rotation: Rotation, found: Salon) -> bool:
    hosting = queries.hosts(work.session, [found]).get(found.id, ())
    mine = any(swapping.acts_for(work, rotation, one.enterprise_code) for one in hosting)
    today = local(work.now).date()
    return (
        mine and found.on is not None and found.on >= today and found.stage.value in {"planned", "announced"}
    )


@bp.route("/salons/<int:id_>/act/<string:action>", methods=["GET", "POST"])
@doors.signed_in(Role.COMMITTEE, Role.ENTERPRISE)
def act(id_: int, action: str) -> ResponseReturnValue:
    """Show what an action asks for, and do it."""
    wanted = next((one for one in Action if one.value == action), None)
    if wanted is None:
        raise NotFound("没有这一步，请从“轮值”一页进入。")
    with doors.work() if request.method == "POST" else doors.reading() as work:
        found = queries.own_salon(work, id_)
        rotation = work.session.get_one(Rotation, found.rotation_id)
        holding.permit(work, found, wanted, forms.number(request.form.get("version", "")))
        firms = [
            (one.code, one.name) for one in queries.members(work.session, rotation) if one.left_on is None
        ]
        form: BaseForm = forms.for_fields(fields.OF_ACTION[wanted], firms)()
        if request.method == "GET":
            _prefill_act(work, form, found)
            return _act_page(rotation.name, found, wanted, form, 200)
        if not form.validate():
            return _act_page(rotation.name, found, wanted, form, 422)
        try:
            holding.act(work, id_, wanted, forms.number(request.form.get("version", "")), form.given())
        except Invalid as refusal:
            forms.put(form, refusal)
            work.session.rollback()
            return _act_page(rotation.name, found, wanted, form, 422)
    flash(f"{wanted.label}，记下了。")
    return redirect(url_for(".show", id_=id_), code=303)


def _prefill_act(work: Work, form: BaseForm, found: Salon) -> None:
    form.version.data = str(found.version)
    stands: dict[str, Any] = {
        "theme": found.theme,
        "venue": found.venue,
        "minutes": found.minutes,
        **found.agenda,
    }
    if "policies" in form:
        pack = packing.of(work.session, [found.id])[found.id]
        stands |= {"venue_of": pack.venue_of, "policies": rules.policies_text(packing.policies(pack))}
    for name, value in stands.items():
        if name in form:
            form[name].data = value
    if "hosts" in form:
        hosting = queries.hosts(work.session, [found]).get(found.id, ())
        form["hosts"].data = [one.enterprise_code for one in hosting]


def _act_page(word: str, found: Salon, wanted: Action, form: BaseForm, status: int) -> ResponseReturnValue:
    page = render_template(
        "rotations/pack.html" if wanted is Action.PREPARE else "rotations/act.html",
        action=wanted,
        parts=list(Part),
        form=form,
        word=word,
        day=days.text(found.on) if found.on else "日子待定",
        back_url=found.link,
    )
    return make_response(page, status)


@bp.route("/salons/<int:id_>/problem", methods=["GET", "POST"])
@doors.signed_in(Role.COMMITTEE)
def problem(id_: int) -> ResponseReturnValue:
    """Make a ticket of a problem on the spot."""
    with doors.work() if request.method == "POST" else doors.reading() as work:
        found = queries.own_salon(work, id_)
        rotation = work.session.get_one(Rotation, found.rotation_id)
        laying.demand_keeper(work, rotation)
        firms = [
            (one.code, one.name) for one in queries.members(work.session, rotation) if one.left_on is None
        ]
        form: BaseForm = forms.for_fields(("enterprise", "title", "content"), firms)()
        if request.method == "GET" or not form.validate():
            page = render_template(
                "rotations/problem.html",
                form=form,
                word=rotation.name,
                day=days.text(found.on) if found.on else "日子待定",
                back_url=found.link,
            )
            return make_response(page, 200 if request.method == "GET" else 422)
        number = problems.raise_one(work, id_, form.given()).number
    flash(f"报成诉求了，编号 {number}。")
    return redirect(url_for(".show", id_=id_), code=303)


# Exchanging two sessions


@bp.route("/salons/<int:id_>/swap", methods=["GET", "POST"])
@doors.signed_in(Role.COMMITTEE, Role.ENTERPRISE)
def swap(id_: int) -> ResponseReturnValue:
    """Choose with whom to exchange, and ask."""
    refusal: Invalid | None = None
    if request.method == "POST":
        try:
            with doors.work() as work:
                _ask_swap(work, id_)
            flash("问过对方了，等对方答复；没答复以前日子不变。")
            return redirect(url_for(".show", id_=id_), code=303)
        except Invalid as error:
            refusal = error
    with doors.reading() as work:
        found = queries.own_salon(work, id_)
        rotation = work.session.get_one(Rotation, found.rotation_id)
        names = _names(work, rotation)
        mine = [
            (one.enterprise_code, names[one.enterprise_code])
            for one in queries.hosts(work.session, [found]).get(found.id, ())
            if swapping.acts_for(work, rotation, one.enterprise_code)
        ]
        if not mine:
            raise NotFound("这一期不由您家承办，请从“轮值”一页进入。")
        page = render_template(
            "rotations/swap.html",
            mine=mine,
            choices=[
                (f"{one.id}:{host.enterprise_code}", f"{names[host.enterprise_code]} {days.text(one.on)}")
                for one, host in swapping.choices(work, rotation, found)
                if one.on
            ],
            errors=refusal.errors if refusal else {},
            why=request.form.get("why", ""),
            picked=request.form.get("other", ""),
            word=rotation.name,
            day=days.text(found.on) if found.on else "日子待定",
            back_url=found.link,
        )
    return make_response(page, 422 if refusal else 200)


def _ask_swap(work: Work, id_: int) -> None:
    number, _, code = request.form.get("other", "").partition(":")
    why = request.form.get("why", "").strip()
    errors = {}
    if forms.number(number) is None:
        errors["other"] = ["请选要换的那一期。"]
    if not why:
        errors["why"] = ["请写为什么要换。"]
    if len(why) > fields.FIELDS["why"].most:
        errors["why"] = [f"最多 {fields.FIELDS['why'].most} 字，请删短一些。"]
    if errors:
        queries.own_salon(work, id_)
        raise Invalid(errors=errors)
    swapping.ask(work, id_, request.form.get("mine", ""), forms.number(number) or 0, code, why)


@bp.post("/swaps/<int:id_>/<any(accept, refuse, withdraw):word>")
@doors.signed_in(Role.COMMITTEE, Role.ENTERPRISE)
def answer_swap(id_: int, word: str) -> ResponseReturnValue:
    """Accept, refuse or withdraw."""
    with doors.work() as work:
        found = swapping.answer(work, id_, _VERDICTS[word])
        link = work.session.get_one(Rotation, found.rotation_id).link
        said = found.swap_state.label
    flash(f"换期：{said}。有关的企业都知道了。")
    return redirect(link, code=303)
