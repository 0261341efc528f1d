"""Reading figures: cells up to the watermark, the tail beyond it, and what runs late now: exact at every moment."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    String,
    bindparam,
    func,
    literal_column,
    select,
    union_all,
)

from chainhub.core.db import read_rows, spelled_out
from chainhub.core.errors import Conflict
from chainhub.core.work import Work
from chainhub.statistics import rules, stories
from chainhub.statistics.figures import FIGURES, Figure, Result, compute
from chainhub.statistics.models import StatCase, StatCell, StatMark, StatState
from chainhub.statistics.rules import Mark
from chainhub.statistics.stories import Case
from chainhub.statistics.terms import Cut, Measure, Span, month_of, rolling

_BUSY = "统计正在汇总，请过一会儿刷新。"
_TRIES = 5  # a fold may come between two statements; not five times


def now_rolling(work: Work) -> Span:
    """Return the twelve months that end with the present one."""
    return rolling(month_of(work.now))


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: which measures, in which months, along which cut; narrowed to chains and keys."""

    span: Span
    measures: frozenset[Measure]
    cut: Cut = Cut.ALL
    chains: frozenset[str] | None = None  # None: all of them
    keys: frozenset[str] | None = None  # of the cut; None: all of them

    def place(self, case: Case, mark: Mark) -> str | None:
        """Return under which key a mark is counted here; None where it is not."""
        if mark.measure not in self.measures or not self.span.holds(mark.month):
            return None
        if self.chains is not None and case.chain not in self.chains:
            return None
        key = case.key(self.cut, mark)
        return key if self.keys is None or key in self.keys else None


Spot = tuple[str, int, Measure, int]
"""Key, month, measure, value."""


class Counts:
    """The marks that a question counts. Equal to others that count as many at the same spots."""

    def __init__(self, spots: Mapping[Spot, int]) -> None:
        self.spots = {spot: n for spot, n in spots.items() if n}
        self._by_measure: dict[Measure, list[tuple[str, int, int, int]]] = {}
        for (key, month, measure, value), n in self.spots.items():
            self._by_measure.setdefault(measure, []).append((key, month, value, n))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Counts) and self.spots == other.spots

    def __hash__(self) -> int:
        return hash(frozenset(self.spots.items()))

    @property
    def keys(self) -> list[str]:
        """Every key that has something."""
        return sorted({key for key, *_ in self.spots})

    def result(self, code: str, key: str | None = None, span: Span | None = None) -> Result:
        """Compute a figure, of one key or of all of them together, in a part of the span or in all of it."""
        return compute(FIGURES[code], self.tally(FIGURES[code], key, span))

    def tally(self, figure: Figure, key: str | None = None, span: Span | None = None) -> Counter[int]:
        """Count the values of a figure's marks."""
        found: Counter[int] = Counter()
        for where, month, value, n in self._by_measure.get(figure.measure, ()):
            if key in (None, where) and (span is None or span.holds(month)):
                found[value] += n
        return found

    def number(self, measure: Measure, span: Span | None = None) -> int:
        """Count the marks of a measure."""
        listed = self._by_measure.get(measure, ())
        return sum(n for _, month, _, n in listed if span is None or span.holds(month))


def counts(work: Work, question: Question) -> Counts:
    """Return what a question counts at this moment. Raises Conflict as `several` does."""
    return several(work, (question,))[0]


def several(work: Work, questions: Sequence[Question]) -> list[Counts]:
    """Return what each of some questions counts at this moment; what is beyond the cells is read once for all.

    Raises Conflict where the fold runs too often to be read beside.
    """
    for left in reversed(range(_TRIES)):
        held = _cells(work, questions)
        beyond = list(_told_beyond(work, held.tail))
        if not held.tail or _still(work, held, every_line=left > 0):
            beyond += [(one.case, one.mark, 1) for one in stories.told_late(work, held.running)]
            return [
                Counts(_with(question, found, beyond))
                for question, found in zip(questions, held.counts, strict=True)
            ]
    raise Conflict(_BUSY, code="busy")


