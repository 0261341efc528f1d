"""What stands beside tickets, for the columns 协办, 延期至 and 督办次数 of the ledger: one query each for many tickets."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from chainhub.tickets.models import Part, Request, Supervision
from chainhub.tickets.terms import PartState, RequestKind, RequestState, SupervisionState

_SIGNED = (SupervisionState.SIGNED, SupervisionState.ANSWERED)


@dataclass(slots=True)
class Beside:
    """The units that were sent a part, until when the last extension let it run, how often it was supervised."""

    helped: list[str] = field(default_factory=list)  # codes, in the order they were sent
    released: set[str] = field(default_factory=set)  # of them those that were let go of
    extended_to: datetime | None = None
    supervised: int = 0  # 督办 that were signed; a 提醒函 is none


def of(session: Session, ids: Sequence[int]) -> Mapping[int, Beside]:
    """Read it for some tickets."""
    found: defaultdict[int, Beside] = defaultdict(Beside)
    parts = (
        select(Part.ticket_id, Part.unit_code, Part.state).where(Part.ticket_id.in_(ids)).order_by(Part.id)
    )
    for ticket_id, unit, state in session.execute(parts):
        one = found[ticket_id]
        if unit not in one.helped:
            one.helped.append(unit)
        (one.released.add if state is PartState.RELEASED else one.released.discard)(unit)
    granted = (
        select(Request.ticket_id, Request.after_at)
        .where(
            Request.ticket_id.in_(ids),
            Request.kind == RequestKind.EXTENSION,
            Request.state == RequestState.APPROVED,
        )
        .order_by(Request.id)
    )
    for ticket_id, until in session.execute(granted):
        found[ticket_id].extended_to = until
    signed = select(Supervision.ticket_id).where(
        Supervision.ticket_id.in_(ids), Supervision.state.in_(_SIGNED), Supervision.letter.is_(False)
    )
    for ticket_id in session.scalars(signed):
        found[ticket_id].supervised += 1
    return found
