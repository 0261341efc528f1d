"""Signing in by text message, for enterprises, where the county has a gateway. The answers tell no number from another."""

from flask import Blueprint, g, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from chainhub.core.actor import Actor
from chainhub.core.errors import Invalid, NotFound, Refusal, TooFast
from chainhub.core.media import Medium
from chainhub.core.work import Work
from chainhub.county.people import entering, reaching
from chainhub.county.people.service import by_code
from chainhub.notices import codes
from chainhub.notices.outfit import outfit_of
from chainhub.web import doors, signing

bp = Blueprint("codes", __name__, template_folder="templates")
NOBODY = Actor(id=None, username="", name="")
"""Who asks for a code: nobody is signed in."""
ASKED_MOST = 20  # codes asked for from one address within a quarter of an hour
TRIES_MOST = 30  # wrong codes from one address within a quarter of an hour
_NUMBER = "code_number"


@bp.route("/sign-in/code", methods=["GET", "POST"])
@doors.public
def ask() -> ResponseReturnValue:
    """Ask for a number and send a code there, if it is somebody's; the page says the same either way."""
    if g.account is not None:
        return redirect("/", code=303)
    if request.method == "GET":
        with doors.reading(NOBODY) as work:
            _demand_gateway(work)
        return _page("number", None, 200)
    number = reaching.address_of(Medium.SMS, request.form.get("number", ""))
    errors = reaching.address_errors(Medium.SMS, number)
    if errors:
        return _page("number", Invalid(errors={"number": errors}), 422)
    try:
        entering.demand_calm("code", ASKED_MOST)
        with doors.work(NOBODY) as work:
            secret = _demand_gateway(work)
            codes.ask(work, codes.SIGN_IN, by_code.who_has(work, number), Medium.SMS, number, secret)
    except TooFast as refusal:
        return _page("number", refusal, refusal.status)
    entering.strike("code", ASKED_MOST)
    session[_NUMBER] = number
    return redirect(url_for(".enter"), code=303)


@bp.route("/sign-in/code/enter", methods=["GET", "POST"])
@doors.public
def enter() -> ResponseReturnValue:
    """Take the code and sign in."""
    number = session.get(_NUMBER, "")
    if not number or g.account is not None:
        return redirect("/" if g.account is not None else url_for(".ask"), code=303)
    if request.method == "GET":
        return _page("code", None, 200)
    try:
        entering.demand_calm("code-try", TRIES_MOST)
    except TooFast as refusal:
        return _page("code", refusal, refusal.status)
    with doors.work(NOBODY) as work:
        secret = _demand_gateway(work)
        typed = request.form.get("code", "")
        user_id = codes.redeem(work, codes.SIGN_IN, Medium.SMS, number, typed, secret)
        account = by_code.enter(work, user_id) if user_id is not None else None
    if account is None:
        entering.strike("code-try", TRIES_MOST)
        return _page("code", Invalid(errors={"code": [codes.WRONG]}), 422)
    entering.leave(signing.sid())  # who was signed in here before
    signing.sign_in(account, remember=bool(request.form.get("remember")))
    return redirect("/", code=303)


def _demand_gateway(work: Work) -> str:
    """Return the key of codes. Raises NotFound where no gateway is set."""
    outfit = outfit_of(work.session)
    if not outfit.has(Medium.SMS):
        raise NotFound("这里还不能用短信登录，请用登录名和密码。")
    return outfit.secret


def _page(step: str, refusal: Refusal | None, status: int) -> ResponseReturnValue:
    page = render_template(
        "notices/code.html",
        step=step,
        refusal=refusal,
        errors=getattr(refusal, "errors", {}) if refusal else {},
        number=request.form.get("number", ""),
        shown=reaching.masked(Medium.SMS, session.get(_NUMBER, "")),
    )
    found = make_response(page, status)
    if isinstance(refusal, TooFast):
        found.headers["Retry-After"] = str(refusal.retry_after)
    return found
