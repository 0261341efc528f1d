"""Writing the audit log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

from sqlalchemy import func, select

from chainhub.audit.models import AuditEntry
from chainhub.audit.rules import GENESIS, link
from chainhub.core.work import Work

# An advisory lock on PostgreSQL: writers append one after the other, or two would name the same line before.
# SQLite has one writer anyway.
_TURN = 7_319_004


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody did: the deed, what it is about, and what changed; never a secret."""

    action: str
    about: str
    data: Mapping[str, Any] = field(default_factory=dict)


def record(work: Work, action: str, about: str, data: Mapping[str, Any] | None = None) -> AuditEntry:
    """Append one deed of the acting person. What changed goes into `data`, never a secret."""
    return record_all(work, [Deed(action, about, data or {})])[0]


def record_all(work: Work, deeds: Sequence[Deed]) -> Sequence[AuditEntry]:
    """Append deeds of the acting person in their order, each tied to the one before; the last one before them is asked for once."""
    if not deeds:
        return ()
    if work.session.get_bind().dialect.name == "postgresql":
        work.session.execute(select(func.pg_advisory_xact_lock(_TURN)))
    before = work.session.scalar(select(AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1)) or GENESIS
    made = []
    for deed in deeds:
        entry = AuditEntry(
            at=work.now,
            who=work.actor.username,
            action=deed.action,
            about=deed.about[:200],
            data=dict(deed.data),
            prev_hash=before,
            hash="",
        )
        before = entry.hash = link(entry.prev_hash, payload(entry))
        made.append(entry)
    work.session.add_all(made)
    work.session.flush()
    return made


def payload(entry: AuditEntry) -> dict[str, Any]:
    """Return what an entry's hash is taken over."""
    return {
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "who": entry.who,
        "action": entry.action,
        "about": entry.about,
        "data": entry.data,
    }
