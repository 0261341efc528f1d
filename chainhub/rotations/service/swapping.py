"""Exchanging two sessions: asked by one host, answered by the other; the committee may do either for them."""

from dataclasses import replace

from sqlalchemy import select

from chainhub.core.actor import Role, ScopeKind
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.notices import service as notices
from chainhub.notices.rules import NoticeKind
from chainhub.rotations import days, queries, rules
from chainhub.rotations.models import Rotation, Salon, SalonHost, SalonSwap
from chainhub.rotations.service import laying
from chainhub.rotations.service.laying import Deed
from chainhub.rotations.workflow import State, SwapState


def ask(work: Work, salon_id: int, enterprise: str, other_id: int, other: str, why: str) -> SalonSwap:
    """Ask a host of another session to exchange. Raises NotFound, NotAllowed, Invalid, Conflict."""
    salon = queries.own_salon(work, salon_id)
    rotation = work.session.get_one(Rotation, salon.rotation_id)
    if not acts_for(work, rotation, enterprise):
        raise NotAllowed("换期由承办企业自己提，或者请党委代提。")
    found = work.session.get(Salon, other_id) if other_id <= queries.ID_MOST else None
    if found is None or found.rotation_id != rotation.id:
        raise Invalid(errors={"other": ["请选要换的那一期。"]})
    _demand(work, salon, enterprise, found, other)
    waiting = queries.open_swaps(work.session, rotation)
    if any({one.salon_id, one.other_salon_id} & {salon.id, found.id} for one in waiting):
        raise Conflict("这两期里有一期正等着换期的答复，请等有了结果再提。", code="forbidden_now")
    swap = SalonSwap(
        rotation_id=rotation.id,
        salon_id=salon.id,
        enterprise_code=enterprise,
        other_salon_id=found.id,
        other_code=other,
        why=why,
        swap_state=SwapState.ASKED,
        asked_by=_who(work),
        asked_at=work.now,
    )
    work.session.add(swap)
    work.session.flush()
    names = {one.code: one.name for one in queries.members(work.session, rotation)}
    words = (
        f"{names[enterprise]}想和您家换{rotation.name}的日子："
        f"它的{_day(salon)}换您家的{_day(found)}。{why}请答复愿不愿意。"
    )
    people = known.of(work.session).holders.ids(Role.ENTERPRISE, ScopeKind.ENTERPRISE, other)
    notices.enqueue(work, people, NoticeKind.TASK, words, key=f"swap:{swap.id}:asked", link=rotation.link)
    return swap


def own(work: Work, id_: int) -> SalonSwap:
    """Return a swap that this actor reads. Raises NotFound."""
    swap = work.session.get(SalonSwap, id_) if id_ <= queries.ID_MOST else None
    if swap is None:
        raise NotFound("没有这次换期，请从“轮值”一页进入。")
    queries.own(work, swap.rotation_id)
    return swap


def answer(work: Work, id_: int, verdict: SwapState) -> SalonSwap:
    """Accept, refuse or withdraw a swap. Raises NotFound, NotAllowed, Conflict."""
    swap = own(work, id_)
    rotation = work.session.get_one(Rotation, swap.rotation_id)
    side = swap.enterprise_code if verdict is SwapState.WITHDRAWN else swap.other_code
    if not acts_for(work, rotation, side):
        raise NotAllowed("这次换期要由对方企业来答复，或者请党委代答。")
    if swap.swap_state is not SwapState.ASKED:
        raise Conflict(f"这次换期已经{swap.swap_state.label}，请刷新看看。", code="wrong_state")
    if verdict is SwapState.ACCEPTED:
        _exchange(work, rotation, swap)
    swap.swap_state, swap.answered_at, swap.answered_by = verdict, work.now, _who(work)
    work.session.flush()
    if verdict is not SwapState.ACCEPTED:
        _tell_other_side(work, rotation, swap, verdict)
    return swap


