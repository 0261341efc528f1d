"""Telling the committee what a plan cannot put right by itself, once for each session and cause."""

from chainhub.core.actor import Role, ScopeKind
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.notices import service as notices
from chainhub.notices.rules import NoticeKind
from chainhub.rotations import queries, troubles
from chainhub.rotations.models import Rotation
from chainhub.rotations.troubles import Trouble


def found(work: Work, rotation: Rotation) -> tuple[Trouble, ...]:
    """Return what somebody has to see to; only the staff reads it."""
    if not queries.is_staff(work.actor):
        return ()
    return troubles.found(queries.rota(work, rotation), local(work.now).date())


def warn(work: Work, rotation: Rotation) -> None:
    """Tell the chain's committee of each trouble; what it was told before is not said again."""
    facts = queries.rota(work, rotation)
    holders = known.of(work.session).holders
    people = holders.ids(Role.COMMITTEE, ScopeKind.CHAIN, rotation.chain_code)
    for one in troubles.found(facts, local(work.now).date()):
        key = f"trouble:{one.session}:{one.sort.value}:{one.on or ''}:{one.code}"
        words = f"红色沙龙：{one.words}"
        notices.enqueue(work, people, NoticeKind.TASK, words, key=key, link=f"/salons/{one.session}")
