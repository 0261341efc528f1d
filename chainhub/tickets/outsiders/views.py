"""Asking an outside party on pages, and the page behind the address: a GET shows, a POST records."""

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from chainhub.core.errors import Conflict
from chainhub.core.work import Work
from chainhub.county.people import entering
from chainhub.documents import qr
from chainhub.tickets import forms
from chainhub.tickets.models import Ticket
from chainhub.tickets.outsiders import service, tokens
from chainhub.tickets.outsiders.forms import for_answer, for_question
from chainhub.tickets.outsiders.models import OutsideQuestion
from chainhub.tickets.rules import moment_text
from chainhub.tickets.service.answering import NOBODY, Dead
from chainhub.tickets.views.answering import TRIES_MOST, secret
from chainhub.tickets.views.door import PEOPLE, bp
from chainhub.tickets.views.leading import Made, beside_page
from chainhub.web import doors, presses


def address(found: OutsideQuestion) -> str:
    """Return the whole address under which a question is answered."""
    return url_for("tickets.outside_answer", token=tokens.write(secret(), found.id), _external=True)


@bp.route("/tickets/<number>/outside", methods=["GET", "POST"])
@doors.signed_in(*PEOPLE)
def outside_ask(number: str) -> ResponseReturnValue:
    asked: list[int] = []

    def _make(work: Work) -> Made:
        return service.demand(work, number)[0], for_question()()

    def _do(work: Work, form: forms.ActForm) -> str:
        asked.append(service.ask(work, number, service.Question(**form.given())).id)
        return "问题写好了。把链接发给对方，对方不用登录就能答。"

    line = "对方凭链接作答，看不到诉求和企业的电话；答复只给工作人员看。"
    shown = beside_page("问外单位", line, _make, _do)
    return redirect(url_for(".outside_link", id_=asked[0]), code=303) if _is_done(shown) else shown


def _is_done(shown: ResponseReturnValue) -> bool:
    return getattr(shown, "status_code", 200) == 303


@bp.route("/outside/<int:id_>/link", methods=["GET", "POST"])
@doors.signed_in(*PEOPLE)
@presses.harmless_twice
def outside_link(id_: int) -> ResponseReturnValue:
    """Show the address to somebody who handles the ticket: to have it is a deed, and the log keeps it."""
    if request.method == "GET":
        with doors.reading() as work:
            ticket, found, _ = service.demand_waiting(work, id_)
            return _link_page(ticket, found, "")
    with doors.work() as work:
        found = service.hand_out(work, id_)
        return _link_page(work.session.get_one(Ticket, found.ticket_id), found, address(found))


def _link_page(ticket: Ticket, found: OutsideQuestion, url: str) -> str:
    return render_template(
        "tickets/outside_link.html",
        ticket=ticket,
        party=f"{found.party_unit} {found.party_name}",
        question=found.question,
        url=url,
        show_url=url_for(".outside_link", id_=found.id),
        # Squares alone: the address is not written into the drawing.
        drawing=Markup(qr.drawn(url)) if url else "",  # noqa: S704
        until=moment_text(found.due_at, weekday=True),
    )


@bp.route("/outside/<int:id_>/revoke", methods=["GET", "POST"])
@doors.signed_in(*PEOPLE)
def outside_revoke(id_: int) -> ResponseReturnValue:
    def _make(work: Work) -> Made:
        ticket, found, _ = service.demand_waiting(work, id_)
        asked = f"问{found.party_unit} {found.party_name}"
        return ticket, forms.for_answer("为什么撤回")().over(found.question, asked)

    def _do(work: Work, form: forms.ActForm) -> str:
        service.revoke(work, id_, form.given()["note"])
        return "撤回了，链接不能再用。"

    return beside_page("撤回提问", "撤回以后，对方点开链接只看到“不用再答复”。", _make, _do)


@bp.get("/outside-answer/<token>")
@doors.public
def outside_answer(token: str) -> ResponseReturnValue:
    """Show the question. Whatever fetches an address, a scanner or a preview, answers nothing."""
    with doors.reading(NOBODY) as work:
        return _page(work, service.opened(work, tokens.read(secret(), token)), for_answer()(), 200)


@bp.post("/outside-answer/<token>")
@doors.public
def outside_answered(token: str) -> ResponseReturnValue:
    """Record the answer. Tries that come to nothing are counted by address."""
    entering.demand_calm("answer", TRIES_MOST)
    form = for_answer()()
    try:
        id_ = tokens.read(secret(), token)
        with doors.work(NOBODY) as work:
            found = service.opened(work, id_)
            if not form.validate():
                return _page(work, found, form, 422)
            given = form.given()
            service.answer(work, id_, given["answered_by"], given["answer"])
    except Dead:
        entering.strike("answer", TRIES_MOST)
        raise
    except Conflict:  # somebody moved the ticket in the same moment: the question still stands
        form.form_errors.append("刚才没有存上，请再点一次提交。")
        with doors.reading(NOBODY) as work:
            return _page(work, service.opened(work, id_), form, 409)
    return redirect(url_for(".outside_thanks"), code=303)


def _page(work: Work, found: OutsideQuestion, form: forms.ActForm, status: int) -> Response:
    page = render_template(
        "tickets/outside_answer.html",
        form=form,
        asked_by=found.asked_by,
        party=f"{found.party_unit} {found.party_name}",
        question=found.question,
        shown=found.shown,
        until=moment_text(found.due_at, weekday=True),
    )
    response = make_response(page, status)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@bp.get("/outside-thanks")
@doors.public
def outside_thanks() -> ResponseReturnValue:
    return render_template("tickets/outside_thanks.html")
