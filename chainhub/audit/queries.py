"""Reading the audit log."""

from collections.abc import Collection, Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from chainhub.audit.models import AuditEntry

PAGE = 50


def entries(
    session: Session,
    *,
    q: str = "",
    actions: Collection[str] = (),
    before: int | None = None,
    limit: int = PAGE,
) -> Sequence[AuditEntry]:
    """Return entries, newest first, from below `before`; `q` finds those that hold it or are of `actions`."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    if q:
        said = (AuditEntry.who, AuditEntry.action, AuditEntry.about)
        holds = (column.contains(q, autoescape=True) for column in said)
        query = query.where(or_(AuditEntry.action.in_(actions), *holds))
    return session.scalars(query).all()


def last(session: Session, action: str) -> AuditEntry | None:
    """Return the newest entry of an action."""
    return session.scalar(
        select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id.desc()).limit(1)
    )
