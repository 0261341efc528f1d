"""An enterprise in a person's care: the guide's grant, given and withdrawn with the assignment.

Who looks after whom is decided by the chain's committee, not by those who keep grants; the grant follows the decision,
and both stand in the log.
"""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from chainhub.audit import service as audit
from chainhub.core.actor import Grant, Post, Role, ScopeKind
from chainhub.core.errors import Conflict, NotAllowed
from chainhub.core.work import Work
from chainhub.county import state
from chainhub.county.directory.models import Enterprise
from chainhub.county.people import rules
from chainhub.county.people.models import GrantRow, User


def demand_decider(work: Work, enterprise: Enterprise) -> None:
    """Refuse whoever does not decide who looks after an enterprise: NotAllowed."""
    if not decides(work, enterprise.chain_code):
        raise NotAllowed("谁来带哪家企业，由本产业链的党委来定。")


def decides(work: Work, chain: str) -> bool:
    """Say whether this actor decides it for a chain: its committee, the clock, or an operator."""
    return work.actor.id is None or work.actor.holds(Role.COMMITTEE, chain=chain)


def entrust(work: Work, user: User, enterprise: Enterprise) -> GrantRow:
    """Give a person sight of an enterprise as its guide; a grant that runs already is kept.

    Raises NotAllowed, Conflict where the account is closed or duties are separated.
    """
    return entrust_many(work, [(user, enterprise)])[0]


def withdraw(work: Work, grant_id: int, enterprise: Enterprise) -> None:
    """End the grant of an assignment; one that somebody has ended already stays as it is. Raises NotAllowed."""
    withdraw_many(work, [(grant_id, enterprise)])


def entrust_many(work: Work, pairs: Sequence[tuple[User, Enterprise]]) -> Sequence[GrantRow]:
    """Give each of these persons sight of an enterprise, in their order, asking as little as for one.

    Raises as `entrust`, for the first that may not be.
    """
    for _, firm in pairs:
        demand_decider(work, firm)
    ids = sorted({user.id for user, _ in pairs})
    locked = select(User).where(User.id.in_(ids)).order_by(User.id).with_for_update()
    work.session.scalars(locked.execution_options(populate_existing=True)).all()
    running: defaultdict[int, list[GrantRow]] = defaultdict(list)
    rows = select(GrantRow).where(GrantRow.user_id.in_(ids), GrantRow.ended_at.is_(None))
    for row in work.session.scalars(rows):
        running[row.user_id].append(row)
    found, new = [], []
    for user, firm in pairs:
        _demand_able(user, running[user.id])
        there = _of_firm(running[user.id], firm)
        if there is None:
            there = _granted(work, user, firm)
            running[user.id].append(there)
            new.append((user, there))
        found.append(there)
    work.session.add_all([row for _, row in new])
    work.session.flush()
    _note_all(work, "add_grant", new)
    return found


def withdraw_many(work: Work, grants: Sequence[tuple[int, Enterprise]]) -> None:
    """End the grants of assignments, asking as little as for one. Raises NotAllowed."""
    for _, firm in grants:
        demand_decider(work, firm)
    locked = (
        select(GrantRow)
        .where(GrantRow.id.in_([id_ for id_, _ in grants]), GrantRow.ended_at.is_(None))
        .order_by(GrantRow.id)
        .options(joinedload(GrantRow.user))
        .with_for_update(of=GrantRow)
    )
    rows = work.session.scalars(locked).all()
    ended = update(GrantRow).where(GrantRow.id.in_([row.id for row in rows])).values(ended_at=work.now)
    work.session.execute(ended)
    _note_all(work, "end_grant", [(row.user, row) for row in rows])


def _demand_able(user: User, running: Sequence[GrantRow]) -> None:
    if not user.is_active:
        raise Conflict(f"{user.name}的账号已停用，请先请系统管理员启用，或者另选一人。")
    said = rules.excluded({row.role for row in running}, Role.GUIDE)
    if said:
        raise Conflict(said, code="separated_duties")


def _of_firm(running: Sequence[GrantRow], firm: Enterprise) -> GrantRow | None:
    return next((row for row in running if row.role is Role.GUIDE and row.ref == firm.code), None)


def _granted(work: Work, user: User, firm: Enterprise) -> GrantRow:
    return GrantRow(
        user_id=user.id,
        role=Role.GUIDE,
        scope=ScopeKind.ENTERPRISE,
        ref=firm.code,
        post=Post.CONTACT,
        started_at=work.now,
    )


def _note_all(work: Work, action: str, rows: Sequence[tuple[User, GrantRow]]) -> None:
    if not rows:
        return
    deeds = []
    for user, row in rows:
        scope = Grant(row.role, row.scope, row.ref, row.post).written
        data = {"role": row.role.value, "scope": scope, "post": row.post.value if row.post else None}
        deeds.append(audit.Deed(action, f"{user.username} {user.name}", data))
    audit.record_all(work, deeds)
    state.touch(work.session)
