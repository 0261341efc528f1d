"""What was attached to what: one row a file. The file itself lies in the storage."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from chainhub.core.db import Base


class Attachment(Base):
    """One file. Its owner is named by kind and id, since this room knows no feature."""

    __tablename__ = "attachment"
    __table_args__ = (Index("ix_attachment_owner", "owner_kind", "owner_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_kind: Mapped[str] = mapped_column(String(20))
    owner_id: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(100))  # content type, by its content
    size: Mapped[int]  # bytes, as stored
    sha256: Mapped[str] = mapped_column(String(64))  # of what is stored
    stored_as: Mapped[str] = mapped_column(String(80), unique=True)
    internal: Mapped[bool] = mapped_column(default=False)  # not for whom the owner says
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    by_name: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime]
    event_seq: Mapped[int | None]  # the line of the owner's history that tells of it
