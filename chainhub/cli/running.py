"""Commands that run the service: serve, schedule, bring the database to this version."""

import os
import signal
import subprocess
import sys
from types import FrameType

import click
from sqlalchemy.orm import Session

from chainhub import scheduler as schedule
from chainhub.cli import opening
from chainhub.cli.playing import DEMO_PASSWORD
from chainhub.core import clock
from chainhub.county.state import CountyState
from chainhub.operations import schema
from chainhub.operations.background import showing
from chainhub.timetable import LINES, TIMETABLE
from chainhub.web import engine as engines


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=2, show_default=True)
@click.option("--threads", default=4, show_default=True)
def serve(host: str, port: int, workers: int, threads: int) -> None:
    """Serve the pages and the API (gunicorn)."""
    arguments = ["-m", "gunicorn", "wsgi:app", "--config", "python:chainhub.serving"]
    arguments += ["--bind", f"{host}:{port}", "--workers", str(workers), "--threads", str(threads)]
    os.execv(sys.executable, [sys.executable, *arguments])  # noqa: S606  # this process becomes the server


@click.command()
@click.option("--port", default=8000, envvar="PORT", show_default=True)
def up(port: int) -> None:
    """Serve and schedule together until Ctrl-C: what `make run` calls."""
    signal.signal(signal.SIGTERM, _interrupt)  # whoever ends this process ends everything it started
    command = [sys.executable, "-m", "chainhub"]
    web = subprocess.Popen([*command, "serve", "--port", str(port)])
    clockwork = subprocess.Popen([*command, "scheduler", "run"])
    click.echo(f"\n  http://127.0.0.1:{port}\n")
    _say_accounts()
    try:
        web.wait()
    except KeyboardInterrupt:
        click.echo("\n正在停下……")
    finally:
        for process in (web, clockwork):
            process.terminate()
        for process in (web, clockwork):
            process.wait(timeout=15)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _say_accounts() -> None:
    engine = opening.engine(opening.settings())
    with Session(engine) as session:
        state = session.get(CountyState, 1)
        if state is None or not state.demo:
            return
    click.echo(f"  演示账号（密码都是 {DEMO_PASSWORD}）：")
    for name, role in _DEMO_ROLES:
        click.echo(f"    {name:<12}{role}")
    click.echo("")


_DEMO_ROLES = (
    ("qiye", "企业"),
    ("zhidaoyuan", "指导员"),
    ("dangwei", "产业链党委（接单）"),
    ("dangwei2", "产业链党委（销号）"),
    ("zhuanban", "专班（派单）"),
    ("zhuanban2", "专班（审核）"),
    ("bumen", "县供电公司 经办人"),
    ("fenguan", "县供电公司 分管负责人"),
    ("bumen2", "交通运输局 经办人"),
    ("huifang", "回访员"),
    ("lingdao", "链长"),
    ("xianzhang", "县领导"),
    ("lianluo", "联络员"),
    ("xitong", "系统管理员"),
    ("anquan", "安全管理员"),
    ("shenji", "审计员"),
)


@click.group()
def db() -> None:
    """The database."""


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to this version."""
    schema.upgrade(opening.engine(opening.settings()))
    click.echo("数据库已是最新版本。")


@click.group("scheduler")
def scheduler_() -> None:
    """Background work."""


@scheduler_.command("run")
def scheduler_run() -> None:
    """Run the timetable until told to stop."""
    schedule.run(opening.engine(opening.settings(), files=True))


@scheduler_.command("once")
@click.argument("name")
@click.option("--at", help="Pretend it is this moment (ISO 8601, Shanghai if no offset).")
def scheduler_once(name: str, at: str | None) -> None:
    """Run one job, or `all`, once."""
    jobs = [job for job in TIMETABLE if name in {job.name, "all"}]
    if not jobs:
        raise click.ClickException(
            f"没有叫 {name} 的任务；有：{'、'.join(job.name for job in TIMETABLE)}、all。"
        )
    moment = opening.moment(at) if at else None
    engine = opening.engine(opening.settings(), files=True)
    failed = 0
    for job in jobs:
        swept = schedule.run_job(engine, job, moment)
        failed += len(swept.failed)
        click.echo(f"{job.name}: done {swept.done}, skipped 0, failed {len(swept.failed)}")
    if failed:
        raise click.exceptions.Exit(1)


@scheduler_.command("status")
def scheduler_status() -> None:
    """Say who schedules and how the last runs went; ends with 1 where nobody leads or a job broke."""
    engine = opening.engine(opening.settings())
    with Session(engine) as session:
        engines.read_only(session)
        board = showing.board(session, LINES, clock.now())
    click.echo(board.words)
    for one in board.processes:
        click.echo(f"  {one.name}  {one.words}，从 {one.since}，{one.seen}还在")
    for job in board.jobs:
        said = "，".join(word for word in (job.last, job.did, job.missed, job.error) if word)
        click.echo(f"{job.name:<20}{job.words}：{said}；下次 {job.next}")
    if not board.alive or any(job.colour == "red" for job in board.jobs):
        raise click.exceptions.Exit(1)


COMMANDS = (
    serve,
    up,
    db,
    scheduler_,
)
