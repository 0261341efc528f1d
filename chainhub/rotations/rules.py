"""Whose turn it is to host. Pure: the turn advances on sessions held, never on the calendar (domain, section 5).

Every member has a number of rounds that it is through with: its credit from when it joined, and one for each turn it
has held or is promised. Next is whoever is through with the fewest, then whoever has the lower seat. Everything else
follows: who was skipped stays in front until it is made up; a newcomer gets credit for the rounds before the running
one and the last seat; a swap exchanges two promises; a session that is cancelled counts for nobody.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from operator import attrgetter

from chainhub.core.almanac import Almanac
from chainhub.rotations import days
from chainhub.rotations.days import Bar, Rhythm
from chainhub.rotations.workflow import State

PERIOD_MONTHS = 2
"""Every two months (rule, seed 002)."""
HOSTS_MOST = 3
"""联合承办: two or three enterprises at once (domain, section 5)."""
AHEAD_MONTHS = 24
"""How far ahead sessions are laid down."""
NOTICE_WORKDAYS = 15
"""A session that is laid down anew lies at least so many workdays ahead: its first reminder is 15 before."""


@dataclass(frozen=True, slots=True)
class Member:
    """An enterprise in the rotation. `credit` are the rounds that were over when it joined, or that it was let off."""

    code: str
    name: str
    seat: int  # the order within a round; a newcomer has the highest
    credit: int = 0
    joined_on: date = date.min
    left_on: date | None = None  # from this day on it is no member
    willing: bool = True  # where only volunteers host: whether it has put its name down

    def is_in(self, day: date) -> bool:
        return self.joined_on <= day and (self.left_on is None or day < self.left_on)


@dataclass(frozen=True, slots=True)
class Turn:
    """One host of one session: the round that it serves, and why it is its turn."""

    code: str
    round: int
    why: str = ""
    bound: bool = False  # by a swap or by the committee: it stays here though the order changes


@dataclass(frozen=True, slots=True)
class Session:
    """A session as it stands or as it is planned; at most one in a period."""

    period: int
    on: date | None
    state: State = State.PLANNED
    hosts: tuple[Turn, ...] = ()
    pinned: bool = False  # the day was set by hand and stays, worked or not
    why: tuple[str, ...] = ()  # why this day
    skipped: tuple[str, ...] = ()  # who would have been before, and why not
    provisional: bool = False
    id: int | None = None  # of its row, where there is one

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(one.code for one in self.hosts)


@dataclass(frozen=True, slots=True)
class Rota:
    """Everything that decides a plan. The same value gives the same plan."""

    rhythm: Rhythm
    members: tuple[Member, ...]
    bars: tuple[Bar, ...] = ()
    sessions: tuple[Session, ...] = ()  # what stands, of all times
    at_once: int = 1  # hosts of a session; none for a duty without hosts
    volunteers_only: bool = False
    taken: Mapping[date, str] = field(default_factory=dict)
    notice: int = NOTICE_WORKDAYS  # workdays ahead at least, of what is laid down anew
    until: date | None = None  # from this day on nothing is planned

    @property
    def closed(self) -> tuple[Bar, ...]:
        return tuple(bar for bar in self.bars if not bar.code)


def is_fixed(session: Session, today: date) -> bool:
    """Say whether a session stays as it is whatever the order becomes: said to people, or its day is over."""
    return session.state is not State.PLANNED or (session.on is not None and session.on < today)


def plan(rota: Rota, today: date, almanac: Almanac, periods: int | None = None) -> tuple[Session, ...]:
    """Return the sessions from the running period on, in order: those that stand, and those that follow.

    `periods` is how many periods are looked at, or as many as make 24 months. What is over is not in it: it is past.
    """
    first = days.period_of(rota.rhythm, today)
    count = periods or -(-AHEAD_MONTHS // rota.rhythm.months) + 1
    dated = list(_dated(rota, range(first, first + count), today, almanac))
    if not rota.at_once:
        return tuple(dated)
    queue = _Queue(rota, dated, today)
    return tuple(one if is_fixed(one, today) or one.on is None else queue.hosted(one) for one in dated)


def _dated(rota: Rota, periods: range, today: date, almanac: Almanac) -> Iterator[Session]:
    """Return the sessions with their days. A day that was said stays while it is free; days know nothing of hosts."""
    standing: defaultdict[int, list[Session]] = defaultdict(list)
    for one in rota.sessions:
        standing[one.period].append(one)
    soonest = almanac.add_workdays(today, rota.notice)
    for period in periods:
        for one in standing[period]:
            free = one.on is not None and days.is_free(one.on, almanac, rota.closed, rota.taken)
            stays = is_fixed(one, today) or one.pinned or free
            found = one if stays else _placed(rota, one, almanac, today)
            if is_fixed(one, today) or not _is_over(rota, found):
                yield found
        if not standing[period]:
            found = _placed(rota, Session(period, None), almanac, soonest)
            if found.on is not None and not _is_over(rota, found):
                yield found


def without_day(
    rota: Rota, sessions: Sequence[Session], today: date, almanac: Almanac
) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """Return the periods of the plan that have no session since every day of theirs is taken, each with what takes it.

    `sessions` are those of the plan, or those that stand. A period whose days are merely too near is not among them: it
    was never promised to anybody.
    """
    first = days.period_of(rota.rhythm, today)
    there = {one.period for one in sessions if one.on is not None or one.state is not State.PLANNED}
    found = []
    for period in range(first, first + -(-AHEAD_MONTHS // rota.rhythm.months) + 1):
        if period in there or (rota.until and days.begins_on(rota.rhythm, period) >= rota.until):
            continue
        why = days.why_none(rota.rhythm, period, almanac, rota.closed, rota.taken, today)
        if why:
            found.append((period, why))
    return tuple(found)


def _is_over(rota: Rota, one: Session) -> bool:
    """Say whether a session would lie behind the end of what recurs."""
    return rota.until is not None and one.on is not None and one.on >= rota.until


def _placed(rota: Rota, one: Session, almanac: Almanac, not_before: date) -> Session:
    day = days.choose(rota.rhythm, one.period, almanac, rota.closed, rota.taken, not_before)
    hosts = one.hosts if day.on else ()
    return replace(one, on=day.on, why=day.why, provisional=day.provisional, hosts=hosts)


class _Queue:
    """Who is through with how many rounds, while a plan is walked from one session to the next."""

    def __init__(self, rota: Rota, dated: Sequence[Session], today: date) -> None:
        self._rota = rota
        self._members = {one.code: one for one in rota.members}
        self._bars = _bars_by_code(rota)
        self._by_seat = sorted(rota.members, key=attrgetter("seat"))
        walked = {one.period for one in dated}
        kept = [one for one in rota.sessions if one.period not in walked]
        kept += [one if is_fixed(one, today) else self._bound(one) for one in dated]
        self._through = through(replace(rota, sessions=tuple(kept)), today)
        self._running = running_round(rota, today)
        over = [one for one in kept if one.on and one.on < today and counts(one)]
        self._last = max(over, key=lambda one: one.on or today).codes if over else ()

    def _bound(self, one: Session) -> Session:
        """Return a session with only those promises that can be kept; the others fall away and are made up."""
        able = (
            turn for turn in one.hosts if turn.bound and one.on and self._hindrance(turn.code, one.on) is None
        )
        return replace(one, hosts=tuple(able))

    def hosted(self, session: Session) -> Session:
        """Return a session with its hosts: those bound to it who can, then whoever is next."""
        on = session.on or date.max
        found = list(self._bound(session).hosts)
        bound = {one.code for one in found}
        in_order = sorted(self._by_seat, key=lambda one: self._through[one.code])
        able: list[Member] = []
        skipped: list[str] = []
        for member in in_order:
            if len(able) >= self._rota.at_once + len(self._last):
                break
            hindrance = self._hindrance(member.code, on)
            if member.code not in bound and hindrance is None:
                able.append(member)
            elif hindrance and self._through[member.code] < self._running:
                skipped.append(f"{member.name}：{hindrance}，缓办，要补")
        # Nobody hosts twice running while somebody else can: what is owed is made up with a session between.
        able.sort(key=lambda one: one.code in self._last)
        wanted = max(self._rota.at_once - len(found), 0)
        found += [self._next(member, on) for member in able[:wanted]]
        self._last = tuple(one.code for one in found) or self._last
        return replace(session, hosts=tuple(found), skipped=tuple(skipped))

    def _next(self, member: Member, on: date) -> Turn:
        self._through[member.code] += 1
        number = self._through[member.code]
        missed = [bar for bar in self._bars[member.code] if bar.from_on < on]
        owes = number < self._running and missed
        why = (
            f"第{number}轮还欠一场（{missed[-1].why}），先补上"
            if owes
            else f"第{number}轮轮到，排在前面的都有了"
        )
        self._running = max(self._running, number)
        return Turn(member.code, number, why)

    def _hindrance(self, code: str, on: date) -> str | None:
        """Return why an enterprise cannot host on a day; empty where it is none of those in turn; None where it can."""
        member = self._members.get(code)
        if member is None or not member.is_in(on) or (self._rota.volunteers_only and not member.willing):
            return ""
        return next((bar.why for bar in self._bars[code] if bar.covers(on)), None)


def counts(session: Session) -> bool:
    """Say whether a session is somebody's turn. A cancelled one eats none."""
    return session.state is not State.CANCELLED


