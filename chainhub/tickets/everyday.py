"""Tables of everyday help: standard replies."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from chainhub.core.db import Base, EnumValue
from chainhub.tickets.workflow import Action

_IS_CURRENT = text("is_current")
_IS_CURRENT_SQLITE = text("is_current = 1")


class StandardReply(Base):
    """One version of a standard reply. Rows are never changed but for `is_current`: what was said once stays on record."""

    __tablename__ = "standard_reply"
    __table_args__ = (
        UniqueConstraint("name", "version"),
        Index(
            "uq_standard_reply_current",
            "name",
            unique=True,
            sqlite_where=_IS_CURRENT_SQLITE,
            postgresql_where=_IS_CURRENT,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40))  # one reply through all its versions
    version: Mapped[int]
    is_current: Mapped[bool] = mapped_column(default=True)  # the newest of one that has not been retired
    action: Mapped[Action] = mapped_column(EnumValue(Action))  # the verb in whose form it is offered
    category_code: Mapped[str | None] = mapped_column(ForeignKey("category.code"))  # None: for every category
    label: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)
    made_by: Mapped[str] = mapped_column(String(100))
    made_at: Mapped[datetime]


class ChecklistTick(Base):
    """One item of a category's checklist that somebody has done, in one round of a ticket."""

    __tablename__ = "checklist_tick"
    __table_args__ = (UniqueConstraint("ticket_id", "round", "item"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    round: Mapped[int]
    item: Mapped[str] = mapped_column(String(40))  # the item's code in the county's rules
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    done_by: Mapped[str] = mapped_column(String(100))
    done_at: Mapped[datetime]


class Handover(Base):
    """A 工作交接单: what one person handed to another when they left a post. Never changed."""

    __tablename__ = "handover"
    __table_args__ = (Index("ix_handover_from_id", "from_id"), Index("ix_handover_to_id", "to_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    from_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    from_name: Mapped[str] = mapped_column(String(100))  # name and body, as they were
    to_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    to_name: Mapped[str] = mapped_column(String(100))
    posts: Mapped[list[Any]]  # what both hold: labels of role and body
    items: Mapped[list[Any]]  # {number, title, state, due, how}: what was open at that moment
    note: Mapped[str] = mapped_column(Text, default="")
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    made_by: Mapped[str] = mapped_column(String(100))
    made_at: Mapped[datetime]


class PassedOn(Base):
    """随手转办: what staff heard from a firm and wrote down for it to confirm. It becomes a ticket by the firm's own tap."""

    __tablename__ = "passed_on"
    __table_args__ = (
        Index(
            "ix_passed_on_waiting",
            "enterprise_code",
            sqlite_where=text("settled_at IS NULL"),
            postgresql_where=text("settled_at IS NULL"),
        ),
        Index("ix_passed_on_made_by_id", "made_by_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enterprise_code: Mapped[str] = mapped_column(ForeignKey("enterprise.code"))
    title: Mapped[str] = mapped_column(String(60))
    content: Mapped[str] = mapped_column(Text)
    category_code: Mapped[str | None] = mapped_column(ForeignKey("category.code"))
    contact_person: Mapped[str] = mapped_column(String(20), default="")
    contact_phone: Mapped[str] = mapped_column(String(20), default="")
    made_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    made_by: Mapped[str] = mapped_column(String(100))
    made_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]  # confirmed, or said to be none of theirs
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))  # what it became


class Presence(Base):
    """Who has a ticket's page open: one row a person and ticket, kept for minutes. A hint, never a lock."""

    __tablename__ = "presence"
    __table_args__ = (UniqueConstraint("ticket_id", "user_id"), Index("ix_presence_seen_at", "seen_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    seen_at: Mapped[datetime]
