"""The page of background work: who schedules, how each job went, and a button to run one now."""

from collections.abc import Sequence

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from chainhub.core.actor import Role
from chainhub.operations.background import queries, service, showing
from chainhub.operations.background.rules import Line
from chainhub.web import doors

bp = Blueprint("background", __name__, template_folder="templates")
LINES = "chainhub_timetable"  # `app` hands the timetable in: it stands on a higher floor


def lines() -> Sequence[Line]:
    """Return the timetable as people read it."""
    found: Sequence[Line] = current_app.extensions[LINES]
    return found


@bp.get("/admin/jobs")
@doors.signed_in(Role.SYSADMIN)
def index() -> ResponseReturnValue:
    """Show who schedules, and every job."""
    with doors.reading() as work:
        service.demand_keeper(work)
        return render_template("background/jobs.html", page=showing.board(work.session, lines(), work.now))


@bp.post("/admin/jobs/<name>/run")
@doors.signed_in(Role.SYSADMIN)
def run(name: str) -> ResponseReturnValue:
    """Ask for a run now."""
    with doors.work() as work:
        new = service.ask(work, lines(), name)
        label = service.find(lines(), name).label
        alive = queries.leads(work.session, work.now)
    if not alive:
        flash(f"记下了：一有进程在跑定时任务，就跑“{label}”。")
    else:
        flash(f"“{label}”几秒内就跑。" if new else f"“{label}”已经有人点过，正等着跑，不会跑两遍。")
    return redirect(url_for(".index"), code=303)


@bp.get("/admin/jobs/<name>/runs")
@doors.signed_in(Role.SYSADMIN)
def runs(name: str) -> ResponseReturnValue:
    """Show the runs of a job that were worth a line, newest first."""
    with doors.reading() as work:
        service.demand_keeper(work)
        line = service.find(lines(), name)
        found, after = queries.page(work.session, name, before=doors.before())
        rows = [showing.line(one, work.now) for one in found]
    more = url_for(".runs", name=name, before=after) if after else ""
    return render_template("background/runs.html", line=line, rows=rows, next_url=more)
