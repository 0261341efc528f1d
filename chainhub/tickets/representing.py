"""A ticket as the JSON door writes it: plain values, made for one reader. Reads nothing but its clocks."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from chainhub.core.actor import Role
from chainhub.core.work import Work
from chainhub.core.worktime import Explanation
from chainhub.county import known
from chainhub.county.directory.rules import Directory
from chainhub.documents.attachments.models import Attachment
from chainhub.reminders.models import Clock
from chainhub.tickets import fields, presenting, queries, rules
from chainhub.tickets.beside_models import Referral, ReportIn, Whistle
from chainhub.tickets.fields import Field, Shape
from chainhub.tickets.listing import Item
from chainhub.tickets.models import Instruction, Request, Supervision, Ticket, TicketEvent
from chainhub.tickets.service import (
    assigning,
    evidencing,
    instructions,
    moving,
    referrals,
    requests,
    supervisions,
    whistles,
)
from chainhub.tickets.service.papers import Fitting
from chainhub.tickets.terms import ONE_QUESTION, Kind
from chainhub.tickets.workflow import Action, Move, State, Who
from chainhub.web.api import PREFIX, moment

Data = dict[str, Any]
_OWN = frozenset({Role.ENTERPRISE})  # everybody else asks for the whole number on the page, with a trace
_RATES = frozenset({Action.CONFIRM, Action.REOPEN, Action.ESCALATE})
_ONE = frozenset({"clear"})
_THREE = frozenset({"contacted", "solved", "satisfaction"})
NOTHING_RUNS = "现在没有在走的时限。"


def ticket(work: Work, it: Ticket, clocks: Sequence[Clock]) -> Data:
    """Return a ticket with all its clocks and with what this reader may do."""
    standing = rules.parties(work.actor, queries.facts(work.session, it))
    directory = known.of(work.session).directory
    return {
        **_common(it, work.now),
        "content": it.content,
        "contact_person": it.contact_person,
        "contact_phone": it.contact_phone if standing & _OWN else rules.mask_phone(it.contact_phone),
        "round": it.round,
        "outcome": None if it.state is State.ENDORSING and rules.from_outside(standing) else it.outcome,
        "evidence": evidencing.demanded(work, it),
        "route": it.route,
        "complained_unit": it.complained_unit_code,
        "satisfaction": it.satisfaction,
        "closed_at": moment(it.closed_at),
        "clocks": [_clock(one, work.now) for one in clocks],
        "actions": [
            _with_persons(work, it, _offer(row, it.kind, directory)) for row in moving.moves(work, it)
        ],
    }


def item(one: Item, now: datetime) -> Data:
    """Return a ticket of a list."""
    return {**_common(one.ticket, now), "enterprise_name": one.enterprise}


def _common(it: Ticket, now: datetime) -> Data:
    return {
        "number": it.number,
        "title": it.title,
        "state": it.state,
        "state_label": it.state.label,
        "version": it.version,
        "chain": it.chain_code,
        "enterprise": it.enterprise_code,
        "category": it.category_code,
        "kind": it.kind,
        "urgency": it.urgency,
        "channel": it.channel,
        "confidential": it.confidential,
        "lead_unit": it.lead_unit_code,
        "co_units": it.co_units,
        "due_at": moment(it.due_at),
        "due_provisional": it.due_provisional,
        "promise_due_at": moment(it.promise_due_at),
        "superior_due_at": moment(it.superior_due_at),
        "light": presenting.colour(it.state, it.due_at, it.yellow_at, now, asked=it.extension_pending),
        "created_at": moment(it.created_at),
        "updated_at": moment(it.updated_at),
    }


def attachment(it: Ticket, one: Attachment) -> Data:
    """Return one file of a ticket, and where it is fetched."""
    return {
        "id": one.id,
        "name": one.name,
        "type": one.kind,
        "size": one.size,
        "sha256": one.sha256,
        "internal": one.internal,
        "by": one.by_name,
        "at": moment(one.at),
        "url": f"{PREFIX}/tickets/{it.number}/attachments/{one.id}",
    }


def paper(it: Ticket, one: Fitting) -> Data:
    """Return a paper, and where it is fetched once it has a number."""
    found = one.paper
    return {
        "kind": one.kind,
        "subject": one.subject,
        "label": one.kind.label,
        "about": one.about,
        "number": found.number if found else None,
        "issued_by": found.issued_by if found else "",
        "issued_at": moment(found.issued_at) if found else None,
        "may_issue": one.may_issue,
        "url": f"{PREFIX}/tickets/{it.number}/papers/{found.id}" if found else None,
    }


def _clock(one: Clock, now: datetime) -> Data:
    paused = one.stopped_at is None and bool(one.pauses and one.pauses[-1][1] is None)
    return {
        "kind": one.kind,
        "label": one.label,
        "round": one.round,
        "unit": one.holder_ref if one.holder_scope == "unit" else None,
        "holder": {
            "role": one.holder_role,
            "scope": f"{one.holder_scope}:{one.holder_ref}" if one.holder_ref else one.holder_scope,
        },
        "started_at": moment(one.started_at),
        "limit": one.limit,
        "due_at": moment(one.due_at),
        "provisional": one.provisional,
        "paused": paused,
        "stopped_at": moment(one.stopped_at),
        "light": _clock_colour(one, now, paused=paused),
    }


def _clock_colour(one: Clock, now: datetime, *, paused: bool) -> str:
    if one.stopped_at is not None:
        return "blue"
    return "grey" if paused else presenting.colour(State.HANDLING, one.due_at, one.yellow_at, now)


def _offer(row: Move, kind: Kind | None, directory: Directory) -> Data:
    asked, skipped = questions(row.action, kind)
    return {
        "action": row.action,
        "label": row.action.label,
        "fields": [
            _field(fields.field(row.action, name), directory, required=name in row.needs or name in asked)
            for name in row.fields
            if name not in skipped
        ],
    }


def _with_persons(work: Work, it: Ticket, offer: Data) -> Data:
    """Return an offer with the people of the unit to choose from, where it asks for one."""
    for asked in offer["fields"]:
        if asked["type"] is Shape.PERSON:
            listed = assigning.colleagues(work, it)
            asked["choices"] = [{"value": one.username, "label": one.words} for one in listed]
    return offer


def questions(action: Action, kind: Kind | None) -> tuple[frozenset[str], frozenset[str]]:
    """Return which questions an evaluation asks of a ticket of this kind, and which it does not."""
    if action not in _RATES:
        return frozenset(), frozenset()
    return (_ONE, _THREE) if kind in ONE_QUESTION else (_THREE, _ONE)


def _field(spec: Field, directory: Directory, *, required: bool) -> Data:
    found: Data = {
        "name": spec.name,
        "label": spec.label,
        "hint": spec.hint,
        "type": spec.shape,
        "required": required,
        "max_length": spec.most or None,
    }
    choices = _choices(spec, directory)
    if choices is not None:
        found["choices"] = [{"value": value, "label": label} for value, label in choices]
    return found


def _choices(spec: Field, directory: Directory) -> Sequence[tuple[str, str]] | None:
    if spec.choices is not None:
        return [(one.value, one.label) for one in spec.choices]
    if spec.shape is Shape.UNIT:
        return [(one.code, one.name) for one in directory.units.values() if one.handles]
    if spec.shape is Shape.CATEGORY:
        return [(one.code, one.label) for one in directory.categories.values()]
    return None


def event(one: TicketEvent, standing: frozenset[Who]) -> Data:
    """Return one line of a history as somebody of this standing may read it."""
    return {
        "seq": one.seq,
        "action": one.action,
        "label": one.action.label,
        "source": one.source,
        "target": one.target,
        "round": one.round,
        "role": one.role,
        "body": one.body,
        "actor": one.actor_name,
        "data": rules.redacted(one.action, one.data, standing),
        "at": moment(one.at),
        "recorded_at": moment(one.recorded_at),
    }


def whistle(work: Work, it: Ticket, one: Whistle, rows: Sequence[ReportIn]) -> Data:
    """Return a whistle with the units that it calls, out of those called by any of the ticket's whistles."""
    return {
        "id": one.id,
        "state": one.state,
        "reason": one.reason,
        "blown_by": one.blown_by,
        "blown_at": moment(one.blown_at),
        "decided_by": one.decided_by,
        "decided_at": moment(one.decided_at),
        "decision": one.decision,
        "ended_by": one.ended_by,
        "ended_at": moment(one.ended_at),
        "ended_note": one.ended_note,
        "units": [_report(row) for row in rows if row.whistle_id == one.id],
        "may_decide": whistles.may_decide(work, it, one),
        "may_end": whistles.may_end(work, it, one),
    }


