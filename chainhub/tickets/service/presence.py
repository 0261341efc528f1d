"""Who else is looking at a ticket: a hint of the last minutes among the staff, never a lock."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from chainhub.core.work import Work
from chainhub.county.people.models import User
from chainhub.tickets import queries, rules
from chainhub.tickets.everyday import Presence
from chainhub.tickets.models import Ticket

RECENT = timedelta(minutes=10)
SHOWN = 3


def is_told(work: Work, ticket: Ticket) -> bool:
    """Say whether this actor takes part: the staff do, the enterprise's side neither shows itself nor sees others."""
    standing = rules.parties(work.actor, queries.facts(work.session, ticket))
    return bool(standing) and not rules.from_outside(standing)


def beat(work: Work, number: str) -> str:
    """Note that this actor has the page open, and return who else does, in words. Raises NotFound."""
    ticket = queries.own(work, number)
    if not is_told(work, ticket):
        return ""
    make = postgresql.insert if work.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    work.session.execute(
        make(Presence)
        .values(ticket_id=ticket.id, user_id=work.actor.id, seen_at=work.now)
        .on_conflict_do_update(index_elements=["ticket_id", "user_id"], set_={"seen_at": work.now})
    )
    rows = work.session.execute(
        select(User.name, Presence.seen_at)
        .join(User, User.id == Presence.user_id)
        .where(
            Presence.ticket_id == ticket.id,
            Presence.user_id != work.actor.id,
            Presence.seen_at > work.now - RECENT,
        )
        .order_by(Presence.seen_at.desc())
        .limit(SHOWN)
    ).all()
    return "，".join(_words(name, int((work.now - at).total_seconds() // 60)) for name, at in rows)


def _words(name: str, minutes: int) -> str:
    return f"{name}也在看" if minutes < 1 else f"{name} {minutes} 分钟前也在看"


def find_gone(work: Work, limit: int) -> Sequence[int]:
    """Return rows of those who left."""
    return work.session.scalars(
        select(Presence.id)
        .where(Presence.seen_at <= work.now - RECENT)
        .order_by(Presence.seen_at)
        .limit(limit)
    ).all()


def forget(work: Work, ids: Sequence[int]) -> None:
    """Forget who left."""
    work.session.execute(delete(Presence).where(Presence.id.in_(ids), Presence.seen_at <= work.now - RECENT))
