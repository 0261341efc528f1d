"""Matters of the demonstration show what stands beside a ticket: a whistle, a superior's limit, a leader's word, a chat."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from chainhub.core.actor import Actor, Post, Role, ScopeKind
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI
from chainhub.county import known
from chainhub.county.people import queries
from chainhub.tickets.models import Ticket
from chainhub.tickets.service import instructions, passing, referrals, supervisions, whistles
from chainhub.tickets.workflow import State

CHAIN = "equipment"  # of the demonstration accounts
UNITS = ("power_supply", "transport")
OWNER = "qiye"  # the demonstration's firm


def show(session: Session, actors: Mapping[int, Actor], now: datetime) -> None:
    """Let the committee of the demonstration's chain blow a whistle, and note what 12345 sent; each on an open matter."""
    with session.begin():
        facts = known.of(session)
        clerks = facts.holders.ids(Role.COMMITTEE, ScopeKind.CHAIN, CHAIN, Post.CONTACT)
        handled = session.scalars(
            select(Ticket)
            .where(Ticket.chain_code == CHAIN, Ticket.state == State.HANDLING, Ticket.confidential.is_(False))
            .order_by(Ticket.id.desc())
            .limit(2)
        ).all()
        if not clerks or not handled:
            return
        work = Work(session, actors[min(clerks)], now, facts.calendar)
        whistles.blow(work, handled[0].number, "路面要挖开，电和路要当面一起定。", UNITS)
        day = facts.calendar.add_workdays((now + timedelta(days=5)).astimezone(SHANGHAI).date(), 1)
        referrals.record(work, handled[-1].number, referrals.Paper("12345", "JN2026-03517", day))
        _lead(session, actors, handled[-1], now)
        _pass_on(session, actors, now)


def _lead(session: Session, actors: Mapping[int, Actor], ticket: Ticket, now: datetime) -> None:
    """Let the chain's leader write two lines, and the committee's colleague ask for a 督办 that waits to be signed."""
    facts = known.of(session)
    leaders = facts.holders.ids(Role.LEADER, ScopeKind.CHAIN, CHAIN)
    asking = facts.holders.ids(Role.TASK_FORCE, ScopeKind.CHAIN, CHAIN, Post.CONTACT)
    if not leaders or not asking or ticket.lead_unit_code is None:
        return
    day = facts.calendar.add_workdays(now.astimezone(SHANGHAI).date(), 3)
    word = instructions.Word("企业等不起。请三天内拿出办法，报我。", ticket.lead_unit_code, day)
    instructions.give(Work(session, actors[min(leaders)], now, facts.calendar), ticket.number, word)
    work = Work(session, actors[min(asking)], now, facts.calendar)
    supervisions.propose(work, ticket.number, "企业催了两次，还没有准信。")


def _pass_on(session: Session, actors: Mapping[int, Actor], now: datetime) -> None:
    """Let a guide of the chain write down what a firm said: it waits for the firm's tap."""
    facts = known.of(session)
    owner = queries.user_by_name(session, OWNER)
    if owner is None or owner.enterprise_code is None:
        return
    guides = facts.holders.ids(Role.GUIDE, ScopeKind.ENTERPRISE, owner.enterprise_code)
    if not guides:
        return
    word = passing.Word(
        owner.enterprise_code, "叉车充电桩太少", "叉车充电桩太少，中午排队要两个小时，能不能再装几个？"
    )
    passing.write(Work(session, actors[min(guides)], now, facts.calendar), word)
