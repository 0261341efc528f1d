"""The fast figures equal the slow reference on whole simulated counties, while they live and when they are over.

More seeds: `STATISTICS_SEEDS=1-50 python -m pytest tests/statistics/test_equality.py`; docs/statistics.md has the result.
"""

import os

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import config
from chainhub.core.actor import THE_CLOCK, Role, ScopeKind
from chainhub.core.errors import Conflict, NotFound
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.people import queries as people
from chainhub.operations.simulating import running, stories
from chainhub.operations.simulating.running import Order
from chainhub.statistics import queries, service
from chainhub.statistics import stories as told
from chainhub.statistics.appeals import rules
from chainhub.statistics.appeals import service as appeals
from chainhub.statistics.appeals.service import Against
from chainhub.statistics.appeals.terms import Verdict
from chainhub.statistics.figures import FIGURES
from chainhub.statistics.queries import Question
from chainhub.statistics.rules import judge
from chainhub.statistics.terms import Measure, Span, month_from, month_of, rolling
from chainhub.tickets.models import Ticket
from chainhub.timetable import TIMETABLE
from tests.operations.simulating.conftest import END, county  # noqa: F401  # a fixture
from tests.statistics.comparing import differences

pytestmark = pytest.mark.slow

TOLD = [stories.told(one) for one in config.county("stories")["stories"]]
_FIRST, _, _LAST = os.environ.get("STATISTICS_SEEDS", "1-1").partition("-")
SEEDS = range(int(_FIRST), int(_LAST or _FIRST) + 1)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_figure_equals_the_reference_in_a_simulated_county(county, seed):  # noqa: F811
    looked, wrong = [], []

    def ask(day, _played) -> None:
        if day.day % 9:
            return
        with Session(county) as session:
            work = _work(session)
            looked.append(day)
            wrong.extend(differences(work, [rolling(month_of(work.now))]))

    running.simulate(
        county,
        Order(seed, running.begin_of(END, months=0, days=40), END, enterprises=6, pace=3.0),
        TIMETABLE,
        TOLD,
        say=ask,
    )
    with Session(county) as session, session.begin():
        work = _work(session)
        this = month_of(work.now)
        spans = [rolling(this), Span(this, this), Span(this.plus(-2), this.plus(-1))]
        assert (wrong, differences(work, spans)) == ([], [])
        checked = service.check(work)
        assert checked.wrong == ()
        assert checked.tickets > 10
        asked = queries.counts(work, Question(spans[0], frozenset(Measure)))
        assert sum(asked.result(code).n > 0 for code in FIGURES) >= 18, (
            "the county was too quiet to prove much"
        )
        upheld = _appeals(work)
        assert differences(work, spans[:1]) == []
        assert queries.counts(work, Question(spans[0], frozenset(Measure))).result("exempted").n == upheld > 0
        newest = told.last_line(session)
        for line in (newest // 2, newest - 7, newest):  # much, little and nothing stands beyond the cells
            service.rebuild(work, line)
            beyond = told.tail_of(session, line)
            assert bool(beyond) is (line < newest)
            assert differences(work, spans[:1]) == [], line
        assert service.check(work).wrong == ()
    assert len(looked) >= 3


def _work(session: Session) -> Work:
    return Work(session, THE_CLOCK, END, known.of(session).calendar)


def _appeals(work: Work) -> int:
    """Let units appeal against what they still may, and the committees decide; return how many were upheld."""
    session, decided = work.session, []
    ids = session.scalars(select(Ticket.id)).all()
    marks = [(one.ticket, m) for one in told.stories(work, ids) for m in judge(one, work.calendar)]
    marks += [(one.case.ticket, one.mark) for one in told.late(work)]
    for code in rules.APPEALABLE:
        figure = FIGURES[code]
        against = [
            one for one in marks if one[1].measure is figure.measure and figure.weighs_down(one[1].value)
        ]
        for place, (ticket, mark) in enumerate(one for one in against if one[1].unit):
            about = Against(figure, mark.unit, month_from(mark.month))
            number = session.get_one(Ticket, ticket).number
            try:
                made = appeals.ask(
                    _one(session, Role.DEPARTMENT, mark.unit), number, about, "停电检修，有通知。"
                )
            except (Conflict, NotFound):
                continue
            committee = _one(session, Role.COMMITTEE, made.chain_code)
            decided.append(appeals.decide(committee, made.id, uphold=bool(place % 3), note="情况属实。"))
    return sum(one.standing is Verdict.UPHELD for one in decided)


def _one(session: Session, role: Role, ref: str) -> Work:
    """Somebody who holds a role over a scope."""
    ids = known.of(session).holders.ids(
        role, ScopeKind.UNIT if role is Role.DEPARTMENT else ScopeKind.CHAIN, ref
    )
    actor = people.account(session, sorted(ids)[0]).actor
    return Work(session, actor, END, known.of(session).calendar)
