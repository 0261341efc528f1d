"""The table of figures: computed by hand, worded, ranked."""

from fractions import Fraction

import pytest

from chainhub.statistics import figures
from chainhub.statistics.figures import FIGURES, Sort, Weights, compute
from chainhub.statistics.terms import Month, month_of
from tests.people import china
from tests.statistics import reference


@pytest.mark.parametrize(
    ("code", "tally", "text", "share"),
    [
        ("satisfied", {2: 24, 1: 5, 0: 2}, "92%", "28.5/31"),
        ("satisfied", {}, "—", "0/0"),
        ("handling_on_time", {2: 29, 1: 4, 0: 3}, "92%", "33/36"),
        ("handling_on_time_plain", {2: 29, 1: 4, 0: 3}, "81%", "29/36"),
        ("sent_back", {1: 3, 0: 1}, "25%", "1/4"),
        ("raised", {1: 7}, "7", "7"),
        ("raised", {}, "0", "0"),
        ("days_mean", {1: 1, 2: 1}, "1.5", "2"),
        ("days_median", {0: 1, 3: 1, 8: 1}, "3", "3"),
        ("days_median", {2: 1, 5: 1}, "3.5", "2"),
        ("days_p90", {1: 9, 20: 1}, "1", "10"),
        ("days_p90", {1: 8, 20: 2}, "20", "10"),
        ("days_p90", {}, "—", "0"),
    ],
)
def test_a_figure_is_what_one_would_reckon_by_hand(code, tally, text, share):
    result = compute(FIGURES[code], tally)

    assert (result.text, result.share) == (text, share)


def test_a_formula_is_printed_with_its_numbers_put_in():
    said = compute(FIGURES["handling_on_time"], {2: 29, 1: 4, 0: 3}).worked(rated=True)

    assert said == "按时办结率 = 时限内办结 ÷ 应办结 = 33 ÷ 36 = 92%"
    assert "记作“—”" in compute(FIGURES["solved"], {}).worked(rated=True)


def test_nobody_is_ranked_by_fewer_than_five():
    results = [
        ("few", compute(FIGURES["solved"], {1: 4})),
        ("good", compute(FIGURES["solved"], {1: 9, 0: 1})),
        ("less", compute(FIGURES["solved"], {1: 4, 0: 4})),
    ]

    assert [key for key, _ in figures.ranked(results)] == ["good", "less"]


def test_of_what_is_better_low_the_lowest_comes_first():
    results = [(str(n), compute(FIGURES["sent_back"], {1: 10 - n, 0: n})) for n in (3, 1, 2)]

    assert [key for key, _ in figures.ranked(results)] == ["1", "2", "3"]


def test_the_composite_weighs_ten_fifty_forty():
    results = {
        "contacted": compute(FIGURES["contacted"], {1: 10}),
        "solved": compute(FIGURES["solved"], {1: 8, 0: 2}),
        "satisfied": compute(FIGURES["satisfied"], {2: 5, 1: 5}),
    }

    assert figures.composite(results, Weights()) == Fraction(10 + 40 + 38, 100)
    results["solved"] = compute(FIGURES["solved"], {})
    assert figures.composite(results, Weights()) is None


def test_an_interval_is_wide_where_there_is_little():
    assert figures.interval(0, 0) is None
    low, high = figures.interval(9, 10)
    assert (round(low, 3), round(high, 3)) == (0.596, 0.982)  # as published for 9 of 10


def test_every_rate_names_what_stands_above_and_below():
    for one in FIGURES.values():
        assert one.formula.startswith(f"{one.label} = ")
        assert (one.sort is Sort.RATE) == bool(one.bottom and one.weights), one.code


def test_the_reference_knows_every_figure():
    assert reference.ALWAYS.keys() | reference.ASSESSED.keys() == FIGURES.keys()


def test_months_are_shanghais_and_count_on_over_the_year():
    assert month_of(china(2026, 1, 1, 0, 5)) == Month(2026, 1)
    assert Month(2026, 1).plus(-1) == Month(2025, 12)
    assert Month(2025, 12).plus(14) == Month(2027, 2)
    assert (Month(2026, 3).code, Month(2026, 3).written) == (202603, "2026-03")
