"""A guide leaves: from a day on nobody is put in their care, and what they have is proposed to others at once."""

from datetime import date

from sqlalchemy import func, select

from chainhub.assignments import kinds, queries
from chainhub.assignments.models import Assignment, Proposal
from chainhub.assignments.service import proposing, registering
from chainhub.audit import service as audit
from chainhub.core.errors import Conflict, Invalid
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county.people.models import User
from chainhub.notices import service as notices
from chainhub.notices.rules import NoticeKind

CHECKLIST = (
    "联系人和电话交给接手的人",
    "没办完的诉求逐件说明办到哪一步",
    "答应过企业的事列成单子",
    "走访记录和送过的政策说一遍",
    "带接手的人上门见一面",
)
"""工作交接清单: what who leaves and who takes over go through together."""


def leave(work: Work, guide_id: int, on: date, note: str) -> Proposal | None:
    """Note that a guide leaves on a day, tell them, and propose who takes over; None where they had nobody.

    The assignments run on until the proposal is confirmed: no enterprise is left without a guide in between.
    Raises NotAllowed, NotFound, Invalid, Conflict.
    """
    registering.demand_registrar(work)
    guide = queries.own_guide(work, guide_id)
    today = local(work.now).date()
    if guide.left_on is not None:
        raise Conflict("这名指导员已经离任了，不用再记。")
    if on < guide.since_on or on > today:
        raise Invalid(errors={"on": ["请写今天或者以前的日子，不早于登记的日子；还没到的，到那天再记。"]})
    guide.left_on = on
    work.session.flush()
    user = work.session.get_one(User, guide_id)
    audit.record(work, "guide_leaves", f"{user.username} {user.name}", {"on": on.isoformat(), "note": note})
    held = work.session.scalar(
        select(func.count()).where(
            Assignment.kind == kinds.GUIDE, Assignment.user_id == guide_id, Assignment.ended_on.is_(None)
        )
    )
    if not held:
        return None
    words = f"您不再担任党建工作指导员了，手上 {held} 家正在定接手的人。请准备交接：{'；'.join(CHECKLIST)}。"
    notices.enqueue(
        work, [guide_id], NoticeKind.TASK, words, key=f"guide:{guide_id}:leaves:{on}", link="/guides"
    )
    return proposing.propose(work)[0]
