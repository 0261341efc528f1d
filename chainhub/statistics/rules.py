"""What one ticket's history adds to the figures: a handful of marks. Pure (domain, section 4).

A mark is (measure, month, unit, value). Everything that is counted is a count of marks, so a figure and the list of
what it counts cannot differ. `tests/statistics/reference.py` counts the same the slow way, figure by figure.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from chainhub.core.worktime import SHANGHAI, Calendar
from chainhub.statistics.terms import Measure, month_of
from chainhub.tickets.clockwork import ClockKind
from chainhub.tickets.terms import RequestKind, Satisfaction
from chainhub.tickets.workflow import BESIDE, ENDS, Action, State

A, S, M = Action, State, Measure


class Mark(NamedTuple):
    """One thing that is counted: of what sort, in which month (202611), at which unit's door, how it came out."""

    measure: Measure
    month: int
    unit: str  # empty: no unit answers for it
    value: int


@dataclass(frozen=True, slots=True)
class Deed:
    """One line of a ticket's history."""

    seq: int
    action: Action
    source: State | None
    target: State
    data: Mapping[str, Any]
    at: datetime

    @property
    def is_of_part(self) -> bool:
        """Whether it is about a co-unit's part, which never moves the ticket."""
        return self.action in _OF_PARTS and self.source is self.target and bool(self.data.get("unit"))


_OF_PARTS = frozenset({A.ACKNOWLEDGE, A.RETURN, A.UPHOLD_RETURN, A.REJECT_RETURN, A.PROGRESS, A.HAND_IN})


@dataclass(frozen=True, slots=True)
class Watch:
    """One time limit that was measured: whose, from when, by when, when it stopped and why."""

    kind: ClockKind
    unit: str
    started_at: datetime
    due_at: datetime
    plain_due_at: datetime  # without the extension that was granted
    stopped_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Story:
    """All that statistics know of one ticket."""

    ticket: int
    chain: str
    enterprise: str
    category: str  # of the first level; empty: none is set
    kind: str
    channel: str
    hidden: bool  # confidential, or an import that was undone: it stands in no figure
    ledger_unit: str  # of what a ledger brought in as finished: who handled it, and when it was closed
    ledger_closed_at: datetime | None
    deeds: Sequence[Deed]
    watches: Sequence[Watch]


MEASURED: Mapping[ClockKind, tuple[Measure, frozenset[str]]] = {
    ClockKind.INTAKE: (M.INTAKE, frozenset({A.ACCEPT.value, A.ANSWER.value, A.DECLINE.value})),
    ClockKind.DISPATCH: (M.DISPATCHING, frozenset({A.DISPATCH.value})),
    ClockKind.ACKNOWLEDGE: (M.RECEIPT, frozenset({A.ACKNOWLEDGE.value})),
    ClockKind.UNIT: (M.HANDLING, frozenset({A.RESOLVE.value, A.ENDORSE.value})),
    ClockKind.REWORK: (M.HANDLING, frozenset({A.RESOLVE.value, A.ENDORSE.value})),
    ClockKind.PART: (M.PART, frozenset({A.HAND_IN.value})),
}
"""Which limits are counted, and what must have stopped them: one that ended otherwise was never kept nor broken."""
OF_UNITS = frozenset({ClockKind.ACKNOWLEDGE, ClockKind.UNIT, ClockKind.REWORK, ClockKind.PART})
LATE, BY_EXTENSION, IN_TIME = 0, 1, 2


def judge(story: Story, calendar: Calendar) -> tuple[Mark, ...]:
    """Return what a ticket adds to the figures. Of what is 不计入考核 only counts are left, and that it is excluded."""
    if story.hidden:
        return ()
    steps = list(led(story))
    found = [*_life(story, steps), *_ends(story, steps)]
    if not any(one.measure is M.EXCLUDED for one in found):
        found += [*_kept(story), *_handled(story, calendar), *_said(steps), *_checked(story, steps)]
    return tuple(found)


class Step(NamedTuple):
    """A line of history, and the unit that led when it was done."""

    deed: Deed
    unit: str  # the lead unit at that time; of a dispatch: the one that it goes to

    @property
    def month(self) -> int:
        return month_of(self.deed.at).code


