"""Moving one session along its life: announced, held, written up, closed, put off or called off."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import delete, insert

from chainhub.core.actor import Role, ScopeKind
from chainhub.core.errors import Conflict, Invalid, NotAllowed
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.notices import service as notices
from chainhub.notices.rules import NoticeKind
from chainhub.rotations import days, queries, rules
from chainhub.rotations.models import Rotation, Salon, SalonHost
from chainhub.rotations.service import laying, packing, problems, watching
from chainhub.rotations.service.laying import Deed
from chainhub.rotations.workflow import Action, Move, State, actions, find

A = Action


def permit(work: Work, salon: Salon, action: Action, version: int | None) -> Move:
    """Return the row by which this actor may do this now.

    Raises NotAllowed, then Conflict where the page is stale, the state allows it not, or its day does not.
    """
    rotation = work.session.get_one(Rotation, salon.rotation_id)
    hosting = _hosting(work, salon)
    rows = [row for row in _table(action) if may_ever(work, rotation, hosting, row)]
    if not rows:
        raise NotAllowed("这一期由本产业链的党委来安排；承办企业可以备承办包、提出换期。")
    if version is not None and version != salon.version:
        raise Conflict("这一期刚刚有了变化，请刷新后再操作。", code="stale")
    row = find(action, salon.stage)
    if row is None:
        raise Conflict(
            f"这一期现在是“{salon.stage.label}”，不能{action.label}。请刷新看看。", code="wrong_state"
        )
    _demand_day(work, salon, action)
    return row


def _table(action: Action) -> list[Move]:
    return [row for state in State for row in actions(state) if row.action is action]


def may_ever(work: Work, rotation: Rotation, hosting: frozenset[str], row: Move) -> bool:
    """Say whether this actor is somebody whom the row names: the chain's committee, or a host."""
    if Role.COMMITTEE in row.who and laying.keeps(work, rotation):
        return True
    return Role.ENTERPRISE in row.who and any(
        work.actor.holds(Role.ENTERPRISE, enterprise=code) for code in hosting
    )


def _hosting(work: Work, salon: Salon) -> frozenset[str]:
    return frozenset(one.enterprise_code for one in queries.hosts(work.session, [salon]).get(salon.id, ()))


def offered(work: Work, salon: Salon) -> list[Action]:
    """Return what this actor may do with a session now, in the order of the table."""
    return offered_of(work, salon, _hosting(work, salon))


def offered_of(work: Work, salon: Salon, hosting: frozenset[str]) -> list[Action]:
    """Return the same where the hosts are known already."""
    rotation = work.session.get_one(Rotation, salon.rotation_id)
    found = [row.action for row in actions(salon.stage) if may_ever(work, rotation, hosting, row)]
    return [action for action in found if not _too_soon(work, salon, action)]


def _too_soon(work: Work, salon: Salon, action: Action) -> bool:
    return action is A.HOLD and (salon.on is None or salon.on > local(work.now).date())


def _demand_day(work: Work, salon: Salon, action: Action) -> None:
    if _too_soon(work, salon, action):
        raise Conflict("还没到那一天，办完了再记。", code="forbidden_now")
    if action is A.CLOSE:
        left = problems.still_open(work, salon)
        if left:
            raise Conflict(
                f"这一期提的问题还有 {left} 件没销号也没挂账，办完了再收尾。", code="forbidden_now"
            )


def act(work: Work, id_: int, action: Action, version: int | None, given: Mapping[str, Any]) -> Salon:
    """Do something with a session. Raises NotFound, then as `permit`, then Invalid."""
    salon = queries.own_salon(work, id_)
    row = permit(work, salon, action, version)
    missing = {name: ["这一项要填。"] for name in row.needs if not given.get(name)}
    if missing:
        raise Invalid(errors=missing)
    rotation = work.session.get_one(Rotation, salon.rotation_id)
    before, was_said = queries.rota(work, rotation), salon.stage is not State.PLANNED
    what = _effect(work, rotation, salon, action, given)
    salon.stage = row.to
    salon.changed_at = work.now
    salon.sequence += 1
    work.session.flush()
    if action is A.HOLD:
        watching.write_up(work, rotation, salon)
    if action in {A.WRITE_UP, A.CLOSE}:
        watching.stop_all(work, [salon.id])
    after = queries.rota(work, rotation)
    deed = Deed(action.label, what, str(given.get("why") or ""), salon.id)
    found = laying.lay(work, rotation, before, after, deed)
    if action in _SAID and (was_said or action is A.ANNOUNCE):
        _say(work, rotation, salon, (action, deed), frozenset(one.code for one in found.moved))
    return salon


