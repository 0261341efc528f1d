"""Reading the outbox for the administrator: by whom and how, never what it said. Administrators read no tickets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from chainhub.core.media import Medium
from chainhub.core.work import Work
from chainhub.county.people.models import User
from chainhub.notices import outbox
from chainhub.notices.manners import Fate, Purpose
from chainhub.notices.outfit import outfit_of
from chainhub.notices.outgoing import MediumState, Outgoing
from chainhub.notices.rules import NoticeKind

PAGE = 50
COUNTED_MOST = 10_000  # counting stops here


@dataclass(frozen=True, slots=True)
class Listed:
    """One row: who, by which way, of which sort, when, after how many tries, what became of it and why."""

    id: int
    person: str
    username: str
    medium: Medium
    purpose: Purpose
    kind: NoticeKind
    created_at: datetime
    tries: int
    said: str
    repeated: bool
    fate: Fate
    look_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a medium fares."""

    medium: Medium
    is_set: bool
    paused_until: datetime | None  # only while it rests
    said: str
    failed_at: datetime | None
    sent_at: datetime | None
    waiting: int
    failed: int


def standings(work: Work) -> Sequence[Standing]:
    """Return how every medium fares, in their order. Raises NotAllowed."""
    outbox.demand_keeper(work)
    outfit = outfit_of(work.session)
    states = {one.medium: one for one in work.session.scalars(select(MediumState))}
    waiting, failed = counts(work.session, Fate.WAITING), counts(work.session, Fate.DEAD)
    found = []
    for medium in Medium:
        state = states.get(medium)
        rests = state is not None and state.paused_until is not None and state.paused_until > work.now
        found.append(
            Standing(
                medium,
                outfit.has(medium),
                state.paused_until if state is not None and rests else None,
                state.said if state is not None and rests else "",
                state.failed_at if state is not None else None,
                state.sent_at if state is not None else None,
                waiting.get(medium, 0),
                failed.get(medium, 0),
            )
        )
    return found


def counts(session: Session, fate: Fate) -> Mapping[Medium, int]:
    """Return how many rows of a fate each medium has, up to `COUNTED_MOST` of all of them."""
    some = select(Outgoing.medium).where(Outgoing.fate == fate).limit(COUNTED_MOST).subquery()
    rows = session.execute(select(some.c.medium, func.count()).group_by(some.c.medium))
    return {row[0]: row[1] for row in rows}


def failed(work: Work, *, before: int | None = None, limit: int = PAGE) -> Sequence[Listed]:
    """Return what was given up, the newest first, from below `before`. Raises NotAllowed."""
    return listed(work, (Fate.DEAD,), before=before, limit=limit)


def listed(
    work: Work, fates: Sequence[Fate], *, before: int | None = None, limit: int = PAGE
) -> Sequence[Listed]:
    """Return what became so of what was to go out, the newest first, from below `before`; no codes. Raises NotAllowed."""
    outbox.demand_keeper(work)
    query = (
        select(
            Outgoing.id,
            User.name,
            User.username,
            Outgoing.medium,
            Outgoing.purpose,
            Outgoing.kind,
            Outgoing.created_at,
            Outgoing.tries,
            Outgoing.said,
            Outgoing.repeated,
            Outgoing.fate,
            Outgoing.look_at,
            Outgoing.sent_at,
        )
        .join(User, User.id == Outgoing.user_id)
        .where(Outgoing.fate.in_(fates), Outgoing.purpose != Purpose.CODE)
        .order_by(Outgoing.id.desc())
        .limit(limit)
    )
    rows = work.session.execute(query if before is None else query.where(Outgoing.id < before))
    return [Listed(*tuple(row)) for row in rows]
