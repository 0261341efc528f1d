"""What the people of a simulated county mean to do about a matter, by the state it has come to. Pure, by chance alone.

A plan is made whenever a ticket enters a state. Whoever comes first moves it on; what is left of the plan is then void.
Nothing here knows the table of moves: an intention that the table does not offer at its moment comes to nothing.
"""

from collections.abc import Callable, Mapping
from datetime import date

from chainhub.operations.simulating import afterwards, at_the_door, at_work
from chainhub.operations.simulating.intents import Chance, Intent, Matter, Plan
from chainhub.tickets.workflow import State

S = State


def plan(matter: Matter, chance: Chance, today: date) -> list[Intent]:
    """Return what is meant to happen to a ticket that has just come to its state, in no order."""
    planned = _PLANS[matter.state](matter, chance, today) if matter.state in _PLANS else iter(())
    return list(planned)


_PLANS: Mapping[State, Callable[[Matter, Chance, date], Plan]] = {
    S.SUBMITTED: at_the_door.submitted,
    S.INFO_REQUESTED: at_the_door.info_requested,
    S.INCOMPLETE: at_the_door.incomplete,
    S.DECLINED: at_the_door.declined,
    S.ACCEPTED: at_the_door.accepted,
    S.DISPATCHED: at_work.dispatched,
    S.DISPUTED: at_work.disputed,
    S.HANDLING: at_work.handling,
    S.AWAITING_INFO: at_work.awaiting_info,
    S.CONSULTING: at_work.consulting,
    S.CARRIED_OVER: at_work.carried_over,
    S.ENDORSING: at_work.endorsing,
    S.RESOLVED: afterwards.resolved,
    S.REVIEWED: afterwards.reviewed,
    S.CONFIRMED: afterwards.confirmed,
    S.CLOSED: afterwards.closed,
    S.MERGED: afterwards.merged,
}
