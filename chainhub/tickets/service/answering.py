"""Answering without signing in: who may hand out the link, when it is dead, and the one use case behind it.

Nothing is stored for a link: it names ticket, round and person, and a ticket waits for an answer once a round. So it
dies with the answer, whoever gave it and by which way, and there is no second truth to keep. A table of links was
decided against for that.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from chainhub.audit import service as audit
from chainhub.core.actor import Actor, Post, Role, ScopeKind
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.people import queries as people
from chainhub.tickets import queries, rules
from chainhub.tickets.models import Ticket
from chainhub.tickets.service import moving
from chainhub.tickets.service.moving import Step
from chainhub.tickets.terms import Satisfaction
from chainhub.tickets.workflow import Action, State, Who

LINK_DAYS = timedelta(days=21)  # longer than a ticket waits for an answer: 5 workdays, two calls, 5 workdays
NOBODY = Actor(id=None, username="", name="")
"""Who opens a link: nobody is signed in, the link says whose answer it is."""
VIA = "link"  # how an answer came, in the history
_HANDS_OUT: frozenset[Who] = frozenset({Role.COMMITTEE, Role.GUIDE, Role.CALLER})


class Dead(Refusal):
    """A link that opens nothing (any more)."""

    status: ClassVar[int] = 410
    code: ClassVar[str] = "link_dead"


@dataclass(frozen=True, slots=True)
class Pass:
    """What a link says: which ticket, which round of it, whose answer, who handed it out, until when."""

    ticket_id: int
    round: int
    user_id: int
    by_id: int  # 0: a channel by itself
    until: int  # seconds since 1970


@dataclass(frozen=True, slots=True)
class Opened:
    """A link that holds: the ticket that waits for this person's answer."""

    ticket: Ticket
    actor: Actor
    by_name: str


def may_hand_out(work: Work, ticket: Ticket) -> bool:
    """Say whether this actor may hand out the link now."""
    return ticket.state is State.REVIEWED and _refusal(work, ticket) is None


def hand_out(work: Work, number: str) -> tuple[Pass, str]:
    """Return the link's content and the name of the person whose answer it takes; the log keeps who had it.

    Raises NotFound, NotAllowed, Conflict.
    """
    ticket = queries.own(work, number)
    refusal = _refusal(work, ticket)
    if refusal is not None:
        raise refusal
    if ticket.state is not State.REVIEWED:
        raise Conflict(
            f"这件诉求现在是“{ticket.state.label}”，等企业评价的时候才有评价链接。", code="wrong_state"
        )
    person = _person(work, ticket)
    if person is None:
        raise Conflict("这家企业还没有账号，请打电话回访。", code="forbidden_now")
    audit.record(work, "answer_link", ticket.number, {"for": person.username})
    until = int((work.now + LINK_DAYS).timestamp())
    return Pass(ticket.id, ticket.round, person.id or 0, work.actor.id or 0, until), person.name


def until_text(found: Pass) -> str:
    """Return until when a link holds, as people read it."""
    return rules.moment_text(datetime.fromtimestamp(found.until, UTC))


def _refusal(work: Work, ticket: Ticket) -> Refusal | None:
    standing = rules.parties(work.actor, queries.facts(work.session, ticket))
    if not standing & _HANDS_OUT:
        return NotAllowed("评价链接由产业链党委、指导员和回访员出示；办理单位不能经手企业的评价。")
    facts = queries.facts(work.session, ticket)
    if any(rules.did(work.actor, facts, duty) for duty in (rules.Duty.RESOLVE, rules.Duty.REVIEW)):
        return Conflict("这件诉求是您答复或者审核的，评价链接要由没有经手的人来出示。", code="forbidden_now")
    return None


