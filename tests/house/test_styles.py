"""The style sheet is whole: what a merge left open would switch off everything below it, and no other test would see."""

import re
from pathlib import Path

import chainhub.web

SHEET = Path(chainhub.web.__file__).parent / "static" / "app.css"


def test_every_brace_of_the_style_sheet_is_closed_and_rules_stand_in_at_most_one_query():
    text = re.sub(
        r"/\*.*?\*/", lambda one: "\n" * one[0].count("\n"), SHEET.read_text(encoding="utf-8"), flags=re.S
    )
    depth, wrong = 0, []
    for number, line in enumerate(text.splitlines(), 1):
        for letter in line:
            depth += {"{": 1, "}": -1}.get(letter, 0)
            if not 0 <= depth <= 2:
                wrong.append(f"line {number}: {line.strip()}")
    assert (wrong[:3], depth) == ([], 0)
