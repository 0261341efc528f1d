"""The command line. Each command is a door: it opens a unit of work and calls one use case."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from types import FrameType

import click
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from chainhub import scheduler as schedule
from chainhub.core import clock
from chainhub.core.actor import Actor, Grant, Post, Role, ScopeKind
from chainhub.core.errors import Conflict, Invalid, Refusal
from chainhub.core.settings import Settings
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI
from chainhub.county import known
from chainhub.county.people import passwords
from chainhub.county.people import service as people
from chainhub.county.people.service import units
from chainhub.county.state import CountyState
from chainhub.county.workdays import service as workdays
from chainhub.documents.attachments import storing
from chainhub.notices import outbox, outfit, outgoing_queries, trying
from chainhub.operations import backup, doctor, importing, ledger_export, rolls, schema, seed, verify
from chainhub.operations import demo as demonstration
from chainhub.operations.background import showing
from chainhub.operations.simulating import running as simulating
from chainhub.operations.simulating import stories
from chainhub.statistics import service as statistics
from chainhub.tickets.papers import layouts
from chainhub.tickets.papers.kinds import PaperKind
from chainhub.tickets.service import checklist_keeping, paper_templates
from chainhub.tickets.service.releasing import OpenWork
from chainhub.timetable import LINES, TIMETABLE
from chainhub.web import engine as engines
from chainhub.web import logs

OPERATOR = Actor(id=None, username="operator", name="命令行")
DEMO_PASSWORD = "chainhub-demo"


def main() -> None:
    """Run the command line; a mistake by the user is one clear sentence."""
    try:
        sys.exit(cli(standalone_mode=False) or 0)  # the code of an Exit comes back as a value
    except click.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except Refusal as refusal:
        said = [refusal.title]
        if isinstance(refusal, Invalid):
            said += [f"{name}：{'；'.join(words)}" for name, words in refusal.errors.items()]
        click.echo("\n".join(said), err=True)
        sys.exit(1)
    except engines.SchemaBehind as behind:
        click.echo(behind.sentence, err=True)
        sys.exit(1)
    except OperationalError as error:
        click.echo(
            f"数据库没有应答：{error.orig}。请检查 CHAINHUB_DATABASE_URL，或者先运行 chainhub db upgrade。",
            err=True,
        )
        sys.exit(1)
    except OSError as error:
        click.echo(f"文件读写不了：{error.filename or ''} {error.strerror or error}。", err=True)
        sys.exit(1)


def _settings() -> Settings:
    import config

    try:
        return config.load(os.environ)
    except config.SettingsError as error:
        raise click.ClickException(str(error)) from error


def _engine(settings: Settings) -> Engine:
    settings.instance.mkdir(parents=True, exist_ok=True)
    made = engines.opened(settings.database_url)
    engines.watch(made, schema.is_behind)
    outfit.equip(made, outfit.made(settings))
    return made


def _storage(settings: Settings) -> storing.Storage:
    try:
        return storing.opened(settings.storage, settings.instance / "attachments")
    except storing.StorageMissing as error:
        raise click.ClickException("CHAINHUB_STORAGE 指的是存储桶，要先装上 chainhub[s3]。") from error


@contextmanager
def _work(*, now: datetime | None = None) -> Iterator[Work]:
    engine = _engine(_settings())
    with Session(engine) as session, session.begin():
        yield Work(session, OPERATOR, now or clock.now(), known.of(session).calendar)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """ChainHub · 产业链党委协同平台"""
    logs.configure(os.environ.get("CHAINHUB_LOG_LEVEL", "WARNING"))


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=2, show_default=True)
@click.option("--threads", default=4, show_default=True)
def serve(host: str, port: int, workers: int, threads: int) -> None:
    """Serve the pages and the API (gunicorn)."""
    arguments = ["-m", "gunicorn", "wsgi:app", "--config", "python:chainhub.serving"]
    arguments += ["--bind", f"{host}:{port}", "--workers", str(workers), "--threads", str(threads)]
    os.execv(sys.executable, [sys.executable, *arguments])  # noqa: S606  # this process becomes the server


@cli.command()
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
    engine = _engine(_settings())
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


@cli.group()
def db() -> None:
    """The database."""


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to this version."""
    schema.upgrade(_engine(_settings()))
    click.echo("数据库已是最新版本。")


