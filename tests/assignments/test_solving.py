"""The plan is the best there is: against every plan of small counties, against another solver on larger ones."""

import itertools
import random
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, vstack

from chainhub.assignments import rules
from chainhub.assignments.rules import Facts, Firm, Guide, Profile
from chainhub.assignments.solving import solve
from tests.assignments.cases import county


def _best_of_all(facts: Facts, profile: Profile) -> rules.Worth:
    """What the best of all plans is worth, each looked at."""
    choices = [
        [None, *(one.id for one in facts.guides if not rules.barred(firm, one, facts))]
        for firm in facts.firms
    ]
    seats = {one.id: one.capacity for one in facts.guides}
    found = None
    for chosen in itertools.product(*choices):
        if any(number > seats[id_] for id_, number in Counter(one for one in chosen if one).items()):
            continue
        pairs = {firm.code: id_ for firm, id_ in zip(facts.firms, chosen, strict=True) if id_}
        worth = rules.worth(facts, pairs, profile)
        found = worth if found is None or worth < found else found
    return found


small = st.builds(
    county,
    st.integers(0, 10**6),
    st.integers(1, 5),
    st.integers(1, 3),
    capacity=st.integers(1, 4),
    settled=st.booleans(),
    tight=st.sampled_from((0.0, 0.2, 0.6)),
)


@settings(max_examples=120, deadline=None)
@given(small, st.sampled_from(list(Profile)))
def test_no_plan_of_a_small_county_is_better(facts, profile):
    assert solve(facts, profile).worth == _best_of_all(facts, profile)


@settings(max_examples=60, deadline=None)
@given(small, st.sampled_from(list(Profile)), st.integers(0, 10**6))
def test_no_plan_breaks_a_hard_rule_whatever_is_pinned(facts, profile, seed):
    rng = random.Random(seed)
    pins = {one.code: rng.choice(facts.guides).id for one in facts.firms if rng.random() < 0.4}

    found = solve(replace(facts, pins=pins), profile)

    assert rules.broken(facts, found.pairs) == []
    assert all(found.pairs[code] == id_ for code, id_ in pins.items() if code not in found.unpinned)
    assert set(found.unmet) == {one.code for one in facts.firms} - found.pairs.keys()


def _by_another_solver(facts: Facts, profile: Profile) -> float:
    """The points of the best plan by HiGHS, as an integer programme over (enterprise, guide, rank of weight)."""
    rows = []
    for place, firm in enumerate(facts.firms):
        for column, guide in enumerate(facts.guides):
            if rules.barred(firm, guide, facts):
                continue
            base = sum(rules.parts(firm, guide)) + rules.CHANGE * rules.changes(firm, guide.id)
            rows += [
                (place, (column, nth), base + rules.LOAD[nth] * firm.weight) for nth in range(guide.capacity)
            ]
    seats = sorted({seat for _, seat, _ in rows})
    numbered = {seat: place for place, seat in enumerate(seats)}
    which = np.arange(len(rows))
    ones = np.ones(len(rows))
    served = coo_array((ones, ([row for row, _, _ in rows], which)), shape=(len(facts.firms), len(rows)))
    held = coo_array((ones, ([numbered[seat] for _, seat, _ in rows], which)), shape=(len(seats), len(rows)))
    limits = LinearConstraint(
        vstack((served, held)),
        np.concatenate((np.ones(len(facts.firms)), np.zeros(len(seats)))),
        np.ones(len(facts.firms) + len(seats)),
    )
    assert profile is Profile.EVEN
    answer = milp([cost for _, _, cost in rows], constraints=limits, bounds=Bounds(0, 1), integrality=1)
    assert answer.success
    return round(answer.fun)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_another_solver_finds_nothing_better_in_a_county_of_77_and_in_one_of_400(seed):
    for firms, guides in ((77, 30), (400, 110)):
        facts = county(seed, firms, guides, settled=True, tight=0.02)
        found = solve(facts, Profile.EVEN)

        assert found.unmet == ()
        assert found.worth.points == _by_another_solver(facts, Profile.EVEN)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(list(Profile)))
def test_the_order_of_the_facts_makes_no_difference(seed, profile):
    facts = county(seed, 20, 8, settled=True)
    rng = random.Random(seed)
    shuffled = replace(
        facts,
        firms=tuple(rng.sample(facts.firms, len(facts.firms))),
        guides=tuple(rng.sample(facts.guides, len(facts.guides))),
    )

    assert solve(facts, profile).pairs == solve(shuffled, profile).pairs


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_who_leaves_moves_their_own_enterprises_alone_unless_it_must_be(seed):
    facts = _standing(county(seed, 77, 30, tight=0.02))
    gone = facts.guides[seed % 30].id
    without = replace(facts, guides=tuple(one for one in facts.guides if one.id != gone))

    found = solve(without)

    own = {one.code for one in facts.firms if one.current == gone}
    moved = {one.code for one in facts.firms if found.pairs.get(one.code) != one.current}
    assert own <= moved
    if moved != own:  # only where no plan leaves the others alone and serves as many
        others = replace(without, firms=tuple(_fixed(one, gone) for one in without.firms))
        stays = {one.code: one.current for one in others.firms if one.current}
        assert len(solve(replace(others, pins=stays)).unmet) > len(found.unmet)


def _standing(facts: Facts) -> Facts:
    """The same county on the day after its best plan was confirmed."""
    pairs = solve(facts, Profile.EVEN).pairs
    return replace(facts, firms=tuple(replace(one, current=pairs.get(one.code)) for one in facts.firms))


def _fixed(firm: Firm, gone: int) -> Firm:
    return replace(firm, current=None if firm.current == gone else firm.current)


def test_what_was_confirmed_is_proposed_again():
    facts = _standing(county(5, 77, 30))

    assert solve(facts).worth.changed == 0
    assert solve(facts, Profile.EVEN).pairs == {one.code: one.current for one in facts.firms}


def test_the_one_who_was_there_before_is_preferred_but_never_over_capacity():
    firms = tuple(Firm(f"f{one}", f"企业{one}", current=1) for one in range(4))
    facts = Facts(firms, (Guide(1, "甲", capacity=2), Guide(2, "乙", capacity=5)))

    found = solve(facts)

    assert Counter(found.pairs.values()) == {1: 2, 2: 2}


def test_where_not_everybody_can_be_served_as_many_are_as_can_be():
    firms = tuple(Firm(f"f{one}", f"企业{one}") for one in range(4))
    guides = (Guide(1, "甲", capacity=1), Guide(2, "乙", capacity=1))
    bans = {("f0", 2): "", ("f1", 2): "", ("f2", 2): ""}  # f3 alone may have 2

    found = solve(Facts(firms, guides, bans=bans))

    assert found.pairs["f3"] == 2
    assert len(found.pairs) == 2
    assert len(found.unmet) == 2


def test_a_county_without_guides_or_without_enterprises_has_an_empty_plan():
    assert solve(Facts((), (Guide(1, "甲"),))).pairs == {}
    assert solve(Facts((Firm("f", "企业"),), ())).unmet == ("f",)


def test_in_a_large_city_who_finds_nobody_among_the_likeliest_is_offered_everybody(monkeypatch):
    from chainhub.assignments import choosing

    monkeypatch.setattr(choosing, "ALL_UP_TO", 5)
    facts = county(3, 60, 20, tight=0.3)
    facts = replace(facts, guides=tuple(replace(one, capacity=3) for one in facts.guides))

    few = solve(facts, most=2)

    assert len(few.unmet) == len(solve(facts, most=20).unmet)
    assert rules.broken(facts, few.pairs) == []
