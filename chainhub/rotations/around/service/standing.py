"""As what somebody stands at a session: of the chain's committee, of a host, or a reader."""

from dataclasses import dataclass

from chainhub.core.actor import Role
from chainhub.core.errors import Conflict, NotAllowed, NotFound
from chainhub.core.work import Work
from chainhub.rotations import queries
from chainhub.rotations.models import Rotation, Salon
from chainhub.rotations.service import laying
from chainhub.rotations.workflow import State


@dataclass(frozen=True, slots=True)
class Place:
    """A session as somebody reads it: who hosts, and whether they are its committee or of a host."""

    salon: Salon
    rotation: Rotation
    hosts: tuple[str, ...]
    keeps: bool
    is_host: bool

    @property
    def prepares(self) -> bool:
        """Whether they see to what surrounds it: host or committee."""
        return self.keeps or self.is_host


def at(work: Work, id_: int) -> Place:
    """Return a session that this actor reads. Raises NotFound."""
    salon = queries.own_salon(work, id_)
    rotation = work.session.get_one(Rotation, salon.rotation_id)
    hosts = tuple(one.enterprise_code for one in queries.hosts(work.session, [salon]).get(salon.id, ()))
    is_host = any(work.actor.holds(Role.ENTERPRISE, enterprise=code) for code in hosts)
    return Place(salon, rotation, hosts, laying.keeps(work, rotation), is_host)


def demand_host(place: Place) -> None:
    """Refuse whoever is neither host nor committee. Raises NotAllowed."""
    if not place.prepares:
        raise NotAllowed("这一步由承办企业或者本产业链的党委来办，您可以请他们办。")


def demand_keeper(place: Place) -> None:
    """Refuse whoever is not the chain's committee. Raises NotAllowed."""
    if not place.keeps:
        raise NotAllowed("这一步由本产业链的党委来办，您可以请党委办。")


def demand_seen(place: Place) -> None:
    """Hide from everybody but host and committee. Raises NotFound."""
    if not place.prepares:
        raise NotFound("没有这一页，请从“轮值”一页进入。")


def demand_stage(place: Place, stages: frozenset[State], advice: str) -> None:
    """Refuse what its stage does not allow, with what to do instead. Raises Conflict."""
    if place.salon.stage not in stages:
        raise Conflict(f"这一期现在是“{place.salon.stage.label}”，{advice}", code="wrong_state")


def who(work: Work) -> str:
    """Return who acts, as rows keep it."""
    return f"{work.actor.unit_name or work.actor.title} {work.actor.name}".strip()[:120]
