"""The ladders: at which moments a clock speaks up, and how loudly. Who is told is not decided here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from chainhub.core.limits import HourLimit, Pause, closing_day, local

if TYPE_CHECKING:
    from chainhub.core.worktime import Calendar


class Rung(StrEnum):
    """The steps of both ladders, from the lowest up."""

    HALFWAY = "halfway"
    THREE_QUARTERS = "three_quarters"
    YELLOW = "yellow"
    DUE = "due"
    NEXT_DAY = "next_day"
    PLUS_1 = "plus_1"
    PLUS_2 = "plus_2"
    PLUS_5 = "plus_5"


_AFTER_DUE = {Rung.PLUS_1: 1, Rung.PLUS_2: 2, Rung.PLUS_5: 5}
_ORDER = {rung: height for height, rung in enumerate(Rung)}


@dataclass(frozen=True, slots=True)
class RungAt:
    """A rung and the moment from which it is to be said."""

    rung: Rung
    at: datetime


def day_ladder(
    calendar: Calendar, start: datetime, days: int, pauses: Sequence[Pause], due_on: date
) -> tuple[RungAt, ...]:
    """Return the rungs of a limit of so many workdays that runs out on `due_on`, all after the start."""
    opening = calendar.start_of_day
    ladder = [
        RungAt(Rung.DUE, opening(due_on)),
        RungAt(Rung.YELLOW, opening(calendar.add_workdays(due_on, -1))),
    ]
    ladder += [
        RungAt(rung, opening(calendar.add_workdays(due_on, late))) for rung, late in _AFTER_DUE.items()
    ]
    if days > 1:
        half = (days + 1) // 2
        ladder.append(RungAt(Rung.HALFWAY, opening(_day_counted(calendar, start, half, pauses))))
    return _in_order(ladder, start)


def _day_counted(calendar: Calendar, start: datetime, number: int, pauses: Sequence[Pause]) -> date:
    """Return the day on which the n-th workday is counted, days in a pause not being counted."""
    start_on = local(start).date()
    day = calendar.add_workdays(start_on, number)
    for pause in pauses:
        if local(pause.start).date() < day:
            number += calendar.paused_days(pause, start_on)
            day = calendar.add_workdays(start_on, number)
    return day


def hour_ladder(
    calendar: Calendar, start: datetime, limit: HourLimit, pauses: Sequence[Pause], due_at: datetime
) -> tuple[RungAt, ...]:
    """Return the rungs of a limit in minutes: three quarters, due, and the first workday after."""
    next_day = calendar.add_workdays(closing_day(due_at), 1)
    ladder = [
        RungAt(Rung.THREE_QUARTERS, _three_quarters(calendar, start, limit, pauses)),
        RungAt(Rung.DUE, due_at),
        RungAt(Rung.NEXT_DAY, calendar.start_of_day(next_day)),
    ]
    return _in_order(ladder, start)


def _three_quarters(
    calendar: Calendar, start: datetime, limit: HourLimit, pauses: Sequence[Pause]
) -> datetime:
    span = limit.span * 3 / 4
    at = calendar.moment_after(start, span, limit)
    for pause in pauses:
        if pause.start < at:
            span += calendar.paused_time(pause, start, limit)
            at = calendar.moment_after(start, span, limit)
    return at


def _in_order(ladder: Iterable[RungAt], start: datetime) -> tuple[RungAt, ...]:
    ahead = (step for step in ladder if step.at > start)
    return tuple(sorted(ahead, key=lambda step: (step.at, _ORDER[step.rung])))
