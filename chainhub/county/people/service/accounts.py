"""Accounts: opening, closing, unlocking, and their passwords. Who may do what is decided here, once."""

import secrets
from dataclasses import dataclass

from sqlalchemy import func, select

from chainhub.audit import service as audit
from chainhub.core.actor import ADMINISTRATORS, Role
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.core.work import Work
from chainhub.county import state
from chainhub.county.directory.models import Enterprise, Unit
from chainhub.county.people import passwords, queries, rules
from chainhub.county.people.models import GrantRow, User
from chainhub.county.people.service.tokens import revoke_tokens


@dataclass(frozen=True, slots=True)
class NewUser:
    """A person who gets an account: of a unit, of an enterprise, or of neither."""

    username: str
    name: str
    title: str = ""
    phone: str = ""
    unit_code: str | None = None
    enterprise_code: str | None = None


def find_user(work: Work, user_id: int) -> User:
    """Return the person with this id. Raises NotFound."""
    user = work.session.get(User, user_id)
    if user is None:
        raise NotFound("没有这个账号，请回到账号列表再找。")
    return user


def find(work: Work, username: str) -> User:
    """Return the person with this account name. Raises NotFound."""
    user = queries.user_by_name(work.session, rules.username_of(username))
    if user is None:
        raise NotFound(f"没有登录名为“{username}”的账号。")
    return user


def hash_password(password: str) -> str:
    """Return what is stored of a password."""
    return passwords.hashed(password)


def add_user(work: Work, new: NewUser, password: str, *, password_hash: str = "") -> User:
    """Open an account; the password was handed over by somebody, so it must be changed. Raises Invalid.

    Hashing is slow on purpose: who opens many accounts in one transaction brings the hash along.
    """
    _demand(work, Role.SYSADMIN)
    username = rules.username_of(new.username)
    errors = _new_user_errors(work, username, new)
    said = _password_errors(work, username, password)
    if said:
        errors["password"] = said
    if errors:
        raise Invalid(errors=errors)

    user = User(
        username=username,
        password_hash=password_hash or passwords.hashed(password),
        name=new.name.strip(),
        title=new.title.strip(),
        phone=new.phone.strip(),
        unit_code=new.unit_code,
        enterprise_code=new.enterprise_code,
        must_change_password=not _is_demo_account(work, username),
        created_at=work.now,
    )
    work.session.add(user)
    work.session.flush()
    _record(work, "add_user", user, {"unit": new.unit_code, "enterprise": new.enterprise_code})
    state.touch(work.session)
    return user


def open_account(work: Work, new: NewUser) -> tuple[User, str]:
    """Open an account with a one-time password and return both; show the password once, keep it nowhere."""
    password = one_time_password(new.username)
    return add_user(work, new, password), password


def one_time_password(username: str) -> str:
    """Return a password to be handed over once that this person may have.

    For a name that no account may have it is any: every password holds an empty name, and there would be no end.
    """
    name = rules.username_of(username)
    made = passwords.one_time()
    while not rules.username_errors(name) and rules.password_errors(made, name):
        made = passwords.one_time()  # by chance it held the account name
    return made


def change_password(work: Work, old: str, new: str) -> User:
    """Change one's own password; every other session of this person ends. Raises Invalid."""
    user = find_user(work, work.actor.id or 0)
    if not passwords.matches(user.password_hash, old):
        raise Invalid(errors={"old": ["原来的密码不对，请再输一次。"]})
    said = _password_errors(work, user.username, new)
    if secrets.compare_digest(old.encode(), new.encode()):
        said = ["新密码和原来的一样，请换一个。"]
    if said:
        raise Invalid(errors={"new": said})

    user.password_hash = passwords.hashed(new)
    user.must_change_password = False
    user.epoch += 1
    work.session.flush()
    _record(work, "change_password", user)
    return user


def set_password(work: Work, user: User, password: str) -> None:
    """Give somebody a new password that must be changed; all sessions and tokens of that person end."""
    _demand(work, Role.SYSADMIN)
    _not_oneself(work, user, "自己的密码请在“改密码”里改。")
    _not_watcher(work, user)
    if user.ends_at is not None:  # with its password somebody would read what the administrator may not
        raise NotAllowed("迎检账号的密码不重置：请停用它，由产业链党委重新开一个。")
    said = _password_errors(work, user.username, password)
    if said:
        raise Invalid(errors={"password": said})

    user.password_hash = passwords.hashed(password)
    user.must_change_password = not _is_demo_account(work, user.username)
    user.epoch += 1
    user.failures, user.locked_until = 0, None
    work.session.flush()
    _record(work, "set_password", user, {"tokens": revoke_tokens(work, user)})


