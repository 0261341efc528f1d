"""Co-units: each has its own delivery, receipt, clock and hand-in, and none of them ever moves the ticket.

Source: domain, section 2 (主办/协办, 首接负责制) and section 3 (协办 part).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from chainhub.core.actor import Role, ScopeKind
from chainhub.core.errors import Conflict, Invalid
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI, Limit, WallMinutes, Workdays
from chainhub.county import known
from chainhub.reminders import service as reminders
from chainhub.reminders.models import Clock
from chainhub.reminders.rules import Ladder
from chainhub.reminders.service import Holder, Owner
from chainhub.tickets import queries, rules
from chainhub.tickets.clockwork import PART_CLOCKS, ClockKind
from chainhub.tickets.models import Part, Ticket
from chainhub.tickets.service import clocks
from chainhub.tickets.terms import OPEN_PARTS, PartState, Urgency
from chainhub.tickets.workflow import Action, State


@dataclass(frozen=True, slots=True)
class Task:
    """What a co-unit is asked to do, and by when if somebody said a day."""

    unit: str
    text: str = ""
    due_on: date | None = None


def tasks(given: Sequence[Mapping[str, Any]]) -> list[Task]:
    """Read tasks as a form or a program gives them."""
    return [Task(one["unit"], one.get("text") or "", one.get("due_on")) for one in given]


def send(work: Work, ticket: Ticket, wanted: Sequence[Task], name: str) -> list[Clock]:
    """Send parts to co-units and return their clocks. `name` is the field that is to blame for what does not fit."""
    units = known.of(work.session).directory.units
    open_ = {part.unit_code for part in of(work, ticket) if part.state in OPEN_PARTS}
    seen: set[str] = set()
    errors: list[str] = []
    for task in wanted:
        unit = units.get(task.unit)
        if unit is None or not unit.handles:
            errors.append("没有这个协办单位，请从名单里选。")
        elif task.unit == ticket.lead_unit_code:
            errors.append(f"{unit.short}是主办单位，不能同时协办。")
        elif task.unit in seen or task.unit in open_:
            errors.append(f"{unit.short}已经有一项协办没交，不用再派一次。")
        elif task.due_on is not None and not _is_ahead(work, task.due_on):
            errors.append(f"{unit.short}的协办期限要在今天以后。")
        seen.add(task.unit)
    if errors:
        raise Invalid(errors={name: list(dict.fromkeys(errors))})
    started: list[Clock] = []
    for task in wanted:
        part = Part(
            ticket_id=ticket.id,
            unit_code=task.unit,
            round=ticket.round,
            task=task.text,
            due_on=task.due_on,
            state=PartState.SENT,
            sent_at=work.now,
            sent_by_id=work.actor.id,
            is_final=False,
        )
        work.session.add(part)
        started.extend(_clocks(work, ticket, part))
    sent_by = rules.hands_of(work.actor, _in_place_of(work, ticket))
    ticket.hands = {**ticket.hands, **{rules.Duty.sent_to(task.unit): sent_by for task in wanted}}
    ticket.co_units = list(dict.fromkeys([*ticket.co_units, *(task.unit for task in wanted)]))
    work.session.add_all(started)
    return started


def _is_ahead(work: Work, day: date) -> bool:
    return work.calendar.workdays_between(work.now.astimezone(SHANGHAI).date(), day) > 0


def _clocks(work: Work, ticket: Ticket, part: Part) -> list[Clock]:
    about = clocks.about_unit(work, ticket, part.unit_code)
    owner = Owner(queries.OWNER, ticket.id, about, ticket.link, ticket.chain_code, ticket.confidential)
    holder = Holder(Role.DEPARTMENT.value, ScopeKind.UNIT.value, part.unit_code)
    limits = {
        ClockKind.PART: limit_of(work, ticket, part),
        ClockKind.PART_RECEIPT: clocks.limit_of(work, ticket, ClockKind.PART_RECEIPT, work.now),
    }
    return [
        reminders.begin(work, owner, kind, limit, holder, ladder=Ladder.POSTS, round_=ticket.round)
        for kind, limit in limits.items()
    ]


def limit_of(work: Work, ticket: Ticket, part: Part) -> Limit:
    """Return how long a part runs: to the day that was said, else by the county's rule from the unit's own limit."""
    if part.due_on is not None:
        return Workdays(work.calendar.workdays_between(part.sent_at.astimezone(SHANGHAI).date(), part.due_on))
    return clocks.limit_of(work, ticket, ClockKind.PART, part.sent_at)


def of(work: Work, ticket: Ticket) -> Sequence[Part]:
    """Return a ticket's parts, the oldest first; one without co-units costs no query."""
    return queries.parts(work.session, ticket.id) if ticket.co_units else ()


