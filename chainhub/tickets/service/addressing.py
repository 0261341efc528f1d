"""To whom a 批示 or a 督办 may be addressed, and who of them may answer: a unit that handles tickets, or the
committee or task force of the ticket's own chain.
"""

from collections.abc import Mapping, Sequence

from chainhub.core.actor import Post, Role, ScopeKind
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.directory.rules import UnitFact
from chainhub.reminders.service import Holder
from chainhub.tickets.models import Ticket

_OF_A_CHAIN: Mapping[str, Role] = {"chain_committee": Role.COMMITTEE, "task_force": Role.TASK_FORCE}


def addressees(work: Work, ticket: Ticket) -> list[UnitFact]:
    """Return the units that may be addressed about this ticket, in the county's order."""
    return [unit for unit in known.of(work.session).directory.units.values() if _role(ticket, unit)]


def _role(ticket: Ticket, unit: UnitFact) -> Role | None:
    if unit.code == ticket.complained_unit_code:
        return None
    if unit.handles:
        return Role.DEPARTMENT
    return _OF_A_CHAIN.get(unit.kind) if unit.chain == ticket.chain_code else None


def holder(work: Work, ticket: Ticket, code: str) -> Holder | None:
    """Return who of a unit holds the clock of an answer, or None where it cannot be addressed."""
    unit = known.of(work.session).directory.units.get(code)
    role = _role(ticket, unit) if unit is not None else None
    if role is None:
        return None
    if role is Role.DEPARTMENT:
        return Holder(role.value, ScopeKind.UNIT.value, code)
    return Holder(role.value, ScopeKind.CHAIN.value, ticket.chain_code)


def capacity(work: Work, ticket: Ticket, code: str) -> Role | None:
    """Return as what this actor answers for a unit, or None if it is not theirs."""
    held = holder(work, ticket, code)
    if held is None:
        return None
    role = Role(held.role)
    of_a_unit = role is Role.DEPARTMENT
    mine = work.actor.holds(role, unit=code) if of_a_unit else work.actor.holds(role, chain=ticket.chain_code)
    return role if mine else None


def people(work: Work, ticket: Ticket, code: str, posts: Sequence[Post]) -> frozenset[int]:
    """Return who of a unit is told: the posts that are held, else everybody there."""
    held = holder(work, ticket, code)
    if held is None:
        return frozenset()
    holders = known.of(work.session).holders
    role, scope = Role(held.role), ScopeKind(held.scope)
    found = frozenset(one for post in posts for one in holders.ids(role, scope, held.ref, post))
    return found or holders.ids(role, scope, held.ref)


def of_the_chain(work: Work, ticket: Ticket, role: Role) -> str | None:
    """Return the code of the chain's committee or task force as a unit, or None where it has none."""
    units = known.of(work.session).directory.units.values()
    return next((unit.code for unit in units if not unit.handles and _role(ticket, unit) is role), None)
