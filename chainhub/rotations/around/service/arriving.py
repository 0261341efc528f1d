"""Signing in at a session: by the code at the venue, or from a paper list that is typed in. Nobody twice."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from sqlalchemy import Select, func, select

from chainhub.audit import service as audit
from chainhub.core.actor import Actor
from chainhub.core.errors import Conflict, Invalid, NotFound, Refusal
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county.directory.models import Enterprise
from chainhub.rotations import days
from chainhub.rotations.around import rules
from chainhub.rotations.around.models import SalonArrival
from chainhub.rotations.around.rules import Typed
from chainhub.rotations.around.service import standing
from chainhub.rotations.around.service.standing import Place
from chainhub.rotations.around.terms import Via
from chainhub.rotations.models import Rotation, Salon
from chainhub.rotations.workflow import State

NOBODY = Actor(id=None, username="arrival", name="现场签到")
"""Who acts where somebody without an account signs in at the venue."""
_CODE = frozenset({State.ANNOUNCED, State.HELD})
_LIST = frozenset({State.ANNOUNCED, State.HELD, State.WRITTEN_UP})


class Void(Refusal):
    """A code that opens nothing: it was altered, or its day is another. Shown to whoever stands there."""

    status: ClassVar[int] = 410
    code: ClassVar[str] = "link_dead"


@dataclass(frozen=True, slots=True)
class Pass:
    """What the code at the venue says: of which session, for which day."""

    salon_id: int
    on: date


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one line of a list."""

    line: int
    name: str
    body: str
    taken: bool
    said: str


def the_pass(salon: Salon) -> Pass | None:
    """Return what the code of a session says, or None while no day holds."""
    return Pass(salon.id, salon.on) if salon.on is not None and salon.stage in _CODE else None


def opened(work: Work, found: Pass) -> tuple[Salon, Rotation]:
    """Return the session that a code opens today. Raises Void, Conflict."""
    salon = work.session.get(Salon, found.salon_id)
    if salon is None or salon.on != found.on or salon.stage not in _CODE:
        raise Void("这个签到码不能用了：这一期改了日子或者已经办完。请在纸上签到。")
    if local(work.now).date() != found.on:
        raise Conflict(f"这个签到码 {days.text(found.on)} 当天才能用。", code="forbidden_now")
    return salon, work.session.get_one(Rotation, salon.rotation_id)


def own_body(work: Work, actor: Actor) -> tuple[str, str | None]:
    """Return where somebody with an account comes from: its name, and its code if it is an enterprise."""
    if actor.enterprise_code:
        firm = work.session.get(Enterprise, actor.enterprise_code)
        if firm is not None:
            return firm.short, firm.code
    return actor.unit_name or actor.title or "本县", None


def sign_in(work: Work, found: Pass, given: Mapping[str, str]) -> SalonArrival:
    """Sign in at the venue: whoever has an account as themselves, anybody else by name and body.

    Raises Void, Conflict, Invalid.
    """
    salon, rotation = opened(work, found)
    if work.actor.id is not None:
        body, firm = own_body(work, work.actor)
        name = work.actor.name
    else:
        name, body = given.get("name", ""), given.get("body", "")
        body, firm = _firms(work, rotation).get(rules.person_key("", body), (body, None))
    there = work.session.scalar(_one(salon.id, name, body, work.actor.id))
    if there is not None:
        raise Conflict(f"{name}（{body}）已经签过到了，不用再签。", code="already_done")
    _demand_room(work, salon, 1)
    return _add(work, salon.id, name, body, firm, Via.CODE)


def _one(salon_id: int, name: str, body: str, user_id: int | None) -> Select[int]:
    same = SalonArrival.key == rules.person_key(name, body)
    if user_id is not None:
        same |= SalonArrival.user_id == user_id
    return select(SalonArrival.id).where(SalonArrival.salon_id == salon_id, same).limit(1)


