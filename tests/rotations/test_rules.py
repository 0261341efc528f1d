"""Whose turn it is: by sessions held, never by the calendar. Small counties, checked by hand."""

from dataclasses import replace
from datetime import date

import pytest

from chainhub.core.worktime import Calendar
from chainhub.rotations import days, rules
from chainhub.rotations.days import Bar, Rhythm
from chainhub.rotations.rules import Member, Rota, Session, Turn
from chainhub.rotations.workflow import State

RHYTHM = Rhythm(date(2026, 1, 1))  # every two months, the third Friday of the second of them
CALENDAR = Calendar(
    worked={date(2026, 9, 20): True, **dict.fromkeys([date(2026, 10, day) for day in range(1, 8)], False)},
    names=dict.fromkeys([date(2026, 10, day) for day in range(1, 8)], "国庆节"),
    known_years={2026},
)
TODAY = date(2026, 1, 5)


def rota(codes="abc", **given) -> Rota:
    members = tuple(Member(code, code.upper(), seat) for seat, code in enumerate(codes, start=1))
    return Rota(**{"rhythm": RHYTHM, "members": members, **given})


def hosts(sessions) -> list[str]:
    return ["".join(one.codes) for one in sessions]


def test_a_period_lies_where_its_months_do():
    assert days.period_of(RHYTHM, date(2026, 2, 28)) == 0
    assert days.period_of(RHYTHM, date(2026, 3, 1)) == 1
    assert days.period_of(RHYTHM, date(2025, 12, 31)) == -1
    assert days.begins_on(RHYTHM, 6) == date(2027, 1, 1)
    assert days.ends_on(RHYTHM, 0) == date(2026, 2, 28)
    assert days.label(RHYTHM, 4) == "9—10月"


@pytest.mark.parametrize(
    ("week", "weekday", "on"),
    [
        (1, 6, date(2026, 2, 1)),
        (3, 4, date(2026, 2, 20)),
        (5, 4, date(2026, 2, 27)),  # the last one, though it is the fourth
        (5, 0, date(2026, 2, 23)),
    ],
)
def test_the_rhythm_asks_for_a_weekday_of_a_month(week, weekday, on):
    assert days.wanted(replace(RHYTHM, week=week, weekday=weekday), 0) == on


def test_a_month_of_31_days_has_a_fifth_weekday():
    assert days.wanted(Rhythm(date(2026, 1, 1), 1, 1, 5, 4), 0) == date(2026, 1, 30)


def test_a_holiday_moves_the_day_on_and_says_so():
    choice = days.choose(Rhythm(date(2026, 9, 1), 2, 2, 1, 3), 0, CALENDAR)

    assert choice.on == date(2026, 10, 8)
    assert choice.why == (
        "10月第1个周四是2026年10月1日（周四）",
        "那天国庆节放假，顺延到2026年10月8日（周四）",
    )


def test_at_the_end_of_a_period_the_day_moves_back():
    closed = [Bar(date(2026, 2, 20), date(2026, 2, 28), "换届")]

    assert days.choose(RHYTHM, 0, CALENDAR, closed).on == date(2026, 2, 19)


def test_a_period_without_a_free_day_has_no_session_and_eats_no_turn():
    county = rota(bars=(Bar(date(2026, 3, 1), date(2026, 4, 30), "防汛"),))

    found = rules.plan(county, TODAY, CALENDAR, 3)

    assert [one.period for one in found] == [0, 2]
    assert hosts(found) == ["a", "b"]


def test_a_leader_is_in_one_place_on_one_day():
    taken = {date(2026, 2, 20): "纺织服装办沙龙"}

    found = rules.plan(rota(taken=taken), TODAY, CALENDAR, 1)[0]

    assert found.on == date(2026, 2, 23)
    assert "领导两边都要到" in found.why[1]


def test_the_turn_advances_on_sessions_held():
    past = Session(-1, date(2025, 12, 19), State.CLOSED, (Turn("a", 1),))
    off = Session(0, date(2026, 2, 20), State.CANCELLED, (Turn("b", 1),))

    assert hosts(rules.plan(rota(sessions=(past, off)), TODAY, CALENDAR, 4)) == ["b", "b", "c", "a"]


def test_what_was_said_stays_though_the_order_changes():
    said = Session(1, date(2026, 4, 10), State.ANNOUNCED, (Turn("c", 1),))

    found = rules.plan(rota(sessions=(said,)), TODAY, CALENDAR, 4)

    assert hosts(found) == ["a", "c", "b", "a"]
    assert found[1] == said


def test_who_is_on_leave_is_skipped_named_and_made_up():
    county = rota(bars=(Bar(date(2026, 1, 1), date(2026, 3, 31), "停产检修", "a"),))

    found = rules.plan(county, TODAY, CALENDAR, 5)

    assert hosts(found) == ["b", "a", "c", "a", "b"]
    assert found[0].skipped == ("A：停产检修，缓办，要补",)


