"""The one optimal plan: weighted, capacity-limited assignment as a matching of enterprises to places.

A guide with a capacity of c is c places, each dearer than the one before; an enterprise takes one place, or a place
of its own that says "nobody". scipy finds the matching that costs least (`min_weight_full_bipartite_matching`,
shortest augmenting paths over sparse costs). What comes first is made so large that nothing below can outweigh it,
so one matching is optimal for all three at once: as many enterprises served as can be, then as few pairs changed,
then the points of `rules`. All costs are whole numbers below 2**53, so that nothing is rounded.
See docs/decisions/0022.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainhub.assignments import rules
from chainhub.assignments.choosing import Candidates, candidates
from chainhub.assignments.rules import Facts, Firm, Guide, Profile, Worth

PAIRS_MOST = 2_000_000  # of what is offered to everybody: a city's 80 million pairs fit in no memory
Say = Callable[[str, int, int], None]


def _silent(_stage: str, _done: int, _total: int) -> None:
    """Show no progress."""


@dataclass(frozen=True, slots=True)
class Solution:
    """Who looks after whom, who is left without a guide, which pins could not be kept and why."""

    pairs: Mapping[str, int]
    unmet: tuple[str, ...]
    unpinned: Mapping[str, str]
    worth: Worth
    considered: Candidates


def solve(facts: Facts, profile: Profile = Profile.STEADY, *, say: Say = _silent, most: int = 30) -> Solution:
    """Return the best plan for these facts.

    Of more than `choosing.ALL_UP_TO` guides each enterprise is offered `most` candidates; where some then stay without
    one, they and all that stand in their way are offered everybody, so that the plan is the largest there is (up to
    `PAIRS_MOST` such pairs). The same facts, in whatever order, give the same plan.
    """
    firms = sorted(facts.firms, key=lambda one: one.code)
    guides = sorted(facts.guides, key=lambda one: one.id)
    pins, unpinned = _pins(facts, firms, guides)
    offered = candidates(facts, firms, guides, pins, most, say)
    pairs = _match(firms, guides, offered, profile, pins, say)
    left = [place for place, firm in enumerate(firms) if firm.code not in pairs]
    wide: frozenset[int] = frozenset()
    least = len(firms) - sum(min(one.capacity, rules.REFUSE_ABOVE) for one in guides)  # whatever is offered
    while len(left) > max(0, least) and not offered.everybody:
        # In each other's way: once all of these were offered everybody, no plan serves more.
        more = offered.tight(left, _held(firms, guides, pairs))[0] - wide
        more = frozenset(place for place in more if firms[place].code not in pins)
        if not more or len(more) * len(guides) > PAIRS_MOST:
            break
        wide |= more
        offered = offered.widened(facts, firms, guides, more)
        pairs = _match(firms, guides, offered, profile, pins, say)
        left = [place for place, firm in enumerate(firms) if firm.code not in pairs]
    unmet = tuple(firms[place].code for place in left)
    return Solution(pairs, unmet, unpinned, rules.worth(facts, pairs, profile), offered)


def _held(firms: Sequence[Firm], guides: Sequence[Guide], pairs: Mapping[str, int]) -> dict[int, list[int]]:
    """Return by the place of each guide the places of the enterprises that they have."""
    place_of = {one.id: place for place, one in enumerate(guides)}
    found: dict[int, list[int]] = {}
    for place, firm in enumerate(firms):
        if firm.code in pairs:
            found.setdefault(place_of[pairs[firm.code]], []).append(place)
    return found


def _pins(
    facts: Facts, firms: Sequence[Firm], guides: Sequence[Guide]
) -> tuple[dict[str, int], dict[str, str]]:
    """Return the pins that hard rules allow, and of the others why not."""
    by_id, left = {one.id: one for one in guides}, {one.id: one.capacity for one in guides}
    kept: dict[str, int] = {}
    refused: dict[str, str] = {}
    for firm in firms:
        if firm.code not in facts.pins:
            continue
        guide = by_id.get(facts.pins[firm.code])
        why = rules.barred(firm, guide, facts) if guide else "这个人不在指导员名单里"
        if not why and guide and left[guide.id] < 1:
            why = f"{guide.name}最多带 {guide.capacity} 家，锁定的已经满了"
        if why or guide is None:
            refused[firm.code] = why
            continue
        left[guide.id] -= 1
        kept[firm.code] = guide.id
    return kept, refused


def _match(
    firms: Sequence[Firm],
    guides: Sequence[Guide],
    offered: Candidates,
    profile: Profile,
    pins: Mapping[str, int],
    say: Say,
) -> dict[str, int]:
    """Return the cheapest matching of enterprises to places; who is matched to "nobody" is left out."""
    if not firms:
        return {}
    say("求最优", 0, 1)
    row, column = offered.rows, offered.guides
    points = offered.points.astype(np.int64)
    weights = np.array([one.weight for one in firms], dtype=np.int64)
    seats = np.array([min(one.capacity, rules.REFUSE_ABOVE) for one in guides], dtype=np.int64)
    soft_most = int(np.abs(points).max(initial=0)) * 2 + rules.LOAD[-1] * int(weights.max()) + 1
    change = soft_most * len(firms) if profile is Profile.STEADY else rules.CHANGE
    nobody = (change + soft_most) * len(firms)
    points = points + change * offered.changing
    first = np.concatenate(([0], np.cumsum(seats)))  # the first place of each guide
    times = seats[column]
    within = np.arange(int(times.sum())) - np.repeat(np.cumsum(times) - times, times)
    ladder = np.array(rules.LOAD, dtype=np.int64)
    where = np.repeat(first[column], times) + within
    who = np.repeat(row, times)
    cost = np.repeat(points, times) + ladder[within] * weights[who]
    free = np.array([place for place, one in enumerate(firms) if one.code not in pins], dtype=np.int64)
    where = np.concatenate((where, first[-1] + free))
    who = np.concatenate((who, free))
    cost = np.concatenate((cost, np.full(len(free), nobody, dtype=np.int64)))
    cost = cost - int(cost.min()) + 1  # none may be zero, which would mean that there is no edge
    if int(cost.max()) >= 2**53 // 4:
        raise OverflowError("costs so large that they would be rounded")
    matched = _cheapest(cost, who, where, len(firms), int(first[-1]) + len(firms))
    del cost, who, where, within
    guide_of = np.searchsorted(first, matched, side="right") - 1
    say("求最优", 1, 1)
    return {
        firm.code: guides[int(guide_of[place])].id
        for place, firm in enumerate(firms)
        if matched[place] < first[-1]
    }


def _cheapest(
    cost: "np.ndarray[Any, Any]",
    who: "np.ndarray[Any, Any]",
    where: "np.ndarray[Any, Any]",
    rows: int,
    columns: int,
) -> "np.ndarray[Any, Any]":
    """Return the column of each row in the matching that serves every row and costs least."""
    # Imported here: every process of the platform would pay a tenth of its start for what one page asks.
    from scipy.sparse import csr_array  # type: ignore[import-untyped]  # ships no types
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching  # type: ignore[import-untyped]

    graph = csr_array((cost.astype(np.float64), (who, where)), shape=(rows, columns))
    _, matched = min_weight_full_bipartite_matching(graph)
    return np.asarray(matched)
