"""What a unit has switched on. 审签: a resolution waits for the unit's deputy or head."""

from chainhub.audit import service as audit
from chainhub.core.actor import Post, Role, ScopeKind
from chainhub.core.errors import Conflict, NotAllowed, NotFound
from chainhub.core.work import Work
from chainhub.county import state
from chainhub.county.directory.models import Unit
from chainhub.county.people import queries

SIGNERS = (Post.DEPUTY, Post.HEAD)


def demand_keeper(work: Work) -> None:
    """Refuse whoever does not keep the units' settings: NotAllowed."""
    if work.actor.id is not None and Role.SYSADMIN not in work.actor.roles:
        raise NotAllowed("审签的开关由系统管理员来管。请告诉系统管理员要开还是要关。")


def find(work: Work, code: str) -> Unit:
    """Return a unit that handles tickets. Raises NotFound."""
    unit = work.session.get(Unit, code) if code.isprintable() and len(code) <= 60 else None
    if unit is None or not unit.handles_tickets:
        raise NotFound("没有这个办理单位，请从单位列表里选。")
    return unit


def set_endorses(work: Work, code: str, *, on: bool) -> Unit:
    """Switch 审签 of a unit on or off. What waits for it already goes its way: it is endorsed, or it is not.

    Raises NotAllowed, NotFound, Conflict where it is so already, or where nobody there could endorse.
    """
    demand_keeper(work)
    unit = find(work, code)
    if unit.endorses is on:
        raise Conflict(f"{unit.short}的审签本来就{'开' if on else '关'}着，没有改动。")
    holders = queries.holders(work.session)
    if on and not any(holders.ids(Role.DEPARTMENT, ScopeKind.UNIT, code, post) for post in SIGNERS):
        raise Conflict(f"{unit.short}还没有分管负责人或主要负责人，开了就没人能审签。请先请安全管理员授权。")
    unit.endorses = on
    work.session.flush()
    audit.record(work, "unit_endorses", f"{unit.code} {unit.name}", {"after": "开审签" if on else "关审签"})
    state.touch(work.session)
    return unit
