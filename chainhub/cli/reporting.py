"""Commands of reports: a month as .docx, its annex, proving what was published; the brief of a week."""

from dataclasses import replace
from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.orm import undefer

from chainhub.cli import opening
from chainhub.core.errors import Invalid, NotFound
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.statistics import periods
from chainhub.statistics.reports import presenting, reading, scheduling, weekly, wishes
from chainhub.statistics.reports.models import StatReport
from chainhub.statistics.reports.service import checking
from chainhub.statistics.reports.terms import MonthlyStage, Period


@click.group("report")
def report_() -> None:
    """Reports of months (运行情况月报) and weeks (周报)."""


def _reading(work: Work) -> Work:
    return replace(work, actor=opening.OFFICE)


def _find(work: Work, month: str, chain: str, edition: int | None) -> StatReport:
    said = periods.read(month)
    if said is None:
        raise Invalid("月份要写成 2026-10 这样。")
    period = Period(said, chain)
    reading.demand_period(work, period)
    query = select(StatReport).where(StatReport.month == said.code, StatReport.chain == chain)
    if edition is not None:
        query = query.where(StatReport.edition == edition)
    newest = query.order_by(StatReport.edition.desc()).limit(1).options(undefer(StatReport.content))
    found = work.session.scalars(newest).first()
    if found is None:
        raise NotFound("还没有这份月报。请先在“月报”一页起草。")
    return found


def _new(out: Path) -> None:
    if out.exists():
        raise click.ClickException(f"{out.name} 已经存在，没有写。请换一个文件名。")


@report_.command("month")
@click.argument("month")
@click.option("--chain", default="", help="A chain by its code; else the whole county.")
@click.option("--edition", type=int, help="Which edition; else the newest.")
@click.option("--out", type=opening.NEW, required=True, help="A new .docx.")
@click.option("--annex", type=opening.NEW, help="A new .xlsx for its tables and lists.")
def report_month(month: str, chain: str, edition: int | None, out: Path, annex: Path | None) -> None:
    """Write the report of a month (2026-10) as .docx, with its charts, and its annex."""
    for one in filter(None, (out, annex)):
        _new(one)
    with opening.work() as opened:
        work = _reading(opened)
        found = _find(work, month, chain, edition)
        out.write_bytes(presenting.document(work, found))
        if annex is not None:
            annex.write_bytes(presenting.annex(work, found))
        click.echo(f"写好了：{reading.title(work, found)}，{found.stage.label}。")


@report_.command("verify")
@click.argument("month", required=False)
@click.option("--chain", default="", help="A chain by its code; else the whole county.")
@click.option("--edition", type=int, help="Which edition; else the newest.")
def report_verify(month: str | None, chain: str, edition: int | None) -> None:
    """Compute published reports anew from the history and say equal or not equal: one month, or all of them."""
    unequal = 0
    with opening.work() as opened:
        work = _reading(opened)
        ids = [_find(work, month, chain, edition).id] if month else _published(work)
        for id_ in ids:
            found = work.session.get_one(StatReport, id_, options=[undefer(StatReport.content)])
            verdict = checking.check(work, found)
            click.echo(
                f"{reading.title(work, found)}：{'一样' if verdict.equal else '不一样'}，{found.hash[:16]}…"
            )
            for line in (*verdict.faults, *verdict.differences):
                click.echo(f"  {line}")
            unequal += not verdict.equal
    if unequal:
        raise click.exceptions.Exit(1)


def _published(work: Work) -> list[int]:
    query = select(StatReport.id).where(StatReport.stage != MonthlyStage.DRAFT)
    return list(work.session.scalars(query.order_by(StatReport.id)))


@report_.command("week")
@click.argument("week", required=False)
@click.option("--chain", default="", help="A chain by its code; else the whole county.")
@click.option("--out", type=opening.NEW, required=True, help="A new .docx.")
@click.option("--annex", type=opening.NEW, help="A new .xlsx: its tables, and each step by its ticket.")
def report_week(week: str | None, chain: str, out: Path, annex: Path | None) -> None:
    """Write the brief of a week (2026-W47) as .docx, and its annex; of the last one where none is named."""
    for one in filter(None, (out, annex)):
        _new(one)
    with opening.work() as opened:
        work = _reading(opened)
        found = weekly.brief(work, weekly.read(week or "", local(work.now).date()), chain)
        out.write_bytes(weekly.document(found))
        if annex is not None:
            annex.write_bytes(weekly.annex(work, found))
    click.echo(f"写好了：{found.scope} {found.week.text}周报。")


@report_.command("schedule")
@click.option("--monthly/--no-monthly", default=None, help="Drafts of months, and word of what was signed.")
@click.option("--weekly/--no-weekly", default=None, help="Word of the week that has passed.")
def report_schedule(monthly: bool | None, weekly: bool | None) -> None:
    """Say what is made and told by itself, or wish it otherwise from now on."""
    wished = {name: one for name, one in (("monthly", monthly), ("weekly", weekly)) if one is not None}
    with opening.work() as opened:
        work = _reading(opened)
        wanted = replace(wishes.of(work), **wished)
        scheduling.change(work, wanted)
    month = "每月自己起草，签发了告诉看得到的人" if wanted.monthly else "不自己起草"
    week = "每周一告诉看得到的人" if wanted.weekly else "不自己发"
    click.echo(f"月报：{month}。周报：{week}。")


COMMANDS = (report_,)
