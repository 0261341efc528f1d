"""What the inbox does by itself: what waits to go out, and once a year that a year's holidays are not imported.

It stands here and not with the calendar, because the county does not know of the inbox.
"""

from collections.abc import Sequence

from sqlalchemy import exists, select

from chainhub.core.actor import Role
from chainhub.core.work import Work
from chainhub.county.people.models import GrantRow, User
from chainhub.county.workdays import service as workdays
from chainhub.notices import delivering, outbox, service
from chainhub.notices.models import Notice
from chainhub.notices.rules import NoticeKind

_PAGE = "/admin/workdays"


def find_outgoing(work: Work, limit: int) -> Sequence[int]:
    """Return what may leave the house now; it is sent by the room of tickets, which knows what it is about."""
    return delivering.find(work, limit)


def find_past_outgoing(work: Work, limit: int) -> Sequence[int]:
    """Return rows of the outbox that were settled long ago."""
    return outbox.past(work, limit)


def forget_outgoing(work: Work, ids: Sequence[int]) -> None:
    """Forget them; what the inbox holds stays."""
    outbox.forget(work, ids)


def find_uninformed(work: Work, limit: int) -> Sequence[int]:
    """Return system administrators who have not been told that a year's notice is missing."""
    year = workdays.reminder_due(work)
    if year is None:
        return []
    told = exists().where(Notice.user_id == User.id, Notice.key == _key(year))
    return work.session.scalars(
        select(User.id)
        .join(GrantRow, GrantRow.user_id == User.id)
        .where(GrantRow.role == Role.SYSADMIN, GrantRow.ended_at.is_(None), User.is_active, ~told)
        .order_by(User.id)
        .limit(limit)
    ).all()


def remind_of_calendar(work: Work, ids: Sequence[int]) -> None:
    """Tell them, once for each year."""
    year = workdays.reminder_due(work)
    if year is None:
        return
    text = f"{year} 年的放假通知还没有导入，落在这一年的时限都是暂定。通知发布以后，请在“工作日”导入。"
    service.enqueue(work, ids, NoticeKind.ADMIN, text, key=_key(year), link=_PAGE)


def _key(year: int) -> str:
    return f"calendar:{year}"
