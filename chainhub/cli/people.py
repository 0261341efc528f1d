"""Commands about who is here: the county's facts, accounts, units, tokens."""

import click
from sqlalchemy.orm import Session

from chainhub.cli import opening
from chainhub.core.actor import Grant, Post, Role, ScopeKind
from chainhub.core.errors import Conflict
from chainhub.county.people import service as people
from chainhub.county.people.service import units
from chainhub.county.state import CountyState
from chainhub.operations import schema, seed
from chainhub.tickets.service.releasing import OpenWork


@click.group()
def county() -> None:
    """The county's facts."""


@county.command("load")
def county_load() -> None:
    """Load chains, units, categories and rules from config/county into an empty database: no people, no firms."""
    import config

    engine = opening.engine(opening.settings())
    schema.upgrade(engine)
    with Session(engine) as session, session.begin():
        if session.get(CountyState, 1) is not None:
            raise click.ClickException("库里已经有县了，没有改动。")
        nobody: dict[str, list[object]] = {"enterprises": []}
        seed.seed_county(session, config.county("county"), nobody, config.county("rulebook"), demo=False)
        seed.seed_responsibilities(session, config.county("responsibilities"))
    click.echo(
        "县的产业链、单位、类别、时限和权责清单装好了。接着用 chainhub user add 建管理员，用 chainhub user grant 授权。"
    )


@click.group()
def user() -> None:
    """Accounts."""


@user.command("add")
@click.argument("username")
@click.option("--name", required=True)
@click.option("--unit", default="")
@click.option("--enterprise", default="")
@click.password_option()
def user_add(username: str, name: str, unit: str, enterprise: str, password: str) -> None:
    """Make an account; grants are the security administrator's."""
    with opening.work() as work:
        people.add_user(
            work,
            people.NewUser(username, name, unit_code=unit or None, enterprise_code=enterprise or None),
            password,
        )
    click.echo(f"账号 {username} 建好了；第一次登录要改密码。")


@user.command("grant")
@click.argument("username")
@click.argument("role")
@click.argument("scope")
@click.option("--post", default="", help="head, deputy or contact; none for administrators.")
def user_grant(username: str, role: str, scope: str, post: str) -> None:
    """Grant a role over a scope: `secadmin county`, `committee chain:equipment --post contact`."""
    kind, _, ref = scope.partition(":")
    try:
        grant = Grant(Role(role), ScopeKind(kind), ref, Post(post) if post else None)
    except ValueError as error:
        raise click.ClickException(
            f"角色、范围或岗位写得不对：{error}。例：committee chain:equipment --post contact"
        ) from error
    with opening.work() as work:
        people.add_grant(work, people.find(work, username), grant)
    click.echo(f"{username} 有了 {role} {scope}。")


@user.command("disable")
@click.argument("username")
@click.option(
    "--anyway", is_flag=True, help="Though work is open: what was given by name goes back to the post."
)
def user_disable(username: str, anyway: bool) -> None:
    """Disable an account; who it was stays in the history."""
    open_work = OpenWork()
    with opening.work() as work:
        person = people.find(work, username)
        left = open_work.left(work, person, None)
        if left is not None and not anyway:
            raise Conflict(
                "".join(left.lines) + "没有停用。请先办工作交接；确实要马上停用的，加上 --anyway。"
            )
        back = open_work.release(work, person, None)
        people.disable(work, person)
    click.echo(f"账号 {username} 已停用。" + (f"原来分给他的 {back} 件回到单位岗位上。" if back else ""))


@user.command("passwd")
@click.argument("username")
@click.password_option()
def user_passwd(username: str, password: str) -> None:
    """Set a password; it must be changed at the next sign-in."""
    with opening.work() as work:
        people.set_password(work, people.find(work, username), password)
    click.echo(f"账号 {username} 的密码改好了。")


@click.group()
def unit() -> None:
    """Units."""


@unit.command("endorse")
@click.argument("code")
@click.option("--on/--off", default=True, show_default=True)
def unit_endorse(code: str, on: bool) -> None:
    """Switch 审签 of a unit on or off: a resolution then waits for its deputy or head."""
    with opening.work() as work:
        found = units.set_endorses(work, code, on=on)
        click.echo(f"{found.name}的审签{'开' if on else '关'}了。")


@click.group()
def token() -> None:
    """API tokens."""


@token.command("issue")
@click.argument("username")
@click.option("--name", default="命令行")
def token_issue(username: str, name: str) -> None:
    """Issue a token and print it; it is shown once."""
    with opening.work() as work:
        click.echo(people.issue_token(work, people.find(work, username), name))


COMMANDS = (
    county,
    user,
    unit,
    token,
)
