"""The monthly visit: laid down with one clock a firm, reminded, kept, waived, missed with an alarm, moved by the calendar."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from chainhub.core.errors import Conflict, NotAllowed, NotFound
from chainhub.core.limits import local
from chainhub.core.sweeps import run
from chainhub.core.worktime import Calendar
from chainhub.county import known
from chainhub.county.people.models import GrantRow
from chainhub.county.people.queries import user_by_name
from chainhub.county.state import touch
from chainhub.guides import jobs, queries
from chainhub.guides.models import VisitDuty
from chainhub.guides.rules import Standing
from chainhub.guides.service import duties
from chainhub.notices.models import Notice
from chainhub.reminders import jobs as reminders
from tests import people
from tests.guides.logging import OTHER, clocks, duty, logged
from tests.people import NOW, china, work_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

MARCH = date(2026, 3, 1)


def _laid(session, at=NOW) -> int:
    work = work_of(session, "clock", at)
    ids = jobs.find_unlaid(work, 200)
    jobs.lay(work, ids)
    return len(ids)


def _tick(session, at) -> None:
    work = work_of(session, "clock", at)
    reminders.handle(work, reminders.find(work, 1000))
    jobs.settle(work, jobs.find_passed(work, 1000))


def _told(session, username: str, words: str) -> int:
    user = user_by_name(session, username)
    query = (
        select(func.count()).select_from(Notice).where(Notice.user_id == user.id, Notice.text.contains(words))
    )
    return session.scalar(query)


def test_each_firm_has_one_duty_and_one_clock_a_month(session):
    assert _laid(session) == 3
    assert _laid(session) == 0

    assert session.scalar(select(func.count()).select_from(VisitDuty)) == 77
    one = duty(session)
    (clock,) = clocks(session, one)
    assert one.standing is Standing.DUE
    assert clock.due_at == china(2026, 3, 31, 17, 30)
    assert _laid(session, china(2026, 4, 1, 9)) == 3
    assert clocks(session, duty(session, month=date(2026, 4, 1)))


def test_the_first_round_asks_for_nothing_in_the_last_days_of_a_month(session):
    assert _laid(session, china(2026, 3, 27, 9)) == 3

    assert session.scalar(select(func.count()).select_from(VisitDuty)) == 0
    _laid(session, china(2026, 4, 1, 9))
    assert session.scalar(select(func.count()).select_from(VisitDuty)) == 77


def test_the_guide_is_reminded_5_and_2_workdays_before_and_both_hear_the_alarm(session):
    _laid(session)
    about = "3月走访砚禾齿轮"

    _tick(session, china(2026, 3, 23, 17))
    assert _told(session, people.GUIDE, about) == 0
    _tick(session, china(2026, 3, 24, 8, 30))
    assert _told(session, people.GUIDE, f"{about}还没有记，还有 5 个工作日") == 1
    _tick(session, china(2026, 3, 27, 8, 30))
    assert _told(session, people.GUIDE, f"{about}还没有记，还有 2 个工作日") == 1
    assert _told(session, people.CLERK, about) == 0
    _tick(session, china(2026, 4, 1, 8, 29))
    assert duty(session).standing is Standing.DUE
    _tick(session, china(2026, 4, 1, 8, 30))

    for username in (people.GUIDE, people.CLERK):
        assert _told(session, username, f"{about}过了月底还没有记") == 1, username
    assert _told(session, people.OWNER, about) == 0
    assert duty(session).standing is Standing.MISSED
    assert clocks(session, duty(session)) == []


def test_a_visit_stops_the_clock_and_keeps_the_month(session):
    _laid(session)

    visit = logged(session).visit
    logged(session, key="second")

    one = duty(session)
    assert (one.standing, one.visit_id, one.guide_id) == (Standing.KEPT, visit.id, visit.guide_id)
    assert clocks(session, one) == []
    assert clocks(session, duty(session, OTHER))


def test_a_visit_logged_in_the_first_days_keeps_the_month_before(session):
    _laid(session)
    _tick(session, china(2026, 4, 1, 8, 30))
    assert duty(session).standing is Standing.MISSED

    logged(session, china(2026, 4, 2, 9), on=date(2026, 3, 30))

    assert duty(session).standing is Standing.KEPT


def test_a_firm_needs_no_visit_this_month_and_may_take_that_back(session):
    _laid(session)
    owner = work_of(session, people.OWNER)

    duties.waive(owner, people.FIRM)
    duties.waive(owner, people.FIRM)

    assert duty(session).standing is Standing.WAIVED
    assert clocks(session, duty(session)) == []
    assert _told(session, people.GUIDE, "本月无需走访") == 1
    duties.ask_again(owner, people.FIRM)
    assert duty(session).standing is Standing.DUE
    assert len(clocks(session, duty(session))) == 1
    with pytest.raises(Conflict):
        duties.ask_again(owner, people.FIRM)


def test_a_month_that_was_visited_is_not_waived(session):
    logged(session)

    with pytest.raises(Conflict):
        duties.waive(work_of(session, people.OWNER), people.FIRM)


def test_only_the_firm_waives_and_only_for_itself(session):
    for username in (people.GUIDE, people.CLERK):
        with pytest.raises(NotAllowed):
            duties.waive(work_of(session, username), people.FIRM)
    with pytest.raises(NotFound):
        duties.waive(work_of(session, people.OWNER), OTHER)


def test_a_firm_without_a_guide_is_named_as_a_gap(session):
    _laid(session)
    guide = user_by_name(session, people.GUIDE)
    grant = session.scalars(
        select(GrantRow).where(GrantRow.user_id == guide.id, GrantRow.ref == people.FIRM)
    ).one()
    grant.ended_at = NOW
    touch(session)
    session.flush()
    known.forget(session)
    _laid(session, NOW + timedelta(hours=1))

    clerk = work_of(session, people.CLERK)
    line = queries.months_of(clerk, [people.FIRM], MARCH)[0]
    assert line.standing is Standing.GAP
    counted = queries.coverage(clerk, MARCH)
    assert counted["equipment", None].gap == 1
    assert sum(one.n for one in counted.values()) == 26
    _tick(session, china(2026, 4, 1, 8, 30))
    assert duty(session).standing is Standing.GAP
    assert _told(session, people.CLERK, "3月走访砚禾齿轮过了月底") == 1


def test_a_changed_calendar_moves_the_clock(session):
    _laid(session)
    off = Calendar(worked={date(2026, 3, 31): False}, known_years={2026}, version=99)
    work = replace(work_of(session, "clock"), calendar=off)

    assert len(jobs.find_unlaid(work, 10)) == 3
    jobs.lay(work, jobs.find_unlaid(work, 10))

    (clock,) = clocks(session, duty(session))
    assert local(clock.due_at).date() == date(2026, 3, 30)
    assert len(clocks(session, duty(session), running=False)) == 2
    assert jobs.find_unlaid(work, 10) == []


def test_coverage_is_read_by_committee_leader_and_a_guides_own(session):
    _laid(session)
    logged(session)

    def total(username: str) -> int:
        return sum(one.n for one in queries.coverage(work_of(session, username), MARCH).values())

    assert total(people.CLERK) == 26
    assert total(people.CHIEF) == 26
    assert total(people.PRINCIPAL) == 77
    assert total(people.GUIDE) == 3
    assert total(people.OWNER) == 0
    page = queries.firms(work_of(session, people.CLERK), MARCH, limit=20)
    rest = queries.firms(work_of(session, people.CLERK), MARCH, after=page.after, limit=20)
    codes = [one.enterprise for one in (*page.items, *rest.items)]
    assert len(codes) == len(set(codes)) == 26
    assert people.FIRM in codes[-1:]
    assert rest.after == ""


def test_the_sweeps_find_nothing_twice(session):
    @contextmanager
    def opened():
        yield work_of(session, "clock")

    assert run(jobs.find_unlaid, jobs.lay, opened, name="visits").done == 3
    assert run(jobs.find_unlaid, jobs.lay, opened, name="visits").done == 0


def test_duties_are_laid_where_nothing_was_looked_up_before(session):
    work = work_of(session, "clock")
    session.info.clear()
    touch(session)
    session.flush()

    duties.lay(work, [1, 2, 3])

    assert session.scalar(select(func.count()).select_from(VisitDuty)) == 77
