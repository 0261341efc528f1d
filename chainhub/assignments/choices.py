"""What a form chooses from: a list while people can read it, a search by name or code where it is longer."""

from sqlalchemy import ColumnElement, Select, or_, select, true

from chainhub.assignments import queries
from chainhub.assignments.limits import LISTED_MOST, NAMED_MOST, Choices, Listed
from chainhub.assignments.models import Guide
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.directory.models import Enterprise
from chainhub.county.people.models import User


def guides(work: Work) -> Choices:
    """Return the guides who are there, with their units."""
    asked = queries.standing(local(work.now).date())

    def _listed(query: Select[Guide, User]) -> Listed:
        units = known.of(work.session).directory
        return [
            (str(guide.user_id), f"{user.name}（{units.unit_name(user.unit_code)}）")
            for guide, user in work.session.execute(query)
        ]

    def _find(said: str) -> Listed:
        exact = _listed(
            asked.where(or_(User.username == said.lower(), User.name == said)).limit(NAMED_MOST + 1)
        )
        return exact or _listed(asked.where(User.name.contains(said, autoescape=True)).limit(NAMED_MOST + 1))

    every = _listed(asked.limit(LISTED_MOST + 1))
    return every if len(every) <= LISTED_MOST else _find


def firms(work: Work) -> Choices:
    """Return all enterprises."""
    return _firms(work, true())


def own_firms(work: Work) -> Choices:
    """Return the enterprises for which this actor decides."""
    return _firms(work, Enterprise.chain_code.in_(queries.decided(work)))


def _firms(work: Work, which: ColumnElement[bool]) -> Choices:
    asked = (
        select(Enterprise.code, Enterprise.short)
        .where(which)
        .order_by(Enterprise.chain_code, Enterprise.position, Enterprise.code)
    )

    def _listed(query: Select[str, str]) -> Listed:
        return [(row.code, row.short) for row in work.session.execute(query)]

    def _find(said: str) -> Listed:
        meant = or_(Enterprise.code == said, Enterprise.short == said, Enterprise.name == said)
        holding = or_(
            Enterprise.short.contains(said, autoescape=True), Enterprise.name.contains(said, autoescape=True)
        )
        exact = _listed(asked.where(meant).limit(NAMED_MOST + 1))
        return exact or _listed(asked.where(holding).limit(NAMED_MOST + 1))

    every = _listed(asked.limit(LISTED_MOST + 1))
    return every if len(every) <= LISTED_MOST else _find


def units(work: Work) -> Listed:
    """Return units, in the county's order."""
    return [(one.code, one.name) for one in known.of(work.session).directory.units.values()]
