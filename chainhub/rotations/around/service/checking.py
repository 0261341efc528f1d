"""The checklist of a host: what is seen to before the day."""

from collections.abc import Sequence

from chainhub.core.work import Work
from chainhub.rotations.around.service import standing
from chainhub.rotations.around.service.standing import Place
from chainhub.rotations.around.terms import Ready
from chainhub.rotations.service import packing
from chainhub.rotations.workflow import OPEN


def tick(work: Work, id_: int, done: Sequence[Ready]) -> Place:
    """Note what of the checklist is done, and what no more is. Raises NotFound, NotAllowed, Conflict."""
    place = standing.at(work, id_)
    standing.demand_host(place)
    standing.demand_stage(place, OPEN, "备办清单不用再勾了。")
    packing.kept(work, place.salon).ready = [one.value for one in Ready if one in set(done)]
    return place
