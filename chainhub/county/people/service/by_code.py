"""Signing in without a password: whose telephone it is, and what becomes of an account that comes in by a code."""

import secrets

from sqlalchemy import or_, select

from chainhub.audit import service as audit
from chainhub.core.actor import Role
from chainhub.core.media import Medium
from chainhub.core.work import Work
from chainhub.county.people import passwords, queries
from chainhub.county.people.models import GrantRow, User
from chainhub.county.people.queries import Account
from chainhub.county.people.reaches import ReachRow

_FEW = 3


def who_has(work: Work, number: str) -> int | None:
    """Return the enterprise account that a telephone number belongs to, or None where there is none or more than one.

    A number that its owner has proven goes before one that the administrator wrote down.
    """
    proven = select(ReachRow.user_id).where(
        ReachRow.medium == Medium.SMS, ReachRow.address == number, ReachRow.verified_at.is_not(None)
    )
    enters = select(GrantRow.user_id).where(GrantRow.role == Role.ENTERPRISE, GrantRow.ended_at.is_(None))
    rows = work.session.execute(
        select(User.id, User.id.in_(proven).label("proven"))
        .where(User.is_active, User.id.in_(enters), or_(User.phone == number, User.id.in_(proven)))
        .order_by(User.id)
        .limit(_FEW)
    ).all()
    own = [row.id for row in rows if row.proven]
    found = own or [row.id for row in rows]
    return found[0] if len(found) == 1 else None


def enter(work: Work, user_id: int) -> Account | None:
    """Return the account that a code opens, or None where it has been closed meanwhile.

    A first password, which others know too, opens nothing any more once its owner came in by a code.
    """
    account = queries.account(work.session, user_id)
    if account is None or not account.is_active or Role.ENTERPRISE not in account.actor.roles:
        return None
    user = work.session.get_one(User, user_id)
    if user.must_change_password:
        user.password_hash = passwords.hashed(secrets.token_urlsafe(32))
        user.must_change_password = False
        work.session.flush()
    about = f"{user.username} {user.name}"
    audit.record(Work(work.session, account.actor, work.now, work.calendar), "sign_in_by_code", about)
    return queries.account(work.session, user_id)