def mine(work: Work, ticket: Ticket) -> list[Part]:
    """Return the open parts of the actor's units: more than one where somebody also stands in for another (AB角)."""
    units = work.actor.refs(Role.DEPARTMENT, ScopeKind.UNIT)
    return [one for one in of(work, ticket) if one.unit_code in units and one.state in OPEN_PARTS]


def fitting(work: Work, ticket: Ticket, action: Action) -> list[Part]:
    """Return those of the actor's parts with which this may be done just now."""
    return [part for part in mine(work, ticket) if _own_refusal(work, ticket, action, part) is None]


def unreceived(work: Work, ticket: Ticket, had: Sequence[Clock]) -> list[Part]:
    """Return the parts whose limit of receipt has run out."""
    late = {
        clock.holder_ref
        for clock in had
        if clock.kind == ClockKind.PART_RECEIPT.value
        and clock.stopped_at is None
        and clock.due_at <= work.now
    }
    return [part for part in still_open(work, ticket) if part.unit_code in late]


def still_open(work: Work, ticket: Ticket) -> list[Part]:
    """Return the parts that have not been handed in."""
    return [part for part in of(work, ticket) if part.state in OPEN_PARTS]


def disputed(work: Work, ticket: Ticket) -> list[Part]:
    """Return the parts whose return this actor may rule on: none that they sent themselves."""
    found = [part for part in of(work, ticket) if part.state is PartState.DISPUTED]
    return [part for part in found if not _sent(work, ticket, part)]


def refusal(work: Work, ticket: Ticket, action: Action) -> str | None:
    """Return why this actor cannot do this to a part just now, or None."""
    if action in {Action.UPHOLD_RETURN, Action.REJECT_RETURN}:
        return _ruling_refusal(work, ticket)
    refusals = [_own_refusal(work, ticket, action, part) for part in mine(work, ticket)]
    if not refusals:
        return _NOTHING_OPEN
    return None if None in refusals else refusals[0]


_NOTHING_OPEN = "您单位的协办已经交了或者已经免办，没有要做的了。"


def _own_refusal(work: Work, ticket: Ticket, action: Action, part: Part) -> str | None:
    if action is Action.ACKNOWLEDGE:
        return None if part.state is PartState.SENT else "您单位已经签收过了。"
    if part.state is PartState.DISPUTED:
        return "您单位退了这项协办，等专班裁定。"
    if action is Action.RETURN:
        return _return_refusal(work, ticket, part)
    return None


def _return_refusal(work: Work, ticket: Ticket, part: Part) -> str | None:
    if part.is_final:
        return "您单位退过一次，裁定不成立；退单只有一次，请接着办。"
    urgent = ticket.urgency is Urgency.URGENT
    window: Limit = (
        WallMinutes(rules.RETURN_WINDOW_URGENT_MINUTES) if urgent else Workdays(rules.RETURN_WINDOW_WORKDAYS)
    )
    until = work.calendar.due(part.sent_at, window).at
    if work.now >= until:
        return f"退单要在派单后 {'1 小时' if urgent else '1 个工作日'}内，{rules.moment_text(until)} 已过，请接着办。"
    return None


def _ruling_refusal(work: Work, ticket: Ticket) -> str | None:
    disputed = [part for part in of(work, ticket) if part.state is PartState.DISPUTED]
    if not disputed:
        return "没有等着裁定的协办退单。"
    return _SENT_IT if all(_sent(work, ticket, part) for part in disputed) else None


_SENT_IT = "这项协办是您派出的，退单要由专班的另一位同志裁定。"


