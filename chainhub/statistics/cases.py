"""The list behind a figure: exactly the cases that it counts, page by page."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select

from chainhub.core.errors import Invalid
from chainhub.core.work import Work
from chainhub.county.directory.models import Enterprise
from chainhub.statistics import queries, rules, stories
from chainhub.statistics.appeals import queries as appeals
from chainhub.statistics.appeals.models import Appeal
from chainhub.statistics.appeals.terms import Verdict
from chainhub.statistics.figures import FIGURES, Figure
from chainhub.statistics.models import StatCase, StatMark
from chainhub.statistics.queries import Question
from chainhub.statistics.rules import Mark
from chainhub.statistics.stories import Case
from chainhub.statistics.terms import EXEMPTIBLE, Cut, Measure, month_from, month_of
from chainhub.tickets import queries as tickets
from chainhub.tickets.models import Request, Ticket, TicketEvent
from chainhub.tickets.terms import RequestKind, RequestState
from chainhub.tickets.workflow import State

PAGE = 50
_CURSOR = re.compile(r"([ef])(\d{1,6})-(\d{1,10})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases: those of a figure, all of them, or those in the numerator (`yes`), or the others (`no`)."""

    figure: Figure
    part: str
    question: Question

    def takes(self, value: int) -> bool:
        """Say whether a case that came out so is meant."""
        if not self.part:
            return True
        return (value in self.figure.hits) is (self.part == "yes")


@dataclass(frozen=True, slots=True)
class Row:
    """One case of a list. Of a ticket that the reader may not see there is no more than that it counts."""

    mark: Mark
    number: str = ""
    title: str = ""
    enterprise: str = ""
    state: State | None = None
    runs: bool = False  # the limit runs still, and is broken
    approved: str = ""  # of what is 不计入考核: by whom, and why
    appeal: Appeal | None = None  # against this case in this figure


@dataclass(frozen=True, slots=True)
class Listed:
    """Some cases, how many there are in all, and under which cursor the next ones are found (empty: none)."""

    rows: Sequence[Row]
    total: int
    next_cursor: str


def wanted(code: str, part: str, question: Question) -> Wanted:
    """Return which cases are meant. Raises Invalid for a figure that there is not."""
    if code not in FIGURES:
        raise Invalid(errors={"figure": ["没有这个指标，请从统计页重新选。"]})
    return Wanted(FIGURES[code], part if part in {"yes", "no"} else "", question)


def page(work: Work, asked: Wanted, cursor: str = "", limit: int = PAGE) -> Listed:
    """Return a page of the cases, the newest month first; what is not folded yet, or runs late, comes before the rest.

    Raises Invalid for a cursor that was never given out.
    """
    at = _read(cursor)
    counted = queries.counts(work, asked.question)
    total = sum(n for (*_, value), n in counted.spots.items() if asked.takes(value))
    after = stories.folded_to(work.session)
    found: list[tuple[str, Case, Mark, bool]] = []
    if at is None or at[0] == "f":
        fresh = _fresh(work, asked, after)
        begin = at[1] if at else 0
        found = [
            (f"f{place + 1}-0", *one) for place, one in enumerate(fresh[begin : begin + limit + 1], begin)
        ]
    if len(found) <= limit:
        below = at[1:] if at and at[0] == "e" else None
        found.extend(_kept(work, asked, after, below, limit + 1 - len(found)))
    shown = found[:limit]
    return Listed(
        rows(work, [(case.ticket, mark, runs) for _, case, mark, runs in shown]),
        total,
        shown[-1][0] if len(found) > limit else "",
    )


def _read(cursor: str) -> tuple[str, int, int] | None:
    if not cursor:
        return None
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise Invalid(errors={"cursor": ["翻页的位置不对，请从第一页重新开始。"]})
    return found[1], int(found[2]), int(found[3])


def _fresh(work: Work, asked: Wanted, after: int) -> list[tuple[Case, Mark, bool]]:
    """Return what is not in the kept marks: of tickets with lines beyond the watermark, and of limits that run late."""
    tail = stories.stories(work, stories.tail_of(work.session, after))
    judged = [
        (stories.case_of(story), mark, False) for story in tail for mark in rules.judge(story, work.calendar)
    ]
    running = [(one.case, one.mark, True) for one in stories.late(work)]
    found = [
        (case, mark, runs)
        for case, mark, runs in (*running, *judged)
        if asked.question.place(case, mark) is not None and asked.takes(mark.value)
    ]
    return sorted(found, key=lambda one: (-one[1].month, -one[0].ticket))


