"""随手转办: paste what was said, look at what was read of it, send it to the firm; the firm confirms with one tap."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from chainhub.core.actor import Role
from chainhub.core.errors import Invalid
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.documents.attachments.service import Sound
from chainhub.tickets import extracting, guessing, presenting, uploads
from chainhub.tickets.everyday import PassedOn
from chainhub.tickets.extracting import Extract, Firm
from chainhub.tickets.service import passing, submitting
from chainhub.tickets.views.door import bp
from chainhub.web import doors, presses

_FIELDS = ("enterprise", "title", "content", "category", "contact_person", "contact_phone")


@bp.route("/pass-on", methods=["GET", "POST"])
@doors.signed_in(*passing.MAKERS)
@doors.body_most(uploads.BODY_MOST)
def pass_on() -> ResponseReturnValue:
    if request.method == "GET":
        with doors.reading() as work:
            return _page(work, {}, {}, 200, read=False)
    typed = {name: request.form.get(name, "").strip() for name in _FIELDS}
    if request.form.get("step") == "read":
        with doors.reading() as work:
            return _page(work, _read(work, request.form.get("text", "")), {}, 200, read=True)
    try:
        photos = _photos()
        with uploads.storage().keeping() as shelf, doors.work() as work:
            word = passing.Word(
                typed["enterprise"],
                typed["title"],
                typed["content"],
                typed["category"] or None,
                typed["contact_person"],
                typed["contact_phone"],
            )
            passing.write(work, word, shelf, photos)
    except Invalid as refusal:
        with doors.reading() as work:
            return _page(work, typed, dict(refusal.errors), 422, read=True)
    flash("发给企业了，企业点一下就报送。")
    return redirect(url_for(".pass_on"), code=303)


def _photos() -> list[Sound]:
    if not uploads.sent("photos"):
        return []
    try:
        return uploads.examined("photos")
    except Invalid as refusal:
        said = [one for words in refusal.errors.values() for one in words]
        raise Invalid(errors={"photos": said}) from refusal


def _read(work: Work, text: str) -> dict[str, str]:
    firms = [Firm(one.code, (one.short, one.name)) for one in submitting.may_file_for(work)]
    found: Extract = extracting.extract(text, firms)
    guess = guessing.category(work, found.content) if found.content else None
    return {
        "enterprise": found.enterprise,
        "title": found.title,
        "content": found.content,
        "category": guess.code if guess else "",
        "contact_person": found.person,
        "contact_phone": found.phone,
    }


def _page(
    work: Work, typed: dict[str, str], errors: dict[str, object], status: int, *, read: bool
) -> ResponseReturnValue:
    directory = known.of(work.session).directory
    made = [
        (one.title, f"{presenting.near(one.made_at, work.now)}，{_came_of(one)}")
        for one in passing.made(work)
    ]
    page = render_template(
        "tickets/pass_on.html",
        typed={name: typed.get(name, "") for name in _FIELDS},
        errors=errors,
        read=read,
        firms=[(one.code, one.short) for one in submitting.may_file_for(work)],
        categories=[(one.code, one.label) for one in directory.categories.values() if one.parent is None],
        made=made,
    )
    return make_response(page, status)


def _came_of(one: PassedOn) -> str:
    if one.ticket_id is not None:
        return "企业确认了，已报送"
    return "企业说不是他们的事" if one.settled_at is not None else "等企业点一下"


@bp.route("/pass-on/<int:id_>", methods=["GET", "POST"])
@doors.signed_in(Role.ENTERPRISE)
@presses.harmless_twice
def passed_on(id_: int) -> ResponseReturnValue:
    """Confirm it, corrected or as it is."""
    if request.method == "GET":
        with doors.reading() as work:
            found = passing.find(work, id_)
            return make_response(
                render_template("tickets/passed_on.html", one=found, content=found.content, error="")
            )
    try:
        with doors.work() as work:
            number = passing.confirm(work, id_, request.form.get("content", "").strip()).number
    except Invalid as refusal:
        with doors.reading() as work:
            found = passing.find(work, id_)
            said = "".join(one for words in refusal.errors.values() for one in words) or refusal.title
            content = request.form.get("content", "")
            return make_response(
                render_template("tickets/passed_on.html", one=found, content=content, error=said), 422
            )
    return redirect(url_for(".receipt", number=number), code=303)


@bp.post("/pass-on/<int:id_>/decline")
@doors.signed_in(Role.ENTERPRISE)
def decline_passed_on(id_: int) -> ResponseReturnValue:
    with doors.work() as work:
        passing.decline(work, id_)
    flash("记下了，已经告诉转办的同志。")
    return redirect("/", code=303)
