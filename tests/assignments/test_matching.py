"""Two solvers behind one seam: what they find is worth the same; the next best guide is the one that a look at all finds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainhub.assignments import matching, rules
from chainhub.assignments.explaining import Told
from chainhub.assignments.matching import Problem, by_flow, by_places
from chainhub.assignments.rules import Profile
from chainhub.assignments.solving import solve
from tests.assignments.cases import county

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

counties = st.builds(
    county,
    st.integers(0, 10**6),
    st.integers(1, 30),
    st.integers(1, 8),
    capacity=st.integers(1, 5),
    settled=st.booleans(),
    tight=st.sampled_from((0.0, 0.1, 0.6)),
)


@settings(max_examples=80, deadline=None)
@given(counties, st.sampled_from(list(Profile)))
def test_both_solvers_find_plans_of_the_same_worth(facts, profile):
    one, other = solve(facts, profile, by=by_places), solve(facts, profile, by=by_flow)

    assert one.worth == other.worth
    assert rules.broken(facts, other.pairs) == []


@pytest.mark.parametrize("firms", [900, 1500, 1900])  # places are left, all are needed, too few
def test_both_solvers_agree_on_a_large_one(firms):
    facts = county(11, firms, 420, capacity=5, settled=firms == 900)

    assert solve(facts, by=by_places).worth == solve(facts, by=by_flow).worth


def test_a_county_is_matched_by_scipy_whatever_is_installed():
    county_, city = 77 * 30, matching.LARGE

    assert matching.right_for(county_, flow=True) is by_places
    assert matching.right_for(city, flow=False) is by_places
    assert matching.right_for(city, flow=True) is by_flow


@pytest.mark.parametrize("by", [by_places, by_flow])
def test_costs_that_would_be_rounded_are_refused(by):
    one = np.array([1])
    problem = Problem(one - 1, one - 1, np.array([2**61]), one, one, one > 0, 2**62)

    with pytest.raises(OverflowError):
        by(problem)


def _next_best(told: Told, code: str) -> int | None:
    """The next best guide of an enterprise, by a look at every other one that it was offered."""
    facts, pairs = told.facts, told.found.pairs
    firm = next(one for one in facts.firms if one.code == code)
    sorted_ = sorted(facts.guides, key=lambda one: one.id)
    row = sorted(one.code for one in facts.firms).index(code)
    weights = {one.id: [] for one in facts.guides}
    for other in facts.firms:
        if other.code in pairs:
            weights[pairs[other.code]].append(other.weight)
    moves_now = rules.changes(firm, pairs[code])

    def _key(one):
        more = rules.load([*weights[one.id], firm.weight]) - rules.load(weights[one.id])
        full = len(weights[one.id]) >= one.capacity
        moves = rules.changes(firm, one.id) and not moves_now
        return full, moves, sum(rules.parts(firm, one)) + more, one.id

    others = [sorted_[place] for place in told.found.considered.of(row) if sorted_[place].id != pairs[code]]
    return min(others, key=_key).id if others else None


@settings(max_examples=60, deadline=None)
@given(counties, st.sampled_from(list(Profile)))
def test_the_next_best_guide_is_the_one_that_a_look_at_all_finds(facts, profile):
    told = Told(facts, solve(facts, profile), profile)

    for code in told.found.pairs:
        other = told.reasons(code).other
        assert (other.guide if other else None) == _next_best(told, code)
