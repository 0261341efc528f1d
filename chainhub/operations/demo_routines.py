"""Recurring work of the demonstration: what S4-03 and S2-02 name, planned last year, held since but for one meeting."""

from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from chainhub.core.actor import Post, Role, ScopeKind
from chainhub.core.worktime import SHANGHAI
from chainhub.operations.simulating.county import County
from chainhub.rotations.routines.models import Occasion, Routine
from chainhub.rotations.routines.service import acting, laying, planning
from chainhub.rotations.routines.service.planning import Plan
from chainhub.rotations.routines.workflow import Action, Kind, usual
from chainhub.rotations.workflow import State

CHAIN = "equipment"  # of the demonstration accounts
MONTHS = 10
_OFFICE = "department:social_work_department"
_COUNTY = (
    (Kind.MEETING, "两新工委联席会议", 15, "各成员单位通报了进展，议定三件事，清单印发。"),
    (Kind.RESEARCH, "一线调研", 7, "走了六家企业，问题报成诉求。"),
    (Kind.REPORT, "部门述职", 15, "八个单位述职，当场评议。"),
    (Kind.SURVEY, "摸底排查", 15, "重点企业、社会组织和新就业群体摸了一遍，底数入库。"),
)
_MISSED = "产业链党委例会"


def show(session: Session, county: County, now: datetime) -> None:
    """Let the office plan the county's and the chain's committee its own, and each be held as its day came."""
    begun = now - timedelta(days=30 * MONTHS)
    offices = county.holding(Role.LIAISON, ScopeKind.COUNTY)
    clerks = county.holding(Role.COMMITTEE, ScopeKind.CHAIN, CHAIN, Post.CONTACT)
    if not offices or not clerks:
        return
    january = begun.astimezone(SHANGHAI).date().replace(month=1, day=1)
    for kind, title, lead, note in _COUNTY:
        plan = Plan(kind, _OFFICE, usual(kind, january), "09:00", lead, title)
        _held(
            session,
            county,
            offices[0],
            planning.plan(county.as_(session, offices[0], begun), plan),
            note,
            now,
        )
    own = Plan(Kind.MEETING, f"committee:{CHAIN}", usual(Kind.MEETING, january), "15:00", 7, _MISSED, CHAIN)
    routine = planning.plan(county.as_(session, clerks[0], begun), own)
    _held(session, county, clerks[0], routine, "过了一遍各单位手上的诉求。", now, but_last=True)


def _held(
    session: Session,
    county: County,
    who: str,
    routine: Routine,
    note: str,
    now: datetime,
    *,
    but_last: bool = False,
) -> None:
    today = now.astimezone(SHANGHAI).date()
    over = session.scalars(
        select(Occasion)
        .where(Occasion.routine_id == routine.id, Occasion.stage == State.PLANNED, Occasion.on < today)
        .order_by(Occasion.on)
        .limit(2 * MONTHS)
    ).all()
    for one in over[:-1] if but_last else over:
        at = datetime.combine(one.on or today, time(17), SHANGHAI)
        acting.act(county.as_(session, who, at), one.id, Action.HOLD, None, {"note": note})
        at += timedelta(days=1)
        if at < now:
            acting.act(county.as_(session, who, at), one.id, Action.WRITE_UP, None, {"note": note})
    laying.lay_anew(county.as_(session, who, now), [routine.id])
