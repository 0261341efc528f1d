"""Telling people. A notice is a row in the transaction that caused it."""

from collections.abc import Iterable
from typing import Any, cast

from sqlalchemy import Table, update
from sqlalchemy.orm import Session

from chainhub.core.db import add_rows
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI
from chainhub.county import known
from chainhub.notices import outbox
from chainhub.notices.models import Notice
from chainhub.notices.rules import NoticeKind

_NOTICES = cast("Table", Notice.__table__)  # the mapper calls it a FromClause


def enqueue(
    work: Work,
    recipients: Iterable[int],
    kind: NoticeKind,
    text: str,
    *,
    key: str,
    link: str = "",
    kept_from: str | None = None,
    urgent: bool = False,
) -> None:
    """Tell each recipient once; the same key to the same person again is silence.

    Nobody of the unit `kept_from` is told, neither in a role of their own nor standing in for somebody. What is
    `urgent` leaves the house at any hour, by the ways that a person has chosen; all else in working time.
    """
    rows: list[dict[str, Any]] = [
        {
            "user_id": user_id,
            "kind": kind,
            "text": text[:400],
            "link": link,
            "key": key,
            "created_at": work.now,
            "urgent": urgent,
        }
        for user_id in sorted(set(recipients))
    ]
    told = _with_substitutes(work.session, rows, but=work.actor.id)
    shut_out = of_unit(work.session, kept_from) if kept_from and told else frozenset()
    _write(work.session, [row for row in told if row["user_id"] not in shut_out])


def tell(session: Session, rows: list[dict[str, Any]]) -> None:
    """Write notices given as rows, in one statement; what a person was told before is left as it is.

    A row may name in `kept_from` a unit of which nobody is told, and say that it is `urgent`.
    """
    found = []
    for row in _with_substitutes(session, rows):
        unit = row.get("kept_from")
        if not unit or row["user_id"] not in of_unit(session, unit):
            found.append({name: value for name, value in row.items() if name != "kept_from"})
    _write(session, found)


def of_unit(session: Session, unit: str) -> frozenset[int]:
    """Return who belongs to a unit. Asks what is known of the county, so it may stand where nothing may be read."""
    return known.of(session).holders.of_unit(unit)


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


_COLUMNS = ("user_id", "kind", "text", "link", "key", "created_at")


def _write(session: Session, rows: list[dict[str, Any]]) -> None:
    add_rows(session, _NOTICES, [{name: row[name] for name in _COLUMNS} for row in rows], ("user_id", "key"))
    outbox.write(session, rows)


def mark_read(work: Work, notice_id: int | None = None) -> None:
    """Mark one of the actor's notices as read, or all of them."""
    query = (
        update(Notice)
        .where(Notice.user_id == work.actor.id, Notice.read_at.is_(None))
        .values(read_at=work.now)
    )
    work.session.execute(query if notice_id is None else query.where(Notice.id == notice_id))
