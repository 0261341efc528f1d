"""Tables of everyday help: standard replies."""

from datetime import datetime

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
