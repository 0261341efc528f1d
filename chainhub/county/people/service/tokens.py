"""Bearer tokens, and how a request finds the account behind an id or a token."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import ScalarSelect, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from chainhub.audit import service as audit
from chainhub.core.actor import Actor
from chainhub.core.errors import Conflict, Invalid, NotAllowed
from chainhub.core.work import Work
from chainhub.county.people import passwords, queries
from chainhub.county.people.models import ApiToken, User
from chainhub.county.people.queries import Account
from chainhub.county.people.rules import TOKEN_DAYS_MOST, TOKEN_NAME_MOST


class Accounts:
    """Accounts as the front door asks for them; `now` is handed in, since only doors read the clock."""

    def __init__(
        self,
        now: Callable[[], datetime],
        standing_in: Callable[[Session, Actor, datetime], Actor] = lambda _, actor, __: actor,
        unread: ScalarSelect[int] | None = None,
    ) -> None:
        self._now, self._standing_in, self._unread = now, standing_in, unread

    def _lent(self, session: Session, found: Account | None) -> Account | None:
        """Give an account what is lent to it today (AB角); one whose time is over is none."""
        if found is None or not found.opens(now := self._now()):
            return None
        found.actor = self._standing_in(session, found.actor, now)
        return found

    def by_session(self, session: Session, user_id: int, sid: str) -> Account | None:
        """Return the account with this id, unless that sign-in of it has been ended."""
        return self._lent(session, queries.account_of_session(session, user_id, sid, self._unread))

    def by_token(self, session: Session, token: str) -> Account | None:
        """Return the account behind a token that still holds."""
        if not token.startswith(passwords.TOKEN_PREFIX):
            return None
        return self._lent(session, queries.account_by_token(session, passwords.digest(token), self._now()))


def issue_token(work: Work, user: User, name: str, days: int = 365) -> str:
    """Issue a token to oneself (an operator: to anybody) and return it; its digest is kept."""
    if work.actor.id is not None and work.actor.id != user.id:
        raise NotAllowed("令牌只能发给自己。")
    if not user.is_active:
        raise Conflict("这个账号已停用，不能发令牌。")
    if user.ends_at is not None:  # masked pages alone: the API is for who handles
        raise NotAllowed("迎检账号只能在网页上看，不发令牌。")
    errors = _errors(name.strip(), days)
    if errors:
        raise Invalid(errors=errors)

    token = passwords.new_token()
    expires_at = work.now + timedelta(days=days)
    work.session.add(
        ApiToken(
            user_id=user.id,
            name=name.strip(),
            digest=passwords.digest(token),
            created_at=work.now,
            expires_at=expires_at,
        )
    )
    data = {"name": name.strip(), "expires_at": expires_at.isoformat()}
    audit.record(work, "issue_token", f"{user.username} {user.name}", data)
    return token


def revoke_tokens(work: Work, user: User) -> int:
    """End every token of a person and return how many there were. The caller writes the audit line."""
    ended = work.session.execute(
        update(ApiToken)
        .where(ApiToken.user_id == user.id, ApiToken.revoked_at.is_(None), ApiToken.expires_at > work.now)
        .values(revoked_at=work.now)
    )
    return ended.rowcount if isinstance(ended, CursorResult) else 0


def _errors(name: str, days: int) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if not 1 <= len(name) <= TOKEN_NAME_MOST:
        errors["name"] = [f"请给令牌起个名字，{TOKEN_NAME_MOST} 个字以内。"]
    if not 1 <= days <= TOKEN_DAYS_MOST:
        errors["days"] = [f"有效期在 1 到 {TOKEN_DAYS_MOST} 天之间。"]
    return errors
