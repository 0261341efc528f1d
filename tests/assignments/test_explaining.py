"""Why a plan is as it is, in words: cases that can be checked by hand."""

from dataclasses import replace

from chainhub.assignments.explaining import Told
from chainhub.assignments.rules import Facts, Firm, Guide, Profile
from chainhub.assignments.solving import solve
from tests.assignments.cases import county

A = Guide(1, "邵乐言", "u", "南站", frozenset({"装备"}), frozenset({"数控"}))
B = Guide(2, "裴时雨", "", "中都", frozenset({"装备"}), wishes=("f0",))


def _told(facts: Facts, profile: Profile = Profile.STEADY) -> Told:
    return Told(facts, solve(facts, profile), profile)


def test_a_pair_says_why_and_what_the_next_best_would_cost():
    firm = Firm("f0", "栎川轴套", "装备", "中都", wishes=(2,))

    reasons = _told(Facts((firm,), (A, B))).reasons("f0")

    assert reasons.tags == ("新配", "双方都选了", "行业对口", "同在中都")
    assert reasons.parts == (("企业志愿", -45), ("指导员志愿", -45))
    assert reasons.points == -90
    assert reasons.sentence == "裴时雨一共带 1 家。"
    assert reasons.other.guide == 1
    assert reasons.other.words == "邵乐言：多 110 分。"


def test_a_conflict_says_which_unit_and_a_change_says_why():
    firm = Firm("f0", "沐樾液压", "装备", "南站", current=1)
    facts = Facts((firm,), (A, B), {("u", "f0"): "发它的排污许可"}, units={"u": "生态环境分局"})

    reasons = _told(facts).reasons("f0")

    assert reasons.tags[0] == "回避"
    assert "邵乐言要回避：生态环境分局发它的排污许可" in reasons.sentence


def test_who_stays_whose_term_is_over_and_who_was_locked_are_told_apart():
    firm = Firm("f0", "企业", "装备", "南站", current=1)

    assert _told(Facts((firm,), (A,))).reasons("f0").tags[0] == "沿用"
    assert _told(Facts((replace(firm, expired=True),), (A,))).reasons("f0").tags[0] == "续任"
    assert _told(Facts((firm,), (A, B), pins={"f0": 2})).reasons("f0").tags[0] == "已锁定"
    assert _told(Facts((replace(firm, current=9),), (A,))).reasons("f0").tags[0] == "原指导员离任"


def test_the_parts_of_every_pair_add_up_to_its_points():
    facts = county(4, 40, 15, settled=True)
    told = _told(facts, Profile.EVEN)

    for code in told.found.pairs:
        reasons = told.reasons(code)
        assert sum(points for _, points in reasons.parts) == reasons.points


def test_loads_before_and_after_add_up():
    facts = county(6, 40, 15, settled=True)
    loads = _told(facts, Profile.EVEN).loads()

    assert sum(one.after for one in loads) == 40
    assert sum(one.before for one in loads) == sum(one.current is not None for one in facts.firms)
    assert all(one.kept <= min(one.before, one.after) for one in loads)


def test_who_is_left_without_is_named_with_what_would_help():
    firms = tuple(Firm(f"f{one}", f"企业{one}") for one in range(4))
    few = Guide(1, "甲", capacity=2)
    other = Guide(2, "乙", capacity=5)
    bans = {("f0", 2): "", ("f1", 2): "", ("f2", 2): ""}

    unmet = _told(Facts(firms, (few, other), bans=bans)).unmet()

    assert len(unmet) == 1
    assert unmet[0].what.endswith("没有指导员")
    assert "这 3 家只能由甲来带，一共带得了 2 家，还差 1 家" in unmet[0].why


def test_who_may_have_nobody_at_all_is_told_why():
    facts = Facts((Firm("f0", "企业"),), (A, replace(B, capacity=0)), bans={("f0", 1): "亲属"})

    why = _told(facts).unmet()[0].why

    assert "2 名指导员都不能带它" in why
    assert "已定不配" in why


def test_wishes_and_lines_that_are_passed_are_listed():
    firms = tuple(Firm(f"f{one}", f"企业{one}", "装备", "南站", current=1) for one in range(4))
    firms = (replace(firms[0], wishes=(2,)), *firms[1:])
    facts = Facts(firms, (replace(A, capacity=5), replace(B, wishes=("f3",))))

    said = {one.what: one.why for one in _told(facts).unmet()}

    assert "照办就要多动 1 对" in said["企业0想要裴时雨"]
    assert "裴时雨想带企业3" in said
    assert "还有人手上不到 3 家" in said["邵乐言过 3 家"]


def test_a_lock_that_a_rule_forbids_is_refused_in_words():
    facts = Facts((Firm("f0", "企业"),), (A, B), bans={("f0", 1): "亲属"}, pins={"f0": 1})

    told = _told(facts)

    assert told.found.pairs == {"f0": 2}
    assert told.unmet()[0].what == "企业的锁定没有照办"
    assert "已定不配（亲属）" in told.unmet()[0].why
