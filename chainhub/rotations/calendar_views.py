"""The page of one's calendar addresses, and the addresses themselves."""

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue

from chainhub.core.actor import THE_CLOCK
from chainhub.core.errors import NotFound
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.rotations import feeds, queries
from chainhub.rotations.models import CalendarKey, Rotation
from chainhub.rotations.routines import queries as routines
from chainhub.rotations.service import subscribing
from chainhub.rotations.service.subscribing import What
from chainhub.web import doors

bp = Blueprint("calendars", __name__, template_folder="templates")
_FRESH = "calendar_key"  # in the signed cookie of whoever asked for it, until the next page
_TYPE = "text/calendar; charset=utf-8"


@bp.route("/calendars", methods=["GET", "POST"])
@doors.signed_in(*queries.PEOPLE)
def index() -> ResponseReturnValue:
    """Show one's addresses, or make one: the next page shows it, this once."""
    if request.method == "POST":
        word, _, ref = request.form.get("what", "").partition(":")
        what = next((one for one in What if one.value == word), None)
        if what is None:
            raise NotFound("没有这种日历，请刷新后再选。")
        with doors.work() as work:
            _, secret = subscribing.give_out(work, what, ref)
        session[_FRESH] = secret
        return redirect(url_for(".index"), code=303)
    fresh = session.pop(_FRESH, "")
    address = url_for(".feed", key=fresh, _external=True) if fresh else ""
    with doors.reading() as work:
        page = render_template(
            "rotations/calendars.html",
            address=address,
            choices=_choices(work),
            keys=[(one.id, subscribing.title(work, one)) for one in subscribing.own(work)],
            back_url=url_for("rotations.index"),
        )
    answer = make_response(page)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _choices(work: Work) -> list[tuple[str, str]]:
    """Return what this person may subscribe to."""
    chains = known.of(work.session).directory.chains
    readable = queries.chains(work)
    names = queries.names(work.session, set(queries.firms_of(work.actor)))
    found = [("person:", What.PERSON.label)]
    if routines.reads(work.actor):
        found.append(("routines:", What.ROUTINES.label))
    found += [(f"enterprise:{code}", f"{name}承办的") for code, name in names.items()]
    return found + [(f"chain:{code}", f"{one.name}的") for code, one in chains.items() if code in readable]


@bp.post("/calendars/<int:id_>/revoke")
@doors.signed_in(*queries.PEOPLE)
def revoke(id_: int) -> ResponseReturnValue:
    """Let an address open nothing from now on."""
    with doors.work() as work:
        subscribing.revoke(work, id_)
    flash("这个地址停用了，手机上的订阅不再更新。")
    return redirect(url_for(".index"), code=303)


@bp.get("/calendars/<string:key>.ics")
@doors.public
def feed(key: str) -> ResponseReturnValue:
    """Answer a calendar to whoever has its address."""
    with doors.reading(THE_CLOCK) as work:
        theirs, found = subscribing.opened(work, key)
        return _answer(theirs, found)


@bp.get("/rotations/<int:id_>.ics")
@doors.public
def rotation_feed(id_: int) -> ResponseReturnValue:
    """Answer one rotation's calendar to whoever has the key of its chain, or of all that somebody reads."""
    with doors.reading(THE_CLOCK) as work:
        theirs, found = subscribing.opened(work, request.args.get("key", ""))
        rotation = queries.own(theirs, id_)
        chain = rotation.chain_code
        if found.what in {What.ENTERPRISE.value, What.ROUTINES.value} or found.ref not in {"", chain}:
            raise NotFound("这个日历地址打不开这条产业链的轮值，请重新订阅。")
        return _answer(theirs, found, rotation)


def _answer(work: Work, key: CalendarKey, rotation: Rotation | None = None) -> Response:
    entries, title = subscribing.entries(work, key), subscribing.title(work, key)
    if rotation is not None:
        chain = known.of(work.session).directory.chains[rotation.chain_code].name
        entries, title = [one for one in entries if one.rotation == rotation.id], f"{chain}{rotation.name}"
    text = feeds.written(title, entries, request.host_url.rstrip("/"))
    answer = Response(text, content_type=_TYPE)
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer
