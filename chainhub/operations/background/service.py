"""Signs of life, what is written down of a run, and asking for one. Who may ask is asked here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table, delete, select
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from chainhub.audit import service as audit
from chainhub.core.actor import Role
from chainhub.core.db import add_rows
from chainhub.core.errors import NotAllowed, NotFound
from chainhub.core.sweeps import Swept
from chainhub.core.work import Work
from chainhub.operations.background import rules
from chainhub.operations.background.models import JobLog, RunRequest, SchedulerProcess
from chainhub.operations.background.rules import Line, Standing, When
from chainhub.operations.models import JobRun

_REQUESTS = cast("Table", RunRequest.__table__)  # the mapper calls it a FromClause
_RUNS = cast("Table", JobRun.__table__)
_SHOWN = 20  # ids that are named where something failed


@dataclass(frozen=True, slots=True)
class Process:
    """One process of the scheduler: which machine, which number there."""

    host: str
    pid: int

    @property
    def name(self) -> str:
        """How runs name it."""
        return f"{self.host[:80]}:{self.pid}"


# Signs of life


def beat(session: Session, process: Process, standing: Standing, now: datetime) -> None:
    """Leave a sign of life; forget processes that have been gone for a day."""
    found = session.scalar(
        select(SchedulerProcess).where(
            SchedulerProcess.host == process.host[:80], SchedulerProcess.pid == process.pid
        )
    )
    if found is None:
        session.execute(delete(SchedulerProcess).where(SchedulerProcess.seen_at < now - timedelta(days=1)))
        found = SchedulerProcess(host=process.host[:80], pid=process.pid, role=standing, since=now)
        session.add(found)
    if found.role is not standing:
        found.role, found.since = standing, now
    found.seen_at = now


def leave(session: Session, process: Process) -> None:
    """Take the sign of life away: the process ends as it was told to."""
    session.execute(
        delete(SchedulerProcess).where(
            SchedulerProcess.host == process.host[:80], SchedulerProcess.pid == process.pid
        )
    )


# Runs


@dataclass(frozen=True, slots=True)
class Run:
    """A run of a job as it begins."""

    name: str
    started_at: datetime
    process: str = ""  # empty: by hand, or at a moment that is only pretended
    missed: int = 0
    asked_by: str = ""
    asked_at: datetime | None = None


def begin(session: Session, name: str, when: When, now: datetime, process: str) -> Run:
    """Return a run of the scheduler that begins now: what was missed before it, and who asked for it. Only reads."""
    last, asked = session.get(JobRun, name), session.get(RunRequest, name)
    missed = rules.missed(when, last.started_at if last else None, now)
    run = Run(name, now, process, missed)
    return replace(run, asked_by=asked.asked_by, asked_at=asked.asked_at) if asked else run


def progress(session: Session, run: Run, done: int) -> None:
    """Write down that a run has something to do, and how much of it is done."""
    row = _row(session, run)
    row.started_at, row.ended_at, row.process = run.started_at, None, run.process
    row.done, row.failed, row.error, row.missed = done, 0, "", run.missed
    row.outcomes = {}


def finish(session: Session, run: Run, swept: Swept, now: datetime) -> None:
    """Write down how a run ended. One that is worth telling gets a line; what was asked for before it is done."""
    row = _row(session, run)
    row.started_at, row.ended_at, row.process = run.started_at, now, run.process
    row.done, row.failed, row.backlog = swept.done, len(swept.failed), swept.left
    row.missed, row.error, row.outcomes = run.missed, _failed(swept.failed), dict(swept.outcomes)
    if swept.done or swept.failed or swept.left or run.missed or run.asked_by:
        session.add(_line(row, run.asked_by))
    _answer(session, run)


def broke(session: Session, run: Run, error: BaseException, now: datetime) -> None:
    """Write down that a run broke off, in words of what happened; neither the error's name nor what stood in its rows."""
    row = _row(session, run)
    row.started_at, row.ended_at, row.process = run.started_at, now, run.process
    row.missed, row.error = run.missed, why_broken(error)
    session.add(_line(row, run.asked_by))
    _answer(session, run)


_ENDED = "已办的算数，剩下的下次到点接着办。"
_BROKEN: tuple[tuple[tuple[type[BaseException], ...], str, str], ...] = (
    (
        (OperationalError, InterfaceError, PoolTimeout),
        "数据库没有应答，可能连不上、太忙，或者磁盘满了",
        "连着几次都这样，请看数据库开着没有、磁盘还有没有地方。",
    ),
    ((SQLAlchemyError,), "数据库没有收下这一批", "连着几次都这样，请把这个时刻的日志交给维护人员。"),
    ((MemoryError,), "内存不够", "请看这台机器上还有什么在跑，或者加内存。"),
    ((OSError,), "文件读写或者网络不通", "请看磁盘还有没有地方、存放文件的目录能不能写。"),
    ((KeyboardInterrupt, SystemExit), "跑到一半，进程被停掉了", ""),
    ((BaseException,), "程序出了错", "连着几次都这样，请把这个时刻的日志交给维护人员。"),
)
"""What breaks a run: the sorts of error, what is so, and what to do where trying again does not help. The first counts."""


def why_broken(error: BaseException) -> str:
    """Return for the administrator what broke a run, what becomes of it, and what to do."""
    said, advice = next((said, advice) for sorts, said, advice in _BROKEN if isinstance(error, sorts))
    return f"没跑完：{said}。{_ENDED}{advice}"


def _row(session: Session, run: Run) -> JobRun:
    """Return the row of a job. A run of before that never ended is put among the lines: its process was killed."""
    row = session.get(JobRun, run.name)
    if row is None:  # another process may write down its own first run of this job in the same moment
        first = {"name": run.name, "started_at": run.started_at, "ended_at": run.started_at}
        nothing = {
            "done": 0,
            "failed": 0,
            "backlog": 0,
            "missed": 0,
            "error": "",
            "process": "",
            "outcomes": {},
        }
        add_rows(session, _RUNS, [first | nothing], ("name",))
        row = session.get_one(JobRun, run.name)
    elif row.ended_at is None and row.started_at != run.started_at:
        row.error = f"没跑完：进程中断了，已办的 {row.done} 件算数，剩下的由下一次接着办。"
        session.add(_line(row, ""))
        row.backlog = 0
    return row


def _line(row: JobRun, asked_by: str) -> JobLog:
    return JobLog(
        name=row.name,
        started_at=row.started_at,
        ended_at=row.ended_at,
        done=row.done,
        failed=row.failed,
        backlog=row.backlog,
        missed=row.missed,
        asked_by=asked_by,
        process=row.process,
        error=row.error,
        outcomes=row.outcomes,
    )


def _failed(ids: Sequence[int]) -> str:
    if not ids:
        return ""
    named = "、".join(str(one) for one in ids[:_SHOWN])
    return f"{len(ids)} 件没办成，下次再试；内部编号 {named}{'…' if len(ids) > _SHOWN else ''}。"[:300]


def _answer(session: Session, run: Run) -> None:
    """Strike off the request that this run saw when it began; one that came later is for the next run."""
    if run.asked_at is not None:
        session.execute(
            delete(RunRequest).where(RunRequest.name == run.name, RunRequest.asked_at == run.asked_at)
        )


# Asking for a run


def demand_keeper(work: Work) -> None:
    """Refuse whoever does not keep the background work: NotAllowed."""
    if Role.SYSADMIN not in work.actor.roles:
        raise NotAllowed("定时任务由系统管理员来管。请告诉系统管理员要看什么、要跑哪一个。")


def find(lines: Sequence[Line], name: str) -> Line:
    """Return a line of the timetable. Raises NotFound."""
    found = next((one for one in lines if one.name == name), None)
    if found is None:
        raise NotFound("没有这个定时任务，请从列表里选。")
    return found


def ask(work: Work, lines: Sequence[Line], name: str) -> bool:
    """Ask for a run now; the leading scheduler takes it up within seconds. False: it had been asked for already.

    Raises NotAllowed, NotFound.
    """
    demand_keeper(work)
    line = find(lines, name)
    if work.session.get(RunRequest, name) is not None:
        return False
    asked = {"name": name, "asked_by": work.actor.username, "asked_at": work.now}
    add_rows(work.session, _REQUESTS, [asked], ("name",))
    audit.record(work, "run_job", f"{line.name} {line.label}")
    return True
