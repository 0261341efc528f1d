"""Folding the history into marks and cells, step by step or all of it anew; and proving that they are right."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    String,
    Table,
    delete,
    func,
    insert,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError

from chainhub.core.work import Work
from chainhub.county import state as county
from chainhub.statistics import queries, rules, stories
from chainhub.statistics.models import StatCase, StatCell, StatMark, StatState
from chainhub.statistics.rules import Mark
from chainhub.statistics.stories import Case
from chainhub.statistics.terms import Cut
from chainhub.tickets.models import Ticket, TicketEvent

STEP = 2000  # lines of history that are folded in one transaction
_KEYS: dict[Cut, ColumnElement[str]] = {
    Cut.ALL: literal_column("''", String),
    Cut.UNIT: StatMark.unit.expression,
    Cut.CATEGORY: StatCase.category.expression,
    Cut.KIND: StatCase.kind.expression,
    Cut.ENTERPRISE: StatCase.enterprise.expression,
    Cut.CHANNEL: StatCase.channel.expression,
}
"""Cells are kept along these, each under its key as `Case.key` has it (a mark without a unit under none of the units); each
names its chain, so that chains need none of their own."""
_CELL = cast("Table", StatCell.__table__)
_ROWS = 500  # cells written in one statement
Spot = tuple[str, str, str, int, str, int]
"""Cut, key, measure, month, chain, value."""


def settled_to(work: Work) -> int:
    """Return up to which line of history everything is there: no transaction that is older writes one below it.

    Numbers are given out before they are committed, so the newest that is seen may have older ones still to come. On
    PostgreSQL whoever writes is waited for, briefly; where somebody writes long (an import) nothing is folded this
    time. SQLite has one writer, and its numbers come in order.
    """
    return stories.last_line(work.session) if _alone(work) else stories.folded_to(work.session)


def _alone(work: Work) -> bool:
    """Let nobody write history until this transaction ends; say whether that was to be had at once."""
    if work.session.get_bind().dialect.name == "postgresql":
        try:
            with work.session.begin_nested():
                work.session.execute(text("SET LOCAL lock_timeout = '200ms'"))
                work.session.execute(text("LOCK TABLE ticket_event IN SHARE MODE"))
        except OperationalError:
            return False
    return True


def fold(work: Work, upto: int) -> int:
    """Fold the next lines of history, at most `STEP` and none beyond `upto`; return up to which they are folded now."""
    state = _state(work)
    lines = work.session.execute(
        select(TicketEvent.id, TicketEvent.ticket_id)
        .where(TicketEvent.id > state.folded_to, TicketEvent.id <= upto)
        .order_by(TicketEvent.id)
        .limit(STEP)
    ).all()
    if lines:
        _replace(work, sorted({row.ticket_id for row in lines}))
        state.folded_to = lines[-1].id
    elif upto > state.folded_to:
        state.folded_to = upto
    state.folded_at = work.now
    work.session.flush()
    return state.folded_to


def hold(work: Work) -> int | None:
    """Let nobody write history or fold it until this transaction ends; return its last line, or None where somebody writes.

    For what must hold the whole history as it is just now.
    """
    if not _alone(work):
        return None
    _state(work)
    return stories.last_line(work.session)


def _state(work: Work) -> StatState:
    """Return the one row, held against whoever else would fold."""
    state = work.session.get(StatState, 1, with_for_update=True, populate_existing=True)
    if state is None:
        state = StatState(id=1, folded_to=0, folded_at=None, calendar_version=_calendar(work), recounted_to=0)
        work.session.add(state)
        work.session.flush()
    return state


def _calendar(work: Work) -> int:
    found = county.of(work.session)
    return found.calendar_version if found else 0


def is_outdated(work: Work) -> bool:
    """Say whether a calendar was imported since workdays were counted."""
    kept = work.session.scalar(select(StatState.calendar_version).where(StatState.id == 1))
    return kept is not None and kept != _calendar(work)


def recount(work: Work) -> bool:
    """Count the next tickets anew by the present calendar; say whether there may be more."""
    state = _state(work)
    ids = work.session.scalars(
        select(StatCase.ticket_id)
        .where(StatCase.ticket_id > state.recounted_to)
        .order_by(StatCase.ticket_id)
        .limit(stories.SOME)
    ).all()
    if ids:
        _replace(work, ids)
        state.recounted_to = ids[-1]
    else:
        state.recounted_to, state.calendar_version = 0, _calendar(work)
    work.session.flush()
    return bool(ids)


def rebuild(work: Work, upto: int) -> None:
    """Make every mark and cell anew, from the first line of history up to a settled one.

    In one transaction: until it is committed, pages read what was there before.
    """
    state = _state(work)
    for table in (StatCell, StatMark, StatCase):
        work.session.execute(delete(table))
    state.folded_to, state.recounted_to, state.calendar_version = 0, 0, _calendar(work)
    work.session.flush()
    while fold(work, upto) < upto:
        work.session.expire_all()  # what was read is not read again


def _replace(work: Work, ids: Sequence[int]) -> None:
    """Put what some tickets add now in the place of what they added before."""
    change: Counter[Spot] = Counter()
    for case, mark in queries.kept(work, list(ids)):
        change.subtract(_spots(case, mark))
    cases: list[dict[str, Any]] = []
    marks: list[dict[str, Any]] = []
    for case, judged in _judged(work, ids):
        cases.append(_case_row(case))
        marks.extend(_mark_row(case, mark) for mark in judged)
        for mark in judged:
            change.update(_spots(case, mark))
    work.session.execute(delete(StatMark).where(StatMark.ticket_id.in_(ids)))
    work.session.execute(delete(StatCase).where(StatCase.ticket_id.in_(ids)))
    if cases:
        work.session.execute(insert(StatCase), cases)
    if marks:
        work.session.execute(insert(StatMark), marks)
    _change(work, change)


def _judged(work: Work, ids: Sequence[int]) -> Iterator[tuple[Case, tuple[Mark, ...]]]:
    for story in stories.stories(work, ids):
        yield stories.case_of(story), rules.judge(story, work.calendar)


def _spots(case: Case, mark: Mark) -> list[Spot]:
    keys = ((cut, case.key(cut, mark)) for cut in _KEYS)
    return [
        (cut.value, key, mark.measure.value, mark.month, case.chain, mark.value)
        for cut, key in keys
        if key is not None
    ]


def _case_row(case: Case) -> dict[str, Any]:
    return {"ticket_id": case.ticket, **{name: getattr(case, name) for name in Case._fields[1:]}}


def _mark_row(case: Case, mark: Mark) -> dict[str, Any]:
    return {"ticket_id": case.ticket, **mark._asdict(), "measure": mark.measure.value}


def _change(work: Work, change: Counter[Spot]) -> None:
    """Add to cells, or take away; a cell that is not there yet is made."""
    names = [column.name for column in _CELL.primary_key]
    rows = [{**dict(zip(names, spot, strict=True)), "n": n} for spot, n in sorted(change.items()) if n]
    on_server = work.session.get_bind().dialect.name == "postgresql"
    for place in range(0, len(rows), _ROWS):
        adding = (postgresql.insert(_CELL) if on_server else sqlite.insert(_CELL)).values(
            rows[place : place + _ROWS]
        )
        work.session.execute(
            adding.on_conflict_do_update(index_elements=names, set_={"n": _CELL.c.n + adding.excluded.n})
        )


# Proving


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found: tickets looked at, lines of history not folded yet, what differs."""

    tickets: int
    behind: int
    wrong: tuple[str, ...]


