"""The life of an assignment: it begins and ends with a reason, and the guide's grant goes with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from chainhub.assignments import kinds, queries
from chainhub.assignments.kinds import Kind, Standing
from chainhub.assignments.models import Assignment, Guide
from chainhub.assignments.terms import BY_HAND, EndReason, StartReason
from chainhub.audit import service as audit
from chainhub.core.actor import Role, ScopeKind
from chainhub.core.errors import Conflict, Invalid, NotFound
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.directory.models import Enterprise
from chainhub.county.people.models import GrantRow, User
from chainhub.county.people.service import caring
from chainhub.notices import service as notices
from chainhub.notices.rules import NoticeKind

NOTE_MOST = 200


@dataclass(frozen=True, slots=True)
class New:
    """An assignment to begin: for which enterprise (and person of it), by whom, from when, why."""

    kind: str
    enterprise: str
    user_id: int | None = None
    helper: str = ""
    person: str = ""
    slot: str = ""
    lead: bool = True
    reason: StartReason = StartReason.BY_HAND
    from_on: date | None = None
    until_on: date | None = None
    proposal_id: int | None = None


def begin(work: Work, new: New, *, tell: bool = True) -> Assignment:
    """Let somebody begin to look after an enterprise. Raises NotAllowed, NotFound, Invalid, Conflict by the ratio."""
    firm = work.session.get(Enterprise, new.enterprise)
    if firm is None:
        raise NotFound("没有这家企业，请从名单里选。")
    caring.demand_decider(work, firm)
    kind = queries.all_kinds(work).get(new.kind)
    if kind is None:
        raise NotFound("没有这一种结对，请从名单里选。")
    user = work.session.get(User, new.user_id) if new.user_id is not None else None
    _check(kind, new, user)
    said = kinds.refused(kind, standing(new), _running(work, kind, new))
    if said:
        raise Conflict(said, code="ratio")
    grant = caring.entrust(work, user, firm) if kind.grants and user is not None else None
    made = started(work, kind, new, grant.id if grant is not None else None)
    work.session.add(made)
    work.session.flush()
    _note(work, "begin_assignment", made, firm)
    if tell and user is not None:
        _tell(work, said_begun(work, kind, firm, user, made))
    return made


def started(work: Work, kind: Kind, new: New, grant_id: int | None) -> Assignment:
    """Return the row of an assignment that begins, not yet added."""
    from_on = new.from_on or local(work.now).date()
    return Assignment(
        kind=kind.code,
        enterprise_code=new.enterprise,
        person=new.person,
        user_id=new.user_id,
        helper=new.helper,
        slot=new.slot,
        lead=new.lead,
        grant_id=grant_id,
        started_on=from_on,
        until_on=new.until_on or _term(kind, from_on),
        start_reason=new.reason,
        started_by=who(work),
        proposal_id=new.proposal_id,
    )


def _check(kind: Kind, new: New, user: User | None) -> None:
    errors: dict[str, list[str]] = {}
    if kind.grants and user is None:
        errors["guide"] = ["请选一名指导员。"]
    if user is None and not new.helper:
        errors.setdefault("helper", ["请写明由谁来。"])
    if kind.of_person and not new.person:
        errors["person"] = ["请写明是企业的哪一位。"]
    if new.until_on is not None and new.from_on is not None and new.until_on <= new.from_on:
        errors["until_on"] = ["要在开始以后。"]
    if errors:
        raise Invalid(errors=errors)


def standing(one: New | Assignment) -> Standing:
    """Return what the ratio rule sees of an assignment, running or new."""
    firm = one.enterprise if isinstance(one, New) else one.enterprise_code
    holder = str(one.user_id) if one.user_id is not None else one.helper
    return Standing(f"{firm}/{one.person}", holder, one.slot, one.lead)


def _running(work: Work, kind: Kind, new: New) -> Sequence[Standing]:
    """Return the running assignments that the ratio of a kind looks at: of the enterprise, and of the helper."""
    same = (Assignment.helper == new.helper) if new.user_id is None else (Assignment.user_id == new.user_id)
    rows = work.session.scalars(
        select(Assignment)
        .where(Assignment.kind == kind.code, Assignment.ended_on.is_(None))
        .where((Assignment.enterprise_code == new.enterprise) | same)
        .limit(queries.PAGE_MOST)
    )
    return [standing(one) for one in rows]


def _term(kind: Kind, from_on: date) -> date | None:
    return months_on(from_on, kind.term_months) if kind.term_months else None


def months_on(on: date, months: int) -> date:
    """Return the same day some months later, or the last of a shorter month."""
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    for day in range(on.day, 27, -1):
        try:
            return date(year, month + 1, day)
        except ValueError:
            continue
    return date(year, month + 1, on.day)


def end(
    work: Work, assignment_id: int, reason: EndReason, note: str = "", *, tell: bool = True
) -> Assignment:
    """End an assignment with its reason, and withdraw the grant. Raises NotFound, NotAllowed, Invalid, Conflict."""
    row = own(work, assignment_id, lock=True)
    firm = work.session.get_one(Enterprise, row.enterprise_code)
    caring.demand_decider(work, firm)
    if row.ended_on is not None:
        raise Conflict("这一条已经结束了，历史不改。")
    if len(note) > NOTE_MOST:
        raise Invalid(errors={"note": [f"最多 {NOTE_MOST} 字。"]})
    row.ended_on, row.end_reason = local(work.now).date(), reason
    row.end_note, row.ended_by = note, who(work)
    if row.grant_id is not None and not _needed_still(work, row):
        caring.withdraw(work, row.grant_id, firm)
    work.session.flush()
    _note(work, "end_assignment", row, firm)
    if tell and row.user_id is not None:
        _tell(work, [said_ended(queries.all_kinds(work)[row.kind], firm, row)])
    return row


def end_by_hand(work: Work, assignment_id: int, reason: EndReason, note: str) -> Assignment:
    """End an assignment for one of the reasons that a person may give, in words. Raises Invalid as well."""
    errors: dict[str, list[str]] = {}
    if reason not in BY_HAND:
        errors["reason"] = ["请选一个原因。"]
    if not note.strip():
        errors["note"] = ["请写一句为什么。"]
    if errors:
        own(work, assignment_id)
        raise Invalid(errors=errors)
    return end(work, assignment_id, reason, note.strip())


def _needed_still(work: Work, row: Assignment) -> bool:
    other = (
        select(Assignment.id)
        .where(Assignment.grant_id == row.grant_id, Assignment.id != row.id, Assignment.ended_on.is_(None))
        .limit(1)
    )
    return work.session.scalar(other) is not None


def own(work: Work, assignment_id: int, *, lock: bool = False) -> Assignment:
    """Return an assignment of a chain that this actor reads, locked for who will change it. Raises NotFound."""
    how: dict[str, Any] = {"with_for_update": True, "populate_existing": True} if lock else {}
    row = work.session.get(Assignment, assignment_id, **how) if assignment_id < 2**31 else None
    firm = work.session.get(Enterprise, row.enterprise_code) if row is not None else None
    if (
        row is None
        or firm is None
        or (work.actor.id is not None and firm.chain_code not in queries.chains(work))
    ):
        raise NotFound("没有这一条选派，请从“指导员”一页进入。")
    return row


# What the grants say already


def settle(work: Work, most: int = 500) -> int:
    """Let assignments follow grants that were given or ended elsewhere; return how many rows that has touched.

    A guide's grant without an assignment is taken in as one (the first of an enterprise leads), an assignment whose
    grant has ended is ended. By whoever may: it says what is so, and gives and takes nothing.
    """
    return _take_in(work, most) + _let_go(work, most)


def _take_in(work: Work, most: int) -> int:
    db = work.session
    rows = db.execute(
        select(GrantRow.id, GrantRow.user_id, GrantRow.ref, GrantRow.started_at)
        .outerjoin(Assignment, (Assignment.grant_id == GrantRow.id) & Assignment.ended_on.is_(None))
        .where(
            GrantRow.role == Role.GUIDE,
            GrantRow.scope == ScopeKind.ENTERPRISE,
            GrantRow.ended_at.is_(None),
            Assignment.id.is_(None),
        )
        .order_by(GrantRow.id)
        .limit(most)
    ).all()
    people = {row.user_id: local(row.started_at).date() for row in reversed(rows)}
    there = set(db.scalars(select(Guide.user_id).where(Guide.user_id.in_(people))))
    db.add_all(Guide(user_id=id_, since_on=since) for id_, since in people.items() if id_ not in there)
    db.flush()
    leading = select(Assignment.enterprise_code).where(
        Assignment.kind == kinds.GUIDE,
        Assignment.ended_on.is_(None),
        Assignment.lead,
        Assignment.enterprise_code.in_({row.ref for row in rows}),
    )
    led = set(db.scalars(leading))
    for row in rows:
        from_on = local(row.started_at).date()
        db.add(
            Assignment(
                kind=kinds.GUIDE,
                enterprise_code=row.ref,
                user_id=row.user_id,
                lead=row.ref not in led,
                grant_id=row.id,
                started_on=from_on,
                until_on=_term(kinds.DEFAULT[0], from_on),
                start_reason=StartReason.ADOPTED,
                started_by="原授权",
            )
        )
        led.add(row.ref)
    db.flush()
    return len(rows)


def _let_go(work: Work, most: int) -> int:
    rows = work.session.execute(
        select(Assignment, GrantRow.ended_at)
        .join(GrantRow, GrantRow.id == Assignment.grant_id)
        .where(Assignment.ended_on.is_(None), GrantRow.ended_at.is_not(None))
        .order_by(Assignment.id)
        .limit(most)
    ).all()
    for row, ended_at in rows:
        row.ended_on = local(ended_at).date() if ended_at is not None else local(work.now).date()
        row.end_reason, row.ended_by = EndReason.WITHDRAWN, "授权收回"
    work.session.flush()
    return len(rows)


# Telling


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody is told, under a key that is said once."""

    people: frozenset[int]
    kind: NoticeKind
    text: str
    key: str


