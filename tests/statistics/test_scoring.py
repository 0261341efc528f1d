"""Ranks, labels and advice: tables that can be checked by hand, and what must hold of any numbers."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainhub.statistics import raising, scoring
from chainhub.statistics.figures import FIGURES, Weights, compute
from chainhub.statistics.scoring import COMPARED, RATES, Label, Scale

USUAL = Weights()


def _results(contacted=(9, 1), solved=(9, 1), satisfied=(9, 1), on_time=(9, 1)):
    """Of each figure: how many good, how many bad."""
    good = {"contacted": 1, "solved": 1, "satisfied": 2, "handling_on_time": 2}
    said = dict(zip(COMPARED, (contacted, solved, satisfied, on_time), strict=True))
    return {code: compute(FIGURES[code], {good[code]: yes, 0: no}) for code, (yes, no) in said.items()}


def _all(found):
    """All of them together, by adding up what each has."""
    values = {"contacted": 1, "solved": 1, "satisfied": 2, "handling_on_time": 2}
    made = {}
    for code, good in values.items():
        yes = sum(int(one[code].top) for one in found.values())
        made[code] = compute(FIGURES[code], {good: yes, 0: sum(one[code].n for one in found.values()) - yes})
    return made


def _ranked(found, weights=USUAL):
    return {one.key: one for one in scoring.standings(found, _all(found), weights)}


def test_by_default_a_tenth_is_contact_a_half_solution_and_four_tenths_content():
    one = _ranked({"a": _results((10, 0), (8, 2), (5, 5))})["a"]

    assert one.score == Fraction(10 * 100 + 50 * 80 + 40 * 50, 10_000)
    assert scoring.points(one.score) == "70"
    assert scoring.formula(one.results, USUAL) == (
        "综合 = 10% × 响应率 100%（10/10） + 50% × 解决率 80%（8/10） + 40% × 满意率 50%（5/10） = 70 分"
    )


def test_equals_share_a_rank_and_the_next_one_is_counted_on():
    found = {"a": _results(), "b": _results(), "c": _results(solved=(1, 9)), "d": _results(solved=(10, 0))}

    assert {key: one.rank for key, one in _ranked(found).items()} == {"d": 1, "a": 2, "b": 2, "c": 4}


@pytest.mark.parametrize("short", RATES)
def test_whoever_has_fewer_than_five_answers_of_any_sort_is_not_ranked_but_counted(short):
    found = {"a": _results(), "b": _results(**{short: (4, 0)})}

    one = _ranked(found)["b"]

    assert (one.rank, one.score, one.label) == (None, None, None)
    assert f"{FIGURES[short].label} 4 件" in scoring.too_few(one.results)
    assert list(_ranked(found)) == ["a", "b"]  # and stands last


def test_the_first_third_is_advanced_where_it_is_above_all_together_and_keeps_its_limits():
    found = {"a": _results(solved=(10, 0)), "b": _results(), "c": _results()}

    one = _ranked(found)["a"]

    assert one.label is Label.ADVANCED
    assert one.reasons == [
        "综合 95 分，合计 91.7 分，在能排的 3 个里排第 1",
        "按时办结率 90%（9/10），不低于合计的 90%（27/30）",
    ]
    assert _ranked(found)["b"].label is None


@pytest.mark.parametrize(
    ("first", "others"),
    [
        ({"solved": (10, 0), "on_time": (8, 2)}, {}),  # slower than all together
        ({}, {}),  # all alike: nobody is ahead
    ],
)
def test_nobody_is_advanced_who_is_not_ahead_in_both(first, others):
    found = {"a": _results(**first), "b": _results(**others), "c": _results(**others)}

    assert {one.label for one in _ranked(found).values()} == {None}


def test_of_two_who_can_be_ranked_nobody_is_advanced():
    assert _ranked({"a": _results(solved=(10, 0)), "b": _results()})["a"].label is None


def test_behind_is_who_lacks_two_whole_cases_and_five_points_of_what_all_have():
    found = {"a": _results(), "b": _results(), "c": _results(satisfied=(5, 5))}

    one = _ranked(found)["c"]

    assert one.label is Label.BEHIND
    assert one.reasons == [
        "满意率 50%（5/10），合计 77%（23/30）：照合计的水平 10 件里该有 7.7 件，少 2.7 件"
    ]


@pytest.mark.parametrize(
    ("satisfied", "label"),
    [
        ((6, 4), Label.BEHIND),  # 80 % of all: 8 of 10, two fewer
        ((7, 3), None),  # one fewer is chance
        ((3, 1), None),  # fewer than five are not compared
    ],
)
def test_one_unhappy_answer_does_not_make_anybody_behind(satisfied, label):
    whole = _results(satisfied=(80, 20))

    one = scoring.standings({"a": _results(satisfied=satisfied)}, whole, USUAL)[0]

    assert one.label is label


@given(st.lists(st.integers(0, 20), min_size=1, max_size=12), st.booleans())
def test_a_rank_is_one_more_than_how_many_are_better(values, low):
    scores = {str(place): Fraction(one, 20) for place, one in enumerate(values)}

    found = scoring.ranks(scores, low_is_good=low)

    for key, score in scores.items():
        better = [one for one in scores.values() if (one < score if low else one > score)]
        assert found[key] == 1 + len(better)
    assert min(found.values()) == 1


counts = st.tuples(st.integers(0, 12), st.integers(0, 12))


@given(st.dictionaries(st.sampled_from("abcdef"), st.tuples(counts, counts, counts, counts), min_size=1))
def test_labels_rest_on_five_cases_and_nobody_has_two(said):
    found = {key: _results(*one) for key, one in said.items()}

    for one in _ranked(found).values():
        assert (one.label is None) == (not one.reasons)
        if one.label is not None:
            assert one.rank is not None
            assert one.n >= 5
        if one.rank is None:
            assert min(one.results[code].n for code in RATES) < 5


def test_how_hard_a_case_is_counts_by_its_kind_and_category_together():
    scale = Scale(USUAL, difficulty={"kind:problem": Fraction(2), "category:land": Fraction(3, 2)})
    figure = FIGURES["satisfied"]

    assert scale.of_case("land", "problem") == 3
    assert scale.of_case("energy", "help") == 1
    # One hard case that is satisfied, one easy one that is not: 3 of 4.
    assert scoring.weighted(figure, [(Fraction(3), {2: 1}), (Fraction(1), {0: 1})]) == Fraction(3, 4)
    assert scoring.weighted(figure, []) is None


@pytest.mark.parametrize(
    ("good", "bad", "words"),
    [
        (7, 1, "满意率现在 88%（7/8）：今后 2 件全部满意，可到 90%（9/10）。"),
        (3, 2, "满意率现在 60%（3/5）：今后 5 件全部满意，可到 80%（8/10）。"),
        (10, 0, ""),  # there is nothing above
        (0, 0, ""),  # and nothing to begin with
        (0, 10, ""),  # forty in a row are no advice
    ],
)
def test_what_would_raise_a_rate_is_computed(good, bad, words):
    assert raising.advice(compute(FIGURES["satisfied"], {2: good, 0: bad})) == words


def test_the_next_goal_may_be_what_all_together_have():
    whole = compute(FIGURES["solved"], {1: 17, 0: 3})  # 85 %

    said = raising.advice(compute(FIGURES["solved"], {1: 9, 0: 2}), whole)  # 82 %

    assert said == "解决率现在 82%（9/11）：今后 3 件全部解决，可到 86%（12/14）。"


@given(st.integers(0, 60), st.integers(0, 60), st.integers(1, 99))
def test_so_many_in_a_row_reach_the_goal_and_one_fewer_does_not(good, bad, percent):
    goal, one = Fraction(percent, 100), compute(FIGURES["solved"], {1: good, 0: bad})

    more = raising.in_a_row(one, goal)

    if not good + bad:
        assert more is None
        return
    assert Fraction(good + more, good + bad + more) >= goal
    assert more == 0 or Fraction(good + more - 1, good + bad + more - 1) < goal
