"""The monthly visit as a duty: laid down, kept by a visit, waived by the firm, missed when the month is over."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import cast

from sqlalchemy import Select, Table, select

from chainhub.core.actor import Role, ScopeKind
from chainhub.core.db import add_rows
from chainhub.core.errors import Conflict, NotAllowed, NotFound
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.directory.models import Chain, Enterprise
from chainhub.guides import queries, rules
from chainhub.guides.models import GuideVisit, VisitDuty, VisitRound
from chainhub.guides.rules import Standing
from chainhub.guides.service import watching
from chainhub.notices import service as notices
from chainhub.notices.rules import NoticeKind
from chainhub.reminders.models import Clock

_DUTIES = cast("Table", VisitDuty.__table__)
FIRMS_MOST = 50_000  # of one chain


# Laid down by the clock


def unlaid(work: Work, limit: int) -> Sequence[int]:
    """Return the places of chains for which something has changed: the month, the guides, the calendar."""
    laid = select(VisitRound.chain_code).where(VisitRound.seen == _seen(work))
    return work.session.scalars(
        select(Chain.position).where(Chain.code.not_in(laid)).order_by(Chain.position).limit(limit)
    ).all()


def _seen(work: Work) -> str:
    month = rules.month_of(local(work.now).date())
    return f"{month}:{known.of(work.session).stamp}:{work.calendar.version}"[:120]


def lay(work: Work, places: Sequence[int]) -> None:
    """Lay down this month's duties of some chains; what is there already follows its guide and the calendar."""
    codes = select(Chain.code).where(Chain.position.in_(places)).order_by(Chain.position)
    for code in work.session.scalars(codes).all():
        _lay(work, code)


def _lay(work: Work, chain: str) -> None:
    today = local(work.now).date()
    month = rules.month_of(today)
    seen = _seen(work)  # before the new row is there: it asks the database
    round_ = work.session.get(VisitRound, chain)
    left = work.calendar.workdays_between(today, rules.last_workday(work.calendar, month))
    if round_ is None:
        round_ = VisitRound(chain_code=chain, seen=seen, at=work.now)
        work.session.add(round_)
        asks = left >= rules.NEW_DAYS
    else:
        asks = True
    round_.seen, round_.at = seen, work.now
    firms = {row[0]: row[1] for row in work.session.execute(_firms(chain))}
    duties = {one.enterprise_code: one for one in work.session.scalars(_of_month(chain, month))}
    if asks:
        for code in firms:
            if code not in duties:
                duties[code] = _made(work, code, chain, month)
    work.session.flush()
    _follow(work, duties, firms)
    work.session.flush()


def _firms(chain: str) -> Select[str, str]:
    return (
        select(Enterprise.code, Enterprise.short)
        .where(Enterprise.chain_code == chain)
        .order_by(Enterprise.code)
        .limit(FIRMS_MOST)
    )


def _of_month(chain: str, month: date) -> Select[VisitDuty]:
    return select(VisitDuty).where(VisitDuty.chain_code == chain, VisitDuty.month_on == month)


def _made(work: Work, code: str, chain: str, month: date) -> VisitDuty:
    made = VisitDuty(
        enterprise_code=code,
        chain_code=chain,
        month_on=month,
        standing=Standing.DUE,
        guide_id=queries.guide_of(work, code),
    )
    work.session.add(made)
    return made


def _follow(work: Work, duties: Mapping[str, VisitDuty], firms: Mapping[str, str]) -> None:
    """Let open duties have the guide of today, and a clock that runs to the month's last workday."""
    open_ = {one.id: one for one in duties.values() if one.standing is Standing.DUE}
    clocks = watching.running(work, list(open_))
    for duty in open_.values():
        guide = queries.guide_of(work, duty.enterprise_code)
        if duty.guide_id != guide:
            duty.guide_id = guide
        clock = clocks.get(duty.id)
        if clock is not None and watching.is_true(work, clock, duty):
            continue
        if clock is not None:
            watching.stop(work, [duty.id], "日历变了")
        watching.start(work, duty, firms.get(duty.enterprise_code, ""))


def passed(work: Work, limit: int) -> Sequence[int]:
    """Return open duties of months that are over, and of which the clock has said its last word."""
    speaks = select(Clock.id).where(
        Clock.owner_kind == watching.OWNER,
        Clock.owner_id == VisitDuty.id,
        Clock.stopped_at.is_(None),
        Clock.look_again_at.is_not(None),
    )
    return work.session.scalars(
        select(VisitDuty.id)
        .where(
            VisitDuty.standing == Standing.DUE,
            VisitDuty.month_on < rules.month_of(local(work.now).date()),
            ~speaks.exists(),
        )
        .order_by(VisitDuty.month_on, VisitDuty.id)
        .limit(limit)
    ).all()