def led(story: Story) -> Iterator[Step]:
    """Yield every line with the unit that led when it was done (首接负责制: until another has acknowledged)."""
    lead = answers = ""
    for deed in story.deeds:
        if deed.is_of_part:
            yield Step(deed, lead)
            continue
        if deed.action is A.DISPATCH:
            lead = str(deed.data.get("lead_unit") or "")
            answers = answers or lead
        yield Step(deed, lead)
        if deed.action is A.RESTART:
            lead = answers = ""
        elif deed.action is A.RECHECK:
            lead = ""
        elif deed.action is A.CONCLUDE:
            lead = lead or answers
        elif deed.action is A.ACKNOWLEDGE:
            answers = lead
        elif deed.action is A.REOPEN:
            lead = answers


def raised_in(story: Story) -> int:
    """Return the month in which a matter was raised: of one that was solved on the spot, its true day."""
    first = story.deeds[0]
    said = first.data.get("raised_on") if first.action is A.BACKFILL else None
    return month_of(date.fromisoformat(said) if said else first.at).code


def _life(story: Story, steps: Sequence[Step]) -> Iterator[Mark]:
    if steps[-1].deed.target is not S.MERGED:
        yield Mark(M.RAISED, raised_in(story), "", 1)
    yield from _flow(story, steps)
    for place, step in enumerate(steps):
        deed = step.deed
        if deed.action is A.DISPATCH:
            yield Mark(M.DISPATCHED, step.month, step.unit, int(_was_corrected(steps[place + 1 :])))
        elif deed.action is A.CARRY_OVER:
            yield Mark(M.CARRIED, step.month, step.unit, 1)
    approved = next((step for step in steps if excludes(step.deed)), None)
    if approved is not None:
        yield Mark(M.EXCLUDED, approved.month, approved.unit, 1)


def excludes(deed: Deed) -> bool:
    """Say whether a line is the approval that a ticket is 不计入考核."""
    return deed.action is A.GRANT and deed.data.get("kind") == RequestKind.EXCLUSION.value


def _was_corrected(later: Sequence[Step]) -> bool:
    """Say whether the return of a dispatch was upheld, before another was made."""
    for step in later:
        if step.deed.is_of_part:
            continue
        if step.deed.action is A.UPHOLD_RETURN:
            return True
        if step.deed.action is A.DISPATCH:
            return False
    return False


def _flow(story: Story, steps: Sequence[Step]) -> Iterator[Mark]:
    """Yield each time it became open and each time it ended: what is open at the end of a month is their difference."""
    is_open = False
    for place, step in enumerate(steps):
        opens = step.deed.target not in ENDS
        if place == 0:
            yield Mark(M.ENTERED, raised_in(story), "", 1)
            if not opens:
                closed = story.ledger_closed_at or step.deed.at
                yield Mark(M.LEFT, month_of(closed).code, story.ledger_unit, 1)
        elif opens is not is_open:
            yield Mark(M.ENTERED if opens else M.LEFT, step.month, step.unit, 1)
        is_open = opens


_END_OF = {
    S.CLOSED: M.CLOSED,
    S.DECLINED: M.DECLINED,
    S.INCOMPLETE: M.INCOMPLETE,
    S.WITHDRAWN: M.WITHDRAWN,
    S.MERGED: M.MERGED,
}


def _ends(story: Story, steps: Sequence[Step]) -> Iterator[Mark]:
    """Yield the end that it stands in, by when it last came to it."""
    state = steps[-1].deed.target
    if state not in ENDS:
        return
    last = next(
        step for step in reversed(steps) if step.deed.target is state and step.deed.source is not state
    )
    if last.deed.source is None:  # a ledger had it as finished
        closed = story.ledger_closed_at or last.deed.at
        yield Mark(_END_OF[state], month_of(closed).code, story.ledger_unit, 1)
    else:
        yield Mark(_END_OF[state], last.month, last.unit, 1)


def outcome(watch: Watch) -> tuple[datetime, int] | None:
    """Return when a limit was kept or broken, and which; None where it runs, or ended otherwise.

    A broken limit falls on its due date, a kept one on the day it was done: neither moves when more is done later.
    """
    measured = MEASURED.get(watch.kind)
    if measured is None or watch.stopped_at is None or watch.reason not in measured[1]:
        return None
    if watch.stopped_at >= watch.due_at:
        return watch.due_at, LATE
    return watch.stopped_at, IN_TIME if watch.stopped_at < watch.plain_due_at else BY_EXTENSION


