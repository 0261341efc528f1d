"""What is published stands: whatever happens to its tickets later is an adjustment beside it, and anybody gets the same."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.county.directory.models import Enterprise
from chainhub.statistics import service, stories
from chainhub.statistics.reports import reading
from chainhub.statistics.reports.service import checking, publishing
from chainhub.statistics.reports.terms import MonthlyStage, Period
from chainhub.statistics.terms import Month
from chainhub.tickets.service import importing, requests
from chainhub.tickets.service.importing import Draft
from chainhub.tickets.service.requests import Asked
from chainhub.tickets.terms import Kind, RequestKind, Satisfaction, Urgency
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.builders import a_ticket, move, submitted
from tests.people import china, work_of
from tests.statistics.reports.conftest import CHAIN, MARCH
from tests.statistics.staging import DONE, HAPPY, NOW, UNHAPPY, county

pytestmark = pytest.mark.slow

A, S = Action, State
LATER = NOW + timedelta(days=5)


def _check(session, report, at=LATER):
    return checking.check(work_of(session, people.CLERK, at), report)


def _adjusted(session, report, at=LATER):
    found = checking.adjustments(work_of(session, people.CLERK, at), report)
    return {one.code: (one.frozen, one.now) for one in found.figures}, found


def test_a_published_month_is_computed_anew_from_the_history_and_comes_out_the_same(session, published):
    county(session)
    report = published()

    assert report.stage is MonthlyStage.PUBLISHED
    assert _check(session, report) == checking.Verdict((), ())
    assert _adjusted(session, report)[0] == {}
    said = json.loads(report.content)
    assert said["figures"]["raised"]["month"]["n"] == len(said["counted"]["raised"])


def test_so_it_does_after_everything_that_moves_limits_has_happened_to_it(session, published):
    """A limit that ran broken is paused, corrected and done; what was under review is sent back; all of it after."""
    county(session)
    late = a_ticket(session, S.HANDLING, at=china(2026, 3, 10, 9), kind=Kind.HELP, title="还要会商的")
    under = a_ticket(session, S.RESOLVED, at=china(2026, 3, 11, 9), title="审核中的")
    report = published()
    before = report.content
    at = NOW + timedelta(hours=1)
    move(session, late, people.CLERK, A.RECLASSIFY, at, kind=Kind.PROBLEM, category="land", note="是用地")
    move(
        session,
        late,
        people.CLERK,
        A.CONVENE,
        at + timedelta(hours=1),
        question="怎么办",
        units=[people.POWER_UNIT],
    )
    move(session, late, people.CLERK, A.CONCLUDE, at + timedelta(days=1), minutes="就这么办")
    move(session, late, people.POWER, A.RESOLVE, at + timedelta(days=2), **DONE)
    move(session, under, people.REVIEWER, A.SEND_BACK, at, note="没写清楚")
    move(session, under, people.POWER, A.RESOLVE, at + timedelta(days=3), **DONE)
    service.fold(work_of(session, "clock", LATER), stories.last_line(session))

    assert _check(session, report) == checking.Verdict((), ())
    assert report.content == before
    assert "handling_on_time" in _adjusted(session, report)[0]


def test_at_a_month_border_it_is_the_month_of_shanghai_that_is_frozen(session, published):
    last = submitted(session, china(2026, 3, 31, 23, 50))
    submitted(session, china(2026, 4, 1, 0, 10), title="四月的")
    report = published(china(2026, 4, 2, 9))

    said = json.loads(report.content)
    assert said["counted"]["raised"] == [[last.id, "", 1]]
    assert _check(session, report).equal


def test_what_is_reopened_after_publishing_is_an_adjustment_and_the_frozen_figure_stands(session, published):
    ticket = a_ticket(session, S.CONFIRMED, at=china(2026, 3, 30, 9))
    report = published()
    move(session, ticket, people.OWNER, A.REOPEN, NOW + timedelta(hours=1), **UNHAPPY)

    adjusted, found = _adjusted(session, report)

    assert adjusted["reopened"] == ("0/1", "1/1")
    assert adjusted.keys() == {
        "reopened",
        "last_contacted",
        "last_solved",
        "last_satisfied",
    }  # now said in April
    assert [one.ticket for one in found.tickets] == [ticket.id]
    assert [label for _, label in found.tickets[0].deeds] == ["重办"]
    assert json.loads(report.content)["figures"]["reopened"]["month"]["share"] == "0/1"
    assert _check(session, report).equal


def test_what_is_merged_later_is_one_less_beside_the_frozen_count(session, published):
    kept, other = (submitted(session, china(2026, 3, 30, 9), title=title) for title in ("并入的", "一样的"))
    report = published()
    move(session, other, people.CLERK, A.MERGE, NOW + timedelta(hours=1), into=kept.number)

    adjusted, _ = _adjusted(session, report)

    assert adjusted["raised"] == ("2", "1")
    assert "merged" not in adjusted  # it ended in April
    assert _check(session, report).equal


def test_what_is_excluded_later_leaves_the_rates_beside_and_not_in_the_frozen_month(session, published):
    ticket = a_ticket(session, S.HANDLING, at=china(2026, 3, 10, 9), kind=Kind.HELP)
    report = published()
    at = NOW + timedelta(hours=1)
    asked = requests.ask(
        work_of(session, people.POWER, at),
        ticket.number,
        Asked(RequestKind.EXCLUSION, "洪水断路，去不了现场"),
    )
    requests.decide(work_of(session, people.CHIEF, at), asked.id, approve=True)

    adjusted, found = _adjusted(session, report)

    assert adjusted["handling_on_time"] == ("0/1", "—")
    assert [one.ticket for one in found.tickets] == [ticket.id]
    assert _check(session, report).equal


def test_a_late_call_back_counts_in_its_own_month_and_adjusts_nothing(session, published):
    ticket = a_ticket(session, S.REVIEWED, at=china(2026, 3, 30, 9))
    report = published(china(2026, 4, 2, 9))
    called = china(2026, 4, 15, 10)
    move(session, ticket, people.CALLER, A.CONFIRM, called, **HAPPY, satisfaction=Satisfaction.SATISFIED)

    assert _adjusted(session, report)[0] == {}
    assert _check(session, report).equal
    april = published(china(2026, 5, 6, 9), Month(2026, 4))
    assert json.loads(april.content)["figures"]["satisfied"]["month"]["share"] == "1/1"


def _brought(session, at) -> int:
    """A ledger with one matter that it says was finished in March; the id of the import."""
    work = work_of(session, people.CLERK, at)
    firm = session.scalars(select(Enterprise).where(Enterprise.chain_code == CHAIN)).first()
    draft = Draft(
        row=2,
        enterprise=firm.code,
        enterprise_name=firm.name,
        chain=CHAIN,
        title="增容没有回音",
        content="车间扩建要增容，申请交了没有回音。",
        category=None,
        kind=Kind.HELP,
        urgency=Urgency.NORMAL,
        contact_person="陶见禾",
        contact_phone="",
        number="",
        original_number="2026-0102",
        raised_at=china(2026, 2, 25, 9),
        lead_unit=people.POWER_UNIT,
        outcome=None,
        resolved_at=china(2026, 3, 20, 9),
        closed_at=china(2026, 3, 23, 9),
        kept={},
    )
    import_id = importing.begin(work, "台账.xlsx", "0" * 64, 0)
    importing.store(work, import_id, [draft])
    session.flush()
    return import_id


def test_what_an_import_brought_and_is_taken_back_later_comes_out_the_same_and_is_an_adjustment(
    session, published
):
    """What the ledger said of its end stands in the history, not in the ticket alone, which forgets it."""
    brought = _brought(session, NOW - timedelta(hours=2))
    report = published()
    assert json.loads(report.content)["figures"]["closed"]["month"]["n"] == 1

    assert (
        importing.take_back(work_of(session, people.CLERK, NOW + timedelta(hours=1)), brought, 10).total()
        == 1
    )
    session.flush()

    assert _check(session, report) == checking.Verdict((), ())
    assert _adjusted(session, report)[0]["closed"] == ("1", "0")


def test_a_published_month_never_changes_and_a_correction_is_a_new_edition_that_names_the_old(
    session, published
):
    county(session)
    first = published()
    clerk = work_of(session, people.CLERK, LATER)

    with pytest.raises(Conflict):
        publishing.write(clerk, first.id, first.version, {"overall": "改一改"})
    with pytest.raises(Conflict):
        publishing.publish(clerk, first.id, first.version)
    with pytest.raises(Invalid):
        publishing.draft(clerk, first.period)
    second = published(LATER, why="漏了一件补录的")

    assert (second.edition, second.replaces_id) == (2, first.id)
    assert json.loads(second.content)["replaces"] == first.hash
    with pytest.raises(Conflict, match="更正的新版"):
        publishing.sign(work_of(session, people.CHIEF, LATER), first.id, first.version)


def test_a_month_that_is_not_over_is_not_published(session):
    with pytest.raises(Invalid):
        publishing.draft(work_of(session, people.CLERK, NOW), Period(Month(2026, 4), CHAIN))


def test_it_is_signed_by_another_person_and_only_then_a_bulletin_with_a_number(session, published):
    report = published()
    chief = work_of(session, people.CHIEF, LATER)
    assert reading.title(chief, report).endswith("月报")

    publishing.sign(chief, report.id, report.version)

    assert report.stage is MonthlyStage.SIGNED
    assert report.number == "2026-0001"
    assert "郑怀谷" in report.signed_by
    assert reading.title(chief, report).endswith("通报")
    with pytest.raises(Conflict):
        publishing.sign(chief, report.id, report.version)
    assert _check(session, report).equal


def test_who_publishes_for_a_leader_that_is_away_does_not_sign_in_his_place(session):
    """One who stands in for the leader and published it himself is one hand."""
    from dataclasses import replace

    from chainhub.core.actor import Grant, Role, ScopeKind

    clerk = work_of(session, people.CLERK, NOW)
    report = publishing.draft(clerk, Period(MARCH, CHAIN))
    publishing.publish(clerk, report.id, report.version)
    lent = Grant(Role.LEADER, ScopeKind.CHAIN, CHAIN, lent_by="郑怀谷", lent_by_id=1)
    both = replace(clerk, actor=replace(clerk.actor, grants=(*clerk.actor.grants, lent)))

    with pytest.raises(Conflict, match="两个人"):
        publishing.sign(both, report.id, report.version)


@pytest.mark.parametrize(
    ("username", "refusal"),
    [
        (people.DISPATCHER, NotAllowed),
        (people.CHIEF, NotAllowed),
        (people.POWER, NotFound),
        (people.OWNER, NotAllowed),
        ("dw_textile", NotFound),
    ],
)
def test_who_may_not_draft_a_chains_month_is_refused(session, username, refusal):
    with pytest.raises((refusal, NotAllowed)):
        publishing.draft(work_of(session, username, NOW), Period(MARCH, CHAIN))


def test_the_countys_month_is_its_offices_and_is_signed_by_its_principal(session):
    office = work_of(session, people.LIAISON, NOW)
    report = publishing.draft(office, Period(MARCH))
    publishing.publish(office, report.id, report.version)

    with pytest.raises(NotFound):  # a chain's own leader reads his chain
        publishing.sign(work_of(session, people.CHIEF, NOW), report.id, report.version)
    with pytest.raises(NotAllowed):
        publishing.sign(office, report.id, report.version)
    publishing.sign(work_of(session, people.PRINCIPAL, NOW), report.id, report.version)
    assert report.stage is MonthlyStage.SIGNED
