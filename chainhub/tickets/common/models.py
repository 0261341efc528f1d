"""Common issues, the tickets that belong to them, and who else has the same trouble."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from chainhub.core.actor import Post
from chainhub.core.db import Base, EnumValue


class CommonIssue(Base):
    """What many tickets have in common, as a task of the chain's task force. Open until `closed_at`."""

    __tablename__ = "common_issue"
    __table_args__ = (Index("ix_common_issue_chain_code_id", "chain_code", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(60))
    category_code: Mapped[str] = mapped_column(ForeignKey("category.code"))
    chain_code: Mapped[str] = mapped_column(ForeignKey("chain.code"))
    post: Mapped[Post] = mapped_column(EnumValue(Post))  # of the task force: who leads it
    due_on: Mapped[date]
    progress: Mapped[str] = mapped_column(Text, default="")  # the latest
    progress_at: Mapped[datetime | None]
    conclusion: Mapped[str] = mapped_column(Text, default="")
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    opened_by: Mapped[str] = mapped_column(String(120))
    opened_at: Mapped[datetime]
    closed_by: Mapped[str] = mapped_column(String(120), default="")
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_open(self) -> bool:
        """Whether it is still worked on."""
        return self.closed_at is None

    @property
    def link(self) -> str:
        """Where its page is."""
        return f"/common/{self.id}"


class CommonTicket(Base):
    """A ticket that belongs to a common issue: to one at most."""

    __tablename__ = "common_ticket"
    __table_args__ = (Index("ix_common_ticket_issue_id", "issue_id", "ticket_id"),)

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("common_issue.id"))
    linked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    linked_at: Mapped[datetime]


class CommonEcho(Base):
    """An enterprise that says: the same with us (同感). Once each."""

    __tablename__ = "common_echo"

    issue_id: Mapped[int] = mapped_column(ForeignKey("common_issue.id"), primary_key=True)
    enterprise_code: Mapped[str] = mapped_column(ForeignKey("enterprise.code"), primary_key=True)
    at: Mapped[datetime]