@cli.command()
@click.option("--empty", is_flag=True, help="The county without its history.")
def demo(empty: bool) -> None:
    """Fill an empty database with the model county and its history. Does nothing where a county is."""
    import config

    settings = _settings()
    if not settings.demo:
        raise click.ClickException("CHAINHUB_MODE 是 production，不装演示数据。")
    engine = _engine(settings)
    schema.upgrade(engine)
    with Session(engine) as session:
        if session.get(CountyState, 1) is not None:
            click.echo("演示县已经在了，没有改动。")
            return
    now = clock.now()
    with Session(engine) as session, session.begin():
        seed.seed_model(session, config.county, passwords.hashed(DEMO_PASSWORD), now=now)
    if empty:
        click.echo("演示县装好了，没有历史。")
        return
    told = [stories.told(one) for one in config.county("stories")["stories"]]
    click.echo(f"正在演练 {len(told)} 件诉求……")
    count = demonstration.play(engine, told, now, TIMETABLE)
    schedule.run_all(engine, now)
    click.echo(f"演示县装好了：{count} 件诉求。")


@cli.command()
@click.option(
    "--seed", "chance", default=1, show_default=True, help="Of chance: the same seed, the same history."
)
@click.option("--months", default=1, show_default=True, type=click.IntRange(1, 120))
@click.option("--days", default=0, type=click.IntRange(0, 3700), help="So many days instead of months.")
@click.option("--enterprises", default=0, type=click.IntRange(0), help="Only so many report; 0: all.")
@click.option("--until", help="The last day, or moment; default: now.")
@click.option("--pace", default=simulating.PACE, show_default=True, help="Matters each reports in a month.")
@click.option("--check", is_flag=True, help="Ask after every day whether everything holds that must.")
def simulate(
    chance: int, months: int, days: int, enterprises: int, until: str | None, pace: float, check: bool
) -> None:
    """Play a whole county into an empty database, day after day, through the real services."""
    import config

    settings = _settings()
    if not settings.demo:
        raise click.ClickException("CHAINHUB_MODE 是 production，不演练。请换一个演示用的空库。")
    engine = _engine(settings)
    schema.upgrade(engine)
    end = (_moment(until) if until else clock.now()).astimezone(SHANGHAI)
    begin = simulating.begin_of(end, months=months, days=days)
    with Session(engine) as session, session.begin():
        if session.get(CountyState, 1) is not None:
            raise click.ClickException(
                "库里已经有县了，没有改动。演练要一个空的库：请把 CHAINHUB_DATABASE_URL 指到新的库再来。"
            )
        seed.seed_model(session, config.county, passwords.hashed(DEMO_PASSWORD), now=begin)
    told = [stories.told(one) for one in config.county("stories")["stories"]]
    order = simulating.Order(chance, begin, end, enterprises, pace)
    try:
        played = simulating.simulate(engine, order, TIMETABLE, told, check=check, say=_say_day)
    except simulating.Broken as broken:
        raise click.ClickException(str(broken)) from broken
    held = "，每天都核对过，全部对得上" if check else ""
    click.echo(
        f"演练了 {begin:%Y-%m-%d} 到 {end:%Y-%m-%d}：{played.filed} 件诉求，"
        f"{played.done.total()} 步，没做成 {played.refused.total()} 步，中途断掉 {played.died} 次{held}。"
    )


def _say_day(day: date, so_far: simulating.Played) -> None:
    """Show how far a long run is: every day on a terminal, every month in a log."""
    last = (day + timedelta(days=1)).day == 1
    said = f"{day} 诉求 {so_far.filed} 件，{so_far.done.total()} 步"
    if sys.stderr.isatty():
        click.echo(f"\r{said}", nl=last, err=True)
    elif last:
        click.echo(said, err=True)


@cli.group("scheduler")
def scheduler_() -> None:
    """Background work."""


@scheduler_.command("run")
def scheduler_run() -> None:
    """Run the timetable until told to stop."""
    schedule.run(_engine(_settings()))


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
    moment = _moment(at) if at else None
    engine = _engine(_settings())
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
    engine = _engine(_settings())
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


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.ClickException(f"时间写得不对：{text}。请写成 2026-10-08T08:30。") from error
    return at if at.tzinfo else at.replace(tzinfo=SHANGHAI)


@cli.group()
def county() -> None:
    """The county's facts."""


@county.command("load")
def county_load() -> None:
    """Load chains, units, categories and rules from config/county into an empty database: no people, no firms."""
    import config

    engine = _engine(_settings())
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


@cli.group()
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
    with _work() as work:
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
    with _work() as work:
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
    with _work() as work:
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
    with _work() as work:
        people.set_password(work, people.find(work, username), password)
    click.echo(f"账号 {username} 的密码改好了。")


@cli.group()
def unit() -> None:
    """Units."""


@unit.command("endorse")
@click.argument("code")
@click.option("--on/--off", default=True, show_default=True)
def unit_endorse(code: str, on: bool) -> None:
    """Switch 审签 of a unit on or off: a resolution then waits for its deputy or head."""
    with _work() as work:
        found = units.set_endorses(work, code, on=on)
        click.echo(f"{found.name}的审签{'开' if on else '关'}了。")


