"""What is said by several: texts grouped by what they are about, each group with the words its texts share. Pure.

A text is the pairs of its neighbouring characters, weighed by how rare they are among all (TF-IDF); two texts are as
like as the cosine between them. Groups grow from the likest pair on, and two of them join while their texts are alike
on average: no chain of half-likenesses makes one group of everything. Figures and bounds: docs/hot-issues.md.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from chainhub.finding.likeness import FILLER_PAIRS
from chainhub.finding.rules import runs

READ_MOST = 300  # characters of a text that are looked at: what is the matter is said first
TITLE_WEIGHT = 5.0  # a pair in the title counts as so many in the text
TERMS_MOST = 60  # pairs of a text that are kept, the weightiest
COMMON = 0.5  # of all texts: a pair that more of them hold tells nothing apart
COMMON_LEAST = 100  # texts; among few, half is soon reached
IMAGINED = 200  # texts of other matters that are thought beside the given: among few, nothing looks rare
FLOOR = 0.06  # likeness below which two texts are not looked at together
NEIGHBOURS = 20  # likest texts of each that are looked at
TOGETHER = 0.075  # mean likeness from which on two groups are one
ALONE = 0.15  # likeness from which on two texts are a group at all
TWIN = 0.5  # from which on two texts are nearly the same
COPY = 0.8  # from which on one is little more than a copy of the other
WORDS_MOST = 5  # that explain a group
WORD_MOST = 7  # characters of such a word
EXPLAINED_BY = 20  # texts of a group that its words are taken from, the most typical
_CHUNK = 512  # rows that are multiplied at once
_PIECES = re.compile(
    r"[a-z0-9]{2,}|[^\x00-\x7f的了是在我们你他她它这那有和与及就都也不要把被让给对从到于而且等吗吧呢啊着过地得很会能为之以将向请个又再还没几每老]{2,}"
)
"""What may be a word: Latin and digits, or ideographs between small words."""


@dataclass(frozen=True, slots=True)
class Matter:
    """One text: what somebody wrote, and the id under which it is known."""

    id: int
    title: str
    content: str


@dataclass(frozen=True, slots=True)
class Member:
    """A text of a group: how typical it is of it (0 to 1), whether another says nearly the same, which words it holds."""

    id: int
    score: float
    is_twin: bool
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """Texts about the same matter, the most typical first, and the words that at least half of them share."""

    words: tuple[str, ...]
    members: tuple[Member, ...]


Pair = tuple[int, int]
"""Two ids that a person has said are not about the same."""


def topics(
    matters: Sequence[Matter], apart: Collection[Pair] = (), names: Collection[str] = ()
) -> list[Topic]:
    """Return the groups of two and more, the largest first; `names` (of enterprises) explain none of them.

    The cost follows the number of texts handed in: some seconds for 20,000.
    """
    space = _Space([_weighed(one) for one in matters])
    place_of = {one.id: place for place, one in enumerate(matters)}
    kept_apart: dict[int, set[int]] = defaultdict(set)
    for one, other in apart:
        if one in place_of and other in place_of:
            kept_apart[place_of[one]].add(place_of[other])
            kept_apart[place_of[other]].add(place_of[one])
    edges = space.edges()
    twins = {place for like, one, other in edges if like >= TWIN for place in (one, other)}
    found = []
    for group in _grown(space, edges, kept_apart):
        typical = sorted(group.places, key=lambda place: (-space.typical(place, group), place))
        words = _words([matters[place] for place in typical[:EXPLAINED_BY]], space, names)
        members = tuple(
            Member(
                matters[place].id,
                round(space.typical(place, group), 4),
                place in twins,
                _held(matters[place], words),
            )
            for place in typical
        )
        found.append(Topic(words, members))
    return sorted(found, key=lambda one: (-len(one.members), one.members[0].id))


def copies(matters: Sequence[Matter], least: float = COPY) -> list[int]:
    """Return for each text the place of the first of which it is little more than a copy, its own where there is none."""
    space = _Space([_weighed(one) for one in matters])
    first = list(range(len(matters)))

    def _root(place: int) -> int:
        while first[place] != place:
            first[place] = first[first[place]]
            place = first[place]
        return place

    for like, one, other in space.edges():
        if like >= least:
            low, high = sorted((_root(one), _root(other)))
            first[high] = low
    return [_root(place) for place in range(len(matters))]


def _pairs(text: str) -> Iterator[str]:
    for run in runs(text):
        for one, other in pairwise(run):
            if one + other not in FILLER_PAIRS:
                yield one + other


def _weighed(matter: Matter) -> dict[str, float]:
    """Return how much a text speaks of each pair, before it is known how rare the pair is."""
    said: dict[str, float] = dict(Counter(_pairs(matter.content[:READ_MOST])))
    for pair in _pairs(matter.title[:READ_MOST]):
        said[pair] = said.get(pair, 0.0) + TITLE_WEIGHT
    return {pair: 1.0 + math.log(max(times, 1.0)) for pair, times in said.items()}


class _Space:
    """All texts as rows of a sparse matrix, each of length one."""

    def __init__(self, said: Sequence[Mapping[str, float]]) -> None:
        held = Counter(pair for one in said for pair in one)
        most = max(COMMON_LEAST, COMMON * len(said))
        known = len(said) + IMAGINED
        self.rarity = {pair: math.log(1 + known / times) for pair, times in held.items() if 1 < times <= most}
        alone = math.log(1 + known)  # what nobody else says makes a text less like any other
        column = {pair: place for place, pair in enumerate(self.rarity)}
        self.rows: list[dict[int, float]] = []
        for one in said:
            weights = [
                (weight * self.rarity[pair], column[pair])
                for pair, weight in one.items()
                if pair in self.rarity
            ]
            weights.sort(key=lambda weighed: (-weighed[0], weighed[1]))
            kept = weights[:TERMS_MOST]
            own = sum((weight * alone) ** 2 for pair, weight in one.items() if held[pair] == 1)
            length = math.sqrt(own + sum(weight * weight for weight, _ in weights)) or 1.0
            self.rows.append({place: weight / length for weight, place in kept})
        self.width = len(column)

    def edges(self) -> list[tuple[float, int, int]]:
        """Return pairs of texts with their likeness, the likest first: each text's nearest, none below the floor."""
        if not self.rows or not self.width:
            return []
        import numpy as np  # a web process that groups nothing need not carry it
        from scipy import sparse  # type: ignore[import-untyped]  # ships no types

        starts = np.cumsum([0, *(len(row) for row in self.rows)])
        columns = np.fromiter((place for row in self.rows for place in row), np.int32, starts[-1])
        weights = np.fromiter(
            (weight for row in self.rows for weight in row.values()), np.float32, starts[-1]
        )
        matrix = sparse.csr_array((weights, columns, starts), shape=(len(self.rows), self.width))
        turned = matrix.T.tocsr()
        found: set[tuple[float, int, int]] = set()
        for start in range(0, len(self.rows), _CHUNK):
            like = (matrix[start : start + _CHUNK] @ turned).tocsr()
            found.update(_nearest(like, start))
        return sorted(found, key=lambda edge: (-edge[0], edge[1], edge[2]))

    def typical(self, place: int, group: "_Group") -> float:
        """Return how typical a text is of its group: its likeness to the middle of it."""
        row = self.rows[place]
        return sum(weight * group.sum[column] for column, weight in row.items()) / group.length


