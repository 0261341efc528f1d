"""What was learnt and when, how well it tells, and whether people followed what it said."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from chainhub.core.db import Base, EnumValue
from chainhub.tickets.hints.rules import What


class HintModel(Base):
    """One try to learn: a model in the models' folder, or the reason why there is none. The newest of each sort counts."""

    __tablename__ = "hint_model"
    __table_args__ = (Index("ix_hint_model_what_id", "what", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    what: Mapped[What] = mapped_column(EnumValue(What))
    made_at: Mapped[datetime]
    digest: Mapped[str] = mapped_column(String(64), default="")  # SHA-256 of the file; empty: no model
    tickets: Mapped[int]  # it was learnt from
    counts: Mapped[dict[str, Any]]  # by label
    few: Mapped[dict[str, Any]]  # by label: those with too few tickets to be learnt
    figures: Mapped[dict[str, Any]]  # of its cross-validation; empty: none
    took_ms: Mapped[int]


class HintTaken(Base):
    """What a person decided about a ticket after a hint was shown; the last decision counts."""

    __tablename__ = "hint_taken"
    __table_args__ = (Index("ix_hint_taken_model_id", "model_id"), Index("ix_hint_taken_at", "at"))

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    what: Mapped[What] = mapped_column(EnumValue(What), primary_key=True)
    model_id: Mapped[int] = mapped_column(ForeignKey("hint_model.id"))
    said: Mapped[str] = mapped_column(String(60))  # the code that was named
    percent: Mapped[int]  # how sure it was said to be
    chosen: Mapped[str] = mapped_column(String(60))  # empty: left open
    was_taken: Mapped[bool]
    at: Mapped[datetime]
