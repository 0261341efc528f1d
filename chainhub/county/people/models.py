"""Persons, their grants (role, scope, post), their tokens."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from chainhub.core.actor import Post, Role, ScopeKind
from chainhub.core.db import Base, EnumValue


class User(Base):
    """A person with an account. What they may do stands in their grants."""

    __tablename__ = "user_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(60), unique=True)
    password_hash: Mapped[str]
    name: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(60), default="")  # 职务
    phone: Mapped[str] = mapped_column(String(20), default="")
    unit_code: Mapped[str | None] = mapped_column(ForeignKey("unit.code"))
    enterprise_code: Mapped[str | None] = mapped_column(ForeignKey("enterprise.code"))
    is_active: Mapped[bool] = mapped_column(default=True)
    must_change_password: Mapped[bool] = mapped_column(default=False)
    failures: Mapped[int] = mapped_column(default=0)  # wrong passwords in a row
    locked_until: Mapped[datetime | None]
    epoch: Mapped[int] = mapped_column(default=1)  # raised to end every session at once
    elder: Mapped[bool] = mapped_column(default=False)  # 长辈模式
    substitute_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))  # AB角
    created_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]  # of an account for a time: from then on it opens nothing

    grants: Mapped[list["GrantRow"]] = relationship(back_populates="user")


class GrantRow(Base):
    """One (role, scope, post) of one person, from a day on, until it is ended."""

    __tablename__ = "user_grant"
    __table_args__ = (
        Index("ix_user_grant_user_id", "user_id"),
        Index("ix_user_grant_role_scope_ref", "role", "scope", "ref"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    role: Mapped[Role] = mapped_column(EnumValue(Role))
    scope: Mapped[ScopeKind] = mapped_column(EnumValue(ScopeKind))
    ref: Mapped[str] = mapped_column(String(60), default="")
    post: Mapped[Post | None] = mapped_column(EnumValue(Post))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(back_populates="grants")


class ApiToken(Base):
    """A bearer token. Only its digest is kept; what was issued is shown once."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class EndedSession(Base):
    """A sign-in that its owner has ended: copies of its cookies are refused until they would be void anyway."""

    __tablename__ = "ended_session"

    sid: Mapped[str] = mapped_column(String(60), primary_key=True)
    until: Mapped[datetime] = mapped_column(index=True)


class SignInFailure(Base):
    """Wrong tries from one address, whatever the name: the second counter beside the account's own."""

    __tablename__ = "sign_in_failure"

    source: Mapped[str] = mapped_column(String(64), primary_key=True)  # digest of the address
    count: Mapped[int] = mapped_column(default=0)
    since: Mapped[datetime]