def _kept(
    work: Work, asked: Wanted, after: int, below: tuple[int, int] | None, most: int
) -> Iterator[tuple[str, Case, Mark, bool]]:
    beyond = select(TicketEvent.ticket_id).where(TicketEvent.id > after)
    found = [*_conditions(asked), StatMark.ticket_id.not_in(beyond)]
    if below is not None:
        month, id_ = below
        found.append(or_(StatMark.month < month, and_(StatMark.month == month, StatMark.id < id_)))
    rows = work.session.execute(
        select(StatMark.id, *queries.CASE, *queries.MARK)
        .join(StatCase, StatCase.ticket_id == StatMark.ticket_id)
        .where(*found)
        .order_by(StatMark.month.desc(), StatMark.id.desc())
        .limit(most)
    )
    for id_, *row in rows:
        case, mark = queries.read(tuple(row))
        yield f"e{mark.month}-{id_}", case, mark, False


def _conditions(asked: Wanted) -> list[ColumnElement[bool]]:
    question = asked.question
    found: list[ColumnElement[bool]] = [
        StatMark.measure == asked.figure.measure.value,
        StatMark.month.between(question.span.first.code, question.span.last.code),
    ]
    if asked.part:
        hits = StatMark.value.in_(asked.figure.hits)
        found.append(hits if asked.part == "yes" else ~hits)
    if question.chains is not None:
        found.append(StatCase.chain.in_(sorted(question.chains)))
    if question.cut is Cut.UNIT:
        found.append(StatMark.unit != "")
    if question.keys is not None:
        column = StatMark.unit if question.cut is Cut.UNIT else getattr(StatCase, question.cut.value, None)
        if column is not None:
            found.append(column.in_(sorted(question.keys)))
    return found


def rows(work: Work, found: Sequence[tuple[int, Mark, bool]]) -> list[Row]:
    """Return cases as rows of a list: of what the reader may not see no more than that it counts."""
    ids = sorted({ticket for ticket, *_ in found})
    seen = {
        ticket: (number, title, short, state)
        for ticket, number, title, short, state in work.session.execute(
            select(Ticket.id, Ticket.number, Ticket.title, Enterprise.short, Ticket.state)
            .join(Enterprise, Enterprise.code == Ticket.enterprise_code)
            .where(Ticket.id.in_(ids), tickets.visible(work.actor))
        )
    }
    excluded = any(mark.measure is Measure.EXCLUDED for _, mark, _ in found)
    approved = _approved(work, [one for one in ids if one in seen]) if excluded else {}
    made = appeals.of_tickets(work, [one for one in ids if one in seen])
    listed = []
    for ticket, mark, runs in found:
        if ticket not in seen:
            listed.append(Row(mark, runs=runs))
            continue
        note, appeal = approved.get(ticket, ""), None
        if mark.measure is Measure.EXEMPTED:
            note = _decisions(made.values(), ticket, mark)
        else:
            appeal = made.get((ticket, mark.measure.value, mark.unit, mark.month))
        listed.append(Row(mark, *seen[ticket], runs, note, appeal))
    return listed


def _decisions(made: Iterable[Appeal], ticket: int, mark: Mark) -> str:
    """Return who took a case out of which month of a figure, and why."""
    measure = EXEMPTIBLE[mark.value].value
    return "；".join(
        f"{month_from(one.month).text}的，{one.decided_by}批准：{one.decision}"
        for one in made
        if (one.ticket_id, one.measure, one.unit_code) == (ticket, measure, mark.unit)
        and one.standing is Verdict.UPHELD
        and one.decided_at is not None
        and month_of(one.decided_at).code == mark.month
    )


def _approved(work: Work, ids: Sequence[int]) -> dict[int, str]:
    rows = work.session.execute(
        select(Request.ticket_id, Request.decided_by, Request.reason)
        .where(
            Request.ticket_id.in_(ids),
            Request.kind == RequestKind.EXCLUSION,
            Request.state == RequestState.APPROVED,
        )
        .order_by(Request.id.desc())
    )
    return {ticket: f"{by}批准：{reason}" for ticket, by, reason in rows}
