"""Writing the tickets of a paper ledger, many at once, and taking them back. Knows no file: it is given drafts.

An import is no move of the table. It writes one line of history a ticket, SUBMIT, and two things may then be so
that no row of the table says: a matter that the ledger has as finished begins as closed, and an import that is
undone leads from there, or from 待接单, to withdrawn. Why stands in docs/decisions/0006-imported-history.md.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import undefer

from chainhub.audit.rules import GENESIS, link
from chainhub.core.actor import Role
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.directory.models import Enterprise
from chainhub.finding import service as finding
from chainhub.reminders.models import Clock
from chainhub.tickets import clockwork, queries
from chainhub.tickets.models import Ticket, TicketEvent, TicketImport
from chainhub.tickets.service import clocks, history, submitting
from chainhub.tickets.terms import Channel, Kind, Outcome, Urgency
from chainhub.tickets.workflow import Action, State

IMPORTED = "import"  # origin_kind of what an import wrote
UNDONE = "import_undone"  # origin_kind of what was taken back: the ledger may be imported again
BODY = "台账导入"
UNDO_NOTE = "撤销导入"
_ONE_STATEMENT = {"render_nulls": True}  # else rows are split by which of their columns are empty
_ONE_AT_A_TIME = 7_206_001  # PostgreSQL's advisory lock: two imports at once would not see each other's rows


@dataclass(frozen=True, slots=True)
class Draft:
    """One row of a ledger, read and found good."""

    row: int  # its number in the file
    enterprise: str  # code
    enterprise_name: str
    chain: str
    title: str
    content: str
    category: str | None
    kind: Kind | None
    urgency: Urgency
    contact_person: str
    contact_phone: str
    number: str  # 诉求编号, if the ledger has one
    original_number: str
    raised_at: datetime | None
    lead_unit: str | None  # of finished matters alone: an open one is dispatched anew
    outcome: Outcome | None
    resolved_at: datetime | None
    closed_at: datetime | None  # None: still open
    kept: Mapping[str, str]  # what else the ledger says, by its headers: for the history alone

    @property
    def finished(self) -> bool:
        """Whether the ledger says that it has ended."""
        return self.closed_at is not None

    @property
    def reference(self) -> str:
        """By which the row is known again: its number in the ledger, or else what it says."""
        if self.original_number or self.number:
            return self.original_number or self.number
        said = f"{self.raised_at}\n{self.title}\n{self.content}"
        return f"sha256:{hashlib.sha256(said.encode()).hexdigest()[:40]}"

    @property
    def identity(self) -> tuple[str, str]:
        """What two rows have in common if they are one: enterprise and reference."""
        return self.enterprise, self.reference


@dataclass(slots=True)
class Stored:
    """What became of some drafts: how many were there before, and by chain how many are open or finished."""

    skipped: int = 0
    opened: Counter[str] = field(default_factory=Counter)
    finished: Counter[str] = field(default_factory=Counter)

    @property
    def done(self) -> int:
        """How many tickets were written."""
        return self.opened.total() + self.finished.total()


def begin(work: Work, file_name: str, digest: str, failed: int) -> int:
    """Note that a file is being imported; return the id under which it can be undone."""
    noted = TicketImport(
        file_name=file_name[-200:],
        digest=digest,
        imported_at=work.now,
        imported_by=work.actor.username,
        done=0,
        skipped=0,
        failed=failed,
    )
    work.session.add(noted)
    work.session.flush()
    return noted.id


def known_already(work: Work, drafts: Sequence[Draft]) -> frozenset[tuple[str, str]]:
    """Return the identities of those drafts that are tickets already: imported before, or numbered by us."""
    references = sorted({one.reference for one in drafts})
    imported = select(Ticket.enterprise_code, Ticket.origin_ref).where(
        Ticket.import_id.is_not(None), Ticket.origin_kind == IMPORTED, Ticket.origin_ref.in_(references)
    )
    found = {(firm, reference) for firm, reference in work.session.execute(imported)}
    numbers = sorted({one.number for one in drafts if one.number} | set(references))
    numbered = select(Ticket.enterprise_code, Ticket.number).where(Ticket.number.in_(numbers))
    ours = {(firm, number) for firm, number in work.session.execute(numbered)}
    found.update(one.identity for one in drafts if ours & {one.identity, (one.enterprise, one.number)})
    return frozenset(found)


def store(work: Work, import_id: int, drafts: Sequence[Draft]) -> Stored:
    """Write what is new among some drafts: tickets, history, clocks and index, each in one statement."""
    _wait_for_others(work)
    seen, fresh = set(known_already(work, drafts)), []
    for draft in drafts:
        if draft.identity not in seen:
            seen.add(draft.identity)
            fresh.append(draft)
    stored = Stored(
        len(drafts) - len(fresh),
        Counter(one.chain for one in fresh if not one.finished),
        Counter(one.chain for one in fresh if one.finished),
    )
    if fresh:
        _write(work, import_id, fresh)
    _count(work, import_id, stored)
    return stored


def _wait_for_others(work: Work) -> None:
    """Let imports into one database follow each other. SQLite has one writer anyway."""
    if work.session.get_bind().dialect.name == "postgresql":
        work.session.execute(select(func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))


def written(work: Work, import_id: int) -> Stored:
    """Return what an import has written so far and was not taken back."""
    rows = work.session.execute(
        select(Ticket.chain_code, Ticket.is_open, func.count())
        .where(Ticket.import_id == import_id, Ticket.origin_kind == IMPORTED)
        .group_by(Ticket.chain_code, Ticket.is_open)
    )
    found = Stored()
    for chain, is_open, number in rows:
        (found.opened if is_open else found.finished)[chain] += number
    return found


def note_failed(work: Work, import_id: int, failed: int) -> None:
    """Note how many rows of a file could not be taken in the end."""
    work.session.execute(update(TicketImport).where(TicketImport.id == import_id).values({"failed": failed}))


def _count(work: Work, import_id: int, stored: Stored) -> None:
    counted = {
        TicketImport.done: TicketImport.done + stored.done,
        TicketImport.skipped: TicketImport.skipped + stored.skipped,
    }
    work.session.execute(update(TicketImport).where(TicketImport.id == import_id).values(counted))


def _write(work: Work, import_id: int, drafts: Sequence[Draft]) -> None:
    numbers = _numbers(work, drafts)
    rows = [_ticket_row(work, import_id, one, number) for one, number in zip(drafts, numbers, strict=True)]
    started = [_start(work, row) if row["is_open"] else [] for row in rows]
    written = insert(Ticket).returning(Ticket.id, sort_by_parameter_order=True)
    ids = list(work.session.scalars(written, rows, execution_options=_ONE_STATEMENT))
    _write_history(
        work, [_submitted(work, id_, one, row) for id_, one, row in zip(ids, drafts, rows, strict=True)]
    )
    _write_clocks(work, ids, started)
    texts = [
        (id_, _texts(row["number"], one.enterprise_name, one.title, one.content, one.original_number))
        for id_, one, row in zip(ids, drafts, rows, strict=True)
    ]
    finding.index_many(work.session, queries.OWNER, texts)


def _texts(number: str, enterprise: str, title: str, content: str, original_number: str) -> tuple[str, ...]:
    """Return by what an imported ticket is found: as any other, and by the number it came with."""
    return number, enterprise, title, content, original_number


def _numbers(work: Work, drafts: Sequence[Draft]) -> list[str]:
    """Give every draft a number of its chain, in the order of the drafts.

    Chains are asked in one order by everybody, so that two imports cannot wait for each other.
    """
    chains = known.of(work.session).directory.chains
    wanted = Counter(one.chain for one in drafts)
    given = {
        chain: iter(submitting.next_numbers(work, chains[chain].prefix, count))
        for chain, count in sorted(wanted.items())
    }
    return [next(given[one.chain]) for one in drafts]


def _ticket_row(work: Work, import_id: int, draft: Draft, number: str) -> dict[str, Any]:
    """Return a ticket's columns. What the ledger did not keep stays empty: no answer, no rating, no clock."""
    return {
        "number": number,
        "title": draft.title,
        "content": draft.content,
        "chain_code": draft.chain,
        "enterprise_code": draft.enterprise,
        "category_code": draft.category,
        "kind": draft.kind,
        "urgency": draft.urgency,
        "channel": Channel.IMPORT,
        "confidential": False,
        "contact_person": draft.contact_person,
        "contact_phone": draft.contact_phone,
        "original_number": draft.original_number,
        "state": State.CLOSED if draft.finished else State.SUBMITTED,
        "is_open": not draft.finished,
        "version": 1,
        "round": 1,
        "lead_unit_code": draft.lead_unit,
        "responsible_unit_code": draft.lead_unit,
        "filed_by_id": None,
        "hands": {},
        "returned_by": [],
        "outcome": draft.outcome,
        "due_at": None,
        "yellow_at": None,
        "due_provisional": False,
        "created_at": draft.raised_at or work.now,
        "updated_at": work.now,
        "resolved_at": draft.resolved_at,
        "first_closed_at": draft.closed_at,
        "closed_at": draft.closed_at,
        "ended_at": draft.closed_at,
        "recheck_asked_at": work.now if draft.finished else None,  # nobody is asked about the past
        "co_units": [],
        "origin_kind": IMPORTED,
        "origin_ref": draft.reference,
        "import_id": import_id,
    }


