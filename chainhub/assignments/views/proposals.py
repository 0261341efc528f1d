"""A proposal as a page: two scenarios, the pairs that change, locking, running again, confirming whole or in part."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from chainhub.assignments import presenting, proposal_queries
from chainhub.assignments.service import proposing
from chainhub.assignments.views.door import bp
from chainhub.core.actor import Role
from chainhub.core.errors import Invalid
from chainhub.web import doors


@bp.post("/guides/proposals")
@doors.signed_in(Role.COMMITTEE)
def propose() -> ResponseReturnValue:
    """Make both scenarios; from the page of one of them, show the same one again."""
    with doors.work() as work:
        both = proposing.propose(work)
        wanted = request.form.get("profile", "")
        shown = next((one for one in both if one.profile == wanted), both[0])
        link = shown.link
    return redirect(link, code=303)


@bp.get("/guides/proposals/<int:id_>")
@doors.signed_in(Role.COMMITTEE)
def proposal(id_: int) -> ResponseReturnValue:
    with doors.reading() as work:
        found = proposal_queries.own_proposal(work, id_)
        everything = request.args.get("all") == "1"
        plan = presenting.plan(work, found, everything=everything, after=request.args.get("after", "")[:60])
        return render_template(
            "assignments/proposal.html",
            plan=plan,
            everything=everything,
            profile=found.profile.value,
            propose_url=presenting.propose_url(work),
        )


@bp.post("/guides/proposals/<int:id_>/lock")
@doors.signed_in(Role.COMMITTEE)
def lock(id_: int) -> ResponseReturnValue:
    code = request.form.get("enterprise", "")
    with doors.work() as work:
        proposing.lock(work, id_, code, on=request.form.get("on") != "no")
        link = proposal_queries.own_proposal(work, id_).link
    everything = "?all=1" if request.form.get("all") else ""
    return redirect(f"{link}{everything}#pair-{code}", code=303)


@bp.post("/guides/proposals/<int:id_>/confirm")
@doors.signed_in(Role.COMMITTEE)
def confirm(id_: int) -> ResponseReturnValue:
    """Confirm everything, or what is ticked."""
    said = request.form.get("version", "")
    part = request.form.get("part") == "yes"
    with doors.work() as work:
        found = proposal_queries.own_proposal(work, id_)
        if not said.isascii() or not said.isdigit() or len(said) > 9:
            raise Invalid("这个页面不完整，请刷新以后再确认。")
        only = [one for one in request.form.getlist("enterprise") if one] if part else None
        changed = proposing.confirm(work, id_, int(said), only)
        link = found.link if part else url_for(".index")
    flash(f"确认了，{changed} 对有变动，企业和指导员都已经通知。" if changed else "确认了，没有哪一对变动。")
    return redirect(link, code=303)


@bp.post("/guides/proposals/<int:id_>/drop")
@doors.signed_in(Role.COMMITTEE)
def drop(id_: int) -> ResponseReturnValue:
    with doors.work() as work:
        proposing.drop(work, id_)
    flash("放弃了这个方案，谁都没有变动。")
    return redirect(url_for(".index"), code=303)