def said_begun(work: Work, kind: Kind, firm: Enterprise, user: User, made: Assignment) -> list[Said]:
    """Return what guide and enterprise are told of an assignment that begins."""
    until = f"，选派期到{queries.day_text(made.until_on)}" if made.until_on else ""
    on = queries.day_text(made.started_on)
    own = f"从{on}起，您是{firm.short}的{kind.label}{until}。请先去认个门。"
    found = [Said(frozenset({user.id}), NoticeKind.TASK, own, f"assignment:{made.id}:guide")]
    if kind.grants:
        facts = known.of(work.session)
        owners = facts.holders.ids(Role.ENTERPRISE, ScopeKind.ENTERPRISE, firm.code)
        unit = facts.directory.unit_name(user.unit_code)
        words = f"从{on}起，{unit}{user.name}是您家的{kind.label}，有事可以直接打电话。"
        found.append(Said(owners, NoticeKind.NEWS, words, f"assignment:{made.id}:firm"))
    return found


def said_ended(kind: Kind, firm: Enterprise, row: Assignment) -> Said:
    """Return what a guide is told of an assignment that has ended."""
    reason = row.end_reason.label if row.end_reason else ""
    words = f"您不再担任{firm.short}的{kind.label}（{reason}）。没办完的事请和接手的人交接清楚。"
    people = frozenset({row.user_id}) if row.user_id is not None else frozenset()
    return Said(people, NoticeKind.NEWS, words, f"assignment:{row.id}:end")


def _tell(work: Work, said: Sequence[Said]) -> None:
    for one in said:
        notices.enqueue(work, one.people, one.kind, one.text, key=one.key, link="/guides")


def who(work: Work) -> str:
    """Return how the acting person is written down."""
    return f"{work.actor.title} {work.actor.name}".strip()[:120]


def _note(work: Work, action: str, row: Assignment, firm: Enterprise) -> None:
    audit.record_all(work, [deed(action, row, firm)])


def deed(action: str, row: Assignment, firm: Enterprise) -> audit.Deed:
    """Return what the log keeps of an assignment that begins or ends."""
    data = {
        "kind": row.kind,
        "guide": row.user_id or row.helper,
        "reason": (row.end_reason or row.start_reason).value,
        "note": row.end_note,
    }
    return audit.Deed(action, f"{firm.code} {firm.short}", data)