def check(work: Work, most: int | None = None) -> Checked:
    """Compare marks with the history, of the newest `most` tickets or of all, and cells with marks."""
    after = stories.folded_to(work.session)
    behind = (
        work.session.scalar(
            select(func.count()).select_from(
                select(TicketEvent.id).where(TicketEvent.id > after).limit(10_000).subquery()
            )
        )
        or 0
    )
    tail = set(stories.tail_of(work.session, after))
    newest = select(Ticket.id).order_by(Ticket.id.desc())
    ids = [one for one in work.session.scalars(newest.limit(most) if most else newest) if one not in tail]
    wrong = [*_wrong_marks(work, ids), *_wrong_cells(work)]
    return Checked(len(ids), behind, tuple(wrong))


def _wrong_marks(work: Work, ids: Sequence[int]) -> Iterator[str]:
    for place in range(0, len(ids), stories.SOME):
        some = ids[place : place + stories.SOME]
        there = _by_ticket(queries.kept(work, list(some)))
        for case, judged in _judged(work, some):
            if there.get(case.ticket, Counter()) != Counter((case, mark) for mark in judged):
                yield f"第 {case.ticket} 号诉求的统计和历史对不上"


def _by_ticket(found: Iterable[tuple[Case, Mark]]) -> dict[int, Counter[tuple[Case, Mark]]]:
    there: dict[int, Counter[tuple[Case, Mark]]] = {}
    for case, mark in found:
        there.setdefault(case.ticket, Counter())[case, mark] += 1
    return there


def _wrong_cells(work: Work) -> Iterator[str]:
    """Yield the cells, of every cut, that are not the sum of their marks."""
    for cut, key in _KEYS.items():
        spot = (StatMark.measure, StatMark.month, StatCase.chain, StatMark.value)
        query = select(key, *spot, func.count()).join(StatCase, StatCase.ticket_id == StatMark.ticket_id)
        query = query.group_by(*spot)
        if cut is not Cut.ALL:
            query = query.group_by(key)
        if cut is Cut.UNIT:
            query = query.where(key != "")
        held = (StatCell.key, StatCell.measure, StatCell.month, StatCell.chain, StatCell.value)
        there = select(*held, StatCell.n).where(StatCell.cut == cut, StatCell.n != 0)
        counted = {tuple(row[:-1]): row[-1] for row in work.session.execute(query)}
        kept = {tuple(row[:-1]): row[-1] for row in work.session.execute(there)}
        for one in sorted(counted.keys() | kept.keys()):
            if counted.get(one, 0) != kept.get(one, 0):
                yield f"汇总 {(cut.value, *one)} 记着 {kept.get(one, 0)}，实有 {counted.get(one, 0)}"
