"""Telling the committee what a plan cannot put right by itself, once for each session or period and cause."""

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
    return _all(work, rotation)


def _all(work: Work, rotation: Rotation) -> tuple[Trouble, ...]:
    facts, today = queries.rota(work, rotation), local(work.now).date()
    return (
        *troubles.found(facts, today),
        *troubles.without_day(facts, facts.sessions, today, work.calendar),
    )


def warn(work: Work, rotation: Rotation) -> None:
    """Tell the chain's committee of each trouble; what it was told before is not said again."""
    holders = known.of(work.session).holders
    people = holders.ids(Role.COMMITTEE, ScopeKind.CHAIN, rotation.chain_code)
    for one in _all(work, rotation):
        key = f"trouble:{one.session}:{one.sort.value}:{one.on or ''}:{one.code}"
        if one.session is None:
            key = f"trouble:rotation-{rotation.id}:{one.sort.value}:{one.period_on}"
        words = f"{rotation.name}：{one.words}"
        notices.enqueue(work, people, NoticeKind.TASK, words, key=key, link=link(rotation, one))


def link(rotation: Rotation, one: Trouble) -> str:
    """Return where somebody sees to it: the session, or the rotation where it has none."""
    return f"/salons/{one.session}" if one.session is not None else rotation.link