def referral(work: Work, it: Ticket, one: Referral) -> Data:
    """Return what a superior sent down, and what was replied."""
    return {
        "source": one.source,
        "number": one.number,
        "due_on": one.due_on.isoformat(),
        "due_at": moment(one.due_at),
        "recorded_by": one.recorded_by,
        "recorded_at": moment(one.recorded_at),
        "replied_on": one.replied_on.isoformat() if one.replied_on else None,
        "replied_by": one.replied_by,
        "reply": one.reply,
        "may_reply": referrals.may_reply(work, it),
    }


def _report(row: ReportIn) -> Data:
    return {
        "unit": row.unit_code,
        "due_at": moment(row.due_at),
        "reported_at": moment(row.reported_at),
        "reported_by": row.reported_by,
        "people": row.people,
        "arrives_at": moment(row.arrives_at),
        "note": row.note,
    }


def answer(one: TicketEvent, standing: frozenset[Who]) -> Data:
    """Return an answer, or a call that reached nobody, as somebody of this standing may read it."""
    data = rules.redacted(one.action, one.data, standing)
    asked = ("contacted", "solved", "satisfaction", "clear", "reason_code")
    return {
        "round": presenting.answered_round(one),
        "action": one.action,
        "label": one.action.label,
        "by": f"{one.body} {one.actor_name}".strip(),
        "at": moment(one.at),
        "via": data.get("via") or "",
        **{name: data.get(name) for name in asked},
        "note": data.get("note") or data.get("reasons") or "",
    }


