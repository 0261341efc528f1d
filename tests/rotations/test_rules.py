"""Whose turn it is: by sessions held, never by the calendar."""

from datetime import date

from chainhub.rotations.rules import Member, forecast, in_turn


def test_who_has_hosted_least_is_next_and_ties_go_by_joining():
    members = [Member("a", "甲", held=1), Member("b", "乙"), Member("c", "丙")]

    assert [one.code for one in in_turn(members)] == ["b", "c", "a"]


def test_a_round_gives_everybody_one_turn():
    counts = dict.fromkeys("abcd", 0)
    for _ in range(8):
        counts[in_turn([Member(code, code, held=held) for code, held in counts.items()])[0].code] += 1

    assert set(counts.values()) == {2}


def test_the_forecast_goes_on_by_the_period_over_new_year():
    assert forecast(1, date(2026, 11, 22), 2) == date(2026, 11, 1)
    assert forecast(2, date(2026, 11, 22), 2) == date(2027, 1, 1)
    assert forecast(9, date(2026, 11, 22), 2) == date(2028, 3, 1)
