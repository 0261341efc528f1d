"""A short text as a QR code (ISO/IEC 18004): its squares, and a drawing of them. Pure.

Own code, because no library for it is among the locked packages. It does what an address needs: bytes, level M
(a seventh of it may be damaged), versions 1 to 10.
"""

from collections.abc import Callable, Iterator, Sequence

Squares = list[list[bool]]
QUIET = 4  # squares of white around a code, without which a reader may miss it

_BLOCKS: Sequence[tuple[int, int, int]] = (  # level M: check bytes a block, blocks, data bytes in all
    (10, 1, 16),
    (16, 1, 28),
    (26, 1, 44),
    (18, 2, 64),
    (24, 2, 86),
    (16, 4, 108),
    (18, 4, 124),
    (22, 4, 154),
    (22, 5, 182),
    (26, 5, 216),
)
_MIDDLES: Sequence[Sequence[int]] = (  # where the small squares of alignment are centred
    (),
    (6, 18),
    (6, 22),
    (6, 26),
    (6, 30),
    (6, 34),
    (6, 22, 38),
    (6, 24, 42),
    (6, 26, 46),
    (6, 28, 50),
)
_MASKS: Sequence[Callable[[int, int], bool]] = (
    lambda row, column: (row + column) % 2 == 0,
    lambda row, _: row % 2 == 0,
    lambda _, column: column % 3 == 0,
    lambda row, column: (row + column) % 3 == 0,
    lambda row, column: (row // 2 + column // 3) % 2 == 0,
    lambda row, column: row * column % 2 + row * column % 3 == 0,
    lambda row, column: (row * column % 2 + row * column % 3) % 2 == 0,
    lambda row, column: ((row + column) % 2 + row * column % 3) % 2 == 0,
)
_LIKE_A_FINDER = ("10111010000", "00001011101")


def encode(text: str) -> Squares:
    """Return the squares of a code, true for black. Raises ValueError for more than 213 bytes."""
    content = text.encode()
    version = next(
        (place for place, (_, _, room) in enumerate(_BLOCKS, 1) if _bits(place, content) <= room * 8), 0
    )
    if not version:
        raise ValueError(f"{len(content)} bytes are too many for a code that is read from paper")
    bits = _interleaved(_data(version, content), version)
    drawn = [_masked(version, bits, mask) for mask in range(len(_MASKS))]
    return min(drawn, key=_penalty)


def path(squares: Squares) -> str:
    """Return the black squares as the path of an SVG whose unit is one square: a rectangle a run, white left around."""
    runs = []
    for row, line in enumerate(squares):
        column = 0
        while column < len(line):
            until = column
            while until < len(line) and line[until]:
                until += 1
            if until > column:
                runs.append(f"M{column + QUIET} {row + QUIET}h{until - column}v1h-{until - column}z")
            column = until + 1
    return "".join(runs)


def width(squares: Squares) -> int:
    """Return how many squares wide the drawing is, with the white around it."""
    return len(squares) + 2 * QUIET


# Bytes


def _bits(version: int, content: bytes) -> int:
    return 4 + (8 if version < 10 else 16) + 8 * len(content)


def _data(version: int, content: bytes) -> bytes:
    """Return the data bytes: mode, length, content, end, and padding by turns."""
    room = _BLOCKS[version - 1][2]
    length = 8 if version < 10 else 16
    bits = f"0100{len(content):0{length}b}" + "".join(f"{one:08b}" for one in content)
    bits += "0" * min(4, room * 8 - len(bits))
    bits += "0" * (-len(bits) % 8)
    made = bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8))
    return made + bytes((0xEC, 0x11)[place % 2] for place in range(room - len(made)))


def _interleaved(data: bytes, version: int) -> str:
    """Return data and check bytes as bits, the blocks shuffled into each other so that one stain harms each a little."""
    checks, count, room = _BLOCKS[version - 1]
    short = room // count
    longer = room % count  # so many of the last blocks hold one byte more
    blocks, at = [], 0
    for place in range(count):
        size = short + (place >= count - longer)
        blocks.append(data[at : at + size])
        at += size
    checked = [_check(block, checks) for block in blocks]
    mixed = [block[place] for place in range(short + 1) for block in blocks if place < len(block)]
    mixed += [block[place] for place in range(checks) for block in checked]
    return "".join(f"{one:08b}" for one in mixed)


def _powers() -> tuple[list[int], list[int]]:
    power, log, value = [0] * 255, [0] * 256, 1
    for exponent in range(255):
        power[exponent], log[value] = value, exponent
        value = value << 1 ^ (0x11D if value & 0x80 else 0)
    return power, log


_POWER, _LOG = _powers()  # of the field of 256 in which the check bytes are reckoned


def _times(one: int, other: int) -> int:
    return _POWER[(_LOG[one] + _LOG[other]) % 255] if one and other else 0


