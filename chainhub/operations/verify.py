"""Checking that history was not altered: every ticket's chain, the audit log's chain, the daily seals."""

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from chainhub.audit import service as audit
from chainhub.audit.models import AuditEntry, DailySeal
from chainhub.audit.rules import GENESIS, link
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI
from chainhub.tickets.models import TicketEvent
from chainhub.tickets.service import history

_CHUNK = 2000
_FAULTS_MOST = 20
_SETTLES = timedelta(minutes=10)  # no transaction lives longer


@dataclass(slots=True)
class Verdict:
    """What a verification found."""

    events: int = 0
    entries: int = 0
    seals: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.faults

    def lines(self) -> list[str]:
        """Return the verdict as people read it."""
        head = f"诉求历史 {self.events} 条，审计日志 {self.entries} 条，每日封印 {self.seals} 个。"
        return [head, *(self.faults or ["全部对得上，没有被改过。"])]


def verify(session: Session) -> Verdict:
    """Compute every hash anew and compare. Reads everything, in chunks; writes nothing."""
    found = Verdict()
    _events(session, found)
    _entries(session, found)
    _seals(session, found)
    return found


def _events(session: Session, found: Verdict) -> None:
    last: dict[int, tuple[int, str]] = {}
    place = (0, 0)
    while len(found.faults) < _FAULTS_MOST:
        rows = session.scalars(
            select(TicketEvent)
            .where(
                (TicketEvent.ticket_id > place[0])
                | ((TicketEvent.ticket_id == place[0]) & (TicketEvent.seq > place[1]))
            )
            .order_by(TicketEvent.ticket_id, TicketEvent.seq)
            .limit(_CHUNK)
        ).all()
        if not rows:
            return
        for event in rows:
            seq, before = last.get(event.ticket_id, (0, GENESIS))
            if event.prev_hash != before or event.hash != link(before, history.payload(event)):
                found.faults.append(f"诉求 {event.ticket_id} 的第 {event.seq} 条历史对不上。")
            elif event.seq != seq + 1:
                found.faults.append(f"诉求 {event.ticket_id} 缺第 {seq + 1} 条历史。")
            last = {event.ticket_id: (event.seq, event.hash)}
            found.events += 1
        place = (rows[-1].ticket_id, rows[-1].seq)
        session.expunge_all()


def _entries(session: Session, found: Verdict) -> None:
    before, place = GENESIS, 0
    while True:
        rows = session.scalars(
            select(AuditEntry).where(AuditEntry.id > place).order_by(AuditEntry.id).limit(_CHUNK)
        ).all()
        if not rows:
            return
        for entry in rows:
            if entry.prev_hash != before or entry.hash != link(before, audit.payload(entry)):
                found.faults.append(f"审计日志第 {entry.id} 条对不上。")
            before = entry.hash
            found.entries += 1
        place = rows[-1].id


def _seals(session: Session, found: Verdict) -> None:
    before, events, entries = GENESIS, 0, 0
    for seal in session.scalars(select(DailySeal).order_by(DailySeal.on)):
        made = _digest(session, events, seal.last_event_id, entries, seal.last_entry_id)
        text = {"on": seal.on.isoformat(), "digest": made, "events": seal.events, "entries": seal.entries}
        if seal.prev_hash != before or seal.hash != link(before, text):
            found.faults.append(f"{seal.on} 的封印对不上：那天以前的历史有增减或改动。")
        before, events, entries = seal.hash, seal.last_event_id, seal.last_entry_id
        found.seals += 1


def _digest(session: Session, event_from: int, event_to: int, entry_from: int, entry_to: int) -> str:
    running = hashlib.sha256()
    events = select(TicketEvent.hash).where(TicketEvent.id > event_from, TicketEvent.id <= event_to)
    for one in session.scalars(events.order_by(TicketEvent.id).execution_options(yield_per=5000)):
        running.update(one.encode())
    entries = select(AuditEntry.hash).where(AuditEntry.id > entry_from, AuditEntry.id <= entry_to)
    for one in session.scalars(entries.order_by(AuditEntry.id).execution_options(yield_per=5000)):
        running.update(one.encode())
    return running.hexdigest()


def days_to_seal(work: Work) -> list[date]:
    """Return yesterday if it has no seal yet. A seal covers everything recorded since the one before.

    It waits some minutes after midnight, so that what was written at midnight has been committed.
    """
    yesterday = (work.now - _SETTLES).astimezone(SHANGHAI).date() - timedelta(days=1)
    last = work.session.scalar(select(func.max(DailySeal.on)))
    return [] if last is not None and last >= yesterday else [yesterday]


def seal(work: Work, on: date) -> DailySeal | None:
    """Seal everything recorded up to the end of a day. Writes that were under way at midnight fall to the next."""
    end = datetime.combine(on + timedelta(days=1), datetime.min.time(), SHANGHAI)
    before = work.session.scalars(select(DailySeal).order_by(DailySeal.on.desc()).limit(1)).first()
    event_from, entry_from = (before.last_event_id, before.last_entry_id) if before else (0, 0)
    event_to = (
        work.session.scalar(select(func.max(TicketEvent.id)).where(TicketEvent.recorded_at < end))
        or event_from
    )
    entry_to = work.session.scalar(select(func.max(AuditEntry.id)).where(AuditEntry.at < end)) or entry_from
    event_to, entry_to = max(event_to, event_from), max(entry_to, entry_from)
    events = _count(work.session, TicketEvent.id, event_from, event_to)
    entries = _count(work.session, AuditEntry.id, entry_from, entry_to)
    made = _digest(work.session, event_from, event_to, entry_from, entry_to)
    prev = before.hash if before else GENESIS
    text = {"on": on.isoformat(), "digest": made, "events": events, "entries": entries}
    row = DailySeal(
        on=on,
        last_event_id=event_to,
        last_entry_id=entry_to,
        events=events,
        entries=entries,
        prev_hash=prev,
        hash=link(prev, text),
        sealed_at=work.now,
    )
    work.session.add(row)
    return row


def _count(session: Session, column: InstrumentedAttribute[int], first: int, last: int) -> int:
    return session.scalar(select(func.count()).where(column > first, column <= last)) or 0
