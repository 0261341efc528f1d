"""Signing in: the code at the venue, the paper list that is typed in."""

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from chainhub.core.actor import Actor
from chainhub.core.errors import Invalid, NotSignedIn
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.people import entering
from chainhub.documents import qr
from chainhub.rotations import days
from chainhub.rotations.around import forms, presenting, queries, tokens
from chainhub.rotations.around.fields import Form
from chainhub.rotations.around.service import arriving, standing
from chainhub.rotations.around.service.arriving import NOBODY, Pass, Void
from chainhub.rotations.around.views.door import HOSTS, bp, day_of, secret
from chainhub.web import doors

TRIES_MOST = 30  # codes from one address that opened nothing, within a quarter of an hour


def _address(found: Pass) -> str:
    return url_for("around.arrive", token=tokens.write(secret(), found), _external=True)


def _by() -> Actor:
    """Return who is signed in, else nobody: both sign in at the venue."""
    try:
        return doors.actor()
    except NotSignedIn:
        return NOBODY


@bp.get("/arrive/<token>")
@doors.public
def arrive(token: str) -> ResponseReturnValue:
    """Show the session and ask. Whatever fetches an address, a scanner or a preview, signs nobody in."""
    with doors.reading(_by()) as work:
        return _arrive_page(work, tokens.read(secret(), token), forms.made(Form.ARRIVE), 200)


@bp.post("/arrive/<token>")
@doors.public
def arrive_now(token: str) -> ResponseReturnValue:
    """Sign in. Codes that open nothing are counted by address."""
    entering.demand_calm("arrive", TRIES_MOST)
    by, form = _by(), forms.made(Form.ARRIVE)
    try:
        found = tokens.read(secret(), token)
        with doors.work(by) as work:
            arriving.opened(work, found)
            if by.id is None and not form.validate():
                return _arrive_page(work, found, form, 422)
            arriving.sign_in(work, found, form.given())
    except Void:
        entering.strike("arrive", TRIES_MOST)
        raise
    return redirect(url_for(".arrived"), code=303)


def _arrive_page(work: Work, found: Pass, form: forms.BaseForm, status: int) -> Response:
    salon, rotation = arriving.opened(work, found)
    page = render_template(
        "rotations/around/arrive.html",
        form=form,
        chain=known.of(work.session).directory.chains[rotation.chain_code].name,
        word=rotation.name,
        day=days.text(found.on),
        starts=rotation.starts,
        theme=salon.theme,
        person=work.actor.name if work.actor.id is not None else "",
        body=arriving.own_body(work, work.actor)[0] if work.actor.id is not None else "",
    )
    response = make_response(page, status)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@bp.get("/arrived")
@doors.public
def arrived() -> ResponseReturnValue:
    return render_template("rotations/around/arrived.html")


@bp.route("/salons/<int:id_>/sign-in", methods=["GET", "POST"])
@doors.signed_in(*HOSTS)
def sign_in(id_: int) -> ResponseReturnValue:
    """Show the code and who was there; take a list from paper, and say of each line what became of it."""
    form = forms.made(Form.LIST)
    rows: list[arriving.Row] = []
    if request.method == "POST":
        with doors.work() as work:
            standing.demand_host(standing.at(work, id_))
            if form.validate():
                try:
                    rows = arriving.take_list(work, id_, form.given()["people"])
                except Invalid as refusal:
                    form.put(refusal)
                    work.session.rollback()
            if not form.errors and all(one.taken for one in rows):
                flash(f"{len(rows)} 人都记下了。")
        if rows and all(one.taken for one in rows):
            return redirect(url_for(".sign_in", id_=id_), code=303)
    with doors.reading() as work:
        return _sign_in_page(work, id_, form, rows)


def _sign_in_page(work: Work, id_: int, form: forms.BaseForm, rows: list[arriving.Row]) -> Response:
    place = standing.at(work, id_)
    standing.demand_seen(place)
    said = request.args.get("after", "")
    begin = int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0
    page = queries.arrivals(work.session, place.salon, after=begin)
    found = arriving.the_pass(place.salon)
    here = url_for(".sign_in", id_=id_)
    shown = render_template(
        "rotations/around/sign_in.html",
        salon=place.salon,
        day=day_of(place),
        drawing=Markup(qr.drawn(_address(found))) if found else "",  # noqa: S704  # squares alone
        form=form,
        rows=rows,
        there=[presenting.arrival(one) for one in page.items],
        count=queries.arrived(work.session, place.salon),
        may_write=arriving.may_write(work, place),
        back_url=place.salon.link,
        next_url=f"{here}?after={page.after}" if page.after else "",
        first_url=here if begin else "",
    )
    return make_response(shown, 422 if form.errors else 200)


@bp.get("/salons/<int:id_>/sign-in/code")
@doors.signed_in(*HOSTS)
def code(id_: int) -> ResponseReturnValue:
    """Show the code as a page of paper, to hang up at the door."""
    with doors.reading() as work:
        place = standing.at(work, id_)
        standing.demand_seen(place)
        found = arriving.demand_pass(place)
        address = _address(found)
        return render_template(
            "rotations/around/code.html",
            chain=known.of(work.session).directory.chains[place.rotation.chain_code].name,
            word=place.rotation.name,
            day=day_of(place),
            address=address,
            drawing=Markup(qr.drawn(address)),  # noqa: S704  # squares alone: the address is not written into it
            back_url=url_for(".sign_in", id_=id_),
        )


@bp.post("/salons/<int:id_>/arrivals/<int:arrival>/strike")
@doors.signed_in(*HOSTS)
def strike_arrival(id_: int, arrival: int) -> ResponseReturnValue:
    """Take out who was written down by mistake."""
    with doors.work() as work:
        arriving.strike_out(work, id_, arrival)
    flash("删掉了。")
    return redirect(url_for(".sign_in", id_=id_), code=303)
