"""Telling people. A notice is a row in the transaction that caused it."""

from collections.abc import Iterable
from typing import cast

from sqlalchemy import Table, update
from sqlalchemy.orm import Session

from chainhub.core.db import add_rows
from chainhub.core.work import Work
from chainhub.notices.models import Notice
from chainhub.notices.rules import NoticeKind

_NOTICES = cast("Table", Notice.__table__)  # the mapper calls it a FromClause


def enqueue(
    work: Work, recipients: Iterable[int], kind: NoticeKind, text: str, *, key: str, link: str = ""
) -> None:
    """Tell each recipient once; the same key to the same person again is silence."""
    rows: list[dict[str, object]] = [
        {
            "user_id": user_id,
            "kind": kind,
            "text": text[:400],
            "link": link,
            "key": key,
            "created_at": work.now,
        }
        for user_id in sorted(set(recipients))
    ]
    tell(work.session, rows)


def tell(session: Session, rows: list[dict[str, object]]) -> None:
    """Write notices given as rows, in one statement; what a person was told before is left as it is."""
    add_rows(session, _NOTICES, rows, ("user_id", "key"))


def mark_read(work: Work, notice_id: int | None = None) -> None:
    """Mark one of the actor's notices as read, or all of them."""
    query = (
        update(Notice)
        .where(Notice.user_id == work.actor.id, Notice.read_at.is_(None))
        .values(read_at=work.now)
    )
    work.session.execute(query if notice_id is None else query.where(Notice.id == notice_id))
