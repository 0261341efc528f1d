"""Commands for what an office keeps: checklists, templates of papers, what goes out of the house."""

from pathlib import Path

import click

from chainhub.cli import opening
from chainhub.core.errors import Invalid
from chainhub.notices import outbox, outgoing_queries, trying
from chainhub.tickets.papers import layouts
from chainhub.tickets.papers.kinds import PaperKind
from chainhub.tickets.service import checklist_keeping, paper_templates


@click.command("checklist")
@click.argument("category")
@click.argument("file", required=False, type=opening.READABLE)
def checklist_(category: str, file: Path | None) -> None:
    """Print the checklist of a category, or set it from a text file: a line each, 必做： before what must be done."""
    with opening.work() as work:
        if file is not None:
            entries = checklist_keeping.read(file.read_text(encoding="utf-8-sig"))
            checklist_keeping.keep(work, category, entries)
        listed = checklist_keeping.of(work, category)
    if file is not None:
        click.echo(f"“{listed.label}”的办理清单从现在起照新的办，{len(listed.entries)} 项。")
    else:
        click.echo(checklist_keeping.written(listed.entries) or f"“{listed.label}”没有办理清单。")


@click.group("papers")
def papers_() -> None:
    """Templates of papers (文书)."""


@papers_.command("templates")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--default", "defaults", is_flag=True, help="The defaults, even where the county has its own.")
def papers_templates(folder: Path, defaults: bool) -> None:
    """Write the template of every paper into a folder, to be changed in Word."""
    folder.mkdir(parents=True, exist_ok=True)
    kinds = list(PaperKind)
    if taken := [one for one in kinds if (folder / f"{one.label}.docx").exists()]:
        raise Invalid(f"{folder.name} 里已经有 {taken[0].label}.docx，没有写。请换一个空的目录。")
    with opening.work() as work:
        for kind in kinds:
            content = layouts.default(kind) if defaults else paper_templates.current(work, kind)
            (folder / f"{kind.label}.docx").write_bytes(content)
    click.echo(f"写好了 {len(kinds)} 份模板，在 {folder}。改好以后用 chainhub papers replace 换上。")


@papers_.command("replace")
@click.argument("kind")
@click.argument("file", type=opening.READABLE)
def papers_replace(kind: str, file: Path) -> None:
    """Put a .docx in place of a paper's template, once it was checked: 交办单 or assignment_slip."""
    paper = paper_templates.named(kind)
    with opening.work() as work:
        paper_templates.keep(work, paper, file.name, file.read_bytes())
    click.echo(f"{paper.label}从现在起用 {file.name}。")


@papers_.command("reset")
@click.argument("kind")
def papers_reset(kind: str) -> None:
    """Let a paper's default template hold again."""
    paper = paper_templates.named(kind)
    with opening.work() as work:
        changed = paper_templates.put_back(work, paper)
    click.echo(f"{paper.label}恢复默认的版式了。" if changed else f"{paper.label}本来就是默认的版式。")


@click.group("notices")
def notices_() -> None:
    """What goes out of the house."""


@notices_.command("media")
def notices_media() -> None:
    """Say how each medium fares."""
    with opening.work() as work:
        for one in outgoing_queries.standings(work):
            said = "没有设置" if not one.is_set else f"歇着：{one.said}" if one.paused_until else "设置好了"
            click.echo(f"{one.medium.value:<10}{said}；等着发 {one.waiting}，没发成 {one.failed}")


@notices_.command("test")
@click.argument("channel")
@click.option(
    "--to", default="", help="Where to: an address, a number, an openid, or the account of a webhook."
)
def notices_test(channel: str, to: str) -> None:
    """Send one test by a channel and say what came back."""
    with opening.work() as work:
        trial = trying.prepared(work, trying.medium_of(channel), to)
    tried = trying.run(trial)
    with opening.work() as work:
        trying.note(work, trial, tried)
    click.echo(f"{'通了' if tried.ok else '没通'}：{tried.said}")
    if not tried.ok:
        raise click.exceptions.Exit(1)


@notices_.command("failed")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000))
def notices_failed(limit: int) -> None:
    """List what was not delivered and why, the newest first."""
    with opening.work() as work:
        rows = outgoing_queries.failed(work, limit=limit)
    for one in rows:
        click.echo(
            f"{one.id}\t{one.medium.value}\t{one.username}\t{one.kind.label}\t试了 {one.tries} 次\t{one.said}"
        )
    if not rows:
        click.echo("都发出去了。")


@notices_.command("retry")
@click.argument("row_id", required=False, type=int)
@click.option("--all", "everything", is_flag=True, help="Everything that was not delivered.")
def notices_retry(row_id: int | None, everything: bool) -> None:
    """Try again what was not delivered: one by its number, or everything."""
    if (row_id is None) is not everything:
        raise click.ClickException("请写一条的编号，或者写 --all。编号在 chainhub notices failed 里。")
    with opening.work() as work:
        if row_id is None:
            click.echo(f"{outbox.retry_all(work)} 条重新发。")
        else:
            outbox.retry(work, row_id)
            click.echo(f"{row_id} 重新发。")


COMMANDS = (
    checklist_,
    papers_,
    notices_,
)