@cli.group()
def token() -> None:
    """API tokens."""


@token.command("issue")
@click.argument("username")
@click.option("--name", default="命令行")
def token_issue(username: str, name: str) -> None:
    """Issue a token and print it; it is shown once."""
    with _work() as work:
        click.echo(people.issue_token(work, people.find(work, username), name))


@cli.group("import")
def import_() -> None:
    """Read files."""


_READABLE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
_NEW = click.Path(dir_okay=False, path_type=Path)


@import_.command("workdays")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True)
def import_workdays(file: Path, dry_run: bool) -> None:
    """Import a State Council notice; running clocks are recomputed."""
    with _work() as work:
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
    engine = _engine(_settings())
    now = clock.now()
    content = file.read_bytes()

    def work() -> AbstractContextManager[Work]:
        return schedule.work(engine, now)

    if undo:
        report = importing.undo(work, file.name, content, OPERATOR)
    else:
        report = importing.run(work, file.name, content, OPERATOR, dry_run=dry_run, say=_progress)
    for line in report.lines():
        click.echo(line)
    if report.failed:
        raise click.exceptions.Exit(1)


@import_.command("enterprises")
@click.argument("file", type=_READABLE)
@click.option("--dry-run", is_flag=True)
def import_enterprises(file: Path, dry_run: bool) -> None:
    """Read a list of enterprises (.xlsx): what is there is changed or skipped, nothing is taken away."""
    _import_roll(rolls.Kind.ENTERPRISES, file, dry_run=dry_run)


@import_.command("units")
@click.argument("file", type=_READABLE)
@click.option("--dry-run", is_flag=True)
def import_units(file: Path, dry_run: bool) -> None:
    """Read a list of units (.xlsx): what is there is changed or skipped, nothing is taken away."""
    _import_roll(rolls.Kind.UNITS, file, dry_run=dry_run)


@import_.command("responsibilities")
@click.argument("file", type=_READABLE)
@click.option("--dry-run", is_flag=True)
def import_responsibilities(file: Path, dry_run: bool) -> None:
    """Read the responsibility list (权责清单 .xlsx): a line that is there is changed or skipped, none is taken away."""
    _import_roll(rolls.Kind.RESPONSIBILITIES, file, dry_run=dry_run)


