"""One digest over everything a simulated county has come to, without the database's own numbers: two runs compared."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from chainhub.county.people.models import User
from chainhub.notices.models import Notice
from chainhub.reminders.models import Clock
from chainhub.tickets.models import Ticket, TicketEvent


def of(session: Session) -> str:
    """Return the digest of the whole history: moves, clocks, and what people were told."""
    running = hashlib.sha256()
    for line in lines(session):
        running.update(line.encode())
        running.update(b"\n")
    return running.hexdigest()


def lines(session: Session) -> Iterator[str]:
    """Return what the digest is taken over, line by line: to see where two runs part."""
    names = {row.id: row.username for row in session.execute(select(User.id, User.username))}
    moves = session.execute(
        select(TicketEvent, Ticket.number)
        .join(Ticket, Ticket.id == TicketEvent.ticket_id)
        .order_by(Ticket.number, TicketEvent.seq)
    )
    for event, number in moves:
        yield _line(
            number,
            event.seq,
            event.at,
            event.action,
            event.source,
            event.target,
            event.round,
            event.role,
            names.get(event.actor_id or 0),
            event.actor_name,
            event.body,
            event.data,
        )
    clocks = [
        _line(
            one.link,
            one.kind,
            one.round,
            one.holder_ref,
            one.about,
            one.started_at,
            one.limit,
            one.extension,
            [
                [_plain(datetime.fromisoformat(at)) if at else None for at in pause[:2]]
                for pause in one.pauses
            ],
            one.due_at,
            one.stopped_at,
            one.stop_reason,
            one.look_again_at,
        )
        for one in session.scalars(select(Clock))
    ]
    yield from sorted(clocks)
    told = session.execute(select(Notice.user_id, Notice.kind, Notice.text, Notice.link, Notice.created_at))
    yield from sorted(_line(names[row[0]], *row[1:]) for row in told)


def _line(*values: Any) -> str:
    return json.dumps([_plain(value) for value in values], ensure_ascii=False, sort_keys=True, default=str)


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