def through(rota: Rota, today: date) -> dict[str, int]:
    """Return how many rounds each member is through with: its credit, what it held, and what it is promised."""
    turns = Counter(
        turn.code
        for one in rota.sessions
        if counts(one)
        for turn in one.hosts
        if is_fixed(one, today) or turn.bound
    )
    return {one.code: one.credit + turns[one.code] for one in rota.members}


def running_round(rota: Rota, today: date) -> int:
    """Return the round that runs: the lowest that somebody who can host now is not through with, from 1.

    What an enterprise on leave owes does not hold the round up: it is made up in a later one.
    """
    barred = {bar.code for bar in rota.bars if bar.covers(today)}
    done = through(rota, today)
    able = [
        done[one.code]
        for one in rota.members
        if one.is_in(today) and one.code not in barred and (one.willing or not rota.volunteers_only)
    ]
    return min(able, default=max(done.values(), default=0)) + 1


def owed(rota: Rota, today: date) -> dict[str, int]:
    """Return how many turns of rounds that are over each member still owes; who owes none is not in it."""
    done, running = through(rota, today), running_round(rota, today)
    return {
        one.code: running - 1 - done[one.code]
        for one in rota.members
        if one.is_in(today) and done[one.code] < running - 1
    }


def joining(rota: Rota, code: str, name: str, on: date) -> Member:
    """Return a newcomer with its place: the last of the round that runs."""
    seat = max((one.seat for one in rota.members), default=0) + 1
    return Member(code, name, seat, credit=running_round(rota, on) - 1, joined_on=on)


