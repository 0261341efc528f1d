"""Filing a ticket: by the enterprise, by its guide, by the committee on its behalf."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Insert, Table, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from chainhub.core.actor import Actor, Role, ScopeKind
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
from chainhub.tickets.service import clocks, complaints, history, telling
from chainhub.tickets.terms import Channel, Outcome, Urgency
from chainhub.tickets.workflow import Action, Move, Party, State, Who, rows

_SUBMIT = rows(Action.SUBMIT, None)[0]
_BACKFILL = rows(Action.BACKFILL, None)[0]
BACKFILLED = "backfill"  # origin_kind of what was solved on the spot
_KEPT = select(Submission.digest, Submission.ticket_id).where(
    Submission.user_id == bindparam("user_id"), Submission.key == bindparam("key")
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
    if key and (found := _filed_before(work, key, digest)):
        return Filed(found, new=False, clocks=queries.clocks(work.session, found.id))
    _demand(given)
    enterprise, role = _enterprise(work, given.get("enterprise"))
    ticket = _ticket(work, enterprise, given)
    started = _store(work, ticket, given)
    if key:
        _keep_key(work, key, digest, ticket)
    _record(work, ticket, given, role)
    finding.index(
        work.session,
        queries.OWNER,
        ticket.id,
        (ticket.number, enterprise.name, ticket.title, given["content"]),
    )
    return Filed(ticket, new=True, clocks=started)


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
    enterprise, role = _enterprise(work, given.get("enterprise"))
    ticket = _ticket(work, enterprise, {**given, "channel": Channel.VISIT})
    ticket.state = State.REVIEWED
    ticket.created_at = work.calendar.start_of_day(given["raised_on"])
    ticket.resolved_at = min(work.calendar.end_of_day(given["solved_on"]), work.now)
    ticket.answered_at = work.now
    ticket.outcome = Outcome.SOLVED
    ticket.origin_kind = BACKFILLED
    ticket.hands = rules.hands_after({}, work.actor, Action.BACKFILL)
    started = _store(work, ticket, given)
    said = {name: given.get(name) for name in ("title", "content", "reply", "raised_on", "solved_on")}
    body = work.actor.unit_name or Role(role).label
    history.append(work, ticket, Action.BACKFILL, None, said, role=role, body=body)
    telling.tell(work, ticket, Action.BACKFILL, None, given)
    finding.index(
        work.session,
        queries.OWNER,
        ticket.id,
        (ticket.number, enterprise.name, ticket.title, given["content"]),
    )
    return Filed(ticket, new=True, clocks=started)


def _demand(given: Mapping[str, Any], row: Move = _SUBMIT) -> None:
    missing = {name: ["这一项要填。"] for name in row.needs if not given.get(name)}
    if missing:
        raise Invalid(errors=missing)


def _store(work: Work, ticket: Ticket, given: Mapping[str, Any]) -> Sequence[Clock]:
    """Store a ticket with its first clocks: its due date is known before it is written, so it is written once."""
    action = Action.SUBMIT if ticket.state is State.SUBMITTED else Action.BACKFILL
    plan = clockwork.plan(action, None, ticket.state, given, clockwork.Standing())
    started = clocks.carry_out(work, ticket, plan, (), "")
    clocks.settle(ticket, started)
    work.session.add(ticket)
    work.session.flush()
    for clock in started:
        clock.owner_id = ticket.id
    clocks.write(work, started)
    return started


def _record(work: Work, ticket: Ticket, given: Mapping[str, Any], role: Who) -> None:
    kept = {
        name: given.get(name)
        for name in ("category", "kind", "complained_unit", "urgency", "channel", "confidential")
    }
    said = {"title": ticket.title, "content": given["content"], **kept}
    body = "企业" if role in {Role.ENTERPRISE, Party.REQUESTER} else work.actor.unit_name or Role(role).label
    history.append(work, ticket, Action.SUBMIT, None, said, role=role, body=body)
    telling.tell(work, ticket, Action.SUBMIT, None, given)


def _enterprise(work: Work, code: object) -> tuple[Enterprise, Role]:
    actor = work.actor
    own = actor.refs(Role.ENTERPRISE, ScopeKind.ENTERPRISE)
    if not code:
        if len(own) != 1:
            raise Invalid(errors={"enterprise": ["请选是哪家企业的事。"]})
        code = next(iter(own))
    enterprise = work.session.get(Enterprise, str(code))
    if enterprise is None:
        raise Invalid(errors={"enterprise": ["没有这家企业，请从名单里选。"]})
    if enterprise.code in own:
        return enterprise, Role.ENTERPRISE
    if enterprise.code in actor.refs(Role.GUIDE, ScopeKind.ENTERPRISE):
        return enterprise, Role.GUIDE
    if actor.holds(Role.COMMITTEE, chain=enterprise.chain_code):
        return enterprise, Role.COMMITTEE
    raise Invalid(errors={"enterprise": ["这家企业不在您名下，请从名单里选。"]})


def _ticket(work: Work, enterprise: Enterprise, given: Mapping[str, Any]) -> Ticket:
    if given.get("channel") is Channel.IMPORT:
        raise Invalid(errors={"channel": ["“导入”只由台账导入写，请选实际的渠道。"]})
    category = given.get("category")
    facts = known.of(work.session)
    if category and category not in facts.directory.categories:
        raise Invalid(errors={"category": ["没有这个类别，请从名单里选一个。"]})
    about, kind = complaints.named(work, given, given.get("kind"))
    chain = facts.directory.chains[enterprise.chain_code]
    return Ticket(
        number=next_number(work, chain.prefix),
        title=given["title"],
        content=given["content"],
        chain_code=chain.code,
        enterprise_code=enterprise.code,
        category_code=category or None,
        kind=kind,
        complained_unit_code=about,
        urgency=given.get("urgency") or Urgency.NORMAL,
        channel=given.get("channel") or Channel.WEB,
        confidential=bool(given.get("confidential")),
        contact_person=given.get("contact_person") or enterprise.contact,
        contact_phone=given.get("contact_phone") or enterprise.phone,
        state=State.SUBMITTED,
        is_open=True,
        filed_by_id=work.actor.id,
        hands={},
        returned_by=[],
        version=1,
        round=1,
        created_at=work.now,
        updated_at=work.now,
    )


def next_number(work: Work, prefix: str) -> str:
    """Give out the next number of a chain and year."""
    return next_numbers(work, prefix, 1)[0]


def next_numbers(work: Work, prefix: str, count: int) -> list[str]:
    """Give out as many numbers in one step. The series never goes back, so none is reused."""
    if count < 1:
        return []
    year = work.now.astimezone(SHANGHAI).year
    given = {"prefix": prefix, "year": year, "last": count}
    last = work.session.scalar(_numbering(work.session.get_bind().dialect.name), given)
    if last is None:
        raise RuntimeError(f"the series {prefix} {year} gave no number")
    return [number_text(prefix, year, serial) for serial in range(last - count + 1, last + 1)]


@lru_cache
def _numbering(dialect: str) -> ReturningInsert[int]:
    added = postgresql.insert(NumberSeries) if dialect == "postgresql" else sqlite.insert(NumberSeries)
    return added.on_conflict_do_update(
        index_elements=["prefix", "year"], set_={"last": NumberSeries.last + added.excluded.last}
    ).returning(NumberSeries.last)


def number_text(prefix: str, year: int, serial: int) -> str:
    """Write a number as people read it: EQ-2026-00017."""
    return f"{prefix}-{year}-{serial:05d}"


def _digest(given: Mapping[str, Any]) -> str:
    said = {name: history.plain(value) for name, value in given.items() if value not in (None, "")}
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _filed_before(work: Work, key: str, digest: str) -> Ticket | None:
    found = work.session.execute(_KEPT, {"user_id": work.actor.id, "key": key}).first()
    if found is None:
        return None
    if found.digest != digest:
        raise Invalid("这个 Idempotency-Key 已经用来报过另一件事，请换一个。", code="key_reused")
    ticket = work.session.get(Ticket, found.ticket_id)
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
    if not work.session.connection().execute(_keeping(work.session.get_bind().dialect.name), row).rowcount:
        raise Conflict("这件事正在保存，请稍等再看“我的诉求”。", code="in_progress")


@lru_cache
def _keeping(dialect: str) -> Insert:
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return make(cast("Table", Submission.__table__)).on_conflict_do_nothing(index_elements=["user_id", "key"])


def promise_at(work: Work, urgency: Urgency = Urgency.NORMAL) -> datetime:
    """Return by when somebody would call if a ticket were filed now."""
    limit = known.of(work.session).book.limit(
        clockwork.ClockKind.FIRST_CALL.value, "ordinary", urgency.value, work.now
    )
    return work.calendar.due(work.now, limit).at
