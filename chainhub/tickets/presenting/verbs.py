"""The verbs of a person on a ticket, the likely one first."""

from collections.abc import Sequence

from chainhub.tickets.models import Ticket
from chainhub.tickets.showing import (
    ActionView,
)
from chainhub.tickets.workflow import Action, Move

_LIKELY: tuple[Action, ...] = (
    Action.ACCEPT,
    Action.DISPATCH,
    Action.ACKNOWLEDGE,
    Action.SUPPLY_INFO,
    Action.CONFIRM,
    Action.PASS_REVIEW,
    Action.CLOSE,
    Action.UPHOLD_RETURN,
    Action.REJECT_RETURN,
    Action.RESOLVE,
    Action.PROGRESS,
    Action.CONTACT,
    Action.ANSWER,
    Action.SEND_BACK,
    Action.ASK_INFO,
    Action.REQUEST_INFO,
    Action.RECLASSIFY,
    Action.RETURN,
    Action.DECLINE,
    Action.REOPEN,
    Action.ESCALATE,
    Action.CALL_FAILED,
    Action.HAND_IN,
    Action.CONCLUDE,
    Action.RESUME,
    Action.ENDORSE,
    Action.REFUSE_ENDORSE,
    Action.RECHECK,
    Action.RECHECK_FINE,
    Action.APPEAL,
    Action.RESTART,
    Action.UNMERGE,
    Action.ASSIGN,
    Action.CONVENE,
    Action.CARRY_OVER,
    Action.DETERMINE,
    Action.MERGE,
    Action.CLOSE_INCOMPLETE,
    Action.WITHDRAW,
)
_NEVER_FIRST = frozenset(
    {
        Action.WITHDRAW,
        Action.REOPEN,
        Action.ESCALATE,
        Action.MERGE,
        Action.CONVENE,
        Action.CARRY_OVER,
        Action.CLOSE_INCOMPLETE,
        Action.DETERMINE,
        Action.APPEAL,
        Action.RECLASSIFY,
        Action.RETURN,
    }
)
"""What nobody should be led to do first."""
_FIRM_VERBS = {
    Action.CONFIRM: "说说办得怎么样",
    Action.REOPEN: "不满意，请重办",
    Action.SUPPLY_INFO: "补充材料",
    Action.ESCALATE: "还是不满意，请提级协调",
}


def actions(
    ticket: Ticket, moves: Sequence[Move], *, for_firm: bool, contact_due: bool
) -> tuple[ActionView, ...]:
    """Return the verbs of this person, the likely one first and primary: the one whose clock ends first."""
    order = {action: place for place, action in enumerate(_LIKELY)}
    if contact_due:
        order[Action.CONTACT] = -1  # the hours of the first contact end before the days of handling
    listed = sorted({row.action for row in moves}, key=lambda one: order.get(one, len(order)))
    found = []
    for place, action in enumerate(listed):
        label = _FIRM_VERBS.get(action, action.label) if for_firm else action.label
        primary = place == 0 and action not in _NEVER_FIRST
        last = action is Action.WITHDRAW
        found.append(ActionView(action.value, label, f"{ticket.link}/act/{action.value}", primary, last=last))
    return tuple(found)
