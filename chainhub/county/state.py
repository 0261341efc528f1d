"""One row that says which version of the county's facts holds, so that every process knows when to read again."""

from uuid import uuid4

from sqlalchemy.orm import Mapped, Session, mapped_column

from chainhub.core.db import Base


class CountyState(Base):
    """Versions of calendar, rulebook, directory and grants. One row, id 1."""

    __tablename__ = "county_state"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    demo: Mapped[bool] = mapped_column(default=False)
    calendar_version: Mapped[int] = mapped_column(default=1)
    stamp: Mapped[str]  # changes with every change of facts; never repeats


def touch(session: Session, *, calendar: bool = False) -> CountyState:
    """Say that facts of the county have changed; with `calendar`, that running clocks must be computed anew."""
    state = session.get_one(CountyState, 1)
    state.stamp = uuid4().hex
    if calendar:
        state.calendar_version += 1
    return state
