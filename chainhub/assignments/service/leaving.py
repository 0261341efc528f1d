"""A guide leaves: from a day on nobody is put in their care, and what they have is proposed to others at once."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select

from chainhub.assignments import kinds, queries
from chainhub.assignments.models import Assignment, Proposal
from chainhub.assignments.service import proposing, registering
from chainhub.audit import service as audit
from chainhub.core.actor import Role, ScopeKind
from chainhub.core.errors import Conflict, Invalid
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.directory.models import Enterprise
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
    by_chain = work.session.execute(
        select(Enterprise.chain_code, func.count())
        .join(Assignment, Assignment.enterprise_code == Enterprise.code)
        .where(Assignment.kind == kinds.GUIDE, Assignment.user_id == guide_id, Assignment.ended_on.is_(None))
        .group_by(Enterprise.chain_code)
        .order_by(Enterprise.chain_code)
    ).all()
    held = sum(number for _, number in by_chain)
    if not held:
        return None
    words = f"您不再担任党建工作指导员了，手上 {held} 家正在定接手的人。请准备交接：{'；'.join(CHECKLIST)}。"
    notices.enqueue(
        work, [guide_id], NoticeKind.TASK, words, key=f"guide:{guide_id}:leaves:{on}", link="/guides"
    )
    own = queries.decided(work)
    _tell_others(work, user, [(chain, number) for chain, number in by_chain if chain not in own], on)
    mine = [chain for chain, _ in by_chain if chain in own]
    return proposing.propose(work)[0] if mine else None


def _tell_others(work: Work, user: User, chains: Sequence[tuple[str, int]], on: date) -> None:
    """Tell the committees of other chains that some of their enterprises need somebody else."""
    holders = known.of(work.session).holders
    for chain, number in chains:
        clerks = holders.ids(Role.COMMITTEE, ScopeKind.CHAIN, chain)
        words = f"{user.name}不再担任指导员了，你们链上有 {number} 家是他带的。请推算方案，定接手的人。"
        notices.enqueue(
            work, clerks, NoticeKind.TASK, words, key=f"guide:{user.id}:leaves:{on}:{chain}", link="/guides"
        )
