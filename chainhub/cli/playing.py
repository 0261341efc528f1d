"""Commands that fill an empty database with a county that was never there: demo, simulate."""

import sys
from datetime import date, timedelta

import click
from sqlalchemy.orm import Session

from chainhub import scheduler as schedule
from chainhub.cli import opening
from chainhub.core import clock
from chainhub.core.worktime import SHANGHAI
from chainhub.county.people import passwords
from chainhub.county.state import CountyState
from chainhub.operations import demo as demonstration
from chainhub.operations import schema, seed
from chainhub.operations.simulating import running as simulating
from chainhub.operations.simulating import stories
from chainhub.timetable import TIMETABLE

DEMO_PASSWORD = "chainhub-demo"


@click.command()
@click.option("--empty", is_flag=True, help="The county without its history.")
def demo(empty: bool) -> None:
    """Fill an empty database with the model county and its history. Does nothing where a county is."""
    import config

    settings = opening.settings()
    if not settings.demo:
        raise click.ClickException("CHAINHUB_MODE 是 production，不装演示数据。")
    engine = opening.engine(settings, files=True)
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


@click.command()
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

    settings = opening.settings()
    if not settings.demo:
        raise click.ClickException("CHAINHUB_MODE 是 production，不演练。请换一个演示用的空库。")
    engine = opening.engine(settings, files=True)
    schema.upgrade(engine)
    end = (opening.moment(until) if until else clock.now()).astimezone(SHANGHAI)
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


COMMANDS = (
    demo,
    simulate,
)
