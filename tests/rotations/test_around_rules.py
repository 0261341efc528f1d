"""What is typed around a session, and how ratings are summed up: rules without a database."""

import pytest

from chainhub.rotations.around import rules
from chainhub.rotations.around.rules import Policy
from chainhub.rotations.around.terms import Grade, Side


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("用电措施", [Policy("用电措施")]),
        (
            "关于用电的若干措施（某政发〔2026〕3号）\n\n技改办法 (某工信〔2025〕9号) ",
            [Policy("关于用电的若干措施", "某政发〔2026〕3号"), Policy("技改办法", "某工信〔2025〕9号")],
        ),
        ("措施（试行）全文", [Policy("措施（试行）全文")]),
        ("措施（试行）（某政发〔2026〕3号）", [Policy("措施（试行）", "某政发〔2026〕3号")]),
    ],
)
def test_policies_are_read_one_a_line(text, found):
    assert rules.policies(text) == found
    assert rules.policies(rules.policies_text(found)) == found


@pytest.mark.parametrize(
    ("line", "name", "body", "is_taken"),
    [
        ("王小测 某某齿轮", "王小测", "某某齿轮", True),
        ("王小测，某某齿轮 有限公司", "王小测", "某某齿轮 有限公司", True),
        ("王小测\t某某齿轮", "王小测", "某某齿轮", True),
        ("王小测", "王小测", "", False),
        ("长" * 41 + " 某某齿轮", "长" * 40, "某某齿轮", False),
    ],
)
def test_people_are_read_one_a_line(line, name, body, is_taken):
    (found,) = rules.people(f"\n{line}\n\n")

    assert (found.line, found.name, found.body, not found.wrong) == (1, name, body, is_taken)


def test_one_person_is_one_however_it_is_spaced():
    assert rules.person_key("王小测", "某某齿轮") == rules.person_key(" 王 小测", "某某 齿轮")
    assert rules.person_key("Ａb", "C") == rules.person_key("aB", "ｃ")
    assert rules.person_key("王小测", "某某齿轮") != rules.person_key("王小测", "某某轴承")


@pytest.mark.parametrize(
    ("said", "is_one"),
    [("14:00", True), ("00:00", True), ("24:00", False), ("9:00", False), ("١٤:٠٠", False)],
)
def test_a_time_of_the_day(said, is_one):
    assert rules.is_clock(said) is is_one


def test_ratings_are_shown_with_their_number_and_none_is_a_dash():
    assert [one.words for one in rules.verdicts([])] == ["—"] * 3

    good = dict.fromkeys(Side, Grade.GOOD)
    found = rules.verdicts([good, good, {**good, Side.TALK: Grade.POOR}])

    assert [one.words for one in found] == [
        "好 3，一般 0，不好 0（n=3）",
        "好 2，一般 0，不好 1（n=3）",
        "好 3，一般 0，不好 0（n=3）",
    ]
