"""Papers that were issued, the last number of each sort and year, and templates that an administrator replaced."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chainhub.core.db import Base
from chainhub.documents.papers.rules import number_text


class Paper(Base):
    """One issued paper. Printed again, it carries the same number and says the same."""

    __tablename__ = "paper"
    __table_args__ = (
        UniqueConstraint("kind", "year", "serial"),  # a number is given once
        UniqueConstraint("owner_kind", "owner_id", "kind", "subject"),  # a paper is numbered once
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    year: Mapped[int]
    serial: Mapped[int]
    owner_kind: Mapped[str] = mapped_column(String(20))
    owner_id: Mapped[int]
    subject: Mapped[str] = mapped_column(String(80))  # which of its kind: “dispatch:4”; empty: there is one
    title: Mapped[str] = mapped_column(String(200))  # what it is about, for its file name
    facts: Mapped[dict[str, Any]]  # as they were when it was issued; empty: it always says what is so now
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    issued_by: Mapped[str] = mapped_column(String(120))
    issued_at: Mapped[datetime]

    @property
    def number(self) -> str:
        """Its number as it is printed."""
        return number_text(self.year, self.serial)


class PaperSeries(Base):
    """The last number given out for a sort of papers in a year. Never goes back, so none is reused."""

    __tablename__ = "paper_series"

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


class PaperTemplate(Base):
    """A template that replaces the default of its sort.

    In the database rather than beside the attachments, because a backup holds the database alone, and a county
    that is restored must print as it did.
    """

    __tablename__ = "paper_template"

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))  # of the file that was uploaded
    content: Mapped[str] = mapped_column(
        Text, deferred=True
    )  # the .docx in base64: a backup is lines of JSON
    size: Mapped[int]  # bytes of the .docx
    sha256: Mapped[str] = mapped_column(String(64))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    by_name: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime]
