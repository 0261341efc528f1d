"""Chains, units, enterprises and categories: what the county is made of."""

from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from chainhub.core.db import Base


class Chain(Base):
    """An industry chain (产业链)."""

    __tablename__ = "chain"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str]
    short: Mapped[str]
    prefix: Mapped[str] = mapped_column(String(4), unique=True)  # of ticket numbers
    position: Mapped[int]


class Unit(Base):
    """A body that acts: committee, task force, resource group, department."""

    __tablename__ = "unit"

    code: Mapped[str] = mapped_column(String(60), primary_key=True)
    name: Mapped[str]
    short: Mapped[str]
    kind: Mapped[str] = mapped_column(String(40), index=True)
    chain_code: Mapped[str | None] = mapped_column(ForeignKey("chain.code"))
    position: Mapped[int]  # the administrator's list (编办 order), never pinyin
    backed_by: Mapped[list[Any]] = mapped_column(default=list)  # unit codes behind a resource group
    endorses: Mapped[bool] = mapped_column(default=False)  # 审签: a resolution waits for its deputy or head

    @property
    def handles_tickets(self) -> bool:
        """Whether a ticket may be dispatched to it."""
        return self.kind in {"department", "executing"}


class Category(Base):
    """What a matter is about, in two levels (decision; editable)."""

    __tablename__ = "category"

    code: Mapped[str] = mapped_column(String(60), primary_key=True)
    label: Mapped[str]
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("category.code"))
    position: Mapped[int]
    units: Mapped[list[Any]] = mapped_column(default=list)  # likely units, the first is the likeliest


class Enterprise(Base):
    """A member enterprise of one chain."""

    __tablename__ = "enterprise"
    __table_args__ = (Index("ix_enterprise_chain_code_code", "chain_code", "code"),)

    code: Mapped[str] = mapped_column(String(60), primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    short: Mapped[str] = mapped_column(String(40))
    chain_code: Mapped[str] = mapped_column(ForeignKey("chain.code"))
    town: Mapped[str] = mapped_column(String(40), default="")
    address: Mapped[str] = mapped_column(default="")
    contact: Mapped[str] = mapped_column(String(40), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")
    scale: Mapped[str] = mapped_column(String(10), default="small")
    staff: Mapped[int] = mapped_column(default=0)
    has_party_org: Mapped[bool] = mapped_column(default=False)
    is_anchor: Mapped[bool] = mapped_column(default=False)  # 链主
    products: Mapped[str] = mapped_column(default="")
    position: Mapped[int] = mapped_column(default=0)  # in the order of joining the chain
