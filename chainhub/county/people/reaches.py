"""By which ways persons want word, as rows, and reading them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from chainhub.core.actor import Role
from chainhub.core.db import Base, EnumValue
from chainhub.core.media import Medium
from chainhub.county.people.models import GrantRow, User
from chainhub.county.people.reaching import Reach, Reaches


class ReachRow(Base):
    """One way of one person, kept also while it is off or not proven yet."""

    __tablename__ = "reach"
    __table_args__ = (UniqueConstraint("user_id", "medium"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    medium: Mapped[Medium] = mapped_column(EnumValue(Medium))
    address: Mapped[str] = mapped_column(String(120), default="")
    is_on: Mapped[bool] = mapped_column(default=False)
    verified_at: Mapped[datetime | None]


def reaches(session: Session, demanded: Mapping[str, Sequence[str]]) -> Reaches:
    """Return the ways that hold: switched on, proven, of active persons; and those that the county demands."""
    chosen = session.execute(
        select(ReachRow.user_id, ReachRow.medium, ReachRow.address)
        .join(User, User.id == ReachRow.user_id)
        .where(ReachRow.is_on, ReachRow.verified_at.is_not(None), User.is_active)
        .order_by(ReachRow.id)
    )
    roles = [one for one in Role if demanded.get(one.value)]
    held = (
        session.execute(
            select(GrantRow.user_id, GrantRow.role, User.phone)
            .join(User, User.id == GrantRow.user_id)
            .where(GrantRow.role.in_(roles), GrantRow.ended_at.is_(None), User.is_active)
            .order_by(GrantRow.id)
        ).all()
        if roles
        else ()
    )
    return Reaches.of((Reach(*row) for row in chosen), demanded, ((row[0], row[1], row[2]) for row in held))


def own(session: Session, user_id: int) -> Mapping[Medium, ReachRow]:
    """Return what one person has set, off and unproven ways included."""
    rows = session.scalars(select(ReachRow).where(ReachRow.user_id == user_id))
    return {one.medium: one for one in rows}
