"""The figures of a county at a moment, asked twice: beyond the watermark, and folded."""

import pytest

from chainhub.statistics import queries, service, stories
from chainhub.statistics.queries import Question
from chainhub.statistics.terms import Cut, Measure, Span, month_of, rolling
from tests.builders import as_clock
from tests.statistics.comparing import differences


@pytest.fixture
def figure(session):
    """`figure(at, "satisfied")` is what a figure comes to in the twelve months up to a moment.

    It is asked beyond the watermark, folded, and by the reference; the three agree.
    """

    def ask(at, code, *, month=None, cut=Cut.ALL, key=""):
        work = as_clock(session, at)
        span = Span(month, month) if month else rolling(month_of(at))
        question = Question(span, frozenset(Measure), cut)
        beyond = queries.counts(work, question).result(code, key)
        service.fold(work, stories.last_line(session))
        session.flush()
        folded = queries.counts(work, question).result(code, key)
        assert folded == beyond
        assert differences(work, [span]) == []
        assert service.check(work).wrong == ()
        return folded

    return ask
