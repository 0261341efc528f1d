"""What those who were there think of a session: asked once, told to host and committee."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chainhub.core.errors import Conflict, NotAllowed
from chainhub.core.work import Work
from chainhub.rotations.around import queries as around
from chainhub.rotations.around import rules
from chainhub.rotations.around.models import SalonRating
from chainhub.rotations.around.rules import Verdict
from chainhub.rotations.around.service import standing
from chainhub.rotations.around.service.standing import Place
from chainhub.rotations.around.terms import Side
from chainhub.rotations.workflow import State

_ASKED = frozenset({State.HELD, State.WRITTEN_UP, State.CLOSED})


@dataclass(frozen=True, slots=True)
class Results:
    """How a session was rated, and what was said without names."""

    verdicts: Sequence[Verdict]
    comments: Sequence[str]


def permit(work: Work, id_: int) -> Place:
    """Return the session that this actor may rate now. Raises NotFound, NotAllowed, Conflict."""
    place = standing.at(work, id_)
    if place.is_host:
        raise NotAllowed("承办企业不评自己这一期，您可以看别家怎么评。")
    if not around.was_there(work.session, place.salon, work.actor.id):
        raise NotAllowed("到场扫码签了到的人才评，您没有在这一期签到。")
    standing.demand_stage(place, _ASKED, "办完了再评。")
    if work.session.get(SalonRating, (id_, work.actor.id)) is not None:
        raise Conflict("您已经评过这一期了，谢谢。", code="already_done")
    return place


def may_rate(work: Work, place: Place) -> bool:
    """Say whether this actor is asked now."""
    return (
        not place.is_host
        and place.salon.stage in _ASKED
        and work.actor.id is not None
        and around.was_there(work.session, place.salon, work.actor.id)
        and work.session.get(SalonRating, (place.salon.id, work.actor.id)) is None
    )


def rate(work: Work, id_: int, given: Mapping[str, Any]) -> SalonRating:
    """Rate a session. Raises NotFound, NotAllowed, Conflict."""
    permit(work, id_)
    made = SalonRating(
        salon_id=id_,
        user_id=work.actor.id,
        **{side.value: given[side.value] for side in Side},
        comment=str(given.get("comment") or ""),
        at=work.now,
    )
    work.session.add(made)
    work.session.flush()
    return made


def results(work: Work, place: Place) -> Results:
    """Return how a session was rated, for host and committee. Raises NotFound."""
    standing.demand_seen(place)
    rows = around.ratings(work.session, place.salon)
    given = [{side: getattr(one, side.value) for side in Side} for one in rows]
    said = sorted(one.comment for one in rows if one.comment)  # in no order that would tell whose it is
    return Results(rules.verdicts(given), said[: around.COMMENTS_MOST])
