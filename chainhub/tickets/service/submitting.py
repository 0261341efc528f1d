"""Filing a ticket: by the enterprise, by its guide, by the committee on its behalf."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, Table, TableClause, and_, bindparam, func, insert, null, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.sql.dml import ReturningInsert

from chainhub.core.actor import Actor, Role, ScopeKind
from chainhub.core.db import add_rows, in_one_go
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI
from chainhub.county import known
from chainhub.county.directory import queries as directory
from chainhub.county.directory.models import Enterprise
from chainhub.finding import service as finding
from chainhub.reminders.models import Clock
from chainhub.tickets import clockwork, queries, rules
from chainhub.tickets.models import NumberSeries, Submission, Ticket
from chainhub.tickets.service import clocks, complaints, history, referrals, telling
from chainhub.tickets.terms import Channel, Outcome, Urgency
from chainhub.tickets.workflow import Action, Move, Party, State, Who, rows

_SUBMIT = rows(Action.SUBMIT, None)[0]
_BACKFILL = rows(Action.BACKFILL, None)[0]
BACKFILLED = "backfill"  # origin_kind of what was solved on the spot
_SERIES = cast("Table", NumberSeries.__table__)
_WRITING = insert(cast("Table", Ticket.__table__)).returning(Ticket.id)
_TICKETS = cast("TableClause", Ticket.__table__)
_KEYS = cast("TableClause", Submission.__table__)
_COLUMNS = frozenset(Ticket.__mapper__.columns.keys())
_DEFAULTS = {
    one.key: cast("Any", one.default) for one in Ticket.__mapper__.columns if one.default is not None
}


class _Firm(NamedTuple):
    """The enterprise whose matter it is, as far as a ticket takes it over."""

    code: str
    name: str
    chain_code: str
    contact: str
    phone: str


class _Kept(NamedTuple):
    """What was filed under a key."""

    digest: str
    ticket_id: int


_LOOKING_UP = (  # both in one statement: every submission asks both
    select(*(getattr(Enterprise, name) for name in _Firm._fields), Submission.digest, Submission.ticket_id)
    .outerjoin(
        Submission, and_(Submission.user_id == bindparam("user_id"), Submission.key == bindparam("key"))
    )
    .where(Enterprise.code == bindparam("code"))
)


@dataclass(frozen=True, slots=True)
class Filed:
    """A ticket, and whether this call made it or found it under its key."""

    ticket: Ticket
    new: bool
    clocks: Sequence[Clock]


def may_submit(actor: Actor) -> bool:
    """Say whether this actor may file at all."""
    return bool(actor.roles & _SUBMIT.who)


def may_file_for(work: Work, *, q: str = "", limit: int = 200) -> list[Enterprise]:
    """Return the enterprises this actor may file for, in the order of their codes."""
    actor = work.actor
    own = actor.refs(Role.ENTERPRISE, ScopeKind.ENTERPRISE) | actor.refs(Role.GUIDE, ScopeKind.ENTERPRISE)
    found = list(directory.enterprises(work.session, codes=own, q=q, limit=limit)) if own else []
    chains = actor.refs(Role.COMMITTEE, ScopeKind.CHAIN)
    if chains:
        found.extend(directory.enterprises(work.session, chains=chains, q=q, limit=limit))
    return list({one.code: one for one in found}.values())[:limit]


def submit(work: Work, given: Mapping[str, Any], *, key: str = "") -> Filed:
    """File a ticket. The same key and content find the ticket again; another content under it is refused.

    Raises NotAllowed, Invalid, and Conflict where the key was used for something else.
    """
    if not may_submit(work.actor):
        raise NotAllowed("报送诉求的是企业、指导员和产业链党委。请用企业账号报，或者请指导员替您报。")
    digest = _digest(given)
    enterprise, kept = _look_up(work, given.get("enterprise"), key)
    if kept is not None:
        found = _filed_before(work, kept, digest)
        return Filed(found, new=False, clocks=queries.clocks(work.session, found.id))
    _demand(given)
    role = _may_file_as(work.actor, enterprise)
    paper = referrals.filed(given, role)
    id_, ticket = _ticket(work, enterprise, given)
    started = _clocks(work, ticket, given)
    with _keeping_the_key(), in_one_go(work.session):
        _store(work, ticket, id_, started)
        if key:
            _keep_key(work, key, digest, ticket)
        _record(work, ticket, given, role)
        telling.receipt(work, ticket, started)
        _index(work, ticket, enterprise)
    filed = Filed(_kept(work, ticket), new=True, clocks=started)
    if paper is not None:
        referrals.record_filed(work, filed.ticket, paper)
    return filed


def may_backfill(actor: Actor) -> bool:
    """Say whether this actor may note what was solved on the spot."""
    return bool(actor.roles & _BACKFILL.who)


def backfill(work: Work, given: Mapping[str, Any]) -> Filed:
    """Note what was solved on the spot, with its true past dates: it waits for the enterprise's word, outside on-time rates.

    Raises NotAllowed, Invalid.
    """
    if not may_backfill(work.actor):
        raise NotAllowed("现场办结补录由产业链党委和指导员来做。")
    _demand(given, _BACKFILL)
    today = work.now.astimezone(SHANGHAI).date()
    if not given["raised_on"] <= given["solved_on"] <= today:
        raise Invalid(errors={"solved_on": ["解决日期要在提出日期以后、今天以前。"]})
    enterprise, _ = _look_up(work, given.get("enterprise"))
    role = _may_file_as(work.actor, enterprise)
    id_, ticket = _ticket(work, enterprise, {**given, "channel": Channel.VISIT})
    ticket.state = State.REVIEWED
    ticket.created_at = work.calendar.start_of_day(given["raised_on"])
    ticket.resolved_at = min(work.calendar.end_of_day(given["solved_on"]), work.now)
    ticket.answered_at = work.now
    ticket.outcome = Outcome.SOLVED
    ticket.origin_kind = BACKFILLED
    ticket.hands = rules.hands_after({}, work.actor, Action.BACKFILL)
    started = _clocks(work, ticket, given)
    said = {name: given.get(name) for name in ("title", "content", "reply", "raised_on", "solved_on")}
    body = work.actor.unit_name or Role(role).label
    with in_one_go(work.session):
        _store(work, ticket, id_, started)
        history.append(work, ticket, Action.BACKFILL, None, said, role=role, body=body)
        telling.tell(work, ticket, Action.BACKFILL, None, given)
        _index(work, ticket, enterprise)
    return Filed(_kept(work, ticket), new=True, clocks=started)


def _demand(given: Mapping[str, Any], row: Move = _SUBMIT) -> None:
    missing = {name: ["这一项要填。"] for name in row.needs if not given.get(name)}
    if missing:
        raise Invalid(errors=missing)


def _clocks(work: Work, ticket: Ticket, given: Mapping[str, Any]) -> Sequence[Clock]:
    """Return a ticket's first clocks: its due date is known before it is written, so it is written once."""
    action = Action.SUBMIT if ticket.state is State.SUBMITTED else Action.BACKFILL
    plan = clockwork.plan(action, None, ticket.state, given, clockwork.Standing())
    started = clocks.carry_out(work, ticket, plan, (), "")
    clocks.settle(ticket, started)
    return started