def acts_for(work: Work, rotation: Rotation, enterprise: str) -> bool:
    """Say whether this actor acts for an enterprise in this rotation: its own people, or the committee."""
    return work.actor.holds(Role.ENTERPRISE, enterprise=enterprise) or laying.keeps(work, rotation)


def _demand(work: Work, salon: Salon, code: str, other: Salon, other_code: str) -> None:
    """Refuse a swap that cannot be: each hosts its own session alone, both are to come, both can on the other day."""
    today = local(work.now).date()
    hosting = queries.hosts(work.session, [salon, other])
    by = {id_: {one.enterprise_code for one in rows} for id_, rows in hosting.items()}
    for one, who in ((salon, code), (other, other_code)):
        if one.stage not in {State.PLANNED, State.ANNOUNCED} or one.on is None or one.on < today:
            raise Conflict("有一期已经不能换了：只有还没办、日子定了的才能换。", code="wrong_state")
        if who not in by.get(one.id, set()):
            raise Conflict("有一期的承办企业变了，请刷新后再提。", code="stale")
    if code in by[other.id] or other_code in by[salon.id]:
        raise Conflict("两家里有一家两期都承办，换不了。", code="forbidden_now")


def _exchange(work: Work, rotation: Rotation, swap: SalonSwap) -> None:
    db = work.session
    salon, other = db.get_one(Salon, swap.salon_id), db.get_one(Salon, swap.other_salon_id)
    _demand(work, salon, swap.enterprise_code, other, swap.other_code)
    before = queries.rota(work, rotation)
    period = {one.id: one.period for one in before.sessions}
    one = (period[salon.id], swap.enterprise_code)
    two = (period[other.id], swap.other_code)
    after = replace(before, sessions=rules.swapped(before.sessions, one, two))
    names = {member.code: member.name for member in before.members}
    what = f"{names[swap.enterprise_code]}（{_day(salon)}）与{names[swap.other_code]}（{_day(other)}）对换"
    laying.lay(work, rotation, before, after, Deed("换期", what, swap.why, salon.id))


def _tell_other_side(work: Work, rotation: Rotation, swap: SalonSwap, verdict: SwapState) -> None:
    names = {one.code: one.name for one in queries.members(work.session, rotation)}
    withdrawn = verdict is SwapState.WITHDRAWN
    to, by = (swap.other_code, swap.enterprise_code) if withdrawn else (swap.enterprise_code, swap.other_code)
    words = f"{names[by]}{'撤回了换期' if withdrawn else '没有同意换期'}，{rotation.name}的日子不变。"
    people = known.of(work.session).holders.ids(Role.ENTERPRISE, ScopeKind.ENTERPRISE, to)
    key = f"swap:{swap.id}:{verdict.value}"
    notices.enqueue(work, people, NoticeKind.NEWS, words, key=key, link=rotation.link)


def choices(work: Work, rotation: Rotation, salon: Salon) -> list[tuple[Salon, SalonHost]]:
    """Return the sessions and hosts with whom a session may be exchanged, the next one first."""
    today = local(work.now).date()
    rows = work.session.scalars(
        select(Salon)
        .where(
            Salon.rotation_id == rotation.id,
            Salon.id != salon.id,
            Salon.on >= today,
            Salon.stage.in_((State.PLANNED, State.ANNOUNCED)),
        )
        .order_by(Salon.on)
        .limit(queries.PAGE_MOST)
    ).all()
    hosting = queries.hosts(work.session, rows)
    mine = {one.enterprise_code for one in queries.hosts(work.session, [salon]).get(salon.id, ())}
    return [
        (one, host) for one in rows for host in hosting.get(one.id, ()) if host.enterprise_code not in mine
    ]


def _day(salon: Salon) -> str:
    return days.text(salon.on) if salon.on else "日子待定"


def _who(work: Work) -> str:
    return f"{work.actor.title} {work.actor.name}".strip()[:120]
