"""Tables of what stands beside a ticket's life: 吹哨 and who reported in, 上级转办, who is invited to a 会商."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from chainhub.core.db import Base, EnumValue
from chainhub.tickets.terms import WhistleState

_IS_OPEN = text("state IN ('asked', 'blown')")


class Whistle(Base):
    """A 吹哨: several units are called to one matter at once. One that a firm blows counts once the committee confirms."""

    __tablename__ = "whistle"
    __table_args__ = (
        Index("ix_whistle_ticket_id", "ticket_id"),
        Index("uq_whistle_open", "ticket_id", unique=True, sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    state: Mapped[WhistleState] = mapped_column(EnumValue(WhistleState))
    reason: Mapped[str] = mapped_column(Text)
    blown_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    blown_by: Mapped[str] = mapped_column(String(120))  # as they were
    blown_at: Mapped[datetime]
    decided_by: Mapped[str] = mapped_column(String(120), default="")  # who confirmed it, or did not
    decided_at: Mapped[datetime | None]
    decision: Mapped[str] = mapped_column(Text, default="")
    ended_by: Mapped[str] = mapped_column(String(120), default="")
    ended_at: Mapped[datetime | None]
    ended_note: Mapped[str] = mapped_column(Text, default="")


class ReportIn(Base):
    """One unit that a whistle calls: by when it is to report in, when it did, with whom."""

    __tablename__ = "report_in"
    __table_args__ = (
        UniqueConstraint("whistle_id", "unit_code"),
        Index("ix_report_in_unit_ticket", "unit_code", "ticket_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    whistle_id: Mapped[int] = mapped_column(ForeignKey("whistle.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    unit_code: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    due_at: Mapped[datetime]  # as it was when the whistle was blown; the clock has it as it is
    reported_at: Mapped[datetime | None]
    reported_by: Mapped[str] = mapped_column(String(120), default="")
    people: Mapped[str] = mapped_column(String(60), default="")  # who comes
    arrives_at: Mapped[datetime | None]  # when they are (or were) there
    note: Mapped[str] = mapped_column(Text, default="")


class Referral(Base):
    """What a superior sent down with a ticket (上级转办): its number, its limit, and our reply to it. One a ticket."""

    __tablename__ = "referral"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), unique=True)
    source: Mapped[str] = mapped_column(String(60))  # 12345, 96178, the city
    number: Mapped[str] = mapped_column(String(60))  # as the superior numbers it
    due_on: Mapped[date]  # the superior's limit
    due_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(120))
    recorded_at: Mapped[datetime]
    replied_on: Mapped[date | None]
    replied_by: Mapped[str] = mapped_column(String(120), default="")
    reply: Mapped[str] = mapped_column(Text, default="")


class Invited(Base):
    """A unit that is invited to the 会商 that runs: it reads the ticket meanwhile. Gone with its end."""

    __tablename__ = "invited"
    __table_args__ = (Index("ix_invited_unit_ticket", "unit_code", "ticket_id"),)

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    unit_code: Mapped[str] = mapped_column(ForeignKey("unit.code"), primary_key=True)