def _store(work: Work, ticket: Ticket, id_: int | None, started: Sequence[Clock]) -> None:
    """Write a ticket and its first clocks as rows, past the mapper; SQLite gives out the id only now."""
    row = {name: value for name, value in vars(ticket).items() if not name.startswith("_")}
    if id_ is None:
        ticket.id = work.session.connection().execute(_WRITING, row).scalar_one()
    else:
        add_rows(work.session, _TICKETS, [{**row, "id": id_}])
        ticket.id = id_
    for clock in started:
        clock.owner_id = ticket.id
    clocks.write(work, started)


def _kept(work: Work, ticket: Ticket) -> Ticket:
    """Return a ticket that was written past the mapper as one that the session holds."""
    held = vars(ticket)
    for name in _COLUMNS.difference(held):
        held[name] = None
    make_transient_to_detached(ticket)
    work.session.add(ticket)
    return ticket


def _index(work: Work, ticket: Ticket, enterprise: _Firm) -> None:
    texts = (ticket.number, enterprise.name, ticket.title, ticket.content)
    finding.index(work.session, queries.OWNER, ticket.id, texts)


def _record(work: Work, ticket: Ticket, given: Mapping[str, Any], role: Who) -> None:
    kept = {
        name: given.get(name)
        for name in ("category", "kind", "complained_unit", "urgency", "channel", "confidential")
    }
    said = {"title": ticket.title, "content": given["content"], **kept}
    body = "企业" if role in {Role.ENTERPRISE, Party.REQUESTER} else work.actor.unit_name or Role(role).label
    history.append(work, ticket, Action.SUBMIT, None, said, role=role, body=body)
    telling.tell(work, ticket, Action.SUBMIT, None, given)


def _look_up(work: Work, code: object, key: str = "") -> tuple[_Firm, _Kept | None]:
    """Return the enterprise that is meant, and what was filed under the key before. Raises Invalid."""
    own = work.actor.refs(Role.ENTERPRISE, ScopeKind.ENTERPRISE)
    if not code:
        if len(own) != 1:
            raise Invalid(errors={"enterprise": ["请选是哪家企业的事。"]})
        code = next(iter(own))
    asked = {"user_id": work.actor.id, "key": key, "code": str(code)}
    row = work.session.connection().execute(_LOOKING_UP, asked).first()
    if row is None:
        raise Invalid(errors={"enterprise": ["没有这家企业，请从名单里选。"]})
    *firm, digest, ticket_id = row
    return _Firm(*firm), _Kept(digest, ticket_id) if digest is not None else None


def _may_file_as(actor: Actor, enterprise: _Firm) -> Role:
    """Return as what this actor files for an enterprise. Raises Invalid."""
    if enterprise.code in actor.refs(Role.ENTERPRISE, ScopeKind.ENTERPRISE):
        return Role.ENTERPRISE
    if enterprise.code in actor.refs(Role.GUIDE, ScopeKind.ENTERPRISE):
        return Role.GUIDE
    if actor.holds(Role.COMMITTEE, chain=enterprise.chain_code):
        return Role.COMMITTEE
    raise Invalid(errors={"enterprise": ["这家企业不在您名下，请从名单里选。"]})


