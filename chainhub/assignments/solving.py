"""The one optimal plan: weighted, capacity-limited assignment as a matching of enterprises to places.

A guide with a capacity of c is c places, each dearer than the one before; an enterprise takes one place, or a place
of its own that says "nobody". `matching` finds the matching that costs least, by one of two solvers. What comes first
is made so large that nothing below can outweigh it, so one matching is optimal for all three at once: as many
enterprises served as can be, then as few pairs changed, then the points of `rules`. All costs are whole numbers below
2**53, so that nothing is rounded.
See docs/decisions/0022.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from chainhub.assignments import matching, rules
from chainhub.assignments.choosing import Candidates, candidates
from chainhub.assignments.matching import Matcher, Problem
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


def solve(
    facts: Facts,
    profile: Profile = Profile.STEADY,
    *,
    say: Say = _silent,
    most: int = 30,
    by: Matcher = matching.usual,
) -> Solution:
    """Return the best plan for these facts.

    Of more than `choosing.ALL_UP_TO` guides each enterprise is offered `most` candidates; where some then stay without
    one, they and all that stand in their way are offered everybody, so that the plan is the largest there is (up to
    `PAIRS_MOST` such pairs). The same facts, in whatever order, give the same plan. `by` is the solver.
    """
    firms = sorted(facts.firms, key=lambda one: one.code)
    guides = sorted(facts.guides, key=lambda one: one.id)
    pins, unpinned = _pins(facts, firms, guides)
    offered = candidates(facts, firms, guides, pins, most, say)
    pairs = _match(firms, guides, offered, profile, pins, _Way(by, say))
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
        pairs = _match(firms, guides, offered, profile, pins, _Way(by, say))
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
    way: "_Way",
) -> dict[str, int]:
    """Return the cheapest matching of enterprises to places; who is matched to "nobody" is left out."""
    if not firms:
        return {}
    way.say("求最优", 0, 1)
    points = offered.points.astype(np.int64)
    weights = np.array([one.weight for one in firms], dtype=np.int64)
    soft_most = int(np.abs(points).max(initial=0)) * 2 + rules.LOAD[-1] * int(weights.max()) + 1
    change = soft_most * len(firms) if profile is Profile.STEADY else rules.CHANGE
    problem = Problem(
        offered.rows,
        offered.guides,
        points + change * offered.changing,
        weights,
        np.array([min(one.capacity, rules.REFUSE_ABOVE) for one in guides], dtype=np.int64),
        np.array([one.code not in pins for one in firms]),
        (change + soft_most) * len(firms),
    )
    found = way.by(problem).tolist()
    way.say("求最优", 1, 1)
    return {
        firm.code: guides[place].id for firm, place in zip(firms, found, strict=True) if place < len(guides)
    }


@dataclass(frozen=True, slots=True)
class _Way:
    """How a plan is found: by which solver, and where progress is shown."""

    by: Matcher
    say: Say
