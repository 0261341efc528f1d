"""Confirming asks no question for each pair; the term's notice follows the county's limit; an import settles once."""

from datetime import timedelta

import pytest
from sqlalchemy import event, func, select

from chainhub.assignments import proposal_queries, queries
from chainhub.assignments.models import Assignment, Guide, Proposal, ProposalPair
from chainhub.assignments.service import assigning, proposing, watching
from chainhub.assignments.terms import EndReason, ProposalState, StartReason
from chainhub.audit.models import AuditEntry
from chainhub.core.actor import Role
from chainhub.core.errors import Conflict
from chainhub.county import known, state
from chainhub.county.people.models import GrantRow, User
from chainhub.county.rulebook.models import TimeLimit
from chainhub.notices.models import Notice
from tests import people
from tests.assignments.staging import CHAIN, settled
from tests.people import NOW, work_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite


def _all_moved(session, only: int) -> tuple[Proposal, list[ProposalPair]]:
    """A proposal of this chain by which so many enterprises go to another guide, and the others stay."""
    clerk = work_of(session, people.CLERK)
    found, _ = proposing.propose(clerk, (CHAIN,))
    pairs = list(proposal_queries.pairs(session, found))
    taken = {one.user_id for one in pairs} | set(session.scalars(select(Assignment.user_id)))
    free = [id_ for id_ in session.scalars(select(User.id).order_by(User.id)) if id_ not in taken]
    free = [id_ for id_ in free if _may_guide(session, id_)][:only]
    for id_ in free:
        session.add(Guide(user_id=id_, since_on=NOW.date(), industries=[CHAIN]))
    session.flush()
    for one, id_ in zip(pairs, free, strict=False):
        one.user_id, one.changed = id_, True
    session.flush()
    return found, pairs[: len(free)]


def _may_guide(session, id_: int) -> bool:
    roles = set(session.scalars(select(GrantRow.role).where(GrantRow.user_id == id_)))
    return bool(roles) and roles <= {Role.ENTERPRISE, Role.DEPARTMENT}


def _statements(session, moved: int) -> int:
    """How many statements beside new rows it takes to confirm a proposal that moves so many pairs."""
    found, pairs = _all_moved(session, moved)
    assert len(pairs) == moved
    clerk, count = work_of(session, people.CLERK), []
    session.flush()

    def _count(_connection, _cursor, statement, *_given):
        if not statement.startswith(
            "INSERT"
        ):  # what is kept of each pair is written, and nothing is asked for it
            count.append(statement)

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", _count)
    try:
        assert proposing.confirm(clerk, found.id, None) == moved
    finally:
        event.remove(connection, "before_cursor_execute", _count)
    return len(count)


def test_confirming_many_pairs_asks_no_more_than_confirming_two(session):
    settled(session)
    savepoint = session.begin_nested()
    few = _statements(session, 2)
    savepoint.rollback()
    session.expire_all()
    known.forget(session)

    many = _statements(session, 12)

    assert many <= few + 2  # one more batch here and there, and none for each pair


def test_what_is_carried_out_leaves_all_that_one_by_one_left(session):
    settled(session)
    found, pairs = _all_moved(session, 3)
    before = {one.enterprise_code: one.before_id for one in pairs}

    proposing.confirm(work_of(session, people.CLERK), found.id, None)

    assert found.stage is ProposalState.CONFIRMED
    for one in pairs:
        new = session.scalars(
            select(Assignment).where(
                Assignment.enterprise_code == one.enterprise_code, Assignment.ended_on.is_(None)
            )
        ).one()
        old = session.scalars(
            select(Assignment).where(
                Assignment.enterprise_code == one.enterprise_code,
                Assignment.user_id == before[one.enterprise_code],
            )
        ).one()
        assert (new.user_id, new.start_reason, new.proposal_id) == (
            one.user_id,
            StartReason.PROPOSAL,
            found.id,
        )
        assert (old.ended_on, old.end_reason) == (NOW.date(), EndReason.CHANGED)
        assert session.get_one(GrantRow, old.grant_id).ended_at == NOW
        assert session.get_one(GrantRow, new.grant_id).ended_at is None
        keys = set(session.scalars(select(Notice.key).where(Notice.key.like("assignment:%"))))
        assert {f"assignment:{old.id}:end", f"assignment:{new.id}:guide"} <= keys
    deeds = session.execute(select(AuditEntry.action, func.count()).group_by(AuditEntry.action)).all()
    counted = {row[0]: row[1] for row in deeds}
    assert counted["begin_assignment"] == counted["end_assignment"] == 3
    assert counted["add_grant"] == counted["end_grant"] == 3


def test_a_closed_account_refuses_the_whole(session):
    settled(session)
    found, pairs = _all_moved(session, 2)
    session.get_one(User, pairs[0].user_id).is_active = False
    session.flush()

    with pytest.raises(Conflict):
        proposing.confirm(work_of(session, people.CLERK), found.id, None)


@pytest.mark.parametrize(("code", "days"), [("43200w", 30), ("129600w", 90), ("10d", 14)])
def test_how_long_before_its_end_a_term_is_said_stands_in_the_table_of_limits(session, code, days):
    settled(session)
    assert queries.soon_days(work_of(session, "clock")) == queries.SOON_DAYS
    session.add(TimeLimit(clock="guide_term", matter="any", urgency="normal", code=code, from_at=NOW))
    state.touch(session)
    session.flush()
    known.forget(session)
    row = session.scalars(select(Assignment).limit(1)).one()
    row.until_on = NOW.date() + timedelta(days=days)
    session.flush()
    work = work_of(session, "clock")

    assert queries.soon_days(work) == days
    assert row.id in watching.ending(work, 100)
    row.until_on += timedelta(days=1)
    session.flush()
    assert row.id not in watching.ending(work, 100)


def test_what_the_grants_say_is_taken_in_before_the_first_row(session):
    from chainhub.operations.rolls import _Assignments

    roll = _Assignments()

    roll.begin(work_of(session, "clock"))

    assert assigning.settle(work_of(session, "clock")) == 0
    assert session.scalar(select(func.count()).select_from(Assignment)) == 77