def _start(work: Work, row: dict[str, Any]) -> list[Clock]:
    """Return the first clocks of an open ticket, which start now, and put its due date into its row."""
    ticket = Ticket(**row)
    plan = clockwork.plan(Action.SUBMIT, None, State.SUBMITTED, {}, clockwork.Standing())
    started = clocks.carry_out(work, ticket, plan, (), "")
    clocks.settle(ticket, started)
    row.update(due_at=ticket.due_at, yellow_at=ticket.yellow_at, due_provisional=ticket.due_provisional)
    return started


def _write_clocks(work: Work, ids: Sequence[int], started: Sequence[Sequence[Clock]]) -> None:
    rows: list[dict[str, Any]] = []
    for id_, some in zip(ids, started, strict=True):
        rows.extend({**_columns(clock), "owner_id": id_} for clock in some)
    if rows:
        work.session.execute(insert(Clock), rows, execution_options=_ONE_STATEMENT)


@dataclass(frozen=True, slots=True)
class _Line:
    """What a line of history of an import says."""

    seq: int
    action: Action
    source: State | None
    target: State
    given: Mapping[str, Any]
    at: datetime
    prev_hash: str


def _submitted(work: Work, ticket_id: int, draft: Draft, row: Mapping[str, Any]) -> TicketEvent:
    """Return the one line of history that an import writes: it happened then, it is written down now."""
    told = {name: row[name] for name in ("title", "content", "kind", "urgency", "channel")}
    given = {
        **told,
        "category": draft.category,
        "original_number": draft.original_number or None,
        "import": row["import_id"],
        "row": draft.row,
        "ledger": dict(draft.kept) or None,
        "finished": {"lead_unit": draft.lead_unit, "closed_at": draft.closed_at} if draft.finished else None,
    }
    return _event(
        work, ticket_id, _Line(1, Action.SUBMIT, None, row["state"], given, row["created_at"], GENESIS)
    )


