"""Commands that read and write files: import, export, backup, restore."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs

import click
from sqlalchemy.orm import Session

from chainhub import scheduler as schedule
from chainhub.cli import opening
from chainhub.core import clock
from chainhub.core.work import Work
from chainhub.county.workdays import service as workdays
from chainhub.operations import backup, importing, ledger_export, rolls, verify
from chainhub.tickets import masking, sought


@click.group("import")
def import_() -> None:
    """Read files."""


@import_.command("workdays")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True)
def import_workdays(file: Path, dry_run: bool) -> None:
    """Import a State Council notice; running clocks are recomputed."""
    with opening.work() as work:
        if dry_run:
            preview = workdays.preview(work, file.name, file.read_bytes())
            click.echo(preview.text)
            return
        result = workdays.import_notice(work, file.name, file.read_bytes())
    click.echo(result.text)


@import_.command("tickets")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True)
@click.option("--undo", is_flag=True, help="Take back the import of this very file.")
def import_tickets(file: Path, dry_run: bool, undo: bool) -> None:
    """Read a ledger (台账 .xlsx) as tickets; ends with done / skipped / failed and a line per failure."""
    engine = opening.engine(opening.settings())
    now = clock.now()
    content = file.read_bytes()

    def work() -> AbstractContextManager[Work]:
        return schedule.work(engine, now)

    if undo:
        report = importing.undo(work, file.name, content, opening.OPERATOR)
    else:
        report = importing.run(
            work, file.name, content, opening.OPERATOR, dry_run=dry_run, say=opening.progress
        )
    for line in report.lines():
        click.echo(line)
    if report.failed:
        raise click.exceptions.Exit(1)


@import_.command("enterprises")
@click.argument("file", type=opening.READABLE)
@click.option("--dry-run", is_flag=True)
def import_enterprises(file: Path, dry_run: bool) -> None:
    """Read a list of enterprises (.xlsx): what is there is changed or skipped, nothing is taken away."""
    _import_roll(rolls.Kind.ENTERPRISES, file, dry_run=dry_run)


@import_.command("units")
@click.argument("file", type=opening.READABLE)
@click.option("--dry-run", is_flag=True)
def import_units(file: Path, dry_run: bool) -> None:
    """Read a list of units (.xlsx): what is there is changed or skipped, nothing is taken away."""
    _import_roll(rolls.Kind.UNITS, file, dry_run=dry_run)


@import_.command("responsibilities")
@click.argument("file", type=opening.READABLE)
@click.option("--dry-run", is_flag=True)
def import_responsibilities(file: Path, dry_run: bool) -> None:
    """Read the responsibility list (权责清单 .xlsx): a line that is there is changed or skipped, none is taken away."""
    _import_roll(rolls.Kind.RESPONSIBILITIES, file, dry_run=dry_run)


@import_.command("guides")
@click.argument("file", type=opening.READABLE)
@click.option("--dry-run", is_flag=True)
def import_guides(file: Path, dry_run: bool) -> None:
    """Read a list of guides (指导员名册 .xlsx): whose account is there is registered, changed or skipped."""
    _import_roll(rolls.Kind.GUIDES, file, dry_run=dry_run)


@import_.command("assignments")
@click.argument("file", type=opening.READABLE)
@click.option("--dry-run", is_flag=True)
def import_assignments(file: Path, dry_run: bool) -> None:
    """Read who looks after which enterprise (选派名册 .xlsx): what runs already is skipped, nothing is taken away."""
    _import_roll(rolls.Kind.ASSIGNMENTS, file, dry_run=dry_run)


@import_.command("people")
@click.argument("file", type=opening.READABLE)
@click.option("--dry-run", is_flag=True)
@click.option(
    "--passwords", type=opening.NEW, help="A new file for the one-time passwords; else they are printed once."
)
def import_people(file: Path, dry_run: bool, passwords: Path | None) -> None:
    """Read a list of people (.xlsx) with their roles; new ones get a password for once."""
    if passwords is not None and passwords.exists():
        raise click.ClickException(f"{passwords.name} 已经存在，没有导入。请换一个文件名。")
    handed: list[rolls.OnceOnly] = []

    def hand_over(found: Sequence[rolls.OnceOnly]) -> None:
        if passwords is None:
            handed.extend(found)
        else:
            rolls.write_passwords(passwords, found)

    _import_roll(rolls.Kind.PEOPLE, file, dry_run=dry_run, hand_over=hand_over, handed=handed)


def _import_roll(
    kind: rolls.Kind,
    file: Path,
    *,
    dry_run: bool,
    hand_over: rolls.HandOver = lambda _found: None,
    handed: Sequence[rolls.OnceOnly] = (),
) -> None:
    engine, now = opening.engine(opening.settings()), clock.now()
    given = (file.name, file.read_bytes())
    report = rolls.run(
        lambda: schedule.work(engine, now),
        kind,
        given,
        opening.OPERATOR,
        dry_run=dry_run,
        say=opening.progress,
        hand_over=hand_over,
    )
    for line in report.lines():
        click.echo(line)
    if handed:
        click.echo("一次性密码只显示这一次，请当面或打电话交给本人：")
        for one in handed:
            click.echo(f"{one.username}\t{one.name}\t{one.password}")
    if report.failed:
        raise click.exceptions.Exit(1)


@click.group("export")
def export_() -> None:
    """Write files."""


@export_.command("ledger")
@click.argument("file", type=opening.NEW)
@click.option(
    "--only",
    default="",
    help="What the address of the list says behind its ?: state=handling&chain=equipment",
)
@click.option("--reason", type=click.Choice(masking.REASONS), help="Numbers in full, and why: it is logged.")
@click.option("--with-confidential", is_flag=True, help="Confidential tickets, too.")
def export_ledger(file: Path, only: str, reason: str | None, with_confidential: bool) -> None:
    """Write the ledger (台账 .xlsx) under the headers that `import tickets` reads; numbers are masked."""
    if file.exists():
        raise click.ClickException(f"{file.name} 已经存在，没有导出。请换一个文件名。")
    chosen = ledger_export.Chosen(_narrowed(only), reason or "", with_confidential)
    engine, now = opening.engine(opening.settings()), clock.now()
    exported = ledger_export.to_file(engine, file, now, opening.OFFICE, chosen)
    left_out = f"；{exported.left_out} 件保密的没有导出" if exported.left_out else ""
    numbers = "电话号码是写全的，请保管好" if reason else "电话号码已脱敏"
    click.echo(f"导出了 {exported.rows} 件{left_out}。{numbers}。")


def _narrowed(only: str) -> sought.Args:
    """Return what an address says. Raises ClickException for what the list would leave out: here nobody sees that it did."""
    args = parse_qs(only.removeprefix("?"))
    with opening.work() as work:
        told = {one.name for one in sought.told(replace(work, actor=opening.OFFICE), args)}
    unknown = "、".join(sorted(args.keys() - told - {"order"})) or ("" if args else only)
    if unknown:
        raise click.ClickException(
            f"看不懂的筛选：{unknown}。请从“诉求”一页的网址里把问号后面的整个复制过来。"
        )
    return args


@click.command("backup")
@click.argument("file", type=opening.NEW)
def backup_(file: Path) -> None:
    """Write the whole database and every attachment into one file, for either database."""
    settings = opening.settings()
    made = backup.write(
        opening.engine(settings), opening.storage(settings), file, clock.now(), opening.progress
    )
    size = file.stat().st_size / 1024 / 1024
    click.echo(
        f"备份好了，已核对：{len(made.tables)} 张表，{made.rows} 行，{made.files.count} 个附件，"
        f"{made.schema} 版，{size:.1f} MB。里面有个人信息和密码的摘要，请保管好。"
    )
    if made.files.missing:
        click.echo(
            f"有 {len(made.files.missing)} 个附件的文件不在了，或者和当初存的不一样，没有备份：", err=True
        )
        for stored_as in made.files.missing:
            click.echo(f"  {stored_as}", err=True)
        raise click.exceptions.Exit(1)


@click.command("restore")
@click.argument("file", type=opening.READABLE)
@click.option("--force", is_flag=True, help="Replace what the database holds. Stop the service first.")
def restore_(file: Path, force: bool) -> None:
    """Put a backup into the database and the storage of the settings, whole or not at all."""
    settings, now = opening.settings(), clock.now()
    engine = opening.engine(settings)
    found = backup.restore(engine, opening.storage(settings), file, now, opening.progress, force=force)
    backup.note(engine, file, found, opening.OPERATOR, now)
    with Session(engine) as session:
        verdict = verify.verify(session)
    files = f"{found.files.count} 个附件，" if found.format == backup.FORMAT else ""
    click.echo(
        f"还原好了：{found.rows} 行，{files}备份于 {opening.minute(found.made_at)}。所有人都要重新登录。"
    )
    if not files:
        click.echo("这份备份是旧格式，里面没有附件，请另外还原附件的文件夹。")
    for line in verdict.lines():
        click.echo(line)
    if not verdict.ok:
        raise click.exceptions.Exit(1)


COMMANDS = (
    import_,
    export_,
    backup_,
    restore_,
)
