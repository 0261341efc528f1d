"""Letting a county live: what was meant becomes use cases, one transaction each, while the virtual clock runs on.

Everything goes through the real services. Whoever comes too late comes to nothing, as in life; what a page offered and
a service then refuses is a fault of the product and is counted as such.
"""

import heapq
import itertools
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Engine, bindparam, select
from sqlalchemy.orm import Session

from chainhub.core.actor import Post, Role, ScopeKind
from chainhub.core.errors import Invalid, Refusal
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI, WorkMinutes
from chainhub.county.people.service import leaving
from chainhub.county.people.service.leaving import Span
from chainhub.county.workdays import service as workdays
from chainhub.operations.simulating import habits, rounds, rules
from chainhub.operations.simulating.county import County
from chainhub.operations.simulating.deeds import Asking, do_beside, given_for
from chainhub.operations.simulating.habits import Absence, Report, Trouble, chance_of
from chainhub.operations.simulating.intents import Beside, Intent, Matter
from chainhub.operations.simulating.stories import Story
from chainhub.operations.simulating.timekeeping import DAILY, Line, Timekeeper
from chainhub.tickets import queries
from chainhub.tickets.models import Ticket
from chainhub.tickets.papers.kinds import PaperKind
from chainhub.tickets.service import checklists, moving, papers, submitting
from chainhub.tickets.service.moving import Step
from chainhub.tickets.workflow import Action

Deed = Callable[[datetime], None]
_PAPERS: Mapping[Action, PaperKind] = {
    Action.DISPATCH: PaperKind.ASSIGNMENT_SLIP,
    Action.CLOSE: PaperKind.CLOSURE_FORM,
}
"""What is printed and filed with a deed."""
_MOVED = (
    select(Ticket)
    .where(Ticket.updated_at == bindparam("at", type_=Ticket.updated_at.type))
    .order_by(Ticket.number)
)
"""What has just moved: asked after every deed, so it is made once."""


@dataclass(frozen=True, slots=True)
class Script:
    """What a county is to play: from when to when, who reports what, who is away, what goes wrong."""

    seed: int
    begin: datetime
    end: datetime
    reports: Sequence[Report]
    absences: Sequence[Absence] = ()
    troubles: Sequence[Trouble] = ()
    grid: timedelta | None = timedelta(minutes=10)  # how often it looks; None: at `times` of workdays alone
    deaths: float = 0.0  # share of use cases, and of sweeps, whose process dies half way
    papers: frozenset[str] = frozenset()  # chains whose desks print and file what they do
    times: Sequence[time] = DAILY  # when the whole timetable runs
    rounds: Sequence[time] = rounds.TIMES  # when people look after what stands beside tickets
    called_until: datetime | None = None  # from then on callers have not come to their calls yet


@dataclass(frozen=True, slots=True)
class Where:
    """Whose a ticket is just now."""

    chain_code: str
    enterprise_code: str
    lead_unit_code: str | None


@dataclass(slots=True)
class Played:
    """What came of it."""

    filed: int = 0
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)  # what was asked for and did not suffice or fit
    broken: list[str] = field(default_factory=list)  # offered, and refused all the same
    died: int = 0


