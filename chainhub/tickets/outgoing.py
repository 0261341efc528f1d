"""What the outbox must know of a ticket when word of it leaves the house: whether it is confidential, where to answer,
and whether what a clock said is still so.

Asked when it is sent and not when it is written, so that what is so then counts, and the hot path writes no more.
"""

import re
from collections.abc import Mapping, Sequence

from sqlalchemy import select

from chainhub.core.actor import Role, ScopeKind
from chainhub.core.sweeps import OpenWork
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.notices import delivering
from chainhub.notices.delivering import Extra
from chainhub.notices.manners import Purpose
from chainhub.notices.outgoing import Outgoing
from chainhub.notices.rules import NoticeKind
from chainhub.reminders import rules as reminder_rules
from chainhub.reminders.models import Clock
from chainhub.tickets import answer_tokens
from chainhub.tickets.models import Ticket
from chainhub.tickets.service.answering import LINK_DAYS, Pass
from chainhub.tickets.workflow import State

_ABOUT_ONE = re.compile(r"/tickets/([A-Z]{2}-\d{4}-\d{5,})")
_ASKS = frozenset({NoticeKind.TASK, NoticeKind.REMINDER})
DONE = "发之前已经办了，不用再提醒"
MOVED = "发之前时限变了，不用再提醒"
_BY_A_CHANNEL = 0  # who handed the link out, in a pass


def deliver(open_work: OpenWork, ids: Sequence[int]) -> Mapping[str, int]:
    """Send what waits, with what is known of the tickets that it is about; tell what became of it."""
    return delivering.deliver(open_work, ids, extras)


def extras(work: Work, rows: Sequence[Outgoing], secret: str) -> Mapping[int, Extra]:
    """Return for rows about tickets whether their words stay in the house, and the signed address to answer under.

    The enterprise that is asked for its word gets that address (`service/answering.py`), with the first message and
    with each reminder while the ticket waits for it; it works once, whichever of them it came with.
    """
    numbers = {row.id: about[1] for row in rows if (about := _ABOUT_ONE.fullmatch(row.link))}
    if not numbers:
        return {}
    stale = _stale(work, rows)
    tickets = {
        ticket.number: ticket
        for ticket in work.session.scalars(select(Ticket).where(Ticket.number.in_(set(numbers.values()))))
    }
    holders = known.of(work.session).holders
    found: dict[int, Extra] = {}
    for row in rows:
        ticket = tickets.get(numbers.get(row.id, ""))
        if ticket is None:
            continue
        firm = holders.ids(Role.ENTERPRISE, ScopeKind.ENTERPRISE, ticket.enterprise_code)
        asks = row.kind in _ASKS and row.purpose is Purpose.NOTICE
        path = ""
        if secret and asks and ticket.state is State.REVIEWED and row.user_id in firm:
            until = int((work.now + LINK_DAYS).timestamp())
            held = Pass(ticket.id, ticket.round, row.user_id, _BY_A_CHANNEL, until)
            path = f"/answer/{answer_tokens.write(secret, held)}"
        found[row.id] = Extra(ticket.number if ticket.confidential else "", path, stale.get(row.id, ""))
    return found


def _stale(work: Work, rows: Sequence[Outgoing]) -> Mapping[int, str]:
    """Return why some reminders are not to be said any more: their clock stopped or moved since (complaint 12 of others)."""
    said = {row.id: row.key for row in rows if row.key.startswith("clock:")}
    ids = {row_id: int(key.split(":")[1]) for row_id, key in said.items()}
    if not ids:
        return {}
    clocks = {
        one.id: one for one in work.session.scalars(select(Clock).where(Clock.id.in_(set(ids.values()))))
    }
    found: dict[int, str] = {}
    for row_id, key in said.items():
        clock = clocks.get(ids[row_id])
        if clock is None or clock.stopped_at is not None:
            found[row_id] = DONE
        elif not key.startswith(reminder_rules.key_start(clock.id, clock.due_at)):
            found[row_id] = MOVED
    return found
