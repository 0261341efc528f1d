"""What a visit may say, what a month comes to, which figures are shown. No database."""

from datetime import date

import pytest

from chainhub.guides import rules
from chainhub.guides.rules import Figures, Policy, Standing
from tests.guides.logging import told

S = Standing
MARCH = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("stored", "month", "today", "guided", "expected"),
    [
        (S.DUE, MARCH, date(2026, 3, 31), True, S.DUE),
        (S.DUE, MARCH, date(2026, 4, 1), True, S.MISSED),
        (S.DUE, MARCH, date(2026, 3, 2), False, S.GAP),
        (S.DUE, MARCH, date(2026, 4, 1), False, S.GAP),
        (S.KEPT, MARCH, date(2026, 4, 1), False, S.KEPT),
        (S.WAIVED, MARCH, date(2026, 4, 1), True, S.WAIVED),
        (S.MISSED, MARCH, date(2026, 3, 2), True, S.MISSED),
    ],
)
def test_a_duty_stands_as_stored_or_as_the_month_has_it(stored, month, today, guided, expected):
    assert rules.standing_on(stored, month, today, guided=guided) is expected


def test_months_and_halves_turn_over_at_the_year():
    assert rules.next_month(date(2026, 12, 1)) == date(2027, 1, 1)
    assert rules.month_before(date(2027, 1, 1)) == date(2026, 12, 1)
    assert rules.half_of(date(2026, 6, 30)) == date(2026, 1, 1)
    assert rules.half_of(date(2026, 7, 1)) == date(2026, 7, 1)
    assert rules.half_end(date(2026, 1, 1)) == date(2026, 7, 1)
    assert rules.half_end(date(2026, 7, 1)) == date(2027, 1, 1)


def test_figures_add_up_and_nothing_is_a_dash():
    found = rules.figures([(S.KEPT, 3), (S.WAIVED, 1), (S.MISSED, 2), (S.GAP, 1), (S.KEPT, 1)])

    assert found == Figures(kept=4, waived=1, missed=2, due=0, gap=1)
    assert (found.n, found.done, found.words, found.guided_words) == (8, 5, "5/8", "7/8")
    assert (Figures().words, Figures().guided_words) == ("—", "—")


def test_a_visit_is_corrected_in_its_calendar_month_alone():
    assert rules.may_correct(date(2026, 3, 1), date(2026, 3, 31))
    assert not rules.may_correct(date(2026, 3, 31), date(2026, 4, 1))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"on": None}, "on"),
        ({"on": date(2026, 3, 3)}, "on"),
        ({"on": date(2026, 2, 28)}, "on"),
        ({"kind": None}, "kind"),
        ({"met": ""}, "met"),
        ({"met": "字" * 101}, "met"),
        ({"done": "好"}, "done"),
        ({"done": "字" * 2001}, "done"),
        ({"note": "字" * 1001}, "note"),
        ({"problem": "电"}, "problem"),
        ({"policies": (Policy("", "1号"),)}, "policies"),
        ({"policies": (Policy("字" * 121),)}, "policies"),
        ({"policies": (Policy("办法"),) * 11}, "policies"),
    ],
)
def test_what_is_wrong_with_a_visit_is_said_of_its_field(given, field):
    assert list(rules.errors_of(told(**given), MARCH, date(2026, 3, 2))) == [field]


def test_a_sound_visit_is_taken():
    assert rules.errors_of(told(), MARCH, date(2026, 3, 2)) == {}
