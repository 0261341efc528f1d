"""What returns add up to: a matrix by unit and category, from whom to whom, and what is unclear. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chainhub.core.words import Labelled
from chainhub.tickets.terms import ReturnReason
from chainhub.tickets.workflow import Action, State

UNCLEAR_UPHELD = 3  # upheld returns of a category in a period that say its line is unclear (decision)
DISPERSED_N = 5  # dispatched tickets of a category from which on its leads are looked at (decision)
DISPERSED_UNITS = 3  # lead units of a category that are many
DISPERSED_SHARE = 0.6  # of the tickets: a unit that has as many is clearly its lead


class Verdict(Labelled):
    """What became of a return."""

    UPHELD = "upheld", "成立"
    REJECTED = "rejected", "不成立"
    OPEN = "open", "待裁定"


@dataclass(frozen=True, slots=True)
class Deed:
    """A line of a ticket's history that tells of returns: a dispatch, a return or a ruling."""

    id: int
    ticket: int
    seq: int
    action: Action
    source: State | None
    target: State
    data: Mapping[str, Any]
    at: datetime

    @property
    def is_of_part(self) -> bool:
        """Whether it is about a co-unit's part, which never moves the ticket."""
        return self.source is self.target


@dataclass(frozen=True, slots=True)
class Return:
    """One return: by which unit, why, was it upheld, and to whom the ticket went then."""

    id: int
    ticket: int
    unit: str
    category: str  # of the first level, empty while none is set
    reason: ReturnReason
    note: str
    verdict: Verdict
    to: str  # empty: nobody yet, or a part
    is_part: bool
    at: datetime


def told(returns: Iterable[Deed], others: Iterable[Deed], category_of: Callable[[int], str]) -> list[Return]:
    """Return what each return came to, in the order given; `others` are dispatches and rulings of the same tickets.

    A return whose unit the history does not tell (it was imported) is left out.
    """
    by_ticket: dict[int, list[Deed]] = {}
    for deed in sorted(others, key=lambda one: one.seq):
        by_ticket.setdefault(deed.ticket, []).append(deed)
    found = []
    for deed in returns:
        around = by_ticket.get(deed.ticket, [])
        unit = _unit(deed, around)
        if unit:
            found.append(_came_to(deed, unit, around, category_of(deed.ticket)))
    return found


def _unit(deed: Deed, around: Sequence[Deed]) -> str:
    if deed.is_of_part:
        return str(deed.data.get("unit") or "")
    before = [one for one in around if one.action is Action.DISPATCH and one.seq < deed.seq]
    return str(before[-1].data.get("lead_unit") or "") if before else ""


def _came_to(deed: Deed, unit: str, around: Sequence[Deed], category: str) -> Return:
    after = [one for one in around if one.seq > deed.seq]
    ruling = next((one for one in after if _rules_on(one, deed, unit)), None)
    verdict, to = Verdict.OPEN, ""
    if ruling is not None:
        verdict = Verdict.UPHELD if ruling.action is Action.UPHOLD_RETURN else Verdict.REJECTED
    if verdict is Verdict.UPHELD and not deed.is_of_part:
        again = next((one for one in after if one.action is Action.DISPATCH), None)
        to = str(again.data.get("lead_unit") or "") if again else ""
    reason = ReturnReason(deed.data.get("reason_code", ReturnReason.OTHER.value))
    note = str(deed.data.get("note") or "")
    return Return(deed.id, deed.ticket, unit, category, reason, note, verdict, to, deed.is_of_part, deed.at)


def _rules_on(ruling: Deed, deed: Deed, unit: str) -> bool:
    if ruling.action is Action.DISPATCH or ruling.is_of_part is not deed.is_of_part:
        return False
    return not deed.is_of_part or ruling.data.get("unit") == unit


@dataclass(frozen=True, slots=True)
class Tally:
    """Some returns: how many, how many of them upheld and rejected; the rest waits for a ruling."""

    n: int
    upheld: int
    rejected: int

    @property
    def rate(self) -> int | None:
        """Upheld of those that were ruled on, in per cent; None where none was."""
        ruled = self.upheld + self.rejected
        return round(100 * self.upheld / ruled) if ruled else None


def tally(returns: Iterable[Return]) -> Tally:
    """Count some returns."""
    verdicts = Counter(one.verdict for one in returns)
    return Tally(sum(verdicts.values()), verdicts[Verdict.UPHELD], verdicts[Verdict.REJECTED])


def tallies(returns: Iterable[Return], key: Callable[[Return], Any]) -> dict[Any, Tally]:
    """Count returns by a key, the most first, then by the key."""
    grouped: dict[Any, list[Return]] = {}
    for one in returns:
        grouped.setdefault(key(one), []).append(one)
    counted = {name: tally(some) for name, some in grouped.items()}
    return dict(sorted(counted.items(), key=lambda pair: (-pair[1].n, pair[0])))


@dataclass(frozen=True, slots=True)
class Unclear:
    """A category of which the list is unclear: upheld returns, and over how many units its tickets spread."""

    category: str
    upheld: int
    dispatched: int
    units: int
    most: str  # the unit with the most tickets
    most_n: int
    is_dispersed: bool


def unclear(returns: Iterable[Return], leads: Mapping[str, Mapping[str, int]]) -> list[Unclear]:
    """Return the categories of which the list is unclear, the most upheld returns first.

    `leads`: by category how many dispatched tickets each unit led.
    """
    upheld = Counter(one.category for one in returns if one.verdict is Verdict.UPHELD and one.category)
    found = []
    for category in sorted({*upheld, *leads}):
        by_unit = leads.get(category, {})
        total = sum(by_unit.values())
        most, most_n = max(by_unit.items(), key=lambda pair: (pair[1], pair[0]), default=("", 0))
        dispersed = (
            total >= DISPERSED_N and len(by_unit) >= DISPERSED_UNITS and most_n < DISPERSED_SHARE * total
        )
        if upheld[category] >= UNCLEAR_UPHELD or dispersed:
            found.append(Unclear(category, upheld[category], total, len(by_unit), most, most_n, dispersed))
    return sorted(found, key=lambda one: (-one.upheld, one.category))
