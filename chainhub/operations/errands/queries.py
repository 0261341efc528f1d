"""Reading errands: one's own, those that wait for the scheduler, files whose time is over."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from chainhub.operations.errands.models import Errand
from chainhub.operations.errands.rules import SILENT, UNDONE, Stage

PAGE = 20
PAGE_MOST = 100


def own(session: Session, user_id: int, id_: int) -> Errand | None:
    """Return an errand of this person."""
    found = session.get(Errand, id_) if 0 < id_ < 2**31 else None
    return found if found is not None and found.asked_by_id == user_id else None


def page(
    session: Session, user_id: int, *, before: int | None, limit: int = PAGE
) -> tuple[Sequence[Errand], int | None]:
    """Return a person's errands, newest first, and below which id the next page begins, if there is one."""
    query = select(Errand).where(Errand.asked_by_id == user_id).order_by(Errand.id.desc()).limit(limit + 1)
    if before is not None:
        query = query.where(Errand.id < before)
    found = session.scalars(query).all()
    return found[:limit], found[limit - 1].id if len(found) > limit else None


def undone(session: Session, user_id: int) -> int:
    """Count a person's errands that wait or run."""
    query = select(func.count()).where(Errand.asked_by_id == user_id, Errand.stage.in_(UNDONE))
    return session.scalar(query) or 0


def to_do(session: Session, now: datetime, limit: int) -> Sequence[int]:
    """Return errands that wait, and those whose run has been silent too long, the oldest first."""
    silent = or_(Errand.beat_at.is_(None), Errand.beat_at <= now - SILENT)
    query = select(Errand.id).where(
        Errand.stage.in_(UNDONE),
        or_(Errand.stage == Stage.WAITING, and_(Errand.stage == Stage.RUNNING, silent)),
    )
    return session.scalars(query.order_by(Errand.id).limit(limit)).all()


def before(session: Session, id_: int) -> int:
    """Count the errands that are done before this one."""
    query = select(func.count()).where(Errand.stage.in_(UNDONE), Errand.id < id_)
    return session.scalar(query) or 0


def outlived(session: Session, now: datetime, limit: int) -> Sequence[int]:
    """Return errands whose files have waited long enough."""
    query = select(Errand.id).where(Errand.expires_at.is_not(None), Errand.expires_at <= now)
    return session.scalars(query.order_by(Errand.expires_at).limit(limit)).all()
