"""Writing a ticket's history: append-only, each line tied by hash to the one before."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import TableClause

from chainhub.audit.rules import GENESIS, link
from chainhub.core.actor import Role
from chainhub.core.db import add_rows
from chainhub.core.work import Work
from chainhub.tickets import queries
from chainhub.tickets.models import Ticket, TicketEvent
from chainhub.tickets.workflow import Action, Party, State, Who

_EVENTS = cast("TableClause", TicketEvent.__table__)


def append(
    work: Work,
    ticket: Ticket,
    action: Action,
    source: State | None,
    given: Mapping[str, Any],
    *,
    role: Who,
    body: str,
    before: str | None = None,
) -> TicketEvent:
    """Write one line for what was just done, under the ticket's new version as its number.

    The ticket itself has been written: of two who were as fast, that is where the slower one stops.

    `before` is the hash of the ticket's last line, where it is known already.
    """
    event = TicketEvent(
        ticket_id=ticket.id,
        seq=ticket.version,
        action=action,
        source=source,
        target=ticket.state,
        round=ticket.round,
        role=str(role.value),
        actor_id=work.actor.id,
        actor_name=_name(work, ticket, role, given),
        body=body,
        data={name: plain(value) for name, value in given.items() if value is not None},
        at=work.now,
        recorded_at=work.now,
        prev_hash=GENESIS if source is None else before or _last_hash(work, ticket),
        hash="",
    )
    event.hash = link(event.prev_hash, payload(event))
    # As a row, past the mapper: a line is written once, never changed, and nobody here reads it back.
    add_rows(work.session, _EVENTS, [stored(event)])
    return event


def _name(work: Work, ticket: Ticket, role: Who, given: Mapping[str, Any]) -> str:
    """Return who did it; of a substitute also for whom (AB角)."""
    acts = Role.DEPARTMENT if role is Party.CO_UNIT else role
    if not isinstance(acts, Role):
        return work.actor.name
    unit = str(given.get("unit") or "") if role is Party.CO_UNIT else ticket.lead_unit_code or ""
    away = work.actor.stands_in_for(
        acts, chain=ticket.chain_code, unit=unit, enterprise=ticket.enterprise_code
    )
    return f"{work.actor.name}（代{away}）"[:40] if away else work.actor.name


def stored(event: TicketEvent) -> dict[str, Any]:
    """Return a line's columns, for a statement that writes it."""
    return {name: value for name, value in vars(event).items() if not name.startswith("_")}


def _last_hash(work: Work, ticket: Ticket) -> str:
    return queries.last_hash(work.session, ticket.id) or GENESIS


def payload(event: TicketEvent) -> dict[str, Any]:
    """Return what an event's hash is taken over."""
    return {
        "ticket": event.ticket_id,
        "seq": event.seq,
        "action": event.action.value,
        "source": event.source.value if event.source else None,
        "target": event.target.value,
        "round": event.round,
        "role": event.role,
        "actor": event.actor_id,
        "name": event.actor_name,
        "body": event.body,
        "data": event.data,
        "at": _utc(event.at),
        "recorded_at": _utc(event.recorded_at),
    }


def _utc(at: datetime) -> str:
    """Return an instant as it is read back from the database, whatever zone it was written in."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def plain(value: Any) -> Any:
    """Return a given value as JSON keeps it."""
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    return value