def _add(work: Work, salon_id: int, name: str, body: str, firm: str | None, via: Via) -> SalonArrival:
    made = SalonArrival(
        salon_id=salon_id,
        name=name[: rules.NAME_MOST],
        body=body[: rules.BODY_MOST],
        key=rules.person_key(name, body),
        enterprise_code=firm,
        user_id=work.actor.id if via is Via.CODE else None,
        via=via,
        by=standing.who(work),
        at=work.now,
    )
    work.session.add(made)
    work.session.flush()
    return made


def _demand_room(work: Work, salon: Salon, more: int) -> None:
    there = work.session.scalar(select(func.count()).where(SalonArrival.salon_id == salon.id)) or 0
    if there + more > rules.PEOPLE_MOST:
        raise Conflict(f"一期最多记 {rules.PEOPLE_MOST} 人签到，记不下了。", code="forbidden_now")


def _firms(work: Work, rotation: Rotation) -> Mapping[str, tuple[str, str]]:
    """Return the enterprises of the chain by either name, as people write it."""
    rows = work.session.execute(
        select(Enterprise.code, Enterprise.name, Enterprise.short)
        .where(Enterprise.chain_code == rotation.chain_code)
        .limit(2000)
    )
    return {
        rules.person_key("", said): (one.short, one.code) for one in rows for said in (one.name, one.short)
    }


def take_list(work: Work, id_: int, text: str) -> list[Row]:
    """Take a list from paper. Who is there already is left out, and each line says what became of it.

    Raises NotFound, NotAllowed, Conflict, Invalid.
    """
    place = standing.at(work, id_)
    standing.demand_host(place)
    standing.demand_stage(place, _LIST, "签到不能再补了。")
    if place.salon.on is None or place.salon.on > local(work.now).date():
        raise Conflict("还没到那一天，办的时候再签到。", code="forbidden_now")
    typed = rules.people(text)
    if not typed or len(typed) > rules.LINES_MOST:
        raise Invalid(errors={"people": [f"请写 1 到 {rules.LINES_MOST} 行。"]})
    _demand_room(work, place.salon, sum(not one.wrong for one in typed))
    firms = _firms(work, place.rotation)
    there = set(
        work.session.scalars(
            select(SalonArrival.key).where(SalonArrival.salon_id == id_).limit(rules.PEOPLE_MOST)
        )
    )
    return [_take(work, id_, one, firms, there) for one in typed]


def _take(work: Work, id_: int, one: Typed, firms: Mapping[str, tuple[str, str]], there: set[str]) -> Row:
    if one.wrong:
        return Row(one.line, one.name, one.body, taken=False, said=one.wrong)
    body, firm = firms.get(rules.person_key("", one.body), (one.body, None))
    key = rules.person_key(one.name, body)
    if key in there:
        return Row(one.line, one.name, body, taken=False, said="已经签过到，没有重记")
    there.add(key)
    _add(work, id_, one.name, body, firm, Via.PAPER)
    return Row(one.line, one.name, body, taken=True, said="记下了")


def strike_out(work: Work, id_: int, arrival_id: int) -> None:
    """Take out somebody who was written down by mistake. Raises NotFound, NotAllowed, Conflict."""
    place = standing.at(work, id_)
    standing.demand_host(place)
    standing.demand_stage(place, _LIST, "签到不能再改了。")
    found = work.session.get(SalonArrival, arrival_id) if arrival_id < 2**31 else None
    if found is None or found.salon_id != id_:
        raise NotFound("没有这个签到，可能已经删掉了。")
    audit.record(work, "strike_arrival", f"salon {id_}", {"name": found.name, "body": found.body})
    work.session.delete(found)
    work.session.flush()


def may_write(work: Work, place: Place) -> bool:
    """Say whether a paper list is taken now."""
    salon = place.salon
    return salon.stage in _LIST and salon.on is not None and salon.on <= local(work.now).date()


def demand_pass(place: Place) -> Pass:
    """Return what the code of a session says. Raises Conflict while it has none."""
    found = the_pass(place.salon)
    if found is None:
        raise Conflict(f"这一期现在是“{place.salon.stage.label}”，发了通知才有签到码。", code="wrong_state")
    return found