def _still(work: Work, held: "_Held", *, every_line: bool) -> bool:
    """Say whether what is beyond the cells was read at the moment of the cells: nothing was folded and no line written since.

    A limit that was late then and has stopped since would count twice. Where lines are written without pause (an import),
    it is enough that nothing was folded: the figure is off by what was written in those milliseconds.
    """
    mark, newest = stories.reached(work.session)
    return mark == held.mark and (newest == held.newest or not every_line)


class _Held(NamedTuple):
    """What the cells hold up to which line, which tickets have lines beyond it, and the limits that run late."""

    mark: int
    newest: int  # line of all history
    counts: list[Counter[Spot]]  # of each question
    tail: list[int]
    running: list[Sequence[Any]]


def _cells(work: Work, questions: Sequence[Question]) -> _Held:
    """Read the cells that some questions ask for, and what has to be known beside them.

    One statement, so that it is one moment and one way to the database.
    """
    given: dict[str, Any] = {"now": work.now}
    for place, one in enumerate(questions):
        given |= {f"first{place}": one.span.first.code, f"last{place}": one.span.last.code}
        if one.chains is not None:
            given[f"chains{place}"] = sorted(one.chains)
        if one.keys is not None:
            given[f"keys{place}"] = sorted(one.keys)
    asked = _asked(
        tuple((one.cut, one.measures, one.chains is not None, one.keys is not None) for one in questions)
    )
    held = _Held(0, 0, [Counter[Spot]() for _ in questions], [], [])
    for place, key, month, measure, value, n, *running in read_rows(work.session, asked, given).all():
        if place == _RUNNING:
            held.running.append(running)
        elif place == _MARK:
            held = held._replace(mark=int(n))
        elif place == _NEWEST:
            held = held._replace(newest=int(n))
        elif place == _BEYOND:
            held.tail.append(int(n))
        else:
            held.counts[place][key, month, _MEASURES[measure], value] = int(n)
    if len(held.tail) < stories.BEYOND_MOST:
        return held._replace(tail=sorted(set(held.tail)))
    return held._replace(tail=stories.tail_of(work.session, held.mark))


_MARK, _BEYOND, _RUNNING, _NEWEST = -1, -2, -3, -4
"""The places of the row that says up to which line the cells hold, of the rows that each name a ticket beyond it, and of
those of limits that run late, and of the row that names the newest line."""
_MEASURES = {one.value: one for one in Measure}
_NOTHING = (literal_column("''", String), literal_column("0", Integer))
_NO_SPOT = (*_NOTHING, *_NOTHING)


@lru_cache(maxsize=512)  # to build a statement costs as much as to run it
def _asked(
    shapes: tuple[tuple[Cut, frozenset[Measure], bool, bool], ...],
) -> CompoundSelect[*tuple[Any, ...]]:
    """Return the statement for questions along these cuts, of some chains or of all, of some keys or of all."""
    nothing = [literal_column("NULL", one.type) for one in stories.RUNNING]
    parts = [  # what runs late comes first: it says of which types the columns are
        stories.running(_place(_RUNNING), *_NO_SPOT, literal_column("0", Integer)),
        select(_place(_MARK), *_NO_SPOT, StatState.folded_to, *nothing).where(StatState.id == 1),
        select(_place(_NEWEST), *_NO_SPOT, stories.NEWEST, *nothing),
        select(_place(_BEYOND), *_NO_SPOT, stories.beyond().subquery().c.ticket_id, *nothing),
    ]
    cells = (_part(place, *shape).add_columns(*nothing) for place, shape in enumerate(shapes))
    return spelled_out(union_all(*parts, *cells))


def _place(number: int) -> ColumnElement[int]:
    return literal_column(str(number), Integer)


def _part(
    place: int, cut: Cut, measures: frozenset[Measure], of_chains: bool, of_keys: bool
) -> Select[*tuple[Any, ...]]:
    key = StatCell.chain if cut is Cut.CHAIN else StatCell.key
    found: list[ColumnElement[bool]] = [
        StatCell.cut == (Cut.ALL if cut is Cut.CHAIN else cut),
        StatCell.measure.in_(sorted(measures)),
        StatCell.month.between(bindparam(f"first{place}"), bindparam(f"last{place}")),
    ]
    if of_chains:
        found.append(StatCell.chain.in_(bindparam(f"chains{place}", expanding=True)))
    if of_keys:
        found.append(key.in_(bindparam(f"keys{place}", expanding=True)))
    spot = (key, StatCell.month, StatCell.measure, StatCell.value)
    return select(_place(place), *spot, func.sum(StatCell.n)).where(*found).group_by(*spot)


