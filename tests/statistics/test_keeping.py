"""Folding step by step, anew, after an imported calendar; and what the doctor says of figures that are wrong."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from chainhub.county import known
from chainhub.county.directory.models import Category
from chainhub.county.state import touch
from chainhub.operations import doctor
from chainhub.statistics import jobs, leading, queries, service, stories
from chainhub.statistics.models import StatCell, StatMark, StatState
from chainhub.statistics.queries import Question
from chainhub.statistics.terms import Cut, Measure, month_of, rolling
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.builders import a_ticket, as_clock, move
from tests.people import NOW, work_of
from tests.statistics.staging import DONE

pytestmark = pytest.mark.slow


def _work(session):
    return as_clock(session, NOW.replace(hour=17))


def _raised(session):
    work = _work(session)
    return (
        queries.counts(work, Question(rolling(month_of(work.now)), frozenset({Measure.RAISED})))
        .result("raised")
        .n
    )


def test_folding_goes_on_where_it_stopped_a_step_at_a_time(session, monkeypatch):
    monkeypatch.setattr(service, "STEP", 3)
    for _ in range(3):
        a_ticket(session, State.DISPATCHED)
    upto = stories.last_line(session)

    done = [service.fold(_work(session), upto)]
    while done[-1] < upto:
        done.append(service.fold(_work(session), upto))

    assert len(done) == 3  # nine lines
    assert service.fold(_work(session), upto) == upto
    assert service.check(_work(session)).wrong == ()
    assert _raised(session) == 3


def test_what_is_not_folded_yet_is_counted_all_the_same(session):
    a_ticket(session, State.HANDLING)
    service.fold(_work(session), stories.last_line(session))
    ticket = a_ticket(session, State.HANDLING)
    assert _raised(session) == 2

    move(session, ticket, people.OWNER, Action.WITHDRAW, NOW.replace(hour=11), note="自己解决了")

    assert _raised(session) == 2
    assert service.check(_work(session)).behind > 0


def test_the_job_finds_work_until_all_is_folded(session):
    a_ticket(session, State.HANDLING)
    (upto,) = jobs.find_unfolded(_work(session), 10)

    service.fold(_work(session), upto)

    assert list(jobs.find_unfolded(_work(session), 10)) == []


def test_after_an_imported_calendar_everything_is_counted_anew(session):
    a_ticket(session, State.RESOLVED)
    service.fold(_work(session), stories.last_line(session))
    session.execute(
        update(StatMark).where(StatMark.measure == "days").values(value=9)
    )  # as by another calendar
    session.execute(update(StatCell).where(StatCell.measure == "days").values(value=9))
    touch(session, calendar=True)
    session.flush()
    known.forget(session)
    work = _work(session)
    assert list(jobs.find_unfolded(work, 10)) == [stories.last_line(session)]

    while service.recount(work):
        pass

    assert session.scalar(select(StatMark.value).where(StatMark.measure == "days")) == 0
    assert not service.is_outdated(work)
    assert service.check(work).wrong == ()


def test_the_doctor_says_what_differs_and_a_rebuild_mends_it(session):
    a_ticket(session, State.CLOSED)
    work = _work(session)
    service.fold(work, stories.last_line(session))
    assert doctor._statistics(session, work.now).startswith("核对了最近 1 件")

    session.execute(delete(StatMark).where(StatMark.measure == "closed"))
    said = doctor._statistics(session, work.now)

    assert said.startswith("! ")
    assert said.endswith("请运行 chainhub statistics rebuild。")
    service.rebuild(work, stories.last_line(session))
    assert service.check(work).wrong == ()


@pytest.mark.parametrize("cut", [one for one in Cut if one is not Cut.CHAIN])
def test_the_doctor_finds_a_wrong_sum_of_every_cut(session, cut):
    a_ticket(session, State.CLOSED)
    work = _work(session)
    service.fold(work, stories.last_line(session))
    spot = session.execute(
        select(StatCell.key, StatCell.measure, StatCell.month, StatCell.chain, StatCell.value)
        .where(StatCell.cut == cut, StatCell.n > 0)
        .limit(1)
    ).one()
    there = [StatCell.cut == cut, *(getattr(StatCell, name) == one for name, one in spot._asdict().items())]
    assert service.check(work).wrong == ()

    session.execute(update(StatCell).where(*there).values(n=StatCell.n + 1))

    (said,) = service.check(work).wrong
    assert said.startswith(f"汇总 {(cut.value, *spot)} 记着")


def test_folding_twice_changes_nothing(session):
    a_ticket(session, State.CLOSED)
    work = _work(session)
    service.fold(work, stories.last_line(session))
    before = _cells(session)
    session.get_one(StatState, 1).folded_to = 0
    session.flush()

    service.fold(work, stories.last_line(session))

    assert _cells(session) == before


def _cells(session):
    cells = session.execute(select(*StatCell.__table__.columns).where(StatCell.n != 0))
    return sorted(tuple(row) for row in cells)


def test_more_lines_than_one_statement_names_are_counted_all_the_same(session, monkeypatch):
    monkeypatch.setattr(stories, "BEYOND_MOST", 4)
    queries._asked.cache_clear()
    a_ticket(session, State.CLOSED)
    service.fold(_work(session), stories.last_line(session))

    raised = []
    for _ in range(3):  # one line each: fewer than the statement names, and more
        a_ticket(session, State.SUBMITTED)
        a_ticket(session, State.SUBMITTED)
        raised.append(_raised(session))

    assert raised == [3, 5, 7]
    queries._asked.cache_clear()


def test_a_limit_that_stops_while_figures_are_read_counts_once(session, monkeypatch):
    """Its ticket stands beyond the cells, and was late when they were read: late once, not by its history as well."""
    ticket = a_ticket(session, State.HANDLING)
    late = NOW + timedelta(days=60)
    work, read, stopped = as_clock(session, late), queries._told_beyond, []

    def told(*given):
        if not stopped:
            stopped.append(move(session, ticket, people.POWER, Action.RESOLVE, late, **DONE))
        return read(*given)

    monkeypatch.setattr(queries, "_told_beyond", told)
    found = queries.counts(work, Question(rolling(month_of(late)), frozenset({Measure.HANDLING}), Cut.UNIT))

    assert stopped
    assert found.result("handling_on_time").n == 1


def test_before_the_first_fold_everything_is_beyond_it(session):
    session.execute(delete(StatState))
    a_ticket(session, State.CLOSED)

    assert _raised(session) == 1


def test_the_figures_of_a_leaders_page_are_made_once_for_what_is_equal(session):
    a_ticket(session, State.CLOSED)
    work = work_of(session, people.CHIEF, NOW.replace(hour=17))
    first = leading.leader(work, "")
    assert leading.leader(work, "") is first
    assert leading.leader(work_of(session, people.PRINCIPAL, work.now), "") is first

    a_ticket(session, State.SUBMITTED)
    assert leading.leader(work, "").months[-1][1] == first.months[-1][1] + 1

    name = first.hot[0][0]
    session.execute(update(Category).where(Category.parent_code.is_(None)).values(label="改过的名字"))
    touch(session)
    session.flush()
    known.forget(session)
    again = leading.leader(work, "")
    assert name not in [one[0] for one in again.hot]
    assert leading.leader(work_of(session, people.CHIEF, work.now + timedelta(days=1)), "") is not again