def request(work: Work, it: Ticket, one: Request) -> Data:
    """Return a request as this reader may act on it."""
    until = one.given.get("until") or one.given.get("review_on")
    return {
        "id": one.id,
        "kind": one.kind,
        "label": one.kind.label,
        "state": one.state,
        "asked_by": one.asked_by,
        "asked_at": moment(one.asked_at),
        "reason": one.reason,
        "until": until,
        "due_at": moment(one.due_at),
        "decided_by": one.decided_by,
        "decided_at": moment(one.decided_at),
        "note": one.note,
        "before_at": moment(one.before_at),
        "after_at": moment(one.after_at),
        "may_decide": requests.may_decide(work, it, one),
    }


def instruction(work: Work, it: Ticket, one: Instruction) -> Data:
    """Return a leader's word as this reader may act on it."""
    return {
        "id": one.id,
        "text": one.text,
        "unit": one.unit_code,
        "due_on": one.due_on.isoformat(),
        "due_at": moment(one.due_at),
        "given_by": one.given_by,
        "on_behalf_of": one.on_behalf_of,
        "transcribed": bool(one.on_behalf_of),
        "given_at": moment(one.given_at),
        "answer": one.answer,
        "answered_by": one.answered_by,
        "answered_at": moment(one.answered_at),
        "may_answer": instructions.may_answer(work, it, one),
    }


def supervision(work: Work, it: Ticket, one: Supervision) -> Data:
    """Return a supervision as this reader may act on it."""
    return {
        "id": one.id,
        "reason": one.reason,
        "label": one.reason.label,
        "level": one.level,
        "unit": one.unit_code,
        "state": one.state,
        "letter": one.letter,
        "note": one.note,
        "drafted_by": one.drafted_by,
        "drafted_at": moment(one.drafted_at),
        "decided_by": one.decided_by,
        "decided_at": moment(one.decided_at),
        "decision": one.decision,
        "due_at": moment(one.due_at),
        "answer": one.answer,
        "answered_by": one.answered_by,
        "answered_at": moment(one.answered_at),
        "may_sign": supervisions.may_sign(work, it, one),
        "may_answer": supervisions.may_answer(work, it, one),
    }


def deadline(explained: Explanation | None) -> Data:
    """Return why a ticket is due when it is, or that nothing runs."""
    if explained is None:
        return {"due_at": None, "provisional": False, "steps": [], "text": NOTHING_RUNS}
    return {
        "due_at": moment(explained.due),
        "provisional": explained.provisional,
        "steps": [{"date": one.date, "counted": one.counted, "why": one.why} for one in explained.steps],
        "text": explained.text,
    }
