"""QR codes: a code that a reader is known to take, the parts every code has, and the drawing."""

import hashlib
import re

import pytest

from chainhub.documents import qr

# As another program draws it, and a reader reads it.
KNOWN = """
#######.......#######
#.....#..####.#.....#
#.###.#.#####.#.###.#
#.###.#.#.#.#.#.###.#
#.###.#.#.###.#.###.#
#.....#.###.#.#.....#
#######.#.#.#.#######
........#.###........
#.#####..##.#.#####..
.##.#...###.######.##
.###.##..###.####.#.#
.#.#.#........##.....
###.#.######...##.##.
........#...#.###.#.#
#######..#..##..#####
#.....#.#.#..#####...
#.###.#.#...#.###..##
#.###.#.#.#.##...##..
#.###.#.#.....###.#..
#.....#....##.##.....
#######.#.#.######.#.
"""
DIGESTS = (
    (40, "fe2734e685e27da7"),
    (110, "15b3e7c1d3438249"),
    (120, "7701ebbc6a53f6d1"),
    (150, "4930a47163608e78"),
    (180, "24e982880f300f75"),
    (213, "224ae36424de8af3"),
)
"""Of longer ones, which another program drew alike: so many characters, the first of the SHA-256 of their squares."""


def test_a_code_is_the_one_that_others_draw():
    assert ["".join(".#"[one] for one in line) for line in qr.encode("企业诉求")] == KNOWN.split()


@pytest.mark.parametrize(("length", "digest"), DIGESTS)
def test_longer_codes_are_those_that_others_draw(length, digest):
    text = ("http://192.0.2.1/report/" + "e_yanhe_chilun/" * 20)[:length]
    squares = "".join("01"[one] for line in qr.encode(text) for one in line)

    assert hashlib.sha256(squares.encode()).hexdigest().startswith(digest)


@pytest.mark.parametrize(("length", "size"), [(1, 21), (14, 21), (15, 25), (84, 37), (152, 49), (213, 57)])
def test_a_code_is_as_large_as_its_text_needs(length, size):
    squares = qr.encode("a" * length)

    assert len(squares) == size
    assert {len(line) for line in squares} == {size}


def test_a_text_that_is_too_long_is_refused():
    with pytest.raises(ValueError, match="214 bytes"):
        qr.encode("a" * 214)
    with pytest.raises(ValueError, match="216 bytes"):
        qr.encode("汶" * 72)


@pytest.mark.parametrize("length", [1, 40, 100, 213])
def test_every_code_has_its_three_finders_and_the_timing_between_them(length):
    squares = qr.encode("a" * length)
    size = len(squares)
    finder = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"]

    for top, left in ((0, 0), (0, size - 7), (size - 7, 0)):
        seen = ["".join("01"[squares[top + row][left + column]] for column in range(7)) for row in range(7)]
        assert seen == finder
    assert [squares[6][place] for place in range(8, size - 8)] == [
        place % 2 == 0 for place in range(8, size - 8)
    ]


def test_the_check_bytes_are_those_of_the_standards_example():
    """ISO/IEC 18004, annex I: 01234567 at 1-M has these data bytes, and these check bytes."""
    data = bytes.fromhex("10200c566180ec11ec11ec11ec11ec11")

    assert qr._check(data, 10).hex() == "a524d4c1ed36c7872c55"


def test_the_drawing_has_white_around_and_a_rectangle_a_run():
    squares = [[True, True, False], [False, True, False], [True, False, True]]

    assert qr.width(squares) == 11
    assert qr.path(squares) == "M4 4h2v1h-2zM5 5h1v1h-1zM4 6h1v1h-1zM6 6h1v1h-1z"
    assert re.fullmatch(
        r"(M\d+ \d+h\d+v1h-\d+z)+", qr.path(qr.encode("http://127.0.0.1/report/e_yanhe_chilun"))
    )
