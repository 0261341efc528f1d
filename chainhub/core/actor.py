"""Who acts: a person with grants, or the clock."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from chainhub.core.words import Labelled


class Role(Labelled):
    """What somebody may do, by the roles of the county (domain, section 1); an inspector only looks, for a time."""

    ENTERPRISE = "enterprise", "企业"
    GUIDE = "guide", "指导员"
    COMMITTEE = "committee", "产业链党委"
    TASK_FORCE = "task_force", "产业发展专班"
    DEPARTMENT = "department", "职能部门"
    LEADER = "leader", "领导"
    LIAISON = "liaison", "联络员"
    CALLER = "caller", "回访员"
    SYSADMIN = "sysadmin", "系统管理员"
    SECADMIN = "secadmin", "安全管理员"
    AUDITOR = "auditor", "审计员"
    INSPECTOR = "inspector", "迎检查看"
    CLOCK = "clock", "系统自动"


ADMINISTRATORS = frozenset({Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR})


GUESTS = frozenset({Role.INSPECTOR})
"""Who is let in for a time: no door opens to them that does not name them."""


class Post(Labelled):
    """The post that holds a grant. Tasks belong to posts, not to persons."""

    HEAD = "head", "主要负责人"
    DEPUTY = "deputy", "分管负责人"
    CONTACT = "contact", "经办人"


class ScopeKind(StrEnum):
    """What a grant reaches over."""

    COUNTY = "county"
    CHAIN = "chain"
    UNIT = "unit"
    ENTERPRISE = "enterprise"
    INSPECTION = "inspection"


@dataclass(frozen=True, slots=True)
class Grant:
    """One role over one scope, held by a post. `ref` is the code of chain, unit or enterprise."""

    role: Role
    scope: ScopeKind
    ref: str = ""
    post: Post | None = None
    lent_by: str = ""  # AB角: the name of whose post it is, while they are away
    lent_by_id: int | None = None

    @property
    def written(self) -> str:
        """The scope as the API writes it: `chain:equipment`, `county`."""
        return self.scope.value if self.scope is ScopeKind.COUNTY else f"{self.scope.value}:{self.ref}"


@dataclass(frozen=True, slots=True)
class Actor:
    """The person (or the clock) on whose behalf a use case runs."""

    id: int | None
    username: str
    name: str
    grants: tuple[Grant, ...] = ()
    unit_code: str | None = None
    unit_name: str = ""
    enterprise_code: str | None = None
    title: str = ""
    phone: str = ""
    roles: frozenset[Role] = field(default=frozenset(), compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "roles", frozenset(grant.role for grant in self.grants))

    def refs(self, role: Role, scope: ScopeKind) -> frozenset[str]:
        """Return the codes over which this actor holds `role` with that kind of scope."""
        return frozenset(g.ref for g in self.grants if g.role is role and g.scope is scope)

    def stands_in_for(self, role: Role, *, chain: str = "", unit: str = "", enterprise: str = "") -> str:
        """Return for whom this actor acts in a role, or an empty string where the role is their own."""
        lent = self.lent(role, chain=chain, unit=unit, enterprise=enterprise)
        return lent[0].lent_by if lent else ""

    def lent(self, role: Role, *, chain: str = "", unit: str = "", enterprise: str = "") -> tuple[Grant, ...]:
        """Return the lent grants by which alone this actor holds a role over the named scopes; none where one is their own."""
        if not any(one.lent_by for one in self.grants):
            return ()
        found = []
        for grant in self.grants:
            alone = replace(self, grants=(grant,))
            if alone.holds(role, chain=chain, unit=unit, enterprise=enterprise):
                if not grant.lent_by:
                    return ()
                found.append(grant)
        return tuple(found)

    def holds(self, role: Role, *, chain: str = "", unit: str = "", enterprise: str = "") -> bool:
        """Say whether one grant of `role` reaches any of the named scopes (a county grant reaches all)."""
        return any(
            grant.role is role
            and (
                grant.scope is ScopeKind.COUNTY
                or (grant.scope is ScopeKind.CHAIN and grant.ref == chain)
                or (grant.scope is ScopeKind.UNIT and grant.ref == unit)
                or (grant.scope is ScopeKind.ENTERPRISE and grant.ref == enterprise)
            )
            for grant in self.grants
        )


THE_CLOCK = Actor(id=None, username="clock", name="系统自动", grants=(Grant(Role.CLOCK, ScopeKind.COUNTY),))
