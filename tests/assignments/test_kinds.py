"""The ratio rules of kinds, each refused in words."""

import pytest

from chainhub.assignments import kinds
from chainhub.assignments.kinds import Kind, Standing
from chainhub.assignments.terms import Ratio

LEAD = Kind("guide", "党建工作指导员", Ratio.ONE_LEAD, "指导员")
PAIR = Kind("pairing", "结对共建", Ratio.ONE_TO_ONE, "结对单位")
EACH = Kind("mentors", "双导师", Ratio.ONE_OF_EACH, "导师", slots=("思想导师", "业务导师"))


@pytest.mark.parametrize(
    ("kind", "new", "running", "said"),
    [
        (LEAD, Standing("f", "1"), [], ""),
        (LEAD, Standing("f", "2"), [Standing("f", "1")], "已经有一名牵头的指导员"),
        (LEAD, Standing("f", "2", lead=False), [Standing("f", "1")], ""),
        (LEAD, Standing("f", "1", lead=False), [Standing("f", "1")], "已经在册"),
        (LEAD, Standing("g", "1"), [Standing("f", "1")], ""),
        (PAIR, Standing("f", "局"), [Standing("f", "社区")], "一对一"),
        (PAIR, Standing("g", "社区"), [Standing("f", "社区")], "一对一"),
        (PAIR, Standing("g", "局"), [Standing("f", "社区")], ""),
        (EACH, Standing("f", "甲"), [], "请写明是哪一种：思想导师、业务导师"),
        (EACH, Standing("f", "甲", "思想导师"), [], ""),
        (EACH, Standing("f", "乙", "思想导师"), [Standing("f", "甲", "思想导师")], "已经有一名思想导师"),
        (EACH, Standing("f", "甲", "业务导师"), [Standing("f", "甲", "思想导师")], "不同的人"),
        (EACH, Standing("f", "乙", "业务导师"), [Standing("f", "甲", "思想导师")], ""),
    ],
)
def test_the_ratio_of_a_kind_says_who_may_not(kind, new, running, said):
    found = kinds.refused(kind, new, running)

    assert (said in found) if said else not found


def test_what_is_lacking_is_named():
    assert kinds.gaps(LEAD, "f", []) == ("指导员",)
    assert kinds.gaps(LEAD, "f", [Standing("f", "1")]) == ()
    assert kinds.gaps(EACH, "f", [Standing("f", "甲", "业务导师")]) == ("思想导师",)


def test_a_county_says_its_own_kinds_and_guides_stay():
    found = kinds.of({"cgo": {"label": "红色CGO", "ratio": "one_lead", "holder": "CGO"}})

    assert list(found) == ["guide", "cgo"]
    assert found["cgo"].ratio is Ratio.ONE_LEAD
    assert list(kinds.of(None))[0] == "guide"
