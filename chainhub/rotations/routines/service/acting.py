"""Moving one occasion along its life: done, written up, put off or called off."""

from collections.abc import Mapping
from typing import Any

from chainhub.core.errors import Conflict, Invalid, NotAllowed
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.rotations import days
from chainhub.rotations.routines import queries
from chainhub.rotations.routines.models import Occasion, Routine
from chainhub.rotations.routines.service import laying
from chainhub.rotations.routines.service.laying import Deed
from chainhub.rotations.routines.workflow import TABLE, Action, actions, find
from chainhub.rotations.workflow import State

_STARTS = ("https://", "http://")


def permit(work: Work, one: Occasion, action: Action, version: int | None) -> tuple[State, tuple[str, ...]]:
    """Return where the action leads and what it must give.

    Raises NotAllowed, then Conflict where the page is stale, the state allows it not, or its day does not.
    """
    routine = work.session.get_one(Routine, one.routine_id)
    if not _may(work, routine, too=any(too for row, _, _, _, too in TABLE if row is action)):
        raise NotAllowed("这一次由负责的单位记办完，由安排的单位改日子；请找他们。")
    if version is not None and version != one.version:
        raise Conflict("这一次刚刚有了变化，请刷新后再操作。", code="stale")
    row = find(action, one.stage)
    if row is None:
        raise Conflict(
            f"这一次现在是“{one.stage.label}”，不能{action.label}。请刷新看看。", code="wrong_state"
        )
    if _too_soon(work, one, action):
        raise Conflict("还没到那一天，办完了再记。", code="forbidden_now")
    to, needs, too = row
    if not _may(work, routine, too=too):
        raise NotAllowed("这一次由安排的单位改，请找他们。")
    return to, needs


def sees_to(work: Work, routine: Routine) -> bool:
    """Say whether this actor plans it or is responsible for it."""
    return _may(work, routine, too=True)


def _may(work: Work, routine: Routine, *, too: bool) -> bool:
    return laying.keeps(work, routine) or (too and laying.does(work, routine))


def _too_soon(work: Work, one: Occasion, action: Action) -> bool:
    """Say whether its period has not begun: what runs for half a year may be done before its last day."""
    return action is Action.HOLD and one.period_on > local(work.now).date()


def offered(work: Work, one: Occasion, routine: Routine) -> list[Action]:
    """Return what this actor may do with an occasion now, in the order of the table."""
    return [
        action
        for action, too in actions(one.stage)
        if _may(work, routine, too=too) and not _too_soon(work, one, action)
    ]


def act(work: Work, id_: int, action: Action, version: int | None, given: Mapping[str, Any]) -> Occasion:
    """Do something with an occasion. Raises NotFound, then as `permit`, then Invalid."""
    one = queries.own_occasion(work, id_)
    to, needs = permit(work, one, action, version)
    missing = {name: ["这一项要填。"] for name in needs if not given.get(name)}
    if missing:
        raise Invalid(errors=missing)
    routine = work.session.get_one(Routine, one.routine_id)
    before = queries.rota(work, routine)
    was = _said(one)
    _effect(work, one, action, given)
    one.stage, one.changed_at = to, work.now
    one.sequence += 1
    work.session.flush()
    after = queries.rota(work, routine)
    said = (was,) if action in {Action.HOLD, Action.WRITE_UP, Action.CANCEL} else ()
    now = (_said(one),) if said else ()
    why = str(given.get("why") or given.get("note") or "")
    what = f"{routine.title}：{_day(one) if action is not Action.POSTPONE else was}"
    laying.lay(work, routine, before, after, Deed(action.label, what, why, one.id, said, now))
    return one


def _said(one: Occasion) -> str:
    return f"{_day(one)} {one.stage.label}"


def _day(one: Occasion) -> str:
    return days.text(one.on) if one.on else "日子待定"


def _effect(work: Work, one: Occasion, action: Action, given: Mapping[str, Any]) -> None:
    today = local(work.now).date()
    if action in {Action.PIN, Action.RESCHEDULE}:
        if given["on"] < today:
            raise Invalid(errors={"on": ["日子已经过了，请选今天或以后。"]})
        one.on, one.pinned, one.why = given["on"], True, [f"定的：{given['why']}"]
    elif action is Action.POSTPONE:
        one.on = None
    elif action in {Action.HOLD, Action.WRITE_UP}:
        address = str(given.get("address") or "")
        if address and not address.startswith(_STARTS):
            raise Invalid(errors={"address": ["请写完整的网址，以 https:// 开头。"]})
        one.note = str(given["note"])
        one.address = address or one.address
        one.done_on = one.done_on or today