def settle(work: Work, ids: Sequence[int]) -> None:
    """Note of duties whose month is over that no visit came about, and under which guide."""
    found = select(VisitDuty).where(VisitDuty.id.in_(ids), VisitDuty.standing == Standing.DUE)
    for duty in work.session.scalars(found.with_for_update(skip_locked=True)):
        duty.standing = Standing.GAP if duty.guide_id is None else Standing.MISSED
        duty.settled_at, duty.settled_by = work.now, work.actor.name
    work.session.flush()
    watching.stop(work, ids, "这个月过了")


# Kept, waived


def keep(work: Work, visit: GuideVisit) -> None:
    """Let a visit keep the duty of its month, whatever was noted before; the first visit of a month counts."""
    duty = _duty(work, visit.enterprise_code, visit.chain_code, rules.month_of(visit.on))
    if duty.standing is Standing.KEPT:
        return
    duty.standing, duty.guide_id, duty.visit_id = Standing.KEPT, visit.guide_id, visit.id
    duty.settled_at, duty.settled_by = work.now, visit.guide_name
    work.session.flush()
    watching.stop(work, [duty.id], "走访了")


def waive(work: Work, enterprise: str) -> VisitDuty:
    """Let a firm say that it needs no visit this month; twice is once. Raises NotFound, NotAllowed, Conflict."""
    firm = _own_firm(work, enterprise)
    duty = _duty(work, firm.code, firm.chain_code, rules.month_of(local(work.now).date()))
    if duty.standing is Standing.WAIVED:
        return duty
    if duty.standing is not Standing.DUE:
        raise Conflict("这个月指导员已经来过了，不用再选。", code="wrong_state")
    duty.standing, duty.settled_at, duty.settled_by = Standing.WAIVED, work.now, work.actor.name
    work.session.flush()
    watching.stop(work, [duty.id], "本月无需走访")
    _tell_guides(work, firm, duty, "选了本月无需走访，这个月算已落实。", "waived")
    return duty


def ask_again(work: Work, enterprise: str) -> VisitDuty:
    """Let a firm take that back: it is to be visited after all. Raises NotFound, NotAllowed, Conflict."""
    firm = _own_firm(work, enterprise)
    duty = _duty(work, firm.code, firm.chain_code, rules.month_of(local(work.now).date()))
    if duty.standing is not Standing.WAIVED:
        raise Conflict("没有选“本月无需走访”，指导员照常来。", code="wrong_state")
    duty.standing, duty.settled_at, duty.settled_by = Standing.DUE, None, ""
    duty.guide_id = queries.guide_of(work, firm.code)
    work.session.flush()
    watching.start(work, duty, firm.short)
    work.session.flush()
    _tell_guides(work, firm, duty, "这个月还是请您去走访一次。", f"again:{duty.version}")
    return duty


def demand_firm(work: Work) -> None:
    """Refuse whoever stands for no firm. Raises NotAllowed."""
    if Role.ENTERPRISE not in work.actor.roles:
        raise NotAllowed("本月要不要走访，由企业自己选。")


def _own_firm(work: Work, code: str) -> Enterprise:
    demand_firm(work)
    own = work.actor.refs(Role.ENTERPRISE, ScopeKind.ENTERPRISE)
    found = work.session.get(Enterprise, code) if code in own else None
    if found is None:
        raise NotFound("没有这家企业，或者不是您的。")
    return found


def _tell_guides(work: Work, firm: Enterprise, duty: VisitDuty, said: str, key: str) -> None:
    who = known.of(work.session).holders.ids(Role.GUIDE, ScopeKind.ENTERPRISE, firm.code)
    words = f"{firm.short}{said}"
    notices.enqueue(work, who, NoticeKind.NEWS, words, key=f"visit_duty:{duty.id}:{key}", link="/visits")


def _duty(work: Work, code: str, chain: str, month: date) -> VisitDuty:
    """Return the duty of a firm and month under lock; one that was not laid down is made now."""
    row = {
        "enterprise_code": code,
        "chain_code": chain,
        "month_on": month,
        "standing": Standing.DUE.value,
        "guide_id": queries.guide_of(work, code),
        "settled_by": "",
        "version": 1,
    }
    found = select(VisitDuty).where(VisitDuty.enterprise_code == code, VisitDuty.month_on == month)
    held = work.session.scalars(found.with_for_update()).one_or_none()
    if held is None:
        add_rows(work.session, _DUTIES, [row], ("enterprise_code", "month_on"))
        held = work.session.scalars(found.with_for_update()).one()
    return held
