"""One matter of the demonstration shows what stands beside a ticket: a whistle, and a superior's limit."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from chainhub.core.actor import Actor, Post, Role, ScopeKind
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI
from chainhub.county import known
from chainhub.tickets.models import Ticket
from chainhub.tickets.service import referrals, whistles
from chainhub.tickets.workflow import State

CHAIN = "equipment"  # of the demonstration accounts
UNITS = ("power_supply", "transport")


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