def _kept(story: Story) -> Iterator[Mark]:
    for watch in story.watches:
        came = outcome(watch)
        if came is not None:
            at, value = came
            unit = watch.unit if watch.kind in OF_UNITS else ""
            yield Mark(MEASURED[watch.kind][0], month_of(at).code, unit, value)


def _handled(story: Story, calendar: Calendar) -> Iterator[Mark]:
    """Yield how many workdays each handling took: the day of the dispatch is not counted, pauses are."""
    waits = [deed.at for deed in story.deeds if deed.action is A.CARRY_OVER]
    for watch in story.watches:
        if MEASURED.get(watch.kind, (None,))[0] is not M.HANDLING or outcome(watch) is None:
            continue
        begun, ended = watch.started_at, watch.stopped_at or watch.due_at
        days = calendar.workdays_between(begun.astimezone(SHANGHAI).date(), ended.astimezone(SHANGHAI).date())
        carried = any(begun <= at < ended for at in waits)
        yield Mark(M.DAYS_CARRIED if carried else M.DAYS, month_of(ended).code, watch.unit, days)


_ANSWERS = frozenset({A.CONFIRM, A.REOPEN, A.ESCALATE})
_SAYS = {Satisfaction.SATISFIED.value: 2, Satisfaction.MOSTLY.value: 1, Satisfaction.DISSATISFIED.value: 0}
_FIRST_AND_LAST = (
    ("contacted", M.CONTACTED, M.LAST_CONTACTED),
    ("solved", M.SOLVED, M.LAST_SOLVED),
    ("clear", M.CLEAR, M.LAST_CLEAR),
)


def _said(steps: Sequence[Step]) -> Iterator[Mark]:
    """Yield what the enterprise said, first and last. Silence is no answer; who has it done again is not satisfied."""
    answers = [step for step in steps if step.deed.action in _ANSWERS]
    if not answers:
        return
    for step, is_last in ((answers[0], False), (answers[-1], True)):
        data = step.deed.data
        for name, first, last in _FIRST_AND_LAST:
            if data.get(name) is not None:
                yield Mark(last if is_last else first, step.month, step.unit, int(bool(data[name])))
        rated = _rating(step.deed)
        if rated is not None:
            yield Mark(M.LAST_SATISFIED if is_last else M.SATISFIED, step.month, step.unit, rated)


def _rating(deed: Deed) -> int | None:
    """Return how satisfied an answer is; None where only asked whether the answer was clear (咨询、建议)."""
    if deed.action is A.CONFIRM:
        return _SAYS.get(str(deed.data.get("satisfaction")))
    return None if deed.data.get("clear") is not None else _SAYS[Satisfaction.DISSATISFIED.value]


def _checked(story: Story, steps: Sequence[Step]) -> Iterator[Mark]:
    for step in steps:
        deed = step.deed
        if deed.action in {A.PASS_REVIEW, A.SEND_BACK}:
            yield Mark(M.REVIEW, step.month, step.unit, int(deed.action is A.PASS_REVIEW))
        elif deed.action in {A.UPHOLD_RETURN, A.REJECT_RETURN}:
            upheld = int(deed.action is A.UPHOLD_RETURN)
            if deed.is_of_part:
                yield Mark(M.PART_RULING, step.month, str(deed.data["unit"]), upheld)
            else:
                yield Mark(M.RULING, step.month, step.unit, upheld)
    yield from _again(steps)


def _again(steps: Sequence[Step]) -> Iterator[Mark]:
    """Yield whether what was answered was done again, and whether what was closed came back."""
    done = {step.deed.action for step in steps if step.deed.action not in BESIDE}
    answered = next((one for one in steps if _comes_to(one, S.REVIEWED)), None)
    if answered is not None:
        yield Mark(M.REOPENED, answered.month, answered.unit, int(bool(done & {A.REOPEN, A.ESCALATE})))
    closed = next((one for one in steps if _comes_to(one, S.CLOSED) and one.deed.source is not None), None)
    if closed is not None:
        yield Mark(M.CAME_BACK, closed.month, closed.unit, int(A.RECHECK in done))


def _comes_to(step: Step, state: State) -> bool:
    return step.deed.target is state and step.deed.source is not state
