"""The timetable by the virtual clock: when its lines run, and what a scheduler that stands still leaves for later."""

import itertools
from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any, Protocol

from sqlalchemy import ColumnElement, ScalarSelect, bindparam, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from chainhub.core import sweeps
from chainhub.core.sweeps import Find, Handle
from chainhub.core.worktime import SHANGHAI
from chainhub.operations.background.rules import Every, When
from chainhub.operations.simulating.county import County
from chainhub.reminders.models import Clock
from chainhub.tickets.clockwork import AUTOMATIC

DAILY = (time(0, 20), time(8, 31), time(12, 5), time(17, 31))
"""When every line runs, whatever is due: after midnight, at the opening, at noon, at the close."""
MORNING = time(9)
DAY = 24 * 3600  # seconds
SELDOM = 3600  # seconds: lines that run as seldom as this run in the morning alone
OFTEN = 60  # seconds: lines that run as often as this run at every moment at which something is due


_SPAN = [bindparam(name, type_=Clock.due_at.type) for name in ("after", "until")]


def _first(moment: InstrumentedAttribute[Any], *which: ColumnElement[bool]) -> ScalarSelect[datetime | None]:
    after, until = _SPAN
    found = select(func.min(moment)).where(
        Clock.stopped_at.is_(None), moment > after, moment <= until, *which
    )
    return found.scalar_subquery()


# Asked some eighty times a day: made once.
_COMES = select(
    _first(Clock.look_again_at),
    _first(Clock.due_at, Clock.kind.in_(sorted(kind.value for kind in AUTOMATIC))),
)


class Line(Protocol):
    """A line of the timetable: it stands above this floor and is handed in."""

    @property
    def name(self) -> str: ...
    @property
    def when(self) -> When: ...
    @property
    def find(self) -> Find: ...
    @property
    def handle(self) -> Handle: ...


def _apart(line: Line) -> int:
    return line.when.seconds if isinstance(line.when, Every) else DAY


class Timekeeper:
    """Runs the timetable up to a moment: at the daily times, and whenever a clock has come to something."""

    def __init__(
        self,
        county: County,
        lines: Sequence[Line],
        begin: datetime,
        *,
        grid: timedelta | None,
        times: Sequence[time] = DAILY,
        swept: Callable[[datetime], None],
    ) -> None:
        self._county = county
        self._lines = lines
        self._grid = grid  # None: at the daily times of workdays alone
        self._times = times
        self._swept = swept  # told the moment of every run that did something
        self.last = begin
        self.swept_at = begin  # the last moment in working time at which every line ran
        self.off_until: datetime | None = None
        self.failed: list[str] = []
        self._dies = 0
        self.deaths = 0

    def stand_still(self, until: datetime) -> None:
        """Let nothing run until a moment: the scheduler is off."""
        self.off_until = until

    def die_next_time(self, statements: int) -> None:
        """Let the process of the next run die after so many statements of its first line; it is started again."""
        self._dies = statements

    def run_until(self, moment: datetime) -> None:
        """Run whatever has to run up to a moment, one after the other."""
        while (at := self._next(moment)) is not None:
            whole = at == self._daily(at - timedelta(microseconds=1))
            self._run(at, whole=whole)
        self.last = max(self.last, moment)

    def run_now(self, at: datetime) -> None:
        """Run every line at a moment, whatever the hour."""
        self.run_until(at)
        self._run(at, whole=True)

    def _next(self, moment: datetime) -> datetime | None:
        begin = self.last
        if self.off_until is not None:
            if moment < self.off_until:
                return None
            begin, self.off_until = self.off_until, None
            return begin  # it comes up again and looks at once
        found = [self._daily(begin)]
        if self._grid is not None and (due := self._due(begin, min(moment, found[0]))) is not None:
            found.append(due)
        at = min(found)
        return at if at <= moment else None

    def _daily(self, after: datetime) -> datetime:
        day = after.astimezone(SHANGHAI).date()
        for ahead in itertools.count():
            for each in self._times:
                at = datetime.combine(day + timedelta(days=ahead), each, SHANGHAI)
                if at > after and (self._grid is not None or self._is_worked(at)):
                    return at
        raise AssertionError("days do not end")

    def _is_worked(self, at: datetime) -> bool:
        return self._county.calendar.is_workday(at.date())

    def _due(self, after: datetime, until: datetime) -> datetime | None:
        """Return the next moment, on the grid, at which a clock speaks or ends."""
        with Session(self._county.engine) as session:
            earliest, ends = session.execute(_COMES, {"after": after, "until": until}).one()
        found = [one for one in (earliest, ends) if one is not None]
        return self._on_grid(min(found)) if found else None

    def _on_grid(self, at: datetime) -> datetime:
        seconds = (self._grid or timedelta(minutes=1)).total_seconds()
        return datetime.fromtimestamp(-(-at.timestamp() // seconds) * seconds, SHANGHAI)

    def _run(self, at: datetime, *, whole: bool) -> None:
        self.last = at
        done = 0
        opens = at.astimezone(SHANGHAI).time() <= MORNING
        seldom = (
            SELDOM if self._grid is not None else OFTEN
        )  # a past that nobody looks into has time till the morning
        left = [
            line
            for line in self._lines
            if _apart(line) <= OFTEN or (whole and (opens or _apart(line) < seldom))
        ]
        if self._dies and left and self._county.dying(self._dies, partial(self._sweep, left[0], at)):
            self.deaths += 1  # it is started again, and finds what is left to do
        self._dies = 0
        while left := self._from_first_that_waits(left, at):
            done += self._sweep(left.pop(0), at)
        if whole and self._county.calendar.is_working_moment(at):
            self.swept_at = at
        if done or whole:
            self._swept(at)

    def _from_first_that_waits(self, lines: Sequence[Line], at: datetime) -> list[Line]:
        """Leave out the lines before the first that has something to do: most have nothing most of the time."""
        with self._county.by_clock(at) as work:
            return list(itertools.dropwhile(lambda line: not line.find(work, 1), lines))

    def _sweep(self, line: Line, at: datetime) -> int:
        swept = sweeps.run(line.find, line.handle, lambda: self._county.by_clock(at), name=line.name)
        if swept.failed:
            self.failed.append(f"{line.name} {at:%Y-%m-%d %H:%M} {swept.failed}")
        return swept.done