def _ticket(work: Work, enterprise: _Firm, given: Mapping[str, Any]) -> tuple[int | None, Ticket]:
    """Return a ticket with everything it begins with, and the id it will have where the database gives it out before."""
    if given.get("channel") is Channel.IMPORT:
        raise Invalid(errors={"channel": ["“导入”只由台账导入写，请选实际的渠道。"]})
    category = given.get("category")
    facts = known.of(work.session)
    if category and category not in facts.directory.categories:
        raise Invalid(errors={"category": ["没有这个类别，请从名单里选一个。"]})
    about, kind = complaints.named(work, given, given.get("kind"))
    chain = facts.directory.chains[enterprise.chain_code]
    number, id_ = _next(work, chain.prefix)
    begins = _defaults() | {
        "number": number,
        "title": given["title"],
        "content": given["content"],
        "chain_code": chain.code,
        "enterprise_code": enterprise.code,
        "category_code": category or None,
        "kind": kind,
        "complained_unit_code": about,
        "urgency": given.get("urgency") or Urgency.NORMAL,
        "channel": given.get("channel") or Channel.WEB,
        "confidential": bool(given.get("confidential")),
        "contact_person": given.get("contact_person") or enterprise.contact,
        "contact_phone": given.get("contact_phone") or enterprise.phone,
        "state": State.SUBMITTED,
        "filed_by_id": work.actor.id,
        "created_at": work.now,
        "updated_at": work.now,
    }
    return id_, Ticket(**begins)


def _defaults() -> dict[str, Any]:
    return {name: one.arg(None) if one.is_callable else one.arg for name, one in _DEFAULTS.items()}


def next_numbers(work: Work, prefix: str, count: int) -> list[str]:
    """Give out the next numbers of a chain and year in one step. The series never goes back, so none is reused."""
    if count < 1:
        return []
    year, last, _ = _count_on(work, prefix, count)
    return [number_text(prefix, year, serial) for serial in range(last - count + 1, last + 1)]


def _next(work: Work, prefix: str) -> tuple[str, int | None]:
    """Give out the next number, and with it the id of the ticket's row where the database knows it beforehand."""
    year, last, id_ = _count_on(work, prefix, 1)
    return number_text(prefix, year, last), id_


def _count_on(work: Work, prefix: str, count: int) -> tuple[int, int, int | None]:
    year = work.now.astimezone(SHANGHAI).year
    connection = work.session.connection()
    row = connection.execute(
        _numbering(connection.dialect.name), {"prefix": prefix, "year": year, "last": count}
    ).one()
    return year, row[0], row[1]


@lru_cache
def _numbering(dialect: str) -> ReturningInsert[Any]:
    """Return the statement that counts a series on: the row is locked until commit, so two never get one number."""
    on_server = dialect == "postgresql"
    added = postgresql.insert(_SERIES) if on_server else sqlite.insert(_SERIES)
    id_: ColumnElement[Any] = func.nextval("ticket_id_seq") if on_server else null()
    return added.on_conflict_do_update(
        index_elements=["prefix", "year"], set_={"last": _SERIES.c.last + added.excluded.last}
    ).returning(_SERIES.c.last, id_)


def number_text(prefix: str, year: int, serial: int) -> str:
    """Write a number as people read it: EQ-2026-00017."""
    return f"{prefix}-{year}-{serial:05d}"


def _digest(given: Mapping[str, Any]) -> str:
    said = {name: history.plain(value) for name, value in given.items() if value not in (None, "")}
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _filed_before(work: Work, kept: _Kept, digest: str) -> Ticket:
    if kept.digest != digest:
        raise Invalid("这个 Idempotency-Key 已经用来报过另一件事，请换一个。", code="key_reused")
    ticket = work.session.get(Ticket, kept.ticket_id)
    if ticket is None:
        raise NotFound("这件诉求已经不在了。")
    return ticket


def _keep_key(work: Work, key: str, digest: str, ticket: Ticket) -> None:
    row = {
        "user_id": work.actor.id,
        "key": key,
        "digest": digest,
        "ticket_id": ticket.id,
        "created_at": work.now,
    }
    add_rows(work.session, _KEYS, [row])


@contextmanager
def _keeping_the_key() -> Iterator[None]:
    """Say in words that another request with the same key was faster: its ticket stands, this one is not filed."""
    try:
        yield
    except IntegrityError as error:
        if Submission.__tablename__ not in str(error.orig):
            raise
        raise Conflict("这件事正在保存，请稍等再看“我的诉求”。", code="in_progress") from error


def promise_at(work: Work, urgency: Urgency = Urgency.NORMAL) -> datetime:
    """Return by when somebody would call if a ticket were filed now."""
    limit = known.of(work.session).book.limit(
        clockwork.ClockKind.FIRST_CALL.value, "ordinary", urgency.value, work.now
    )
    return work.calendar.due(work.now, limit).at