def test_what_is_owed_from_an_earlier_round_says_so():
    county = rota("ab", bars=(Bar(date(2026, 1, 1), date(2026, 5, 31), "停产检修", "a"),))

    found = rules.plan(county, TODAY, CALENDAR, 4)

    assert hosts(found) == ["b", "b", "a", "b"]
    assert found[2].hosts[0].why == "第1轮还欠一场（停产检修），先补上"


def test_a_newcomer_is_the_last_of_the_round_that_runs():
    past = Session(-1, date(2025, 12, 19), State.CLOSED, (Turn("a", 1),))
    before = rota(sessions=(past,))
    newcomer = rules.joining(before, "n", "N", TODAY)
    after = replace(before, members=(*before.members, newcomer))

    assert hosts(rules.plan(before, TODAY, CALENDAR, 4)) == ["b", "c", "a", "b"]
    assert hosts(rules.plan(after, TODAY, CALENDAR, 6)) == ["b", "c", "n", "a", "b", "c"]


def test_who_leaves_is_planned_no_more_and_keeps_the_past():
    past = Session(-1, date(2025, 12, 19), State.CLOSED, (Turn("b", 1),))
    members = tuple(replace(one, left_on=TODAY if one.code == "b" else None) for one in rota().members)

    found = rules.plan(rota(members=members, sessions=(past,)), TODAY, CALENDAR, 4)

    assert hosts(found) == ["a", "c", "a", "c"]


def test_a_promise_that_cannot_be_kept_falls_away_and_is_made_up():
    promised = Session(0, date(2026, 2, 20), hosts=(Turn("c", 1, bound=True),))
    county = rota(sessions=(promised,), bars=(Bar(date(2026, 2, 1), date(2026, 2, 28), "失火", "c"),))

    assert hosts(rules.plan(county, TODAY, CALENDAR, 3)) == ["a", "b", "c"]


def test_two_host_together():
    assert hosts(rules.plan(rota("abcd", at_once=2), TODAY, CALENDAR, 3)) == ["ab", "cd", "ab"]


def test_only_volunteers_host_where_that_is_so():
    members = tuple(replace(one, willing=one.code != "b") for one in rota().members)

    assert hosts(rules.plan(rota(members=members, volunteers_only=True), TODAY, CALENDAR, 3)) == [
        "a",
        "c",
        "a",
    ]


def test_a_duty_without_hosts_has_days_alone():
    monthly = Rota(Rhythm(date(2026, 1, 1), 1, 1, 2, 1), (), at_once=0)

    found = rules.plan(monthly, TODAY, CALENDAR, 4)

    # The second Tuesday of January is too near to tell anybody.
    assert [one.on for one in found] == [
        date(2026, 1, 26),
        date(2026, 2, 10),
        date(2026, 3, 10),
        date(2026, 4, 14),
    ]


def test_a_pinned_day_stays_though_nobody_works():
    sunday = Session(0, date(2026, 2, 22), pinned=True)

    assert rules.plan(rota(sessions=(sunday,)), TODAY, CALENDAR, 1)[0].on == date(2026, 2, 22)


def test_a_day_that_was_given_stays_while_it_is_free():
    given = Session(0, date(2026, 2, 12))
    closed = (Bar(date(2026, 2, 12), date(2026, 2, 12), "全县大会"),)

    assert rules.plan(rota(sessions=(given,)), TODAY, CALENDAR, 1)[0].on == date(2026, 2, 12)
    assert rules.plan(rota(sessions=(given,), bars=closed), TODAY, CALENDAR, 1)[0].on == date(2026, 2, 20)


def test_a_change_names_each_enterprise_that_it_moves_once():
    before = rules.plan(rota(), TODAY, CALENDAR, 6)
    after = rules.plan(
        rota(members=tuple(one for one in rota().members if one.code != "a")), TODAY, CALENDAR, 6
    )

    found = rules.moved(before, after, TODAY)

    assert [one.code for one in found] == ["a", "b", "c"]
    assert found[0].after == ()


def test_everybody_has_a_place():
    found = rules.places(rota(), TODAY, CALENDAR)

    assert [(found[code].place, found[code].on.year) for code in "abc"] == [(1, 2026), (2, 2026), (3, 2026)]


def test_fairness_tells_times_and_last_and_waiting():
    past = Session(-1, date(2025, 12, 19), State.CLOSED, (Turn("b", 1),))

    found = rules.fairness(rota(sessions=(past,)), TODAY)

    assert [(one.times, one.last_on, one.overdue) for one in found] == [
        (0, None, False),
        (1, date(2025, 12, 19), False),
        (0, None, False),
    ]
    assert found[1].waited_months == 1
