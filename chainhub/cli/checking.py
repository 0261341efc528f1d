"""Commands that check: the history, and what an operator would check."""

import click
from sqlalchemy.orm import Session

from chainhub.cli import opening
from chainhub.core import clock
from chainhub.operations import doctor, verify
from chainhub.statistics import service as statistics


@click.group("audit")
def audit_() -> None:
    """History."""


@audit_.command("verify")
def audit_verify() -> None:
    """Check that nothing of the history was altered."""
    with Session(opening.engine(opening.settings())) as session:
        verdict = verify.verify(session)
    for line in verdict.lines():
        click.echo(line)
    if not verdict.ok:
        raise click.exceptions.Exit(1)


@click.group("statistics")
def statistics_() -> None:
    """The figures that are kept of the history."""


@statistics_.command("rebuild")
def statistics_rebuild() -> None:
    """Make every figure anew from the history. Pages read what was there before until it is done."""
    with opening.work() as work:
        upto = statistics.settled_to(work)
    with opening.work() as work:
        statistics.rebuild(work, upto)
    click.echo(f"统计重建好了，用了 {upto} 条历史。")


@statistics_.command("verify")
def statistics_verify() -> None:
    """Compare the figures of every ticket with its history."""
    with opening.work() as work:
        found = statistics.check(work)
    for line in found.wrong[:20]:
        click.echo(line)
    if found.wrong:
        raise click.ClickException(f"{len(found.wrong)} 处对不上。请运行 chainhub statistics rebuild。")
    click.echo(f"核对了 {found.tickets} 件，和历史一致；还有 {found.behind} 条历史等着汇总。")


@click.command("doctor")
def doctor_() -> None:
    """Check what an operator would check."""
    settings = opening.settings()
    ok = True
    found = doctor.examine(opening.engine(settings), clock.now())
    for name, said in [*found, *doctor.examine_settings(settings)]:
        ok = ok and not said.startswith("!")
        click.echo(f"{name:<14}{said}")
    if not ok:
        raise click.exceptions.Exit(1)


COMMANDS = (
    audit_,
    statistics_,
    doctor_,
)