@import_.command("people")
@click.argument("file", type=_READABLE)
@click.option("--dry-run", is_flag=True)
@click.option(
    "--passwords", type=_NEW, help="A new file for the one-time passwords; else they are printed once."
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
    engine, now = _engine(_settings()), clock.now()
    given = (file.name, file.read_bytes())
    report = rolls.run(
        lambda: schedule.work(engine, now),
        kind,
        given,
        OPERATOR,
        dry_run=dry_run,
        say=_progress,
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


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{done}/{total}", nl=done == total, err=True)


@cli.group("export")
def export_() -> None:
    """Write files."""


@export_.command("ledger")
@click.argument("file", type=_NEW)
@click.option("--with-confidential", is_flag=True, help="Confidential tickets, too.")
def export_ledger(file: Path, with_confidential: bool) -> None:
    """Write the ledger (台账 .xlsx) under the headers that `import tickets` reads."""
    if file.exists():
        raise click.ClickException(f"{file.name} 已经存在，没有导出。请换一个文件名。")
    engine, now = _engine(_settings()), clock.now()
    exported = ledger_export.to_file(engine, file, now, OPERATOR, with_confidential=with_confidential)
    left_out = f"；{exported.left_out} 件保密的没有导出" if exported.left_out else ""
    click.echo(f"导出了 {exported.rows} 件{left_out}。里面有企业的联系方式，请保管好。")


@cli.command("backup")
@click.argument("file", type=_NEW)
def backup_(file: Path) -> None:
    """Write the whole database and every attachment into one file, for either database."""
    settings = _settings()
    made = backup.write(_engine(settings), _storage(settings), file, clock.now(), _progress)
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


@cli.command("restore")
@click.argument("file", type=_READABLE)
@click.option("--force", is_flag=True, help="Replace what the database holds. Stop the service first.")
def restore_(file: Path, force: bool) -> None:
    """Put a backup into the database and the storage of the settings, whole or not at all."""
    settings, now = _settings(), clock.now()
    engine = _engine(settings)
    found = backup.restore(engine, _storage(settings), file, now, _progress, force=force)
    backup.note(engine, file, found, OPERATOR, now)
    with Session(engine) as session:
        verdict = verify.verify(session)
    files = f"{found.files.count} 个附件，" if found.format == backup.FORMAT else ""
    click.echo(f"还原好了：{found.rows} 行，{files}备份于 {_minute(found.made_at)}。所有人都要重新登录。")
    if not files:
        click.echo("这份备份是旧格式，里面没有附件，请另外还原附件的文件夹。")
    for line in verdict.lines():
        click.echo(line)
    if not verdict.ok:
        raise click.exceptions.Exit(1)


def _minute(written: str) -> str:
    return datetime.fromisoformat(written).astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


@cli.command("checklist")
@click.argument("category")
@click.argument("file", required=False, type=_READABLE)
def checklist_(category: str, file: Path | None) -> None:
    """Print the checklist of a category, or set it from a text file: a line each, 必做： before what must be done."""
    with _work() as work:
        if file is not None:
            entries = checklist_keeping.read(file.read_text(encoding="utf-8-sig"))
            checklist_keeping.keep(work, category, entries)
        listed = checklist_keeping.of(work, category)
    if file is not None:
        click.echo(f"“{listed.label}”的办理清单从现在起照新的办，{len(listed.entries)} 项。")
    else:
        click.echo(checklist_keeping.written(listed.entries) or f"“{listed.label}”没有办理清单。")


@cli.group("papers")
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
    with _work() as work:
        for kind in kinds:
            content = layouts.default(kind) if defaults else paper_templates.current(work, kind)
            (folder / f"{kind.label}.docx").write_bytes(content)
    click.echo(f"写好了 {len(kinds)} 份模板，在 {folder}。改好以后用 chainhub papers replace 换上。")


@papers_.command("replace")
@click.argument("kind")
@click.argument("file", type=_READABLE)
def papers_replace(kind: str, file: Path) -> None:
    """Put a .docx in place of a paper's template, once it was checked: 交办单 or assignment_slip."""
    paper = paper_templates.named(kind)
    with _work() as work:
        paper_templates.keep(work, paper, file.name, file.read_bytes())
    click.echo(f"{paper.label}从现在起用 {file.name}。")


@papers_.command("reset")
@click.argument("kind")
def papers_reset(kind: str) -> None:
    """Let a paper's default template hold again."""
    paper = paper_templates.named(kind)
    with _work() as work:
        changed = paper_templates.put_back(work, paper)
    click.echo(f"{paper.label}恢复默认的版式了。" if changed else f"{paper.label}本来就是默认的版式。")


@cli.group("notices")
def notices_() -> None:
    """What goes out of the house."""


@notices_.command("media")
def notices_media() -> None:
    """Say how each medium fares."""
    with _work() as work:
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
    with _work() as work:
        trial = trying.prepared(work, trying.medium_of(channel), to)
    tried = trying.run(trial)
    with _work() as work:
        trying.note(work, trial, tried)
    click.echo(f"{'通了' if tried.ok else '没通'}：{tried.said}")
    if not tried.ok:
        raise click.exceptions.Exit(1)


@notices_.command("failed")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000))
def notices_failed(limit: int) -> None:
    """List what was not delivered and why, the newest first."""
    with _work() as work:
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
    with _work() as work:
        if row_id is None:
            click.echo(f"{outbox.retry_all(work)} 条重新发。")
        else:
            outbox.retry(work, row_id)
            click.echo(f"{row_id} 重新发。")


@cli.group("audit")
def audit_() -> None:
    """History."""


@audit_.command("verify")
def audit_verify() -> None:
    """Check that nothing of the history was altered."""
    with Session(_engine(_settings())) as session:
        verdict = verify.verify(session)
    for line in verdict.lines():
        click.echo(line)
    if not verdict.ok:
        raise click.exceptions.Exit(1)


@cli.group("statistics")
def statistics_() -> None:
    """The figures that are kept of the history."""


@statistics_.command("rebuild")
def statistics_rebuild() -> None:
    """Make every figure anew from the history. Pages read what was there before until it is done."""
    with _work() as work:
        upto = statistics.settled_to(work)
    with _work() as work:
        statistics.rebuild(work, upto)
    click.echo(f"统计重建好了，用了 {upto} 条历史。")


@statistics_.command("verify")
def statistics_verify() -> None:
    """Compare the figures of every ticket with its history."""
    with _work() as work:
        found = statistics.check(work)
    for line in found.wrong[:20]:
        click.echo(line)
    if found.wrong:
        raise click.ClickException(f"{len(found.wrong)} 处对不上。请运行 chainhub statistics rebuild。")
    click.echo(f"核对了 {found.tickets} 件，和历史一致；还有 {found.behind} 条历史等着汇总。")


@cli.command("doctor")
def doctor_() -> None:
    """Check what an operator would check."""
    settings = _settings()
    ok = True
    found = doctor.examine(_engine(settings), clock.now())
    for name, said in [*found, *doctor.examine_settings(settings)]:
        ok = ok and not said.startswith("!")
        click.echo(f"{name:<14}{said}")
    if not ok:
        raise click.exceptions.Exit(1)
