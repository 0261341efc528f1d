"""One row that says which version of the county's facts holds, so that every process knows when to read again."""

from typing import NamedTuple
from uuid import uuid4

from sqlalchemy import select
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


class Standing(NamedTuple):
    """What the row says."""

    county: str
    demo: bool
    stamp: str
    calendar_version: int


COLUMNS = (CountyState.name, CountyState.demo, CountyState.stamp, CountyState.calendar_version)
"""In the order of `Standing`: for a query that every request asks anyway, and that reads the row along."""
_ASKED = select(*COLUMNS)
_MEMO = "chainhub.county_state"


def remember(session: Session, standing: Standing) -> None:
    """Keep for this unit of work what another query has read along."""
    session.info[_MEMO] = standing


def of(session: Session) -> Standing | None:
    """Return what the row says in this unit of work, or None where there is no county yet."""
    found = session.info.get(_MEMO)
    if isinstance(found, Standing):
        return found
    row = session.execute(_ASKED).first()
    return Standing(*row) if row else None


def forget(session: Session) -> None:
    """Drop what this unit of work has read of the row."""
    session.info.pop(_MEMO, None)


def touch(session: Session, *, calendar: bool = False) -> CountyState:
    """Say that facts of the county have changed; with `calendar`, that running clocks must be computed anew."""
    state = session.get_one(CountyState, 1)
    state.stamp = uuid4().hex
    if calendar:
        state.calendar_version += 1
    return state
