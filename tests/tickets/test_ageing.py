"""How long something is overdue: in workdays, over days off and worked weekends; each age opens its list."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainhub.core import clock
from chainhub.core.worktime import Calendar
from chainhub.statistics import leading
from chainhub.tickets import ageing, desk
from chainhub.tickets.service import instructions
from chainhub.tickets.terms import Kind
from chainhub.tickets.workflow import State
from tests import people
from tests.api.calling import given as answered
from tests.api.conftest import caller  # noqa: F401  # a fixture
from tests.builders import SOON, a_ticket
from tests.core.test_worktime import WORKED
from tests.people import china, work_of
from tests.web_client import said

pytestmark = pytest.mark.slow

NOW = china(2026, 4, 16, 15)
AGES = {"逾期 10 个工作日以上": 1, "逾期 6—10 个工作日": 1, "逾期 5 个工作日以内": 2}


@given(st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.integers(1, 12))
def test_the_earliest_day_is_the_earliest(day, days):
    calendar = Calendar(worked=WORKED, known_years={2026})

    found = ageing.since(calendar, day, days)

    assert calendar.workdays_between(found, day) <= days
    assert calendar.workdays_between(found - timedelta(days=1), day) > days


@pytest.fixture
def late(session, monkeypatch):
    """5 workdays from 10 March: due 17 March, 20 workdays ago; the others on 7, 13 and 15 April."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    for begun in (china(2026, 3, 10, 9), china(2026, 3, 31, 9), china(2026, 4, 3, 9), china(2026, 4, 8, 9)):
        a_ticket(session, State.HANDLING, at=begun, kind=Kind.HELP)
    session.commit()


@pytest.mark.usefixtures("late")
def test_a_leader_reads_for_how_long_and_opens_each(session, as_, caller):  # noqa: F811
    page = desk.leader(work_of(session, people.CHIEF, NOW), "全县")
    rows = {words: (int(number), url) for _, words, number, url in page.ages}
    late = {words: number for words, (number, _) in rows.items() if words.startswith("逾期")}

    assert late == AGES
    for words in AGES:
        number, url = rows[words]
        assert f"{number} 件" in said(as_(people.CHIEF).get(url)), words
        found = answered(caller(people.CHIEF).get(url.replace("&order=due", "")))
        assert len(found["items"]) == number
    assert sum(late.values()) == int(page.figures[0].number)


@pytest.mark.usefixtures("late")
def test_what_stands_open_now_is_the_end_of_the_line_of_what_was_open(session):
    work = work_of(session, people.PRINCIPAL, NOW)

    figures = leading.leader(work, "")

    assert [one.open for one in figures.backlog][-2:] == [2, 4]
    assert [one.entered for one in figures.backlog][-2:] == [2, 2]
    assert desk.leader(work, "全县").stages_line == f"没办完的 {figures.backlog[-1].open} 件"
    assert figures.backlog_line == "现在没办完的 4 件，12 个月前 0 件"


def test_a_leader_reads_which_words_wait_for_an_answer(session):
    at = china(2026, 3, 2, 10)
    ticket = a_ticket(session, State.HANDLING)
    word = instructions.Word("请周五前办好。", people.POWER_UNIT, SOON)
    instructions.give(work_of(session, people.CHIEF, at), ticket.number, word)

    figure = desk.leader(work_of(session, people.CHIEF, at), "全县").figures[2]
    assert (figure.label, figure.number, figure.url) == ("批示待答复", "1", "/mine/instructions")
    assert figure.line == "都没过要答复的日子"
    later = desk.leader(work_of(session, people.CHIEF, china(2026, 3, 24, 9)), "全县").figures[2]
    assert (later.line, later.light) == ("1 件过了要答复的日子", "red")
    assert desk.leader(work_of(session, people.PRINCIPAL, at), "全县").figures[2].number == "0"
