"""Grants at the level of the service: whose work they are, what excludes what."""

import pytest
from sqlalchemy import select

from chainhub.audit.models import AuditEntry
from chainhub.core.actor import Grant, Post, Role, ScopeKind
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.county import known
from chainhub.county.people import queries, service
from chainhub.county.people.models import GrantRow
from tests.people import EVERYBODY, POWER, POWER_UNIT, TRANSPORT_UNIT, actor, work_of

SYSADMIN, SECADMIN, AUDITOR = "xitong", "anquan", "shenji"
TRANSPORT = Grant(Role.DEPARTMENT, ScopeKind.UNIT, TRANSPORT_UNIT, Post.CONTACT)


def _user(session, username):
    return queries.user_by_name(session, username)


def _grant_of(session, username):
    user = _user(session, username)
    return session.scalars(select(GrantRow).where(GrantRow.user_id == user.id)).first()


def _add(session, username, grant, by=SECADMIN):
    return service.add_grant(work_of(session, by), _user(session, username), grant)


def test_a_grant_holds_from_the_next_request_on(session):
    before = known.of(session)

    _add(session, POWER, TRANSPORT)

    known.forget(session)
    assert TRANSPORT in actor(session, POWER).grants
    assert known.of(session).stamp != before.stamp
    assert _user(session, POWER).id in known.of(session).holders.ids(
        Role.DEPARTMENT, ScopeKind.UNIT, TRANSPORT_UNIT
    )
    entry = session.scalars(select(AuditEntry)).one()
    assert (entry.who, entry.action) == (SECADMIN, "add_grant")
    assert entry.data == {"role": "department", "scope": "unit:transport", "post": "contact"}


def test_an_ended_grant_stays_as_history(session):
    row = _grant_of(session, POWER)

    service.end_grant(work_of(session, SECADMIN), row.id)

    assert row.ended_at is not None
    assert actor(session, POWER).grants == ()
    with pytest.raises(Conflict):
        service.end_grant(work_of(session, SECADMIN), row.id)
    assert row.id in {one.id for one in queries.grants(session, q=POWER)}
    assert row.id not in {one.id for one in queries.grants(session, limit=1000)}


@pytest.mark.parametrize("username", [one for one in EVERYBODY if one != SECADMIN])
def test_grants_are_the_security_administrators_alone(session, username):
    with pytest.raises(NotAllowed):
        _add(session, "q_chunyu_shengwu", TRANSPORT, by=username)
    with pytest.raises(NotAllowed):
        service.end_grant(work_of(session, username), _grant_of(session, POWER).id)


def test_nobody_touches_ones_own_grants(session):
    with pytest.raises(NotAllowed):
        _add(session, SECADMIN, TRANSPORT)
    with pytest.raises(NotAllowed):
        service.end_grant(work_of(session, SECADMIN), _grant_of(session, SECADMIN).id)


@pytest.mark.parametrize("username", [SYSADMIN, AUDITOR, POWER])
@pytest.mark.parametrize("role", [Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR])
def test_an_administrator_is_nothing_else(session, username, role):
    with pytest.raises(Conflict):  # a duplicate, another administrator, or somebody who handles tickets
        _add(session, username, Grant(role, ScopeKind.COUNTY))


@pytest.mark.parametrize("username", [SYSADMIN, AUDITOR])
def test_an_administrator_handles_no_tickets(session, username):
    with pytest.raises(Conflict) as refused:
        _add(session, username, TRANSPORT)

    assert refused.value.reason == "separated_duties"


def test_who_has_let_go_of_everything_may_become_an_administrator(session):
    service.end_grant(work_of(session, SECADMIN), _grant_of(session, POWER).id)

    _add(session, POWER, Grant(Role.AUDITOR, ScopeKind.COUNTY))

    assert actor(session, POWER).roles == {Role.AUDITOR}


def test_the_same_grant_is_not_given_twice(session):
    with pytest.raises(Conflict, match="已经有"):
        _add(session, POWER, Grant(Role.DEPARTMENT, ScopeKind.UNIT, POWER_UNIT, Post.CONTACT))


def test_a_disabled_person_is_granted_nothing(session):
    service.disable(work_of(session, SYSADMIN), _user(session, POWER))

    with pytest.raises(Conflict, match="停用"):
        _add(session, POWER, TRANSPORT)


@pytest.mark.parametrize(
    ("grant", "field"),
    [
        (Grant(Role.DEPARTMENT, ScopeKind.UNIT, "nowhere", Post.HEAD), "scope"),
        (Grant(Role.COMMITTEE, ScopeKind.CHAIN, "nowhere", Post.HEAD), "scope"),
        (Grant(Role.GUIDE, ScopeKind.ENTERPRISE, "nowhere", Post.CONTACT), "scope"),
        (Grant(Role.LEADER, ScopeKind.COUNTY, "equipment", Post.HEAD), "scope"),
        (Grant(Role.DEPARTMENT, ScopeKind.COUNTY, "", Post.HEAD), "scope"),
        (Grant(Role.DEPARTMENT, ScopeKind.UNIT, TRANSPORT_UNIT), "post"),
        (Grant(Role.CLOCK, ScopeKind.COUNTY), "role"),
    ],
)
def test_a_grant_is_checked_field_by_field(session, grant, field):
    with pytest.raises(Invalid) as refused:
        _add(session, POWER, grant)

    assert list(refused.value.errors) == [field]


def test_a_grant_that_is_not_there_is_not_found(session):
    with pytest.raises(NotFound):
        service.end_grant(work_of(session, SECADMIN), 0)


def test_every_grant_of_the_model_county_keeps_the_rules(session):
    from chainhub.county.people import rules

    rows = session.scalars(select(GrantRow)).all()

    assert len(rows) > 200
    assert not [row for row in rows if rules.grant_errors(Grant(row.role, row.scope, row.ref, row.post))]


def test_the_list_of_grants_is_paged_newest_first(session):
    seen, before = [], None
    while page := queries.grants(session, before=before, limit=60):
        seen += [one.id for one in page]
        before = page[-1].id

    assert seen == sorted(seen, reverse=True)
    assert len(seen) == len(set(seen)) > 200


@pytest.mark.parametrize("q", ["韩砚", "bumen", "供电"])
def test_a_grant_is_found_by_person_or_scope(session, q):
    assert POWER in {one.username for one in queries.grants(session, q=q)}
