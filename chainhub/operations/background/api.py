"""The JSON door of background work."""

from datetime import datetime
from typing import Any

from flask import Response

from chainhub.operations.background import queries, rules, schemas, service
from chainhub.operations.background.models import JobLog, RunRequest, SchedulerProcess
from chainhub.operations.background.rules import Line
from chainhub.operations.background.views import lines
from chainhub.operations.models import JobRun
from chainhub.web import api, doors

room = api.Room("background", __name__, "定时任务")
_PAGE = schemas.RunQuery()


@room.get("/jobs", schemas.BoardShape)
@doors.signed_in()
def jobs() -> Response:
    """谁在跑定时任务，每个任务上次怎么样；由系统管理员看"""
    with doors.reading() as work:
        service.demand_keeper(work)
        last, asked = queries.last_runs(work.session), queries.asked_for(work.session)
        found = {
            "alive": queries.leads(work.session, work.now),
            "schedulers": [_process(one, work.now) for one in queries.processes(work.session)],
            "items": [_job(one, last.get(one.name), asked.get(one.name), work.now) for one in lines()],
        }
    return api.answer(found)


@room.post("/jobs/<string:name>/run", {200: schemas.AskedShape})
@doors.signed_in()
def run_job(name: str) -> Response:
    """现在跑一次：几秒内由在跑的进程接手；连点两下也只跑一次"""
    with doors.work() as work:
        new = service.ask(work, lines(), name)
        found = {"name": name, "new": new, "alive": queries.leads(work.session, work.now)}
    return api.answer(found)


@room.get("/jobs/<string:name>/runs", schemas.RunPage, api.Taken(query=schemas.RunQuery))
@doors.signed_in()
def job_runs(name: str) -> Response:
    """一个任务值得一记的各次运行，新的在前；没有要办的不记"""
    with doors.reading() as work:
        service.demand_keeper(work)
        service.find(lines(), name)
        wanted = api.query(_PAGE)
        before = api.read_cursor(wanted["cursor"], int) if "cursor" in wanted else None
        found, after = queries.page(
            work.session, name, before=before, limit=wanted.get("limit", queries.PAGE)
        )
        items = [_run(one) for one in found]
    return api.answer({"items": items, "next_cursor": api.write_cursor(after) if after else None})


def _process(one: SchedulerProcess, now: datetime) -> dict[str, Any]:
    return {
        "host": one.host,
        "pid": one.pid,
        "role": one.role.value,
        "since": api.moment(one.since),
        "seen_at": api.moment(one.seen_at),
        "alive": rules.is_alive(one.seen_at, now),
    }


def _job(line: Line, run: JobRun | None, asked: RunRequest | None, now: datetime) -> dict[str, Any]:
    started = run.started_at if run else None
    return {
        "name": line.name,
        "label": line.label,
        "often": rules.how_often(line.when),
        "started_at": api.moment(started),
        "ended_at": api.moment(run.ended_at) if run else None,
        "done": run.done if run else 0,
        "failed": run.failed if run else 0,
        "outcomes": dict(run.outcomes) if run else {},
        "backlog": run.backlog if run else 0,
        "missed": rules.missed(line.when, started, now),
        "next_at": api.moment(rules.next_run(line.when, started, now)) if run else None,
        "error": run.error if run else "",
        "asked_by": asked.asked_by if asked else "",
    }


def _run(one: JobLog) -> dict[str, Any]:
    return {
        "started_at": api.moment(one.started_at),
        "ended_at": api.moment(one.ended_at),
        "done": one.done,
        "failed": one.failed,
        "outcomes": dict(one.outcomes),
        "backlog": one.backlog,
        "missed": one.missed,
        "asked_by": one.asked_by,
        "process": one.process,
        "error": one.error,
    }
