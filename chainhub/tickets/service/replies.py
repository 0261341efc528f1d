"""Keeping standard replies, and offering those that fit. A change is a new version; a retired one is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import func, select

from chainhub.audit import service as audit
from chainhub.core.actor import Actor, Role
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.tickets import fields, queries, wording
from chainhub.tickets.everyday import StandardReply
from chainhub.tickets.models import Ticket
from chainhub.tickets.rules import local_date_text
from chainhub.tickets.workflow import Action

KEEPERS = (Role.SYSADMIN, Role.COMMITTEE)
MOST = 200  # replies in use; whoever needs more needs fewer, better ones
VERSIONS_MOST = 50
LABEL_MOST = 20


@dataclass(frozen=True, slots=True)
class Draft:
    """What a standard reply is to say, in which form, for which category (None: every one)."""

    action: Action
    category: str | None
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A standard reply with its placeholders filled for one ticket."""

    id: int
    label: str
    text: str


def may_keep(actor: Actor) -> bool:
    """Say whether this actor keeps the county's standard replies."""
    return bool(actor.roles & set(KEEPERS))


def in_use(work: Work) -> Sequence[StandardReply]:
    """Return the replies in use, at most `MOST`, by verb and label."""
    return work.session.scalars(
        select(StandardReply)
        .where(StandardReply.is_current)
        .order_by(StandardReply.action, StandardReply.category_code, StandardReply.label)
        .limit(MOST)
    ).all()


def offers(work: Work, ticket: Ticket, action: Action) -> list[Offer]:
    """Return what fits the form of a verb on this ticket, filled; nothing for a verb without replies costs no query."""
    if action not in wording.FIELDS:
        return []
    found = work.session.scalars(
        select(StandardReply).where(StandardReply.is_current, StandardReply.action == action).limit(MOST)
    ).all()
    values = _values(work, ticket) if found else {}
    fit = wording.fitting(found, action, known.of(work.session).directory.above(ticket.category_code))
    return [Offer(one.id, one.label, wording.fill(one.text, values)) for one in fit]


def _values(work: Work, ticket: Ticket) -> Mapping[str, str]:
    facts = known.of(work.session)
    return {
        "编号": ticket.number,
        "标题": ticket.title,
        "企业": queries.enterprise_name(work.session, ticket.enterprise_code),
        "单位": facts.directory.unit_name(ticket.lead_unit_code),
        "到期": local_date_text(ticket.due_at) if ticket.due_at else "",
    }


def find(work: Work, id_: int) -> StandardReply:
    """Return the version in use with this id. Raises NotFound."""
    found = work.session.get(StandardReply, id_) if 0 < id_ < 2**31 else None
    if found is None or not found.is_current:
        raise NotFound("没有这条常用答复，或者它刚刚改过。请回到列表再找。")
    return found


def versions(work: Work, reply: StandardReply) -> Sequence[StandardReply]:
    """Return every version of a reply, the newest first."""
    return work.session.scalars(
        select(StandardReply)
        .where(StandardReply.name == reply.name)
        .order_by(StandardReply.version.desc())
        .limit(VERSIONS_MOST)
    ).all()


def add(work: Work, draft: Draft) -> StandardReply:
    """Add a reply. Raises NotAllowed, Invalid, Conflict where there are too many."""
    _demand(work)
    _check(work, draft)
    if (
        work.session.scalar(select(func.count()).select_from(StandardReply).where(StandardReply.is_current))
        or 0
    ) >= MOST:
        raise Conflict(f"常用答复已有 {MOST} 条，请先停用几条再加。")
    return _write(work, draft, uuid4().hex, 1)


def change(work: Work, id_: int, draft: Draft) -> StandardReply:
    """Put a new version in the place of a reply. Raises NotAllowed, NotFound, Invalid."""
    _demand(work)
    before = find(work, id_)
    _check(work, draft)
    before.is_current = False
    work.session.flush()
    return _write(work, draft, before.name, before.version + 1)


def retire(work: Work, id_: int) -> None:
    """Take a reply out of use; its versions stay. Raises NotAllowed, NotFound."""
    _demand(work)
    found = find(work, id_)
    found.is_current = False
    audit.record(work, "retire_reply", f"{found.action.label}：{found.label}", {"version": found.version})


def _write(work: Work, draft: Draft, name: str, version: int) -> StandardReply:
    made = StandardReply(
        name=name,
        version=version,
        action=draft.action,
        category_code=draft.category,
        label=draft.label,
        text=draft.text,
        made_by=f"{work.actor.unit_name} {work.actor.name}".strip(),
        made_at=work.now,
    )
    work.session.add(made)
    work.session.flush()
    data = {"version": version, "category": draft.category, "text": draft.text}
    audit.record(work, "keep_reply", f"{draft.action.label}：{draft.label}", data)
    return made


def _demand(work: Work) -> None:
    if not may_keep(work.actor):
        raise NotAllowed("常用答复由产业链党委和系统管理员来维护。")


def _check(work: Work, draft: Draft) -> None:
    errors: dict[str, list[str]] = {}
    if draft.action not in wording.FIELDS:
        errors["action"] = ["这个动作没有可填的话，请换一个。"]
    if draft.category is not None and draft.category not in known.of(work.session).directory.categories:
        errors["category"] = ["没有这个类别，请从名单里选一个。"]
    if unknown := wording.unknown_places(draft.text):
        places = "、".join(f"{{{one}}}" for one in wording.PLACES)
        errors["text"] = [f"{'、'.join(unknown)}填不出来，能用的是 {places}。"]
    most = fields.NOTE_MOST
    if len(draft.text) > most:
        errors.setdefault("text", []).append(f"最多 {most} 字，现在 {len(draft.text)} 字。")
    if errors:
        raise Invalid(errors=errors)