def _nearest(like: Any, start: int) -> Iterator[tuple[float, int, int]]:
    for row in range(like.shape[0]):
        span = slice(like.indptr[row], like.indptr[row + 1])
        values, others = like.data[span], like.indices[span]
        keep = (values >= FLOOR) & (others != start + row)
        values, others = values[keep], others[keep]
        if len(values) > NEIGHBOURS:
            best = (-values).argpartition(NEIGHBOURS)[:NEIGHBOURS]
            values, others = values[best], others[best]
        for value, other in zip(values.tolist(), others.tolist(), strict=True):
            low, high = sorted((start + row, other))
            yield round(value, 4), low, high


class _Group:
    """Texts that are together so far, and the sum of their rows: their mean likeness to others follows from it."""

    def __init__(self, place: int, row: Mapping[int, float]) -> None:
        self.places = [place]
        self.sum: defaultdict[int, float] = defaultdict(float, row)
        self.apart: set[int] = set()

    @property
    def length(self) -> float:
        return math.sqrt(sum(weight * weight for weight in self.sum.values())) or 1.0

    def mean_likeness(self, other: "_Group") -> float:
        """Return the mean likeness over all pairs of the two groups: exact, without looking at the pairs."""
        small, large = (self.sum, other.sum) if len(self.sum) < len(other.sum) else (other.sum, self.sum)
        both = sum(weight * large[column] for column, weight in small.items() if column in large)
        return both / (len(self.places) * len(other.places))

    def take(self, other: "_Group") -> None:
        for column, weight in other.sum.items():
            self.sum[column] += weight
        self.places += other.places
        self.apart |= other.apart


