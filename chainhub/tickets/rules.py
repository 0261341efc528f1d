"""The rules of a ticket beside its table: who stands where, separated duties, lights, titles. Pure."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Protocol

from chainhub.core.actor import Actor, Grant, Role
from chainhub.core.worktime import SHANGHAI
from chainhub.tickets.workflow import (
    ASSESSED,
    COPIED,
    LED,
    OUTSIDE,
    TABLE,
    UPWARD,
    Action,
    Move,
    Party,
    State,
    When,
    Who,
)

RETURN_WINDOW_WORKDAYS = 1  # a unit may return within this of its dispatch
RETURN_WINDOW_URGENT_MINUTES = 60


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules need to know of a ticket."""

    state: State
    chain: str
    enterprise: str
    lead_unit: str | None
    responsible_unit: str | None
    filed_by: int | None
    confidential: bool
    hands: Mapping[str, Sequence[int]]
    reopened: int
    dissatisfied: int = 0
    info_lapsed: bool = False
    waits: int = 0
    endorses: bool = False  # its unit has 审签 switched on
    co_units: Sequence[str] = ()  # every unit that was ever sent a part
    to_confer: bool = False  # routed to a joint meeting (疑难→联席会议) that was not held yet


_OF_THE_CHAIN = (Role.COMMITTEE, Role.TASK_FORCE, Role.LEADER, Role.CALLER, Role.LIAISON)


def parties(actor: Actor, facts: Facts) -> frozenset[Who]:
    """Return in which capacities this actor stands towards this ticket."""
    found: set[Who] = set()
    if Role.CLOCK in actor.roles:
        found.add(Role.CLOCK)
    if actor.holds(Role.ENTERPRISE, enterprise=facts.enterprise):
        found.update({Role.ENTERPRISE, Party.REQUESTER})
    if actor.id is not None and actor.id == facts.filed_by:
        found.add(Party.FILER)
    if actor.holds(Role.GUIDE, enterprise=facts.enterprise):
        found.add(Role.GUIDE)
    found.update(role for role in _OF_THE_CHAIN if actor.holds(role, chain=facts.chain))
    if facts.lead_unit and actor.holds(Role.DEPARTMENT, unit=facts.lead_unit):
        found.add(Role.DEPARTMENT)
    if any(actor.holds(Role.DEPARTMENT, unit=code) for code in facts.co_units):
        found.add(Party.CO_UNIT)
    return frozenset(found)


def holds(facts: Facts) -> frozenset[When]:
    """Return the conditions that tell rows of one action and state apart."""
    return frozenset(
        {
            When.UNIT_DISPATCHED if facts.responsible_unit else When.NO_UNIT,
            When.DISSATISFIED_BEFORE if facts.reopened else When.NEVER_DISSATISFIED,
            When.ENDORSEMENT_ON if facts.endorses else When.ENDORSEMENT_OFF,
            When.WAITED_BEFORE if facts.waits else When.FIRST_WAIT,
            *([When.DISSATISFIED_TWICE] if facts.dissatisfied > 1 else []),
            *([When.INFO_LAPSED] if facts.info_lapsed else []),
            *([When.WITH_CO_UNITS] if facts.co_units else []),
            *([When.TO_CONFER] if facts.to_confer else []),
        }
    )


class Duty:
    """The keys of `hands`: what one person has done on a ticket."""

    RESOLVE = "resolve"  # 办结, and a direct answer
    REVIEW = "review"  # 审核
    EVALUATE = "evaluate"  # 确认/回访
    CLOSE = "close"  # 销号
    DISPATCH = "dispatch"
    DISPATCH_FOR = "dispatch_for"  # in whose place the last dispatch was made (AB角)
    DECLINE = "decline"  # whoever declined it does not decide on the appeal
    HANDLED = "handled"  # anything by hand of the staff

    @staticmethod
    def sent_to(unit: str) -> str:
        """Return the key of who sent a co-unit its part last."""
        return f"send_part:{unit}"

    @staticmethod
    def asked_for(kind: str) -> str:
        """Return the key of who asked for something last: one request of a kind waits at a time."""
        return f"ask:{kind}"


