"""Who holds which post, as one value; what makes a good password, account name or grant. Pure."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from chainhub.core.actor import ADMINISTRATORS, GUESTS, Grant, Post, Role, ScopeKind

FAILURES_MOST = 5  # wrong passwords in a row
SOURCE_FAILURES_MOST = 30  # wrong passwords from one address, whatever the name
LOCK = timedelta(minutes=15)

USERNAME_LEAST, USERNAME_MOST = 3, 40
NAME_MOST, TITLE_MOST, PHONE_MOST = 40, 60, 20
PASSWORD_LEAST, PASSWORD_MOST = 10, 128
TOKEN_NAME_MOST = 60
TOKEN_DAYS_MOST = 730

DEMO_PASSWORD = "chainhub-demo"  # noqa: S105  known to everybody; production refuses it
DEMO_ACCOUNTS: Mapping[str, str] = {
    "qiye": "企业",
    "zhidaoyuan": "指导员",
    "dangwei": "产业链党委",
    "dangwei2": "产业链党委（第二人）",
    "zhuanban": "产业发展专班",
    "zhuanban2": "产业发展专班（第二人）",
    "bumen": "部门经办人",
    "fenguan": "部门分管负责人",
    "bumen2": "另一部门经办人",
    "huifang": "回访员",
    "lingdao": "链长",
    "xianzhang": "县主要领导",
    "lianluo": "联络员",
    "xitong": "系统管理员",
    "anquan": "安全管理员",
    "shenji": "审计员",
}

SCOPES: Mapping[Role, frozenset[ScopeKind]] = {
    Role.ENTERPRISE: frozenset({ScopeKind.ENTERPRISE}),
    Role.GUIDE: frozenset({ScopeKind.ENTERPRISE}),
    Role.COMMITTEE: frozenset({ScopeKind.CHAIN}),
    Role.TASK_FORCE: frozenset({ScopeKind.CHAIN}),
    Role.DEPARTMENT: frozenset({ScopeKind.UNIT}),
    Role.LEADER: frozenset({ScopeKind.CHAIN, ScopeKind.COUNTY}),
    Role.LIAISON: frozenset({ScopeKind.CHAIN, ScopeKind.COUNTY}),
    Role.CALLER: frozenset({ScopeKind.COUNTY}),  # call-backs are the county's: somebody who did not handle it
    Role.SYSADMIN: frozenset({ScopeKind.COUNTY}),
    Role.SECADMIN: frozenset({ScopeKind.COUNTY}),
    Role.AUDITOR: frozenset({ScopeKind.COUNTY}),
}
"""Over what each role may be granted. The clock is nobody's grant, and an inspector's comes with the account alone."""

SCOPE_WORDS: Mapping[ScopeKind, str] = {
    ScopeKind.COUNTY: "全县",
    ScopeKind.CHAIN: "一条产业链",
    ScopeKind.UNIT: "一个单位",
    ScopeKind.ENTERPRISE: "一家企业",
    ScopeKind.INSPECTION: "一次迎检",
}

_USERNAME = re.compile(r"[a-z][a-z0-9_.-]*")
_OFTEN_GUESSED = frozenset(
    {
        "password123",
        "password1234",
        "passw0rd123",
        "p@ssw0rd123",
        "admin12345",
        "admin123456",
        "a123456789",
        "a1234567890",
        "aa123456789",
        "abc1234567",
        "abc12345678",
        "abc123456789",
        "qwerty12345",
        "qwerty123456",
        "1qaz2wsx3edc",
        "1q2w3e4r5t",
        "q1w2e3r4t5",
        "woaini1314",
        "woaini520520",
        "china123456",
        "wenshang123",
        "wenshang2026",
        "chainhub123",
        "chainhub2026",
    }
)


@dataclass(frozen=True, slots=True)
class Holding:
    """One running grant of an active person."""

    user_id: int
    name: str
    title: str
    role: Role
    scope: ScopeKind
    ref: str
    post: Post | None
    substitute_id: int | None = None  # AB角
    unit_code: str | None = None  # where the person works


@dataclass(frozen=True, slots=True)
class Holders:
    """Every running grant, found by role and scope."""

    _by_scope: dict[tuple[Role, ScopeKind, str], tuple[Holding, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, holdings: Iterable[Holding]) -> "Holders":
        """Index running grants by (role, scope, ref)."""
        found: dict[tuple[Role, ScopeKind, str], tuple[Holding, ...]] = {}
        for one in holdings:
            key = (one.role, one.scope, one.ref)
            found[key] = (*found.get(key, ()), one)
        return cls(found)

    def all(self) -> Iterable[Holding]:
        """Return every running grant."""
        return (one for held in self._by_scope.values() for one in held)

    def of_role(
        self, role: Role, scope: ScopeKind, ref: str = "", post: Post | None = None
    ) -> tuple[Holding, ...]:
        """Return who holds a role over exactly this scope; with `post`, in that post alone."""
        found = self._by_scope.get((role, scope, ref), ())
        return found if post is None else tuple(one for one in found if one.post is post)

    def ids(self, role: Role, scope: ScopeKind, ref: str = "", post: Post | None = None) -> frozenset[int]:
        """Return the ids of `of_role`."""
        return frozenset(one.user_id for one in self.of_role(role, scope, ref, post))

    def of_unit(self, code: str) -> frozenset[int]:
        """Return who works at a unit or handles for it, in whatever other role."""
        return self.ids(Role.DEPARTMENT, ScopeKind.UNIT, code) | {
            one.user_id for one in self.all() if one.unit_code == code
        }


def username_of(typed: str) -> str:
    """Return an account name the way it is stored."""
    return typed.strip().lower()


def username_errors(username: str) -> list[str]:
    """Say what is wrong with a new account name."""
    if not USERNAME_LEAST <= len(username) <= USERNAME_MOST:
        return [f"登录名要 {USERNAME_LEAST} 到 {USERNAME_MOST} 个字符。"]
    if not _USERNAME.fullmatch(username):
        return ["登录名用小写字母开头，只含小写字母、数字、点、横线和下划线。"]
    return []


def password_errors(password: str, username: str) -> list[str]:
    """Say what is wrong with a new password; an empty list means that it will do."""
    said = []
    if len(password) < PASSWORD_LEAST:
        said.append(f"密码至少 {PASSWORD_LEAST} 个字符。")
    if len(password) > PASSWORD_MOST:
        said.append(f"密码最多 {PASSWORD_MOST} 个字符。")
    if not (any(char.isalpha() for char in password) and any(char.isdigit() for char in password)):
        said.append("密码里要有字母，也要有数字。")
    if username.lower() in password.lower():
        said.append("密码里不能有登录名。")
    if password.lower() in _OFTEN_GUESSED:
        said.append("这个密码太常见，容易被猜到，请换一个。")
    return said


def grant_errors(grant: Grant) -> dict[str, list[str]]:
    """Say, by field, what is wrong with a new grant taken by itself."""
    errors: dict[str, list[str]] = {}
    scopes = SCOPES.get(grant.role)
    if scopes is None:
        return {"role": ["这个角色不能授给人。"]}
    if grant.scope not in scopes:
        wanted = "或".join(SCOPE_WORDS[kind] for kind in ScopeKind if kind in scopes)
        errors["scope"] = [f"{grant.role.label}管的是{wanted}，请改选。"]
    if grant.role in ADMINISTRATORS and grant.post is not None:
        errors["post"] = [f"{grant.role.label}不分岗位，请不要选岗位。"]
    if grant.role not in ADMINISTRATORS and grant.post is None:
        errors["post"] = ["请选岗位：主要负责人、分管负责人或经办人。"]
    return errors


def excluded(held: Collection[Role], wanted: Role) -> str:
    """Say why somebody who holds these roles may not hold this one too; empty where they may."""
    if GUESTS & set(held):
        return "这是迎检账号，不能再有别的授权；要办事的，请另开账号。"
    others = [role for role in Role if role in held and role is not wanted]
    administers = next((role for role in others if role in ADMINISTRATORS), None)
    if administers is not None:
        return f"这个人已是{administers.label}，不能再有别的角色（三员分设）。请先结束那条授权，或换一个人。"
    if wanted in ADMINISTRATORS and others:
        return f"这个人已有“{others[0].label}”的授权，不能再当{wanted.label}；请先结束那条授权，或换一个人。"
    return ""


def local_path(address: str) -> str:
    """Return an address that stays on this site as it is, and an empty string for any other.

    Browsers read a backslash as a slash and drop tabs and line ends, so such addresses are not taken.
    """
    leaves = not address.startswith("/") or address.startswith("//") or "\\" in address
    return "" if leaves or not address.isprintable() else address
