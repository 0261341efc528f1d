"""Guides and assignments as rows: the grant goes with the assignment, history stays, each is told once."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from chainhub.assignments import jobs, proposal_queries, queries
from chainhub.assignments.kinds import GUIDE
from chainhub.assignments.models import Assignment, Guide, ProposalPair
from chainhub.assignments.service import assigning, proposing, registering
from chainhub.assignments.service.assigning import New
from chainhub.assignments.terms import EndReason, ProposalState, Side, StartReason, Tie
from chainhub.core.actor import Role
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.county import known
from chainhub.county.people.models import GrantRow
from chainhub.county.people.service import leaving as leave_service
from chainhub.notices.models import Notice
from tests import people
from tests.assignments.staging import CHAIN, id_of, running, settled
from tests.people import NOW, work_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

OTHER = "g_lu_zhiyao"


@pytest.fixture
def clerk(session):
    settled(session)
    return work_of(session, people.CLERK)


def _sees(session, username: str, code: str = people.FIRM) -> bool:
    return people.actor(session, username).holds(Role.GUIDE, enterprise=code)


def _username(session, id_: int) -> str:
    from chainhub.county.people.models import User

    return session.get_one(User, id_).username


def test_what_the_grants_say_is_taken_in_once_and_every_enterprise_has_one_lead(session):
    work = work_of(session, "clock")

    assert assigning.settle(work) == 77
    assert assigning.settle(work) == 0
    leads = session.execute(
        select(Assignment.enterprise_code, func.count())
        .where(Assignment.lead)
        .group_by(Assignment.enterprise_code)
    ).all()
    assert len(leads) == 77
    assert {number for _, number in leads} == {1}
    assert running(session).until_on == date(NOW.year + 2, NOW.month, NOW.day)


def test_a_grant_that_somebody_ends_ends_the_assignment(session, clerk):
    row = running(session)
    session.get_one(GrantRow, row.grant_id).ended_at = NOW
    session.flush()

    assigning.settle(clerk)

    assert (row.ended_on, row.end_reason) == (NOW.date(), EndReason.WITHDRAWN)


def test_who_begins_sees_the_enterprise_and_who_ends_no_longer(session, clerk):
    row = running(session)
    before = _username(session, row.user_id)
    new = session.scalars(
        select(Guide.user_id).where(Guide.user_id != row.user_id).order_by(Guide.user_id).limit(1)
    ).one()
    with pytest.raises(Conflict, match="已经有一名牵头的指导员"):
        assigning.begin(clerk, New(GUIDE, people.FIRM, new))

    assigning.end_by_hand(clerk, row.id, EndReason.WISH, "双方商量好了")
    made = assigning.begin(clerk, New(GUIDE, people.FIRM, new))

    assert not _sees(session, before)
    assert _sees(session, _username(session, new))
    assert (row.end_reason, row.end_note) == (EndReason.WISH, "双方商量好了")
    assert made.until_on == date(NOW.year + 2, NOW.month, NOW.day)
    told = session.scalars(select(Notice.key).where(Notice.key.like("assignment:%"))).all()
    assert sorted(told) == sorted(
        [f"assignment:{row.id}:end", f"assignment:{made.id}:guide", f"assignment:{made.id}:firm"]
    )
    with pytest.raises(Conflict, match="历史不改"):
        assigning.end(clerk, row.id, EndReason.WISH)


def test_who_may_not(session, clerk):
    row = running(session)
    for who in (people.DISPATCHER, people.CHIEF, people.PRINCIPAL):
        with pytest.raises(NotAllowed):
            assigning.end(work_of(session, who), row.id, EndReason.WISH)
        with pytest.raises(NotAllowed):
            proposing.propose(work_of(session, who))
        with pytest.raises(NotAllowed):
            registering.save_guide(work_of(session, who), row.user_id, registering.Profile())
    for who in (people.OWNER, people.GUIDE, "dw_textile"):
        with pytest.raises(NotFound):
            assigning.end(work_of(session, who), row.id, EndReason.WISH)
    with pytest.raises(NotAllowed):
        proposing.propose(clerk, ["textile"])


def test_both_scenarios_are_made_and_nothing_changes_before_one_is_confirmed(session, clerk):
    before = {row.id: row.ended_on for row in session.scalars(select(Assignment))}

    first, second = proposing.propose(clerk)

    assert (first.profile, second.profile) == tuple(type(first.profile))
    assert proposal_queries.twin(session, first) is second
    assert proposal_queries.twin(session, second) is first
    assert proposal_queries.counts(session, first)[:2] == (26, 0)
    assert {row.id: row.ended_on for row in session.scalars(select(Assignment))} == before
    again, _ = proposing.propose(clerk)
    assert (first.stage, second.stage, again.stage) == (
        ProposalState.DROPPED,
        ProposalState.DROPPED,
        ProposalState.OPEN,
    )


def test_a_conflict_is_put_right_by_a_proposal_and_a_waiver_keeps_the_pair(session, clerk):
    row = running(session)
    unit = people.actor(session, _username(session, row.user_id)).unit_code
    made = registering.add_conflict(clerk, unit, people.FIRM, "发它的许可")

    first, _ = proposing.propose(clerk)
    changed = proposal_queries.pairs(session, first, changed=True)

    assert [one.enterprise_code for one in changed] == [people.FIRM]
    assert changed[0].tags[0] == "回避"
    assert proposing.confirm(clerk, first.id, first.version) == 1
    assert row.end_reason is EndReason.CONFLICT
    assert running(session).start_reason is StartReason.PROPOSAL
    assert first.stage is ProposalState.CONFIRMED
    with pytest.raises(Invalid):
        registering.waive(clerk, made.id, " ")
    registering.waive(clerk, made.id, "只有他懂这一行，已向企业说明")
    facts = proposal_queries.facts(clerk, [CHAIN])
    assert (unit, people.FIRM) not in facts.conflicts


def test_a_locked_pair_stays_in_the_next_run_and_is_let_go_once_confirmed(session, clerk):
    first, _ = proposing.propose(clerk)
    other = session.scalars(
        select(Guide.user_id).where(Guide.user_id != running(session).user_id).limit(1)
    ).one()
    registering.tie(clerk, people.FIRM, other, Tie.PIN, "")

    again, _ = proposing.propose(clerk)
    pair = session.get_one(ProposalPair, (again.id, people.FIRM))
    assert pair.user_id == other

    proposing.lock(clerk, again.id, people.FIRM, on=False)
    assert proposal_queries.facts(clerk, [CHAIN]).pins == {}
    proposing.lock(clerk, again.id, people.FIRM)
    proposing.confirm(clerk, again.id, None, [people.FIRM])
    assert proposal_queries.facts(clerk, [CHAIN]).pins == {}
    assert running(session).user_id == other
    with pytest.raises(Conflict):
        proposing.lock(clerk, first.id, people.FIRM)


def test_what_has_changed_since_is_refused(session, clerk):
    row = running(session)
    registering.tie(clerk, people.FIRM, row.user_id, Tie.BAN, "")
    first, _ = proposing.propose(clerk)
    assigning.end_by_hand(clerk, row.id, EndReason.WISH, "商定")

    with pytest.raises(Conflict, match="重新推算"):
        proposing.confirm(clerk, first.id, first.version)
    with pytest.raises(Conflict):
        proposing.confirm(clerk, first.id, first.version + 1)


def test_a_part_that_would_break_a_hard_rule_alone_is_refused(session, clerk):
    row = running(session)
    guide = session.scalars(
        select(Guide).where(Guide.user_id != row.user_id).order_by(Guide.user_id).limit(1)
    ).one()
    registering.tie(clerk, people.FIRM, guide.user_id, Tie.PIN, "")
    first, _ = proposing.propose(clerk)
    guide.capacity = 0
    session.flush()

    with pytest.raises(Conflict, match=r"现在不能带企业|最多带"):
        proposing.confirm(clerk, first.id, first.version, [people.FIRM])


def test_a_term_that_is_over_is_renewed_with_a_new_row(session, clerk):
    row = running(session)
    row.until_on = NOW.date()
    session.flush()

    first, _ = proposing.propose(clerk)
    proposing.confirm(clerk, first.id, first.version, [people.FIRM])

    new = running(session)
    assert new.id != row.id
    assert row.end_reason in {EndReason.RENEWED, EndReason.EXPIRED}
    assert new.until_on > NOW.date() + timedelta(days=700)


def test_less_for_some_time_is_taken_off_until_the_day_of_return(session, clerk):
    id_ = running(session).user_id
    back = NOW.date() + timedelta(days=30)
    made = registering.reduce(clerk, id_, 5, "脱产学习", (NOW.date(), back))

    guide = next(one for one in proposal_queries.facts(clerk, [CHAIN]).guides if one.id == id_)
    assert guide.capacity == 0
    assert "脱产学习，到" in guide.why_less
    later = replace(clerk, now=NOW + timedelta(days=30))
    assert next(one for one in proposal_queries.facts(later, [CHAIN]).guides if one.id == id_).capacity > 0
    registering.cancel_reduction(clerk, made.id)
    with pytest.raises(Conflict):
        registering.cancel_reduction(clerk, made.id)


def test_wishes_of_both_sides_are_set_by_themselves(session, clerk):
    guide = id_of(session, people.GUIDE)
    registering.wish_of_firm(work_of(session, people.OWNER), people.FIRM, [guide])
    registering.wish_of_guide(work_of(session, people.GUIDE), guide, [people.FIRM])

    facts = proposal_queries.facts(clerk, [CHAIN])
    assert next(one for one in facts.firms if one.code == people.FIRM).wishes == (guide,)
    assert next(one for one in facts.guides if one.id == guide).wishes == (people.FIRM,)
    with pytest.raises(NotFound):
        registering.wish_of_firm(work_of(session, people.STRANGER), people.FIRM, [guide])
    with pytest.raises(Invalid):
        registering.wish_of_firm(work_of(session, people.OWNER), people.FIRM, [guide, guide])
    assert Side.FIRM.label == "企业"


def test_two_leads_at_once_are_stopped_by_the_database_too(session, clerk):
    from sqlalchemy.exc import IntegrityError

    row = running(session)
    session.add(
        Assignment(
            kind=GUIDE,
            enterprise_code=people.FIRM,
            user_id=row.user_id,
            started_on=NOW.date(),
            start_reason=StartReason.BY_HAND,
            started_by="x",
        )
    )
    with pytest.raises(IntegrityError), session.begin_nested():
        session.flush()


def test_a_county_reads_its_grants_at_once_after_a_confirmation(session, clerk):
    row = running(session)
    assigning.end(clerk, row.id, EndReason.LEFT)
    session.commit()
    known.forget(session)

    held = known.of(session).holders.ids(Role.GUIDE, queries.ScopeKind.ENTERPRISE, people.FIRM)
    assert held == frozenset()


def test_who_stands_in_during_a_leave_sees_the_enterprises_meanwhile(session, clerk):
    today = NOW.date()
    span = leave_service.Span(today, today + timedelta(days=5))
    away, other = _username(session, running(session).user_id), people.TRANSPORT
    leave_service.record(work_of(session, away), away, other, span)
    session.commit()
    known.forget(session)

    there = known.standing_in(session, people.actor(session, other), NOW)
    later = known.standing_in(session, people.actor(session, other), NOW + timedelta(days=6))

    assert there.holds(Role.GUIDE, enterprise=people.FIRM)
    assert not later.holds(Role.GUIDE, enterprise=people.FIRM)


def test_a_term_that_ends_is_said_before_and_when_it_is_over_and_each_once(session, clerk):
    row = running(session)
    clock = work_of(session, "clock")
    row.until_on = NOW.date() + timedelta(days=59)
    session.flush()

    assert jobs.find_ending(clock, 10) == [row.id]
    jobs.tell_ending(clock, [row.id])
    assert jobs.find_ending(clock, 10) == []
    over = replace(clock, now=NOW + timedelta(days=59))
    jobs.tell_ending(over, jobs.find_ending(over, 10))
    assert jobs.find_ending(over, 10) == []
    told = session.scalars(
        select(Notice.key).where(Notice.key.like(f"assignment:{row.id}:%"), Notice.user_id == row.user_id)
    ).all()
    assert sorted(told) == [f"assignment:{row.id}:over", f"assignment:{row.id}:soon"]


def test_the_clock_lets_assignments_follow_the_grants(session):
    clock = work_of(session, "clock")
    found = jobs.find_unsettled(clock, 200)
    assert len(found) == 77

    jobs.settle(clock, found)

    assert jobs.find_unsettled(clock, 200) == []
