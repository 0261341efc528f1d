"""积压: the tickets that were open at the end of a month, of which the leader's page shows how many.

Whatever ever became open until then, less what ended until then. Looked for among what is open now and what has ended since:
the cost follows the months in between, not all history.
"""

import re
from collections.abc import Iterator

from sqlalchemy import case, func, or_, select

from chainhub.core.errors import Invalid
from chainhub.core.work import Work
from chainhub.statistics import cases, queries, reach, rules, stories
from chainhub.statistics.cases import PAGE, Listed
from chainhub.statistics.models import StatCase, StatMark
from chainhub.statistics.queries import Question
from chainhub.statistics.reach import Narrow
from chainhub.statistics.rules import Mark
from chainhub.statistics.terms import Measure, Month, Span
from chainhub.tickets.models import Ticket, TicketEvent

BEGAN = Month(2000, 1)  # before any ticket: what is open is all that entered less all that left
FLOW = frozenset({Measure.ENTERED, Measure.LEFT})
_CURSOR = re.compile(r"\d{1,10}", re.ASCII)


def page(work: Work, month: Month, cursor: str = "", limit: int = PAGE) -> Listed:
    """Return what was open at the end of a month (of the present one: now), the newest ticket first.

    Raises NotAllowed, and Invalid for a cursor that was never given out.
    """
    if cursor and not _CURSOR.fullmatch(cursor):
        raise Invalid(errors={"cursor": ["翻页的位置不对，请从第一页重新开始。"]})
    below = int(cursor) if cursor else None
    asked = reach.question(work, Span(BEGAN, month), FLOW, Narrow())
    counted = queries.counts(work, asked)
    after = stories.folded_to(work.session)
    found = [*_fresh(work, asked, after, below), *_kept(work, asked, after, below, limit + 1)]
    found.sort(key=lambda one: -one[0])
    shown = found[:limit]
    return Listed(
        cases.rows(
            work, [(ticket, Mark(Measure.ENTERED, entered, "", 1), False) for ticket, entered in shown]
        ),
        counted.number(Measure.ENTERED) - counted.number(Measure.LEFT),
        str(shown[-1][0]) if len(found) > limit else "",
    )


def _fresh(work: Work, asked: Question, after: int, below: int | None) -> Iterator[tuple[int, int]]:
    """Yield what was open of the tickets with lines beyond the watermark, with the month in which it became so."""
    for story in stories.stories(work, stories.tail_of(work.session, after)):
        its = stories.case_of(story)
        marks = [one for one in rules.judge(story, work.calendar) if asked.place(its, one) is not None]
        entered = [one.month for one in marks if one.measure is Measure.ENTERED]
        if 2 * len(entered) > len(marks) and (below is None or its.ticket < below):
            yield its.ticket, max(entered)


def _kept(work: Work, asked: Question, after: int, below: int | None, most: int) -> list[tuple[int, int]]:
    until = asked.span.last.code
    entered = StatMark.measure == Measure.ENTERED
    beyond = select(TicketEvent.ticket_id).where(TicketEvent.id > after)
    ended = select(StatMark.ticket_id).where(StatMark.measure == Measure.LEFT, StatMark.month > until)
    open_ = select(Ticket.id).where(Ticket.is_open)
    query = (
        select(StatMark.ticket_id, func.max(case((entered, StatMark.month))))
        .where(
            StatMark.measure.in_(sorted(FLOW)),
            StatMark.month <= until,
            or_(StatMark.ticket_id.in_(ended), StatMark.ticket_id.in_(open_)),
            StatMark.ticket_id.not_in(beyond),
        )
        .group_by(StatMark.ticket_id)
        .having(func.sum(case((entered, 1), else_=-1)) > 0)
        .order_by(StatMark.ticket_id.desc())
        .limit(most)
    )
    if asked.chains is not None:
        query = query.join(StatCase, StatCase.ticket_id == StatMark.ticket_id).where(
            StatCase.chain.in_(sorted(asked.chains))
        )
    if below is not None:
        query = query.where(StatMark.ticket_id < below)
    return [(ticket, month) for ticket, month in work.session.execute(query)]