def _person(work: Work, ticket: Ticket) -> Actor | None:
    """Return whose answer is asked for: who filed it if they are the enterprise's, else its contact."""
    holders = known.of(work.session).holders
    everybody = holders.ids(Role.ENTERPRISE, ScopeKind.ENTERPRISE, ticket.enterprise_code)
    contacts = holders.ids(Role.ENTERPRISE, ScopeKind.ENTERPRISE, ticket.enterprise_code, Post.CONTACT)
    filed = ticket.filed_by_id if ticket.filed_by_id in everybody else None
    chosen = filed if filed is not None else min(contacts or everybody, default=None)
    account = people.account(work.session, chosen) if chosen is not None else None
    return account.actor if account is not None else None


def opened(work: Work, found: Pass) -> Opened:
    """Return what a link opens. Raises Dead, with what is so and what to do now."""
    if work.now.timestamp() >= found.until:
        raise Dead("这个链接已经过期。请登录后评价，或者等回访员打电话给您。")
    ticket = work.session.get(Ticket, found.ticket_id)
    account = people.account(work.session, found.user_id)
    if ticket is None or account is None or not account.is_active:
        raise Dead("这个链接已经失效。请登录后评价，或者打电话给产业链党委。")
    if not account.actor.holds(Role.ENTERPRISE, enterprise=ticket.enterprise_code):
        raise Dead("这个链接已经失效。请登录后评价，或者打电话给产业链党委。")
    if ticket.round != found.round or ticket.state is not State.REVIEWED:
        raise Dead(
            f"{ticket.number} 已经评价过了，或者办到了下一步，现在是“{ticket.state.label}”。"
            "想看办到哪了，或者还有话说，请登录。"
        )
    issuer = people.account(work.session, found.by_id) if found.by_id else None
    return Opened(ticket, account.actor, issuer.actor.name if issuer is not None else "")


def reply_of(work: Work, ticket: Ticket) -> tuple[str, str]:
    """Return by whom and what was answered in this round; nothing of a confidential ticket stands behind a link."""
    if ticket.confidential:
        return "", ""
    told = (Action.RESOLVE, Action.ANSWER, Action.BACKFILL)
    for event in queries.events(work.session, ticket.id, limit=50):
        if event.action in told and event.round == ticket.round:
            return event.body, str(event.data.get("reply") or "")
    return "", ""


def answer(work: Work, found: Pass, given: Mapping[str, Any]) -> Ticket:
    """Take the answer of the person whom a link names, by the same rows as if they had signed in.

    Dissatisfied (or not clear) has it done again, the second time it goes up. Raises Dead, Conflict, Invalid.
    """
    opens = opened(work, found)
    signed = replace(work, actor=opens.actor)
    said = {name: value for name, value in given.items() if value is not None}
    action = _action(opens.ticket, said)
    takes = _CONFIRM if action is Action.CONFIRM else _AGAIN
    asked = {name: value for name, value in said.items() if name in takes}
    if action is not Action.CONFIRM:
        _demand_why(asked)
    asked["via"] = VIA
    if opens.by_name:
        asked["shown_by"] = opens.by_name
    try:
        return moving.move(signed, opens.ticket.number, Step(action, None, asked))
    except NotFound as error:  # theirs by grant and yet not seen: somebody has just taken it from them
        raise Dead("这个链接已经失效。请登录后评价，或者打电话给产业链党委。") from error


_CONFIRM = frozenset({"contacted", "solved", "satisfaction", "clear", "note"})
_AGAIN = frozenset({"contacted", "solved", "clear", "reason_code", "note"})


def _action(ticket: Ticket, said: Mapping[str, Any]) -> Action:
    unhappy = said.get("clear") is False or said.get("satisfaction") is Satisfaction.DISSATISFIED
    if not unhappy:
        return Action.CONFIRM
    return Action.ESCALATE if ticket.reopened else Action.REOPEN


def _demand_why(asked: Mapping[str, Any]) -> None:
    missing = [name for name in ("reason_code", "note") if not asked.get(name)]
    if missing:
        raise Invalid(errors={name: ["不满意的话，请说一下哪里没办好，好再办一次。"] for name in missing})
