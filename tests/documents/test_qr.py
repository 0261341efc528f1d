"""QR codes: that what is drawn is the code of the text, as large as it needs, and nothing but squares."""

import re
from xml.etree import ElementTree

import pytest
import segno

from chainhub.documents import qr

ADDRESS = "http://192.0.2.1/report/e_yanhe_chilun"


def _squares(drawing: str) -> set[tuple[int, int]]:
    """The black squares of a drawing, as one who follows its line meets them."""
    (line,) = (one.get("d") for one in ElementTree.fromstring(drawing).iter("path") if one.get("stroke"))
    found, column, row = set(), 0.0, 0.0
    for kind, said in re.findall(r"([Mmh])([-\d. ]+)", line):
        if kind == "h":
            found |= {(int(row), int(column) + step) for step in range(int(said))}
            column += int(said)
            continue
        right, down = (float(one) for one in said.split())
        column, row = (right, down) if kind == "M" else (column + right, row + down)
    return found


@pytest.mark.parametrize(
    "text", [ADDRESS, "企业诉求", ADDRESS + "a" * 400], ids=["address", "chinese", "long"]
)
def test_the_drawing_is_the_code_of_the_text_with_white_around(text):
    matrix = segno.make_qr(text, error="m", encoding="utf-8").matrix
    wanted = {
        (row + qr.QUIET, column + qr.QUIET)
        for row, line in enumerate(matrix)
        for column, black in enumerate(line)
        if black
    }

    drawing = qr.drawn(text)
    assert _squares(drawing) == wanted
    assert f'viewBox="0 0 {len(matrix) + 2 * qr.QUIET} {len(matrix) + 2 * qr.QUIET}"' in drawing


def test_a_text_is_not_written_into_its_drawing():
    assert "script" not in qr.drawn("<script>alert(1)</script>")


def test_a_text_that_is_too_long_is_refused():
    with pytest.raises(ValueError, match="too large"):
        qr.drawn("a" * 2332)
