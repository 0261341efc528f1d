"""Accounts for a time: opened with their one grant and their end, by a use case that knows who may; never renewed."""

import secrets
from datetime import datetime

from sqlalchemy import update

from chainhub.audit import service as audit
from chainhub.core.actor import Grant
from chainhub.core.work import Work
from chainhub.county import state
from chainhub.county.people import passwords, queries
from chainhub.county.people.models import GrantRow, User
from chainhub.county.people.rules import NAME_MOST, TITLE_MOST
from chainhub.county.people.service.accounts import one_time_password
from chainhub.county.people.service.tokens import revoke_tokens

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # easy to read out


def open_guest(work: Work, name: str, title: str, grant: Grant, ends_at: datetime) -> tuple[User, str]:
    """Open an account that ends by itself, with a one-time password to be shown once. The caller asks who may."""
    username = _free_name(work)
    password = one_time_password(username)
    user = User(
        username=username,
        password_hash=passwords.hashed(password),
        name=name[:NAME_MOST],
        title=title[:TITLE_MOST],
        must_change_password=True,
        created_at=work.now,
        ends_at=ends_at,
    )
    work.session.add(user)
    work.session.flush()
    row = GrantRow(
        user_id=user.id, role=grant.role, scope=grant.scope, ref=grant.ref, post=None, started_at=work.now
    )
    work.session.add(row)
    work.session.flush()
    data = {"role": grant.role.value, "scope": grant.written, "expires_at": ends_at.isoformat()}
    audit.record(work, "add_user", f"{user.username} {user.name}", data)
    state.touch(work.session)
    return user, password


def _free_name(work: Work) -> str:
    while True:
        username = "jc-" + "".join(secrets.choice(_LETTERS) for _ in range(6))
        if queries.user_by_name(work.session, username) is None:
            return username


def end_guest(work: Work, user: User) -> None:
    """Close such an account for good: its sign-ins, tokens and grant end at once. Twice is once."""
    if not user.is_active:
        return
    user.is_active = False
    user.epoch += 1
    ended = update(GrantRow).where(GrantRow.user_id == user.id, GrantRow.ended_at.is_(None))
    work.session.execute(ended.values(ended_at=work.now))
    revoke_tokens(work, user)
    work.session.flush()
    audit.record(work, "disable_user", f"{user.username} {user.name}")
    state.touch(work.session)