def _check(block: bytes, count: int) -> bytes:
    """Return the check bytes of a block: what is left when it is divided by the generator (Reed and Solomon)."""
    generator = [1]
    for exponent in range(count):
        grown = [*generator, 0]
        for place, factor in enumerate(generator):
            grown[place + 1] ^= _times(factor, _POWER[exponent])
        generator = grown
    rest = [*block, *([0] * count)]
    for place in range(len(block)):
        lead = rest[place]
        for behind, factor in enumerate(generator):
            rest[place + behind] ^= _times(factor, lead)
    return bytes(rest[-count:])


# Squares


def _masked(version: int, bits: str, mask: int) -> Squares:
    size = 17 + 4 * version
    fixed = _fixed(version, mask)
    squares = [[fixed.get((row, column), False) for column in range(size)] for row in range(size)]
    stream = iter(bits)
    for row, column in _way(size):
        if (row, column) not in fixed:
            black = next(stream, "0") == "1"
            squares[row][column] = black ^ _MASKS[mask](row, column)
    return squares


def _way(size: int) -> Iterator[tuple[int, int]]:
    """Go through the squares as the content does: two columns at once from the right, up and down by turns."""
    up = True
    for right in [*range(size - 1, 6, -2), 5, 3, 1]:
        for step in range(size):
            row = size - 1 - step if up else step
            yield row, right
            yield row, right - 1
        up = not up


def _fixed(version: int, mask: int) -> dict[tuple[int, int], bool]:
    """Return the squares that are no content: finders, timing, alignment, format and version."""
    size = 17 + 4 * version
    found: dict[tuple[int, int], bool] = {}
    for top, left in ((0, 0), (0, size - 7), (size - 7, 0)):
        for row in range(-1, 8):
            for column in range(-1, 8):
                if 0 <= top + row < size and 0 <= left + column < size:
                    ring = max(abs(row - 3), abs(column - 3))
                    found[top + row, left + column] = ring not in (2, 4)
    for place in range(8, size - 8):
        found[6, place] = found[place, 6] = place % 2 == 0
    middles = _MIDDLES[version - 1]
    corners = {(6, 6), (6, size - 7), (size - 7, 6)}
    for middle in ((row, column) for row in middles for column in middles if (row, column) not in corners):
        for row in range(-2, 3):
            for column in range(-2, 3):
                found[middle[0] + row, middle[1] + column] = max(abs(row), abs(column)) != 1
    found |= _format(size, mask)
    found[size - 8, 8] = True
    return found | (_version(size, version) if version >= 7 else {})


def _format(size: int, mask: int) -> dict[tuple[int, int], bool]:
    word = _with_rest(mask, 5, 10, 0b10100110111) ^ 0b101010000010010  # level M is 00
    bits = [bool(word >> place & 1) for place in range(15)]  # the lowest first
    around = [(row, 8) for row in (0, 1, 2, 3, 4, 5, 7, 8)] + [
        (8, column) for column in (7, 5, 4, 3, 2, 1, 0)
    ]
    along = [(8, size - 1 - place) for place in range(8)] + [(size - 7 + place, 8) for place in range(7)]
    return {**dict(zip(around, bits, strict=True)), **dict(zip(along, bits, strict=True))}


def _version(size: int, version: int) -> dict[tuple[int, int], bool]:
    word = _with_rest(version, 6, 12, 0b1111100100101)
    found = {}
    for place in range(18):
        row, column = place // 3, size - 11 + place % 3
        found[row, column] = found[column, row] = bool(word >> place & 1)
    return found


def _with_rest(value: int, width_: int, rest: int, divisor: int) -> int:
    """Return a value with the bits that let a reader mend it (BCH)."""
    left = value << rest
    for place in range(width_ - 1, -1, -1):
        if left >> (place + rest) & 1:
            left ^= divisor << place
    return value << rest | left


def _penalty(squares: Squares) -> int:
    """Return how hard a code is to read: runs, blocks, what looks like a finder, and too much of one colour."""
    size = len(squares)
    lines = ["".join("1" if one else "0" for one in line) for line in (*squares, *zip(*squares, strict=True))]
    points = 0
    for line in lines:
        for run in line.replace("01", "0 1").replace("10", "1 0").split():
            points += len(run) - 2 if len(run) >= 5 else 0
        points += 40 * sum(line.startswith(one, at) for one in _LIKE_A_FINDER for at in range(size - 10))
    for row in range(size - 1):
        for column in range(size - 1):
            four = {squares[row + down][column + right] for down in (0, 1) for right in (0, 1)}
            points += 3 if len(four) == 1 else 0
    black = sum(map(sum, squares))
    return points + 10 * (abs(black * 20 - size * size * 10) // (size * size))
