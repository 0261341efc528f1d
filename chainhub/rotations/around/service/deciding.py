"""What was decided at a session: who does what by when, and whether it is done."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from chainhub.core.actor import Post, Role, ScopeKind
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.notices import service as notices
from chainhub.notices.rules import NoticeKind
from chainhub.rotations import days
from chainhub.rotations.around.models import SalonDecision
from chainhub.rotations.around.service import standing
from chainhub.rotations.around.service.looking_back import DECISIONS_MOST
from chainhub.rotations.around.service.standing import Place
from chainhub.rotations.models import Salon
from chainhub.rotations.workflow import State

_NOTED = frozenset({State.HELD, State.WRITTEN_UP})


def permit(work: Work, id_: int) -> Place:
    """Return the session of which this actor may note decisions now. Raises NotFound, NotAllowed, Conflict."""
    place = standing.at(work, id_)
    standing.demand_keeper(place)
    standing.demand_stage(place, _NOTED, "办了以后、收尾以前才记议定事项。")
    return place


def note(work: Work, id_: int, given: Mapping[str, Any]) -> SalonDecision:
    """Note a decision and tell the unit. Raises NotFound, NotAllowed, Conflict, Invalid."""
    place = permit(work, id_)
    facts = known.of(work.session)
    wrong = {}
    if given["unit"] not in facts.directory.units:
        wrong["unit"] = ["请从列出的单位里选。"]
    if place.salon.on is not None and given["due_on"] < place.salon.on:
        wrong["due_on"] = ["不能早于活动那天。"]
    if wrong:
        raise Invalid(errors=wrong)
    there = work.session.scalar(select(func.count()).where(SalonDecision.salon_id == id_))
    if (there or 0) >= DECISIONS_MOST:
        raise Conflict(f"一期最多记 {DECISIONS_MOST} 条议定事项。", code="forbidden_now")
    made = SalonDecision(
        salon_id=id_,
        unit_code=given["unit"],
        what=given["what"],
        due_on=given["due_on"],
        noted_by=standing.who(work),
        noted_at=work.now,
        done_note="",
        done_by="",
    )
    work.session.add(made)
    work.session.flush()
    people = _of_unit(work, made.unit_code)
    words = f"{place.rotation.name}议定：{made.what}，{days.text(made.due_on)}前办好，办了请记一下。"
    notices.enqueue(
        work, people, NoticeKind.TASK, words, key=f"salon-decision:{made.id}", link=place.salon.link
    )
    return made


def _of_unit(work: Work, code: str) -> frozenset[int]:
    holders = known.of(work.session).holders
    contacts = holders.ids(Role.DEPARTMENT, ScopeKind.UNIT, code, Post.CONTACT)
    return contacts or holders.of_unit(code)


def may_finish(work: Work, place: Place, unit_code: str) -> bool:
    """Say whether this actor says that it is done: the committee, or somebody of the unit."""
    return (
        place.keeps or work.actor.unit_code == unit_code or work.actor.holds(Role.DEPARTMENT, unit=unit_code)
    )


def find(work: Work, id_: int) -> tuple[Place, SalonDecision]:
    """Return a decision of a session that this actor reads. Raises NotFound."""
    found = work.session.get(SalonDecision, id_) if id_ < 2**31 else None
    if found is None:
        raise NotFound("没有这条议定事项，请从“轮值”一页进入。")
    return standing.at(work, found.salon_id), found


def permit_done(work: Work, id_: int) -> tuple[Place, SalonDecision]:
    """Return a decision that this actor may say is done. Raises NotFound, NotAllowed, Conflict."""
    place, found = find(work, id_)
    if not may_finish(work, place, found.unit_code):
        raise NotAllowed("办没办好由这个单位或者产业链党委来记。")
    if found.done_at is not None:
        on = local(found.done_at).date()
        raise Conflict(f"{days.text(on)}已经记了办好。", code="already_done")
    return place, found


def done(work: Work, id_: int, note_: str) -> SalonDecision:
    """Note that a decision is carried out. Raises NotFound, NotAllowed, Conflict."""
    _, found = permit_done(work, id_)
    found.done_note, found.done_by, found.done_at = note_, standing.who(work), work.now
    work.session.flush()
    return found


def of(work: Work, salon: Salon) -> Sequence[SalonDecision]:
    """Return what was decided at a session, in order."""
    return work.session.scalars(
        select(SalonDecision)
        .where(SalonDecision.salon_id == salon.id)
        .order_by(SalonDecision.id)
        .limit(DECISIONS_MOST)
    ).all()