EXCLUSIVE = (Duty.RESOLVE, Duty.REVIEW, Duty.EVALUATE, Duty.CLOSE)
"""One person never does two of these on one ticket (rule, seed 002)."""

_WORDS = {Duty.RESOLVE: "办结", Duty.REVIEW: "审核", Duty.EVALUATE: "评价或回访", Duty.CLOSE: "销号"}

DUTY_OF: Mapping[Action, str] = {
    Action.RESOLVE: Duty.RESOLVE,
    Action.ANSWER: Duty.RESOLVE,
    Action.BACKFILL: Duty.RESOLVE,
    Action.PASS_REVIEW: Duty.REVIEW,
    Action.SEND_BACK: Duty.REVIEW,
    Action.CONFIRM: Duty.EVALUATE,
    Action.REOPEN: Duty.EVALUATE,
    Action.ESCALATE: Duty.EVALUATE,
    Action.CALL_FAILED: Duty.EVALUATE,
    Action.CLOSE: Duty.CLOSE,
    Action.DISPATCH: Duty.DISPATCH,
    Action.DECLINE: Duty.DECLINE,
}
_ON_APPEAL = frozenset({Action.ACCEPT, Action.DECLINE, Action.ANSWER})
_RULINGS = frozenset({Action.UPHOLD_RETURN, Action.REJECT_RETURN})
_CALLS = frozenset(
    {
        Action.CONFIRM,
        Action.REOPEN,
        Action.ESCALATE,
        Action.CALL_FAILED,
        Action.RECHECK,
        Action.RECHECK_FINE,
    }
)
_OF_THE_FIRM = frozenset({Action.SUBMIT, Action.SUPPLY_INFO, Action.WITHDRAW, Action.APPEAL, Action.RESTART})


def stood_in_for(actor: Actor, action: Action, facts: Facts) -> frozenset[int]:
    """Return in whose place (AB角) somebody would do a thing here: nobody where they may do it in their own right."""
    return in_place_of(
        actor, frozenset(who for row in TABLE if row.action is action for who in row.who), facts
    )


def in_place_of(actor: Actor, acts: frozenset[Who], facts: Facts) -> frozenset[int]:
    """Return in whose place somebody does what is given to some capacities; nobody where one of them is their own."""
    if not any(one.lent_by for one in actor.grants):
        return frozenset()
    own = replace(actor, grants=tuple(one for one in actor.grants if not one.lent_by))
    if acts & parties(own, facts):
        return frozenset()
    found = set()
    for who in acts & parties(actor, facts):
        units = facts.co_units if who is Party.CO_UNIT else (facts.lead_unit or "",)
        role = Role.DEPARTMENT if who is Party.CO_UNIT else who
        if not isinstance(role, Role):
            continue
        for unit in units:
            lent = actor.lent(role, chain=facts.chain, unit=unit, enterprise=facts.enterprise)
            found |= {one.lent_by_id for one in lent if one.lent_by_id is not None}
    return frozenset(found)


def one_hand(actor: Actor, facts: Facts) -> frozenset[int]:
    """Return as whom somebody counts on this ticket wherever another person is asked for.

    Themselves, and everybody whose post on it they hold meanwhile (AB角): what one of the two did, the other does not
    check. Of a post that both hold nothing is lent, so who has it in their own right is not held by the absent person.
    """
    held = {one.lent_by_id for one in actor.grants if one.lent_by_id is not None and _reaches(one, facts)}
    return frozenset(held if actor.id is None else held | {actor.id})


def _reaches(grant: Grant, facts: Facts) -> bool:
    alone = Actor(id=None, username="", name="", grants=(grant,))
    return bool(parties(alone, facts))


