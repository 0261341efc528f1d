"""What waits to leave the house: a row per recipient and medium, how each medium fares, codes that prove an address."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from chainhub.core.db import Base, EnumValue
from chainhub.core.media import Medium
from chainhub.notices.manners import Fate, Purpose
from chainhub.notices.rules import NoticeKind

_PENDING = text("fate IN ('waiting', 'sending')")


class Outgoing(Base):
    """One thing said to one person by one medium, written in the transaction that caused it.

    It names its notice by (`user_id`, `key`) and repeats its words, so that nothing is read when it is written.
    """

    __tablename__ = "outgoing"
    __table_args__ = (
        UniqueConstraint("user_id", "key", "medium"),
        Index("ix_outgoing_look", "look_at", sqlite_where=_PENDING, postgresql_where=_PENDING),
        Index("ix_outgoing_link", "link", sqlite_where=_PENDING, postgresql_where=_PENDING),
        Index("ix_outgoing_sent", "user_id", "medium", "sent_at"),
        Index("ix_outgoing_fate", "fate", "id"),
        Index("ix_outgoing_parcel", "parcel"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    medium: Mapped[Medium] = mapped_column(EnumValue(Medium))
    purpose: Mapped[Purpose] = mapped_column(EnumValue(Purpose))
    kind: Mapped[NoticeKind] = mapped_column(EnumValue(NoticeKind))
    text: Mapped[str] = mapped_column(Text)
    link: Mapped[str] = mapped_column(String(200), default="")
    key: Mapped[str] = mapped_column(String(120))
    address: Mapped[str] = mapped_column(
        String(120), default=""
    )  # empty: what the person has when it is sent
    at_once: Mapped[bool] = mapped_column(default=False)  # at any hour
    created_at: Mapped[datetime]
    fate: Mapped[Fate] = mapped_column(EnumValue(Fate))
    look_at: Mapped[datetime]  # not before; while it is being sent: until when the claim holds
    tries: Mapped[int] = mapped_column(default=0)
    held: Mapped[bool] = mapped_column(default=False)  # was over the cap of an hour
    repeated: Mapped[bool] = mapped_column(default=False)  # may have been sent before: a claim died over it
    parcel: Mapped[int | None]  # the id of the first row of its message; stays when it is tried again
    claim: Mapped[str] = mapped_column(String(32), default="")
    said: Mapped[str] = mapped_column(String(300), default="")  # the last answer, or why it was given up
    sent_at: Mapped[datetime | None]


class MediumState(Base):
    """How a medium fares: it pauses for everybody while its server does not answer."""

    __tablename__ = "medium_state"

    medium: Mapped[Medium] = mapped_column(EnumValue(Medium), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)  # in a row
    paused_until: Mapped[datetime | None]
    said: Mapped[str] = mapped_column(String(300), default="")
    failed_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]


class OneTimeCode(Base):
    """A code on its way: six digits that are not stored, but computed from `salt` under the application's key."""

    __tablename__ = "one_time_code"
    __table_args__ = (Index("ix_one_time_code_address_made_at", "address", "made_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(String(20))  # sign_in, verify
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))  # none: nobody has this number
    medium: Mapped[Medium] = mapped_column(EnumValue(Medium))
    address: Mapped[str] = mapped_column(String(64))  # a digest
    salt: Mapped[str] = mapped_column(String(32))
    made_at: Mapped[datetime] = mapped_column(index=True)
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]
