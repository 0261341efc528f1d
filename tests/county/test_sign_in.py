"""Signing in at the level of the service: what is counted, when an account is locked, what is said."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from argon2 import PasswordHasher, Type
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from chainhub.audit.models import AuditEntry
from chainhub.core.errors import NotSignedIn, TooFast
from chainhub.county.people import passwords, queries, rules, service
from chainhub.county.people.models import SignInFailure, User
from tests.conftest import REAL_HASHER
from tests.people import NOW, OWNER

RIGHT, WRONG = "chainhub-demo", "chainhub-dem0"
HERE = "10.0.0.7"


def _try(session, username=OWNER, password=RIGHT, at=NOW, source=HERE):
    return service.authenticate(session, username, password, source, at)


def _fail(session, times, username=OWNER, at=NOW, source=HERE):
    return [_try(session, username, WRONG, at, source) for _ in range(times)]


def test_the_right_password_opens(session):
    account = _try(session).demand()

    assert account.actor.username == OWNER
    assert account.actor.grants


def test_an_account_name_may_be_typed_in_capitals_and_with_spaces(session):
    assert _try(session, " QiYe ").demand().actor.username == OWNER


@pytest.mark.parametrize("username", [OWNER, "nobody", ""])
def test_a_refusal_does_not_tell_whether_the_name_exists(session, username):
    said = [one.refusal.title for one in _fail(session, 4, username, source=username or "x")]

    assert said == [
        f"登录名或密码不对。再错 {left} 次会锁 15 分钟；忘了密码，请找系统管理员重置。"
        for left in (4, 3, 2, 1)
    ]


@pytest.mark.parametrize("username", [OWNER, "nobody"])
def test_the_fifth_wrong_password_locks_and_says_until_when(session, username):
    fifth = _fail(session, 5, username)[-1]
    sixth = _try(session, username)

    assert isinstance(fifth.refusal, NotSignedIn)
    assert "锁到 09:35" in fifth.refusal.title
    assert isinstance(sixth.refusal, TooFast)
    assert sixth.refusal.retry_after == 15 * 60
    assert "锁到 09:35" in sixth.refusal.title
    assert "系统管理员解锁" in sixth.refusal.title


def test_while_locked_the_right_password_is_refused_and_nothing_is_counted(session):
    _fail(session, 5)

    later = _try(session, at=NOW + timedelta(minutes=14, seconds=59))

    assert isinstance(later.refusal, TooFast)
    assert later.refusal.retry_after == 1
    assert later.account is None


@pytest.mark.parametrize("username", [OWNER, "nobody"])
def test_after_fifteen_minutes_one_may_try_five_times_again(session, username):
    _fail(session, 5, username)

    free = NOW + timedelta(minutes=15)
    again = _fail(session, 1, username, at=free)[0]

    assert isinstance(again.refusal, NotSignedIn)
    assert "再错 4 次" in again.refusal.title


def test_after_fifteen_minutes_the_right_password_opens(session):
    _fail(session, 5)

    assert _try(session, at=NOW + timedelta(minutes=15)).demand()


def test_a_right_password_forgets_the_wrong_ones(session):
    _fail(session, 4)
    _try(session).demand()

    assert "再错 4 次" in _fail(session, 1)[0].refusal.title


def test_one_locked_account_locks_no_other(session):
    _fail(session, 5)

    assert _try(session, "bumen").demand()


def test_thirty_wrong_passwords_from_one_address_bar_that_address_alone(session):
    for n in range(rules.SOURCE_FAILURES_MOST):
        _fail(session, 1, f"somebody{n}")

    barred, elsewhere = _try(session), _try(session, source="10.0.0.8")

    assert isinstance(barred.refusal, TooFast)
    assert "09:35" in barred.refusal.title
    assert elsewhere.account is not None
    assert _try(session, at=NOW + timedelta(minutes=15)).account is not None


def test_wrong_passwords_long_apart_do_not_bar_an_address(session):
    for n in range(rules.SOURCE_FAILURES_MOST + 5):
        _fail(session, 1, f"somebody{n}", at=NOW + n * timedelta(minutes=1))

    assert _try(session, at=NOW + timedelta(hours=1)).account is not None


def test_no_address_and_no_name_is_kept_in_the_clear(session):
    _fail(session, 1, "nobody")

    kept = session.scalars(select(SignInFailure.source)).all()
    assert len(kept) == 2
    assert not any("nobody" in one or HERE in one for one in kept)


def test_counts_of_a_day_ago_are_swept_away(session):
    _fail(session, 1, "nobody", source="10.0.0.9")

    _fail(session, 1, "another", at=NOW + timedelta(days=2))

    assert session.scalar(select(func.count()).select_from(SignInFailure)) == 2


def test_a_disabled_account_is_refused_like_a_wrong_password(session):
    session.execute(update(User).where(User.username == OWNER).values(is_active=False))

    assert "登录名或密码不对" in _try(session).refusal.title


def test_a_try_compared_before_the_lock_does_not_slip_past_it(session):
    examined = service.examine(session, OWNER, RIGHT, HERE, NOW)
    _fail(session, 5)

    outcome = service.settle(session, examined, NOW)

    assert isinstance(outcome.refusal, TooFast)


def test_a_password_kept_with_older_parameters_is_kept_anew(session, monkeypatch):
    monkeypatch.setattr(passwords, "_hasher", REAL_HASHER)
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1, type=Type.ID).hash(RIGHT)
    session.execute(update(User).where(User.username == OWNER).values(password_hash=weak))

    _try(session).demand()

    stored = session.scalar(select(User.password_hash).where(User.username == OWNER))
    assert stored != weak
    assert not passwords.is_outdated(stored)
    assert stored.startswith("$argon2id$")


def test_a_password_costs_whoever_guesses_it_at_least_what_owasp_asks():
    assert REAL_HASHER.type is Type.ID
    assert REAL_HASHER.time_cost >= 2
    assert REAL_HASHER.memory_cost >= 19 * 1024


def test_signing_in_and_being_locked_stand_in_the_audit_log(session):
    _try(session)
    _fail(session, 5)

    said = session.execute(select(AuditEntry.who, AuditEntry.action).order_by(AuditEntry.id)).all()
    assert [tuple(one) for one in said] == [(OWNER, "sign_in"), (OWNER, "account_locked")]


def test_nobody_takes_as_long_as_somebody(session, monkeypatch):
    compared = []
    monkeypatch.setattr(passwords, "matches", lambda stored, _password: compared.append(stored) or False)

    _fail(session, 1, "nobody")
    _fail(session, 1, OWNER)

    assert compared[0] is None
    assert compared[1] == queries.user_by_name(session, OWNER).password_hash


def test_failures_are_counted_in_the_database(session):
    _fail(session, 3)

    assert session.scalar(select(User.failures).where(User.username == OWNER)) == 3
    assert session.scalar(select(func.sum(SignInFailure.count))) == 3


@pytest.mark.parametrize("username", [OWNER, "nobody"])
def test_tries_at_the_same_moment_cannot_undo_a_lock(engine, username):
    def _once(_n):
        with Session(engine) as session:
            outcome = service.authenticate(session, username, WRONG, "10.0.0.99", NOW)
            session.commit()
            return outcome.refusal.reason

    try:
        with ThreadPoolExecutor(8) as pool:
            said = list(pool.map(_once, range(24)))

        with Session(engine) as session:
            late = service.authenticate(session, username, RIGHT, "10.0.0.98", NOW)
        assert isinstance(late.refusal, TooFast)
        assert 5 <= said.count("wrong_password") <= 12
        assert said.count("wrong_password") + said.count("account_locked") == 24
    finally:
        with Session(engine) as session, session.begin():
            session.execute(delete(SignInFailure))
            session.execute(delete(AuditEntry))
            session.execute(
                update(User).where(User.username == username).values(failures=0, locked_until=None)
            )
