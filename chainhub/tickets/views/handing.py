"""工作交接单: who hands what to whom, looked at first, then done at once; each stays as a paper to print."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from chainhub.core.errors import Conflict, Invalid, Refusal
from chainhub.tickets import presenting, rules
from chainhub.tickets.service import handing
from chainhub.tickets.views.door import bp
from chainhub.web import doors


@bp.route("/handovers", methods=["GET", "POST"])
@doors.signed_in(*handing.KEEPERS)
def handovers() -> ResponseReturnValue:
    """Show the form with what would be handed over, or do it."""
    if request.method == "GET":
        return _page(None, 200)
    try:
        with doors.work() as work:
            made = handing.hand_over(
                work,
                request.form.get("person", "") or work.actor.username,
                request.form.get("successor", ""),
                request.form.get("note", "").strip(),
            )
            where = url_for(".handover", id_=made.id)
    except (Invalid, Conflict) as refusal:
        return _page(refusal, refusal.status)
    flash("交接好了，接手的同志收到了消息。")
    return redirect(where, code=303)


@bp.get("/handovers/<int:id_>")
@doors.signed_in(*handing.KEEPERS)
def handover(id_: int) -> ResponseReturnValue:
    """Show one handover, to be printed and signed."""
    with doors.reading() as work:
        found = handing.find(work, id_)
        when = rules.moment_text(found.made_at, year=0)  # a paper that is kept says no 今天
        return make_response(render_template("tickets/handover.html", one=found, when=when))


def _page(refusal: Refusal | None, status: int) -> ResponseReturnValue:
    typed = request.values
    errors = dict(getattr(refusal, "errors", {})) if refusal else {}
    with doors.reading() as work:
        person = typed.get("person", "") or work.actor.username
        tasks: list[handing.Task] = []
        try:
            tasks = handing.tasks(work, person)
        except Refusal as said:
            errors.setdefault("person", getattr(said, "errors", {}).get("person", [said.title]))
        rows = [(one.ticket.number, one.ticket.title, one.ticket.state.label, one.by_name) for one in tasks]
        page = render_template(
            "tickets/handovers.html",
            people=handing.colleagues(work),
            person=person,
            successor=typed.get("successor", ""),
            note=typed.get("note", ""),
            rows=rows,
            errors=errors,
            refusal=refusal,
            made=[
                (
                    one.id,
                    f"{one.from_name} 交 {one.to_name}",
                    f"{len(one.items)} 件，{presenting.near(one.made_at, work.now)}",
                )
                for one in handing.listed(work)
            ],
        )
    return make_response(page, status)
