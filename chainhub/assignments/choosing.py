"""Which guides an enterprise is offered: all of them in a county, the likeliest thirty in a large city."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from chainhub.assignments import rules
from chainhub.assignments.rules import Facts, Firm, Guide

ALL_UP_TO = 400  # guides: as many, and each enterprise is offered everybody
_STEP = 1000  # enterprises between two words of progress
Say = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Candidates:
    """Every pair that may be: the place of the enterprise and of the guide in their sorted lists, and its points."""

    rows: np.ndarray
    guides: np.ndarray
    points: np.ndarray
    changing: np.ndarray  # 1 where the pair takes the enterprise from somebody
    everybody: bool
    count: int  # of enterprises

    def of(self, row: int) -> Sequence[int]:
        """Return the places of the guides that one enterprise is offered."""
        found: Sequence[int] = self.guides[self._first[row] : self._first[row + 1]].tolist()
        return found

    @cached_property
    def _first(self) -> Sequence[int]:
        """Where the pairs of each enterprise begin."""
        found: Sequence[int] = np.searchsorted(self.rows, np.arange(self.count + 1)).tolist()
        return found

    def tight(
        self, left: Iterable[int], held: Mapping[int, Sequence[int]]
    ) -> tuple[frozenset[int], frozenset[int]]:
        """Return the enterprises that stand in each other's way, and the guides they have, more than places.

        From those left out over the guides that they may have to the enterprises these have, and so on: none of the
        guides has a place left, or the plan would not be the largest one (Hall's theorem). `held` says by the place of
        a guide the places of their enterprises.
        """
        look = list(left)
        rows, guides = set(look), set[int]()
        while look:
            for place in self.of(look.pop()):
                if place in guides:
                    continue
                guides.add(place)
                new = [one for one in held.get(place, ()) if one not in rows]
                rows.update(new)
                look += new
        return frozenset(rows), frozenset(guides)

    def widened(
        self, facts: Facts, firms: Sequence[Firm], guides: Sequence[Guide], places: frozenset[int]
    ) -> "Candidates":
        """Return the same, where some enterprises are offered everybody."""
        kept = np.array([place not in places for place in range(len(firms))])[self.rows]
        everyone = range(len(guides))
        lists = {place: _allowed(firms[place], guides, everyone, facts) for place in sorted(places)}
        more = _costed(firms, guides, lists)
        rows = np.concatenate((self.rows[kept], more.rows))
        order = np.argsort(rows, kind="stable")
        return Candidates(
            rows[order],
            np.concatenate((self.guides[kept], more.guides))[order],
            np.concatenate((self.points[kept], more.points))[order],
            np.concatenate((self.changing[kept], more.changing))[order],
            everybody=len(places) == len(firms),
            count=len(firms),
        )


def candidates(
    facts: Facts,
    firms: Sequence[Firm],
    guides: Sequence[Guide],
    pins: Mapping[str, int],
    most: int,
    say: Say,
) -> Candidates:
    """Return the pairs that a plan is chosen from. `firms` and `guides` are sorted by code and id."""
    everybody = len(guides) <= ALL_UP_TO
    place_of = {one.id: place for place, one in enumerate(guides)}
    everyone = range(len(guides))
    shelves = None if everybody else _Shelves(guides)
    wishing = _wishing(guides)
    lists: dict[int, Sequence[int]] = {}
    for place, firm in enumerate(firms):
        if place % _STEP == 0:
            say("找人选", place, len(firms))
        if firm.code in pins:
            lists[place] = (place_of[pins[firm.code]],)
            continue
        if shelves is None:
            lists[place] = _allowed(firm, guides, everyone, facts)
            continue
        first = [place_of[one] for one in (firm.current, *firm.wishes) if one in place_of]
        offered = shelves.offer(firm, (*first, *wishing.get(firm.code, ())), 2 * most)
        lists[place] = _allowed(firm, guides, offered, facts)[:most]
    say("找人选", len(firms), len(firms))
    return _costed(firms, guides, lists, everybody=everybody)


def _wishing(guides: Sequence[Guide]) -> dict[str, list[int]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for place, guide in enumerate(guides):
        for code in guide.wishes:
            found[code].append(place)
    return found


def _allowed(firm: Firm, guides: Sequence[Guide], places: Sequence[int], facts: Facts) -> list[int]:
    return [place for place in places if not rules.barred(firm, guides[place], facts)]


def _costed(
    firms: Sequence[Firm],
    guides: Sequence[Guide],
    lists: Mapping[int, Sequence[int]],
    *,
    everybody: bool = True,
) -> Candidates:
    rows: list[int] = []
    columns: list[int] = []
    points: list[int] = []
    changing: list[bool] = []
    cost, changes = rules.parts, rules.changes
    for row, places in lists.items():
        firm = firms[row]
        for place in sorted(places):
            guide = guides[place]
            rows.append(row)
            columns.append(place)
            points.append(sum(cost(firm, guide)))
            changing.append(changes(firm, guide.id))
    return Candidates(
        np.array(rows, dtype=np.int64),
        np.array(columns, dtype=np.int64),
        np.array(points, dtype=np.int64),
        np.array(changing, dtype=np.int64),
        everybody,
        len(firms),
    )


class _Shelves:
    """Guides by chain and town. Each enterprise begins where the one before has stopped, so that all are offered."""

    def __init__(self, guides: Sequence[Guide]) -> None:
        self.near: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        self.knowing: defaultdict[str, list[int]] = defaultdict(list)
        self.in_town: defaultdict[str, list[int]] = defaultdict(list)
        self.all = list(range(len(guides)))
        self.begun: defaultdict[tuple[str, ...], int] = defaultdict(int)
        for place, guide in enumerate(guides):
            if guide.capacity < 1:
                continue
            self.in_town[guide.town].append(place)
            for chain in guide.industries:
                self.near[chain, guide.town].append(place)
                self.knowing[chain].append(place)

    def offer(self, firm: Firm, first: Sequence[int], most: int) -> list[int]:
        """Return the likeliest guides: named ones, then those of the chain in the town, of the chain, of the town, any."""
        found = dict.fromkeys(first)
        shelves = (
            (("near", firm.chain, firm.town), self.near[firm.chain, firm.town], most // 2),
            (("knowing", firm.chain), self.knowing[firm.chain], most // 4),
            (("town", firm.town), self.in_town[firm.town], most // 4),
            (("all",), self.all, most),
        )
        for key, shelf, some in shelves:
            wanted = min(some, most - len(found))
            if not shelf or wanted < 1:
                continue
            begin = self.begun[key] % len(shelf)
            self.begun[key] = begin + wanted
            taken = [*shelf[begin : begin + wanted]]
            taken += shelf[: min(begin, wanted - len(taken))]
            found.update(dict.fromkeys(taken))
        return list(found)
