"""Writing the audit log."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from sqlalchemy import func, select

from chainhub.audit.models import AuditEntry
from chainhub.audit.rules import GENESIS, link
from chainhub.core.work import Work

# An advisory lock on PostgreSQL: writers append one after the other, or two would name the same line before.
# SQLite has one writer anyway.
_TURN = 7_319_004


def record(work: Work, action: str, about: str, data: Mapping[str, Any] | None = None) -> AuditEntry:
    """Append one deed of the acting person. What changed goes into `data`, never a secret."""
    if work.session.get_bind().dialect.name == "postgresql":
        work.session.execute(select(func.pg_advisory_xact_lock(_TURN)))
    before = work.session.scalar(select(AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1))
    entry = AuditEntry(
        at=work.now,
        who=work.actor.username,
        action=action,
        about=about[:200],
        data=dict(data or {}),
        prev_hash=before or GENESIS,
        hash="",
    )
    entry.hash = link(entry.prev_hash, payload(entry))
    work.session.add(entry)
    work.session.flush()
    return entry


def payload(entry: AuditEntry) -> dict[str, Any]:
    """Return what an entry's hash is taken over."""
    return {
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "who": entry.who,
        "action": entry.action,
        "about": entry.about,
        "data": entry.data,
    }
