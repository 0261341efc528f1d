"""Reading the inbox."""

from collections.abc import Sequence

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from chainhub.notices.models import Notice
from chainhub.web.frame import UNREAD_MOST

_SOME_UNREAD = (
    select(Notice.id)
    .where(Notice.user_id == bindparam("user_id"), Notice.read_at.is_(None))
    .limit(UNREAD_MOST)
)
UNREAD = select(func.count()).select_from(_SOME_UNREAD.subquery()).scalar_subquery()
"""A person's unread notices, up to `UNREAD_MOST`. Every page shows it, so it is read with the account (`user_id`)."""


def inbox(session: Session, user_id: int, *, before: int | None = None, limit: int = 50) -> Sequence[Notice]:
    """Return a person's notices, newest first, from below `before`."""
    query = select(Notice).where(Notice.user_id == user_id).order_by(Notice.id.desc()).limit(limit)
    return session.scalars(query if before is None else query.where(Notice.id < before)).all()


def own(session: Session, user_id: int, notice_id: int) -> Notice | None:
    """Return one notice if it is this person's."""
    return session.scalar(select(Notice).where(Notice.id == notice_id, Notice.user_id == user_id))