def did(actor: Actor, facts: Facts, duty: str, *, by: int | None = None) -> bool:
    """Say whether it was this person who did a thing: by their own hand, or one of the two in the other's place.

    The one answer to “is it another person?”. `by` is who did it where no hand was noted, as of what is older.
    """
    hands = facts.hands.get(duty) or ((by,) if by is not None else ())
    return not one_hand(actor, facts).isdisjoint(hands)


def hands_of(actor: Actor, place_of: frozenset[int]) -> list[int]:
    """Return by whose hand a thing is done: in whose place first (AB角), the person last."""
    return [*sorted(place_of - {actor.id or 0}), *([actor.id] if actor.id is not None else [])]


def duty_refusal(actor: Actor, action: Action, facts: Facts, standing: frozenset[Who]) -> str | None:
    """Return why separated duties forbid this person the action, or None."""
    if actor.id is None:
        return None
    mine = DUTY_OF.get(action)
    if mine in EXCLUSIVE:
        for other in EXCLUSIVE:
            if other != mine and did(actor, facts, other):
                return f"这件诉求的{_WORDS[other]}是您做的，{_WORDS[mine]}要由别人来做。"
    if action in _ON_APPEAL and did(actor, facts, Duty.DECLINE):
        return "这件诉求是您不予受理的，企业申请了复核，要由产业链党委的另一位同志来定。"
    last = {*facts.hands.get(Duty.DISPATCH, ())[-1:], *facts.hands.get(Duty.DISPATCH_FOR, ())}
    if action in _RULINGS and not one_hand(actor, facts).isdisjoint(last):
        return "这一单是您派出的，退单要由专班的另一位同志裁定。"
    as_caller = action in _CALLS and Party.REQUESTER not in standing
    if as_caller and did(actor, facts, Duty.HANDLED):
        return "这件诉求您经手过，回访要由没有经手的人来做。"
    return None


def hands_after(
    hands: Mapping[str, Sequence[int]], actor: Actor, action: Action, place_of: frozenset[int] = frozenset()
) -> dict[str, list[int]]:
    """Return who did what, with this deed added; the last to do a thing stands last.

    `place_of` is in whose place it was done (AB角): theirs is the deed, too.
    """
    after = {duty: list(ids) for duty, ids in hands.items()}
    if actor.id is None:
        return after
    duties = [DUTY_OF[action]] if action in DUTY_OF else []
    if action not in _CALLS | _OF_THE_FIRM:
        duties.append(Duty.HANDLED)
    both = hands_of(actor, place_of)
    for duty in duties:
        after[duty] = [one for one in after.get(duty, []) if one not in both] + both
    if action is Action.DISPATCH:
        after.pop(Duty.DISPATCH_FOR, None)
        if both[:-1]:
            after[Duty.DISPATCH_FOR] = both[:-1]
    return after


def somebody_can_close(
    reviewers: Iterable[int], closers: Iterable[int], hands: Mapping[str, Sequence[int]]
) -> bool:
    """Say whether, after one person has reviewed, another is left to strike the ticket off."""
    used = {one for duty in (Duty.RESOLVE, Duty.EVALUATE) for one in hands.get(duty, ())}
    free = set(closers) - used
    may_review = set(reviewers) - used
    return any(closer != reviewer for closer in free for reviewer in may_review)


NOBODY_CAN_CLOSE = "无人可销号，请指定AB角"


def may_ever(action: Action, standing: frozenset[Who], table: Iterable[Move]) -> bool:
    """Say whether some row of the table gives this action to one of these capacities, in whatever state."""
    return any(row.action is action and row.who & standing for row in table)


