"""Grants: who may do what over which scope. The security administrator's work, and nobody's own."""

from sqlalchemy import select

from chainhub.audit import service as audit
from chainhub.core.actor import Grant, Role, ScopeKind
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.core.work import Work
from chainhub.county import state
from chainhub.county.directory.models import Chain, Enterprise, Unit
from chainhub.county.people import rules
from chainhub.county.people.models import GrantRow, User

_KEPT_IN = {ScopeKind.CHAIN: Chain, ScopeKind.UNIT: Unit, ScopeKind.ENTERPRISE: Enterprise}


def add_grant(work: Work, user: User, grant: Grant) -> GrantRow:
    """Grant a role. Raises NotAllowed for one's own, Invalid, Conflict where duties are separated."""
    _demand_secadmin(work, user)
    work.session.refresh(user, with_for_update=True)  # two grants at once must see each other
    errors = rules.grant_errors(grant) or _unknown(work, grant)
    if errors:
        raise Invalid(errors=errors)
    if not user.is_active:
        raise Conflict("这个账号已停用，请先请系统管理员启用。")
    _not_excluded(work, user, grant)

    row = GrantRow(
        user_id=user.id,
        role=grant.role,
        scope=grant.scope,
        ref=grant.ref,
        post=grant.post,
        started_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    _record(work, "add_grant", user, row)
    return row


def find_grant(work: Work, grant_id: int) -> GrantRow:
    """Return a grant that this actor may end. Raises NotFound, NotAllowed for one's own."""
    row = work.session.get(GrantRow, grant_id, with_for_update=True)
    if row is None:
        raise NotFound("没有这条授权，请回到授权列表再找。")
    _demand_secadmin(work, row.user)
    return row


def end_grant(work: Work, grant_id: int) -> GrantRow:
    """End a running grant. Raises NotFound, NotAllowed for one's own, Conflict if it has ended already."""
    row = find_grant(work, grant_id)
    if row.ended_at is not None:
        raise Conflict("这条授权已经结束了。")

    row.ended_at = work.now
    work.session.flush()
    _record(work, "end_grant", row.user, row)
    return row


def _demand_secadmin(work: Work, user: User) -> None:
    if work.actor.id is not None and Role.SECADMIN not in work.actor.roles:
        raise NotAllowed("授权由安全管理员办。")
    if work.actor.id == user.id:
        raise NotAllowed("不能改自己的授权，请另一位安全管理员来办。")


def _unknown(work: Work, grant: Grant) -> dict[str, list[str]]:
    kept_in = _KEPT_IN.get(grant.scope)
    if kept_in is None:
        return {} if not grant.ref else {"scope": ["全县的授权不写编码。"]}
    if work.session.get(kept_in, grant.ref) is not None:
        return {}
    return {"scope": ["没有这条产业链、这个单位或这家企业，请重选。"]}


def _not_excluded(work: Work, user: User, grant: Grant) -> None:
    running = work.session.scalars(
        select(GrantRow).where(GrantRow.user_id == user.id, GrantRow.ended_at.is_(None))
    ).all()
    same = (grant.role, grant.scope, grant.ref, grant.post)
    if any((row.role, row.scope, row.ref, row.post) == same for row in running):
        raise Conflict("这个人已经有这条授权。")
    said = rules.excluded({row.role for row in running}, grant.role)
    if said:
        raise Conflict(said, code="separated_duties")


def _record(work: Work, action: str, user: User, row: GrantRow) -> None:
    scope = Grant(row.role, row.scope, row.ref, row.post).written
    data = {"role": row.role.value, "scope": scope, "post": row.post.value if row.post else None}
    audit.record(work, action, f"{user.username} {user.name}", data)
    state.touch(work.session)
