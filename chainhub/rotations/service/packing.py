"""What a host prepares: theme, venue, the agenda of the four parts, policies to be presented, the checklist."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session as Db

from chainhub.core.errors import Invalid
from chainhub.core.work import Work
from chainhub.rotations import fields
from chainhub.rotations.around import rules
from chainhub.rotations.around.models import SalonPack
from chainhub.rotations.around.rules import Policy
from chainhub.rotations.around.terms import Ready
from chainhub.rotations.models import Salon


def prepare(work: Work, salon: Salon, given: Mapping[str, Any]) -> None:
    """Keep what was given of a pack; what was left out is empty. Raises Invalid."""
    agenda = {name: str(given.get(name) or "") for name in fields.AGENDA}
    wrong = {
        name: ["请写成 14:00。"]
        for name, said in agenda.items()
        if said and name.endswith("_at") and not rules.is_clock(said)
    }
    listed = rules.policies(str(given.get("policies") or ""))
    if len(listed) > rules.POLICIES_MOST:
        wrong["policies"] = [f"最多 {rules.POLICIES_MOST} 条，请挑要紧的讲。"]
    if wrong:
        raise Invalid(errors=wrong)
    salon.theme = str(given.get("theme") or "")
    salon.venue = str(given.get("venue") or "")
    salon.agenda = agenda
    pack = kept(work, salon)
    pack.venue_of = str(given.get("venue_of") or "")
    pack.policies = [{"title": one.title, "number": one.number} for one in listed]


def kept(work: Work, salon: Salon) -> SalonPack:
    """Return a session's pack to be changed; a new one where there was none."""
    found = work.session.get(SalonPack, salon.id)
    if found is None:
        found = _none(salon.id)
        work.session.add(found)
        work.session.flush()
    return found


def _none(salon_id: int) -> SalonPack:
    return SalonPack(salon_id=salon_id, venue_of="", policies=[], ready=[])


def of(db: Db, ids: Sequence[int]) -> Mapping[int, SalonPack]:
    """Return the packs of sessions, by session; an empty one where there is none."""
    rows = {one.salon_id: one for one in db.scalars(select(SalonPack).where(SalonPack.salon_id.in_(ids)))}
    return {id_: rows.get(id_) or _none(id_) for id_ in ids}


def policies(pack: SalonPack) -> list[Policy]:
    """Return the policies to be presented."""
    return [Policy(one["title"], one["number"]) for one in pack.policies]


def ready(pack: SalonPack) -> frozenset[Ready]:
    """Return what of the checklist is done."""
    return frozenset(Ready(one) for one in pack.ready)