def _event(work: Work, ticket_id: int, line: _Line) -> TicketEvent:
    event = TicketEvent(
        ticket_id=ticket_id,
        seq=line.seq,
        action=line.action,
        source=line.source,
        target=line.target,
        round=1,
        role=Role.CLOCK.value,  # nobody decided anything: it was copied
        actor_id=work.actor.id,
        actor_name=work.actor.name,
        body=BODY,
        data={name: history.plain(value) for name, value in line.given.items() if value is not None},
        at=line.at,
        recorded_at=work.now,
        prev_hash=line.prev_hash,
        hash="",
    )
    event.hash = link(line.prev_hash, history.payload(event))
    return event


def _write_history(work: Work, events: Iterable[TicketEvent]) -> None:
    rows = [_columns(event) for event in events]
    work.session.execute(insert(TicketEvent), rows, execution_options=_ONE_STATEMENT)


def _columns(thing: Clock | TicketEvent) -> dict[str, Any]:
    """Return what was set on a thing that is not stored, for a statement that writes many."""
    return {name: value for name, value in vars(thing).items() if not name.startswith("_")}


# Taking back


def imports_of(work: Work, digest: str) -> list[int]:
    """Return the imports of this very file that were not undone, oldest first."""
    live = select(TicketImport.id).where(TicketImport.digest == digest, TicketImport.undone_at.is_(None))
    return list(work.session.scalars(live.order_by(TicketImport.id)))