def _told_beyond(work: Work, tail: list[int]) -> Iterator[tuple[Case, Mark, int]]:
    """Yield what the tickets with lines beyond the watermark add (1), and what they no longer add (-1)."""
    for case, mark in kept(work, tail):
        yield case, mark, -1
    for story in stories.stories(work, tail):
        case = stories.case_of(story)
        for mark in rules.judge(story, work.calendar):
            yield case, mark, 1


Spread = dict[str, dict[Measure, Counter[tuple[str, str, int]]]]
"""By key and measure: how many marks have a category, a kind and a value."""


def spread(work: Work, question: Question) -> Spread:
    """Return what a question counts along units or chains, by category and kind as well: for weights of difficulty.

    Broken limits that still run are not in it. Asked only where a county has set such weights: cells know no
    category of a unit, so marks are counted. Raises Conflict as `several` does.
    """
    for _ in range(_TRIES):
        mark = stories.folded_to(work.session)
        found: Counter[tuple[str, Measure, str, str, int]] = Counter()
        for key, category, kind, measure, value, n in work.session.execute(_spread(question)):
            found[key, Measure(measure), category, kind, value] += n
        for case, one, n in _told_beyond(work, stories.tail_of(work.session, mark)):
            place = question.place(case, one)
            if place is not None:
                found[place, one.measure, case.category, case.kind, one.value] += n
        if stories.folded_to(work.session) == mark:
            break
    else:
        raise Conflict(_BUSY, code="busy")
    made: Spread = {}
    for (key, measure, category, kind, value), n in found.items():
        if n:
            made.setdefault(key, {}).setdefault(measure, Counter())[category, kind, value] += n
    return made


def _spread(question: Question) -> Select[*tuple[Any, ...]]:
    key = StatCase.chain if question.cut is Cut.CHAIN else StatMark.unit
    spot = (key, StatCase.category, StatCase.kind, StatMark.measure, StatMark.value)
    return (
        select(*spot, func.count())
        .join(StatCase, StatCase.ticket_id == StatMark.ticket_id)
        .where(
            StatMark.measure.in_(sorted(one.value for one in question.measures)),
            StatMark.month.between(question.span.first.code, question.span.last.code),
            key != "",
        )
        .group_by(*spot)
    )


def _with(
    question: Question, cells: Counter[Spot], beyond: Iterable[tuple[Case, Mark, int]]
) -> Counter[Spot]:
    for case, mark, n in beyond:
        key = question.place(case, mark)
        if key is not None:
            cells[key, mark.month, mark.measure, mark.value] += n
    return cells


def counted(question: Question, marks: Iterable[tuple[Case, Mark]]) -> Counts:
    """Return what a question counts of these marks alone: of the past as it was, of which no cells are kept."""
    return Counts(_with(question, Counter(), ((case, mark, 1) for case, mark in marks)))


def kept(work: Work, ids: list[int]) -> Iterable[tuple[Case, Mark]]:
    """Yield the marks that are kept of some tickets, each with along what it was counted."""
    for place in range(0, len(ids), stories.SOME):
        rows = work.session.execute(
            select(*CASE, *MARK)
            .join(StatMark, StatMark.ticket_id == StatCase.ticket_id)
            .where(StatCase.ticket_id.in_(ids[place : place + stories.SOME]))
        )
        for row in rows:
            yield read(tuple(row))


CASE = (
    StatCase.ticket_id,
    StatCase.chain,
    StatCase.enterprise,
    StatCase.category,
    StatCase.kind,
    StatCase.channel,
)
MARK = (StatMark.measure, StatMark.month, StatMark.unit, StatMark.value)


def read(row: tuple[Any, ...]) -> tuple[Case, Mark]:
    """Return a case and a mark as they were kept, from the columns of `CASE` and `MARK`."""
    measure, *rest = row[len(CASE) :]
    return Case(*row[: len(CASE)]), Mark(Measure(measure), *rest)
