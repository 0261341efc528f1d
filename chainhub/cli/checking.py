"""Commands that check: the history, and what an operator would check."""

import click
from sqlalchemy.orm import Session

from chainhub.cli import opening
from chainhub.core import clock
from chainhub.operations import doctor, verify


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
    doctor_,
)
