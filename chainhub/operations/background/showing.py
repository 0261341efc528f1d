"""What the page and the API say of background work, as plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from chainhub.core.limits import local
from chainhub.core.sweeps import COUNTED
from chainhub.notices.manners import Fate
from chainhub.operations.background import queries, rules
from chainhub.operations.background.models import JobLog, RunRequest, SchedulerProcess
from chainhub.operations.background.rules import Line, Standing
from chainhub.operations.models import JobRun

_SOON = "这就跑"
_ALIKE: Mapping[str, int] = {}  # all that was handled came out the same


@dataclass(frozen=True, slots=True)
class ProcessView:
    """A process of the scheduler: its light, its machine, since when."""

    colour: str
    words: str
    name: str
    since: str
    seen: str


@dataclass(frozen=True, slots=True)
class JobView:
    """A job of the timetable: how its last run went, when it is to run again."""

    name: str
    label: str
    often: str
    colour: str
    words: str  # beside the light
    last: str
    took: str
    did: str
    missed: str
    next: str
    error: str
    asked: str  # by whom it was asked for and has not run yet


@dataclass(frozen=True, slots=True)
class Board:
    """The page: whether anybody schedules, who, and every job."""

    alive: bool
    words: str
    processes: Sequence[ProcessView]
    jobs: Sequence[JobView]


@dataclass(frozen=True, slots=True)
class LineView:
    """A run that was worth a line."""

    when: str
    took: str
    did: str
    notes: Sequence[str]
    is_bad: bool


def board(session: Session, lines: Sequence[Line], now: datetime) -> Board:
    """Return the page."""
    found = queries.processes(session)
    alive = any(one.role is Standing.LEADING and rules.is_alive(one.seen_at, now) for one in found)
    last, asked = queries.last_runs(session), queries.asked_for(session)
    return Board(
        alive,
        _who_schedules(found, now) if alive else "没有进程在跑定时任务",
        [_process(one, now) for one in found],
        [_job(one, last, asked, now, alive=alive) for one in lines],
    )


def _who_schedules(found: Sequence[SchedulerProcess], now: datetime) -> str:
    waiting = sum(one.role is Standing.STANDING_BY and rules.is_alive(one.seen_at, now) for one in found)
    return f"有进程在跑，另有 {waiting} 个待命" if waiting else "有进程在跑，没有待命的"


def _process(one: SchedulerProcess, now: datetime) -> ProcessView:
    alive = rules.is_alive(one.seen_at, now)
    colour = ("green" if one.role is Standing.LEADING else "grey") if alive else "red"
    return ProcessView(
        colour,
        one.role.label if alive else "没有消息",
        f"{one.host}:{one.pid}",
        _moment(one.since, now),
        f"{rules.lasting(abs((now - one.seen_at).total_seconds()))}前",
    )


def _job(
    line: Line, last: Mapping[str, JobRun], asked: Mapping[str, RunRequest], now: datetime, *, alive: bool
) -> JobView:
    run, wanted = last.get(line.name), asked.get(line.name)
    missing = rules.missed(line.when, run.started_at, now) if run else 0
    colour, words = light(run, missing)
    return JobView(
        line.name,
        line.label or line.name,
        rules.how_often(line.when),
        colour,
        words,
        _moment(run.started_at, now) if run else "还没跑过",
        _took(run),
        _did(run),
        f"上次之前漏了 {run.missed} 次" if run and run.missed else "",
        _next(line, run, now) if alive else "没有进程在跑",
        run.error if run else "",
        wanted.asked_by if wanted else "",
    )


def light(run: JobRun | None, missing: int) -> tuple[str, str]:
    """Return colour and word for how a job stands."""
    if run is None:
        return "grey", "还没跑过"
    if run.error:
        return "red", "出过错"
    if missing:
        return "red", f"该跑没跑 {missing} 次"
    if run.ended_at is None:
        return "yellow", "正在跑"
    return ("yellow", "有积压") if run.backlog else ("green", "正常")


def _took(run: JobRun | None) -> str:
    if run is None:
        return ""
    if run.ended_at is None:
        return "还没完"
    return f"用了 {rules.lasting((run.ended_at - run.started_at).total_seconds())}"


def _did(run: JobRun | None) -> str:
    if run is None or (run.error and not run.done):
        return ""
    return f"已办 {run.done} 件" if run.ended_at is None else did(run.done, run.backlog, run.outcomes)


def did(done: int, backlog: int, outcomes: Mapping[str, int] = _ALIKE) -> str:
    """Return in words what a run handled and left; of what goes out, how much arrived, waits, or was given up."""
    left = f"{COUNTED} 件以上" if backlog >= COUNTED else f"{backlog} 件"
    handled = f"办了 {done} 件" if done else "没有要办的" if not backlog else "一件没办成"
    if told := [f"{fate.label} {outcomes[fate.value]} 条" for fate in Fate if outcomes.get(fate.value)]:
        handled = "，".join(told)
    return f"{handled}，剩 {left}" if backlog else handled


def _next(line: Line, run: JobRun | None, now: datetime) -> str:
    at = rules.next_run(line.when, run.started_at if run else None, now)
    return _moment(at, now) if at > now else _SOON


def _moment(at: datetime, now: datetime) -> str:
    here, today = local(at), local(now).date()
    days = (here.date() - today).days
    named = {0: "", 1: "明天 ", -1: "昨天 "}.get(days, f"{here.month}月{here.day}日 ")
    return f"{named}{here:%H:%M:%S}"


def line(one: JobLog, now: datetime) -> LineView:
    """Return a run that was worth a line."""
    notes = []
    if one.missed:
        notes.append(f"之前漏了 {one.missed} 次，这一次一起补上")
    if one.asked_by:
        notes.append(f"{one.asked_by} 要求现在跑")
    if one.error:
        notes.append(one.error)
    took = rules.lasting((one.ended_at - one.started_at).total_seconds()) if one.ended_at else "没有跑完"
    return LineView(
        _moment(one.started_at, now), took, did(one.done, one.backlog, one.outcomes), notes, bool(one.error)
    )
