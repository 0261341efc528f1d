"""What an action does to a ticket beside its state and clocks: one function an action, called before the state changes."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from chainhub.core.actor import Role, ScopeKind
from chainhub.core.errors import Invalid
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI
from chainhub.county import known
from chainhub.reminders.models import Clock
from chainhub.tickets import queries, rules
from chainhub.tickets.models import Ticket
from chainhub.tickets.service import assigning, checklists, complaints, evidencing, inviting, parts
from chainhub.tickets.terms import ONE_QUESTION, Kind, Route, Satisfaction
from chainhub.tickets.workflow import OPEN, Action

Given = Mapping[str, Any]


def take(work: Work, ticket: Ticket, action: Action, given: Given) -> Sequence[Clock]:
    """Let an action leave its mark on the ticket; return the clocks of the parts it sends.

    Raises Invalid for what does not suffice or fit, Conflict where evidence is lacking that no form can give.
    """
    effect = _EFFECTS.get(action)
    return (effect(work, ticket, given) if effect is not None else None) or ()


def _accept(work: Work, ticket: Ticket, given: Given) -> None:
    """Set the matter on its route; one that nobody waits at is refused."""
    ticket.route, ticket.route_taken = given.get("route"), False
    if ticket.route in {Route.DAILY, Route.KEY} and ticket.confidential:
        raise Invalid(errors={"route": ["保密的诉求指导员和链长看不到，请选别的路。"]})
    holders = known.of(work.session).holders
    if ticket.route is Route.DAILY and not holders.ids(
        Role.GUIDE, ScopeKind.ENTERPRISE, ticket.enterprise_code
    ):
        raise Invalid(errors={"route": ["这家企业还没有指导员，请选别的路。"]})


def _dispatch(work: Work, ticket: Ticket, given: Given) -> Sequence[Clock]:
    unit = known.of(work.session).directory.units.get(given["lead_unit"])
    if unit is None or not unit.handles:
        raise Invalid(errors={"lead_unit": ["没有这个办理单位，请从名单里选一个。"]})
    complaints.demand_others(work, ticket, [unit.code], "lead_unit")
    if any(part.unit_code == unit.code for part in parts.still_open(work, ticket)):
        raise Invalid(
            errors={"lead_unit": [f"{unit.short}正在协办这件诉求，等它交了再派它主办，或者换一个单位。"]}
        )
    if unit.code in ticket.returned_by:
        ticket.returned_by = [code for code in ticket.returned_by if code != unit.code]
    ticket.route_taken = True
    ticket.lead_unit_code = unit.code
    ticket.responsible_unit_code = ticket.responsible_unit_code or unit.code
    ticket.dispatched_at = work.now
    ticket.info_asked = 0
    ticket.info_lapsed = False
    ticket.assigned_to_id, ticket.assigned_office = None, ""
    co = parts.tasks(given.get("co_units") or ())
    complaints.demand_others(work, ticket, [one.unit for one in co], "co_units")
    return parts.send(work, ticket, co, "co_units")


def _acknowledge(work: Work, ticket: Ticket, given: Given) -> None:
    ticket.responsible_unit_code = ticket.lead_unit_code


def _reject_return(work: Work, ticket: Ticket, given: Given) -> None:
    ticket.returned_by = sorted({*ticket.returned_by, ticket.lead_unit_code})


def _ask_info(work: Work, ticket: Ticket, given: Given) -> None:
    ticket.info_asked += 1
    ticket.info_lapsed = False


def _reclassify(work: Work, ticket: Ticket, given: Given) -> None:
    category = given.get("category") or ticket.category_code
    if category is not None and category not in known.of(work.session).directory.categories:
        raise Invalid(errors={"category": ["没有这个类别，请从名单里选一个。"]})
    kind, about = given.get("kind") or ticket.kind, ticket.complained_unit_code
    if given.get("complained_unit"):
        about, kind = complaints.named(work, given, given.get("kind"))
    elif kind is not Kind.COMPLAINT:
        about = None
    after = (category, kind, given.get("urgency") or ticket.urgency, about)
    if after == (ticket.category_code, ticket.kind, ticket.urgency, ticket.complained_unit_code):
        raise Invalid("类别、性质、紧急程度都没有变，请至少改一项。", {"category": ["请至少改一项。"]})
    if about is not None and about != ticket.complained_unit_code:
        complaints.demand_not_at_work(work, ticket, about)
    ticket.category_code, ticket.kind, ticket.urgency, ticket.complained_unit_code = after


def _contact(work: Work, ticket: Ticket, given: Given) -> None:
    at = given.get("at")
    if isinstance(at, datetime) and not ticket.created_at <= at <= work.now:
        raise Invalid(errors={"at": ["联系时间要在报送之后、现在之前。"]})


def _resolve(work: Work, ticket: Ticket, given: Given) -> None:
    left = parts.still_open(work, ticket)
    if left and not given.get("override_reason"):
        units = known.of(work.session).directory
        names = "、".join(units.unit_name(part.unit_code) for part in left)
        raise Invalid(
            errors={"override_reason": [f"{names}的协办还没交。等交齐再办结，或者写明为什么不等。"]}
        )
    if said := checklists.hindrance(work, ticket, str(given.get("override_reason") or "")):
        raise Invalid(errors={"override_reason": [said]})
    evidencing.demand_to_resolve(work, ticket, given)
    ticket.outcome = given["outcome"]
    ticket.resolved_at = work.now


def _endorse(work: Work, ticket: Ticket, given: Given) -> None:
    ticket.resolved_at = work.now


def _expire_info(work: Work, ticket: Ticket, given: Given) -> None:
    ticket.info_lapsed = True


def _supply_info(work: Work, ticket: Ticket, given: Given) -> None:
    ticket.info_lapsed = False


def _appeal(work: Work, ticket: Ticket, given: Given) -> None:
    ticket.appealed = True


def _restart(work: Work, ticket: Ticket, given: Given) -> None:
    """Begin a new round, from the door: nobody is accountable until somebody is sent it again."""
    ticket.round += 1
    ticket.lead_unit_code = ticket.responsible_unit_code = None
    ticket.dispatched_at = None
    ticket.info_asked, ticket.info_lapsed = 0, False


def _recheck(work: Work, ticket: Ticket, given: Given) -> None:
    """Begin a new round, since the matter came back. What was closed stays in the books, first and last."""
    ticket.round += 1
    ticket.satisfaction = None
    ticket.outcome = None
    ticket.resolved_at = None
    ticket.lead_unit_code = None
    ticket.calls_failed = 0
    ticket.recheck_asked_at = ticket.recheck_asked_at or work.now


def _recheck_fine(work: Work, ticket: Ticket, given: Given) -> None:
    ticket.recheck_asked_at = ticket.recheck_asked_at or work.now


def _assign(work: Work, ticket: Ticket, given: Given) -> None:
    person, office = given.get("person"), given.get("office")
    if not person and not office:
        raise Invalid(errors={"person": ["请选交给谁，或者写承办科室。"]})
    ticket.assigned_office = office or ticket.assigned_office
    if not person:
        return
    found = assigning.find(work, ticket, person)
    if found is None:
        raise Invalid(errors={"person": ["这个人不在本单位，请从名单里选。"]})
    ticket.assigned_to_id = found.id


def _merge(work: Work, ticket: Ticket, given: Given) -> None:
    target = queries.own(work, str(given["into"]).strip().upper())
    if target.id == ticket.id:
        raise Invalid(errors={"into": ["不能并到自己。"]})
    if target.state not in OPEN:
        raise Invalid(
            errors={"into": [f"{target.number} 已经是“{target.state.label}”，只能并到还在办的诉求。"]}
        )
    if target.confidential != ticket.confidential:
        raise Invalid(errors={"into": ["保密的诉求只能和保密的合并。"]})
    units = [target.lead_unit_code, target.responsible_unit_code, *target.co_units]
    complaints.demand_others(work, ticket, units, "into")
    if target.complained_unit_code != ticket.complained_unit_code:
        raise Invalid(errors={"into": ["投诉只能和投诉同一个单位的合并。"]})
    ticket.merged_into_id = target.id
    ticket.merged_from = ticket.state


def _convene(work: Work, ticket: Ticket, given: Given) -> None:
    units = known.of(work.session).directory.units
    if unknown := [code for code in given["units"] if code not in units]:
        raise Invalid(errors={"units": [f"没有这个单位：{'、'.join(unknown)}。请从名单里选。"]})
    complaints.demand_others(work, ticket, given["units"], "units")
    inviting.invite(work, ticket, given["units"])
    ticket.route_taken = True


def _conclude(work: Work, ticket: Ticket, given: Given) -> Sequence[Clock]:
    """Decisions become parts of whom they name; what the lead is to do itself stands in the minutes."""
    decided = [one for one in given.get("decisions") or () if one["unit"] != ticket.lead_unit_code]
    if decided and not ticket.responsible_unit_code:
        raise Invalid(errors={"decisions": ["还没有主办单位。先写下结论，派单的时候再带上协办。"]})
    complaints.demand_others(work, ticket, [one["unit"] for one in decided], "decisions")
    inviting.end(work, ticket)
    open_ = {part.unit_code for part in parts.still_open(work, ticket)}
    fresh = [one for one in decided if one["unit"] not in open_]
    ticket.lead_unit_code = ticket.lead_unit_code or ticket.responsible_unit_code
    return parts.send(work, ticket, parts.tasks(fresh), "decisions")


def _determine(work: Work, ticket: Ticket, given: Given) -> None:
    """End it, reasons told; it is counted dissatisfied all the same."""
    inviting.end(work, ticket)
    ticket.satisfaction = Satisfaction.DISSATISFIED


def _carry_over(work: Work, ticket: Ticket, given: Given) -> None:
    today = work.now.astimezone(SHANGHAI).date()
    day = given["review_on"]
    if not today < day <= today + timedelta(days=rules.WAIT_DAYS):
        last = today + timedelta(days=rules.WAIT_DAYS)
        raise Invalid(
            errors={"review_on": [f"复查日期要在明天到 {last.month}月{last.day}日 之间，最长 30 天。"]}
        )
    ticket.review_on = day
    ticket.waits += 1


def _resume(work: Work, ticket: Ticket, given: Given) -> None:
    ticket.review_on = None


def _escalate(work: Work, ticket: Ticket, given: Given) -> None:
    _answers(ticket, given)
    ticket.dissatisfied += 1
    ticket.escalated = True
    ticket.round += 1
    ticket.satisfaction = None
    ticket.resolved_at = None


def _answered(work: Work, ticket: Ticket, given: Given) -> None:
    ticket.route_taken = True
    ticket.answered_at = ticket.answered_at or work.now
    ticket.calls_failed = 0
    ticket.last_call_at = None


def _confirm(work: Work, ticket: Ticket, given: Given) -> None:
    if ticket.kind in ONE_QUESTION:
        if given.get("clear") is None:
            raise Invalid(errors={"clear": ["请选一项：答复清楚吗？"]})
        if given.get("clear") is False:
            again = Action.ESCALATE if ticket.reopened else Action.REOPEN
            raise Invalid(errors={"clear": [f"没说清楚，请用“{again.label}”，单位会再答复您。"]})
        return
    missing = [name for name in ("contacted", "solved", "satisfaction") if given.get(name) is None]
    if missing:
        raise Invalid(errors={name: ["请选一项。"] for name in missing})
    ticket.satisfaction = given["satisfaction"]
    if ticket.satisfaction is Satisfaction.DISSATISFIED:
        ticket.dissatisfied += 1


def _reopen(work: Work, ticket: Ticket, given: Given) -> None:
    _answers(ticket, given)
    said_already = ticket.satisfaction is Satisfaction.DISSATISFIED  # by an evaluation of this very round
    ticket.dissatisfied += 0 if said_already else 1
    ticket.satisfaction = None
    ticket.reopened += 1
    ticket.round += 1
    ticket.lead_unit_code = ticket.responsible_unit_code
    ticket.resolved_at = None


def _answers(ticket: Ticket, given: Given) -> None:
    asked = ("clear",) if ticket.kind in ONE_QUESTION else ("contacted", "solved")
    missing = [name for name in asked if given.get(name) is None]
    if missing:
        raise Invalid(errors={name: ["请选一项。"] for name in missing})


def _call_failed(work: Work, ticket: Ticket, given: Given) -> None:
    ticket.calls_failed += 1
    ticket.last_call_at = work.now


def _close(work: Work, ticket: Ticket, given: Given) -> None:
    evidencing.demand_to_close(work, ticket)
    ticket.first_closed_at = ticket.first_closed_at or work.now
    ticket.closed_at = work.now


_EFFECTS: Mapping[Action, Callable[[Work, Ticket, Given], Sequence[Clock] | None]] = {
    Action.ACCEPT: _accept,
    Action.DISPATCH: _dispatch,
    Action.ACKNOWLEDGE: _acknowledge,
    Action.REJECT_RETURN: _reject_return,
    Action.ASK_INFO: _ask_info,
    Action.RECLASSIFY: _reclassify,
    Action.CONTACT: _contact,
    Action.RESOLVE: _resolve,
    Action.PASS_REVIEW: _answered,
    Action.ANSWER: _answered,
    Action.CONFIRM: _confirm,
    Action.REOPEN: _reopen,
    Action.CALL_FAILED: _call_failed,
    Action.CLOSE: _close,
    Action.ENDORSE: _endorse,
    Action.EXPIRE_INFO: _expire_info,
    Action.SUPPLY_INFO: _supply_info,
    Action.APPEAL: _appeal,
    Action.RESTART: _restart,
    Action.RECHECK: _recheck,
    Action.RECHECK_FINE: _recheck_fine,
    Action.ASSIGN: _assign,
    Action.MERGE: _merge,
    Action.CONVENE: _convene,
    Action.CONCLUDE: _conclude,
    Action.DETERMINE: _determine,
    Action.CARRY_OVER: _carry_over,
    Action.RESUME: _resume,
    Action.ESCALATE: _escalate,
}
