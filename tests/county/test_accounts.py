"""Accounts and tokens at the level of the service."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from chainhub.audit.models import AuditEntry
from chainhub.core.actor import Actor, Role, ScopeKind
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.county.people import passwords, queries, service
from chainhub.county.people.models import ApiToken, GrantRow
from chainhub.county.people.service import Accounts, NewUser
from chainhub.county.state import CountyState
from tests.people import EVERYBODY, NOW, OWNER, POWER, POWER_UNIT, work_of

SYSADMIN, SECADMIN, AUDITOR = "xitong", "anquan", "shenji"
GOOD = "lvshu-hehua-2026"
NEW = NewUser("wangshuhui", "王书卉", "科员", "13800009999", unit_code=POWER_UNIT)


def _user(session, username):
    return queries.user_by_name(session, username)


def _stamp(session):
    return session.scalar(select(CountyState.stamp))


def _deeds(session):
    return session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()


def _operator(session):
    return replace(work_of(session, SYSADMIN), actor=Actor(id=None, username="operator", name="命令行"))


def test_a_new_account_must_change_its_password(session):
    before = _stamp(session)

    user = service.add_user(work_of(session, SYSADMIN), NEW, GOOD)

    account = service.authenticate(session, NEW.username, GOOD, "here", NOW).demand()
    assert account.must_change_password
    assert account.actor.unit_code == POWER_UNIT
    assert user.created_at == NOW
    assert _deeds(session)[0] == "add_user"
    assert _stamp(session) != before


def test_an_account_name_is_kept_in_small_letters(session):
    assert (
        service.add_user(work_of(session, SYSADMIN), replace(NEW, username=" WangShuHui "), GOOD).username
        == "wangshuhui"
    )


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"username": "王"}, "username"),
        ({"username": OWNER}, "username"),
        ({"username": "QIYE"}, "username"),
        ({"name": "  "}, "name"),
        ({"unit_code": "nowhere"}, "unit_code"),
        ({"unit_code": None, "enterprise_code": "nowhere"}, "enterprise_code"),
        ({"enterprise_code": "e_yanhe_chilun"}, "enterprise_code"),
    ],
)
def test_a_new_account_is_checked_field_by_field(session, changed, field):
    with pytest.raises(Invalid) as refused:
        service.add_user(work_of(session, SYSADMIN), replace(NEW, **changed), GOOD)

    assert list(refused.value.errors) == [field]


def test_a_weak_password_is_refused_for_a_new_account(session):
    with pytest.raises(Invalid) as refused:
        service.add_user(work_of(session, SYSADMIN), NEW, "123")

    assert "password" in refused.value.errors


@pytest.mark.parametrize("username", [one for one in EVERYBODY if one != SYSADMIN])
def test_accounts_are_the_system_administrators_alone(session, username):
    work, other = work_of(session, username), _user(session, POWER)

    for deed in (
        lambda: service.add_user(work, NEW, GOOD),
        lambda: service.disable(work, other),
        lambda: service.enable(work, other),
        lambda: service.unlock(work, other),
        lambda: service.reset_password(work, other),
    ):
        with pytest.raises(NotAllowed):
            deed()


def test_changing_ones_password_ends_every_other_session(session):
    service.add_user(work_of(session, SYSADMIN), NEW, GOOD)
    epoch = _user(session, NEW.username).epoch

    user = service.change_password(work_of(session, NEW.username), GOOD, "hehua-lvshu-2027")

    assert user.epoch == epoch + 1
    assert not user.must_change_password
    assert service.authenticate(session, NEW.username, GOOD, "here", NOW).account is None
    assert service.authenticate(session, NEW.username, "hehua-lvshu-2027", "here", NOW).account is not None
    assert "change_password" in _deeds(session)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("wrong", "hehua-lvshu-2027", "old"),
        (GOOD, "short1", "new"),
        (GOOD, GOOD, "new"),
        (GOOD, "xwangshuhui1", "new"),
    ],
)
def test_a_bad_change_of_password_is_refused(session, old, new, field):
    service.add_user(work_of(session, SYSADMIN), NEW, GOOD)

    with pytest.raises(Invalid) as refused:
        service.change_password(work_of(session, NEW.username), old, new)

    assert list(refused.value.errors) == [field]


def test_a_demonstration_account_may_go_back_to_the_known_password(session):
    service.change_password(work_of(session, OWNER), "chainhub-demo", "another-one-1")

    service.change_password(work_of(session, OWNER), "another-one-1", "chainhub-demo")

    assert service.authenticate(session, OWNER, "chainhub-demo", "here", NOW).account is not None


def test_outside_a_demonstration_its_names_are_names_like_any_other(session):
    session.execute(update(CountyState).values(demo=False))

    with pytest.raises(Invalid):
        service.change_password(work_of(session, OWNER), "chainhub-demo", "chainhub-dem")
    assert queries.demo_persons(session) == ()


def test_a_reset_gives_a_password_for_once_and_ends_sessions_and_tokens(session):
    power = _user(session, "q_chunyu_shengwu")
    token = service.issue_token(_operator(session), power, "脚本")
    epoch = power.epoch

    once = service.reset_password(work_of(session, SYSADMIN), power)

    account = service.authenticate(session, power.username, once, "here", NOW).demand()
    assert account.must_change_password
    assert power.epoch == epoch + 1
    assert Accounts(lambda: NOW).by_token(session, token) is None
    assert once not in str(session.scalars(select(AuditEntry.data)).all())


def test_a_reset_unlocks(session):
    for _ in range(5):
        service.authenticate(session, POWER, "wrong", "here", NOW)

    once = service.reset_password(work_of(session, SYSADMIN), _user(session, POWER))

    assert service.authenticate(session, POWER, once, "here", NOW).account is not None


@pytest.mark.parametrize("username", [SECADMIN, AUDITOR])
def test_the_system_administrator_cannot_become_the_other_two_by_a_reset(session, username):
    with pytest.raises(NotAllowed):
        service.reset_password(work_of(session, SYSADMIN), _user(session, username))

    assert service.reset_password(_operator(session), _user(session, username))


def test_nobody_resets_or_disables_oneself(session):
    work, oneself = work_of(session, SYSADMIN), _user(session, SYSADMIN)

    with pytest.raises(Conflict):
        service.reset_password(work, oneself)
    with pytest.raises(Conflict):
        service.disable(work, oneself)


@pytest.mark.parametrize("username", [SECADMIN, AUDITOR])
def test_the_last_administrator_of_a_kind_cannot_be_disabled(session, username):
    with pytest.raises(Conflict, match="唯一"):
        service.disable(work_of(session, SYSADMIN), _user(session, username))


def test_a_second_administrator_of_a_kind_makes_the_first_dispensable(session):
    second = service.add_user(work_of(session, SYSADMIN), NEW, GOOD)
    session.add(
        GrantRow(user_id=second.id, role=Role.AUDITOR, scope=ScopeKind.COUNTY, ref="", started_at=NOW)
    )
    session.flush()

    service.disable(work_of(session, SYSADMIN), _user(session, AUDITOR))

    assert not _user(session, AUDITOR).is_active


def test_a_disabled_account_is_out_and_comes_back_with_its_grants(session):
    power, work = _user(session, POWER), work_of(session, SYSADMIN)
    token = service.issue_token(_operator(session), power, "脚本")
    before = _stamp(session)

    service.disable(work, power)

    assert service.authenticate(session, POWER, "chainhub-demo", "here", NOW).account is None
    assert Accounts(lambda: NOW).by_token(session, token) is None
    assert power.id not in queries.holders(session).ids(Role.DEPARTMENT, ScopeKind.UNIT, POWER_UNIT)
    assert _stamp(session) != before
    with pytest.raises(Conflict):
        service.disable(work, power)

    service.enable(work, power)

    account = service.authenticate(session, POWER, "chainhub-demo", "here", NOW).demand()
    assert Role.DEPARTMENT in account.actor.roles
    assert Accounts(lambda: NOW).by_token(session, token) is None
    with pytest.raises(Conflict):
        service.enable(work, power)


def test_unlocking_lets_somebody_try_at_once(session):
    for _ in range(5):
        service.authenticate(session, POWER, "wrong", "here", NOW)

    service.unlock(work_of(session, SYSADMIN), _user(session, POWER))

    assert service.authenticate(session, POWER, "chainhub-demo", "here", NOW).account is not None


def test_a_token_is_shown_once_and_only_its_digest_is_kept(session):
    owner = _user(session, OWNER)

    token = service.issue_token(work_of(session, OWNER), owner, "手机")

    kept = session.scalars(select(ApiToken)).one()
    assert token.startswith("chub_")
    assert kept.digest == passwords.digest(token)
    assert kept.expires_at == NOW + timedelta(days=365)
    assert Accounts(lambda: NOW).by_token(session, token).actor.username == OWNER


def test_a_token_ends_by_time_and_by_revoking(session):
    owner, work = _user(session, OWNER), work_of(session, OWNER)
    first, second = (service.issue_token(work, owner, name, 1) for name in ("甲", "乙"))

    assert Accounts(lambda: NOW + timedelta(days=1)).by_token(session, first) is None
    assert service.revoke_tokens(work, owner) == 2
    assert Accounts(lambda: NOW).by_token(session, second) is None
    assert service.revoke_tokens(work, owner) == 0


@pytest.mark.parametrize("token", ["", "chub_", "chub_nonsense", "Bearer x", "' or 1=1"])
def test_nonsense_is_no_token(session, token):
    assert Accounts(lambda: NOW).by_token(session, token) is None


@pytest.mark.parametrize(
    ("name", "days", "field"),
    [(" ", 1, "name"), ("x" * 61, 1, "name"), ("手机", 0, "days"), ("手机", 731, "days")],
)
def test_a_token_has_a_name_and_an_end(session, name, days, field):
    with pytest.raises(Invalid) as refused:
        service.issue_token(work_of(session, OWNER), _user(session, OWNER), name, days)

    assert list(refused.value.errors) == [field]


def test_nobody_issues_a_token_to_somebody_else(session):
    with pytest.raises(NotAllowed):
        service.issue_token(work_of(session, SYSADMIN), _user(session, OWNER), "手机")


def test_who_is_not_there_is_not_found(session):
    with pytest.raises(NotFound):
        service.find(work_of(session, SYSADMIN), "nobody")
    with pytest.raises(NotFound):
        service.find_user(work_of(session, SYSADMIN), 0)
    assert Accounts(lambda: NOW).by_session(session, 0, "x") is None


def test_the_list_of_accounts_is_paged_by_name(session):
    seen, after = [], ""
    while page := queries.persons(session, after=after, limit=40):
        seen += [one.username for one in page]
        after = page[-1].username

    assert seen == sorted(seen)
    assert set(EVERYBODY) <= set(seen)
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize(
    ("q", "username"), [("xitong", SYSADMIN), ("韩砚", POWER), ("供电", POWER), ("砚禾", OWNER)]
)
def test_an_account_is_found_by_name_person_or_workplace(session, q, username):
    assert username in {one.username for one in queries.persons(session, q=q)}


@pytest.mark.parametrize("q", ["%", "_%", "nobody at all", "' --"])
def test_signs_of_the_database_are_letters_to_a_search(session, q):
    assert queries.persons(session, q=q) == []
