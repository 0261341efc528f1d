"""The responsibility list (权责清单): which unit leads or helps with which category, why, and from when until when."""

from datetime import date

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chainhub.core.db import Base, EnumValue
from chainhub.county.responsibilities.rules import Entry, Share, keywords_of


class Responsibility(Base):
    """One line of the list."""

    __tablename__ = "responsibility"
    __table_args__ = (
        UniqueConstraint("category_code", "unit_code", "from_on"),
        Index("ix_responsibility_unit_code", "unit_code"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    category_code: Mapped[str] = mapped_column(ForeignKey("category.code"))
    unit_code: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    share: Mapped[Share] = mapped_column(EnumValue(Share))
    basis: Mapped[str] = mapped_column(Text, default="")
    belongs: Mapped[str] = mapped_column(Text, default="")
    beyond: Mapped[str] = mapped_column(Text, default="")
    keywords: Mapped[str] = mapped_column(
        String(200), default=""
    )  # 增容、专线: readable, and found by its words
    place: Mapped[int] = mapped_column(default=1)  # within its category
    from_on: Mapped[date]
    until_on: Mapped[date | None]  # the first day on which it is no longer in force

    @property
    def entry(self) -> Entry:
        """The line as the rules take it."""
        return Entry(
            self.id,
            self.unit_code,
            self.category_code,
            self.share,
            self.basis,
            self.belongs,
            self.beyond,
            keywords_of(self.keywords),
            self.place,
            self.from_on,
            self.until_on,
        )
