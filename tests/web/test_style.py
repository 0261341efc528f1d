"""The style sheet holds together: a block that a merge left open swallows everything behind it."""

import re
from pathlib import Path

STYLE = Path(__file__).resolve().parents[2] / "chainhub/web/static/app.css"


def test_every_block_is_closed_before_the_next_section_begins():
    depth, open_ = 0, []
    for number, line in enumerate(STYLE.read_text(encoding="utf-8").splitlines(), start=1):
        if depth and re.match(r"/\* ----", line):
            open_.append(f"line {number}: {line}")
        depth += line.count("{") - line.count("}")

    assert open_ == []
    assert depth == 0