def _grown(
    space: _Space, edges: Sequence[tuple[float, int, int]], apart: Mapping[int, set[int]]
) -> list[_Group]:
    groups: dict[int, _Group] = {}
    for _ in range(2):  # what was refused early may fit once the two have grown
        for like, one, other in edges:
            for place in (one, other):
                if place not in groups:
                    groups[place] = _Group(place, space.rows[place])
                    groups[place].apart = set(apart.get(place, ()))
            mine, theirs = groups[one], groups[other]
            if mine is theirs or like < _demanded(mine, theirs) or mine.mean_likeness(theirs) < TOGETHER:
                continue
            large, small = (mine, theirs) if len(mine.places) >= len(theirs.places) else (theirs, mine)
            if large.apart.intersection(small.places):
                continue
            large.take(small)
            for place in small.places:
                groups[place] = large
    unique = {id(group): group for group in groups.values() if len(group.places) > 1}
    return list(unique.values())


def _demanded(mine: _Group, theirs: _Group) -> float:
    """Return how like the two texts must be by which groups meet: two alone may share a turn of phrase by chance."""
    return ALONE if len(mine.places) == len(theirs.places) == 1 else TOGETHER


def _words(matters: Sequence[Matter], space: _Space, names: Collection[str]) -> tuple[str, ...]:
    """Return what at least half of some texts (and two of them) say: 高压线, 110kv. What stands in titles goes first."""
    least = max(2, -(-len(matters) // 2))
    titles = [runs(one.title) for one in matters]
    texts = [[*title, *runs(one.content[:READ_MOST])] for title, one in zip(titles, matters, strict=True)]
    held = Counter(pair for text in texts for pair in {a + b for run in text for a, b in pairwise(run)})
    levels = [
        {pair for pair, times in held.items() if times >= most and pair in space.rarity}
        for most in sorted({least, -(-3 * len(matters) // 4), len(matters)})
        if most >= least
    ]  # 高压线 of all, although half of them say 高压线路
    said = Counter(word for text in texts for word in _candidates(text, levels))
    titled = Counter(word for title in titles for word in _candidates(title, levels))
    weighed = {
        word: times * (1 + titled[word] / len(matters)) * _rarity(word, space)
        for word, times in said.items()
        if times >= least
        and not any(word in name or name in word for name in names)
        and (titled[word] >= least or not word.isdigit())
    }
    found: list[str] = []
    for word in sorted(weighed, key=lambda word: (-weighed[word], word)):
        if len(found) == WORDS_MOST:
            break
        if not any(set(pairwise(word)) & set(pairwise(other)) for other in found):
            found.append(word)
    return tuple(found)


def _candidates(text: Sequence[str], levels: Sequence[Collection[str]]) -> set[str]:
    return {word for shared in levels for word in _stretches(text, shared)}


def _rarity(word: str, space: _Space) -> float:
    """Return how telling a word is: its pairs on average, a little more for a longer one."""
    pairs = [space.rarity.get(a + b, 0.0) for a, b in pairwise(word)]
    return sum(pairs) / math.sqrt(len(pairs))


def _stretches(text: Sequence[str], shared: Collection[str]) -> Iterator[str]:
    """Yield the stretches whose every pair is shared, cut where a small word or a change of script ends one."""
    for run in text:
        for piece in _PIECES.findall(run):
            start = 0
            for place in range(1, len(piece) + 1):
                if place < len(piece) and piece[place - 1 : place + 1] in shared:
                    continue
                if 2 <= place - start <= WORD_MOST:
                    yield piece[start:place]
                start = place


def _held(matter: Matter, words: Sequence[str]) -> tuple[str, ...]:
    text = "\n".join(runs(f"{matter.title}\n{matter.content[:READ_MOST]}"))
    return tuple(word for word in words if word in text)
