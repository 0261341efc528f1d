"""What a published report is to a machine: canonical JSON, its hash, what differs between two of them. Pure."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from chainhub.statistics.terms import Month

FORMAT = 1
DIFFERENCES_MOST = 20  # that are named
COMPUTED = ("figures", "months", "categories", "kinds", "channels", "chains", "units", "standing", "counted")
"""The parts of a content that follow from the history; the others are words, names and what it was made of."""


def canonical(content: Mapping[str, Any]) -> str:
    """Return the one way in which a content is written: keys in order, no space, Chinese as it is."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(text: str) -> str:
    """Return the hash by which a content is signed: SHA-256 over its canonical JSON."""
    return hashlib.sha256(text.encode()).hexdigest()


def is_whole(text: str, hash_: str) -> bool:
    """Say whether a stored content is the one that was signed."""
    return digest(text) == hash_


def is_over(month: Month, today: date) -> bool:
    """Say whether a month has passed: before that it is not published."""
    return (month.year, month.month) < (today.year, today.month)


def differences(frozen: Mapping[str, Any], computed: Mapping[str, Any]) -> list[str]:
    """Name where two contents differ in what follows from the history, at most `DIFFERENCES_MOST` places."""
    found = []
    for part in COMPUTED:
        for where in _differs(part, frozen.get(part), computed.get(part)):
            found.append(where)
            if len(found) == DIFFERENCES_MOST:
                return found
    return found


def _differs(where: str, one: Any, other: Any) -> Iterator[str]:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for name in sorted(one.keys() | other.keys()):
            yield from _differs(f"{where}.{name}", one.get(name), other.get(name))
    elif one != other:
        yield f"{where}：发布时 {_short(one)}，重算 {_short(other)}"


def _short(value: Any) -> str:
    said = json.dumps(value, ensure_ascii=False)
    return said if len(said) <= 80 else f"{said[:80]}…"


class Counted(NamedTuple):
    """One ticket as a figure counts it: at which unit's door, how it came out."""

    ticket: int
    unit: str
    value: int


class Moved(NamedTuple):
    """What became different about what a measure counts: no longer so, and newly so."""

    gone: tuple[Counted, ...]
    come: tuple[Counted, ...]

    @property
    def tickets(self) -> tuple[int, ...]:
        """The tickets behind it."""
        return tuple(sorted({one.ticket for one in (*self.gone, *self.come)}))


def moved(frozen: Sequence[Sequence[Any]], now: Sequence[Sequence[Any]]) -> Moved:
    """Return what a measure counted then and does not now, and the other way about."""
    then, since = Counter(Counted(*one) for one in frozen), Counter(Counted(*one) for one in now)
    return Moved(tuple(sorted((then - since).elements())), tuple(sorted((since - then).elements())))


def change(before: int, now: int) -> str:
    """Say how a count went on: in a month of a county counts are small, so both are named and no per cent."""
    if before == now:
        return f"持平（{now} 件）"
    more = "增加" if now > before else "减少"
    return f"{more} {abs(now - before)} 件（{before} → {now}）"
