"""A county from a seed, played from the first day to the last; with `check`, everything is asked after every day."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from chainhub.core.worktime import SHANGHAI
from chainhub.operations import verify
from chainhub.operations.simulating import digest, outside, scripts, watching
from chainhub.operations.simulating.county import County
from chainhub.operations.simulating.looking import Look, Memory
from chainhub.operations.simulating.playing import Play, Played
from chainhub.operations.simulating.scripts import PACE
from chainhub.operations.simulating.stories import Story
from chainhub.operations.simulating.timekeeping import Line
from chainhub.operations.simulating.truths import Broken, hold

__all__ = ["PACE", "Broken", "Order", "Played", "begin_of", "digest_of", "simulate"]
Say = Callable[[date, Played], None]


def _nothing(_: date, __: Played) -> None:
    return


def begin_of(end: datetime, *, months: int, days: int = 0) -> datetime:
    """Return 07:00 of the day so many months before a moment, or so many days if any are said."""
    local = end.astimezone(SHANGHAI)
    if days:
        day = local.date() - timedelta(days=days)
    else:
        month = local.year * 12 + local.month - 1 - months
        day = date(month // 12, month % 12 + 1, min(local.day, 28))
    return datetime(day.year, day.month, day.day, 7, tzinfo=SHANGHAI)


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be played: the same order always comes to the same history."""

    seed: int
    begin: datetime
    end: datetime
    enterprises: int = 0  # how many speak up; 0: all
    pace: float = PACE  # matters that each reports in a month, on the average

    @property
    def command(self) -> str:
        """How the same is played again, up to the same day."""
        days = (self.end.date() - self.begin.date()).days
        firms = f" --enterprises {self.enterprises}" if self.enterprises else ""
        return (
            f"chainhub simulate --seed {self.seed} --days {days} --until {self.end:%Y-%m-%dT%H:%M}{firms}"
            f" --pace {self.pace:g} --check"
        )


def simulate(
    engine: Engine,
    order: Order,
    lines: Sequence[Line],
    told: Sequence[Story] = (),
    *,
    check: bool = False,
    say: Say = _nothing,
) -> Played:
    """Play a county that stands, empty of tickets, in the database. Raises Broken where something does not hold.

    `lines` is the timetable, which stands above this floor.
    """
    county = County(engine)
    script = scripts.script(
        county,
        order.seed,
        order.begin,
        order.end,
        told=tuple(told),
        enterprises=order.enterprises,
        pace=order.pace,
    )
    county.leave()
    with outside.opened(engine, county, order.seed, order.begin) as office:
        play, memory = Play(engine, script, lines), Memory()

        def when_over(day: date, so_far: Play) -> None:
            if check:
                _ask(engine, order, so_far, memory, day, office.doubled)
            say(day, so_far.played)

        played = play.run(when_over)
    if check:
        with Session(engine) as session:
            verdict = verify.verify(session)
        hold(verdict.ok, f"seed {order.seed}: the chain of history is broken:", *verdict.faults)
    return played


def _ask(engine: Engine, order: Order, play: Play, memory: Memory, day: date, doubled: Sequence[str]) -> None:
    """Ask everything about a day that is over; what does not hold names seed, day and how to see it again."""
    try:
        hold(not play.played.broken, "offered, and refused all the same:", *play.played.broken[:3])
        hold(not play.clock.failed, "a job failed:", *play.clock.failed[:3])
        hold(not doubled, "arrived twice without a mark:", *doubled[:3])
        with Session(engine) as session:
            watching.check(
                Look.at(session, play.now, play.clock.swept_at, order.seed, play.county.accounts, memory)
            )
    except Broken as broken:
        raise Broken(f"seed {order.seed}, day {day}: {broken}\nagain: {order.command}") from broken


def digest_of(engine: Engine) -> str:
    """Return the digest of the history that a database holds."""
    with Session(engine) as session:
        return digest.of(session)
