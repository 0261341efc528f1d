"""What is open at this moment: how much, how much of it is late and for how long. Each number opens the list that it counts.

History alone says what happened; this is what stands, so it has no months. The conditions are those of the list of tickets.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from chainhub.core.work import Work
from chainhub.statistics.reach import NONE, Narrow
from chainhub.statistics.showing import FigureLine
from chainhub.statistics.terms import Cut
from chainhub.tickets import standing
from chainhub.tickets.ageing import Age
from chainhub.tickets.listing import Colour, Filter, Undecided
from chainhub.tickets.terms import Channel, Kind

_FORMULA = "此刻没到终点的诉求里，{}。和时间段无关；保密的只数您看得到的"


@dataclass(frozen=True, slots=True)
class Present:
    """Numbers of tickets: open, late, late by age, standing still, soon due."""

    open: int
    late: int
    ages: Mapping[Age, int]
    still: int
    soon: int


def of(work: Work, narrow: Narrow) -> Present | None:
    """Return what stands now of a chain, unit, category …; None where the list of tickets cannot be narrowed so.

    Of a unit: what it leads.
    """
    wanted = _wanted(narrow)
    if wanted is None:
        return None
    found = standing.of(work, wanted)
    return Present(
        sum(found.states.values()),
        found.lights[Colour.RED],
        found.ages,
        found.lights[Colour.GREY],
        found.lights[Colour.YELLOW],
    )


def lines(work: Work, narrow: Narrow) -> list[FigureLine]:
    """Return the same as lines of the page."""
    found = of(work, narrow)
    if found is None:
        return []
    return [
        _line("open", "没办完", found.open, "还没办完的件数", narrow, [("open", "1")]),
        _line("late", "逾期", found.late, "过了时限的件数", narrow, [("light", Colour.RED.value)]),
        *(
            _line(
                f"late_{age.value}",
                f"逾期 {age.label}",
                found.ages[age],
                "过了时限、从到期那天起数过了这么多工作日的件数",
                narrow,
                [("late", age.value)],
            )
            for age in Age
        ),
        _line(
            "soon", "快到期", found.soon, "剩不到 1 个工作日的件数", narrow, [("light", Colour.YELLOW.value)]
        ),
        _line(
            "still",
            "停着没动",
            found.still,
            "等企业补充、会商、挂账、等延期批复的件数",
            narrow,
            [("light", Colour.GREY.value)],
        ),
    ]


_KINDS: Mapping[Cut, Callable[[str], Any]] = {
    Cut.CHAIN: str,
    Cut.UNIT: str,
    Cut.CATEGORY: str,
    Cut.KIND: Kind,
    Cut.ENTERPRISE: str,
    Cut.CHANNEL: Channel,
}
"""The cuts along which the list of tickets is narrowed, by the same name as here, and what it takes there."""


def _wanted(narrow: Narrow) -> Filter | None:
    if not narrow.key:
        return Filter(chain=narrow.chain)
    if narrow.cut not in _KINDS or (narrow.cut is Cut.CHAIN and narrow.chain not in {"", narrow.key}):
        return None
    name, value = _said(narrow)
    if narrow.key == NONE and value not in set(Undecided):
        return None
    taken: Mapping[str, Any] = {name: Undecided(value) if narrow.key == NONE else _KINDS[narrow.cut](value)}
    return Filter(**{"chain": narrow.chain, **taken})


def _said(narrow: Narrow) -> tuple[str, str]:
    """Return how an address of the list says what figures are narrowed to: a name and its value."""
    return ("undecided", narrow.cut.value) if narrow.key == NONE else (narrow.cut.value, narrow.key)


def _line(
    code: str, label: str, number: int, said: str, narrow: Narrow, asked: list[tuple[str, str]]
) -> FigureLine:
    narrowed = {"chain": narrow.chain, **dict([_said(narrow)] if narrow.key else [])}
    kept = [(name, value) for name, value in narrowed.items() if value]
    url = f"/tickets?{urlencode([*kept, *asked])}" if number else ""
    return FigureLine(code, label, str(number), "", url, _FORMULA.format(said))
