"""The seam behind which a solver finds the cheapest matching: scipy always, OR-Tools where it is installed.

Both take the same `Problem` and answer the same thing; both are optimal, so that what they find costs the same, though
of several plans that cost the same they may name different ones. OR-Tools is the extra `optim`: it is worth its size in
a large city alone, so a county's plans come from scipy whatever is installed. See docs/decisions/0022.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from importlib.util import find_spec
from typing import Any

import numpy as np

from chainhub.assignments.rules import LOAD, WEIGHT_MOST

LARGE = 100_000  # pairs that are offered: from here on the faster solver is worth its start
_EXACT = 2**53 // 4  # costs are kept as floats by scipy: whole numbers below it are exact
_ROOM = 2**62  # OR-Tools multiplies costs by the number of nodes
Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Problem:
    """Who may have whom: one entry for each pair that is offered, by the places of enterprise and guide.

    `cost` is the points of the pair, a change included; the load of the guide comes on top: its n-th enterprise costs
    `rules.LOAD[n]` for each unit of weight, the heaviest counted first. An enterprise that is `free` may stay without
    one for `nobody`; the others are pinned.
    """

    rows: Array
    guides: Array
    cost: Array
    weights: Array  # of each enterprise, from 1 to 3
    seats: Array  # of each guide
    free: Array  # of each enterprise
    nobody: int


Matcher = Callable[[Problem], Array]
"""Returns for each enterprise the place of its guide, or the number of guides where it has nobody."""


def by_places(problem: Problem) -> Array:
    """Match by scipy: a guide with c places is c columns, each dearer than the one before.

    Raises OverflowError where costs are so large that they would be rounded.
    """
    # Imported here: every process of the platform would pay a tenth of its start for what one page asks.
    from scipy.sparse import csr_array  # type: ignore[import-untyped]  # ships no types
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching  # type: ignore[import-untyped]

    count = len(problem.weights)
    first = np.concatenate(([0], np.cumsum(problem.seats)))  # the first place of each guide
    times = problem.seats[problem.guides]
    within = np.arange(int(times.sum())) - np.repeat(np.cumsum(times) - times, times)
    where = np.repeat(first[problem.guides], times) + within
    who = np.repeat(problem.rows, times)
    cost = np.repeat(problem.cost, times) + np.array(LOAD, dtype=np.int64)[within] * problem.weights[who]
    free = np.flatnonzero(problem.free)
    where = np.concatenate((where, first[-1] + free))
    who = np.concatenate((who, free))
    cost = np.concatenate((cost, np.full(len(free), problem.nobody, dtype=np.int64)))
    cost = cost - int(cost.min()) + 1  # none may be zero, which would mean that there is no edge
    if int(cost.max()) >= _EXACT:
        raise OverflowError("costs so large that they would be rounded")
    graph = csr_array((cost.astype(np.float64), (who, where)), shape=(count, int(first[-1]) + count))
    _, matched = min_weight_full_bipartite_matching(graph)
    found = np.searchsorted(first, np.asarray(matched), side="right") - 1
    return np.minimum(found, len(problem.seats))


@dataclass(frozen=True)
class _Arcs:
    """A flow from the enterprises to one sink: who leads where, how much fits through, and what it costs.

    The load of a guide is the sum over t = 1, 2, 3 of F(how many of its enterprises weigh at least t), where F(c) is the
    sum of the first c of `LOAD`: with the heaviest first, those of weight t and more are the first ones. F is convex, so
    it is as many arcs of capacity 1 as there are places. An enterprise of weight 3 comes in at the guide's third node
    and runs through the second and the first, each counted there.
    """

    problem: Problem

    @cached_property
    def sink(self) -> int:
        return len(self.problem.weights) + WEIGHT_MOST * len(self.problem.seats)

    def node(self, guides: Array, level: Array | int) -> Array:
        """Return the node of guides where their enterprises of a weight come in."""
        found: Array = len(self.problem.weights) + guides * WEIGHT_MOST + level - 1
        return found

    @cached_property
    def made(self) -> tuple[Array, Array, Array]:
        """Tails, heads and costs of all arcs, each of capacity 1; those of the offered pairs come first."""
        problem = self.problem
        seats = problem.seats
        of = np.repeat(np.arange(len(seats)), seats)
        nth = np.arange(int(seats.sum())) - np.repeat(np.cumsum(seats) - seats, seats)
        steps = np.array(LOAD, dtype=np.int64)[nth]
        tails = [problem.rows, *(self.node(of, level) for level in range(1, WEIGHT_MOST + 1))]
        heads = [self.node(problem.guides, problem.weights[problem.rows]), np.full(len(of), self.sink)]
        heads += [self.node(of, level - 1) for level in range(2, WEIGHT_MOST + 1)]
        costs = [problem.cost, *(steps for _ in range(WEIGHT_MOST))]
        free = np.flatnonzero(problem.free)
        tails.append(free)
        heads.append(np.full(len(free), self.sink))
        costs.append(np.full(len(free), problem.nobody))
        joined = (np.concatenate(one).astype(np.int64) for one in (tails, heads, costs))
        tail, head, cost = joined
        return tail, head, cost


def by_flow(problem: Problem) -> Array:
    """Match by OR-Tools, as a flow of least cost. Raises OverflowError where its numbers would not hold the costs.

    A large cost for "nobody" makes the search several times longer. So a small one is tried first: where no more are left
    out than there are places too few, none could be served in their stead, and the plan is the best there is.
    """
    modest = 4 * (int(np.abs(problem.cost).max(initial=0)) + LOAD[-1] * WEIGHT_MOST) + 1
    if modest < problem.nobody:
        found = _flow(replace(problem, nobody=modest))
        left = int((found == len(problem.seats)).sum())
        if left == max(0, len(problem.weights) - int(problem.seats.sum())):
            return found
    return _flow(problem)


def _flow(problem: Problem) -> Array:
    from ortools.graph.python import min_cost_flow  # type: ignore[import-untyped]  # ships no types

    arcs = _Arcs(problem)
    tails, heads, costs = arcs.made
    if int(np.abs(costs).max(initial=0)) * (arcs.sink + 2) >= _ROOM:
        raise OverflowError("costs so large that the flow cannot be computed")
    flow = min_cost_flow.SimpleMinCostFlow()
    added = flow.add_arcs_with_capacity_and_unit_cost(
        tails.astype(np.int32), heads.astype(np.int32), np.ones(len(tails), dtype=np.int64), costs
    )
    count = len(problem.weights)
    flow.set_nodes_supplies(np.arange(count, dtype=np.int32), np.ones(count, dtype=np.int64))
    flow.set_nodes_supplies(np.array([arcs.sink], dtype=np.int32), np.array([-count], dtype=np.int64))
    status = flow.solve()
    if status != flow.OPTIMAL:
        raise ArithmeticError(f"no flow of least cost: {status}")
    used = np.asarray(flow.flows(added[: len(problem.rows)])) > 0
    found = np.full(count, len(problem.seats), dtype=np.int64)
    found[problem.rows[used]] = problem.guides[used]
    return found


@lru_cache
def has_flow() -> bool:
    """Say whether OR-Tools is installed."""
    return find_spec("ortools") is not None


def right_for(pairs: int, *, flow: bool) -> Matcher:
    """Return the solver for so many pairs: OR-Tools for what is large where it is there, else scipy."""
    return by_flow if flow and pairs >= LARGE else by_places


def usual(problem: Problem) -> Array:
    """Match by whichever is right for the size and installed."""
    return right_for(len(problem.rows), flow=has_flow())(problem)
