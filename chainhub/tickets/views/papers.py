"""The papers of a ticket: giving one its number, fetching it; and the ticket itself as a page to print."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from chainhub.core.errors import NotFound
from chainhub.tickets import queries, rules, uploads
from chainhub.tickets.papers.kinds import PaperKind
from chainhub.tickets.service import papers
from chainhub.tickets.views.door import PEOPLE, bp
from chainhub.tickets.views.reading import ticket_page
from chainhub.web import doors, presses

_SUBJECT_MOST = 80


@bp.post("/tickets/<number>/papers")
@doors.signed_in(*PEOPLE)
@presses.harmless_twice
def issue_paper(number: str) -> ResponseReturnValue:
    with doors.work() as work:
        queries.own(work, number)
        kind = _kind(request.form.get("kind", ""))
        made = papers.issue(work, number, kind, request.form.get("subject", "")[:_SUBJECT_MOST])
        said = f"{kind.label} {made.number} 编好了，可以下载。"
    flash(said)
    return redirect(url_for(".show", number=number, _anchor="ticket-papers"), code=303)


def _kind(said: str) -> PaperKind:
    try:
        return PaperKind(said)
    except ValueError as error:
        raise NotFound("没有这种文书，请从诉求的页面上选。") from error


@bp.get("/tickets/<number>/papers/<int:id_>")
@doors.signed_in(*PEOPLE)
def paper(number: str, id_: int) -> Response:
    with doors.reading() as work:
        name, content = papers.download(work, queries.own(work, number), id_)
        return uploads.docx(name, content)


@bp.get("/tickets/<number>/print")
@doors.signed_in(*PEOPLE)
def printed(number: str) -> ResponseReturnValue:
    with doors.reading() as work:
        ticket = queries.own(work, number)
        page = ticket_page(work, ticket)
        return render_template(
            "tickets/print.html",
            page=page,
            back_url=ticket.link,
            content=ticket.content,
            created=rules.moment_text(ticket.created_at, year=0),
            now=rules.moment_text(work.now, year=0),
        )
