"""Reading chains, units, categories and enterprises."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.orm import Session

from chainhub.core.actor import Actor, Role, ScopeKind
from chainhub.county.directory.models import Category, Chain, Enterprise, Unit
from chainhub.county.directory.rules import CategoryFact, ChainFact, Directory, UnitFact


def directory(session: Session) -> Directory:
    """Return chains, units and categories, each in the administrator's order."""
    chains = session.scalars(select(Chain).order_by(Chain.position, Chain.code))
    units = session.scalars(select(Unit).order_by(Unit.position, Unit.code))
    categories = session.scalars(select(Category).order_by(Category.position, Category.code))
    return Directory(
        {c.code: ChainFact(c.code, c.name, c.short, c.prefix) for c in chains},
        {
            u.code: UnitFact(u.code, u.name, u.short, u.kind, u.chain_code, u.handles_tickets, u.endorses)
            for u in units
        },
        {c.code: CategoryFact(c.code, c.label, c.parent_code, tuple(c.units)) for c in categories},
    )


def enterprises(
    session: Session,
    *,
    chains: frozenset[str] | None = None,
    codes: frozenset[str] | None = None,
    q: str = "",
    limit: int = 200,
) -> Sequence[Enterprise]:
    """Return enterprises in the order of their codes: of these chains, or with these codes, whose name holds `q`."""
    query = select(Enterprise).order_by(Enterprise.code).limit(limit)
    if chains is not None:
        query = query.where(Enterprise.chain_code.in_(chains))
    if codes is not None:
        query = query.where(Enterprise.code.in_(codes))
    if q:
        query = query.where(_named(q))
    return session.scalars(query).all()


def _named(q: str) -> ColumnElement[bool]:
    return or_(Enterprise.name.contains(q, autoescape=True), Enterprise.short.contains(q, autoescape=True))


_OF_EVERY_CHAIN = frozenset({Role.DEPARTMENT, Role.SYSADMIN, Role.SECADMIN})
"""A department handles for any chain; these administrators keep accounts and grants of every enterprise."""


def readable(actor: Actor) -> ColumnElement[bool]:
    """Return the condition under which this actor may look an enterprise up.

    An enterprise sees itself, a guide those in its care, the staff of a chain their chain; a grant over the
    county, a department and those who keep accounts and grants see all.
    """
    if actor.roles & _OF_EVERY_CHAIN:
        return true()
    if any(grant.scope is ScopeKind.COUNTY and grant.role is not Role.AUDITOR for grant in actor.grants):
        return true()
    codes = {grant.ref for grant in actor.grants if grant.scope is ScopeKind.ENTERPRISE}
    chains = {grant.ref for grant in actor.grants if grant.scope is ScopeKind.CHAIN}
    found: list[ColumnElement[bool]] = []
    if codes:
        found.append(Enterprise.code.in_(sorted(codes)))
    if chains:
        found.append(Enterprise.chain_code.in_(sorted(chains)))
    return or_(*found) if found else false()


def enterprises_for(
    session: Session, actor: Actor, *, chain: str = "", q: str = "", after: str = "", limit: int = 50
) -> Sequence[Enterprise]:
    """Return the enterprises this actor may look up, in the order of their codes, those behind `after`."""
    query = select(Enterprise).where(readable(actor)).order_by(Enterprise.code).limit(limit)
    if chain:
        query = query.where(Enterprise.chain_code == chain)
    if q:
        query = query.where(_named(q))
    if after:
        query = query.where(Enterprise.code > after)
    return session.scalars(query).all()
