"""Days in the words of a page. Pure."""

from datetime import date

import pytest

from chainhub.tickets.rules import day_text


@pytest.mark.parametrize(
    ("day", "year", "expected"),
    [
        ("2026-12-16", None, "12月16日"),
        ("2026-12-16", 2026, "12月16日"),
        (date(2027, 1, 5), 2026, "2027年1月5日"),
        ("2026-02-27", 0, "2026年2月27日"),
    ],
)
def test_a_day_is_said_with_its_year_where_that_is_another(day, year, expected):
    assert day_text(day, year=year) == expected