def _bars_by_code(rota: Rota) -> defaultdict[str, list[Bar]]:
    found: defaultdict[str, list[Bar]] = defaultdict(list)
    for bar in rota.bars:
        if bar.code:
            found[bar.code].append(bar)
    return found


# What a change does


def swapped(sessions: Sequence[Session], one: tuple[int, str], other: tuple[int, str]) -> tuple[Session, ...]:
    """Return sessions with two hosts exchanged, each named by period and code, and bound where they are now.

    Raises ValueError where one of the two does not host there.
    """
    standing = {(at.period, turn.code): turn for at in sessions if counts(at) for turn in at.hosts}
    if one not in standing or other not in standing:
        raise ValueError("somebody to be exchanged does not host there")
    instead = {one: standing[other], other: standing[one]}
    return tuple(
        replace(at, hosts=tuple(_exchanged(turn, instead.get((at.period, turn.code))) for turn in at.hosts))
        if counts(at)
        else at
        for at in sessions
    )


def _exchanged(turn: Turn, by: Turn | None) -> Turn:
    return turn if by is None else replace(by, why="换期换来的，两边都同意", bound=True)


@dataclass(frozen=True, slots=True)
class Moved:
    """An enterprise whose coming turns are others than before: what it was told, and what holds now."""

    code: str
    before: tuple[date, ...]
    after: tuple[date, ...]


def turns(sessions: Sequence[Session], today: date) -> dict[str, tuple[date, ...]]:
    """Return the days on which each enterprise is to host, from today on."""
    found: defaultdict[str, list[date]] = defaultdict(list)
    for one in sessions:
        if one.on is not None and one.on >= today and counts(one):
            for code in one.codes:
                found[code].append(one.on)
    return {code: tuple(sorted(on)) for code, on in found.items()}


def moved(before: Sequence[Session], after: Sequence[Session], today: date) -> tuple[Moved, ...]:
    """Return one line for each enterprise whose turn a change moves: by code, each once."""
    was, becomes = turns(before, today), turns(after, today)
    return tuple(
        Moved(code, was.get(code, ()), becomes.get(code, ()))
        for code in sorted({*was, *becomes})
        if was.get(code, ()) != becomes.get(code, ())
    )


# Who stands where


@dataclass(frozen=True, slots=True)
class Place:
    """Where an enterprise stands: its place from 1, and when it is expected; no day where it is not foreseen."""

    code: str
    place: int
    on: date | None
    period: int


def places(rota: Rota, today: date, almanac: Almanac) -> dict[str, Place]:
    """Return the place of every member in the order of the coming turns: 第9位，约2027年."""
    count = 2 * len(rota.members) // max(rota.at_once, 1) + 12
    found: dict[str, Place] = {}
    members = {one.code: one for one in rota.members}
    for one in plan(rota, today, almanac, count):
        if one.on is None or one.on < today or not counts(one):
            continue
        for code in one.codes:
            if code not in members or not members[code].is_in(one.on):
                continue  # agreed, but gone: a gap, and nobody's place
            found.setdefault(code, Place(code, len(found) + 1, one.on, one.period))
    return found


@dataclass(frozen=True, slots=True)
class Fairness:
    """What one member has had: how often it hosted, when last, and whether it has waited more than a round."""

    code: str
    times: int
    last_on: date | None
    waited_months: int  # since it last hosted, or joined
    overdue: bool


def fairness(rota: Rota, today: date) -> tuple[Fairness, ...]:
    """Return what each member has had, by seat. Nobody ought to wait more than one round."""
    held: defaultdict[str, list[date]] = defaultdict(list)
    for one in rota.sessions:
        if one.state in HELD and one.on is not None:
            for code in one.codes:
                held[code].append(one.on)
    done, running = through(rota, today), running_round(rota, today)
    return tuple(
        Fairness(
            one.code,
            len(held[one.code]),
            max(held[one.code], default=None),
            _months(max(held[one.code], default=one.joined_on), today),
            one.is_in(today) and done[one.code] + 1 < running,
        )
        for one in sorted(rota.members, key=attrgetter("seat"))
    )


HELD = frozenset({State.HELD, State.WRITTEN_UP, State.CLOSED})
"""A session of which nothing can be taken back: its turn is eaten."""


def _months(since: date, today: date) -> int:
    return 0 if since == date.min else (today.year - since.year) * 12 + today.month - since.month