def reset_password(work: Work, user: User) -> str:
    """Give somebody a one-time password and return it, to be shown once and kept nowhere."""
    password = one_time_password(user.username)
    set_password(work, user, password)
    return password


def disable(work: Work, user: User) -> None:
    """Close an account; its sessions and tokens end at once. Raises Conflict for oneself and the last one."""
    _demand(work, Role.SYSADMIN)
    _not_oneself(work, user, "不能停用自己的账号，请另一位系统管理员来办。")
    if not user.is_active:
        raise Conflict("这个账号已经停用了。")
    _not_last_administrator(work, user)

    user.is_active = False
    user.epoch += 1
    work.session.flush()
    _record(work, "disable_user", user, {"tokens": revoke_tokens(work, user)})
    state.touch(work.session)


def enable(work: Work, user: User) -> None:
    """Open a closed account again, with the grants it had."""
    _demand(work, Role.SYSADMIN)
    if user.is_active:
        raise Conflict("这个账号正在使用，不用启用。")
    if user.ends_at is not None:
        raise Conflict("迎检账号停了就不再启用，请产业链党委重新开一个。")

    user.is_active = True
    user.failures, user.locked_until = 0, None
    work.session.flush()
    _record(work, "enable_user", user)
    state.touch(work.session)


def unlock(work: Work, user: User) -> None:
    """Let somebody try again before the fifteen minutes are over."""
    _demand(work, Role.SYSADMIN)
    user.failures, user.locked_until = 0, None
    work.session.flush()
    _record(work, "unlock_user", user)


def set_elder(work: Work, *, elder: bool) -> None:
    """Remember whether the acting person reads in large type (长辈模式)."""
    find_user(work, work.actor.id or 0).elder = elder
    work.session.flush()


def _demand(work: Work, role: Role) -> None:
    # Without an account acts the operator at the server's console, or the clock.
    if work.actor.id is not None and role not in work.actor.roles:
        raise NotAllowed(f"这件事由{role.label}办。")


def _not_oneself(work: Work, user: User, sentence: str) -> None:
    if work.actor.id == user.id:
        raise Conflict(sentence)


def _not_watcher(work: Work, user: User) -> None:
    # Whoever sets a password can sign in with it: separated administrators would be one person.
    if work.actor.id is None or not _roles(work, user) & {Role.SECADMIN, Role.AUDITOR}:
        return
    raise NotAllowed("安全管理员和审计员的密码不能由系统管理员重置；请在服务器上用 chainhub user passwd 办。")


def _not_last_administrator(work: Work, user: User) -> None:
    for role in _roles(work, user) & ADMINISTRATORS:
        others = work.session.scalar(
            select(func.count(GrantRow.id))
            .join(User, User.id == GrantRow.user_id)
            .where(GrantRow.role == role, GrantRow.ended_at.is_(None), User.is_active, User.id != user.id)
        )
        if not others:
            raise Conflict(f"这是唯一的{role.label}，停用后没有人接替；请先授权另一位。")


def _roles(work: Work, user: User) -> frozenset[Role]:
    held = select(GrantRow.role).where(GrantRow.user_id == user.id, GrantRow.ended_at.is_(None))
    return frozenset(work.session.scalars(held))


def _is_demo_account(work: Work, username: str) -> bool:
    return username in rules.DEMO_ACCOUNTS and queries.is_demo(work.session)


def _password_errors(work: Work, username: str, password: str) -> list[str]:
    return [] if _is_demo_account(work, username) else rules.password_errors(password, username)


def _new_user_errors(work: Work, username: str, new: NewUser) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    said = rules.username_errors(username)
    if not said and queries.user_by_name(work.session, username) is not None:
        said = ["已经有这个登录名，请换一个。"]
    if said:
        errors["username"] = said
    if not new.name.strip():
        errors["name"] = ["请写姓名。"]
    if new.unit_code and new.enterprise_code:
        errors["enterprise_code"] = ["单位和企业只选一个。"]
    if new.unit_code and work.session.get(Unit, new.unit_code) is None:
        errors["unit_code"] = ["没有这个单位，请重选。"]
    if new.enterprise_code and work.session.get(Enterprise, new.enterprise_code) is None:
        errors["enterprise_code"] = ["没有这家企业，请重选。"]
    return errors


def _record(work: Work, action: str, user: User, data: dict[str, object] | None = None) -> None:
    audit.record(work, action, f"{user.username} {user.name}", data)
