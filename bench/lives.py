"""Template tickets: the lives of a simulated county up to now, so that what is cloned is true.

Parts, requests, 批示, 督办, 吹哨, merges, second rounds and what left the house are there as often as the simulation has
them (`chainhub.operations.simulating`). Older matters are spread over two years, the newest fortnight is denser: as many are
open at the end as a benchmark of open tickets needs.
"""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

import config
from chainhub.core.worktime import SHANGHAI, Calendar
from chainhub.notices.models import Notice
from chainhub.operations.simulating import outside, scripts, stories
from chainhub.operations.simulating.county import County
from chainhub.operations.simulating.habits import Report
from chainhub.operations.simulating.playing import Play, Script
from chainhub.operations.simulating.stories import Story
from chainhub.timetable import TIMETABLE

SEED = 11
DAYS = 720  # over which the county's tickets are spread at the most
OPEN_SHARE = 0.30
IN_HAND_SHARE = (
    0.45  # of the open ones: what is moved and swept over, as many as ever so that figures compare
)
_FRESH = 14  # days: the newest, which are denser
_FRESH_SHARE = 0.4  # of all that is reported
_A_DAY = 0.7  # tickets: a small county is played over fewer days
_RESTS = timedelta(days=12)  # before now nobody is on leave: what is lent would have to be cloned, too
_AT_LEAST = 45  # days
_TIMES = (
    time(8, 31),
    time(17, 31),
)  # of workdays, when the timetable runs: nobody looks into a past more often
_ROUNDS = (time(9, 40),)


def play(engine: Engine, count: int, now: datetime) -> int:
    """Play a seeded county in which so many matters are reported until now. Return how many deeds were refused."""
    county = County(engine)
    end = _working(county.calendar, now)
    span = min(DAYS, max(_AT_LEAST, round(count / _A_DAY)))
    script = _script(county, count, end - timedelta(days=span), end)
    county.leave()
    with outside.opened(engine, county, SEED, script.begin):
        played = Play(engine, script, TIMETABLE)
        done = played.run()
        played.clock.run_now(end)  # whatever has come by now is said: a backlog would be measured, too
    with Session(engine) as session, session.begin():  # what is older than three days was read
        old = Notice.created_at < now - timedelta(days=3)
        session.execute(update(Notice).where(old).values(read_at=Notice.created_at))
    return len(done.broken)


def _working(calendar: Calendar, now: datetime) -> datetime:
    """Return now, or the last of the working time before it: what is missed is said then alone."""
    at = now
    while not calendar.is_working_moment(at):
        at -= timedelta(minutes=30)
    return at


def _script(county: County, count: int, begin: datetime, end: datetime) -> Script:
    """Return what is played: no calendar that is changed and no process that dies, which tests are for."""
    told = tuple(stories.told(one) for one in config.county("stories")["stories"])
    rng = random.Random(SEED)
    fresh = round(count * _FRESH_SHARE)
    recent = end - timedelta(days=_FRESH)
    whole = _reports(county, SEED, begin, recent, count - fresh, told, rng)
    newest = _reports(county, SEED + 1, recent, end, fresh, told, rng)
    script = scripts.script(county, SEED, begin, end, told=told, pace=0, grid=None)
    return replace(
        script,
        reports=sorted([*whole, *newest], key=lambda one: (one.at, one.firm, one.story.title)),
        absences=[
            one for one in script.absences if one.until_on < (end - _RESTS).astimezone(SHANGHAI).date()
        ],
        troubles=(),
        deaths=0.0,
        times=_TIMES,
        rounds=_ROUNDS,
    )


def _reports(
    county: County,
    seed: int,
    begin: datetime,
    end: datetime,
    wanted: int,
    told: tuple[Story, ...],
    rng: random.Random,
) -> Sequence[Report]:
    """Return so many reports between two moments, spread over firms and days as the simulation spreads them."""
    months = (end - begin).days / 30
    pace = (
        2 * wanted / len(county.houses) / months
    )  # as many again as are wanted, of which chance takes its pick
    found = scripts.script(county, seed, begin, end, told=told, pace=pace, grid=None).reports
    return rng.sample(list(found), min(wanted, len(found)))
