"""What a pair may be and costs, and the weights: cases that can be checked by hand."""

from dataclasses import replace

import pytest

from chainhub.assignments import rules
from chainhub.assignments.rules import Facts, Firm, Guide, Part, Profile, Worth

FIRM = Firm("f", "砚禾齿轮", "装备", "南站", needs=frozenset({"数控"}), wishes=(1,))
GUIDE = Guide(1, "裴时雨", "u", "南站", frozenset({"装备"}), frozenset({"数控"}), wishes=("x", "f"))


def _cost(firm: Firm, guide: Guide) -> dict[Part, int]:
    return {part: cost for part, cost in zip(Part, rules.parts(firm, guide), strict=True) if cost}


def test_what_fits_costs_nothing_and_wishes_of_both_sides_save():
    assert _cost(FIRM, GUIDE) == {Part.FIRM_WISH: -45, Part.GUIDE_WISH: -30}


def test_what_does_not_fit_costs_part_by_part():
    other = Guide(2, "简沐风", "u", "中都", frozenset({"化工"}))

    assert _cost(FIRM, other) == {Part.INDUSTRY: 40, Part.SKILL: 20, Part.TOWN: 20}
    assert _cost(FIRM, replace(other, town=""))[Part.TOWN] == 10


@pytest.mark.parametrize(
    ("scale", "organised", "said", "found"),
    [
        ("large", True, None, 3),
        ("large", False, None, 3),
        ("medium", True, None, 2),
        ("small", True, None, 1),
        ("micro", False, None, 2),
        ("large", True, 1, 1),
        ("small", True, 9, 3),
    ],
)
def test_the_weight_of_an_enterprise(scale, organised, said, found):
    assert rules.weight(scale, organised=organised, said=said) == found


def test_a_capacity_is_what_is_set_less_what_is_taken_off_and_never_above_five():
    assert rules.capacity(3, ()) == 3
    assert rules.capacity(9, ()) == 5
    assert rules.capacity(9, (2,)) == 3
    assert rules.capacity(3, (2, 2)) == 0


def test_a_heavy_enterprise_beside_a_heavy_one_costs_most():
    assert rules.load([]) == 0
    assert rules.load([3]) == 0
    assert rules.load([3, 1]) == rules.load([1, 3]) == 10
    assert rules.load([3, 3]) + rules.load([1, 1]) > 2 * rules.load([3, 1])


def test_each_further_enterprise_costs_more_than_the_one_before():
    steps = [rules.LOAD[place + 1] - rules.LOAD[place] for place in range(len(rules.LOAD) - 1)]

    assert all(step > 0 for step in steps)
    assert list(rules.LOAD) == sorted(rules.LOAD)
    assert len(rules.LOAD) == rules.REFUSE_ABOVE


def test_a_ban_a_conflict_and_no_capacity_forbid_a_pair_each_in_words():
    facts = Facts((FIRM,), (GUIDE,), {("u", "f"): "发它的排污许可"}, units={"u": "生态环境局"})
    assert rules.barred(FIRM, GUIDE, facts) == "要回避：生态环境局发它的排污许可"
    assert rules.barred(FIRM, GUIDE, replace(facts, conflicts={})) == ""
    assert rules.barred(FIRM, GUIDE, replace(facts, bans={("f", 1): "亲属"})) == "已定不配（亲属）"
    away = replace(GUIDE, capacity=0, why_less="脱产学习到 6月30日")
    assert rules.barred(FIRM, away, replace(facts, conflicts={})) == "脱产学习到 6月30日"


def test_a_change_counts_while_a_term_runs_and_not_after_it():
    assert rules.changes(replace(FIRM, current=2), 1)
    assert not rules.changes(replace(FIRM, current=1), 1)
    assert not rules.changes(replace(FIRM, current=2, expired=True), 1)
    assert not rules.changes(FIRM, 1)


def test_what_a_plan_is_worth_puts_who_is_left_without_first_then_change_then_points():
    facts = Facts((replace(FIRM, current=2),), (GUIDE, Guide(2, "简沐风", industries=frozenset({"装备"}))))

    assert rules.worth(facts, {}, Profile.STEADY) == Worth(1, 0, 0)
    assert rules.worth(facts, {"f": 1}, Profile.STEADY) == Worth(0, 1, -75)
    assert rules.worth(facts, {"f": 1}, Profile.EVEN) == Worth(0, 0, -15)


def test_a_plan_that_breaks_a_hard_rule_is_told_so():
    many = tuple(Firm(f"f{one}", f"企业{one}") for one in range(3))
    facts = Facts(many, (replace(GUIDE, capacity=2),), bans={("f0", 1): ""})

    said = rules.broken(facts, {"f0": 1, "f1": 1, "f2": 1, "nobody": 7})

    assert said == [
        "企业0不能由裴时雨来带：已定不配。",
        "nobody或者指导员不在名单里。",
        "裴时雨最多带 2 家，方案里有 3 家。",
    ]
