"""An enterprise in a person's care: the guide's grant, given and withdrawn with the assignment.

Who looks after whom is decided by the chain's committee, not by those who keep grants; the grant follows the decision,
and both stand in the log.
"""

from sqlalchemy import select

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
    demand_decider(work, enterprise)
    work.session.refresh(user, with_for_update=True)
    if not user.is_active:
        raise Conflict(f"{user.name}的账号已停用，请先请系统管理员启用，或者另选一人。")
    running = work.session.scalars(
        select(GrantRow).where(GrantRow.user_id == user.id, GrantRow.ended_at.is_(None))
    ).all()
    for row in running:
        if row.role is Role.GUIDE and row.ref == enterprise.code:
            return row
    said = rules.excluded({row.role for row in running}, Role.GUIDE)
    if said:
        raise Conflict(said, code="separated_duties")
    made = GrantRow(
        user_id=user.id,
        role=Role.GUIDE,
        scope=ScopeKind.ENTERPRISE,
        ref=enterprise.code,
        post=Post.CONTACT,
        started_at=work.now,
    )
    work.session.add(made)
    work.session.flush()
    _note(work, "add_grant", user, made)
    return made


def withdraw(work: Work, grant_id: int, enterprise: Enterprise) -> None:
    """End the grant of an assignment; one that somebody has ended already stays as it is. Raises NotAllowed."""
    demand_decider(work, enterprise)
    row = work.session.get(GrantRow, grant_id, with_for_update=True)
    if row is None or row.ended_at is not None:
        return
    row.ended_at = work.now
    work.session.flush()
    _note(work, "end_grant", row.user, row)


def _note(work: Work, action: str, user: User, row: GrantRow) -> None:
    scope = Grant(row.role, row.scope, row.ref, row.post).written
    data = {"role": row.role.value, "scope": scope, "post": row.post.value if row.post else None}
    audit.record(work, action, f"{user.username} {user.name}", data)
    state.touch(work.session)
