"""迎检 of the demonstration: what the chain's secretary has laid before an audit yesterday, and one account that only looks."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from chainhub.core.actor import Role, ScopeKind
from chainhub.operations.simulating.county import County
from chainhub.tickets.inspections import rules, service
from chainhub.tickets.inspections.service import Asked
from chainhub.tickets.models import Ticket
from chainhub.tickets.workflow import State

CHAIN = "equipment"  # of the demonstration accounts
_TICKETS = 12
_DAYS = 14


def show(session: Session, county: County, now: datetime) -> None:
    """Lay the newest tickets that were struck off before the auditors; whoever wants to look opens an account."""
    at = now - timedelta(days=1)
    secretaries = [
        one
        for post in rules.SECRETARIES
        for one in county.holding(Role.COMMITTEE, ScopeKind.CHAIN, CHAIN, post)
    ]
    numbers = session.scalars(
        select(Ticket.number)
        .where(
            Ticket.chain_code == CHAIN,
            Ticket.state == State.CLOSED,
            Ticket.closed_at <= at,
            Ticket.confidential.is_(False),
            Ticket.complained_unit_code.is_(None),
        )
        .order_by(Ticket.closed_at.desc(), Ticket.id.desc())
        .limit(_TICKETS)
    ).all()
    if not secretaries or not numbers:
        return
    work = county.as_(session, secretaries[0], at)
    made = service.make(
        work, Asked("县审计局", "营商环境专项审计，抽查诉求办理的过程和佐证", _DAYS, " ".join(numbers))
    )
    service.open_account(work, made.id, "审计组联络员")