_SAID = {
    A.ANNOUNCE: "请到会",
    A.POSTPONE: "改期，日子定了再通知",
    A.RESCHEDULE: "新日子定了",
    A.CANCEL: "取消了",
}
"""What everybody in the rotation is told, once a session was announced."""


def _say(
    work: Work, rotation: Rotation, salon: Salon, done: tuple[Action, Deed], but: frozenset[str]
) -> None:
    """Tell the members and the chain's people of a session; whose own turn moved was told that already."""
    action, deed = done
    facts = known.of(work.session)
    people: set[int] = set()
    today = local(work.now).date()
    for member in queries.members(work.session, rotation):
        if member.is_in(today) and member.code not in but:
            people |= facts.holders.ids(Role.ENTERPRISE, ScopeKind.ENTERPRISE, member.code)
    for role in (Role.TASK_FORCE, Role.LEADER):
        people |= facts.holders.ids(role, ScopeKind.CHAIN, rotation.chain_code)
    chain = facts.directory.chains[rotation.chain_code].name
    day = f"{days.text(salon.on)} {rotation.starts}" if salon.on else deed.what
    where = f"，地点：{salon.venue}" if salon.venue else ""
    why = f"（{deed.why}）" if deed.why else ""
    words = f"{chain}{rotation.name}：{day}{where}，{_SAID[action]}{why}。"
    key = f"salon:{salon.id}:{salon.sequence}"
    notices.enqueue(work, people, NoticeKind.NEWS, words, key=key, link=salon.link)


def _effect(work: Work, rotation: Rotation, salon: Salon, action: Action, given: Mapping[str, Any]) -> str:
    day = days.text(salon.on) if salon.on else "日子待定的一期"
    if action in {A.PIN, A.RESCHEDULE}:
        on = _demand_on(work, rotation, given["on"])
        salon.on, salon.pinned, salon.why = on, True, [f"党委定的：{given['why']}"]
        return f"{day}改为{days.text(on)}"
    if action is A.POSTPONE:
        salon.on = None
    elif action is A.ASSIGN:
        return _assign(work, rotation, salon, given)
    elif action is A.PREPARE:
        packing.prepare(work, salon, given)
    elif action is A.WRITE_UP:
        salon.minutes = str(given["minutes"])
    return day


def _demand_on(work: Work, rotation: Rotation, on: date) -> date:
    if on < local(work.now).date():
        raise Invalid(errors={"on": ["日子已经过了，请选今天或以后。"]})
    where = queries.taken(work, rotation).get(on)
    if where:
        raise Invalid(errors={"on": [f"那天{where}，领导两边都要到，请换一天。"]})
    return on


def _assign(work: Work, rotation: Rotation, salon: Salon, given: Mapping[str, Any]) -> str:
    """Let the committee name the hosts: their turn is this one, and whoever was in turn is in front again."""
    codes = list(dict.fromkeys(given["hosts"]))
    facts = queries.rota(work, rotation)
    members = {one.code: one for one in facts.members if salon.on and one.is_in(salon.on)}
    if not codes or len(codes) > rules.HOSTS_MOST or any(code not in members for code in codes):
        said = f"请从轮值的企业里选，最多 {rules.HOSTS_MOST} 家。"
        raise Invalid(errors={"hosts": [said]})
    today = local(work.now).date()
    done = rules.through(facts, today)
    was = {one.enterprise_code: one for one in queries.hosts(work.session, [salon]).get(salon.id, ())}
    rows: list[dict[str, Any]] = [
        {
            "salon_id": salon.id,
            "enterprise_code": code,
            "place": place,
            "round": was[code].round if code in was else done[code] + 1,
            "why": f"党委定的：{given['why']}"[:200],
            "bound": True,
        }
        for place, code in enumerate(codes)
    ]
    work.session.execute(delete(SalonHost).where(SalonHost.salon_id == salon.id))
    for host in was.values():
        work.session.expunge(host)
    work.session.execute(insert(SalonHost), rows)
    return "承办：" + "、".join(members[code].name for code in codes)
