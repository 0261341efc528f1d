"""What every use case may take as known of the county: working time, rules, directory, who holds what.

Read once per change: a process keeps the value for the county's present stamp, and one cheap look at the
stamp per unit of work tells whether it still holds.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from chainhub.core.actor import Actor
from chainhub.core.errors import Conflict
from chainhub.core.worktime import SHANGHAI, Calendar
from chainhub.county import state
from chainhub.county.directory import queries as directory
from chainhub.county.directory.rules import Directory
from chainhub.county.people import absences
from chainhub.county.people import queries as people
from chainhub.county.people.absences import Absences
from chainhub.county.people.reaches import reaches
from chainhub.county.people.reaching import Reaches
from chainhub.county.people.rules import Holders
from chainhub.county.rulebook import queries as rulebook
from chainhub.county.rulebook.rules import Book
from chainhub.county.workdays import queries as workdays

_KEPT = 8  # stamps; a process serves one county, tests serve a few
_MEMO = "chainhub.known"
_kept: OrderedDict[str, "Known"] = OrderedDict()


@dataclass(frozen=True, slots=True)
class Known:
    """The county's facts under one stamp."""

    name: str
    demo: bool
    stamp: str
    calendar: Calendar
    book: Book
    directory: Directory
    holders: Holders
    absences: Absences
    reaches: Reaches


def standing_in(session: Session, actor: Actor, at: datetime) -> Actor:
    """Return an actor with what is lent to them at a moment, while somebody is away (AB角)."""
    if actor.id is None or state.of(session) is None:
        return actor
    facts = of(session)
    return absences.standing_in(actor, facts.absences, facts.holders, at.astimezone(SHANGHAI).date())


def of(session: Session) -> Known:
    """Return what is known of the county in this unit of work (looked up once per session)."""
    memo = session.info.get(_MEMO)
    if isinstance(memo, Known):
        return memo
    found = state.of(session)
    if found is None:
        raise Conflict(
            "库里还没有县。演示请先运行 chainhub demo，正式安装请先运行 chainhub county load。",
            code="no_county",
        )
    name, demo, stamp, version = found
    known = _kept.get(stamp)
    if known is None:
        book = rulebook.book(session)
        known = Known(
            name,
            demo,
            stamp,
            workdays.calendar(session, version),
            book,
            directory.directory(session),
            people.holders(session),
            people.absences(session),
            reaches(session, book.media),
        )
        _kept[stamp] = known
        while len(_kept) > _KEPT:
            _kept.popitem(last=False)
    session.info[_MEMO] = known
    return known


def forget(session: Session) -> None:
    """Drop the memo of this session, after its own unit of work has changed a fact of the county."""
    session.info.pop(_MEMO, None)
    state.forget(session)
