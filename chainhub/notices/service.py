"""Telling people. A notice is a row in the transaction that caused it."""

from collections.abc import Iterable
from typing import Any, cast

from sqlalchemy import Table, update
from sqlalchemy.orm import Session

from chainhub.core.db import add_rows
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI
from chainhub.county import known
from chainhub.notices.models import Notice
from chainhub.notices.rules import NoticeKind

_NOTICES = cast("Table", Notice.__table__)  # the mapper calls it a FromClause


def enqueue(
    work: Work, recipients: Iterable[int], kind: NoticeKind, text: str, *, key: str, link: str = ""
) -> None:
    """Tell each recipient once; the same key to the same person again is silence."""
    rows: list[dict[str, Any]] = [
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
    _write(work.session, _with_substitutes(work.session, rows, but=work.actor.id))


def tell(session: Session, rows: list[dict[str, Any]]) -> None:
    """Write notices given as rows, in one statement; what a person was told before is left as it is."""
    _write(session, _with_substitutes(session, rows))


_LENT = frozenset({NoticeKind.TASK, NoticeKind.REMINDER, NoticeKind.OVERDUE, NoticeKind.MOVED})
"""What asks for something; news and administration are a person's own."""


def _with_substitutes(
    session: Session, rows: list[dict[str, Any]], *, but: int | None = None
) -> list[dict[str, Any]]:
    """Return notices with those for whoever stands in (AB角), but for one person who knows already."""
    if not rows:
        return rows
    day = rows[0]["created_at"].astimezone(SHANGHAI).date()
    substitutes = known.of(session).absences.substitutes(day)
    found = list(rows)
    for row in rows if substitutes else ():
        stands_in, name = substitutes.get(row["user_id"], (None, ""))
        if stands_in is not None and stands_in != but and row["kind"] in _LENT:
            found.append({**row, "user_id": stands_in, "text": f"（代{name}）{row['text']}"[:400]})
    return found


def _write(session: Session, rows: list[dict[str, Any]]) -> None:
    add_rows(session, _NOTICES, rows, ("user_id", "key"))


def mark_read(work: Work, notice_id: int | None = None) -> None:
    """Mark one of the actor's notices as read, or all of them."""
    query = (
        update(Notice)
        .where(Notice.user_id == work.actor.id, Notice.read_at.is_(None))
        .values(read_at=work.now)
    )
    work.session.execute(query if notice_id is None else query.where(Notice.id == notice_id))