_REMARKS = frozenset({Action.REOPEN, Action.ESCALATE})
RESTART_DAYS = 183
"""Six months: how long a ticket that was not completed may be taken up again, and how long a closed one may come back."""
WAIT_DAYS = 30
"""The latest review of a carried-over ticket, in days from the decision (domain 2)."""
_REMARK_READERS = frozenset({Role.COMMITTEE, Role.CALLER, Role.ENTERPRISE, Party.REQUESTER})
_INTERNAL = frozenset(
    {
        Action.DISPATCH,
        Action.RETURN,
        Action.UPHOLD_RETURN,
        Action.REJECT_RETURN,
        Action.ASSIGN,
        Action.HAND_IN,
        Action.ENDORSE,
        Action.REFUSE_ENDORSE,
        Action.SEND_BACK,
        Action.PASS_REVIEW,
        Action.RECLASSIFY,
        Action.CALL_FAILED,
        Action.ASK,
        Action.GRANT,
        Action.REFUSE,
        Action.NOTE,
        *LED,
        *UPWARD,
        *OUTSIDE,
        *COPIED,
        *ASSESSED,
        Action.CASE_DECIDE,
    }
)
_DRAFTS = frozenset({Action.SUPERVISE_DRAFT, Action.SUPERVISE_DROP})
_DRAFT_READERS = frozenset[Who]({Role.COMMITTEE, Role.TASK_FORCE, Role.LEADER, Role.LIAISON})
_ENTERPRISE_SIDE = frozenset({Role.ENTERPRISE, Role.GUIDE, Party.REQUESTER, Party.FILER})


def from_outside(standing: frozenset[Who]) -> bool:
    """Say whether somebody reads a ticket from the enterprise's side alone."""
    return bool(standing) and standing <= _ENTERPRISE_SIDE


def is_internal_attachment(action: Action, data: Mapping[str, Any]) -> bool:
    """Say whether a line of the history tells of files that are for the staff alone."""
    return action is Action.ATTACH and bool(data.get("internal"))


def reads_drafts(standing: frozenset[Who]) -> bool:
    """Say whether somebody of this standing reads a 督办 that is not signed: who asks for one, and who signs."""
    return bool(standing & _DRAFT_READERS) and not from_outside(standing)


def hidden(action: Action, standing: frozenset[Who]) -> bool:
    """Say whether a line of the history is not for somebody of this standing at all."""
    if action is Action.NOTE or action in OUTSIDE:
        return not standing or from_outside(standing)
    if action in COPIED | ASSESSED:
        return from_outside(standing)
    return action in _DRAFTS and not reads_drafts(standing)


_FIRM_READS = frozenset(
    {
        Action.ANSWER,
        Action.DECLINE,
        Action.REQUEST_INFO,
        Action.ASK_INFO,
        Action.PROGRESS,
        Action.SITE_VISIT,
        Action.RESOLVE,
        Action.CARRY_OVER,
        Action.RESUME,
        Action.CLOSE_INCOMPLETE,
        Action.CONCLUDE,
        Action.DETERMINE,
    }
)
"""Verbs of the staff whose words the enterprise reads."""
_STAFF_READS = _INTERNAL - {Action.RECLASSIFY, Action.PASS_REVIEW} | {Action.NOTE}


def is_read_by_firm(action: Action) -> bool | None:
    """Say whether the words of a verb are for the enterprise or for the staff alone; None where neither is meant."""
    if action in _FIRM_READS:
        return True
    return False if action in _STAFF_READS else None


def reader_words(action: Action, firm: str) -> str:
    """Return who reads what is written in the form of a verb, or an empty string where nobody could mix it up."""
    read = is_read_by_firm(action)
    if read is None:
        return ""
    return f"发给企业：{firm}" if read else "只给工作人员看"


_BETWEEN_STAFF = frozenset({"override_reason", "route"})
"""Why a unit did not wait for another, and which way a matter was sent: no words for the enterprise."""


