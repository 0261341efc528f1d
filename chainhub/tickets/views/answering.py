"""One tap without signing in: a GET shows what was done and asks, a POST records; and handing the link out."""

from typing import Any

from flask import Response, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from chainhub.core.actor import Role
from chainhub.core.errors import Conflict, Invalid, Refusal
from chainhub.core.settings import Settings
from chainhub.core.work import Work
from chainhub.county.people import entering
from chainhub.documents import qr
from chainhub.tickets import answer_tokens, forms, queries, rules
from chainhub.tickets.service import answering
from chainhub.tickets.service.answering import Dead, Opened
from chainhub.tickets.terms import ONE_QUESTION
from chainhub.tickets.views.door import bp
from chainhub.web import doors, presses

TRIES_MOST = 30  # answers from one address that came to nothing, within a quarter of an hour


def secret() -> str:
    """Return the key that links are signed with."""
    settings: Settings = current_app.extensions["chainhub_settings"]
    return settings.secret_key


def address(found: answering.Pass) -> str:
    """Return the whole address of a link."""
    return url_for("tickets.answer_link", token=answer_tokens.write(secret(), found), _external=True)


@bp.get("/answer/<token>")
@doors.public
def answer_link(token: str) -> ResponseReturnValue:
    """Show what was done and the questions. Whatever fetches an address, a scanner or a preview, answers nothing."""
    with doors.reading(answering.NOBODY) as work:
        opens = answering.opened(work, answer_tokens.read(secret(), token))
        return _page(work, opens, forms.for_link(one=_one(opens))(), 200)


@bp.post("/answer/<token>")
@doors.public
def answer_by_link(token: str) -> ResponseReturnValue:
    """Record the answer. Tries that come to nothing are counted by address."""
    entering.demand_calm("answer", TRIES_MOST)
    refusal: Invalid | None = None
    try:
        found = answer_tokens.read(secret(), token)
        with doors.work(answering.NOBODY) as work:
            opens = answering.opened(work, found)
            form = forms.for_link(one=_one(opens))()
            if not form.validate():
                return _page(work, opens, form, 422)
            answering.answer(work, found, form.given())
    except Invalid as error:
        refusal = error
    except Dead:
        entering.strike("answer", TRIES_MOST)
        raise
    except Conflict as error:  # two taps at once: the other one was faster
        raise Dead(f"{error.title}您要是已经点过，就不用再点了。") from error
    if refusal is None:
        return redirect(url_for(".answered"), code=303)
    with doors.reading(answering.NOBODY) as work:
        opens = answering.opened(work, found)
        form = forms.for_link(one=_one(opens))()
        form.validate()
        _blame(form, refusal)
        return _page(work, opens, form, 422)


def _blame(form: forms.ActForm, refusal: Refusal) -> None:
    said: dict[str, Any] = getattr(refusal, "errors", {})
    for name, words in said.items():
        if name in form:
            form[name].errors = list(words)
    if not form.errors:
        form.form_errors.append(refusal.title)


def _one(opens: Opened) -> bool:
    return opens.ticket.kind in ONE_QUESTION


def _page(work: Work, opens: Opened, form: forms.ActForm, status: int) -> Response:
    ticket = opens.ticket
    unit, reply = answering.reply_of(work, ticket)
    page = render_template(
        "tickets/answer_link.html",
        form=form,
        number=ticket.number,
        title="" if ticket.confidential else ticket.title,
        person=opens.actor.name,
        firm=queries.enterprise_name(work.session, ticket.enterprise_code),
        unit=unit,
        reply=reply,
        since=rules.moment_text(ticket.answered_at) if ticket.answered_at else "",
        one=_one(opens),
        again=bool(ticket.reopened),
        typed=request.method == "POST",
    )
    response = make_response(page, status)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@bp.get("/answered")
@doors.public
def answered() -> ResponseReturnValue:
    return render_template("tickets/answered.html")


@bp.route("/tickets/<number>/answer-link", methods=["GET", "POST"])
@doors.signed_in(Role.COMMITTEE, Role.GUIDE, Role.CALLER)
@presses.harmless_twice
def hand_out_link(number: str) -> ResponseReturnValue:
    """Hand out the link to somebody who stands beside: to have it is a deed, and the log keeps it."""
    if request.method == "GET":
        with doors.reading() as work:
            return render_template("tickets/answer_hand_out.html", ticket=queries.own(work, number), url="")
    with doors.work() as work:
        found, person = answering.hand_out(work, number)
        ticket, url = queries.own(work, number), address(found)
        return render_template(
            "tickets/answer_hand_out.html",
            ticket=ticket,
            url=url,
            drawing=Markup(qr.drawn(url)),  # noqa: S704  # squares alone: the address is not written into it
            person=person,
            until=answering.until_text(found),
        )
