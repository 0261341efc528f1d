"""Standard replies: which fit, what their placeholders become."""

from dataclasses import dataclass

import pytest

from chainhub.tickets import wording
from chainhub.tickets.workflow import TABLE, Action


@dataclass
class Said:
    action: Action
    category_code: str | None
    name: str = ""


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{编号}已派{单位}", "EQ-2026-00001已派县供电公司"),
        ("{到期}前答复", "＿＿前答复"),
        ("没有空的", "没有空的"),
        ("{别的}留着", "＿＿留着"),
        ("{}{编号}", "＿＿EQ-2026-00001"),
    ],
)
def test_placeholders_are_filled_and_what_is_not_known_is_left_open(text, filled):
    values = {"编号": "EQ-2026-00001", "单位": "县供电公司", "到期": "", "别的": "", "": ""}

    assert wording.fill(text, values) == filled


def test_a_placeholder_that_nobody_can_fill_is_named():
    assert wording.unknown_places("{编号}{电话}{}") == ["{电话}", "{}"]
    assert wording.unknown_places("".join(f"{{{one}}}" for one in wording.PLACES)) == []


def test_what_fits_best_comes_first_and_other_categories_do_not_come():
    general = Said(Action.PROGRESS, None)
    exact, above = Said(Action.PROGRESS, "energy_power"), Said(Action.PROGRESS, "energy")
    others = [Said(Action.PROGRESS, "land"), Said(Action.RESOLVE, None)]

    found = wording.fitting([general, *others, above, exact], Action.PROGRESS, ["energy_power", "energy"])

    assert found == [exact, above, general]
    assert wording.fitting([general, exact], Action.PROGRESS, []) == [general]


def test_every_verb_with_replies_has_the_field_they_go_into():
    for action, name in wording.FIELDS.items():
        assert any(row.action is action and name in row.fields for row in TABLE), action


def test_what_was_typed_is_never_taken_away():
    assert wording.joined("", "好") == "好"
    assert wording.joined("已到现场 ", "好") == "已到现场\n好"