def redacted(event_action: Action, data: Mapping[str, Any], standing: frozenset[Who]) -> dict[str, Any]:
    """Return what was given with an action as somebody of this standing may read it.

    An enterprise's remark on a reopening is for the committee alone: units see the reason, not the words
    (rule, domain 2). What the staff write to each other is not for the enterprise's side, nor what they attach
    for each other.
    """
    if is_internal_attachment(event_action, data) and from_outside(standing):
        return {}
    hides = (event_action in _REMARKS and not standing & _REMARK_READERS) or (
        event_action in _INTERNAL and from_outside(standing)
    )
    hides = hides or hidden(event_action, standing)
    dropped = {"note"} if hides else set()
    if from_outside(standing):
        dropped |= _BETWEEN_STAFF
    return {name: value for name, value in data.items() if name not in dropped}


class Told(Protocol):
    """A line of a history, as far as it decides who reads it."""

    seq: int
    action: Action
    target: State


def unendorsed(events: Iterable[Told]) -> frozenset[int]:
    """Return which resolutions nobody of the unit has endorsed (审签), by their numbers; lines may come in any order.

    Until then what is written there is the unit's own draft, and no answer to the enterprise.
    """
    left: set[int] = set()
    for one in sorted(events, key=lambda event: event.seq):
        if one.action is Action.RESOLVE and one.target is State.ENDORSING:
            left.add(one.seq)
        elif one.action is Action.ENDORSE and left:
            left.discard(max(left))
    return frozenset(left)


def is_sampled(number: str, round_: int, share: int) -> bool:
    """Say whether a round of a ticket is among the `share` in a hundred that are called back.

    It follows from number and round alone: nobody chooses, and anybody can check it.
    """
    drawn = int.from_bytes(hashlib.sha256(f"{number}/{round_}".encode()).digest()[:4], "big")
    return drawn % 100 < share


def title_from(content: str) -> str:
    """Return a title made of the first sentence of what was written, for those who were not asked for one."""
    first = re.split(r"[。！？!?；;\n]", content.strip(), maxsplit=1)[0].strip() or content.strip()
    most = 30
    return first if len(first) <= most else first[: most - 1] + "…"


_PHONE = re.compile(r"(?<!\d)(1\d{2})\d{4}(\d{4})(?!\d)")


def mask_phone(phone: str) -> str:
    """Return a phone number as everybody may see it: 138****1234; a landline keeps its last four."""
    plain = phone.replace(" ", "").replace("-", "")
    if _PHONE.fullmatch(plain):
        return _PHONE.sub(r"\1****\2", plain)
    return f"****{plain[-4:]}" if len(plain) > 4 else "****" if plain else ""


def is_phone(phone: str) -> bool:
    """Say whether something can be a telephone number: 7 to 15 digits, with what people write between them."""
    return bool(re.fullmatch(r"[0-9+() \-转]{7,20}", phone)) and 7 <= sum(map(str.isdigit, phone)) <= 15


def local_date_text(at: datetime, *, weekday: bool = False, year: int | None = None) -> str:
    """Return a date as people read it: 10月27日, with weekday 10月27日（周二）; the year where it is another."""
    day = at.astimezone(SHANGHAI)
    text = f"{day.month}月{day.day}日"
    if year is not None and day.year != year:
        text = f"{day.year}年{text}"
    return f"{text}（周{'一二三四五六日'[day.weekday()]}）" if weekday else text


def day_text(day: date | str, *, year: int | None = None) -> str:
    """Return a day, or one written as ISO 8601, as people read it: 10月27日; the year where it is not `year`."""
    read = date.fromisoformat(day) if isinstance(day, str) else day
    text = f"{read.month}月{read.day}日"
    return text if year in {None, read.year} else f"{read.year}年{text}"


def moment_text(at: datetime, *, weekday: bool = False, year: int | None = None) -> str:
    """Return a moment as people read it: 10月27日（周二）17:30."""
    day = at.astimezone(SHANGHAI)
    gap = "" if weekday else " "
    return f"{local_date_text(at, weekday=weekday, year=year)}{gap}{day:%H:%M}"
