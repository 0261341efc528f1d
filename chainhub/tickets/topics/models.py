"""Groups of recent tickets, who belongs to which, what a person has said does not belong together."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from chainhub.core.db import Base


class Topic(Base):
    """A group of recent tickets about the same sort of matter. It keeps its number while most of its tickets stay."""

    __tablename__ = "topic"
    __table_args__ = {"sqlite_autoincrement": True}  # a number is not used again: somebody has the address

    id: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[list[Any]]  # what at least half of its tickets say, the most telling first
    made_at: Mapped[datetime]


class TopicTicket(Base):
    """A ticket of a group: of one at most."""

    __tablename__ = "topic_ticket"
    __table_args__ = (Index("ix_topic_ticket_topic_id", "topic_id", "place"),)

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id"))
    place: Mapped[int]  # in the group, the most typical is 0
    score: Mapped[int]  # how typical it is, per mille
    is_twin: Mapped[bool]  # another ticket says nearly the same
    words: Mapped[
        list[Any]
    ]  # which of the group's words it holds: a reader is told those of tickets they see


class TopicApart(Base):
    """Two tickets of which a person has said: not the same sort (不是一类). It holds until it is taken back."""

    __tablename__ = "topic_apart"
    __table_args__ = (Index("ix_topic_apart_other_id", "other_id"),)

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)  # which was taken out
    other_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]


class TopicState(Base):
    """One row: what the groups were made from, and how long that took."""

    __tablename__ = "topic_state"

    id: Mapped[int] = mapped_column(primary_key=True)
    upto_id: Mapped[int]  # the newest ticket that was looked at
    made_at: Mapped[datetime]
    tickets: Mapped[int]  # that were looked at
    took_ms: Mapped[int]
    is_stale: Mapped[bool]  # somebody has said since what does not belong together
