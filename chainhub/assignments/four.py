"""四个一 (row S2-30): each enterprise has a leader, a guide, a paired organisation and a Party worker; what is lacking."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, func, not_, select

from chainhub.assignments import queries
from chainhub.assignments.kinds import GUIDE, Kind
from chainhub.assignments.models import Assignment
from chainhub.core.errors import NotAllowed
from chainhub.core.work import Work
from chainhub.county.directory.models import Enterprise
from chainhub.county.people.models import User

FOUR = ("contact_point", GUIDE, "pairing", "party_worker")
"""The kinds that make the four, in the order of the rule."""


@dataclass(frozen=True, slots=True)
class Line:
    """An enterprise and who stands for each of the kinds, in their order; empty where nobody does."""

    code: str
    name: str
    who: tuple[str, ...]

    @property
    def lacking(self) -> int:
        """How many of them nobody stands for."""
        return sum(not one for one in self.who)


@dataclass(frozen=True, slots=True)
class Page:
    """Some enterprises, and behind which code the next ones begin."""

    items: Sequence[Line]
    after: str


def kinds(work: Work) -> tuple[Kind, ...]:
    """Return the kinds of the four that the county has."""
    every = queries.all_kinds(work)
    return tuple(every[code] for code in FOUR if code in every)


def counts(work: Work) -> tuple[int, int]:
    """Return for how many of this actor's enterprises all are there, and how many enterprises these are."""
    _demand(work)
    whole = func.count().filter(_whole(kinds(work)))
    query = select(whole, func.count()).where(Enterprise.chain_code.in_(queries.chains(work)))
    full, every = work.session.execute(query).one()
    return full, every


def lines(work: Work, *, gaps: bool = False, after: str = "", limit: int = queries.PAGE) -> Page:
    """Return this actor's enterprises by code; with `gaps` those alone that lack one. Raises NotAllowed."""
    _demand(work)
    wanted = kinds(work)
    query = (
        select(Enterprise.code, Enterprise.short)
        .where(Enterprise.chain_code.in_(queries.chains(work)), Enterprise.code > after)
        .order_by(Enterprise.code)
        .limit(limit + 1)
    )
    if gaps:
        query = query.where(not_(_whole(wanted)))
    firms = work.session.execute(query).all()
    shown = firms[:limit]
    rows = work.session.execute(
        select(Assignment.enterprise_code, Assignment.kind, func.coalesce(User.name, Assignment.helper))
        .outerjoin(User, User.id == Assignment.user_id)
        .where(
            Assignment.enterprise_code.in_([row.code for row in shown]),
            Assignment.kind.in_([one.code for one in wanted]),
            Assignment.ended_on.is_(None),
            Assignment.lead,
        )
        .order_by(Assignment.id)
    )
    who: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for code, kind, name in rows:
        who[code, kind].append(name)
    found = [
        Line(row.code, row.short, tuple("、".join(who[row.code, one.code]) for one in wanted))
        for row in shown
    ]
    return Page(found, shown[-1].code if len(firms) > limit else "")


def _demand(work: Work) -> None:
    if not queries.chains(work):
        raise NotAllowed("“四个一”由产业链党委、专班和领导来看。")


def _whole(wanted: Sequence[Kind]) -> ColumnElement[bool]:
    """Return the condition that an enterprise has somebody of each kind."""
    return and_(
        *(
            exists().where(
                Assignment.enterprise_code == Enterprise.code,
                Assignment.kind == one.code,
                Assignment.ended_on.is_(None),
                Assignment.lead,
            )
            for one in wanted
        )
    )