class Play:
    """A county that plays a script."""

    def __init__(self, engine: Engine, script: Script, lines: Sequence[Line]) -> None:
        self.script = script
        self.county = County(engine)
        self.played = Played()
        self.stories: dict[str, Story] = {}
        # Number → how often it came to another state, and what it stands in.
        self.entered: dict[str, tuple[Any, ...]] = {}
        self._where: dict[str, Where] = {}
        self._queue: list[tuple[datetime, int, Deed]] = []
        self._serial = itertools.count()
        self.clock = Timekeeper(
            self.county,
            lines,
            script.begin,
            grid=script.grid,
            times=script.times,
            swept=self._look_around,
        )
        self.now = script.begin

    def run(self, each_day: Callable[[date, "Play"], None] = lambda _, __: None) -> Played:
        """Play from the first to the last moment; `each_day` is called when a day is over."""
        self._set_up()
        day = self.script.begin.astimezone(SHANGHAI).date()
        last = self.script.end.astimezone(SHANGHAI).date()
        try:
            while day <= last:
                rounds.plan_day(self, day)
                over = min(_moment(day + timedelta(days=1), time(0, 0)), self.script.end)
                self._run_until(over)
                each_day(day, self)
                day += timedelta(days=1)
        finally:
            self.county.leave()
        return self.played

    def later(self, at: datetime, deed: Deed) -> None:
        """Let something be done at a moment."""
        heapq.heappush(self._queue, (at, next(self._serial), deed))

    def after(self, at: datetime, minutes: float, *, at_any_hour: bool = False) -> datetime:
        """Return the moment so many minutes on: of the wall, or of working time."""
        if at_any_hour:
            return at + timedelta(minutes=max(1, round(minutes)))
        return self.county.calendar.due(at, WorkMinutes(max(1, round(minutes)))).at

    def _set_up(self) -> None:
        for report in self.script.reports:
            self.later(report.at, partial(self._file, report))
        for absence in self.script.absences:
            at = max(_moment(absence.from_on, time(7, 50)), self.script.begin)
            self.later(at, partial(self._go_away, absence))
        for trouble in self.script.troubles:
            self.later(trouble.at, partial(self._befall, trouble))

    def _run_until(self, over: datetime) -> None:
        while self._queue and self._queue[0][0] < over:
            at, _, deed = heapq.heappop(self._queue)
            self.clock.run_until(at)
            self.now = at
            deed(at)
        self.clock.run_until(over)
        self.now = over

    # Doing

    def use(self, username: str, at: datetime, deed: Callable[[Work], Any], what: str) -> bool:
        """Do one use case in one transaction; now and then its process dies half way and it is done again."""

        def whole() -> None:
            with self.county.work(username, at) as work:
                deed(work)

        chance = chance_of(
            self.script.seed, "death", self.played.filed, self.played.done.total(), at.isoformat()
        )
        try:
            if chance.random() < self.script.deaths:
                self.clock.die_next_time(chance.randrange(1, 40))
            lives = chance.randrange(1, 30) if chance.random() < self.script.deaths else 0
            if not lives:
                whole()
            elif self.county.dying(lives, whole):
                self.played.died += 1
                whole()
        except Invalid as refusal:
            self.played.refused[f"{what}: {refusal.errors or refusal.title}"] += 1
            return False
        except Refusal as refusal:
            self.played.broken.append(
                f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M} {username} {what}: {refusal.title}"
            )
            return False
        self.played.done[what] += 1
        self._look_around(at)
        return True

    def _file(self, report: Report, at: datetime) -> None:
        house = self.county.houses[report.firm]
        guides = self.county.holding(Role.GUIDE, ScopeKind.ENTERPRISE, house.code)
        owners = self.county.holding(Role.ENTERPRISE, ScopeKind.ENTERPRISE, house.code)
        by = self.county.present(guides, at)[:1] if report.by_guide else owners[:1]
        if not by:
            return
        story = report.story
        given = {
            "title": story.title[:60],
            "content": story.content,
            "enterprise": house.code,
            "kind": story.kind if not report.left_open or report.about else None,
            "category": None if report.left_open else story.category,
            "urgency": story.urgency,
            "channel": report.channel,
            "confidential": report.confidential,
            "complained_unit": report.about,
        }

        def file(work: Work) -> None:
            submitting.submit(work, given)

        self._pending = story
        if self.use(by[0], at, file, Action.SUBMIT.value):
            self.played.filed += 1

    _pending: Story | None = None

    def _go_away(self, absence: Absence, at: datetime) -> None:
        span = Span(absence.from_on, absence.until_on, "年休假")
        self.use(
            absence.person,
            at,
            lambda work: leaving.record(work, absence.person, absence.substitute, span),
            "leave",
        )

    def _befall(self, trouble: Trouble, at: datetime) -> None:
        if trouble.until is not None:
            self.clock.stand_still(trouble.until)
            return
        if trouble.off_on is None or trouble.worked_on is None:
            return
        days = [
            {"name": "调休", "date": trouble.off_on.isoformat(), "isOffDay": True},
            {"name": "调休", "date": trouble.worked_on.isoformat(), "isOffDay": False},
        ]
        notice = json.dumps({"year": trouble.off_on.year, "days": days}).encode()
        keepers = self.county.holding(Role.SYSADMIN, ScopeKind.COUNTY)
        self.use(
            keepers[0],
            at,
            lambda work: workdays.import_notice(work, "调休通知.json", notice),
            "import_workdays",
        )

    # Seeing what has become of it

    def _look_around(self, at: datetime) -> None:
        """Make a plan for every ticket that has just come to another state."""
        with Session(self.county.engine) as session:
            moved = session.scalars(_MOVED, {"at": at}).all()
            for ticket in moved:
                self._where[ticket.number] = Where(
                    ticket.chain_code, ticket.enterprise_code, ticket.lead_unit_code
                )
                stands = (ticket.state, ticket.round, ticket.waits, ticket.info_asked, ticket.reopened)
                count, before = self.entered.get(ticket.number, (0, None))
                if before == stands:
                    continue
                self.entered[ticket.number] = (count + 1, stands)
                if ticket.number not in self.stories and self._pending is not None:
                    self.stories[ticket.number], self._pending = self._pending, None
                self._mean(ticket, count + 1, at)

    def _mean(self, ticket: Ticket, entry: int, at: datetime) -> None:
        chance = chance_of(self.script.seed, "plan", ticket.number, entry)
        today = at.astimezone(SHANGHAI).date()
        for intent in rules.plan(self.matter(ticket), chance, today):
            when = self.after(at, intent.after, at_any_hour=intent.at_any_hour)
            self.later(when, partial(self._attempt, ticket.number, entry, intent))

    def matter(self, ticket: Ticket) -> Matter:
        """Return a ticket as plans see it."""
        story = self.stories[ticket.number]
        about = ticket.complained_unit_code
        likely = self.county.directory.categories[story.category].units
        able = [
            one
            for one in likely
            if one != about and self.county.holding(Role.DEPARTMENT, ScopeKind.UNIT, one)
        ]
        if story.unit == about:
            story = replace(story, unit=able[0] if able else "development_zone_service")
        lead = ticket.lead_unit_code
        return Matter(
            ticket.state,
            story,
            habits.temper_of(self.script.seed, lead or story.unit),
            habits.temper_of(self.script.seed, ticket.enterprise_code),
            ticket.kind,
            ticket.urgency,
            lead,
            tuple(one for one in able if one not in {story.unit, lead}),
            lead in {None, story.unit},
            lead in ticket.returned_by,
            ticket.reopened,
            ticket.dissatisfied > 1,
            ticket.waits,
            ticket.info_asked,
            ticket.info_lapsed,
            has_guide=bool(self.county.holding(Role.GUIDE, ScopeKind.ENTERPRISE, ticket.enterprise_code)),
            confidential=ticket.confidential,
            route=ticket.next_on_route,
            unclassified=ticket.kind is None or ticket.category_code is None,
            no_category=ticket.category_code is None,
            contact=self.county.houses[ticket.enterprise_code].contact,
        )

    def _attempt(self, number: str, entry: int, intent: Intent, at: datetime) -> None:
        """Do what was meant, if the ticket still stands where it stood and somebody present may do it."""
        if self.entered[number][0] != entry:
            return
        until = self.script.called_until
        if intent.who is Role.CALLER and until is not None and at > until:
            return
        what = intent.does.value

        def attempt(work: Work, username: str) -> bool:
            ticket = work.session.scalars(
                select(Ticket).where(Ticket.number == number, queries.visible(work.actor))
            ).first()
            if ticket is None:
                return False
            if isinstance(intent.does, Beside):
                return do_beside(work, ticket, intent)
            if intent.does not in {one.action for one in moving.moves(work, ticket)}:
                return False
            given = given_for(work, ticket, intent)
            if given is None:
                return False
            if intent.does is Action.RESOLVE:
                _tick_off(work, ticket)
            moving.move(work, number, Step(intent.does, ticket.version, given))
            if intent.does in _PAPERS and ticket.chain_code in self.script.papers:
                papers.issue(work, number, _PAPERS[intent.does])
            return True

        self.try_each(
            self.bodies(self._where[number], intent.who, intent.post, intent.unit), at, attempt, what
        )

    def try_each(
        self, usernames: Sequence[str], at: datetime, attempt: Callable[[Work, str], bool], what: str
    ) -> bool:
        """Let the first of some people do a thing who is present and may."""
        for username in self.county.present(list(usernames), at):

            def deed(work: Work, username: str = username) -> None:
                if not attempt(work, username):
                    raise Asking

            try:
                if self.use(username, at, deed, what):
                    return True
            except Asking:
                continue
            return False
        return False

    def bodies(
        self, ticket: Ticket | Where, role: Role, post: Post | None = None, unit: str = ""
    ) -> list[str]:
        """Return who holds a role towards a ticket."""
        if role is Role.DEPARTMENT:
            return self.county.holding(role, ScopeKind.UNIT, unit or ticket.lead_unit_code or "", post)
        if role in {Role.ENTERPRISE, Role.GUIDE}:
            return self.county.holding(role, ScopeKind.ENTERPRISE, ticket.enterprise_code)
        if role in {Role.CALLER, Role.LIAISON}:
            return self.county.holding(role, ScopeKind.COUNTY, "", post)
        return self.county.holding(role, ScopeKind.CHAIN, ticket.chain_code, post)


def _tick_off(work: Work, ticket: Ticket) -> None:
    for one in checklists.of(work, ticket):
        checklists.tick(work, ticket.number, one.code, done=True)


def _moment(day: date, at: time) -> datetime:
    return datetime.combine(day, at, SHANGHAI)
