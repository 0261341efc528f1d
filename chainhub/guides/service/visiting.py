"""Logging a visit, correcting it within the month, and making tickets of what was heard."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from chainhub.core.actor import Role, ScopeKind
from chainhub.core.errors import Conflict, Invalid, NotAllowed
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county.directory.models import Enterprise
from chainhub.guides import queries, rules
from chainhub.guides.models import GuideVisit, VisitChange, VisitPolicy, VisitTicket
from chainhub.guides.rules import Draft
from chainhub.guides.service import duties
from chainhub.tickets.models import Ticket
from chainhub.tickets.rules import title_from
from chainhub.tickets.service import submitting
from chainhub.tickets.terms import Channel

ORIGIN = "visit"  # origin_kind of a ticket that was raised on one


@dataclass(frozen=True, slots=True)
class Logged:
    """A visit, the ticket that came of it, and whether this call made them or found the visit under its key."""

    visit: GuideVisit
    ticket: Ticket | None
    new: bool


def may_log(work: Work) -> bool:
    """Say whether this actor logs visits at all."""
    return Role.GUIDE in work.actor.roles


def log(work: Work, draft: Draft) -> Logged:
    """Log a visit: it keeps the month's duty and makes its problem a ticket. The same key finds it again.

    Raises NotAllowed, Invalid.
    """
    if not may_log(work) or work.actor.id is None:
        raise NotAllowed("走访由企业的党建工作指导员来记。")
    if not draft.key or len(draft.key) > rules.KEY_MOST:
        raise Invalid(errors={"key": [f"要有一个 {rules.KEY_MOST} 个字符以内的键，同一次走访每次发都用它。"]})
    before = work.session.scalars(
        select(GuideVisit).where(GuideVisit.guide_id == work.actor.id, GuideVisit.key == draft.key)
    ).one_or_none()
    if before is not None:
        return Logged(before, None, new=False)
    firm = _demand(work, draft)
    visit = GuideVisit(
        key=draft.key,
        guide_id=work.actor.id,
        guide_name=f"{work.actor.unit_name} {work.actor.name}".strip(),
        enterprise_code=firm.code,
        chain_code=firm.chain_code,
        on=draft.on,
        kind=draft.kind,
        met=draft.met,
        done=draft.done,
        note=draft.note,
        made_at=work.now,
    )
    work.session.add(visit)
    work.session.flush()
    _deliver(work, visit, draft)
    duties.keep(work, visit)
    ticket = _raise(work, visit, draft.problem) if draft.problem else None
    return Logged(visit, ticket, new=True)


def _demand(work: Work, draft: Draft) -> Enterprise:
    today = local(work.now).date()
    errors = rules.errors_of(draft, rules.earliest(work.calendar, today), today)
    cared = work.actor.refs(Role.GUIDE, ScopeKind.ENTERPRISE)
    firm = work.session.get(Enterprise, draft.enterprise) if draft.enterprise in cared else None
    if firm is None:
        errors["enterprise"] = ["请选是哪家企业；只能记自己联系的企业。"]
    if errors or firm is None:
        raise Invalid(errors=errors)
    return firm


def _deliver(work: Work, visit: GuideVisit, draft: Draft) -> None:
    work.session.add_all(
        VisitPolicy(visit_id=visit.id, place=place, title=one.title, source=one.source)
        for place, one in enumerate(draft.policies, start=1)
    )
    work.session.flush()


# Tickets


def may_raise(work: Work, visit: GuideVisit) -> bool:
    """Say whether this actor may make tickets of a visit: a guide of its firm, now."""
    return visit.enterprise_code in work.actor.refs(Role.GUIDE, ScopeKind.ENTERPRISE)


def raise_problem(work: Work, id_: int, content: str) -> Ticket:
    """Make a ticket of what was heard on a visit; the firm is the requester. Raises NotFound, NotAllowed, Invalid."""
    visit = queries.own(work, id_)
    demand_raise(work, visit)
    if not rules.PROBLEM_LEAST <= len(content) <= rules.PROBLEM_MOST:
        raise Invalid(errors={"problem": [f"请写 {rules.PROBLEM_LEAST} 到 {rules.PROBLEM_MOST} 字。"]})
    return _raise(work, visit, content)


def demand_raise(work: Work, visit: GuideVisit) -> None:
    """Refuse whoever may make no ticket of a visit. Raises NotAllowed."""
    if not may_raise(work, visit):
        raise NotAllowed("走访里听到的问题由这家企业的指导员报；企业自己请点“说一件事”。")


def _raise(work: Work, visit: GuideVisit, content: str) -> Ticket:
    asked = {
        "title": title_from(content),
        "content": content,
        "enterprise": visit.enterprise_code,
        "channel": Channel.VISIT,
    }
    ticket = submitting.submit(work, asked).ticket
    ticket.origin_kind, ticket.origin_ref = ORIGIN, str(visit.id)
    work.session.add(VisitTicket(ticket_id=ticket.id, visit_id=visit.id))
    work.session.flush()
    return ticket


# Corrections


def may_correct(work: Work, visit: GuideVisit) -> bool:
    """Say whether this actor may correct a visit now: who logged it, within the calendar month."""
    today = local(work.now).date()
    return visit.guide_id == work.actor.id and rules.may_correct(local(visit.made_at).date(), today)


def correct(work: Work, id_: int, version: int | None, draft: Draft, why: str) -> GuideVisit:
    """Correct a visit; what stood there before stays in its history. Raises NotFound, NotAllowed, Conflict, Invalid."""
    visit = queries.own(work, id_)
    demand_correct(work, visit)
    if version != visit.version:
        raise Conflict("这次走访刚刚改过，请刷新后再改。", code="stale")
    errors = rules.errors_of(replace(draft, problem=""), rules.month_of(visit.on), _last_day(work, visit))
    if not why:
        errors["why"] = ["请写为什么改，会留在记录里。"]
    if len(why) > rules.WHY_MOST:
        errors["why"] = [f"最多 {rules.WHY_MOST} 字，请删短一些。"]
    if errors:
        raise Invalid(errors=errors)
    before = said(visit, [(one.title, one.source) for one in _delivered(work, visit)])
    visit.on, visit.kind = draft.on or visit.on, draft.kind or visit.kind
    visit.met, visit.done, visit.note = draft.met, draft.done, draft.note
    after = said(visit, [(one.title, one.source) for one in draft.policies])
    changed = [name for name in before if before[name] != after[name]]
    if not changed:
        return visit
    if "policies" in changed:
        for one in _delivered(work, visit):
            work.session.delete(one)
        work.session.flush()
        _deliver(work, visit, draft)
    flag_modified(visit, "done")  # so that the version moves on where only what was delivered changed
    work.session.add(
        VisitChange(
            visit_id=visit.id,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
            why=why,
            by=visit.guide_name,
            by_id=work.actor.id,
            at=work.now,
        )
    )
    work.session.flush()
    return visit


def demand_correct(work: Work, visit: GuideVisit) -> None:
    """Refuse a correction by anybody but the author, or after the month. Raises NotAllowed, Conflict."""
    if visit.guide_id != work.actor.id:
        raise NotAllowed("走访记录由记的人自己更正。")
    if not may_correct(work, visit):
        raise Conflict("过了当月不能再改了。要说明的，请写在下一次走访里。", code="forbidden_now")


def _last_day(work: Work, visit: GuideVisit) -> date:
    """Return the last day that a corrected visit may have: of its own month, and not to come."""
    last = rules.next_month(rules.month_of(visit.on)) - timedelta(days=1)
    return min(last, local(work.now).date())


def _delivered(work: Work, visit: GuideVisit) -> Sequence[VisitPolicy]:
    return work.session.scalars(
        select(VisitPolicy).where(VisitPolicy.visit_id == visit.id).order_by(VisitPolicy.place)
    ).all()


def said(visit: GuideVisit, delivered: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return what a visit says, by field, as its history keeps it."""
    return {
        "on": visit.on.isoformat(),
        "kind": visit.kind.label,
        "met": visit.met,
        "done": visit.done,
        "note": visit.note,
        "policies": "；".join(f"{title}（{source}）" if source else title for title, source in delivered),
    }
