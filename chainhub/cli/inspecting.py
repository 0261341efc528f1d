"""Commands of inspections (迎检): what is shown to whom, the accounts that only look, ending both."""

import click

from chainhub.cli import opening
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county.people.models import User
from chainhub.tickets.inspections import rules, service
from chainhub.tickets.inspections.models import Inspection, InspectionAccount

SHOWN = 50


@click.group("inspection")
def inspection_() -> None:
    """Inspections (迎检): tickets laid before those who inspect, masked, for some days."""


def _line(work: Work, one: Inspection) -> str:
    ended = one.ended_at is not None
    standing = "已结束" if ended else f"到 {local(one.until):%Y-%m-%d %H:%M}"
    return f"{one.id:>4}  {one.body}，{service.chain_name(work, one)}，{one.tickets} 件，{standing}"


def _account(account: InspectionAccount, user: User) -> str:
    return f"      {user.username}  {user.name}{'，已停' if account.ended_at else ''}"


@inspection_.command("list")
@click.argument("inspection", type=int, required=False)
def inspection_list(inspection: int | None) -> None:
    """Print the newest inspections, or one with its accounts."""
    with opening.work() as work:
        if inspection is None:
            found, _ = service.page(work, before=None, limit=SHOWN)
            said = [_line(work, one) for one in found] or ["还没有迎检。"]
        else:
            one = service.own(work, inspection)
            said = [_line(work, one), *(_account(*pair) for pair in service.accounts(work, one))]
    click.echo("\n".join(said))


@inspection_.command("make")
@click.argument("numbers", nargs=-1, required=True)
@click.option("--body", required=True, help="Who inspects: 省委组织部.")
@click.option("--reason", required=True, help="Why; it stands in the log.")
@click.option("--days", type=int, default=rules.DAYS_USUAL, show_default=True, help="For how long.")
def inspection_make(numbers: tuple[str, ...], body: str, reason: str, days: int) -> None:
    """Lay tickets before an inspection, by their numbers; nobody sees them before an account is opened."""
    with opening.work() as work:
        made = service.make(work, service.Asked(body, reason, days, " ".join(numbers)))
        said = f"做好了：{_line(work, made).strip()}。\n开账号：chainhub inspection open {made.id} 姓名"
    click.echo(said)


@inspection_.command("open")
@click.argument("inspection", type=int)
@click.argument("name")
def inspection_open(inspection: int, name: str) -> None:
    """Open an account that only looks, and print its one-time password."""
    with opening.work() as work:
        user, password = service.open_account(work, inspection, name)
        said = f"{user.name}的登录名：{user.username}\n一次性密码（只显示这一次）：{password}"
    click.echo(said)


@inspection_.command("end")
@click.argument("inspection", type=int)
@click.option("--account", help="One account alone, by its login name.")
def inspection_end(inspection: int, account: str | None) -> None:
    """End an inspection with all its accounts at once, or one account."""
    with opening.work() as work:
        if account is None:
            said = f"“{service.end(work, inspection).body}”的迎检结束了，账号都已停用。"
        else:
            one = service.own(work, inspection)
            ids = [user.id for _, user in service.accounts(work, one) if user.username == account]
            service.end_account(work, inspection, ids[0] if ids else 0)
            said = f"{account} 已停用。"
    click.echo(said)


COMMANDS = (inspection_,)