def take_back(work: Work, import_id: int, limit: int) -> Counter[str]:
    """Withdraw some tickets of an import that nobody has touched; return how many by chain, nothing when none is left.

    They keep number and history: a line is added, none is taken away. They leave the index.
    """
    tickets = work.session.scalars(
        select(Ticket)
        .options(undefer(Ticket.content))
        .where(Ticket.import_id == import_id, Ticket.origin_kind == IMPORTED, Ticket.version == 1)
        .order_by(Ticket.id)
        .limit(limit)
        .with_for_update()
    ).all()
    if tickets:
        ids = [ticket.id for ticket in tickets]
        _unindex(work, tickets)
        _write_history(work, _withdrawals(work, tickets, ids))
        _stop_clocks(work, ids)
        for ticket in tickets:
            _withdraw(work, ticket)
        work.session.flush()
    return Counter(ticket.chain_code for ticket in tickets)


def _withdrawals(work: Work, tickets: Sequence[Ticket], ids: Sequence[int]) -> list[TicketEvent]:
    lines = select(TicketEvent.ticket_id, TicketEvent.hash).where(
        TicketEvent.ticket_id.in_(ids), TicketEvent.seq == 1
    )
    hashes = {row.ticket_id: row.hash for row in work.session.execute(lines)}
    note, ended = {"note": UNDO_NOTE}, State.WITHDRAWN
    return [
        _event(work, one.id, _Line(2, Action.WITHDRAW, one.state, ended, note, work.now, hashes[one.id]))
        for one in tickets
    ]


def _withdraw(work: Work, ticket: Ticket) -> None:
    """End a ticket that should not have been; what the ledger said of its end is no longer counted."""
    ticket.state = State.WITHDRAWN
    ticket.is_open = False
    ticket.origin_kind = UNDONE
    ticket.version += 1
    ticket.updated_at = work.now
    ticket.outcome = None
    ticket.resolved_at = ticket.first_closed_at = ticket.closed_at = None
    clocks.settle(ticket, ())


def _stop_clocks(work: Work, ids: Sequence[int]) -> None:
    """Stop what runs for these tickets. None of their clocks was ever paused: nobody has touched them."""
    stopped = {"stopped_at": work.now, "stop_reason": Action.WITHDRAW.value, "look_again_at": None}
    work.session.execute(
        update(Clock)
        .where(Clock.owner_kind == queries.OWNER, Clock.owner_id.in_(ids), Clock.stopped_at.is_(None))
        .values(stopped)
        .execution_options(synchronize_session=False)
    )


def _unindex(work: Work, tickets: Sequence[Ticket]) -> None:
    codes = {ticket.enterprise_code for ticket in tickets}
    named = select(Enterprise.code, Enterprise.name).where(Enterprise.code.in_(codes))
    names = {row.code: row.name for row in work.session.execute(named)}
    for one in tickets:
        texts = _texts(one.number, names[one.enterprise_code], one.title, one.content, one.original_number)
        finding.remove(work.session, queries.OWNER, one.id, texts)


def touched(work: Work, import_id: int) -> list[str]:
    """Return the numbers of an import's tickets that somebody has acted on, which therefore stay."""
    stay = select(Ticket.number).where(Ticket.import_id == import_id, Ticket.origin_kind == IMPORTED)
    return list(work.session.scalars(stay.order_by(Ticket.id)))


def mark_undone(work: Work, import_id: int) -> None:
    """Note that an import was taken back."""
    work.session.execute(
        update(TicketImport).where(TicketImport.id == import_id).values({"undone_at": work.now})
    )
