"""What the clock sees to: grants and assignments agree, and who decides hears in time of a term that ends."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, or_, select

from chainhub.assignments import kinds, queries
from chainhub.assignments.models import Assignment
from chainhub.core.actor import Role, ScopeKind
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.directory.models import Enterprise
from chainhub.county.people.models import GrantRow, User
from chainhub.notices import service as notices
from chainhub.notices.rules import NoticeKind

NOT_YET, TOLD_SOON, TOLD_OVER = 0, 1, 2


def unsettled(work: Work, limit: int) -> Sequence[int]:
    """Return the grants of guides that no assignment follows yet, or that have ended while one runs."""
    return work.session.scalars(
        select(GrantRow.id)
        .outerjoin(Assignment, (Assignment.grant_id == GrantRow.id) & Assignment.ended_on.is_(None))
        .where(
            GrantRow.role == Role.GUIDE,
            GrantRow.scope == ScopeKind.ENTERPRISE,
            or_(
                and_(GrantRow.ended_at.is_(None), Assignment.id.is_(None)),
                and_(GrantRow.ended_at.is_not(None), Assignment.id.is_not(None)),
            ),
        )
        .order_by(GrantRow.id)
        .limit(limit)
    ).all()


def _ending(work: Work) -> ColumnElement[bool]:
    """Return the condition of a running term whose next word is due: so long before its end, and at its end."""
    today = local(work.now).date()
    soon = today + timedelta(days=queries.soon_days(work))
    return or_(
        and_(Assignment.warned == NOT_YET, Assignment.until_on <= soon),
        and_(Assignment.warned == TOLD_SOON, Assignment.until_on <= today),
    )


def ending(work: Work, limit: int) -> Sequence[int]:
    """Return the assignments of whose end somebody must hear now."""
    query = select(Assignment.id).where(Assignment.ended_on.is_(None), _ending(work))
    return work.session.scalars(query.order_by(Assignment.id).limit(limit)).all()


def tell_ending(work: Work, ids: Sequence[int]) -> None:
    """Tell guide and committee that a term ends or is over: renew it, or choose somebody else."""
    today, facts = local(work.now).date(), known.of(work.session)
    every = queries.all_kinds(work)
    rows = work.session.execute(
        select(Assignment, Enterprise.short, Enterprise.chain_code, User.name)
        .join(Enterprise, Enterprise.code == Assignment.enterprise_code)
        .outerjoin(User, User.id == Assignment.user_id)
        .where(Assignment.id.in_(ids), Assignment.ended_on.is_(None), _ending(work))
    ).all()
    for row, firm, chain, name in rows:
        if row.until_on is None:
            continue
        over = row.until_on <= today
        kind = every.get(row.kind, kinds.DEFAULT[0]).label
        when = "已经期满" if over else f"{queries.day_text(row.until_on)}期满"
        words = f"{firm}的{kind}{name or row.helper}{when}，请推算方案：续任，或者换人。"
        clerks = facts.holders.ids(Role.COMMITTEE, ScopeKind.CHAIN, chain)
        key = f"assignment:{row.id}:{'over' if over else 'soon'}"
        notices.enqueue(work, clerks, NoticeKind.REMINDER, words, key=key, link="/guides?ending=1")
        if row.user_id is not None:
            own = f"您在{firm}的{kind}选派期{when}，续任还是换人等党委来定。"
            notices.enqueue(work, [row.user_id], NoticeKind.NEWS, own, key=key, link="/guides")
        row.warned = TOLD_OVER if over else TOLD_SOON
    work.session.flush()
