"""Whom the responsibility list names: own category, the one above, keywords, the days on which a line is in force."""

from datetime import date

import pytest

from chainhub.core.actor import Actor, Grant, Post, Role, ScopeKind
from chainhub.county.responsibilities.rules import (
    Entry,
    Matter,
    Share,
    keywords_of,
    lead,
    may_change,
    suggest,
)

TODAY = date(2026, 3, 2)
POWER = Entry(1, "power", "energy", Share.LEAD, keywords=("供电",))
GRID = Entry(2, "power", "energy_power", Share.LEAD, keywords=("增容", "专线"))
GAS = Entry(3, "gas", "energy_gas", Share.LEAD, keywords=("天然气",))
PRICE = Entry(4, "reform", "energy_power", Share.CO, keywords=("电价",))
LATER = Entry(5, "new", "energy", Share.LEAD, place=0, from_on=date(2026, 4, 1))
OVER = Entry(6, "old", "energy", Share.LEAD, place=0, until_on=TODAY)
LIST = (POWER, GRID, GAS, PRICE, LATER, OVER)
BELOW = frozenset({"energy_power", "energy_gas"})


def _lead(category, above, text, below=frozenset()):
    return lead(LIST, below, Matter(category, above, text, TODAY))


@pytest.mark.parametrize(
    ("category", "above", "below", "text", "named"),
    [
        ("energy", None, BELOW, "厂里停了", "power"),  # the category alone
        ("energy", None, BELOW, "天然气气压不够", "gas"),  # a line below it, by its keyword
        ("energy_gas", "energy", frozenset(), "阀门坏了", "gas"),  # its own line before the one above
        ("energy_power", "energy", frozenset(), "供电不稳", "power"),
        (None, None, frozenset(), "10 千伏专线增容", "power"),  # no category yet: keywords alone
        (None, None, frozenset(), "说不清", None),
        ("land", None, frozenset(), "天然气", None),  # another category is not asked
    ],
)
def test_the_list_names_a_lead(category, above, below, text, named):
    assert _lead(category, above, text, below) == named


def test_a_line_counts_from_its_first_day_until_the_day_it_ends():
    assert [LATER.holds_on(date(2026, 3, 31)), LATER.holds_on(date(2026, 4, 1))] == [False, True]
    assert [OVER.holds_on(date(2026, 3, 1)), OVER.holds_on(TODAY)] == [True, False]


def test_a_unit_is_named_once_as_lead_and_says_which_words_spoke_for_it():
    found = suggest(LIST, BELOW, Matter("energy", None, "专线，增容；电价", TODAY))

    assert [(one.entry.unit, one.entry.share, one.words) for one in found] == [
        ("power", Share.LEAD, ("增容", "专线")),
        ("reform", Share.CO, ("电价",)),
    ]


def test_a_keyword_is_not_found_across_a_full_stop():
    assert _lead("land", None, "增。容") is None
    assert _lead(None, None, "专。线") is None


def test_keywords_are_read_as_people_write_them():
    assert keywords_of("增容、专线，停电 增容") == ("增容", "专线", "停电")


@pytest.mark.parametrize(
    ("role", "post", "may"),
    [
        (Role.TASK_FORCE, Post.DEPUTY, True),
        (Role.TASK_FORCE, Post.CONTACT, False),
        (Role.COMMITTEE, Post.HEAD, True),
        (Role.DEPARTMENT, Post.HEAD, False),
        (Role.LEADER, Post.HEAD, False),
    ],
)
def test_who_answers_for_a_task_force_or_a_committee_keeps_the_list(role, post, may):
    assert may_change(Actor(1, "x", "某人", (Grant(role, ScopeKind.CHAIN, "equipment", post),))) is may