def _sent(work: Work, ticket: Ticket, part: Part) -> bool:
    facts = queries.facts(work.session, ticket)
    return rules.did(work.actor, facts, rules.Duty.sent_to(part.unit_code), by=part.sent_by_id)


def _in_place_of(work: Work, ticket: Ticket) -> frozenset[int]:
    """Return in whose place (AB角) parts are sent: by a dispatch, or by the conclusion of a consultation."""
    acts = Action.CONCLUDE if ticket.state is State.CONSULTING else Action.DISPATCH
    return rules.stood_in_for(work.actor, acts, queries.facts(work.session, ticket))


# What an action does to a part


def take(work: Work, ticket: Ticket, action: Action, had: Sequence[Clock], given: Mapping[str, Any]) -> Part:
    """Let an action leave its mark on the part it is about, and return that. Raises Invalid, Conflict."""
    if action in {Action.UPHOLD_RETURN, Action.REJECT_RETURN}:
        return rule(work, ticket, had, given, upheld=action is Action.UPHOLD_RETURN)
    part = _meant(fitting(work, ticket, action), given.get("unit") or None)
    if action is Action.ACKNOWLEDGE:
        acknowledge(work, part, had)
    elif action is Action.HAND_IN:
        hand_in(work, part, had, given["note"])
    elif action is Action.RETURN:
        dispute(part)
    return part


def _meant(found: Sequence[Part], unit: str | None) -> Part:
    """Return the part that is meant: the only one, or that of the unit that is named."""
    if not found:
        raise Conflict(_NOTHING_OPEN, code="wrong_state")
    meant = found if unit is None and len(found) == 1 else [one for one in found if one.unit_code == unit]
    if not meant:
        raise Invalid(errors={"unit": ["请选是哪个单位的协办。"]})
    return meant[0]


def acknowledge(work: Work, part: Part, had: Sequence[Clock]) -> None:
    """Note that the unit has received its part."""
    part.state = PartState.HANDLING
    part.acknowledged_at = work.now
    _stop(work, part, had, {ClockKind.PART_RECEIPT}, "acknowledge")


def hand_in(work: Work, part: Part, had: Sequence[Clock], note: str) -> None:
    """Note what the unit has handed in; its clock stops."""
    part.acknowledged_at = part.acknowledged_at or work.now
    part.handed_in_at = work.now
    part.answer = note
    _end(work, part, had, PartState.HANDED_IN, "hand_in")


def dispute(part: Part) -> None:
    """Note that the unit says the part is not its own. Its clock runs on."""
    part.state = PartState.DISPUTED


def rule(work: Work, ticket: Ticket, had: Sequence[Clock], given: Mapping[str, Any], *, upheld: bool) -> Part:
    """Rule on a returned part: it is let go of, or it is the unit's for good. Raises Invalid, Conflict."""
    disputed = [part for part in of(work, ticket) if part.state is PartState.DISPUTED]
    code = given.get("unit")
    part = next((one for one in disputed if one.unit_code == code), None)
    if part is None and code is None and len(disputed) == 1:
        part = disputed[0]
    if part is None:
        raise Invalid(errors={"unit": ["请选是哪个协办单位的退单。"]})
    if _sent(work, ticket, part):
        raise Conflict(_SENT_IT, code="forbidden_now")
    if upheld:
        _end(work, part, had, PartState.RELEASED, "uphold_return")
    else:
        part.state = PartState.SENT if part.acknowledged_at is None else PartState.HANDLING
        part.is_final = True
    return part


def release(work: Work, ticket: Ticket, had: Sequence[Clock], reason: str) -> None:
    """Let go of every open part: the ticket was resolved without it, for a reason that was given, or has ended."""
    for part in still_open(work, ticket):
        _end(work, part, had, PartState.RELEASED, reason)


def _end(work: Work, part: Part, had: Sequence[Clock], state: PartState, reason: str) -> None:
    part.state = state
    _stop(work, part, had, PART_CLOCKS, reason)


def _stop(
    work: Work, part: Part, had: Sequence[Clock], kinds: frozenset[ClockKind] | set[ClockKind], reason: str
) -> None:
    for clock in had:
        if clock.stopped_at is None and clock.holder_ref == part.unit_code and clock.kind in kinds:
            reminders.stop(work, clock, reason)
