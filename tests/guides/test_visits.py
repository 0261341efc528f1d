"""Visits: logged once, read by whom they concern, corrected with history, their problems are tickets."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.guides import presenting, queries
from chainhub.guides.models import GuideVisit, VisitChange
from chainhub.guides.service import visiting
from chainhub.tickets.terms import Channel
from tests import people
from tests.guides.logging import logged, told
from tests.people import NOW, china, work_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite


def _seen(session, username: str) -> list[int]:
    return [one.id for one in queries.visits(work_of(session, username)).items]


def test_a_visit_is_logged_once_however_often_it_is_sent(session):
    first = logged(session)
    second = logged(session)

    assert first.new
    assert not second.new
    assert second.visit.id == first.visit.id
    assert session.scalar(select(func.count()).select_from(GuideVisit)) == 1
    assert logged(session, key="k2").new


def test_a_visit_is_seen_by_guide_committee_leader_and_the_firm_alone(session):
    visit = logged(session).visit

    for username in (people.GUIDE, people.OWNER, people.CLERK, people.CHIEF, people.PRINCIPAL):
        assert _seen(session, username) == [visit.id], username
        queries.own(work_of(session, username), visit.id)
    for username in (
        people.STRANGER,
        "dw_textile",
        people.POWER,
        people.DISPATCHER,
        people.CALLER,
        "g_wen_yicheng",
    ):
        assert _seen(session, username) == [], username
        with pytest.raises(NotFound):
            queries.own(work_of(session, username), visit.id)


def test_the_firm_reads_no_internal_note(session):
    visit = logged(session).visit

    def note(username: str) -> str:
        return presenting.visits(work_of(session, username), [visit])[0].note

    assert note(people.OWNER) == ""
    assert note(people.GUIDE) == note(people.CLERK) == note(people.CHIEF) == "车间主任想换岗"


@pytest.mark.parametrize("username", [people.OWNER, people.CLERK, people.CHIEF, people.POWER])
def test_nobody_but_a_guide_logs_visits(session, username):
    with pytest.raises(NotAllowed):
        visiting.log(work_of(session, username), told())


def test_a_guide_logs_visits_of_the_firms_in_care_alone(session):
    with pytest.raises(Invalid) as refusal:
        visiting.log(work_of(session, people.GUIDE), told(enterprise="e_suwei_fangzhi"))

    assert list(refusal.value.errors) == ["enterprise"]


def test_a_problem_becomes_a_ticket_of_the_firm_linked_both_ways(session):
    found = logged(session, problem="厂门口的路坏了三个月，车进不来。")

    ticket = found.ticket
    assert ticket.channel is Channel.VISIT
    assert ticket.enterprise_code == people.FIRM
    assert (ticket.origin_kind, ticket.origin_ref) == ("visit", str(found.visit.id))
    again = visiting.raise_problem(work_of(session, people.GUIDE), found.visit.id, "中午充电要排队。")
    owner = work_of(session, people.OWNER)
    raised = queries.raised(owner, [found.visit.id])[found.visit.id]
    assert [one.id for one in raised] == [ticket.id, again.id]


@pytest.mark.parametrize("username", [people.OWNER, people.CLERK, people.CHIEF])
def test_nobody_else_raises_a_problem_on_a_visit(session, username):
    visit = logged(session).visit

    with pytest.raises(NotAllowed):
        visiting.raise_problem(work_of(session, username), visit.id, "路坏了。")


def test_a_correction_keeps_what_stood_there(session):
    visit = logged(session).visit
    changed = told(met="陶厂长、李主任", policies=())

    visiting.correct(work_of(session, people.GUIDE), visit.id, visit.version, changed, "漏了一位")

    row = session.scalars(select(VisitChange)).one()
    assert row.before == {"met": "陶厂长", "policies": "技术改造补贴办法（汶政发〔2026〕3号）"}
    assert row.after == {"met": "陶厂长、李主任", "policies": ""}
    assert row.why == "漏了一位"
    assert queries.policies(session, [visit.id]).get(visit.id) is None
    with pytest.raises(Conflict):
        visiting.correct(work_of(session, people.GUIDE), visit.id, visit.version - 1, told(), "又改")


def test_a_visit_is_corrected_by_its_author_within_the_month(session):
    visit = logged(session).visit

    with pytest.raises(NotAllowed):
        visiting.correct(work_of(session, people.CLERK), visit.id, visit.version, told(), "改")
    late = work_of(session, people.GUIDE, china(2026, 4, 1, 9))
    with pytest.raises(Conflict):
        visiting.correct(late, visit.id, visit.version, told(), "改")
    other = told(on=NOW.date() - timedelta(days=20))
    with pytest.raises(Invalid) as refusal:
        visiting.correct(work_of(session, people.GUIDE), visit.id, visit.version, other, "")
    assert set(refusal.value.errors) == {"on", "why"}


def test_lists_come_by_page(session):
    ids = [logged(session, key=str(place)).visit.id for place in range(5)]
    work = work_of(session, people.CLERK)

    first = queries.visits(work, limit=2)
    second = queries.visits(work, before=first.after, limit=2)
    third = queries.visits(work, before=second.after, limit=2)

    assert [one.id for page in (first, second, third) for one in page.items] == ids[::-1]
    assert third.after is None
